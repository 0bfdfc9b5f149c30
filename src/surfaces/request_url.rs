//! The URL of a request, for answers that link to their neighbours.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::extract::{host, is_https};
use crate::app::School;
use crate::error::Error;

/// The URL under which the caller reached us, whole.
pub struct RequestUrl {
    /// `https://school.example`
    origin: String,
    path: String,
    query: String,
}

impl RequestUrl {
    pub fn new(origin: String, path_and_query: &str) -> RequestUrl {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        RequestUrl { origin, path: path.into(), query: query.into() }
    }

    /// Returns the address under which the caller reached us.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns this URL with another value for a parameter of its query, which has no special letters in its name.
    pub fn with(&self, name: &str, value: i64) -> String {
        let is_other = |pair: &&str| !pair.is_empty() && pair.split('=').next() != Some(name);
        let others: String = self.query.split('&').filter(is_other).flat_map(|pair| [pair, "&"]).collect();
        format!("{}{}?{others}{name}={value}", self.origin, self.path)
    }
}

impl FromRequestParts<School> for RequestUrl {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, app: &School) -> Result<RequestUrl, Error> {
        let scheme = if is_https(parts, app) { "https" } else { "http" };
        let path_and_query = parts.uri.path_and_query().map_or("/", |whole| whole.as_str());
        Ok(RequestUrl::new(format!("{scheme}://{}", host(parts)), path_and_query))
    }
}
