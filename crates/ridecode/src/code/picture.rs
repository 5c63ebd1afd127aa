//! Codes as pictures: drawn as a validator likes them, and read back as a scanner does.

use anyhow::{Context as _, bail};
use fast_qr::{ECL, Mode, QRBuilder};
use rxing::common::HybridBinarizer;
use rxing::qrcode::QRCodeReader;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{
    BinaryBitmap, DecodeHintValue, DecodeHints, Luma8LuminanceSource, RXingResultMetadataType,
    RXingResultMetadataValue, Reader as _,
};

/// The longest picture file looked at, in bytes.
pub const FILE_LENGTH_MAX: u64 = 16 << 20;

/// The modules of a QR symbol, row by row; true is dark. Level M, the smallest version that fits.
/// Text in the alphanumeric alphabet uses that mode, everything else byte mode.
pub fn modules(code: &[u8]) -> anyhow::Result<Vec<Vec<bool>>> {
    let alphanumeric = code.iter().all(|byte| {
        byte.is_ascii_digit() || byte.is_ascii_uppercase() || b" $%*+-./:".contains(byte)
    });
    let mode = if alphanumeric {
        Mode::Alphanumeric
    } else {
        Mode::Byte
    };
    let symbol = QRBuilder::new(code)
        .mode(mode)
        .ecl(ECL::M)
        .build()
        .map_err(|_| anyhow::anyhow!("{} bytes do not fit a QR symbol", code.len()))?;
    let rows = symbol.data.chunks(symbol.size).take(symbol.size);
    Ok(rows
        .map(|row| row.iter().map(|module| module.value()).collect())
        .collect())
}

