//! The head of the first page: the lecture's title, and the QR that leads to its review.

use super::HandoutFacts;
use super::layout::{INSIDE, MARGIN};
use crate::error::Result;
use crate::print::canvas::{BLACK, Canvas, GREEN, GREY, polyline};
use crate::print::ornament;
use crate::print::paper::PORTRAIT;
use crate::print::text::{self, Paragraphs, TextBox};

const QR_SIDE: f32 = 104.0;
const TITLE: TextBox = TextBox { size: 31.0, width: INSIDE - QR_SIDE - 22.0, lines: 3, shrink: 0.8 };
const HOW_SIZE: f32 = 14.5;
const TOP: f32 = 34.0;
/// From the top to the bottom of the QR and its words.
const HIGH: f32 = QR_SIDE + 20.0;

/// The line below the head.
pub const BOTTOM: f32 = TOP + HIGH + 12.0;

pub fn draw(canvas: &mut Canvas, facts: &HandoutFacts) -> Result<()> {
    let x = PORTRAIT.wide - MARGIN - QR_SIDE;
    ornament::qr(canvas, &facts.review_url, x, TOP, QR_SIDE)?;
    canvas.bold_centred(facts.words.review, x + QR_SIDE / 2.0, TOP + QR_SIDE + 13.0, 19.0, GREEN);
    // The phone that shows the handout cannot scan it.
    canvas.link(x, TOP, QR_SIDE, HIGH, &facts.review_url);
    let mut y = TOP + 16.0;
    if let Some(school) = &facts.school {
        canvas.left_cut(school, (MARGIN, y), 15.0, TITLE.width, GREY);
        y += 8.0;
    }
    let block = text::set_block(&facts.title, TITLE);
    y += block.size * 1.05;
    for line in &block.lines {
        canvas.set_bold(line, MARGIN, y, block.size, BLACK);
        y += block.size * 1.25;
    }
    let how = Paragraphs::of(facts.words.how).lines(TITLE.width / HOW_SIZE);
    let mut y = TOP + HIGH - HOW_SIZE * 1.35 * how.len() as f32 + HOW_SIZE * 0.6;
    for line in &how {
        canvas.set(line, MARGIN, y, HOW_SIZE, GREY);
        y += HOW_SIZE * 1.35;
    }
    canvas.stroke(polyline([(MARGIN, BOTTOM), (PORTRAIT.wide - MARGIN, BOTTOM)], false), GREEN, 2.2);
    Ok(())
}
