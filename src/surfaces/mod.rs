//! The table of contents of every URL. Each surface shows the same school in a dialect of its own: URLs, JSON and refusals.

mod academy;
mod answer;
mod attendance;
mod bare;
mod bodies;
mod body;
mod certificates;
mod csv;
pub mod dialects;
mod document;
pub mod extract;
mod file_names;
mod headers;
pub mod ids;
pub mod json;
mod keys;
mod language;
mod learning;
pub mod live;
pub mod numbers;
mod objects;
mod ops;
pub mod path;
mod pdf;
mod pictures;
mod portal;
mod query;
mod read_error;
mod refusals;
pub mod request_url;
mod schemas;
mod sent_tree;
pub mod texts;
pub mod times;
pub mod values;
mod visits;

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::Request;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::School;
use crate::error::Error;
use crate::web;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Gyosil",
        description = "교실: the live-classroom server. The socket messages are described at /docs/protocol. Keys of a body and \
            parameters of a query that are not described here are ignored; a parameter without a value counts as left out. A body of which every key may be left out may \
            be left out itself. A method that an address does not answer is refused with 405.",
    ),
    components(schemas(portal::refusal::PortalRefusal, attendance::refusal::AttendanceRefusal, live::refusal::Refusal, live::refusal::RefusalBody,
        learning::refusal::LearningRefusal, learning::refusal::LearningRefusalBody, learning::refusal::LearningRefusalDetails, learning::LearningAnswer,
        academy::refusal::AcademyRefusal)),
    security(("bearer" = [])),
)]
struct Document;

/// The router of all surfaces, and the document of its endpoints: put together once, since each costs more than many requests.
static CONTENTS: LazyLock<(Router<School>, utoipa::openapi::OpenApi)> = LazyLock::new(|| {
    let (router, mut document) = OpenApiRouter::with_openapi(Document::openapi())
        .merge(live::router())
        .merge(portal::router())
        .merge(learning::router())
        .merge(attendance::router())
        .merge(academy::router())
        .merge(certificates::router())
        .merge(pictures::router())
        .merge(ops::router())
        .routes(routes!(show_document)) // /openapi.json
        .split_for_parts();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    document.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(bearer));
    (router, document)
});

pub fn openapi() -> String {
    let mut document = serde_json::to_value(&CONTENTS.1).unwrap_or_default();
    document::complete(&mut document);
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

/// Returns this document.
#[utoipa::path(get, path = "/openapi.json", operation_id = "openapi", tag = "operations", responses((status = 200, body = Object)), security(()))]
async fn show_document() -> impl IntoResponse {
    static TEXT: LazyLock<String> = LazyLock::new(openapi);
    ([(header::CONTENT_TYPE, "application/json")], TEXT.as_str())
}

/// Builds the router of all URLs, with the layers around every request.
pub fn router(app: &School) -> Router {
    let bodies = Arc::new(bodies::BodyMemory::default());
    let surfaces = CONTENTS.0.clone();
    surfaces
        .merge(web::router())
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .layer(axum::middleware::from_fn_with_state(app.clone(), visits::count))
        .layer(axum::middleware::from_fn_with_state((app.clone(), bodies), ops::around))
        .layer(ops::cors(&app.config.cors_origins))
        // Behind the layers above: they have too little room and time for a part of a video.
        .merge(objects::router(app))
        .with_state(app.clone())
}

pub use ops::metrics_only;

/// Refuses every request from an address that has too many connections open already.
pub fn too_many_connections() -> Router {
    let refuse = |request: Request| async move {
        let refusal = dialects::refused(request.uri().path(), &Error::TooManyConnections { retry_after_s: 10 });
        ([(header::CONNECTION, "close")], refusal)
    };
    Router::new().fallback(refuse)
}

/// Refuses an unknown path, in the dialect of its base path.
async fn nothing_here(request: Request) -> Response {
    dialects::not_answered(request.uri().path(), &Error::NoSuchPath)
}

async fn wrong_method(request: Request) -> Response {
    dialects::not_answered(request.uri().path(), &Error::WrongMethod)
}
