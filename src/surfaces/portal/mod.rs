//! The portal (seed 000): `/api/v1/…`.

mod assessments;
mod attendance;
mod completions;
mod courses;
mod enrollments;
mod progress;
mod sheets;
pub mod wire;

use axum::Json as Answer;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::School;
use crate::error::Error;
use crate::surfaces::extract::{extractors, refusal};

extractors!(Fault);

type Result<T, E = Fault> = std::result::Result<T, E>;

/// What went wrong, in this surface's dialect.
pub struct Fault(Error);

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault(error)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        refusal(&self.0, wire::Refusal::from(&self.0))
    }
}

/// It was done.
fn done<T>(message: &'static str, what: T) -> Answer<wire::Done<T>> {
    Answer(wire::done(message, what))
}

/// A new thing, with 201.
fn made<T>(message: &'static str, what: T) -> (StatusCode, Answer<wire::Done<T>>) {
    (StatusCode::CREATED, done(message, what))
}

pub fn router() -> OpenApiRouter<School> {
    OpenApiRouter::new()
        .routes(routes!(courses::list, courses::create))
        .routes(routes!(courses::view, courses::change))
        .routes(routes!(courses::classes, courses::add_class))
        .routes(routes!(courses::class, courses::change_class))
        .routes(routes!(sheets::attendance))
        .routes(routes!(sheets::grades))
        .routes(routes!(sheets::completed))
        .routes(routes!(enrollments::list, enrollments::apply))
        .routes(routes!(enrollments::mine))
        .routes(routes!(enrollments::view))
        .routes(routes!(enrollments::approve))
        .routes(routes!(enrollments::reject))
        .routes(routes!(enrollments::cancel))
        .routes(routes!(enrollments::approve_waiting))
        .routes(routes!(enrollments::pay))
        .routes(routes!(enrollments::refund))
        .routes(routes!(progress::report))
        .routes(routes!(progress::view))
        .routes(routes!(progress::of_enrollment))
        .routes(routes!(progress::start))
        .routes(routes!(progress::complete))
        .routes(routes!(progress::of_class))
        .routes(routes!(attendance::register))
        .routes(routes!(attendance::view, attendance::change))
        .routes(routes!(attendance::of_enrollment))
        .routes(routes!(attendance::of_day))
        .routes(routes!(attendance::sheet))
        .routes(routes!(attendance::waiting))
        .routes(routes!(attendance::register_all))
        .routes(routes!(completions::register))
        .routes(routes!(completions::view, completions::change))
        .routes(routes!(completions::of_enrollment))
        .routes(routes!(completions::of_class))
        .routes(routes!(completions::standing_of_class))
        .routes(routes!(completions::papers_of_class))
        .routes(routes!(completions::certify))
        .routes(routes!(completions::certificate))
        .routes(routes!(completions::complete_all))
        .routes(routes!(assessments::create))
        .routes(routes!(assessments::view, assessments::change, assessments::delete))
        .routes(routes!(assessments::of_class))
        .routes(routes!(assessments::results, assessments::record))
        .routes(routes!(assessments::result))
        .routes(routes!(assessments::of_enrollment))
        .routes(routes!(assessments::grade))
}
