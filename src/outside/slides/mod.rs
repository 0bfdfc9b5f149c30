//! Draws the pages of a PDF, and reads their texts. Each page is drawn by a process of its own (`part.rs`), which can do nothing but
//! that: a PDF is a program of strangers, in several languages.

mod drawing;
mod part;
mod text;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;

use self::part::{PageHead, PdfHead};
use crate::confined::{self, ProcessEnd, ProcessStart, Program, RunAs};
pub use crate::error::SlidesFault;
use crate::error::{Error, Result};

pub const PDF_MAX_BYTES: usize = 30 << 20;
/// The mark of a PDF stands within its first bytes.
const MARK_WITHIN_BYTES: usize = 1_024;
/// The time on the clock that one page may take. The process cannot sleep, and its time of the processor ends earlier, unless the
/// machine is busy.
const PAGE_WITHIN: Duration = Duration::from_secs(60);
/// The texts, and a picture whose pixels cannot be packed at all.
const OUTPUT_MAX_BYTES: usize = 12 << 20;
const STACK_BYTES: u64 = 32 << 20;
/// PDFs that are drawn at once.
const TURNS_MAX: usize = 2;

/// The means of drawing.
pub struct Slides {
    program: Program,
    run_as: RunAs,
    /// The people whose PDFs are drawn.
    turns: Arc<Mutex<Vec<i64>>>,
}

/// One of a bounded number of PDFs that are drawn at once, and the only one of its person.
pub struct SlidesTurn {
    turns: Arc<Mutex<Vec<i64>>>,
    person: i64,
}

impl Drop for SlidesTurn {
    fn drop(&mut self) {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner).retain(|person| *person != self.person);
    }
}

/// A page as it was drawn.
#[derive(Debug)]
pub struct DrawnPage {
    pub title: String,
    pub text: String,
    /// A PNG.
    pub picture: Bytes,
    /// Nothing is on the page.
    pub is_blank: bool,
}

/// The number of pages of a PDF, and what became of one of them.
#[derive(Debug)]
pub struct PageReport {
    pub pages: usize,
    pub page: Result<DrawnPage, SlidesFault>,
}

/// Runs the process that draws a page if this process was started as one, and does not return then. Called before anything else in
/// `main`, as the judge's parts are.
pub fn run_if_started_as_part(arguments: impl Iterator<Item = String>) {
    let mut arguments = arguments.skip(1);
    if arguments.next().as_deref() == Some(part::COMMAND) {
        part::run(arguments.next());
    }
}

impl Slides {
    /// Takes the program whose parts draw: this one unless another is named. As root, they run as another user.
    pub fn open(program: Option<&Path>, spare_uid: u32) -> Result<Slides> {
        let program = match program {
            Some(path) => Program::open(&path.to_string_lossy()),
            None => Program::this(),
        };
        let program = program.map_err(Error::internal)?;
        Ok(Slides { program, run_as: RunAs::choose(spare_uid), turns: Arc::default() })
    }

