//! Which 32 bytes may be an Ed25519 point, told from the bytes alone, so that every library
//! refuses the same keys and signatures. Never decides whether a signature holds.

/// Whether an encoded point is canonical (y below p) and not of small order. A key of small
/// order would accept almost any message; libraries differ on both unless asked (RFC 8032
/// section 5.1.7).
pub(super) fn is_acceptable(encoded: &[u8; 32]) -> bool {
    let mut y = *encoded;
    y[31] &= 0x7f;
    let small_order = [&Y_ZERO, &Y_ONE, &Y_MINUS_ONE, &Y_EIGHTH, &Y_EIGHTH_NEGATED];
    is_below_p(&y) && !small_order.contains(&&y)
}

/// Whether a little-endian number is below p = 2²⁵⁵ − 19.
fn is_below_p(y: &[u8; 32]) -> bool {
    let high_is_full = y[31] == 0x7f && y[1..31].iter().all(|byte| *byte == 0xff);
    !(high_is_full && y[0] >= 0xed)
}

const Y_ZERO: [u8; 32] = [0; 32];
const Y_ONE: [u8; 32] = {
    let mut y = [0; 32];
    y[0] = 1;
    y
};
const Y_MINUS_ONE: [u8; 32] = {
    let mut y = [0xff; 32];
    y[0] = 0xec;
    y[31] = 0x7f;
    y
};
/// The y of the points of order eight, and its negation.
const Y_EIGHTH: [u8; 32] = [
    0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
    0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
];
const Y_EIGHTH_NEGATED: [u8; 32] = [
    0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
    0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
];

#[cfg(all(test, feature = "portable"))]
mod tests {
    use super::*;

    #[test]
    fn the_listed_points_are_those_the_library_calls_weak() {
        for y in [Y_ZERO, Y_ONE, Y_MINUS_ONE, Y_EIGHTH, Y_EIGHTH_NEGATED] {
            for sign in [0, 0x80] {
                let mut encoded = y;
                encoded[31] |= sign;
                if let Ok(key) = ed25519_dalek::VerifyingKey::from_bytes(&encoded) {
                    assert!(key.is_weak(), "{encoded:02x?}");
                }
                assert!(!is_acceptable(&encoded), "{encoded:02x?}");
            }
        }
    }

    #[test]
    fn a_number_of_p_or_more_is_refused() {
        let mut y = Y_MINUS_ONE;
        for low in 0xed..=0xff {
            y[0] = low;
            assert!(!is_acceptable(&y));
        }
        y[0] = 0xeb;
        assert!(is_acceptable(&y));
    }
}
