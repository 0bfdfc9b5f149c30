//! One step on paper: its number, its title, its picture, what one does, and its question.

use super::layout::{INSIDE, MARGIN};
use super::question::QuestionBlock;
use super::{HandoutFacts, HandoutStep};
use crate::print::canvas::{BLACK, Canvas, GREEN, GREY, WHITE, circle};
use crate::print::paper::PORTRAIT;
use crate::print::text::Paragraphs;

/// Sizes of letters, in points.
const TITLE: f32 = 26.0;
const GUIDE: f32 = 20.0;
/// Letters that shrink more are too small for a page with another step: titles have 22 points at least, and guides 17.
const COMFORTABLE: f32 = 0.85;
const SHRINKS_BY: f32 = 0.98;
const LEADING: f32 = 1.42;
const TITLE_LEADING: f32 = 1.26;

/// The disc with the number of the step, and the place of the title beside it.
const RADIUS: f32 = 21.0;
const TITLE_LEFT: f32 = MARGIN + 2.0 * RADIUS + 13.0;
const COUNT_WIDE: f32 = 58.0;
const TITLE_WIDE: f32 = PORTRAIT.wide - MARGIN - TITLE_LEFT - COUNT_WIDE;

const GAP: f32 = 16.0;
/// The place of a picture beside the text has at least this width, for the labels.
const BESIDE_MIN: f32 = 190.0;
const BESIDE_MAX: f32 = 262.0;
/// The least length of the longer side of a picture, where another step is on the page, and where none is.
const LONG_SIDE: f32 = 205.0;
const SHORT_SIDE: f32 = 92.0;
const SHORTEST: f32 = 24.0;

/// Sizes and places with which a step fits into its room.
pub struct Arrangement {
    scale: f32,
    picture: PicturePlace,
}

enum PicturePlace {
    Nowhere,
    /// The place of the picture is so wide, and the text stands beside it.
    Beside(f32),
    /// The picture is so high, and the text stands below it.
    Above(f32),
}

pub struct StepBlock<'a> {
    step: &'a HandoutStep,
    number: usize,
    of: usize,
    title: Paragraphs,
    guide: Paragraphs,
    question: Option<QuestionBlock<'a>>,
}

