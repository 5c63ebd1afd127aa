//! What a code's signatures say by themselves, without anybody's trust: for tools that explain a
//! code. No decision may rest on it, since the keys come from the code.

use crate::compact;
use crate::crypto::{Crypto, Sm2Id};
use crate::key::IdProfile;
use crate::mot::CodeView;
use crate::scan::{Layout, Scan};

/// Whether each signature fits the key that the code itself carries for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InnerSignatures {
    /// The issuer's, against the key in the certificate. `None` where the code carries no issuer
    /// key.
    pub issuer: Option<bool>,
    /// The phone's, against the key in the credential. `None` if it is missing.
    pub device: Option<bool>,
}

/// Checks a scan against itself. Proves that it was not altered since it was made, and nothing
/// about who made it. `profile` matters to `mot` only.
pub fn inner_signatures<C: Crypto>(crypto: &C, scan: &Scan, profile: IdProfile) -> InnerSignatures {
    let device_key = crypto.parse_key(&scan.device_key);
    match &scan.layout {
        Layout::Compact(layout) => InnerSignatures {
            issuer: None,
            device: layout.level_2.as_ref().map(|(level_2, signature)| {
                let level_1 = &scan.raw[layout.level_1.clone()];
                let level_2 = &scan.raw[level_2.clone()];
                let input =
                    compact::device_input(layout.profile, level_1, &layout.signature_1, level_2);
                device_key.is_some_and(|key| crypto.verify(&key, Sm2Id::DEFAULT, &input, signature))
            }),
        },
        Layout::Mot => {
            let view = CodeView::new(&scan.raw).expect("a scan's bytes were read before");
            let credential = view.credential;
            let issuer_key = crypto.parse_key(&credential.certificate().issuer_key());
            let issuer_id = credential.issuer_id(profile);
            let issuer_signature = credential.issuer_signature();
            let device_id = credential.device_id(profile);
            let device_signature = view.device_signature();
            InnerSignatures {
                issuer: Some(issuer_key.is_some_and(|key| {
                    let signed = credential.issuer_signed();
                    crypto.verify(&key, issuer_id, signed, &issuer_signature)
                })),
                device: Some(device_key.is_some_and(|key| {
                    crypto.verify(&key, device_id, view.device_signed(), &device_signature)
                })),
            }
        }
    }
}
