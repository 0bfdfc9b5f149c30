//! Decodes WebP.

use std::io::Cursor;

use image_webp::WebPDecoder;

use super::bounds::{DecodedPicture, must_fit};
use super::exif::Orientation;
use super::raster::Raster;
use crate::error::PictureFault;

/// The most that the decoder holds for a pixel besides the result: a whole second picture, and planes of brightness and colour.
const DECODER_BYTES: usize = 8;
const EXIF_MAX_BYTES: usize = 1 << 20;

pub fn decode(file: &[u8]) -> Result<DecodedPicture, PictureFault> {
    let mut decoder = WebPDecoder::new(Cursor::new(file)).map_err(|_| PictureFault::Broken)?;
    if decoder.is_animated() {
        return Err(PictureFault::Moving);
    }
    let (width, height) = decoder.dimensions();
    let (width, height) = (width as usize, height as usize);
    let channels = if decoder.has_alpha() { 4 } else { 3 };
    must_fit((width, height), channels, channels + DECODER_BYTES)?;
    if frames(file).any(|size| size != Some((width, height))) {
        return Err(PictureFault::Broken);
    }
    let bytes = width * height * channels;
    if decoder.output_buffer_size() != Some(bytes) {
        return Err(PictureFault::Broken);
    }
    decoder.set_memory_limit(EXIF_MAX_BYTES);
    let exif = decoder.exif_metadata().ok().flatten();
    let orientation = exif.map_or(Orientation::UPRIGHT, |exif| Orientation::of_exif(&exif));
    let mut pixels = vec![0; bytes];
    decoder.read_image(&mut pixels).map_err(|_| PictureFault::Broken)?;
    let is_lossy = decoder.is_lossy();
    Ok(DecodedPicture { raster: Raster { width, height, channels, pixels }, orientation, is_lossy })
}

/// Returns the sizes that the frames of the file have by themselves. The decoder would compare them with that of the whole picture only
/// after it has made room for them.
fn frames(file: &[u8]) -> impl Iterator<Item = Option<(usize, usize)>> {
    let mut rest = file.get(12..).unwrap_or_default();
    let chunks = std::iter::from_fn(move || {
        let (name, size) = (rest.first_chunk::<4>()?, rest.get(4..)?.first_chunk::<4>()?);
        let bytes = usize::try_from(u32::from_le_bytes(*size)).ok()?;
        let content = rest.get(8..)?;
        // Each chunk begins at an even place.
        rest = content.get(bytes.checked_next_multiple_of(2)?..).unwrap_or_default();
        Some((name, content))
    });
    let frames = chunks.filter(|(name, _)| *name == b"VP8 ");
    frames.map(|(_, content)| {
        let [width_1, width_2, height_1, height_2] = *content.get(6..)?.first_chunk::<4>()?;
        let side = |bytes: [u8; 2]| usize::from(u16::from_le_bytes(bytes) & 0x3fff);
        Some((side([width_1, width_2]), side([height_1, height_2])))
    })
}