    /// Takes a turn, or returns `None` if this person has one or all are taken.
    pub fn take_turn(&self, person: i64) -> Option<SlidesTurn> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.len() >= TURNS_MAX || turns.contains(&person) {
            return None;
        }
        turns.push(person);
        Some(SlidesTurn { turns: self.turns.clone(), person })
    }

    /// Draws a page, counted from 1, which takes up to `PAGE_WITHIN`. It is given up once nobody wants it any more. Fails if no page
    /// of the PDF can be drawn.
    pub fn draw(&self, pdf: &[u8], page: usize, is_wanted: impl Fn() -> bool) -> Result<PageReport> {
        let refused = |why| Err(Error::SlidesRefused { why });
        if !pdf.get(..MARK_WITHIN_BYTES.min(pdf.len())).is_some_and(|head| head.windows(5).any(|at| at == b"%PDF-")) {
            return refused(SlidesFault::NoPdf);
        }
        let mut end = self.run(pdf, page, is_wanted)?;
        if end.exit_code == Some(part::NOT_RUN) {
            return Err(Error::internal("the process that draws pages failed by itself"));
        }
        // Also one that gets no more memory ends by a signal.
        let is_too_much = end.was_late || end.wrote_too_much || end.signal.is_some();
        let why_none = if is_too_much { SlidesFault::TooMuch } else { SlidesFault::Broken };
        match take_line(&mut end.stdout) {
            Some(PdfHead::Pages(0)) => refused(SlidesFault::Broken),
            Some(PdfHead::Pages(pages)) => Ok(PageReport { pages, page: take_page(end).ok_or(why_none) }),
            Some(PdfHead::Locked) => refused(SlidesFault::Locked),
            Some(PdfHead::Unreadable) => refused(SlidesFault::Broken),
            None => refused(why_none),
        }
    }

    fn run(&self, pdf: &[u8], page: usize, is_wanted: impl Fn() -> bool) -> Result<ProcessEnd> {
        let mut command = Command::new(self.program.path());
        command.args([part::COMMAND, &page.to_string()]).stderr(Stdio::null());
        let start = ProcessStart {
            command,
            run_as: self.run_as,
            input: pdf,
            kept: Vec::new(),
            beside: Vec::new(),
            wall: PAGE_WITHIN,
            stdout_bytes: OUTPUT_MAX_BYTES,
            stack_bytes: STACK_BYTES,
        };
        confined::run(start, Some(&mut |_| is_wanted())).map_err(Error::internal)
    }
}

/// Takes the first line from what a process wrote.
fn take_line<T: serde::de::DeserializeOwned>(written: &mut Vec<u8>) -> Option<T> {
    let end = written.iter().position(|byte| *byte == b'\n')?;
    let rest = written.split_off(end + 1);
    let line = std::mem::replace(written, rest);
    serde_json::from_slice(&line).ok()
}

fn take_page(mut end: ProcessEnd) -> Option<DrawnPage> {
    if end.exit_code != Some(0) {
        return None;
    }
    let PageHead { title, text, is_blank } = take_line(&mut end.stdout)?;
    Some(DrawnPage { title, text, picture: end.stdout.into(), is_blank })
}

#[cfg(test)]
mod tests {
    use hayro::hayro_syntax::Pdf;

    use super::*;
    use crate::fonts;

    #[test]
    fn a_deck_that_a_browser_has_printed_becomes_titles_lines_and_pictures() {
        let pdf = Pdf::new(include_bytes!("../../../tests/decks/deck.pdf").to_vec()).unwrap();
        let settings = drawing::settings(fonts::packed(fonts::EAST_ASIAN).unwrap());
        let pages = pdf.pages();
        assert_eq!(pages.len(), 3);
        let read = |n: usize| {
            let (letters, height) = drawing::letters(&pages[n], &settings);
            let text::PageText { title, text } = text::read(letters, height);
            (title, text)
        };
        let lines = "1. 노란 그림을 누르세요.\n2. 사진을 고르세요.";
        assert_eq!(read(0), ("사진 보내기".into(), lines.into()));
        assert_eq!(read(1), ("office".into(), String::new()));
        assert_eq!(read(2), (String::new(), String::new()));

        let drawn = drawing::draw(&pages[1], &settings);
        assert_eq!((drawn.width(), drawn.height()), (1_600, 900));
        let colours: Vec<_> = drawn.data_as_u8_slice().as_chunks::<4>().0.to_vec();
        assert!(colours.contains(&[255, 255, 255, 255]), "paper");
        assert!(colours.contains(&[0, 0, 0, 255]), "letters");
        assert!(colours.contains(&[255, 0, 0, 255]), "a circle");
        assert!(drawing::draw(&pages[2], &settings).data_as_u8_slice().iter().all(|value| *value == 255));
    }

    #[test]
    fn a_person_has_one_turn_and_two_have_one_at_once() {
        let slides = Slides { program: Program::this().unwrap(), run_as: RunAs::Same, turns: Arc::default() };
        let (first, second) = (slides.take_turn(1), slides.take_turn(2));
        assert!(first.is_some() && second.is_some());
        assert!(slides.take_turn(3).is_none(), "all are taken");
        drop(second);
        assert!(slides.take_turn(1).is_none(), "a second one of the same person");
        assert!(slides.take_turn(3).is_some());
        drop(first);
        assert!(slides.take_turn(1).is_some());
    }
}
