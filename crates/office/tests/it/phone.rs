//! A rider's phone: keeps a key and credentials, shows codes.

use ridecode_account::Credential;
use ridecode_codec::crypto::native::SecretKey;
use ridecode_codec::crypto::{Algorithm, PublicKey, Signer as _};
use ridecode_codec::key::IdProfile;
use ridecode_codec::{Scheme, compact, mot};
use ridecode_words::{DeviceId, RiderId, UnixSeconds};

pub(crate) struct Phone {
    pub(crate) rider: RiderId,
    pub(crate) device: DeviceId,
    pub(crate) credentials: Vec<Credential>,
    key: SecretKey,
}

impl Phone {
    pub(crate) fn new(rider: RiderId, key: SecretKey) -> Self {
        Self {
            rider,
            device: DeviceId(0),
            credentials: Vec::new(),
            key,
        }
    }

    pub(crate) fn key(&self) -> PublicKey {
        self.key.public_key()
    }

    /// The code shown at `now` with the `which`-th credential, counting around.
    pub(crate) fn show(&self, which: usize, now: UnixSeconds) -> Vec<u8> {
        let credential = &self.credentials[which % self.credentials.len()];
        match credential.scheme {
            Scheme::Compact => compact::present(&credential.bytes, now, &self.key)
                .expect("a credential of ours")
                .into_bytes(),
            Scheme::Mot => mot::present(&credential.bytes, IdProfile::Default, now, &self.key)
                .expect("a credential of ours"),
        }
    }
}

/// A key of tests: the number as a scalar or seed.
pub(crate) fn key(algorithm: Algorithm, number: u64) -> SecretKey {
    let mut secret = [0; 32];
    secret[24..].copy_from_slice(&number.max(1).to_be_bytes());
    SecretKey::new(algorithm, &secret).expect("a small scalar is a key")
}