impl<'a> StepBlock<'a> {
    pub fn new(step: &'a HandoutStep, number: usize, facts: &'a HandoutFacts) -> StepBlock<'a> {
        StepBlock {
            step,
            number,
            of: facts.steps.len(),
            title: Paragraphs::of(&step.title),
            guide: Paragraphs::of(&step.guide),
            question: step.question.as_ref().map(|question| QuestionBlock::new(question, facts.words)),
        }
    }

    /// Arranges the step in large letters and with a large picture, or returns `None` if that needs more room.
    pub fn arrange_comfortably(&self, high: f32) -> Option<Arrangement> {
        let mut scale = 1.0;
        while scale >= COMFORTABLE {
            let found = self.arrange_at(scale, high, (LONG_SIDE, SHORT_SIDE));
            if found.is_some() {
                return found;
            }
            scale *= SHRINKS_BY;
        }
        None
    }

    /// Arranges the step so that it fits, however small its letters are then.
    pub fn arrange(&self, high: f32) -> Arrangement {
        let mut scale: f32 = 1.0;
        loop {
            let sides = if scale >= COMFORTABLE { (LONG_SIDE, SHORT_SIDE) } else { (SHORTEST, SHORTEST) };
            if let Some(found) = self.arrange_at(scale, high, sides) {
                return found;
            }
            if scale < 0.01 {
                return Arrangement { scale, picture: PicturePlace::Nowhere };
            }
            scale *= SHRINKS_BY;
        }
    }

    /// Arranges the step in letters of one size: of the ways that fit, the one with the larger picture.
    fn arrange_at(&self, scale: f32, high: f32, (long, short): (f32, f32)) -> Option<Arrangement> {
        let rest = high - self.head_high(scale);
        let Some(picture) = &self.step.picture else {
            let fits = self.text_high(scale, INSIDE) <= rest;
            return fits.then_some(Arrangement { scale, picture: PicturePlace::Nowhere });
        };
        let aspect = picture.aspect();
        let beside_wide = BESIDE_MAX.min(rest * aspect);
        let place_wide = beside_wide.max(BESIDE_MIN);
        let beside_fits = self.text_high(scale, INSIDE - place_wide - GAP) <= rest;
        let text_high = self.text_high(scale, INSIDE);
        let above_high = (rest - text_high - if text_high > 0.0 { GAP } else { 0.0 }).min(INSIDE / aspect);
        let ways = [
            (beside_fits && text_high > 0.0, beside_wide, beside_wide / aspect, PicturePlace::Beside(place_wide)),
            (true, above_high * aspect, above_high, PicturePlace::Above(above_high)),
        ];
        let is_large = |wide: f32, high: f32| {
            wide.max(high) >= long && wide.min(high) >= short.min(long * aspect.min(1.0 / aspect))
        };
        let fitting = ways.into_iter().filter(|(fits, wide, high, _)| *fits && *high > 0.0 && is_large(*wide, *high));
        let best = fitting.max_by(|a, b| (a.1 * a.2).total_cmp(&(b.1 * b.2)));
        best.map(|(.., picture)| Arrangement { scale, picture })
    }

    fn head_high(&self, scale: f32) -> f32 {
        let lines = self.title.count(TITLE_WIDE / (TITLE * scale)) as f32;
        (lines * TITLE * scale * TITLE_LEADING).max(2.0 * RADIUS) + 12.0
    }

    fn text_high(&self, scale: f32, wide: f32) -> f32 {
        let size = GUIDE * scale;
        let guide = self.guide.count(wide / size) as f32 * size * LEADING;
        let question = self.question.as_ref().map_or(0.0, |question| question.high(wide, size));
        guide + question + if guide > 0.0 && question > 0.0 { GAP * 0.75 } else { 0.0 }
    }

    pub fn draw(&self, canvas: &mut Canvas, top: f32, high: f32, arrangement: &Arrangement) {
        let scale = arrangement.scale;
        self.draw_head(canvas, top, scale);
        let head = self.head_high(scale);
        let (below, rest) = (top + head, high - head);
        let (at, wide) = match (&arrangement.picture, &self.step.picture) {
            (PicturePlace::Beside(wide), Some(picture)) => {
                let picture_high = rest.min(wide / picture.aspect());
                picture.draw(canvas, (MARGIN, below), (*wide, picture_high));
                ((MARGIN + wide + GAP, below), INSIDE - wide - GAP)
            }
            (PicturePlace::Above(picture_high), Some(picture)) => {
                picture.draw(canvas, (MARGIN, below), (INSIDE, *picture_high));
                ((MARGIN, below + picture_high + GAP), INSIDE)
            }
            _ => ((MARGIN, below), INSIDE),
        };
        self.draw_text(canvas, at, wide, GUIDE * scale);
    }

    fn draw_head(&self, canvas: &mut Canvas, top: f32, scale: f32) {
        let middle = top + RADIUS;
        let number = self.number.to_string();
        canvas.area(circle(MARGIN + RADIUS, middle, RADIUS), GREEN);
        let size = if number.len() > 2 { 19.0 } else { 25.0 };
        canvas.bold_centred(&number, MARGIN + RADIUS, middle + size * 0.36, size, WHITE);
        canvas.right(&format!("{number} / {}", self.of), PORTRAIT.wide - MARGIN, middle + 5.0, 14.0, GREY);
        let size = TITLE * scale;
        let lines = self.title.lines(TITLE_WIDE / size);
        let mut y = if lines.len() > 1 { top + size * 0.97 } else { middle + size * 0.37 };
        for line in &lines {
            canvas.set_bold(line, TITLE_LEFT, y, size, BLACK);
            y += size * TITLE_LEADING;
        }
    }

    fn draw_text(&self, canvas: &mut Canvas, (x, top): (f32, f32), wide: f32, size: f32) {
        let mut y = top;
        for line in self.guide.lines(wide / size) {
            canvas.set(&line, x, y + size, size, BLACK);
            y += size * LEADING;
        }
        if let Some(question) = &self.question {
            y += if y > top { GAP * 0.75 } else { 0.0 };
            question.draw(canvas, (x, y), wide, size);
        }
    }
}
