//! Draws on one page. Coordinates are in points, from the top left.

use krilla::color::rgb::Color;
use krilla::geom::{Path, PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, FillRule, LineCap, LineJoin, Stroke};
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
    links: Vec<(Rect, String)>,
}

impl<'a> Canvas<'a> {
    pub fn new(surface: Surface<'a>) -> Canvas<'a> {
        Canvas { surface, links: Vec::new() }
    }

    /// Ends the drawing. Returns the addresses that open where one taps on the page.
    pub fn finish(self) -> Vec<(Rect, String)> {
        self.surface.finish();
        self.links
    }

    /// Lets a tap on this box open an address.
    pub fn link(&mut self, x: f32, y: f32, wide: f32, high: f32, url: &str) {
        self.links.extend(Rect::from_xywh(x, y, wide, high).map(|area| (area, url.to_owned())));
    }

    fn fill_with(&mut self, ink: Ink, opacity: f32) {
        let opacity = NormalizedF32::new(opacity).unwrap_or(NormalizedF32::ONE);
        self.surface.set_fill(Some(Fill { paint: Color::new(ink.0, ink.1, ink.2).into(), opacity, ..Fill::default() }));
        self.surface.set_stroke(None);
    }

    pub fn area(&mut self, path: Option<Path>, ink: Ink) {
        if let Some(path) = path {
            self.fill_path(&path, ink);
        }
    }

    pub fn fill_path(&mut self, path: &Path, ink: Ink) {
        self.fill_with(ink, 1.0);
        self.surface.draw_path(path);
    }

    pub fn stroke(&mut self, path: Option<Path>, ink: Ink, width: f32) {
        if let Some(path) = path {
            self.stroke_joined(&path, ink, width, LineJoin::Miter);
        }
    }

    /// Strokes a path with round corners.
    pub fn round_stroke(&mut self, path: &Path, ink: Ink, width: f32) {
        self.stroke_joined(path, ink, width, LineJoin::Round);
    }

    fn stroke_joined(&mut self, path: &Path, ink: Ink, width: f32, line_join: LineJoin) {
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(stroke_of(ink, width, line_join)));
        self.surface.draw_path(path);
    }

    /// Draws with the origin moved to `x`, `y`.
    pub fn moved(&mut self, x: f32, y: f32, draw: impl FnOnce(&mut Self)) {
        self.surface.push_transform(&Transform::from_translate(x, y));
        draw(self);
        self.surface.pop();
    }

    /// Draws only what is inside of a path.
    pub fn clipped(&mut self, path: Option<Path>, draw: impl FnOnce(&mut Self)) {
        let Some(path) = path else { return };
        self.surface.push_clip_path(&path, &FillRule::NonZero);
        draw(self);
        self.surface.pop();
    }

    /// Draws with the origin moved to `x`, `y` and the axes turned.
    pub fn turned(&mut self, x: f32, y: f32, degrees: f32, draw: impl FnOnce(&mut Self)) {
        self.moved(x, y, |canvas| {
            canvas.surface.push_transform(&Transform::from_rotate(degrees));
            draw(canvas);
            canvas.surface.pop();
        });
    }

    pub fn set(&mut self, line: &TextLine, x: f32, y: f32, size: f32, ink: Ink) {
        self.set_faint(line, x, y, size, ink, 1.0);
    }

    pub fn set_faint(&mut self, line: &TextLine, x: f32, y: f32, size: f32, ink: Ink, opacity: f32) {
        self.fill_with(ink, opacity);
        self.draw_line(line, x, y, size);
    }

    /// Sets a line in thicker letters: there is no bold font in the program, so they get an edge of their own colour.
    pub fn set_bold(&mut self, line: &TextLine, x: f32, y: f32, size: f32, ink: Ink) {
        self.fill_with(ink, 1.0);
        self.surface.set_stroke(Some(stroke_of(ink, size * BOLD_EM, LineJoin::Round)));
        self.draw_line(line, x, y, size);
    }

