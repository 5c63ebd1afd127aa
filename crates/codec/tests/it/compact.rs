//! The compact scheme, both directions.

use ridecode_codec::crypto::portable::Portable;
use ridecode_codec::key::CompactProfile;
use ridecode_codec::{Scheme, Verifier, compact, read};

use crate::world::{CompactWorld, NEW_YEAR};

const PROFILES: [CompactProfile; 3] = [
    CompactProfile::Es256,
    CompactProfile::EdDsaEs256,
    CompactProfile::Sm2,
];

#[test]
fn what_is_granted_and_presented_verifies_in_every_profile() {
    for profile in PROFILES {
        let world = CompactWorld::new(profile);
        let scan = read(world.code().as_bytes()).unwrap();
        let mut verifier = Verifier::new(Portable, world.keys(), 8);
        let verified = verifier.verify(scan, NEW_YEAR).unwrap();
        let scan = verified.scan();
        assert_eq!(scan.scheme, Scheme::Compact);
        assert_eq!(scan.expires, NEW_YEAR.plus_s(86_400));
        assert_eq!(scan.generated, NEW_YEAR.plus_s(60));
        assert_eq!(compact::text(&scan.raw), world.code());
    }
}
