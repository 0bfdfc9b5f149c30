//! Pixels in memory.

/// Pixels as a decoder gives them, row by row.
pub struct Raster {
    pub width: usize,
    pub height: usize,
    /// 1: grey, 2: grey and alpha, 3: red, green and blue, 4: these and alpha.
    pub channels: usize,
    pub pixels: Vec<u8>,
}

/// Pixels of red, green and blue, row by row.
pub struct RgbPicture {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<u8>,
}

impl From<RgbPicture> for Raster {
    fn from(picture: RgbPicture) -> Raster {
        Raster { width: picture.width, height: picture.height, channels: 3, pixels: picture.pixels }
    }
}

/// Writes a row as red, green and blue. What one could look through stands on white.
pub fn write_as_rgb(row: &[u8], channels: usize, rgb: &mut [u8]) {
    for (pixel, [red, green, blue]) in row.chunks_exact(channels).zip(rgb.as_chunks_mut::<3>().0) {
        (*red, *green, *blue) = match *pixel {
            [grey] => (grey, grey, grey),
            [grey, alpha] => {
                let grey = on_white(grey, alpha);
                (grey, grey, grey)
            }
            [red, green, blue] => (red, green, blue),
            [red, green, blue, alpha] => (on_white(red, alpha), on_white(green, alpha), on_white(blue, alpha)),
            _ => return,
        };
    }
}

fn on_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}