    fn draw_line(&mut self, line: &TextLine, x: f32, y: f32, size: f32) {
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

    /// Sets a text that ends at `x`.
    pub fn right(&mut self, text: &str, x: f32, y: f32, size: f32, ink: Ink) {
        let line = text::set_line(text, 0.0);
        self.set(&line, x - line.width * size, y, size, ink);
    }

    /// Sets a text in thicker letters, and returns its width.
    pub fn bold_left(&mut self, text: &str, x: f32, y: f32, size: f32, ink: Ink) -> f32 {
        let line = text::set_line(text, 0.0);
        self.set_bold(&line, x, y, size, ink);
        line.width * size
    }

    pub fn bold_centred(&mut self, text: &str, x: f32, y: f32, size: f32, ink: Ink) {
        let line = text::set_line(text, 0.0);
        self.set_bold(&line, x - line.width * size / 2.0, y, size, ink);
    }

    /// Sets a text on one line of this width at most. What does not fit is left out, with «…» in its place.
    pub fn left_cut(&mut self, text: &str, (x, y): (f32, f32), size: f32, wide: f32, ink: Ink) {
        self.set(&text::cut_line(text, wide / size), x, y, size, ink);
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
        self.moved(x + (wide - w) / 2.0, y + (high - h) / 2.0, |canvas| canvas.image(image, w, h));
    }

    /// Draws a picture of exactly this size at the origin.
    pub fn image(&mut self, image: &Image, wide: f32, high: f32) {
        if let Some(size) = Size::from_wh(wide, high) {
            self.surface.draw_image(image.clone(), size);
        }
    }
}

/// The distance from one line to the next, in ems.
pub const LEADING: f32 = 1.36;
/// The edge by which letters are thicker, in ems.
const BOLD_EM: f32 = 0.028;

fn stroke_of(ink: Ink, width: f32, line_join: LineJoin) -> Stroke {
    Stroke {
        paint: Color::new(ink.0, ink.1, ink.2).into(),
        width,
        line_cap: LineCap::Round,
        line_join,
        ..Stroke::default()
    }
}

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

/// The distance of the control points with which four Bézier curves form a circle.
const QUARTER: f32 = 0.552_284_8;

/// Adds an ellipse around `x`, `y`, turned by `degrees`.
pub fn ellipse(path: &mut PathBuilder, (x, y): (f32, f32), a: f32, b: f32, degrees: f32) {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let at = |u: f32, v: f32| (x + u * a * cos - v * b * sin, y + u * a * sin + v * b * cos);
    let corners = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0), (1.0, 0.0)];
    path.move_to(at(1.0, 0.0).0, at(1.0, 0.0).1);
    for pair in corners.windows(2) {
        let [(u0, v0), (u1, v1)] = [pair[0], pair[1]];
        let (c0, c1, end) =
            (at(u0 + QUARTER * u1, v0 + QUARTER * v1), at(u1 + QUARTER * u0, v1 + QUARTER * v0), at(u1, v1));
        path.cubic_to(c0.0, c0.1, c1.0, c1.1, end.0, end.1);
    }
    path.close();
}

pub fn circle(x: f32, y: f32, radius: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    ellipse(&mut path, (x, y), radius, radius, 0.0);
    path.finish()
}

/// Returns a box with round corners.
pub fn rounded(x: f32, y: f32, wide: f32, high: f32, wanted: f32) -> Option<Path> {
    let r = wanted.min(wide / 2.0).min(high / 2.0);
    let c = r * (1.0 - QUARTER);
    let (right, bottom) = (x + wide, y + high);
    let mut path = PathBuilder::new();
    path.move_to(x + r, y);
    path.line_to(right - r, y);
    path.cubic_to(right - c, y, right, y + c, right, y + r);
    path.line_to(right, bottom - r);
    path.cubic_to(right, bottom - c, right - c, bottom, right - r, bottom);
    path.line_to(x + r, bottom);
    path.cubic_to(x + c, bottom, x, bottom - c, x, bottom - r);
    path.line_to(x, y + r);
    path.cubic_to(x, y + c, x + c, y, x + r, y);
    path.close();
    path.finish()
}
