//! Pictures that people send: PNG, JPEG and WebP, told by their first bytes. What is kept of one is its pixels, encoded anew: nothing
//! of its file, such as the place where a photo was taken, goes further.
//!
//! The head of a file says how much room its pixels need, and a file that needs too much is refused before any of it is decoded.

mod bounds;
mod cache;
mod exif;
mod jpeg;
mod png;
mod raster;
mod shrinking;
mod webp;

use bytes::Bytes;

use self::bounds::{DecodedPicture, LARGE_MAX_PX};
pub use self::cache::PictureCache;
use self::raster::RgbPicture;
use crate::error::PictureFault;

/// Longest side of the small picture that is kept beside the other one.
const SMALL_MAX_PX: usize = 400;
const JPEG_QUALITY: u8 = 85;

/// The form in which a picture is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureKind {
    Jpeg,
    Png,
}

impl PictureKind {
    /// The end of the names of its files.
    pub fn ending(self) -> &'static str {
        match self {
            PictureKind::Jpeg => "jpg",
            PictureKind::Png => "png",
        }
    }
}

/// A picture as it is kept.
#[derive(Debug)]
pub struct PreparedPicture {
    pub large: Bytes,
    pub small: Bytes,
    /// Form of both.
    pub kind: PictureKind,
    /// Size of the large one.
    pub width: usize,
    pub height: usize,
}

/// Makes what is kept of a file: upright, at most 1,600 pixels long, on white where one could look through. It takes up to a second,
/// and `DECODED_MAX_BYTES`.
pub fn prepare(file: &[u8]) -> Result<PreparedPicture, PictureFault> {
    let DecodedPicture { raster, orientation, is_lossy } = decode(file)?;
    let large = orientation.turn(shrinking::shrink(raster, LARGE_MAX_PX));
    let jpeg = encode_jpeg(&large)?;
    let png = if is_lossy { None } else { encode_png(&large) };
    let (kind, large_file) = match png {
        Some(png) if png.len() < jpeg.len() => (PictureKind::Png, png),
        _ => (PictureKind::Jpeg, jpeg),
    };
    let (width, height) = (large.width, large.height);
    let small = shrinking::shrink(large.into(), SMALL_MAX_PX);
    let small = match kind {
        PictureKind::Jpeg => encode_jpeg(&small)?,
        PictureKind::Png => encode_png(&small).ok_or(PictureFault::Broken)?,
    };
    Ok(PreparedPicture { large: large_file.into(), small: small.into(), kind, width, height })
}

fn decode(file: &[u8]) -> Result<DecodedPicture, PictureFault> {
    match file {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => png::decode(file),
        [0xff, 0xd8, 0xff, ..] => jpeg::decode(file),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => webp::decode(file),
        _ => Err(PictureFault::NoPicture),
    }
}

fn encode_jpeg(picture: &RgbPicture) -> Result<Vec<u8>, PictureFault> {
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, JPEG_QUALITY);
    // Letters in colour become blurred otherwise.
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_1_1);
    let side = |side: usize| u16::try_from(side).map_err(|_| PictureFault::Broken);
    let (width, height) = (side(picture.width)?, side(picture.height)?);
    let encoded = encoder.encode(&picture.pixels, width, height, jpeg_encoder::ColorType::Rgb);
    encoded.map_err(|_| PictureFault::Broken)?;
    Ok(file)
}

fn encode_png(picture: &RgbPicture) -> Option<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder =
        ::png::Encoder::new(&mut file, u32::try_from(picture.width).ok()?, u32::try_from(picture.height).ok()?);
    encoder.set_color(::png::ColorType::Rgb);
    encoder.set_depth(::png::BitDepth::Eight);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&picture.pixels).ok()?;
    writer.finish().ok()?;
    Some(file)
}

#[cfg(test)]
mod tests;
