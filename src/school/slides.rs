//! A PDF becomes pictures for steps, one of each page, with the texts of the pages.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};

use super::pictures::{PictureUpload, StoredPicture};
use super::rights::{self, Caller};
use crate::app::School;
use crate::error::{Error, Result, SlidesFault};
pub use crate::outside::slides::PDF_MAX_BYTES;
use crate::outside::slides::{DrawnPage, PageReport, SlidesTurn};

/// Pages that are taken. The rest of a longer PDF is left out.
const PAGES_MAX: usize = 150;
/// Time for all pages. Most take less than a second.
const DRAWN_WITHIN: Duration = Duration::from_secs(300);
/// The reader takes each page within this time, or the rest is not drawn.
const TAKEN_WITHIN: Duration = Duration::from_secs(30);
const RETRY_AFTER_S: u64 = 10;
const TOO_LONG: Error = Error::SlidesRefused { why: SlidesFault::TooMuch };

/// Result of a page.
pub struct Slide {
    pub page: usize,
    pub of: usize,
    /// Pages at the end that are not taken.
    pub left_out: usize,
    pub taken: Result<TakenSlide>,
}

pub struct TakenSlide {
    pub title: String,
    pub text: String,
    pub picture: StoredPicture,
}

/// A PDF that may come, as one of a bounded number.
pub struct SlidesUpload {
    app: School,
    caller: Caller,
    course: i64,
    turn: Arc<SlidesTurn>,
}

/// Begins to take a PDF for a lecture, before its file is read.
pub async fn begin(app: &School, caller: &Caller, course: i64) -> Result<SlidesUpload> {
    caller.must_be_staff()?;
    let mut tx = app.db.read().await?;
    rights::find_led_course(&mut tx, caller, course).await?;
    let turn = app.slides.take_turn(caller.id).ok_or(Error::Busy { retry_after_s: RETRY_AFTER_S })?;
    Ok(SlidesUpload { app: app.clone(), caller: caller.clone(), course, turn: Arc::new(turn) })
}

impl SlidesUpload {
    /// Takes the PDF, and returns its pages one by one, each once its picture is safe. Blank pages at the end are none. Fails if no page
    /// can be drawn. Ends early if the reader goes away, and after an error that is not of one page alone.
    pub async fn finish(self, pdf: Bytes) -> Result<impl Stream<Item = Slide> + Send + 'static> {
        let first = self.draw(&pdf, 1).await?;
        let (reader, slides) = mpsc::channel(1);
        tokio::spawn(async move {
            tokio::select! {
                () = reader.closed() => {}
                () = self.take_pages(&pdf, first, &reader) => {}
            }
        });
        Ok(stream::unfold(slides, |mut slides| async move { slides.recv().await.map(|slide| (slide, slides)) }))
    }

    async fn take_pages(&self, pdf: &Bytes, first: PageReport, reader: &mpsc::Sender<Slide>) {
        let ends = Instant::now() + DRAWN_WITHIN;
        let of = first.pages.min(PAGES_MAX);
        let left_out = first.pages - of;
        let mut first = Some(first);
        // Blank pages wait for one that is not.
        let mut waiting = Vec::new();
        for page in 1..=of {
            let report = match first.take() {
                Some(report) => Ok(report),
                None => timeout_at(ends, self.draw(pdf, page)).await.unwrap_or(Err(TOO_LONG)),
            };
            let drawn = report.and_then(|report| report.page.map_err(|why| Error::PageRefused { why }));
            let is_blank = drawn.as_ref().is_ok_and(|drawn| drawn.is_blank);
            waiting.push((page, drawn));
            if is_blank {
                continue;
            }
            for (page, drawn) in waiting.drain(..) {
                let taken = self.store(drawn).await;
                if let Err(error @ Error::Internal(_)) = &taken {
                    tracing::error!(%error, page, "a page of a PDF could not be taken");
                }
                let is_over = taken.as_ref().is_err_and(|error| !matches!(error, Error::PageRefused { .. }));
                let sent = timeout(TAKEN_WITHIN, reader.send(Slide { page, of, left_out, taken })).await;
                if is_over || !matches!(sent, Ok(Ok(()))) {
                    return;
                }
            }
        }
    }

    async fn store(&self, drawn: Result<DrawnPage>) -> Result<TakenSlide> {
        let DrawnPage { title, text, picture, .. } = drawn?;
        let upload = PictureUpload::bounded_elsewhere(&self.app, &self.caller, self.course);
        let picture = upload.finish(picture).await?;
        Ok(TakenSlide { title, text, picture })
    }

    /// Draws a page on a thread of its own, which gives up once nobody waits for the page.
    async fn draw(&self, pdf: &Bytes, page: usize) -> Result<PageReport> {
        let waits = Arc::new(());
        let (app, turn, pdf, watched) = (self.app.clone(), self.turn.clone(), pdf.clone(), Arc::downgrade(&waits));
        let work = move || {
            let _until_the_end = turn;
            app.slides.draw(&pdf, page, || watched.strong_count() > 0)
        };
        let drawn = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
        drop(waits);
        drawn
    }
}
