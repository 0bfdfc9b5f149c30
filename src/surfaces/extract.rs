//! Extractors: the caller of a request, and what was sent. All surfaces share them. They reject with the school's `Error`,
//! which `refusals` turns into the dialect of the path.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, OptionalFromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};

use crate::app::School;
use crate::error::{Error, Result};
use crate::school::logins;
use crate::school::once::Key;
use crate::school::rights::{Caller, Role};
use crate::surfaces::headers::bearer;
pub use crate::surfaces::path::{Id, Ids, Path, path};
use crate::surfaces::read_error::shortened;
use crate::surfaces::sent_tree::{SentTree, without_position};
use crate::surfaces::{bodies, json, query};

pub const BODY_MAX_BYTES: usize = 1024 * 1024;
pub const LOGS_MAX_BYTES: usize = 4 * 1024 * 1024;
/// Most values of a body whose bad field is looked for. A value takes up to 130 bytes for the time.
const TREE_MAX_VALUES: usize = 100_000;

pub async fn caller(parts: &Parts, app: &School) -> Result<Caller> {
    let token = bearer(&parts.headers).ok_or(Error::SignInNeeded)?;
    let caller = logins::caller(app, token).await?;
    SeenCaller::note(&parts.extensions, &caller);
    Ok(caller)
}

/// A place in a request for who asks, for a layer that wants to know it after the answer.
#[derive(Clone, Default)]
pub struct SeenCaller(Arc<OnceLock<(i64, Role)>>);

impl SeenCaller {
    /// Fills the place, if a layer has put one into the request.
    pub fn note(extensions: &Extensions, caller: &Caller) {
        if let Some(SeenCaller(place)) = extensions.get() {
            let _ = place.set((caller.id, caller.role));
        }
    }

    pub fn get(&self) -> Option<(i64, Role)> {
        self.0.get().copied()
    }
}

/// Refuses a HEAD where a GET has an effect: whoever asks for the head of an answer wants nothing done.
pub struct GetOnly;

pub async fn json<T: DeserializeOwned>(request: Request, limit_bytes: usize) -> Result<T> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    let essence = kind.split(';').next().unwrap_or("").trim();
    let is_json = essence.eq_ignore_ascii_case("application/json") || essence.to_ascii_lowercase().ends_with("+json");
    let bytes = read(request.into_body(), limit_bytes).await?;
    if bytes.is_empty() {
        return parse(b"{}");
    }
    if !is_json {
        return Err(Error::NotJson);
    }
    parse_object(&bytes)
}

/// Parses a body, which must be a JSON object. A list is refused, although serde can read a struct from one.
pub fn parse_object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    std::str::from_utf8(bytes).map_err(|_| Error::unreadable("the body is not UTF-8"))?;
    match bytes.trim_ascii_start().first() {
        Some(b'{') => parse(bytes),
        _ => Err(Error::unreadable("a JSON object is needed")),
    }
}

/// Reads a body as it came.
pub async fn read(body: Body, limit_bytes: usize) -> Result<axum::body::Bytes> {
    to_bytes(body, limit_bytes).await.map_err(|error| bodies::unreadable(&error, limit_bytes))
}

/// Reads a large body, which may take so long.
pub async fn read_within(body: Body, limit_bytes: usize, within: Duration) -> Result<axum::body::Bytes> {
    let late = Error::Busy { retry_after_s: bodies::RETRY_AFTER_S };
    tokio::time::timeout(within, read(body, limit_bytes)).await.unwrap_or(Err(late))
}

/// Parses JSON. The error names the field that cannot be read.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let bytes = json::with_whole_numbers(bytes);
    serde_json::from_slice(&bytes).map_err(|error| explain::<T>(&bytes, &error))
}

/// Reads JSON that is no `T` once more, into a tree and from there, since errors of the tree know their place. A tree of many
/// values would take much more memory than the JSON: then the place stays unknown.
fn explain<T: DeserializeOwned>(json: &[u8], error: &serde_json::Error) -> Error {
    let values = json.iter().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
    let in_tree = (values <= TREE_MAX_VALUES).then(|| SentTree::parse(json).and_then(|tree| tree.read::<T>()));
    match in_tree {
        Some(Err(error)) => error.into(),
        Some(Ok(_)) | None => Error::unreadable(shortened(&without_position(error)).into_owned()),
    }
}

