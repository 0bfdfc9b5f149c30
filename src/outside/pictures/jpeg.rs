//! Decodes JPEG.

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::bounds::{DecodedPicture, must_fit};
use super::exif::Orientation;
use super::raster::Raster;
use crate::error::PictureFault;

/// A progressive picture comes in about ten scans, and each of them costs a walk over all of it.
const SCANS_MAX: usize = 32;

pub fn decode(file: &[u8]) -> Result<DecodedPicture, PictureFault> {
    let outline = Outline::read(file).ok_or(PictureFault::Broken)?;
    // The decoder makes wrong colours of a picture that is not progressive and has a scan for each colour, which hardly any program writes.
    let scans_max = if outline.is_progressive { SCANS_MAX } else { 1 };
    if outline.scans == 0 || outline.scans > scans_max {
        return Err(PictureFault::Broken);
    }
    let channels = if outline.samples.len() == 1 { 1 } else { 3 };
    must_fit((outline.width, outline.height), channels, channels + outline.coefficient_bytes())?;
    let colours = if channels == 1 { ColorSpace::Luma } else { ColorSpace::RGB };
    let options = DecoderOptions::default()
        .set_max_width(outline.width)
        .set_max_height(outline.height)
        .jpeg_set_max_scans(SCANS_MAX)
        .jpeg_set_out_colorspace(colours);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    decoder.decode_headers().map_err(|_| PictureFault::Broken)?;
    let bytes = outline.width * outline.height * channels;
    if decoder.output_buffer_size() != Some(bytes) {
        return Err(PictureFault::Broken);
    }
    let mut pixels = vec![0; bytes];
    decoder.decode_into(&mut pixels).map_err(|_| PictureFault::Broken)?;
    let orientation = decoder.exif().map_or(Orientation::UPRIGHT, |exif| Orientation::of_exif(exif));
    let raster = Raster { width: outline.width, height: outline.height, channels, pixels };
    Ok(DecodedPicture { raster, orientation, is_lossy: true })
}

/// The markers of a file up to its end.
#[derive(Debug, Default)]
struct Outline {
    width: usize,
    height: usize,
    is_progressive: bool,
    /// Samples of each component, across and down.
    samples: Vec<(usize, usize)>,
    scans: usize,
}

impl Outline {
    /// Reads the markers. `None` if they do not reach to the end of a picture.
    fn read(file: &[u8]) -> Option<Outline> {
        let mut outline = Outline::default();
        let mut at = 2;
        loop {
            if *file.get(at)? != 0xff {
                return None;
            }
            match *file.get(at + 1)? {
                0xff => at += 1,
                0x01 | 0xd0..=0xd7 => at += 2,
                0xd9 => return Some(outline).filter(|outline| !outline.samples.is_empty()),
                marker => {
                    let length = usize::from(u16::from_be_bytes(*file.get(at + 2..)?.first_chunk::<2>()?));
                    let segment = file.get(at + 4..(at + 2).checked_add(length)?)?;
                    at += 2 + length;
                    match marker {
                        0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => outline.add_frame(marker, segment)?,
                        0xda => {
                            outline.scans += 1;
                            at += scan_bytes(file.get(at..)?)?;
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// Reads the head of the frame, of which there is one.
    fn add_frame(&mut self, marker: u8, segment: &[u8]) -> Option<()> {
        let [_, height_1, height_2, width_1, width_2, count, components @ ..] = segment else { return None };
        if !self.samples.is_empty() || components.len() != usize::from(*count) * 3 {
            return None;
        }
        self.height = usize::from(u16::from_be_bytes([*height_1, *height_2]));
        self.width = usize::from(u16::from_be_bytes([*width_1, *width_2]));
        self.is_progressive = matches!(marker, 0xc2 | 0xc6 | 0xca | 0xce);
        let samples = components.chunks_exact(3).map(|part| (usize::from(part[1] >> 4), usize::from(part[1] & 15)));
        self.samples = samples.collect();
        self.samples.iter().all(|(across, down)| (1..=4).contains(across) && (1..=4).contains(down)).then_some(())
    }

    /// Returns the bytes that a decoder holds for each pixel until the last scan of a progressive picture.
    fn coefficient_bytes(&self) -> usize {
        if !self.is_progressive {
            return 0;
        }
        let across = self.samples.iter().map(|(across, _)| *across).max().unwrap_or(1);
        let down = self.samples.iter().map(|(_, down)| *down).max().unwrap_or(1);
        let all: usize = self.samples.iter().map(|(across, down)| across * down).sum();
        (2 * all).div_ceil(across * down)
    }
}

/// Returns the length of the pixels of a scan, up to the next marker.
fn scan_bytes(rest: &[u8]) -> Option<usize> {
    let is_marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7 | 0xff);
    rest.windows(2).position(is_marker)
}
