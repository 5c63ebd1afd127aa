//! Files of a provider as text: Alipay packs its bills as ZIP and writes them in GBK.
//!
//! Limited in files and in bytes; a length that the archive claims is not believed.

use std::io::{Cursor, Read as _};

use encoding_rs::GBK;
use ridecode_pay::BILL_LENGTH_MAX;

/// The file as it is, or the details out of a ZIP of them as UTF-8. `None` if it is a ZIP that
/// cannot be read, or longer than a bill may be.
pub(super) fn unpack(file: Vec<u8>) -> Option<Vec<u8>> {
    if !file.starts_with(b"PK\x03\x04") {
        return Some(file);
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).ok()?;
    if archive.len() > FILES_MAX {
        return None;
    }
    // The details are the long file beside their summary; names are GBK and tell nothing for sure.
    let mut details: Option<String> = None;
    for place in 0..archive.len() {
        let mut bytes = Vec::new();
        let file = archive.by_index(place).ok()?;
        let most = BILL_LENGTH_MAX as u64 + 1;
        file.take(most).read_to_end(&mut bytes).ok()?;
        let text = decode(bytes)?;
        if text.lines().any(|line| line.starts_with(DETAILS)) && details.replace(text).is_some() {
            return None;
        }
    }
    let details = details.filter(|text| text.len() <= BILL_LENGTH_MAX)?;
    Some(details.into_bytes())
}

fn decode(bytes: Vec<u8>) -> Option<String> {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return Some(text),
        Err(fault) => fault.into_bytes(),
    };
    let text = GBK.decode_without_bom_handling_and_without_replacement(&bytes)?;
    Some(text.into_owned())
}

/// How the head of an Alipay bill's details begins.
const DETAILS: &str = "支付宝交易号,商户订单号,";

/// A bill has two files.
const FILES_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::write::SimpleFileOptions;

    use super::*;

    fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            let options = SimpleFileOptions::default();
            archive.start_file(*name, options).expect("a file begins");
            archive.write_all(bytes).expect("bytes are packed");
        }
        archive.finish().expect("an archive").into_inner()
    }

    fn check(file: Vec<u8>, expected: Option<&str>) {
        assert_eq!(unpack(file), expected.map(|text| text.as_bytes().to_vec()));
    }

    #[test]
    fn the_details_come_out_of_their_archive_as_text() {
        let details = "#业务明细\n支付宝交易号,商户订单号,业务类型\n";
        let (gbk, _, _) = GBK.encode(details);
        let summary = "#汇总\n".as_bytes();
        check(packed(&[("b", summary), ("a", &gbk)]), Some(details));
        check(packed(&[("a", details.as_bytes())]), Some(details));
        check(b"transaction,order\n".to_vec(), Some("transaction,order\n"));
        check(Vec::new(), Some(""));
    }

    #[test]
    fn an_archive_that_is_no_bill_gives_nothing() {
        let details = "支付宝交易号,商户订单号,业务类型\n".as_bytes();
        check(packed(&[("a", b"#")]), None);
        check(packed(&[("a", details), ("b", details)]), None);
        check(packed(&[("a", b"\xff\xff\xff")]), None);
        check(b"PK\x03\x04".to_vec(), None);
        let names: Vec<String> = (0..17).map(|number| number.to_string()).collect();
        let many: Vec<_> = names.iter().map(|name| (name.as_str(), details)).collect();
        check(packed(&many), None);
        let mut torn = packed(&[("a", details)]);
        torn.truncate(40);
        check(torn, None);
    }
}