pub fn query<T: DeserializeOwned>(parts: &Parts) -> Result<T> {
    let parsed: Vec<(String, String)> = axum::extract::Query::try_from_uri(&parts.uri)
        .map(|q| q.0)
        .map_err(|_| Error::bad_as_sent("query", "unreadable"))?;
    Ok(query::read(&parsed)?)
}

pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<Key>> {
    match headers.get("idempotency-key") {
        None => Ok(None),
        Some(value) => {
            let text = value.to_str().unwrap_or_default();
            Key::parse(text).map(Some).map_err(|_| Error::bad_as_sent("Idempotency-Key", "a UUID is needed"))
        }
    }
}

/// Returns the value of a cookie. An empty one counts as missing.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value)
}

/// Makes a cookie that no script can read and that is not sent with requests from other sites.
pub fn set_cookie(name: &str, value: &str, path: &str, lives_s: i64, is_https: bool) -> Option<HeaderValue> {
    let secure = if is_https { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path={path}; Max-Age={lives_s}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&text).ok()
}

/// Returns the address that a request comes from: the peer, or the address that a trusted proxy names.
pub fn address(parts: &Parts, app: &School) -> IpAddr {
    let peer = peer(parts);
    if !app.config.trusts(peer) {
        return peer;
    }
    let named = parts.headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
    let chain: Vec<&str> = named.flat_map(|v| v.split(',')).collect();
    for named in chain.into_iter().rev() {
        match hop(named) {
            Some(address) if app.config.trusts(address) => continue,
            Some(address) => return address,
            // Entries before an unreadable one may be invented.
            None => return peer,
        }
    }
    peer
}

/// Reads an address as proxies write it, perhaps with a port.
fn hop(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse().or_else(|_| text.parse::<SocketAddr>().map(|a| a.ip()));
    address.ok().map(|ip| ip.to_canonical())
}

pub fn peer(parts: &Parts) -> IpAddr {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::from([0, 0, 0, 0]), |c| c.0.ip().to_canonical())
}

/// Returns whether the browser uses TLS, with us or with a proxy that we trust.
pub fn is_https(parts: &Parts, app: &School) -> bool {
    let forwarded = parts.headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes() == b"https");
    app.config.tls_cert.is_some() || (forwarded && app.config.trusts(peer(parts)))
}

/// Refuses a request that a page of another site sends with our cookies. Programs other than browsers send neither
/// `Sec-Fetch-Site` nor `Origin`; they are let through, since they hold no cookies of other people.
pub fn must_be_our_page(parts: &Parts, app: &School) -> Result<()> {
    let text = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let (site, origin) = (text("sec-fetch-site"), text("origin"));
    let is_allowed = |origin: &str| app.config.cors_origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin));
    let is_ours = match (site, origin) {
        // The browser sets this header itself; a page cannot.
        (Some("same-origin" | "none"), _) => true,
        (Some(_), origin) => origin.is_some_and(is_allowed),
        (None, None) => true,
        (None, Some(origin)) => is_allowed(origin) || is_own_origin(origin, parts, app),
    };
    if is_ours { Ok(()) } else { Err(Error::ForeignPage) }
}

/// Returns the host, perhaps with a port, under which the caller reached us.
pub fn host(parts: &Parts) -> &str {
    let host = parts.headers.get(header::HOST).and_then(|v| v.to_str().ok());
    host.or_else(|| parts.uri.authority().map(|a| a.as_str())).unwrap_or_default()
}

/// Returns whether `origin` is the address under which the caller reached us, or the one that is printed in QR codes.
fn is_own_origin(origin: &str, parts: &Parts, app: &School) -> bool {
    let host = host(parts);
    let Some((scheme, named)) = origin.split_once("://") else { return false };
    let bare = |host: &str| {
        let usual = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
        host.strip_suffix(usual).unwrap_or(host).to_ascii_lowercase()
    };
    let public = app.public_url.split_once("://").map_or("", |(_, rest)| rest.split('/').next().unwrap_or(""));
    !named.is_empty() && [host, public].iter().any(|own| bare(own) == bare(named))
}

