//! The question of a step on paper: what is asked, and what one may answer, but never the right answer.

use super::{HandoutOption, HandoutQuestion, HandoutWords, PrintedAnswers, PrintedPicture};
use crate::print::canvas::{BLACK, Canvas, GREEN, Ink, circle, polyline, rounded};
use crate::print::text::Paragraphs;

const GROUND: Ink = Ink(243, 247, 244);
/// The size of letters at which the other lengths are as they are given here.
const FULL_SIZE: f32 = 18.0;
const PADDING: f32 = 11.0;
const ROUND: f32 = 8.0;
const LEADING: f32 = 1.36;
const LABEL_SIZE: f32 = 14.0;
const BETWEEN_OPTIONS: f32 = 8.0;
/// The side of an option's picture.
const PICTURE: f32 = 44.0;
/// Room of the circle before an option, in ems.
const BULLET_EM: f32 = 1.5;
/// Room on which a number is written by hand.
const NUMBER_WIDE: f32 = 110.0;
const NUMBER_HIGH: f32 = 36.0;

pub struct QuestionBlock<'a> {
    words: HandoutWords,
    text: Paragraphs,
    options: Vec<OptionBlock<'a>>,
    /// The unit, if the answer is a number.
    unit: Option<&'a str>,
}

struct OptionBlock<'a> {
    text: Paragraphs,
    picture: Option<&'a PrintedPicture>,
}

impl<'a> QuestionBlock<'a> {
    pub fn new(question: &'a HandoutQuestion, words: HandoutWords) -> QuestionBlock<'a> {
        let plain = |text: &str| OptionBlock { text: Paragraphs::of(text), picture: None };
        let of = |option: &'a HandoutOption| OptionBlock { picture: option.picture.as_ref(), ..plain(&option.text) };
        let (options, unit) = match &question.answers {
            PrintedAnswers::Options(options) => (options.iter().map(of).collect(), None),
            PrintedAnswers::YesNo => (vec![plain(words.yes), plain(words.no)], None),
            PrintedAnswers::Number { unit } => (Vec::new(), Some(unit.as_str())),
        };
        QuestionBlock { words, text: Paragraphs::of(&question.text), options, unit }
    }

    /// Returns the height that it needs in letters of this size.
    pub fn high(&self, wide: f32, size: f32) -> f32 {
        let text = self.text.count((wide - 2.0 * PADDING) / size) as f32 * size * LEADING;
        let options: f32 =
            self.options.iter().map(|option| option.high(wide, size) + scaled(BETWEEN_OPTIONS, size)).sum();
        let number = if self.unit.is_some() { scaled(NUMBER_HIGH, size) } else { 0.0 };
        2.0 * PADDING + scaled(LABEL_SIZE, size) * LEADING + text + options + number
    }

    pub fn draw(&self, canvas: &mut Canvas, (x, top): (f32, f32), wide: f32, size: f32) {
        if let Some(frame) = rounded(x, top, wide, self.high(wide, size), ROUND) {
            canvas.fill_path(&frame, GROUND);
            canvas.round_stroke(&frame, GREEN, 0.9);
        }
        let (left, mut y) = (x + PADDING, top + PADDING);
        let label = scaled(LABEL_SIZE, size);
        canvas.bold_left(self.words.question, left, y + label, label, GREEN);
        y += label * LEADING;
        for line in self.text.lines((wide - 2.0 * PADDING) / size) {
            canvas.set_bold(&line, left, y + size, size, BLACK);
            y += size * LEADING;
        }
        for option in &self.options {
            y += scaled(BETWEEN_OPTIONS, size);
            option.draw(canvas, (left, y), wide, size);
            y += option.high(wide, size);
        }
        if let Some(unit) = self.unit {
            self.draw_number(canvas, unit, (left, y + scaled(NUMBER_HIGH - 8.0, size)), size);
        }
    }

    /// Draws a line on which one writes a number.
    fn draw_number(&self, canvas: &mut Canvas, unit: &str, (left, y): (f32, f32), size: f32) {
        let x = left + canvas.bold_left(&format!("{}:", self.words.answer), left, y, size, BLACK) + 8.0;
        let end = x + scaled(NUMBER_WIDE, size);
        canvas.stroke(polyline([(x, y + 3.0), (end, y + 3.0)], false), BLACK, 1.0);
        canvas.left(unit, end + 8.0, y, size, BLACK);
    }
}

impl OptionBlock<'_> {
    fn high(&self, wide: f32, size: f32) -> f32 {
        let text = self.text.count(self.text_wide(wide, size) / size) as f32 * size * LEADING;
        if self.picture.is_some() { text.max(scaled(PICTURE, size)) } else { text }
    }

    fn text_wide(&self, wide: f32, size: f32) -> f32 {
        let picture = if self.picture.is_some() { scaled(PICTURE, size) + 8.0 } else { 0.0 };
        wide - 2.0 * PADDING - BULLET_EM * size - picture
    }

    fn draw(&self, canvas: &mut Canvas, (left, top): (f32, f32), wide: f32, size: f32) {
        let middle = top + self.high(wide, size) / 2.0;
        canvas.stroke(circle(left + size * 0.5, middle, size * 0.42), GREEN, 1.2);
        let mut text_left = left + BULLET_EM * size;
        if let Some(picture) = self.picture {
            let side = scaled(PICTURE, size);
            if let Some(image) = picture.image() {
                canvas.picture(&image, text_left, middle - side / 2.0, side, side);
            }
            text_left += side + 8.0;
        }
        let lines = self.text.lines(self.text_wide(wide, size) / size);
        let mut y = middle - lines.len() as f32 * size * LEADING / 2.0 + size * 1.04;
        for line in &lines {
            canvas.set(line, text_left, y, size, BLACK);
            y += size * LEADING;
        }
    }
}

/// Returns a length that shrinks with the letters.
fn scaled(length: f32, size: f32) -> f32 {
    length * (size / FULL_SIZE).min(1.0)
}
