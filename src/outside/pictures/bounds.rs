//! The room that a picture may take, and what a decoder gives back.

use super::exif::Orientation;
use super::raster::Raster;
use super::shrinking;
use crate::error::PictureFault;

/// Longest side of a picture that is kept.
pub const LARGE_MAX_PX: usize = 1_600;
/// Room for all that is held while a picture is decoded and made smaller, besides its file.
pub const DECODED_MAX_BYTES: usize = 64 << 20;
/// No side is longer: pictures of pages that were scrolled are long, and have few pixels all the same.
pub const SIDE_MAX_PX: usize = 20_000;

/// The pixels of a file, and how they must be turned.
pub struct DecodedPicture {
    pub raster: Raster,
    pub orientation: Orientation,
    /// Whether the file has lost details already, as JPEG loses them: then PNG would be larger.
    pub is_lossy: bool,
}

/// Fails if a picture of this size needs more room than there is. `decoder_bytes` is what the decoder holds for each pixel, with the
/// pixels themselves, of which each has so many `channels`.
pub fn must_fit((width, height): (usize, usize), channels: usize, decoder_bytes: usize) -> Result<(), PictureFault> {
    if width == 0 || height == 0 {
        return Err(PictureFault::Broken);
    }
    if width > SIDE_MAX_PX || height > SIDE_MAX_PX {
        return Err(PictureFault::TooManyPixels);
    }
    let pixels = width * height;
    let while_shrunk = pixels * channels + shrinking::needed_bytes((width, height), channels, LARGE_MAX_PX);
    let needed = while_shrunk.max(pixels * decoder_bytes);
    if needed <= DECODED_MAX_BYTES { Ok(()) } else { Err(PictureFault::TooManyPixels) }
}
