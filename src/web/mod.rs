//! The pages in `static/`, embedded in the binary.

mod parts;
mod shelf;

use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::app::School;
use crate::error::{Error, Kind};

/// The page that a learner's phone keeps, so that it opens without a network.
const LEARN: &str = "learn/learn.html";
const TEACH: &str = "teach/teach.html";
const LOST: &str = "learn/lost.html";

pub fn router() -> Router<School> {
    let page = |name: &'static str| get(move |headers: HeaderMap| async move { file(name, &headers) });
    Router::new()
        .route("/", page(LEARN))
        .route("/j/{code}", page(LEARN))
        .route("/me", page(LEARN))
        .route("/setup", page(TEACH))
        .route("/teach", page(TEACH))
        .route("/teach/", page(TEACH))
        .route("/teach/{*rest}", page(TEACH))
        .route("/docs", page("docs/docs.html"))
        .route("/favicon.ico", page("icon.svg"))
        .route("/manifest.webmanifest", page("learn/manifest.webmanifest"))
        .route("/sw.js", get(worker))
        .route("/static/{*path}", get(any))
}

/// One of the pages, for a surface whose addresses show it.
pub fn page(name: &str, headers: &HeaderMap) -> Response {
    file(name, headers)
}

async fn any(uri: Uri, headers: HeaderMap) -> Response {
    file(uri.path().trim_start_matches("/static/"), &headers)
}

async fn worker(headers: HeaderMap) -> Response {
    answer(shelf::worker(), &headers)
}

fn file(name: &str, headers: &HeaderMap) -> Response {
    match shelf::take(name) {
        Some(page) => answer(page, headers),
        None => nothing_here(&Error::NoSuchPath),
    }
}

fn answer(page: shelf::Page, headers: &HeaderMap) -> Response {
    // A new version of the server shows at the next load: the browser asks each time, and mostly hears «unchanged».
    // The tag is weak, since it is that of the page however it is packed.
    let tag = format!("W/{}", page.tag);
    let head = [
        (header::CONTENT_TYPE, page.kind),
        (header::CACHE_CONTROL, "no-cache"),
        (header::ETAG, tag.as_str()),
        (header::VARY, "Accept-Encoding"),
    ];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    match shelf::pressed(&page).filter(|_| takes_gzip(headers)) {
        Some(small) => (head, [(header::CONTENT_ENCODING, "gzip")], small).into_response(),
        None => (head, page.bytes).into_response(),
    }
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let said = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or("");
    let is_refused = |rest: &str| rest.trim().trim_start_matches("q=").parse() == Ok(0.0);
    said.split(',').any(|way| match way.split_once(';') {
        Some((way, rest)) => way.trim() == "gzip" && !is_refused(rest),
        None => way.trim() == "gzip",
    })
}

/// For a person who is lost, in plain words.
pub fn nothing_here(error: &Error) -> Response {
    let status = match error.kind() {
        Kind::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
        Kind::Internal | Kind::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::NOT_FOUND,
    };
    let body = shelf::take(LOST).map(|page| page.bytes).unwrap_or_default();
    let mut response = (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response();
    if let Some(seconds) = error.retry_after_s() {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}
