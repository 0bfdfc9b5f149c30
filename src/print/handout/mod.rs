//! The handout of a lecture: portrait A4 in large letters, two steps on a page. A step that needs more room has a page of its own.

mod facts;
mod header;
mod layout;
mod marks;
mod pages;
mod picture;
mod question;
mod step;
#[cfg(test)]
mod tests;

use krilla::Document;
use krilla::metadata::Metadata;

pub use self::facts::{
    HandoutFacts, HandoutMark, HandoutOption, HandoutPicture, HandoutQuestion, HandoutStep, HandoutWords,
    PrintedAnswers, PrintedPicture, PrintedShape,
};
use self::layout::{BETWEEN, INSIDE, MARGIN};
use crate::error::Result;
use crate::print::canvas::{Canvas, GREY, PALE, polyline};
use crate::print::paper::{self, PORTRAIT};

pub fn print(facts: &HandoutFacts) -> Result<Vec<u8>> {
    let mut document = Document::new();
    let title = format!("{} · {}", facts.title, facts.words.handout);
    document.set_metadata(Metadata::new().title(title).creator("Gyosil".into()).language(facts.language.into()));
    let first_top = header::BOTTOM + 14.0;
    for (n, steps) in pages::of(facts, first_top).iter().enumerate() {
        paper::page(&mut document, PORTRAIT, |canvas| {
            if n == 0 {
                header::draw(canvas, facts)?;
            }
            for pair in steps.windows(2) {
                let y = pair[1].top - BETWEEN / 2.0;
                canvas.stroke(polyline([(MARGIN, y), (PORTRAIT.wide - MARGIN, y)], false), PALE, 1.4);
            }
            for placed in steps {
                placed.block.draw(canvas, placed.top, placed.high, &placed.arrangement);
            }
            foot(canvas, facts, n + 1);
            Ok(())
        })?;
    }
    paper::finished(document)
}

fn foot(canvas: &mut Canvas, facts: &HandoutFacts, page: usize) {
    let y = PORTRAIT.high - 30.0;
    let line =
        [facts.school.as_deref(), Some(facts.title.as_str())].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    canvas.left_cut(&line, (MARGIN, y), 11.0, INSIDE - 60.0, GREY);
    canvas.right(&page.to_string(), PORTRAIT.wide - MARGIN, y, 13.0, GREY);
}
