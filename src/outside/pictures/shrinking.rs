//! Makes pictures smaller, by the filter of Lanczos over three lobes: letters stay sharp.

use super::raster::{Raster, RgbPicture, write_as_rgb};

const LOBES: f32 = 3.0;

/// Returns the picture in colours without alpha, at most `max_px` long. A smaller one stays as large as it is.
///
/// The rows are made shorter in their own place where that is possible, since a picture may take most of the room there is.
pub fn shrink(raster: Raster, max_px: usize) -> RgbPicture {
    let Raster { width, height, channels, mut pixels } = raster;
    let (new_width, new_height) = fitted((width, height), max_px);
    let taps = taps(width, new_width);
    let (row_bytes, new_row_bytes) = (width * channels, new_width * 3);
    let mut row = vec![0; width * 3];
    if is_in_place((width, height), channels, max_px) {
        for y in 0..height {
            write_as_rgb(&pixels[y * row_bytes..][..row_bytes], channels, &mut row);
            shorten(&row, &taps, &mut pixels[y * new_row_bytes..][..new_row_bytes]);
        }
        pixels.truncate(height * new_row_bytes);
    } else {
        let mut shortened = vec![0; height * new_row_bytes];
        for (old, new) in pixels.chunks_exact(row_bytes).zip(shortened.chunks_exact_mut(new_row_bytes)) {
            write_as_rgb(old, channels, &mut row);
            shorten(&row, &taps, new);
        }
        pixels = shortened;
    }
    if new_height < height {
        pixels = lower(&pixels, new_row_bytes, &self::taps(height, new_height));
    }
    RgbPicture { width: new_width, height: new_height, pixels }
}

/// Returns the bytes that `shrink` takes besides the pixels that it is given.
pub fn needed_bytes((width, height): (usize, usize), channels: usize, max_px: usize) -> usize {
    let (new_width, new_height) = fitted((width, height), max_px);
    let shortened = if is_in_place((width, height), channels, max_px) { 0 } else { new_width * height * 3 };
    width * 3 + shortened + new_width * new_height * 3
}

fn is_in_place((width, height): (usize, usize), channels: usize, max_px: usize) -> bool {
    fitted((width, height), max_px).0 * 3 <= width * channels
}

/// Returns the size of the picture that is at most `max_px` long, with the same proportions.
fn fitted((width, height): (usize, usize), max_px: usize) -> (usize, usize) {
    let longest = width.max(height);
    if longest <= max_px {
        return (width, height);
    }
    let fit = |side: usize| ((side * max_px + longest / 2) / longest).max(1);
    (fit(width), fit(height))
}

/// The old pixels of which a new one is made, from the first on, and how much each counts.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

fn taps(old: usize, new: usize) -> Vec<Taps> {
    let ratio = old as f32 / new as f32;
    let one = |n: usize| {
        let centre = (n as f32 + 0.5) * ratio - 0.5;
        let first = (centre - LOBES * ratio).ceil().max(0.0) as usize;
        let last = ((centre + LOBES * ratio).floor().max(0.0) as usize).min(old - 1);
        let mut weights: Vec<f32> = (first..=last).map(|at| lanczos((at as f32 - centre) / ratio)).collect();
        let sum: f32 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= sum);
        Taps { first, weights }
    };
    // Pixels that are not made smaller stay exactly what they are.
    let same = |n: usize| Taps { first: n, weights: vec![1.0] };
    (0..new).map(|n| if old == new { same(n) } else { one(n) }).collect()
}

fn lanczos(x: f32) -> f32 {
    if x.abs() < 1e-6 {
        return 1.0;
    }
    if x.abs() >= LOBES {
        return 0.0;
    }
    let angle = std::f32::consts::PI * x;
    LOBES * angle.sin() * (angle / LOBES).sin() / (angle * angle)
}

fn shorten(row: &[u8], taps: &[Taps], new: &mut [u8]) {
    let row = row.as_chunks::<3>().0;
    for (taps, new) in taps.iter().zip(new.as_chunks_mut::<3>().0) {
        let mut sums = [0.0_f32; 3];
        for (pixel, weight) in row[taps.first..].iter().zip(&taps.weights) {
            for (sum, value) in sums.iter_mut().zip(pixel) {
                *sum += f32::from(*value) * weight;
            }
        }
        *new = sums.map(rounded);
    }
}

fn lower(pixels: &[u8], row_bytes: usize, taps: &[Taps]) -> Vec<u8> {
    let mut lowered = Vec::with_capacity(taps.len() * row_bytes);
    let mut sums = vec![0.0_f32; row_bytes];
    for taps in taps {
        sums.fill(0.0);
        for (row, weight) in pixels[taps.first * row_bytes..].chunks_exact(row_bytes).zip(&taps.weights) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += f32::from(*value) * weight;
            }
        }
        lowered.extend(sums.iter().map(|sum| rounded(*sum)));
    }
    lowered
}

fn rounded(sum: f32) -> u8 {
    // The conversion keeps within 0 and 255.
    (sum + 0.5) as u8
}
