//! The URLs of objects, as a bucket of S3 would answer them: parts are sent by PUT, and objects read by GET, in ranges too.
//! These URLs belong to no dialect. They have a layer of their own, since their bodies are large and may take minutes.

use std::net::IpAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use futures_util::StreamExt;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::{dialects, extract, ops};
use crate::app::School;
use crate::error::Error;
use crate::school::stored_objects;

/// Time for what is still read of a part that is refused, so that its sender hears why.
const DISCARDED_FOR: Duration = Duration::from_secs(2);

pub fn router(app: &School) -> Router<School> {
    Router::new()
        .route("/objects/{*key}", any(answer))
        .layer(from_fn_with_state(app.clone(), ops::around_objects))
        .layer(cors(&app.config.cors_origins))
}

/// Lets the pages of other sites that are named in the settings send parts and show videos.
fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|o| HeaderValue::from_str(o).ok()).collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::PUT, Method::HEAD])
        .allow_headers([header::CONTENT_TYPE, header::RANGE, header::IF_RANGE])
        .expose_headers([header::ETAG, header::CONTENT_RANGE, header::ACCEPT_RANGES, header::RETRY_AFTER])
        .max_age(Duration::from_secs(600))
}

async fn answer(app: School, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let address = extract::address(&head, &app);
    let request = Request::from_parts(head, body);
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    // As it was sent: a key of ours has no letter that is written otherwise in a URL.
    let key = path.strip_prefix("/objects/").unwrap_or_default();
    let asked = stored_objects::SignedRequest { key, query: &query };
    let answered = match *request.method() {
        Method::GET | Method::HEAD => show(&app, &asked, address, request.method(), request.headers()).await,
        Method::PUT => receive(&app, &asked, request).await,
        _ => Err(Error::WrongMethod),
    };
    answered.unwrap_or_else(|error| dialects::refused(&path, &error))
}

/// Receives a part, and returns its tag as the bucket does: in the header `ETag`.
async fn receive(app: &School, asked: &stored_objects::SignedRequest<'_>, request: Request) -> Result<Response, Error> {
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse().ok());
    let mut content = request.into_body().into_data_stream();
    let received = match length {
        Some(bytes) => stored_objects::receive(app, asked, bytes, &mut content).await,
        None => Err(Error::bad_as_sent(header::CONTENT_LENGTH.as_str(), "a part says its length before")),
    };
    match received {
        Ok(tag) => Ok([(header::ETAG, format!("\"{tag}\""))].into_response()),
        Err(error) => {
            let discard_rest = async { while let Some(Ok(_)) = content.next().await {} };
            let _ = tokio::time::timeout(DISCARDED_FOR, discard_rest).await;
            Err(error)
        }
    }
}

/// The bytes of an object that a request asks for.
#[derive(Debug, PartialEq, Eq)]
enum AskedRange {
    Whole,
    /// From the first of these bytes to the last one.
    Part(u64, u64),
    Beyond,
}

async fn show(
    app: &School,
    asked: &stored_objects::SignedRequest<'_>,
    address: IpAddr,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, Error> {
    let reading = stored_objects::open(app, asked, address).await?;
    let object = &reading.object;
    let whole = object.bytes;
    let tag = format!("\"{}\"", object.tag);
    let header = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let is_same = header(header::IF_RANGE).is_none_or(|known| known == tag);
    let range = header(header::RANGE).filter(|_| is_same).map_or(AskedRange::Whole, |range| read_range(range, whole));
    let about = [
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (header::CONTENT_DISPOSITION, "inline".to_owned()),
        (header::CONTENT_TYPE, object.content_type.to_owned()),
        (header::ETAG, tag),
    ];
    let (status, first, bytes, content_range) = match range {
        AskedRange::Whole => (StatusCode::OK, 0, whole, None),
        AskedRange::Part(first, last) => {
            (StatusCode::PARTIAL_CONTENT, first, last - first + 1, Some(format!("bytes {first}-{last}/{whole}")))
        }
        AskedRange::Beyond => (StatusCode::RANGE_NOT_SATISFIABLE, 0, 0, Some(format!("bytes */{whole}"))),
    };
    let is_empty = *method == Method::HEAD || bytes == 0;
    let body = if is_empty { Body::empty() } else { Body::from_stream(reading.stream(first, bytes)) };
    let content_range = content_range.map(|range| [(header::CONTENT_RANGE, range)]);
    Ok((status, about, [(header::CONTENT_LENGTH, bytes.to_string())], content_range, body).into_response())
}

/// Reads the header `Range` for an object of `whole` bytes. Whatever is no range counts as if it had not been sent, and so do
/// several ranges at once: browsers do not ask for them.
fn read_range(text: &str, whole: u64) -> AskedRange {
    let number = |digits: &str| {
        let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        // A number with too many digits is beyond the end of every object.
        is_number.then(|| digits.parse().unwrap_or(u64::MAX))
    };
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return AskedRange::Whole;
    };
    let (first, last) = match (number(first), number(last)) {
        (None, Some(bytes)) if first.is_empty() => {
            (if bytes == 0 { whole } else { whole.saturating_sub(bytes) }, whole)
        }
        (Some(first), None) if last.is_empty() => (first, whole),
        (Some(first), Some(last)) if first <= last => (first, last),
        _ => return AskedRange::Whole,
    };
    if first < whole { AskedRange::Part(first, last.min(whole - 1)) } else { AskedRange::Beyond }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_browsers_write_it() {
        for (text, range) in [
            ("bytes=0-", AskedRange::Part(0, 99)),
            ("bytes=0-0", AskedRange::Part(0, 0)),
            ("bytes=10-19", AskedRange::Part(10, 19)),
            ("bytes=99-99", AskedRange::Part(99, 99)),
            ("bytes=90-1000", AskedRange::Part(90, 99)),
            ("bytes=-1", AskedRange::Part(99, 99)),
            ("bytes=-1000", AskedRange::Part(0, 99)),
            ("bytes=5-99999999999999999999999", AskedRange::Part(5, 99)),
            ("bytes=100-", AskedRange::Beyond),
            ("bytes=-0", AskedRange::Beyond),
            ("bytes=99999999999999999999999-", AskedRange::Beyond),
            ("bytes=0-1,5-6", AskedRange::Whole),
            ("bytes=9-8", AskedRange::Whole),
            ("bytes=-", AskedRange::Whole),
            ("bytes=+1-2", AskedRange::Whole),
            ("bytes=1-2-3", AskedRange::Whole),
            ("lines=1-2", AskedRange::Whole),
            ("bytes", AskedRange::Whole),
        ] {
            assert_eq!(read_range(text, 100), range, "{text}");
        }
    }
}
