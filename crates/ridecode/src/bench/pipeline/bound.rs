//! The bound: every core checking signatures and doing nothing else.

use std::thread;

use ridecode_codec::Scheme;
use ridecode_codec::crypto::native::Native;
use ridecode_codec::crypto::{Algorithm, Crypto as _, PublicKey, Signature, Signer as _, Sm2Id};

use super::office::key;
use crate::clock::Stopwatch;

/// A tap as far as its signatures go.
struct Signed {
    key: PublicKey,
    message: Vec<u8>,
    device: Signature,
    issuer: Signature,
}

/// How many taps a second could be had if a tap were nothing but its signatures. With memory a
/// tap costs the phone's signature, by a key that is ready; without it, making that key ready
/// and the issuer's signature as well.
pub(super) fn taps_per_s(scheme: Scheme, threads: usize, memory: bool) -> f64 {
    let algorithm = match scheme {
        Scheme::Compact => Algorithm::Es256,
        Scheme::Mot => Algorithm::Sm2,
    };
    // As long as what the phone signs in each scheme.
    let length = match scheme {
        Scheme::Compact => 140,
        Scheme::Mot => 271,
    };
    let issuer = key(algorithm, 99);
    let sign = |number: u64| {
        let device = key(algorithm, 1_000 + number);
        let message = vec![number as u8; length];
        Signed {
            key: device.public_key(),
            device: device.sign(Sm2Id::DEFAULT, &message),
            issuer: issuer.sign(Sm2Id::DEFAULT, &message),
            message,
        }
    };
    let signed: Vec<Signed> = (0..KEYS).map(sign).collect();
    let watch = Stopwatch::start();
    let checked: u64 = thread::scope(|scope| {
        let check = || check_for_a_while(&signed, issuer.public_key(), memory);
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(check)).collect();
        let checked = threads
            .into_iter()
            .map(|thread| thread.join().expect("signatures check"));
        checked.sum()
    });
    checked as f64 / watch.elapsed().as_secs_f64()
}

fn check_for_a_while(signed: &[Signed], issuer: PublicKey, memory: bool) -> u64 {
    let ready = |key: &PublicKey| Native.parse_key(key).expect("a key of the bench");
    let issuer = ready(&issuer);
    let keys: Vec<_> = signed.iter().map(|signed| ready(&signed.key)).collect();
    let watch = Stopwatch::start();
    let mut checked = 0;
    loop {
        for (signed, key) in signed.iter().zip(&keys) {
            let id = Sm2Id::DEFAULT;
            let holds = if memory {
                Native.verify(key, id, &signed.message, &signed.device)
            } else {
                let key = ready(&signed.key);
                Native.verify(&issuer, id, &signed.message, &signed.issuer)
                    && Native.verify(&key, id, &signed.message, &signed.device)
            };
            assert!(holds, "the bench's signatures hold");
            checked += 1;
        }
        if watch.elapsed().as_millis() >= MEASURED_MS {
            return checked;
        }
    }
}

/// Keys the checks go around: more than a core's nearest cache holds.
const KEYS: u64 = 500;

/// How long the bound is measured each time, in milliseconds.
const MEASURED_MS: u128 = 1_000;
