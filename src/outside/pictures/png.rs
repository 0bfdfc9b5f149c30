//! Decodes PNG.

use std::io::Cursor;

use png::{Decoder, Limits, Transformations};

use super::bounds::{DecodedPicture, must_fit};
use super::exif::Orientation;
use super::raster::Raster;
use crate::error::PictureFault;

/// Room for the decoder's own needs, such as rows.
const DECODER_MAX_BYTES: usize = 4 << 20;

pub fn decode(file: &[u8]) -> Result<DecodedPicture, PictureFault> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(file), Limits { bytes: DECODER_MAX_BYTES });
    // Texts and profiles may be packed much smaller than they are.
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let (width, height) = decoder.read_header_info().map_err(|_| PictureFault::Broken)?.size();
    let (width, height) = (width as usize, height as usize);
    // Before anything else of the file is read. What one channel needs, every picture needs.
    must_fit((width, height), 1, 1)?;
    let mut reader = decoder.read_info().map_err(|_| PictureFault::Broken)?;
    if reader.info().animation_control.is_some() {
        return Err(PictureFault::Moving);
    }
    let channels = reader.output_color_type().0.samples();
    must_fit((width, height), channels, channels)?;
    let bytes = width * height * channels;
    if reader.output_buffer_size() != Some(bytes) {
        return Err(PictureFault::Broken);
    }
    let mut pixels = vec![0; bytes];
    reader.next_frame(&mut pixels).map_err(|_| PictureFault::Broken)?;
    let exif = reader.info().exif_metadata.as_ref();
    let orientation = exif.map_or(Orientation::UPRIGHT, |exif| Orientation::of_exif(exif));
    Ok(DecodedPicture { raster: Raster { width, height, channels, pixels }, orientation, is_lossy: false })
}
