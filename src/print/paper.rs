//! The paper of a document, and its pages.

use krilla::Document;
use krilla::action::{Action, LinkAction};
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::page::PageSettings;

use super::canvas::{Canvas, HIGH, WIDE};
use crate::error::{Error, Result};

/// The size of a page, in points.
#[derive(Clone, Copy)]
pub struct Paper {
    pub wide: f32,
    pub high: f32,
}

pub const LANDSCAPE: Paper = Paper { wide: WIDE, high: HIGH };
pub const PORTRAIT: Paper = Paper { wide: HIGH, high: WIDE };

/// Adds a page to a document.
pub fn page(document: &mut Document, paper: Paper, draw: impl FnOnce(&mut Canvas) -> Result<()>) -> Result<()> {
    let size = PageSettings::from_wh(paper.wide, paper.high).ok_or_else(|| Error::internal("no such paper"))?;
    let mut page = document.start_page_with(size);
    let mut canvas = Canvas::new(page.surface());
    let drawn = draw(&mut canvas);
    for (area, url) in canvas.finish() {
        let target = Target::Action(Action::Link(LinkAction::new(url.clone())));
        page.add_annotation(Annotation::new_link(LinkAnnotation::new(area, target), Some(url)));
    }
    page.finish();
    drawn
}

/// Returns the bytes of a document.
pub fn finished(document: Document) -> Result<Vec<u8>> {
    document.finish().map_err(|e| Error::internal(format!("{e:?}")))
}
