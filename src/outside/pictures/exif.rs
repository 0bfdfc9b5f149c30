//! The turn that a picture needs to stand upright, as the EXIF of its file says. Nothing else of EXIF is read.

use super::raster::RgbPicture;

const ORIENTATION_TAG: u16 = 0x0112;
const SHORT: u16 = 3;

/// The turns by their number in EXIF, from 1 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Orientation(u8);

impl Orientation {
    pub const UPRIGHT: Orientation = Orientation(1);

    /// Reads the first directory of EXIF. Whatever cannot be read counts as upright.
    pub fn of_exif(exif: &[u8]) -> Orientation {
        let exif = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
        read(exif).filter(|turn| (1..=8).contains(turn)).map_or(Orientation::UPRIGHT, Orientation)
    }

    /// Turns a picture upright.
    pub fn turn(self, picture: RgbPicture) -> RgbPicture {
        let (old_width, old_height) = (picture.width, picture.height);
        let is_on_its_side = self.0 >= 5;
        let (width, height) = if is_on_its_side { (old_height, old_width) } else { (old_width, old_height) };
        let (right, bottom) = (old_width - 1, old_height - 1);
        // The place in the file of the pixel that belongs to this place.
        let place: fn(usize, usize, usize, usize) -> (usize, usize) = match self.0 {
            2 => |x, y, right, _| (right - x, y),
            3 => |x, y, right, bottom| (right - x, bottom - y),
            4 => |x, y, _, bottom| (x, bottom - y),
            5 => |x, y, _, _| (y, x),
            6 => |x, y, _, bottom| (y, bottom - x),
            7 => |x, y, right, bottom| (right - y, bottom - x),
            8 => |x, y, right, _| (right - y, x),
            _ => return picture,
        };
        let old = picture.pixels.as_chunks::<3>().0;
        let mut pixels = Vec::with_capacity(picture.pixels.len());
        for y in 0..height {
            for x in 0..width {
                let (old_x, old_y) = place(x, y, right, bottom);
                pixels.extend_from_slice(&old[old_y * old_width + old_x]);
            }
        }
        RgbPicture { width, height, pixels }
    }
}

fn read(exif: &[u8]) -> Option<u8> {
    let is_little = match exif.get(..4)? {
        [b'I', b'I', 42, 0] => true,
        [b'M', b'M', 0, 42] => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes = *exif.get(at..)?.first_chunk::<2>()?;
        Some(if is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let long = |at: usize| {
        let bytes = *exif.get(at..)?.first_chunk::<4>()?;
        Some(if is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    };
    let directory = usize::try_from(long(4)?).ok()?;
    let entries = usize::from(short(directory)?);
    let at = (0..entries).map(|n| directory.saturating_add(2 + 12 * n));
    let entry = at.take_while(|at| short(*at).is_some()).find(|at| short(*at) == Some(ORIENTATION_TAG))?;
    if short(entry + 2)? != SHORT {
        return None;
    }
    u8::try_from(short(entry + 8)?).ok()
}
