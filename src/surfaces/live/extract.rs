//! Parts of requests that only this surface reads.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::wire;
use crate::app::School;
use crate::error::{Error, Result};
use crate::school::sessions::codes::Invitation;
use crate::surfaces::extract;

/// The origin of a request to sign in, and the cookie that it wants for its refresh token. Only a page of ours may want one.
pub struct Browser {
    pub headers: HeaderMap,
    pub address: IpAddr,
    pub is_https: bool,
    pub cookie_name: Option<wire::people::CookieName>,
}

impl FromRequestParts<School> for Browser {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &School) -> Result<Browser> {
        let cookie_name = extract::query::<wire::people::CookieQuery>(parts)?.cookie;
        if cookie_name.is_some() {
            extract::must_be_our_page(parts, app)?;
        }
        let (address, is_https) = (extract::address(parts, app), extract::is_https(parts, app));
        Ok(Browser { headers: parts.headers.clone(), address, is_https, cookie_name })
    }
}

/// The invitation to a session: the code in the path, and the key of the QR if it was scanned.
pub struct Invited(pub Invitation);

impl FromRequestParts<School> for Invited {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &School) -> Result<Invited> {
        let code: String = extract::path(parts).await?;
        let scanned: wire::sessions::QrKey = extract::query(parts)?;
        Ok(Invited(scanned.invites(code)))
    }
}
