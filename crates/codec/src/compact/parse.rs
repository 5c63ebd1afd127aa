//! Reading compact codes. Everything is checked before any signature is: one credential has one
//! encoding, and bytes left over are refused.

use alloc::vec::Vec;
use core::ops::Range;

use ridecode_words::{CredentialId, CredentialRef, IssuerId, UnixSeconds};

use super::{LENGTH_MAX, LIFETIME_MIN_MAX, TEXT_PREFIX};
use crate::base45;
use crate::cbor::{CborFault, Reader};
use crate::crypto::{PublicKey, Signature};
use crate::key::CompactProfile;
use crate::read::{Family, ReadFault, Unreadable};
use crate::scan::{CompactLayout, DeviceItems, Layout, Scan, Scheme, Services};

/// Reads the text form, `R1:` and base45.
pub(crate) fn read_text(text: &[u8]) -> Result<Scan, ReadFault> {
    let digits = text
        .strip_prefix(TEXT_PREFIX)
        .ok_or(ReadFault::Unreadable(Unreadable::UnknownKind))?;
    let bytes = base45::decode(digits).ok_or(ReadFault::Unreadable(Unreadable::NotBase45))?;
    read_bytes(bytes)
}

/// Reads the bytes themselves, as NFC and journals carry them.
pub(crate) fn read_bytes(raw: Vec<u8>) -> Result<Scan, ReadFault> {
    if raw.len() > LENGTH_MAX {
        return Err(ReadFault::Unreadable(Unreadable::TooLong));
    }
    let mut outer = Reader::new(&raw);
    if outer.array().map_err(in_outer("outer array"))? != 4 {
        return Err(malformed("outer array"));
    }
    let (level_1, level_1_at) = byte_string(&mut outer, "level 1")?;
    let signature_1 = outer
        .array_of_bytes()
        .map(Signature)
        .map_err(in_outer("issuer signature"))?;
    let credential_end = outer.position();
    let (level_2, level_2_at) = byte_string(&mut outer, "level 2")?;
    let (signature_2, _) = byte_string(&mut outer, "device signature")?;
    if !outer.is_at_end() {
        return Err(ReadFault::Unreadable(Unreadable::WrongLength));
    }
    let credential = parse_level_1(level_1)?;
    let level_2_fields = (!level_2.is_empty())
        .then(|| parse_level_2(level_2))
        .transpose()?;
    let signature_2 = (!signature_2.is_empty())
        .then(|| signature_2.try_into().map(Signature))
        .transpose()
        .map_err(|_| malformed("device signature"))?;
    let layout = CompactLayout {
        profile: credential.profile,
        level_1: level_1_at,
        signature_1,
        level_2: signature_2
            .filter(|_| level_2_fields.is_some())
            .map(|signature| (level_2_at, signature)),
        credential_end,
    };
    let (generated, device_items) =
        level_2_fields.unwrap_or((UnixSeconds(i64::MIN), DeviceItems::default()));
    Ok(credential.into_scan((generated, device_items), layout, raw))
}

/// Whether bytes are a credential as a phone stores it: level 1 and the issuer's signature. Gives
/// the parts a phone signs over.
pub(super) fn split_credential(bytes: &[u8]) -> Option<(CompactProfile, &[u8], Signature)> {
    let mut reader = Reader::new(bytes);
    let level_1 = reader.bytes().ok()?;
    let signature = reader.array_of_bytes().map(Signature).ok()?;
    let fields = parse_level_1(level_1).ok()?;
    reader
        .is_at_end()
        .then_some((fields.profile, level_1, signature))
}

/// The fields of level 1.
struct Level1 {
    profile: CompactProfile,
    credential: CredentialRef,
    key_id: u32,
    not_before: UnixSeconds,
    lifetime_s: i64,
    product_and_services: u32,
    fare_ceiling_minor: u32,
    device_key: [u8; 33],
    status: Vec<u8>,
}

impl Level1 {
    fn into_scan(
        self,
        (generated, device_items): (UnixSeconds, DeviceItems),
        layout: CompactLayout,
        raw: Vec<u8>,
    ) -> Scan {
        let [product_high, product_low, category, services] =
            self.product_and_services.to_be_bytes();
        Scan {
            scheme: Scheme::Compact,
            credential: self.credential,
            key_id: self.key_id,
            product: u32::from(u16::from_be_bytes([product_high, product_low])),
            category,
            services: Services(services),
            not_before: self.not_before,
            expires: self.not_before.plus_s(self.lifetime_s),
            generated,
            device_items,
            valid_for_s: None,
            fare_ceiling_minor: self.fare_ceiling_minor,
            device_key: PublicKey {
                algorithm: self.profile.device_algorithm(),
                bytes: self.device_key,
            },
            payment_account: None,
            custom: self.status,
            raw,
            layout: Layout::Compact(layout),
        }
    }
}

