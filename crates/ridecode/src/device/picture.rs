//! A QR code in a picture: pixels to the bytes a scanner would deliver.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context as _, anyhow, bail, ensure};
use rxing::common::HybridBinarizer;
use rxing::qrcode::QRCodeReader;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{
    BarcodeFormat, BinaryBitmap, DecodeHints, Luma8LuminanceSource, RXingResult,
    RXingResultMetadataType, RXingResultMetadataValue, Reader as _,
};

/// Reads the QR code in a PNG file.
pub fn read_code(path: &Path) -> anyhow::Result<Vec<u8>> {
    let shown = path.display();
    let image = read_png(path).with_context(|| format!("{shown} is no readable PNG picture"))?;
    find_code(image).ok_or_else(|| anyhow!("no QR code was found in the picture {shown}"))
}

/// Gray pixels, row by row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GrayImage {
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// 0 is black, 255 white.
    pub pixels: Vec<u8>,
}

/// The bytes of the QR code in an image: what was put into it, no character set guessed. Two
/// readers look in turn; each finds some codes that the other does not.
pub fn find_code(image: GrayImage) -> Option<Vec<u8>> {
    let hints = DecodeHints {
        PossibleFormats: Some([BarcodeFormat::QR_CODE].into()),
        TryHarder: Some(true),
        ..DecodeHints::default()
    };
    let source = Luma8LuminanceSource::new(image.pixels, image.width, image.height).ok()?;
    let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
    if let Ok(result) = QrReader.decode_with_hints(&mut bitmap, &hints) {
        // This reader's raw bytes are the content, segment by segment.
        return Some(result.getRawBytes().to_vec());
    }
    let result = QRCodeReader.decode_with_hints(&mut bitmap, &hints).ok()?;
    Some(content_of(&result))
}

/// The other reader's raw bytes are code words; its content is text, with the bytes of byte
/// segments beside it.
fn content_of(result: &RXingResult) -> Vec<u8> {
    let kind = RXingResultMetadataType::BYTE_SEGMENTS;
    if let Some(RXingResultMetadataValue::ByteSegments(segments)) =
        result.getRXingResultMetadata().get(&kind)
        && segments.iter().any(|segment| !segment.is_ascii())
    {
        return segments.concat();
    }
    result.getText().as_bytes().to_vec()
}

fn read_png(path: &Path) -> anyhow::Result<GrayImage> {
    let mut decoder = png::Decoder::new(BufReader::new(File::open(path)?));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    decoder.set_limits(png::Limits {
        bytes: PICTURE_BYTES_MAX,
    });
    let mut reader = decoder.read_info()?;
    let (width, height) = (reader.info().width, reader.info().height);
    ensure!(
        u64::from(width) * u64::from(height) <= PIXELS_MAX,
        "it has more than {PIXELS_MAX} pixels"
    );
    let length = reader.output_buffer_size().context("it is too large")?;
    let mut buffer = vec![0; length];
    let frame = reader.next_frame(&mut buffer)?;
    let pixels = &buffer[..frame.buffer_size()];
    let pixels = match frame.color_type {
        png::ColorType::Grayscale => pixels.to_vec(),
        png::ColorType::GrayscaleAlpha => {
            over_white(pixels, |[gray, alpha]: [u8; 2]| (u32::from(gray), alpha))
        }
        png::ColorType::Rgb => over_white(pixels, |rgb: [u8; 3]| (luma(rgb), 255)),
        png::ColorType::Rgba => over_white(pixels, |[red, green, blue, alpha]: [u8; 4]| {
            (luma([red, green, blue]), alpha)
        }),
        png::ColorType::Indexed => bail!("its colors were not resolved"),
    };
    Ok(GrayImage {
        width,
        height,
        pixels,
    })
}

/// Gray pixels of color ones. What is transparent shows the white of a screen.
fn over_white<const N: usize>(pixels: &[u8], gray: impl Fn([u8; N]) -> (u32, u8)) -> Vec<u8> {
    let (pixels, _) = pixels.as_chunks::<N>();
    let shown = |pixel: &[u8; N]| {
        let (gray, alpha) = gray(*pixel);
        let alpha = u32::from(alpha);
        u8::try_from((gray * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255)
    };
    pixels.iter().map(shown).collect()
}

/// ITU-R BT.601 luma, in thousandths.
fn luma([red, green, blue]: [u8; 3]) -> u32 {
    (299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue)) / 1_000
}

const PIXELS_MAX: u64 = 40_000_000;
const PICTURE_BYTES_MAX: usize = 256 << 20;
