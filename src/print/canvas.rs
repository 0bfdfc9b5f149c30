//! Draws on one page. Coordinates are in points, from the top left.

use krilla::color::rgb::Color;
use krilla::geom::{Path, PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, LineCap, LineJoin, Stroke};
use krilla::surface::Surface;

use super::text::{self, TextBox, TextLine};

pub const WIDE: f32 = 841.89;
pub const HIGH: f32 = 595.28;

#[derive(Clone, Copy)]
pub struct Ink(pub u8, pub u8, pub u8);

pub const GREEN: Ink = Ink(11, 61, 50);
pub const GOLD: Ink = Ink(160, 124, 48);
pub const PALE: Ink = Ink(238, 227, 200);
pub const BLACK: Ink = Ink(28, 30, 33);
pub const GREY: Ink = Ink(98, 98, 96);
pub const WHITE: Ink = Ink(255, 255, 255);
pub const RED: Ink = Ink(176, 32, 24);

pub struct Canvas<'a> {
    surface: Surface<'a>,
}

impl<'a> Canvas<'a> {
    pub fn new(surface: Surface<'a>) -> Canvas<'a> {
        Canvas { surface }
    }

    pub fn finish(self) {
        self.surface.finish();
    }

    fn fill_with(&mut self, ink: Ink, opacity: f32) {
        let opacity = NormalizedF32::new(opacity).unwrap_or(NormalizedF32::ONE);
        self.surface.set_fill(Some(Fill { paint: Color::new(ink.0, ink.1, ink.2).into(), opacity, ..Fill::default() }));
        self.surface.set_stroke(None);
    }

    pub fn area(&mut self, path: Option<Path>, ink: Ink) {
        let Some(path) = path else { return };
        self.fill_with(ink, 1.0);
        self.surface.draw_path(&path);
    }

    pub fn stroke(&mut self, path: Option<Path>, ink: Ink, width: f32) {
        let Some(path) = path else { return };
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(Stroke {
            paint: Color::new(ink.0, ink.1, ink.2).into(),
            width,
            line_cap: LineCap::Round,
            line_join: LineJoin::Miter,
            ..Stroke::default()
        }));
        self.surface.draw_path(&path);
    }

    /// Draws with the origin moved to `x`, `y` and the axes turned.
    pub fn turned(&mut self, x: f32, y: f32, degrees: f32, draw: impl FnOnce(&mut Self)) {
        self.surface.push_transform(&Transform::from_translate(x, y));
        self.surface.push_transform(&Transform::from_rotate(degrees));
        draw(self);
        self.surface.pop();
        self.surface.pop();
    }

    pub fn set(&mut self, line: &TextLine, x: f32, y: f32, size: f32, ink: Ink) {
        self.set_faint(line, x, y, size, ink, 1.0);
    }

    pub fn set_faint(&mut self, line: &TextLine, x: f32, y: f32, size: f32, ink: Ink, opacity: f32) {
        self.fill_with(ink, opacity);
        let mut at = x;
        for run in &line.runs {
            self.surface.draw_glyphs(Point::from_xy(at, y), &run.glyphs, run.font.clone(), &run.text, size, false);
            at += run.width * size;
        }
    }

    pub fn left(&mut self, text: &str, x: f32, y: f32, size: f32, ink: Ink) {
        self.set(&text::set_line(text, 0.0), x, y, size, ink);
    }

    pub fn centred(&mut self, text: &str, x: f32, y: f32, size: f32, spread: f32, ink: Ink) {
        let line = text::set_line(text, spread);
        self.set(&line, x - line.width * size / 2.0, y, size, ink);
    }

    /// Sets a text centred on `x`, in lines that fit `text_box`. The first line stands at `y`; returns where the last one stands.
    pub fn fitted(&mut self, text: &str, x: f32, y: f32, text_box: TextBox, ink: Ink) -> f32 {
        let block = text::set_block(text, text_box);
        for (n, line) in block.lines.iter().enumerate() {
            let y = y + n as f32 * block.size * LEADING;
            self.set(line, x - line.width * block.size / 2.0, y, block.size, ink);
        }
        y + block.lines.len().saturating_sub(1) as f32 * block.size * LEADING
    }

    /// Draws a picture centred in this box, as large as fits.
    pub fn picture(&mut self, image: &Image, x: f32, y: f32, wide: f32, high: f32) {
        let (w, h) = image.size();
        let scale = (wide / w as f32).min(high / h as f32);
        let (w, h) = (w as f32 * scale, h as f32 * scale);
        let Some(size) = Size::from_wh(w, h) else { return };
        self.surface.push_transform(&Transform::from_translate(x + (wide - w) / 2.0, y + (high - h) / 2.0));
        self.surface.draw_image(image.clone(), size);
        self.surface.pop();
    }
}

/// The distance from one line to the next, in ems.
pub const LEADING: f32 = 1.36;

pub fn rect(x: f32, y: f32, w: f32, h: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.push_rect(Rect::from_xywh(x, y, w, h)?);
    path.finish()
}

pub fn polyline(points: impl IntoIterator<Item = (f32, f32)>, closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (n, (x, y)) in points.into_iter().enumerate() {
        if n == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
    }
    if closed {
        path.close();
    }
    path.finish()
}

/// Adds an ellipse around `x`, `y`, turned by `degrees`.
pub fn ellipse(path: &mut PathBuilder, (x, y): (f32, f32), a: f32, b: f32, degrees: f32) {
    // The distance of the control points with which four Bézier curves form a circle.
    const K: f32 = 0.552_284_8;
    let (sin, cos) = degrees.to_radians().sin_cos();
    let at = |u: f32, v: f32| (x + u * a * cos - v * b * sin, y + u * a * sin + v * b * cos);
    let corners = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0), (1.0, 0.0)];
    path.move_to(at(1.0, 0.0).0, at(1.0, 0.0).1);
    for pair in corners.windows(2) {
        let [(u0, v0), (u1, v1)] = [pair[0], pair[1]];
        let (c0, c1, end) = (at(u0 + K * u1, v0 + K * v1), at(u1 + K * u0, v1 + K * v0), at(u1, v1));
        path.cubic_to(c0.0, c0.1, c1.0, c1.1, end.0, end.1);
    }
    path.close();
}

pub fn circle(x: f32, y: f32, radius: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    ellipse(&mut path, (x, y), radius, radius, 0.0);
    path.finish()
}
