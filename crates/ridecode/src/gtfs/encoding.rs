//! What a file that is no UTF-8 may be, for the report.

/// Words about the encoding of a file that is no UTF-8, empty if nothing can be said.
///
/// Chinese feeds are saved as GB18030 by spreadsheets: nearly all their pairs of bytes lie in the
/// part of it that GB 2312 has, from 0xA1A1 to 0xF7FE. Texts of one byte a character hardly ever
/// have two such bytes in a row.
pub(super) fn guess(bytes: &[u8]) -> &'static str {
    let (mut pairs, mut others) = (0_usize, 0_usize);
    let mut rest = bytes.iter().copied().filter(|byte| *byte != 0);
    while let Some(lead) = rest.next() {
        if lead.is_ascii() {
            continue;
        }
        let trail = rest.next().unwrap_or_default();
        let is_common = (0xa1..=0xf7).contains(&lead) && (0xa1..=0xfe).contains(&trail);
        *(if is_common { &mut pairs } else { &mut others }) += 1;
    }
    if pairs > others.saturating_mul(4) {
        " (it looks like GB18030: save it as UTF-8)"
    } else {
        " (save it as UTF-8)"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gb18030_is_told_from_texts_of_one_byte_a_character() {
        let check = |bytes: &[u8], expected: bool| {
            assert_eq!(guess(bytes).contains("GB18030"), expected, "{bytes:x?}");
        };
        // 广州东站
        check(b"s1,\xb9\xe3\xd6\xdd\xb6\xab\xd5\xbe,1\n", true);
        // Gare du Quai d'Été, Genève, in Latin-1
        check(b"s1,Quai d'\xc9t\xe9,1\ns2,Gen\xe8ve,1\n", false);
        check(b"s1,\xff,1\n", false);
        check(b"", false);
    }
}
