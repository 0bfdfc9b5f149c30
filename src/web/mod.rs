//! The pages in `static/`, embedded in the binary.

mod assets;
mod checkout;
mod imports;
pub mod policy;

use std::convert::Infallible;

use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::app::School;
use crate::error::{Error, ErrorKind};

/// The learner's page, which the phone stores, so that it opens without a network.
const LEARN: &str = "learn/learn.html";
const TEACH: &str = "teach/teach.html";
/// The pages of a course that one takes by oneself: buying it, its videos, and one of them.
const COURSE: &str = "course/course.html";
const LOST: &str = "learn/lost.html";
const OLD_POSTER: &str = "learn/old-poster.html";

pub fn router() -> Router<School> {
    let page = |name: &'static str| get(move |headers: HeaderMap| async move { file(name, &headers) });
    Router::new()
        .route("/", page(LEARN))
        .route("/j/{code}", page(LEARN))
        .route("/me", page(LEARN))
        .route("/buy/{course}", get(buy))
        .route("/watch/{course}", page(COURSE))
        .route("/watch/{course}/{video}", page(COURSE))
        .route("/assist/{code}", page(TEACH))
        .route("/setup", page(TEACH))
        .route("/teach", page(TEACH))
        .route("/teach/", page(TEACH))
        .route("/teach/{*rest}", page(TEACH))
        .route("/docs", page("docs/docs.html"))
        .route("/docs/protocol", get(protocol))
        .route("/favicon.ico", page("icon.svg"))
        .route("/manifest.webmanifest", page("learn/manifest.webmanifest"))
        .route("/sw.js", get(worker))
        .route("/static/{*path}", get(any))
}

/// Returns one of the pages, for a surface that shows it at its own address.
pub fn page(name: &str, headers: &HeaderMap) -> Response {
    file(name, headers)
}

async fn any(uri: Uri, headers: HeaderMap) -> Response {
    file(uri.path().trim_start_matches("/static/"), &headers)
}

/// Returns the description of the socket messages as it stands in the repository.
async fn protocol() -> Response {
    let head = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (head, include_str!("../../docs/protocol.md")).into_response()
}

/// Returns the page on which one buys a course, with the content security policy that the school's payment service needs.
async fn buy(app: School, headers: HeaderMap) -> Response {
    let Some((page, policy)) = checkout::with_settings(&app, COURSE) else { return nothing_here(&Error::NoSuchPath) };
    let mut response = answer(page, &headers);
    if let Some(policy) = policy.and_then(|policy| HeaderValue::from_str(&policy).ok()) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

async fn worker(headers: HeaderMap) -> Response {
    answer(assets::worker(), &headers)
}

fn file(name: &str, headers: &HeaderMap) -> Response {
    match assets::find(name) {
        Some(page) => answer(page, headers),
        None => nothing_here(&Error::NoSuchPath),
    }
}

fn answer(page: assets::Asset, headers: &HeaderMap) -> Response {
    // The browser asks at each load and mostly gets «not modified», so a new version of the server shows at the next load.
    // The tag is weak, since the same tag stands for the compressed and the plain page.
    let tag = format!("W/{}", page.tag);
    let head =
        [(header::CONTENT_TYPE, page.kind), (header::CACHE_CONTROL, "no-cache"), (header::VARY, "Accept-Encoding")];
    let Ok(response) = tagged(headers, &tag, head, || {
        Ok::<_, Infallible>(match assets::compressed(&page).filter(|_| takes_gzip(headers)) {
            Some(small) => ([(header::CONTENT_ENCODING, "gzip")], small).into_response(),
            None => page.bytes.into_response(),
        })
    });
    response
}

/// Answers with the body that `tag` names, or with «not modified» to a browser that has it. Both answers have the same
/// headers, which tell what may be cached, and for how long.
pub fn tagged<B: IntoResponse, E, const N: usize>(
    headers: &HeaderMap,
    tag: &str,
    head: [(HeaderName, &str); N],
    body: impl FnOnce() -> Result<B, E>,
) -> Result<Response, E> {
    let tagged = [(header::ETAG, tag)];
    if has(headers, tag) {
        return Ok((StatusCode::NOT_MODIFIED, tagged, head).into_response());
    }
    Ok((tagged, head, body()?).into_response())
}

/// Tells whether the browser has this content already. Weak and strong tags are equal here, since a proxy that compresses
/// the body makes a tag weak.
fn has(headers: &HeaderMap, tag: &str) -> bool {
    let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|list| list.split(',')).any(|known| known.trim() == "*" || strong(known) == strong(tag))
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or("");
    let is_refused = |rest: &str| rest.trim().trim_start_matches("q=").parse() == Ok(0.0);
    accepted.split(',').any(|way| match way.split_once(';') {
        Some((way, rest)) => way.trim() == "gzip" && !is_refused(rest),
        None => way.trim() == "gzip",
    })
}

/// Answers a person whose address leads nowhere with a page in plain words.
pub fn nothing_here(error: &Error) -> Response {
    refusal(error, LOST)
}

/// Answers a person who scanned a poster before the class: the learner's page waits with them.
pub fn waiting_room(headers: &HeaderMap) -> Response {
    file(LEARN, headers)
}

/// Answers a person who scanned a poster whose address was renewed, or who typed an address wrongly.
pub fn no_such_poster(error: &Error) -> Response {
    refusal(error, if error.kind() == ErrorKind::NotFound { OLD_POSTER } else { LOST })
}

fn refusal(error: &Error, page: &str) -> Response {
    let status = match error.kind() {
        ErrorKind::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
        ErrorKind::Internal | ErrorKind::Busy => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::NOT_FOUND,
    };
    let body = assets::find(page).map(|page| page.bytes).unwrap_or_default();
    let mut response = (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response();
    if let Some(seconds) = error.retry_after_s() {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}