/// Returns the name that a phone or browser gives itself (`User-Agent`), for the list of a person's logins.
pub fn device(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or("unknown");
    agent.chars().filter(|c| !c.is_control()).skip_while(|c| *c == '#').take(200).collect()
}

/// The JSON body of a request, where no body counts as `{}`; and the JSON body of an answer.
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// A JSON body and the `Idempotency-Key` of its request: sent again with this key, it has its effect once.
pub struct SentOnce<T>(pub T, pub Option<Key>);

/// A JSON body with a higher limit, large enough for 1,000 logs.
pub struct LargeJson<T>(pub T);
pub struct Query<T>(pub T);
/// The address that a request comes from.
pub struct ClientAddress(pub IpAddr);

/// Declares how a type is read from the head of a request: `from_parts!(Type, |parts, app| expression)`.
macro_rules! from_parts {
    ($name:ident, |$parts:ident, $app:ident| $read:expr) => {
        impl FromRequestParts<School> for $name {
            type Rejection = Error;
            async fn from_request_parts($parts: &mut Parts, $app: &School) -> Result<Self> {
                Ok($read)
            }
        }
    };
}
from_parts!(School, |_parts, app| app.clone());
from_parts!(Caller, |parts, app| caller(parts, app).await?);
from_parts!(GetOnly, |parts, _app| match parts.method {
    Method::HEAD => return Err(Error::WrongMethod),
    _ => GetOnly,
});
from_parts!(ClientAddress, |parts, app| ClientAddress(address(parts, app)));

/// A request without a token has no caller.
impl OptionalFromRequestParts<School> for Caller {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, app: &School) -> Result<Option<Self>> {
        match bearer(&parts.headers) {
            Some(_) => caller(parts, app).await.map(Some),
            None => Ok(None),
        }
    }
}

/// The header Idempotency-Key.
impl OptionalFromRequestParts<School> for Key {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &School) -> Result<Option<Self>> {
        idempotency_key(&parts.headers)
    }
}

impl IntoParams for Key {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let header = ParameterBuilder::new().name("Idempotency-Key").parameter_in(ParameterIn::Header);
        vec![header.required(Required::False).build()]
    }
}

