//! What goes into a credential.
//!
//! A brand's settings and a phone's key become signed bytes and the record kept of them. Random
//! numbers are drawn by the caller; nothing here knows who the rider is.

use ridecode_account::{Credential, CredentialPolicy, CredentialState, Device};
use ridecode_codec::Services;
use ridecode_codec::compact::{self, CannotGrant};
use ridecode_codec::mot;
use ridecode_words::{CredentialId, CredentialRef, UnixSeconds};
use sha2::{Digest as _, Sha256};

use crate::desk::Brand;

/// What every credential of a batch has in common.
pub(super) struct Issue<'a> {
    pub(super) brand: &'a Brand,
    pub(super) device: &'a Device,
    pub(super) policy: CredentialPolicy,
    /// When the block began for which it gives one ride home; `None` for ordinary ones.
    pub(super) essential_since: Option<UnixSeconds>,
    pub(super) now: UnixSeconds,
}

impl Issue<'_> {
    /// A batch of `compact` credentials under pseudonyms that have nothing to do with each other.
    pub(super) fn compact_batch(
        &self,
        mut random: impl FnMut() -> u64,
    ) -> Result<Vec<Credential>, CannotGrant> {
        (0..self.policy.batch)
            .map(|_| self.compact(random()))
            .collect()
    }

    pub(super) fn compact(&self, pseudonym: u64) -> Result<Credential, CannotGrant> {
        let mut id = [0; 10];
        id[..8].copy_from_slice(&pseudonym.to_be_bytes());
        let not_before = UnixSeconds(self.now.0 - self.now.0.rem_euclid(60));
        let grant = compact::Grant {
            profile: self.brand.profile,
            issuer: self.brand.issuer,
            key_id: self.brand.key_id,
            credential: CredentialId(id),
            not_before,
            lifetime_min: self.policy.lifetime_min,
            services: RIDER_SERVICES,
            category: CATEGORY_ORDINARY,
            product: self.brand.product,
            fare_ceiling_minor: self.policy.fare_ceiling_minor,
            device_key: self.device.key,
        };
        let bytes = compact::grant(&grant, self.brand.signer.as_ref())?;
        let expires = not_before.plus_s(self.lifetime_s());
        Ok(self.record(CredentialId(id), (not_before, expires), bytes))
    }

    /// The phone's one `mot` credential. Its numbers are fixed for the phone, so asking again
    /// renews it; another phone has other numbers, so that denying a lost one denies it alone. A
    /// ride home has numbers of its own for each block.
    pub(super) fn mot(&self) -> Result<Credential, CannotGrant> {
        let certificate = self.brand.certificate;
        let expires = self.now.plus_s(self.lifetime_s());
        let grant = mot::Grant {
            version: MOT_VERSION_INTEROPERABLE,
            certificate: certificate.ok_or(CannotGrant("certificate"))?,
            payment_account: self.payment_account(),
            card_account: self.card_account(),
            issuer: self.brand.issuer,
            platform: self.brand.product,
            account_type: CATEGORY_ORDINARY,
            fare_ceiling_minor: self.policy.fare_ceiling_minor,
            device_key: self.device.key,
            expires,
            valid_for_s: MOT_VALID_FOR_S,
            custom: Vec::new(),
            id_profile: self.brand.id_profile,
        };
        let bytes = mot::grant(&grant, self.brand.signer.as_ref())?;
        Ok(self.record(grant.card_account, (self.now, expires), bytes))
    }

    fn record(
        &self,
        credential: CredentialId,
        life: (UnixSeconds, UnixSeconds),
        bytes: Vec<u8>,
    ) -> Credential {
        Credential {
            id: CredentialRef {
                issuer: self.brand.issuer,
                credential,
            },
            rider: self.device.rider,
            device: self.device.id,
            brand: self.brand.id,
            scheme: self.brand.scheme,
            not_before: life.0,
            expires: life.1,
            state: CredentialState::Live,
            bytes,
            essential_since: self.essential_since,
        }
    }

    fn lifetime_s(&self) -> i64 {
        i64::from(self.policy.lifetime_min) * 60
    }

    /// The `mot` card account number: 19 decimal digits and an F, two to a byte (JT/T 1179-2018,
    /// field 5).
    fn card_account(&self) -> CredentialId {
        let mut number = self.number(b"card account") % 10_u64.pow(19);
        let mut nibbles = [0xf; 20];
        for nibble in nibbles[..19].iter_mut().rev() {
            *nibble = (number % 10) as u8;
            number /= 10;
        }
        let mut id = [0; 10];
        for (byte, pair) in id.iter_mut().zip(nibbles.chunks_exact(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
        CredentialId(id)
    }

    /// The `mot` payment account: a pseudonym, since validators need no payment account.
    fn payment_account(&self) -> [u8; 16] {
        let mut number = self.number(b"payment account");
        let mut account = [0; 16];
        for digit in account.iter_mut().rev() {
            *digit = b"0123456789ABCDEF"[(number & 0xf) as usize];
            number >>= 4;
        }
        account
    }

    /// A number of the rider's phone at the issuer that tells nothing about either: rider and
    /// device numbers are random or digests themselves.
    fn number(&self, purpose: &[u8]) -> u64 {
        let mut digest = Sha256::new()
            .chain_update(purpose)
            .chain_update(self.brand.issuer.0.to_be_bytes())
            .chain_update(self.device.rider.0.to_be_bytes())
            .chain_update(self.device.id.0.to_be_bytes());
        if let Some(since) = self.essential_since {
            digest.update(since.0.to_be_bytes());
        }
        let digest = digest.finalize();
        let mut number = [0; 8];
        number.copy_from_slice(&digest[..8]);
        u64::from_be_bytes(number)
    }
}

/// What a rider's own credential may be used for.
const RIDER_SERVICES: Services = Services(Services::SINGLE.0 | Services::ENTRY_EXIT.0);

/// The rider category and `mot` account type of an ordinary rider.
const CATEGORY_ORDINARY: u8 = 0;

/// Field 1 of interoperable `mot` codes.
const MOT_VERSION_INTEROPERABLE: u8 = 0x80;

/// How long a `mot` code says it is fresh, in seconds; the scheme allows up to 1200.
const MOT_VALID_FOR_S: u16 = 60;
