//! Endpoints for operators (health, metrics, documentation), and the layer around every request.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::FutureExt;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tracing::Instrument;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::School;
use crate::clock::random_bytes;
use crate::error::Error;
use crate::metrics::Route;
use crate::surfaces::bodies::{BodyMemory, CountedBody};
use crate::surfaces::dialects;
use crate::surfaces::extract::{address, is_https, peer};
use crate::surfaces::language::{Language, speaking, usually};
use crate::web::policy::USUAL;

const ANSWERED_WITHIN: Duration = Duration::from_secs(30);
/// The same for a picture, which may come over a slow line.
const PICTURE_ANSWERED_WITHIN: Duration = Duration::from_secs(120);
const PICTURES: &str = "/api/lectures/{lecture_id}/pictures";
const HELP_PICTURE: &str = "/api/help/request/{help_request_id}/picture";
/// The same for a PDF, which is larger, and whose first page must be drawn. `school::slides` bounds how many come at once.
const PDF_ANSWERED_WITHIN: Duration = Duration::from_secs(180);
const PICTURES_OF_PDF: &str = "/api/lectures/{lecture_id}/pictures/pdf";
/// The same for a lesson of up to 200 MiB, of which each picture must be decoded. `school::lesson_files` bounds how many come at once.
const LESSON_ANSWERED_WITHIN: Duration = Duration::from_secs(1_500);
const LESSON_IMPORT: &str = "/api/lectures/import";
/// Everything works, but what happens on other nodes comes by way of the database.
const DEGRADED: &str = "ready, but degraded: Redis is away, so news of other nodes come up to a second late";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub fn router() -> OpenApiRouter<School> {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz)).routes(routes!(metrics))
}

/// Reports that the process is alive.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, body = String)), security(()))]
async fn healthz() -> &'static str {
    "ok"
}

/// Reports whether the database takes writes and gives what other nodes wrote; if not, the body says why.
#[utoipa::path(get, path = "/readyz", tag = "operations",
    responses((status = 200, body = String), (status = 503, body = String)), security(()))]
async fn readyz(app: School) -> (StatusCode, String) {
    match app.why_not_ready().await {
        None if app.bus.is_degraded() => (StatusCode::OK, DEGRADED.into()),
        None => (StatusCode::OK, "ready".into()),
        Some(why) => (StatusCode::SERVICE_UNAVAILABLE, why),
    }
}

/// Returns the metrics for Prometheus, to this machine and trusted proxies only, or at the address of --metrics-listen.
#[utoipa::path(get, path = "/metrics", tag = "operations",
    responses((status = 200, content_type = "application/openmetrics-text", body = String), (status = 403, body = String)), security(()))]
async fn metrics(app: School, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if app.config.metrics_listen.is_some() || !is_near(&parts, &app) {
        return (StatusCode::FORBIDDEN, "the metrics are shown to this machine only, or where --metrics-listen says")
            .into_response();
    }
    shown_metrics(&app).into_response()
}

/// Returns whether a request comes from this machine or a proxy that we trust, and was not passed on by an untrusted proxy.
fn is_near(parts: &Parts, app: &School) -> bool {
    let from = address(parts, app);
    let is_passed_on = parts.headers.contains_key("x-forwarded-for") || parts.headers.contains_key("forwarded");
    let is_strange_proxy = is_passed_on && !app.config.trusts(peer(parts));
    (from.is_loopback() || app.config.trusts(from)) && !is_strange_proxy
}

/// Serves the metrics at an address of their own, and nothing else there.
pub fn metrics_only(app: &School) -> Router {
    let shown = |app: School| async move { shown_metrics(&app) };
    Router::new().route("/metrics", get(shown)).with_state(app.clone())
}

fn shown_metrics(app: &School) -> impl IntoResponse + use<> {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.metrics.render())
}

/// Lets web pages of other sites call us: those that are named in the settings, and no others.
pub fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|o| HeaderValue::from_str(o).ok()).collect();
    let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let idempotency_key = HeaderName::from_static("idempotency-key");
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods(methods)
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, idempotency_key])
        .expose_headers([REQUEST_ID, header::RETRY_AFTER])
        .max_age(Duration::from_secs(600))
}

