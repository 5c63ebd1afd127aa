//! Codes that must not be admitted: made up, stolen, altered, too old.

use ridecode_codec::crypto::Signer as _;
use ridecode_codec::crypto::portable::SecretKey;
use ridecode_codec::{Services, compact};
use ridecode_words::{CredentialId, UnixSeconds};

use super::{World, desk};
use crate::check::Checked;
use crate::plan::Forgery;

impl World {
    /// Somebody shows what no phone signed, or too late.
    pub(super) fn forge(&mut self, (rider, site): (u32, u32), how: Forgery) -> Checked {
        if let Some(code) = self.forged((rider, site), how) {
            self.scan(site, &code)?;
        }
        Ok(())
    }

    /// A forged code. `None` if there is nothing to make it from.
    fn forged(&mut self, (rider, site): (u32, u32), how: Forgery) -> Option<Vec<u8>> {
        let thief = self.seed.key(self.algorithm(rider), "thief", 1);
        let mut chances = self.chances_of("forge", rider);
        let now = self.now;
        let own = self.self_made(&thief);
        let list_made = self.reader_at(site).bundle().made;
        let held = self.riders[rider as usize].as_mut()?;
        match how {
            Forgery::OtherKey => held.phone.forged(now, &thief),
            Forgery::SelfMade => own,
            Forgery::Foreign => Some(b"TXADEAQAwAABTdPsrwLd".to_vec()),
            Forgery::Expired => held.phone.outlived(now),
            Forgery::Found => {
                let (phone, since) = held.lost.as_mut()?;
                if *since > list_made {
                    // The validator cannot know yet.
                    return None;
                }
                let found = phone.show(held.id, now)?;
                self.model.signed(&found.bytes, found.signed);
                Some(found.bytes)
            }
            Forgery::Old => {
                let old = held.phone.show(held.id, now.plus_s(-3_600))?;
                self.model.signed(&old.bytes, old.signed);
                Some(old.bytes)
            }
            Forgery::Altered => {
                let mut code = held.phone.show(held.id, now)?.bytes;
                let place = chances.0.usize(0..code.len());
                code[place] ^= 1 << chances.0.u32(0..8);
                Some(code)
            }
            Forgery::Half => {
                let mut code = held.phone.show(held.id, now)?.bytes;
                code.truncate(code.len() / 2);
                Some(code)
            }
        }
    }

    /// A code with a credential that names an issuer and that the thief signed in its place.
    fn self_made(&self, thief: &SecretKey) -> Option<Vec<u8>> {
        let mut brands = self.office.desk.brands.iter();
        let brand = brands.find(|brand| brand.id != desk::MOT)?;
        let algorithm = brand.profile.issuer_algorithm();
        let issuer = self.seed.key(algorithm, "thief that plays the issuer", 1);
        let device_key = thief.public_key();
        let grant = compact::Grant {
            profile: brand.profile,
            issuer: brand.issuer,
            key_id: brand.key_id,
            credential: CredentialId([7, 7, 7, 7, 7, 7, 7, 7, 0, 0]),
            not_before: UnixSeconds(self.now.0 - self.now.0.rem_euclid(60)),
            lifetime_min: 60,
            services: Services::ALL,
            category: 0,
            product: brand.product,
            fare_ceiling_minor: 2_000,
            device_key,
        };
        // A thief whose phone signs in another profile makes nothing.
        let credential = compact::grant(&grant, &issuer).ok()?;
        compact::present(&credential, self.now, thief).map(String::into_bytes)
    }
}