/// Draws a code as a black and white PNG with a quiet zone of four modules. `module_px` is the side
/// of a module in pixels, 1 to 64.
pub fn draw(code: &[u8], module_px: usize) -> anyhow::Result<Vec<u8>> {
    if !(1..=64).contains(&module_px) {
        bail!("a module has 1 to 64 pixels, not {module_px}");
    }
    let modules = modules(code)?;
    let side = (modules.len() + 2 * QUIET_ZONE) * module_px;
    let mut gray = vec![WHITE; side * side];
    for (row, modules) in modules.iter().enumerate() {
        for (column, _) in modules.iter().enumerate().filter(|(_, dark)| **dark) {
            for y in 0..module_px {
                let start =
                    ((row + QUIET_ZONE) * module_px + y) * side + (column + QUIET_ZONE) * module_px;
                gray[start..start + module_px].fill(BLACK);
            }
        }
    }
    let mut png = Vec::new();
    let side = u32::try_from(side).context("the picture is too large")?;
    let mut encoder = png::Encoder::new(&mut png, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(&gray)?;
    Ok(png)
}

/// Finds a QR symbol in a PNG and gives the bytes it carries, whatever they are.
pub fn scan(png: &[u8]) -> anyhow::Result<Vec<u8>> {
    let (gray, width, height) = gray(png)?;
    scan_gray(gray, width, height).context("no QR code was found in the picture")
}

/// Finds a QR symbol among pixels of so much brightness, row by row. `None` if there is none.
///
/// Two finders, as each reads pictures the other does not. The first gives the bytes themselves;
/// the second gives those of byte segments, and guesses at a character set for its text.
pub fn scan_gray(gray: Vec<u8>, width: u32, height: u32) -> Option<Vec<u8>> {
    let source = Luma8LuminanceSource::new(gray, width, height).ok()?;
    let mut image = BinaryBitmap::new(HybridBinarizer::new(source));
    let hints = DecodeHints::default().with(DecodeHintValue::TryHarder(true));
    if let Ok(found) = QrReader.decode_with_hints(&mut image, &hints) {
        return Some(found.getRawBytes().to_vec());
    }
    let found = QRCodeReader.decode_with_hints(&mut image, &hints).ok()?;
    let segments = found
        .getRXingResultMetadata()
        .get(&RXingResultMetadataType::BYTE_SEGMENTS);
    match segments {
        Some(RXingResultMetadataValue::ByteSegments(segments)) if !segments.is_empty() => {
            Some(segments.concat())
        }
        _ => Some(found.getText().as_bytes().to_vec()),
    }
}

/// The brightness of each pixel, row by row, with width and height.
fn gray(png: &[u8]) -> anyhow::Result<(Vec<u8>, u32, u32)> {
    let limits = png::Limits {
        bytes: PIXEL_BYTES_MAX,
    };
    let mut decoder = png::Decoder::new_with_limits(std::io::Cursor::new(png), limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().context("this is no PNG picture")?;
    let length = reader
        .output_buffer_size()
        .filter(|length| *length <= PIXEL_BYTES_MAX)
        .context("the picture is too large")?;
    let mut pixels = vec![0; length];
    let frame = reader
        .next_frame(&mut pixels)
        .context("the PNG picture is damaged")?;
    pixels.truncate(frame.buffer_size());
    let samples = frame.color_type.samples();
    let gray = pixels
        .chunks_exact(samples)
        .map(|pixel| match *pixel {
            [gray] => gray,
            [gray, alpha] => on_white(gray, alpha),
            [red, green, blue] => luma(red, green, blue),
            [red, green, blue, alpha] => on_white(luma(red, green, blue), alpha),
            _ => WHITE,
        })
        .collect();
    Ok((gray, frame.width, frame.height))
}

/// Brightness of a color, ITU-R BT.601 in 256ths.
fn luma(red: u8, green: u8, blue: u8) -> u8 {
    let sum = 77 * u32::from(red) + 150 * u32::from(green) + 29 * u32::from(blue);
    u8::try_from(sum >> 8).unwrap_or(WHITE)
}

/// A transparent pixel shows the paper.
fn on_white(gray: u8, alpha: u8) -> u8 {
    let alpha = u32::from(alpha);
    let sum = u32::from(gray) * alpha + u32::from(WHITE) * (255 - alpha);
    u8::try_from(sum / 255).unwrap_or(WHITE)
}

/// Modules of white around a symbol, ISO/IEC 18004 section 6.3.8.
const QUIET_ZONE: usize = 4;
const WHITE: u8 = 255;
const BLACK: u8 = 0;
/// A picture of 16 million pixels in four bytes each.
const PIXEL_BYTES_MAX: usize = 64 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_picture_is_said_so() {
        let check = |png: &[u8], expected: &str| {
            let fault = format!("{:#}", scan(png).unwrap_err());
            assert!(fault.contains(expected), "{fault}");
        };
        check(b"", "no PNG picture");
        check(b"R1:ABC", "no PNG picture");
        let good = draw(b"R1:ABC", 4).unwrap();
        check(&good[..good.len() - 30], "damaged");
        let mut blank = Vec::new();
        let mut encoder = png::Encoder::new(&mut blank, 40, 40);
        encoder.set_color(png::ColorType::Grayscale);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&[255; 1600]).unwrap();
        writer.finish().unwrap();
        check(&blank, "no QR code");
        assert!(draw(b"R1:ABC", 0).is_err());
        assert!(draw(b"R1:ABC", 65).is_err());
        assert!(draw(&[0; 4000], 1).is_err());
    }

    #[test]
    fn binary_and_text_come_back_byte_by_byte() {
        let code = super::super::make::example_mot();
        let all: Vec<u8> = (0..=255).collect();
        for code in [&code[..], &all, b"R1:ABC $%*+-./:", b"lower case"] {
            for module_px in [2, 5, 8] {
                assert_eq!(scan(&draw(code, module_px).unwrap()).unwrap(), code);
            }
        }
    }

    /// 309 characters are a symbol of version 10, 57 modules; 332 bytes one of version 14, 73.
    #[test]
    fn symbols_are_as_small_as_the_schemes_promise() {
        let check = |code: &[u8], expected| assert_eq!(modules(code).unwrap().len(), expected);
        check(&[b'A'; 309], 57);
        check(&[0x80; 332], 73);
    }
}