/// Gives each request an id, a time limit, a line in the log (without the query, which may hold a token) and safe headers.
pub async fn around(State((app, bodies)): State<(School, Arc<BodyMemory>)>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = request_id(request.headers());
    let method = known(request.method());
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().map_or("none".to_owned(), |m| m.as_str().to_owned());
    let span = tracing::info_span!("request", id, method, path = shown_path(&path, &route));
    let (parts, body) = request.into_parts();
    let is_https = is_https(&parts, &app);
    let body = match route.as_str() {
        PICTURES_OF_PDF | LESSON_IMPORT => CountedBody::bounded_elsewhere(body),
        _ => CountedBody::new(&app, &bodies, &parts.headers, address(&parts, &app), body),
    };
    let request = Request::from_parts(parts, Body::new(body.clone()));
    let language = Language::asked_for(request.headers());
    let within = match route.as_str() {
        PICTURES | HELP_PICTURE => PICTURE_ANSWERED_WITHIN,
        PICTURES_OF_PDF => PDF_ANSWERED_WITHIN,
        LESSON_IMPORT => LESSON_ANSWERED_WITHIN,
        _ => ANSWERED_WITHIN,
    };
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
    let answer = usually(
        dialects::language(&path),
        speaking(language, async {
            match tokio::time::timeout(within, answer).await {
                Ok(Ok(response)) => dialects::in_dialect(&path, response),
                Ok(Err(_)) => dialects::refused(&path, &Error::internal("a handler panicked")),
                Err(_) => dialects::refused(&path, &Error::Busy { retry_after_s: 5 }),
            }
        }),
    );
    let mut response = answer.instrument(span.clone()).await;
    if response.status().is_client_error() || response.status() == StatusCode::SERVICE_UNAVAILABLE {
        body.discard_rest().await;
    }
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    let took_ms = took.as_millis() as u64;
    // Balancers ask each node every second.
    let is_probe = status == 200 && (route == "/readyz" || route == "/healthz");
    span.in_scope(|| match is_probe {
        true => tracing::debug!(status, took_ms, "answered"),
        false => tracing::info!(status, took_ms, "answered"),
    });
    app.metrics.requests.get_or_create(&Route { method, route, status }).inc();
    app.metrics.request_time.observe(took.as_secs_f64());
    safe_headers(response.headers_mut(), &id, dialects::is_api(&path), is_https, app.objects.base_url());
    response
}

/// Like `around`, for objects: parts of videos, whose number and time `stored_objects` bounds, and answers that last as long
/// as someone watches. Their time is not in the metrics, where it would hide that of all others.
pub async fn around_objects(State(app): State<School>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = request_id(request.headers());
    let method = known(request.method());
    let path = request.uri().path().to_owned();
    let span = tracing::info_span!("request", id, method, path);
    let (parts, body) = request.into_parts();
    let is_https = is_https(&parts, &app);
    let language = Language::asked_for(&parts.headers);
    let answer = AssertUnwindSafe(next.run(Request::from_parts(parts, body))).catch_unwind();
    let answer = speaking(language, async {
        answer.await.unwrap_or_else(|_| dialects::refused(&path, &Error::internal("a handler panicked")))
    });
    let mut response = usually(dialects::language(&path), answer).instrument(span.clone()).await;
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    span.in_scope(|| tracing::info!(status, took_ms = took.as_millis() as u64, "answered"));
    app.metrics.requests.get_or_create(&Route { method, route: "/objects/{*key}".into(), status }).inc();
    safe_headers(response.headers_mut(), &id, true, is_https, app.objects.base_url());
    let same_site = HeaderValue::from_static("same-site");
    response.headers_mut().insert("cross-origin-resource-policy", same_site);
    response
}

/// Returns the path that is written to the log. For a poster it is the route, without the poster's code: the code leads to the
/// key of the lecture's session, and readers of the log do not need it.
fn shown_path<'a>(path: &'a str, route: &'a str) -> &'a str {
    let is_poster = ["/l/", "/L/", "/I/", "/1/", "/qr/l/"].iter().any(|beginning| path.starts_with(beginning));
    if is_poster { route } else { path }
}

/// Returns the name of a method for the log and the metrics. Callers can invent methods; all unusual ones become `OTHER`.
fn known(method: &Method) -> &'static str {
    let usual = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    usual.into_iter().find(|name| *name == method.as_str()).unwrap_or("OTHER")
}

/// Returns the caller's own id, so that the caller's log and ours can be compared; or a new one, if the caller's does not fit.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(&REQUEST_ID).and_then(|v| v.to_str().ok());
    let fits = |id: &&str| (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    given.filter(fits).map_or_else(|| format!("{:016x}", u64::from_le_bytes(random_bytes())), str::to_owned)
}

/// Returns the policy of pages. Where videos are in a bucket, pages may send them there and play them from there, and reach
/// no other bucket of the store.
fn policy(objects: Option<&str>) -> HeaderValue {
    let with_bucket = |url| format!("{USUAL}; connect-src 'self' {url}; media-src 'self' {url}");
    let policy = objects.and_then(|url| HeaderValue::from_str(&with_bucket(url)).ok());
    policy.unwrap_or(HeaderValue::from_static(USUAL))
}

fn safe_headers(headers: &mut HeaderMap, id: &str, is_api: bool, is_https: bool, objects: Option<&str>) {
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| policy(objects));
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "no-referrer");
    if is_api {
        set(header::CACHE_CONTROL, "no-store");
    }
    if is_https {
        // For a year the browser uses HTTPS only.
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}
