//! The issuer certificate inside a `mot` code (field 3) and the root keys that sign it.

use alloc::vec::Vec;

use ridecode_words::{IssuerId, ServiceDay, UnixSeconds};
use sm2::elliptic_curve::sec1::ToSec1Point as _;

use super::CannotGrant;
use crate::crypto::{Algorithm, PublicKey, Signature, Signer, Sm2Id};
use crate::key::{IdProfile, RootKey};

/// An issuer certificate (field 3), 117 bytes, kept as received.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Certificate(pub [u8; 117]);

impl Certificate {
    /// Service id: 01010000 is the transit application.
    pub fn service(&self) -> [u8; 4] {
        self.part(1)
    }

    /// The index of the root key that signed it.
    pub fn root_index(&self) -> u8 {
        self.0[5]
    }

    /// The issuer id the certificate center gave.
    pub fn issuer(&self) -> IssuerId {
        IssuerId(u32::from_be_bytes(self.part(7)))
    }

    /// The last second it is good for: the end of its month of expiry, UTC. `None` if the month is
    /// no decimal MMYY.
    pub fn expires(&self) -> Option<UnixSeconds> {
        month_end(self.part(11))
    }

    /// Its number at the root.
    pub fn serial(&self) -> u32 {
        let [high, middle, low] = self.part(13);
        u32::from_be_bytes([0, high, middle, low])
    }

    /// The issuer's key.
    pub fn issuer_key(&self) -> PublicKey {
        PublicKey {
            algorithm: Algorithm::Sm2,
            bytes: self.part(20),
        }
    }

    /// Whether it has the form and the algorithms this scheme knows: record 0x24, format 0x12, SM2
    /// for both, default curve, 33-byte key.
    pub(crate) fn names_known_algorithms(&self) -> bool {
        self.0[0] == HEADER && self.0[6] == FORMAT && self.0[16..20] == ALGORITHMS
    }

    /// What the root signed: items 4 to 12.
    pub(crate) fn signed(&self) -> &[u8] {
        &self.0[6..53]
    }

    /// The root's signature; it has no leading format byte.
    pub(crate) fn signature(&self) -> Signature {
        Signature(self.part(53))
    }

    /// Which identity the root signs with.
    pub(crate) fn signer_id(&self, profile: IdProfile) -> Sm2Id<'_> {
        match profile {
            IdProfile::Default => Sm2Id::DEFAULT,
            IdProfile::ShanghaiLocal => Sm2Id(&self.0[1..6]),
        }
    }

    fn part<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut part = [0; N];
        part.copy_from_slice(&self.0[at..at + N]);
        part
    }
}

/// What a root puts into an issuer certificate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CertificateGrant {
    /// The root key's index.
    pub root_index: u8,
    /// Issuer id of the certificate center.
    pub issuer: IssuerId,
    /// Last month it is good for: year 2000 to 2099 and month 1 to 12.
    pub expires_year: u16,
    /// Month of expiry, 1 to 12.
    pub expires_month: u8,
    /// Serial number, unique per root, below 2²⁴.
    pub serial: u32,
    /// The issuer's key; SM2.
    pub issuer_key: PublicKey,
}

/// Signs an issuer certificate.
pub fn certify(
    grant: &CertificateGrant,
    profile: IdProfile,
    root: &dyn Signer,
) -> Result<Certificate, CannotGrant> {
    if !(2000..=2099).contains(&grant.expires_year) {
        return Err(CannotGrant("expires_year"));
    }
    if !(1..=12).contains(&grant.expires_month) {
        return Err(CannotGrant("expires_month"));
    }
    if grant.serial >= 1 << 24 {
        return Err(CannotGrant("serial"));
    }
    if !super::is_sm2_point(&grant.issuer_key) {
        return Err(CannotGrant("issuer_key"));
    }
    if root.public_key().algorithm != Algorithm::Sm2 {
        return Err(CannotGrant("root key"));
    }
    let mut bytes = Vec::with_capacity(117);
    bytes.push(HEADER);
    bytes.extend_from_slice(&TRANSIT_SERVICE);
    bytes.push(grant.root_index);
    bytes.push(FORMAT);
    bytes.extend_from_slice(&grant.issuer.0.to_be_bytes());
    bytes.push(to_bcd(grant.expires_month));
    // Two digits: the range was checked above.
    bytes.push(to_bcd((grant.expires_year % 100) as u8));
    bytes.extend_from_slice(&grant.serial.to_be_bytes()[1..]);
    bytes.extend_from_slice(&ALGORITHMS);
    bytes.extend_from_slice(&grant.issuer_key.bytes);
    bytes.resize(117, 0);
    let mut certificate = Certificate([0; 117]);
    certificate.0.copy_from_slice(&bytes);
    let signature = root.sign(certificate.signer_id(profile), certificate.signed());
    certificate.0[53..].copy_from_slice(&signature.0);
    Ok(certificate)
}

