//! The pages in `static/`, embedded in the binary.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::app::School;
use crate::error::{Error, Kind};
use crate::school::sessions;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Pages;

pub fn router() -> Router<School> {
    let page = |name: &'static str| get(move |headers: HeaderMap| async move { file(name, &headers) });
    Router::new()
        .route("/", page("learn.html"))
        .route("/j/{code}", page("learn.html"))
        .route("/teach", page("teach.html"))
        .route("/teach/{*rest}", page("teach.html"))
        .route("/docs", page("docs.html"))
        .route("/favicon.ico", page("icon.svg"))
        .route("/l/{code}", get(poster))
        .route("/static/{*path}", get(any))
}

/// One of the pages, for a surface whose addresses show it.
pub fn page(name: &str, headers: &HeaderMap) -> Response {
    file(name, headers)
}

async fn any(uri: Uri, headers: HeaderMap) -> Response {
    file(uri.path().trim_start_matches("/static/"), &headers)
}

/// A poster on the wall leads to the class of the moment, and never goes stale.
async fn poster(State(app): State<School>, Path(code): Path<String>) -> Response {
    match sessions::open_of_lecture(&app, &code).await {
        Ok(Some(session)) => Redirect::to(&format!("/j/{session}")).into_response(),
        Ok(None) => Redirect::to("/?closed=1").into_response(),
        Err(error) => nothing_here(&error),
    }
}

fn file(name: &str, headers: &HeaderMap) -> Response {
    let Some(file) = Pages::get(name) else { return nothing_here(&Error::NoSuchPath) };
    let tag = tag(&file);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    // A new version of the server shows at the next load: the browser asks each time, and mostly hears «unchanged».
    let head = [(header::CONTENT_TYPE, mime(name)), (header::CACHE_CONTROL, "no-cache"), (header::ETAG, tag.as_str())];
    (head, file.data).into_response()
}

fn tag(file: &EmbeddedFile) -> String {
    let hash: String = file.metadata.sha256_hash().iter().take(8).map(|b| format!("{b:02x}")).collect();
    format!("\"{hash}\"")
}

fn mime(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" | "webmanifest" => "application/json",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// For a person who is lost, in plain words.
pub fn nothing_here(error: &Error) -> Response {
    let status = match error.kind() {
        Kind::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
        Kind::Internal | Kind::Busy => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::NOT_FOUND,
    };
    let body = Pages::get("lost.html").map(|f| f.data.into_owned()).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response()
}
