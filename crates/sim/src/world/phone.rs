//! A rider's phone: keeps a key and credentials, shows codes without a network.

use ridecode_account::Credential;
use ridecode_codec::crypto::portable::SecretKey;
use ridecode_codec::crypto::{PublicKey, Signer as _};
use ridecode_codec::key::IdProfile;
use ridecode_codec::{Scheme, compact, mot};
use ridecode_words::{BrandId, CredentialRef, DeviceId, IssuerId, RiderId, UnixSeconds};

/// A rider with a phone.
pub(crate) struct Rider {
    pub(crate) id: RiderId,
    pub(crate) brand: BrandId,
    pub(crate) phone: Phone,
    /// The phone before, and since when the back office knows that it was given up.
    pub(crate) lost: Option<(Phone, UnixSeconds)>,
    /// Went in and did not come out yet.
    pub(crate) inside: bool,
}

/// A phone.
pub(crate) struct Phone {
    pub(crate) device: DeviceId,
    pub(crate) credentials: Vec<Credential>,
    /// When it last asked for credentials.
    pub(crate) asked: UnixSeconds,
    /// How many phones the rider had before.
    pub(crate) generation: u32,
    key: SecretKey,
    shown: usize,
}

/// A code on a screen.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Code {
    pub(crate) bytes: Vec<u8>,
    pub(crate) signed: Signed,
}

/// What a phone signed: equal for the same code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Signed {
    pub(crate) rider: RiderId,
    pub(crate) issuer: IssuerId,
    pub(crate) credential: CredentialRef,
    pub(crate) at: UnixSeconds,
}

impl Phone {
    pub(crate) fn new(key: SecretKey, generation: u32) -> Self {
        Self {
            generation,
            device: DeviceId(0),
            credentials: Vec::new(),
            asked: UnixSeconds(i64::MIN),
            key,
            shown: 0,
        }
    }

    pub(crate) fn key(&self) -> PublicKey {
        self.key.public_key()
    }

    /// Whether it is time to ask for credentials, if there is a network.
    pub(crate) fn wants_credentials(&self, now: UnixSeconds) -> bool {
        let good = self.credentials.iter();
        let good = good.filter(|credential| credential.expires.since_s(now) > 86_400);
        good.count() == 0 && now.since_s(self.asked) > 6 * 3_600
    }

    /// A code with a credential of this phone, signed by another: what a thief of bytes can make.
    pub(crate) fn forged(&self, now: UnixSeconds, thief: &SecretKey) -> Option<Vec<u8>> {
        let credential = self.credentials.first()?;
        present(credential, now, thief)
    }

    /// A code with a credential of this phone that has outlived its time, if there is one.
    pub(crate) fn outlived(&self, now: UnixSeconds) -> Option<Vec<u8>> {
        let over = |credential: &&Credential| credential.expires < now;
        present(self.credentials.iter().find(over)?, now, &self.key)
    }

    /// The code shown now, with one credential after the other. `None` if none lives.
    pub(crate) fn show(&mut self, rider: RiderId, now: UnixSeconds) -> Option<Code> {
        let live = |credential: &&Credential| credential.expires >= now;
        let living = self.credentials.iter().filter(live).count();
        let place = self.shown.checked_rem(living)?;
        self.shown += 1;
        let credential = self.credentials.iter().filter(live).nth(place)?;
        Some(Code {
            bytes: present(credential, now, &self.key)?,
            signed: Signed {
                rider,
                issuer: credential.id.issuer,
                credential: credential.id,
                at: now,
            },
        })
    }
}

fn present(credential: &Credential, now: UnixSeconds, key: &SecretKey) -> Option<Vec<u8>> {
    match credential.scheme {
        Scheme::Compact => compact::present(&credential.bytes, now, key).map(String::into_bytes),
        Scheme::Mot => mot::present(&credential.bytes, IdProfile::Default, now, key),
    }
}