fn parse_level_1(bytes: &[u8]) -> Result<Level1, ReadFault> {
    let mut reader = Reader::new(bytes);
    let items = reader.array().map_err(inside("level 1"))?;
    let profile = reader.unsigned(u64::MAX).map_err(inside("profile"))?;
    let profile = match profile {
        1 => CompactProfile::Es256,
        2 => CompactProfile::EdDsaEs256,
        3 => CompactProfile::Sm2,
        4 | 5 => return Err(ReadFault::Unsupported(Family::CompactReserved)),
        _ => return Err(malformed("profile")),
    };
    if !matches!(items, 9 | 10) {
        return Err(malformed("level 1"));
    }
    let issuer = reader.unsigned_32().map_err(inside("issuer"))?;
    let key_id = reader.unsigned_32().map_err(inside("key id"))?;
    let pseudonym: [u8; 8] = reader.array_of_bytes().map_err(inside("credential id"))?;
    let not_before_min = reader.unsigned_32().map_err(inside("not before"))?;
    let lifetime_min = reader
        .unsigned(u64::from(LIFETIME_MIN_MAX))
        .map_err(inside("lifetime"))?;
    let product_and_services = reader
        .unsigned_32()
        .map_err(inside("product and services"))?;
    let fare_ceiling_minor = reader.unsigned_32().map_err(inside("fare ceiling"))?;
    let device_key: [u8; 33] = reader.array_of_bytes().map_err(inside("device key"))?;
    if !matches!(device_key[0], 0x02 | 0x03) {
        return Err(malformed("device key"));
    }
    let lifetime_min = i64::try_from(lifetime_min)
        .ok()
        .filter(|minutes| *minutes > 0)
        .ok_or(malformed("lifetime"))?;
    let status_at = reader.position();
    if items == 10 {
        check_status(&mut reader).map_err(inside("status"))?;
    }
    if !reader.is_at_end() {
        return Err(malformed("level 1"));
    }
    let mut credential = [0; 10];
    credential[..8].copy_from_slice(&pseudonym);
    Ok(Level1 {
        profile,
        credential: CredentialRef {
            issuer: IssuerId(issuer),
            credential: CredentialId(credential),
        },
        key_id,
        not_before: UnixSeconds(i64::from(not_before_min) * 60),
        lifetime_s: lifetime_min * 60,
        product_and_services,
        fare_ceiling_minor,
        device_key,
        status: bytes[status_at..].to_vec(),
    })
}

/// A status map {1: code, 2: until minute, 3: area}: at least one entry, keys ascending.
fn check_status(reader: &mut Reader<'_>) -> Result<(), CborFault> {
    let pairs = reader.map()?;
    if !(1..=3).contains(&pairs) {
        return Err(CborFault::Shape);
    }
    let mut previous = 0;
    for _ in 0..pairs {
        let key = reader.unsigned(3)?;
        if key <= previous {
            return Err(CborFault::Shape);
        }
        previous = key;
        reader.unsigned(u64::MAX)?;
    }
    Ok(())
}

fn parse_level_2(bytes: &[u8]) -> Result<(UnixSeconds, DeviceItems), ReadFault> {
    let mut reader = Reader::new(bytes);
    let items = reader.array().map_err(inside("level 2"))?;
    if !(1..=4).contains(&items) {
        return Err(malformed("level 2"));
    }
    let time = reader.unsigned_32().map_err(inside("time"))?;
    let mut device_items = DeviceItems::default();
    if items >= 2 {
        device_items.counter = Some(reader.unsigned_32().map_err(inside("counter"))?);
    }
    if items >= 3 {
        device_items.reader_nonce = Some(reader.array_of_bytes().map_err(inside("reader nonce"))?);
    }
    if items >= 4 {
        device_items.reader = Some(reader.array_of_bytes().map_err(inside("reader ids"))?);
    }
    if !reader.is_at_end() {
        return Err(malformed("level 2"));
    }
    Ok((UnixSeconds(i64::from(time)), device_items))
}

fn byte_string<'a>(
    outer: &mut Reader<'a>,
    field: &'static str,
) -> Result<(&'a [u8], Range<usize>), ReadFault> {
    let bytes = outer.bytes().map_err(in_outer(field))?;
    let end = outer.position();
    Ok((bytes, end - bytes.len()..end))
}

/// A fault between the parts of the code: bytes that end early are a length fault.
fn in_outer(field: &'static str) -> impl Fn(CborFault) -> ReadFault {
    move |fault| match fault {
        CborFault::CutOff => ReadFault::Unreadable(Unreadable::WrongLength),
        CborFault::Shape => malformed(field),
    }
}

/// A fault inside a part, whose length the part itself told.
fn inside(field: &'static str) -> impl Fn(CborFault) -> ReadFault {
    move |fault| match fault {
        CborFault::CutOff | CborFault::Shape => malformed(field),
    }
}

fn malformed(field: &'static str) -> ReadFault {
    ReadFault::Unreadable(Unreadable::Malformed(field))
}
