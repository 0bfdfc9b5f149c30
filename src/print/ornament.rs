//! The ornaments of a certificate: frame, rosette and seal; and the QR.

use std::f32::consts::TAU;

use krilla::geom::{Path, PathBuilder, Rect};
use qrcode::{Color, EcLevel, QrCode};

use super::canvas::{Canvas, GOLD, GREEN, HIGH, PALE, WHITE, WIDE, circle, ellipse, polyline, rect};
use crate::error::{Error, Result};

/// The distance of the frame from the edge of the paper, since no printer prints up to the edge.
const EDGE: f32 = 26.0;
const BAND: f32 = 15.0;

/// Draws the frame: lines outside and inside, and between them a band of waves that cross.
pub fn frame(canvas: &mut Canvas) {
    let inside = |by: f32| rect(by, by, WIDE - 2.0 * by, HIGH - 2.0 * by);
    canvas.stroke(inside(EDGE), GREEN, 2.4);
    let middle = EDGE + 3.5 + BAND / 2.0;
    for phase in [0.0, 0.5, 0.25, 0.75] {
        canvas.stroke(band(middle, BAND / 2.0 - 1.6, phase), GOLD, 0.45);
    }
    canvas.stroke(inside(EDGE + 3.5), GOLD, 0.6);
    canvas.stroke(inside(EDGE + 3.5 + BAND), GOLD, 0.6);
    canvas.stroke(inside(EDGE + 3.5 + BAND + 4.0), GREEN, 1.0);
    for (x, y) in [(middle, middle), (WIDE - middle, middle), (WIDE - middle, HIGH - middle), (middle, HIGH - middle)] {
        let half = BAND / 2.0 + 4.5;
        canvas.area(rect(x - half, y - half, 2.0 * half, 2.0 * half), WHITE);
        canvas.stroke(rect(x - half, y - half, 2.0 * half, 2.0 * half), GREEN, 1.0);
        canvas.stroke(rosette(x, y, half - 2.0, half * 0.42, 8), GOLD, 0.5);
        canvas.area(circle(x, y, 1.5), GREEN);
    }
}

/// Returns one wave line around the sheet. Each side has a whole number of waves, so that the line meets itself at the corners.
fn band(by: f32, high: f32, phase: f32) -> Option<Path> {
    let (wide, tall) = (WIDE - 2.0 * by, HIGH - 2.0 * by);
    let side = |length: f32| {
        let waves = (length / 17.0).round();
        let steps = (waves * 14.0) as usize;
        (0..steps).map(move |n| {
            let along = n as f32 / steps as f32;
            (along * length, high * (TAU * (along * waves + phase)).sin())
        })
    };
    let mut points: Vec<(f32, f32)> = side(wide).map(|(along, out)| (by + along, by - out)).collect();
    points.extend(side(tall).map(|(along, out)| (by + wide + out, by + along)));
    points.extend(side(wide).map(|(along, out)| (by + wide - along, by + tall + out)));
    points.extend(side(tall).map(|(along, out)| (by - out, by + tall - along)));
    polyline(points, true)
}

/// Returns ellipses that are turned around one centre.
fn rosette(x: f32, y: f32, long: f32, short: f32, count: usize) -> Option<Path> {
    let mut path = PathBuilder::new();
    for n in 0..count {
        ellipse(&mut path, (x, y), long, short, 180.0 * n as f32 / count as f32);
    }
    path.finish()
}

/// Draws a very light pattern behind the text.
pub fn watermark(canvas: &mut Canvas) {
    let (x, y) = (WIDE / 2.0, HIGH / 2.0 + 4.0);
    canvas.stroke(rosette(x, y, 196.0, 92.0, 36), PALE, 0.35);
    canvas.stroke(rosette(x, y, 92.0, 40.0, 24), PALE, 0.35);
}

/// Draws a line with a diamond in its middle.
pub fn divider(canvas: &mut Canvas, x: f32, y: f32, half: f32) {
    for way in [-1.0, 1.0] {
        canvas.stroke(polyline([(x + way * 9.0, y), (x + way * half, y)], false), GOLD, 0.7);
        canvas.area(diamond(x + way * (half + 2.0), y, 1.6), GOLD);
    }
    canvas.area(diamond(x, y, 4.2), GOLD);
    canvas.area(diamond(x, y, 1.8), WHITE);
}

fn diamond(x: f32, y: f32, r: f32) -> Option<Path> {
    polyline([(x - r, y), (x, y - r), (x + r, y), (x, y + r)], true)
}

pub fn seal(canvas: &mut Canvas, x: f32, y: f32) {
    const R: f32 = 37.0;
    for (way, tilt) in [(-1.0, 9.0), (1.0, 9.0)] {
        let tail = [(2.0, 20.0), (22.0, 20.0), (22.0 + tilt, 68.0), (13.0 + tilt, 60.0), (2.0 + tilt, 66.0)];
        canvas.area(polyline(tail.map(|(u, v)| (x + way * u, y + v)), true), GREEN);
        let seam = [(6.0, 30.0), (5.0 + tilt, 60.0)];
        canvas.stroke(polyline(seam.map(|(u, v)| (x + way * u, y + v)), false), GOLD, 0.5);
    }
    let teeth = (0..96).map(|n| {
        let r = if n % 2 == 0 { R } else { R - 2.6 };
        let (sin, cos) = (TAU * n as f32 / 96.0).sin_cos();
        (x + r * cos, y + r * sin)
    });
    canvas.area(polyline(teeth, true), GOLD);
    canvas.stroke(circle(x, y, R - 4.4), WHITE, 0.7);
    canvas.stroke(rosette(x, y, R - 6.2, 13.0, 24), PALE, 0.3);
    canvas.area(circle(x, y, 20.5), WHITE);
    canvas.stroke(circle(x, y, 18.8), GOLD, 0.6);
    canvas.centred("수료", x, y + 2.6, 14.0, 0.06, GREEN);
    canvas.centred("CERTIFIED", x, y + 10.4, 4.4, 0.12, GOLD);
    canvas.area(diamond(x, y - 12.4, 2.2), GOLD);
}

/// Draws the QR as filled areas, with the quiet zone around it that scanners need.
pub fn qr(canvas: &mut Canvas, text: &str, x: f32, y: f32, side: f32) -> Result<()> {
    const QUIET: f32 = 4.0;
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(Error::internal)?;
    let modules = code.width();
    let module = side / (modules as f32 + 2.0 * QUIET);
    canvas.area(rect(x, y, side, side), WHITE);
    let mut path = PathBuilder::new();
    for (row, colors) in code.to_colors().chunks(modules).enumerate() {
        let mut column = 0;
        while column < modules {
            let dark = colors[column..].iter().take_while(|c| **c == Color::Dark).count();
            let left = x + (column as f32 + QUIET) * module;
            let top = y + (row as f32 + QUIET) * module;
            if let Some(bar) = Rect::from_xywh(left, top, dark as f32 * module, module) {
                path.push_rect(bar);
            }
            column += dark.max(1);
        }
    }
    canvas.area(path.finish(), super::canvas::BLACK);
    Ok(())
}
