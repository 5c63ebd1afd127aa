//! What `--root FILE` makes a verifier trust.

use std::path::Path;

use anyhow::{Context as _, bail};
use ridecode_codec::crypto::portable::Portable;
use ridecode_codec::crypto::{Algorithm, Crypto as _, PublicKey};
use ridecode_codec::key::{CompactProfile, IdProfile, IssuerKey, KeyList, MotIssuer, RootKey};
use ridecode_codec::{Scan, Scheme, mot};
use ridecode_words::{IssuerId, UnixSeconds};

use super::options;

/// A key someone trusts: the root of `mot` certificates, or an issuer of compact codes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TrustedKey {
    /// A bare SM2 point or a 0x21 record. A bare point has the index the code names.
    Root {
        key: PublicKey,
        index: Option<u8>,
        expires: UnixSeconds,
    },
    /// An issuer key with its algorithm.
    Issuer(PublicKey),
}

/// Reads a key file.
pub(super) fn trusted_key(path: &Path) -> anyhow::Result<TrustedKey> {
    let file = options::small_file(path, 4_096)?;
    parse(&file).with_context(|| {
        format!(
            "{} holds no key. Give 64 bytes of root key (X and Y) or a 0x21 record, as hex or \
             binary; or an issuer key as es256:HEX, eddsa:HEX or sm2:HEX",
            path.display()
        )
    })
}

fn parse(file: &[u8]) -> anyhow::Result<TrustedKey> {
    if let Some(root) = root_key(file) {
        return Ok(root);
    }
    let text = std::str::from_utf8(file)?.trim();
    match text.split_once(':') {
        None => root_key(&options::hex_bytes(text)?).context("this is no root key"),
        Some((algorithm, digits)) => {
            let algorithm = match algorithm {
                "es256" => Algorithm::Es256,
                "eddsa" => Algorithm::EdDsa,
                "sm2" => Algorithm::Sm2,
                other => bail!("{other} is no algorithm; write es256, eddsa or sm2"),
            };
            let point = options::hex_bytes(digits)?;
            let length = if algorithm == Algorithm::EdDsa {
                32
            } else {
                33
            };
            if point.len() != length {
                bail!("the key has {} bytes, not {length}", point.len());
            }
            let mut bytes = [0; 33];
            bytes[..length].copy_from_slice(&point);
            let key = PublicKey { algorithm, bytes };
            Portable
                .parse_key(&key)
                .context("the key is not on its curve")?;
            Ok(TrustedKey::Issuer(key))
        }
    }
}

fn root_key(bytes: &[u8]) -> Option<TrustedKey> {
    // SEC 1 writes 04 before an uncompressed point.
    let bytes = match bytes {
        [0x04, point @ ..] if point.len() == 64 => point,
        bytes => bytes,
    };
    let root = mot::root_key(bytes, 0)?;
    Some(TrustedKey::Root {
        key: root.key,
        index: (bytes.len() != 64).then_some(root.index),
        expires: root.expires,
    })
}

/// A trusted key as it is written to a file.
pub(super) fn key_line(key: &PublicKey) -> String {
    match key.algorithm {
        Algorithm::Es256 => format!("es256:{}", hex::encode(key.bytes)),
        Algorithm::EdDsa => format!("eddsa:{}", hex::encode(&key.bytes[..32])),
        Algorithm::Sm2 => format!("sm2:{}", hex::encode(key.bytes)),
    }
}

/// The key list under which this one code is checked. Whoever gives the key vouches for the issuer
/// the code names; every signature must still hold.
pub(super) fn key_list(trusted: TrustedKey, scan: &Scan, id_profile: IdProfile) -> KeyList {
    let mut keys = KeyList::default();
    match (trusted, scan.scheme) {
        (
            TrustedKey::Root {
                key,
                index,
                expires,
            },
            Scheme::Mot,
        ) => {
            let named = u8::try_from(scan.key_id).unwrap_or_default();
            keys.root_keys.push(RootKey {
                index: index.unwrap_or(named),
                key,
                expires,
            });
            let certificate = mot::certificate(&scan.raw);
            keys.mot_issuers.push(MotIssuer {
                issuer: scan.credential.issuer,
                certificate_issuer: certificate.map_or(IssuerId(0), |it| it.issuer()),
                id_profile,
            });
        }
        (TrustedKey::Issuer(key), Scheme::Compact) => keys.issuer_keys.push(IssuerKey {
            issuer: scan.credential.issuer,
            key_id: scan.key_id,
            profile: match key.algorithm {
                Algorithm::Es256 => CompactProfile::Es256,
                Algorithm::EdDsa => CompactProfile::EdDsaEs256,
                Algorithm::Sm2 => CompactProfile::Sm2,
            },
            key,
            expires: UnixSeconds(i64::MAX),
        }),
        // A key of the other scheme: the issuer stays unknown.
        (TrustedKey::Root { .. }, Scheme::Compact) | (TrustedKey::Issuer(_), Scheme::Mot) => {}
    }
    keys
}

/// The identity rule of a `mot` code: that of Shanghai for its two issuers' local codes, the
/// default for all others.
pub(super) fn id_profile(scan: &Scan) -> IdProfile {
    let shanghai = [IssuerId(0x0200_2900), IssuerId(0x3104_7700)];
    if scan.scheme == Scheme::Mot
        && scan.raw.first() == Some(&0x81)
        && shanghai.contains(&scan.credential.issuer)
    {
        IdProfile::ShanghaiLocal
    } else {
        IdProfile::Default
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINT: &str = "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020\
        CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13";

    #[test]
    fn what_is_no_key_is_refused() {
        let check = |file: &[u8]| assert!(parse(file).is_err(), "{file:02x?}");
        check(b"");
        check(b"09F9");
        check(POINT.replace("9AD13", "9AD14").as_bytes());
        check(b"es256:00");
        check(b"rsa:0011");
        check(format!("es256:{}", "00".repeat(33)).as_bytes());
        check(&[0xff; 64]);
    }

    #[test]
    fn a_root_key_comes_in_every_spelling() {
        let bare = hex::decode(POINT).unwrap();
        let record = [
            &[
                0x21, 1, 1, 0, 0, 0xa0, 0, 0, 6, 0x32, 0x17, 0x12, 0x39, 4, 0, 0x40,
            ][..],
            &bare,
        ]
        .concat();
        let check = |file: &[u8], expected| match parse(file) {
            Ok(TrustedKey::Root { index, .. }) => assert_eq!(index, expected),
            other => panic!("{other:?}"),
        };
        check(&bare, None);
        check(POINT.as_bytes(), None);
        check(format!(" {}\n", POINT.to_lowercase()).as_bytes(), None);
        check(format!("04{POINT}").as_bytes(), None);
        check(&record, Some(0x17));
        check(hex::encode(&record).as_bytes(), Some(0x17));
    }
}