/// Reads a root key from a bare 64-byte key (X ‖ Y) or a 0x21 record. A bare key takes `index` and
/// never expires. `None` if the bytes are neither, or if the point is not on the curve.
///
/// A 0x21 record: header, service id 4, application id 5, index 1, expiry MMYY 2, algorithm 04,
/// curve 00, key length 0x40, key 64; then, in the longer forms, the root's own signature 64 and
/// 14 reserved bytes, which are not looked at: who hands over a root key is trusted for it.
pub fn root_key(file: &[u8], index: u8) -> Option<RootKey> {
    if let Ok(point) = file.try_into() {
        return Some(RootKey {
            index,
            key: compress(point)?,
            expires: UnixSeconds(i64::MAX),
        });
    }
    let known = matches!(file.len(), 80 | 144 | 158);
    if !known || file[0] != ROOT_HEADER || file[13..16] != ROOT_ALGORITHM {
        return None;
    }
    Some(RootKey {
        index: file[10],
        key: compress(file[16..80].try_into().ok()?)?,
        expires: month_end([file[11], file[12]])?,
    })
}

/// A root key in its bare form, X ‖ Y. `None` if it is not on the curve.
pub fn root_point(key: &PublicKey) -> Option<[u8; 64]> {
    let point = sm2::PublicKey::from_sec1_bytes(&key.bytes).ok()?;
    let sec1 = point.to_sec1_point(false);
    sec1.as_bytes().get(1..)?.try_into().ok()
}

/// Compresses a point X ‖ Y. `None` if it is not on the curve.
fn compress(point: &[u8; 64]) -> Option<PublicKey> {
    let mut sec1 = [0x04; 65];
    sec1[1..].copy_from_slice(point);
    sm2::PublicKey::from_sec1_bytes(&sec1).ok()?;
    let mut bytes = [0x02 | (point[63] & 1); 33];
    bytes[1..].copy_from_slice(&point[..32]);
    Some(PublicKey {
        algorithm: Algorithm::Sm2,
        bytes,
    })
}

/// The last second of a month given as decimal digits MMYY of this century, UTC.
fn month_end([month, year]: [u8; 2]) -> Option<UnixSeconds> {
    let (month, year) = (from_bcd(month)?, i32::from(from_bcd(year)?) + 2000);
    let (next_year, next_month) = match month {
        12 => (year + 1, 1),
        _ => (year, month.checked_add(1)?),
    };
    if month == 0 {
        return None;
    }
    let next = ServiceDay::from_civil(next_year, next_month, 1)?;
    Some(UnixSeconds(i64::from(next.0) * 86_400 - 1))
}

fn from_bcd(byte: u8) -> Option<u8> {
    let (tens, ones) = (byte >> 4, byte & 0x0f);
    (tens < 10 && ones < 10).then_some(tens * 10 + ones)
}

fn to_bcd(number: u8) -> u8 {
    ((number / 10) << 4) | (number % 10)
}

const HEADER: u8 = 0x24;
const FORMAT: u8 = 0x12;
const TRANSIT_SERVICE: [u8; 4] = [0x01, 0x01, 0x00, 0x00];
/// Signature SM2, encryption SM2, default curve, key of 33 bytes.
const ALGORITHMS: [u8; 4] = [0x04, 0x04, 0x00, 0x21];
const ROOT_HEADER: u8 = 0x21;
/// SM2, default curve, key of 64 bytes.
const ROOT_ALGORITHM: [u8; 3] = [0x04, 0x00, 0x40];
