//! Draws pages of a PDF and reads their letters, with `hayro`.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use hayro::hayro_interpret::font::{FontData, FontQuery, Glyph, GlyphRun};
use hayro::hayro_interpret::hayro_cmap::{BfString, WritingMode};
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, TransformExt, interpret_page,
};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, Point, Rect, Vec2};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings, render_into};

use super::text::PlacedText;
use crate::fonts;

/// The longest side of a page as it is drawn.
const LONGEST_PX: f32 = 1_600.0;
const LETTERS_MAX: usize = 20_000;
/// Coordinates of glyphs are in thousandths of the size of their font.
const UNITS: f64 = 1_000.0;

/// Returns what a PDF needs besides itself: fonts that are not in it. The usual ones of Europe come with `hayro`, those of East Asia
/// from ours, which is unpacked once it is needed.
pub fn settings(east_asian: Cow<'static, [u8]>) -> InterpreterSettings {
    let unpacked: OnceLock<Option<FontData>> = OnceLock::new();
    let unpack = move || fonts::unpack(&east_asian).map(|font| Arc::new(font) as FontData);
    let font_resolver = Arc::new(move |query: &FontQuery| match query {
        FontQuery::Standard(font) => Some(font.get_font_data()),
        FontQuery::Fallback(wanted) if wanted.character_collection.is_some() => {
            Some((unpacked.get_or_init(&unpack).clone()?, 0))
        }
        FontQuery::Fallback(wanted) => Some(wanted.pick_standard_font().get_font_data()),
    });
    InterpreterSettings { font_resolver, ..InterpreterSettings::default() }
}

/// Draws a page on white.
pub fn draw<'a>(page: &'a Page<'a>, settings: &InterpreterSettings) -> Pixmap {
    let (width, height) = page.render_dimensions();
    let scale = LONGEST_PX / width.max(height);
    let side = |length: f32| (length * scale).round().clamp(1.0, LONGEST_PX) as u16;
    let mut context = RenderContext::new(side(width), side(height));
    let transform = Affine::scale(f64::from(scale)) * page.initial_transform(true).to_kurbo();
    render_into(page, &RenderCache::new(), settings, &RenderSettings::default(), &mut context, transform);
    context.flush();
    let mut pixels = Pixmap::new(context.width(), context.height());
    let on_white = RasterizerSettings { target_init: TargetInit::Clear(WHITE), ..RasterizerSettings::default() };
    context.render_with(&mut pixels, &mut Resources::default(), on_white);
    pixels
}

/// Reads the letters on a page, and its height.
pub fn letters<'a>(page: &'a Page<'a>, settings: &InterpreterSettings) -> (Vec<PlacedText>, f64) {
    let (width, height) = page.render_dimensions();
    let bounds = Rect::new(0.0, 0.0, width.into(), height.into());
    let cache = InterpreterCache::new();
    let transform = page.initial_transform(true).to_kurbo();
    let mut context = Context::new(transform, bounds, &cache, page.xref(), settings.clone());
    let mut letters = Letters { bounds, found: Vec::new() };
    interpret_page(page, &mut context, &mut letters);
    (letters.found, height.into())
}

/// Notes letters, and draws nothing.
struct Letters {
    bounds: Rect,
    found: Vec<PlacedText>,
}

impl Letters {
    fn note(&mut self, glyph: &Glyph, transform: Affine, is_upright: bool) -> Option<()> {
        let text = match glyph.as_unicode()? {
            BfString::Char(c) => c.to_string(),
            BfString::String(text) => text,
        };
        let origin = transform * Point::ZERO;
        let right: Vec2 = transform * Point::new(UNITS, 0.0) - origin;
        let up: Vec2 = transform * Point::new(0.0, UNITS) - origin;
        let ahead = if is_upright { -up } else { right };
        let size = up.hypot();
        let is_seen = self.bounds.contains(origin) && size > 0.0 && size.is_finite() && ahead.hypot() > 0.0;
        if !is_seen {
            return None;
        }
        let width = match glyph {
            Glyph::Outline(glyph) => glyph.advance_width(),
            Glyph::Type3(glyph) => glyph.advance_width(),
        };
        let advance =
            if is_upright { size } else { width.map_or(size / 2.0, |w| f64::from(w) / UNITS * right.hypot()) };
        let direction = ahead.normalize();
        let (at, direction) = ((origin.x, origin.y), (direction.x, direction.y));
        self.found.push(PlacedText { text, at, direction, size, advance });
        Some(())
    }
}

impl Device<'_> for Letters {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, _: &DrawMode) {
        let is_upright = run.writing_mode() == WritingMode::Vertical;
        let room = LETTERS_MAX - self.found.len();
        for glyph in run.glyphs().iter().take(room) {
            self.note(glyph, props.transform * glyph.transform(), is_upright);
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'_>, _: &DrawMode) {}

    fn push_clip_path(&mut self, _: &ClipPath) {}

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}

    fn draw_image(&mut self, _: Image<'_, '_>, _: ImageDrawProps<'_>) {}

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