impl<T: DeserializeOwned> FromRequestParts<School> for Query<T> {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &School) -> Result<Self> {
        Ok(Query(query(parts)?))
    }
}
impl<T: DeserializeOwned> FromRequest<School> for Json<T> {
    type Rejection = Error;
    async fn from_request(request: Request, _: &School) -> Result<Self> {
        Ok(Json(json(request, BODY_MAX_BYTES).await?))
    }
}
impl<T: DeserializeOwned> FromRequest<School> for SentOnce<T> {
    type Rejection = Error;
    async fn from_request(request: Request, _: &School) -> Result<Self> {
        let key = idempotency_key(request.headers())?;
        Ok(SentOnce(json(request, BODY_MAX_BYTES).await?, key))
    }
}
impl<T: DeserializeOwned> FromRequest<School> for LargeJson<T> {
    type Rejection = Error;
    async fn from_request(request: Request, _: &School) -> Result<Self> {
        Ok(LargeJson(json(request, LOGS_MAX_BYTES).await?))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use serde::Deserialize;

    use super::*;
    use crate::error::{InputFault, SurfaceWords};
    use crate::patch::Patch;
    use crate::surfaces::texts::{BoundedList, Code, Within};
    use crate::surfaces::values::AnyObject;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    enum Colour {
        LightRed,
    }

    #[derive(Debug, Deserialize)]
    struct Pot {
        _code: Code,
        _colour: Option<Colour>,
        #[serde(default)]
        _volume: Patch<Within<1, 9>>,
    }

    #[derive(Debug, Deserialize)]
    struct Shelf {
        _pots: BoundedList<Pot, 1, 3>,
        _note: Option<AnyObject>,
    }

    /// Returns the place and the fault of a body that is refused; the place is empty if none is named.
    #[track_caller]
    fn refused(body: &str) -> (String, InputFault) {
        match parse_object::<Shelf>(body.as_bytes()) {
            Err(Error::BadInput { place, fault }) => (place.name(SurfaceWords::SCHOOL).into(), fault),
            Err(Error::Unreadable { fault }) => (String::new(), fault),
            other => panic!("{other:?} for {body}"),
        }
    }

    #[test]
    fn a_bad_value_is_named_with_its_place_and_its_fault() {
        let short = InputFault::TooShort("at least 2 characters".into());
        let null = InputFault::Null("invalid type: null, expected a string".into());
        for (body, place, fault) in [
            (r#"{}"#, "_pots", InputFault::Missing { key: "_pots" }),
            (r#"{"_pots": [{"_code": "ab"}, {}]}"#, "_pots[1]._code", InputFault::Missing { key: "_code" }),
            (r#"{"_pots": [{"_code": "a"}]}"#, "_pots[0]._code", short),
            (r#"{"_pots": [{"_code": null}]}"#, "_pots[0]._code", null),
            (r#"{"_pots": []}"#, "_pots", "1 to 3 of them".into()),
            (r#"{"_pots": {}}"#, "_pots", "invalid type: map, expected a list of 1 to 3".into()),
            (r#"{"_pots": [{"_code": "ab", "_volume": 10.0}]}"#, "_pots[0]._volume", "from 1 to 9".into()),
            (
                r#"{"_pots": [{"_code": "ab", "_volume": 1.5}]}"#,
                "_pots[0]._volume",
                "invalid type: floating point `1.5`, expected i64".into(),
            ),
            (
                r#"{"_pots": [{"_code": "ab", "_colour": "GREEN"}]}"#,
                "_pots[0]._colour",
                "unknown variant `GREEN`, expected `LIGHT_RED`".into(),
            ),
            (
                r#"{"_pots": [{"_code": "ab", "_colour": {"LIGHT_RED": 1}}]}"#,
                "_pots[0]._colour.LIGHT_RED",
                "invalid type: integer `1`, expected unit".into(),
            ),
            (r#"{"_pots": [{"_code": "ab", "_code": "ab"}]}"#, "_pots[0]", "duplicate field `_code`".into()),
            (
                r#"{"_pots": [{"_code": "ab"}], "_note": 5}"#,
                "_note",
                "invalid type: integer `5`, expected a map".into(),
            ),
            (r#"{"_pots": [{"_code": "a"#, "_pots[0]._code", "EOF while parsing a string".into()),
            (r#"{"_pots": 1e999}"#, "_pots", "number out of range".into()),
            (r#"{"_pots": [{"_code": "ab"}]} x"#, "", "trailing characters".into()),
        ] {
            assert_eq!(refused(body), (place.to_owned(), fault), "{body}");
        }
    }

    #[test]
    fn a_hostile_body_is_refused_soon() {
        let wide =
            |one: &str, times: usize| format!(r#"{{"_pots": {{}}, "x": [{}1]}}"#, format!("{one},").repeat(times));
        let many_keys: String = (0..60_000).map(|n| format!(r#""k{n}":[{{}}],"#)).collect();
        let deep = |times: usize| format!(r#"{{"_note": {}}}"#, r#"{"a":"#.repeat(times));
        let begun = Instant::now();
        for body in [
            wide("1", 500_000),
            wide("[]", 300_000),
            wide(r#"{"a":"\u0000"}"#, 60_000),
            ["{", &many_keys, r#""_pots":5}"#].concat(),
            ["{", &r#""_pots":[],"#.repeat(90_000), r#""_pots":5}"#].concat(),
            deep(120),
            deep(200_000),
            format!(r#"{{"x": {}}}"#, "[".repeat(900_000)),
            format!(r#"{{"x": {}{}, "_pots": 5}}"#, "[".repeat(127), "]".repeat(127)),
        ] {
            refused(&body);
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
        // In a tree this one would be sixty times as large.
        let (nested, long) = ("[[[[]]]],".repeat(60_000), "가".repeat(100_000));
        for body in [format!(r#"{{"x": [{nested}1], "_pots": 5}}"#), format!(r#"{{"_pots": "{long}"}}"#)] {
            let shown = format!("{:?}", refused(&body));
            assert!(shown.len() < 2_000, "{shown}");
        }
        assert!(parse_object::<Shelf>(b"{\"_pots\": \"\xff\"}").is_err());
    }
}
