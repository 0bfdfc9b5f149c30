//! Registering, signing in and out.

use axum::Json as Answer;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::wire::people::{ChangeMe, CookieName, CookieQuery, LoggedIn, Login, Refresh, Register, Ticket, User};
use super::wire::{MessageBody, message_body};
use super::{ClientAddress, IsHttps, Json, OurCookie, Result, SignedIn, device_cookie, made};
use crate::app::School;
use crate::error::Error;
use crate::school::logins::{self, Device, Tokens};
use crate::school::people::{self, Person};
use crate::surfaces::extract::{self, bearer, device, set_cookie};
use crate::surfaces::texts::login_name;

/// Registers a person for themselves, by e-mail or phone.
#[utoipa::path(
    post, path = "/api/auth/register", request_body = Register, responses((status = 201, body = User)), security(()),
)]
pub async fn register(
    app: School,
    ClientAddress(from): ClientAddress,
    Json(sent): Json<Register>,
) -> Result<(StatusCode, Answer<User>)> {
    Ok(made(people::register(&app, sent.into(), from).await?.into()))
}

/// Signs in by e-mail or phone.
#[utoipa::path(
    post, path = "/api/auth/login", params(CookieQuery), request_body = Login, responses((status = 200, body = LoggedIn)),
    security(()),
)]
pub async fn login(
    app: School,
    ClientAddress(from): ClientAddress,
    IsHttps(is_https): IsHttps,
    headers: HeaderMap,
    OurCookie(cookie_name): OurCookie,
    Json(mut sent): Json<Login>,
) -> Result<Response> {
    let name = login_name(sent.name()?);
    let proofs = sent.device_proof.map(String::from).into_iter().chain(device_cookie::proofs(&headers)).collect();
    let device = Device { name: device(&headers), address: from, proofs };
    let signed_in = logins::login(&app, &name, sent.password.into(), &device).await?;
    Ok(logged_in(&app, is_https, &headers, cookie_name, signed_in))
}

/// Returns a new access token and a new refresh token. The old refresh token stays valid until the new one is first used.
/// Sent again within 30 s it returns the same new one; later it returns another, and the first one becomes void. A void
/// token, or an older one, ends the login.
#[utoipa::path(
    post, path = "/api/auth/refresh", params(CookieQuery), request_body = Refresh,
    responses((status = 200, body = LoggedIn)), security(()),
)]
pub async fn refresh(
    app: School,
    IsHttps(is_https): IsHttps,
    headers: HeaderMap,
    OurCookie(cookie_name): OurCookie,
    Json(sent): Json<Refresh>,
) -> Result<Response> {
    let token = kept_token(&headers, cookie_name, sent.refresh_token.map(String::from))?;
    let signed_in = logins::refresh(&app, &token).await?;
    Ok(logged_in(&app, is_https, &headers, cookie_name, signed_in))
}

/// Signs in with the ticket of a re-entry QR, once.
#[utoipa::path(
    post, path = "/api/auth/ticket", params(CookieQuery), request_body = Ticket, responses((status = 200, body = LoggedIn)),
    security(()),
)]
pub async fn ticket(
    app: School,
    ClientAddress(from): ClientAddress,
    IsHttps(is_https): IsHttps,
    headers: HeaderMap,
    OurCookie(cookie_name): OurCookie,
    Json(sent): Json<Ticket>,
) -> Result<Response> {
    let ticket = String::from(sent.ticket);
    let signed_in = logins::redeem(&app, &ticket, &device(&headers), from).await?;
    Ok(logged_in(&app, is_https, &headers, cookie_name, signed_in))
}

/// Ends this login, by its access token or its refresh token.
#[utoipa::path(
    post, path = "/api/auth/logout", params(CookieQuery), request_body = Refresh, responses((status = 200, body = MessageBody)),
)]
pub async fn logout(
    app: School,
    IsHttps(is_https): IsHttps,
    headers: HeaderMap,
    OurCookie(cookie_name): OurCookie,
    Json(sent): Json<Refresh>,
) -> Result<Response> {
    if let Some(token) = bearer(&headers) {
        let caller = logins::caller(&app, token).await?;
        logins::logout(&app, &caller).await?;
    } else {
        let token = kept_token(&headers, cookie_name, sent.refresh_token.map(String::from))?;
        logins::logout_by_token(&app, &token).await?;
    }
    let cookie = cookie_name.and_then(|cookie_name| cookie(is_https, cookie_name, "", 0));
    Ok((cookie.map(|c| AppendHeaders([(header::SET_COOKIE, c)])), Answer(message_body("로그아웃했습니다")))
        .into_response())
}

/// Returns the caller's profile.
#[utoipa::path(get, path = "/api/auth/me", responses((status = 200, body = User)))]
pub async fn me(app: School, SignedIn(caller): SignedIn) -> Result<Answer<User>> {
    Ok(Answer(people::me(&app, &caller).await?.into()))
}

/// Changes the caller's profile; a guest claims the account with a login name and a password.
#[utoipa::path(put, path = "/api/auth/me", request_body = ChangeMe, responses((status = 200, body = User)))]
pub async fn change_me(
    app: School,
    SignedIn(caller): SignedIn,
    ClientAddress(from): ClientAddress,
    Json(sent): Json<ChangeMe>,
) -> Result<Answer<User>> {
    Ok(Answer(people::change_me(&app, &caller, sent.into(), from).await?.into()))
}

/// Makes the answer that all ways to sign in have in common.
pub fn logged_in(
    app: &School,
    is_https: bool,
    headers: &HeaderMap,
    cookie_name: Option<CookieName>,
    (person, tokens): (Person, Tokens),
) -> Response {
    let cookie = with_cookie(app, is_https, cookie_name, &tokens);
    let device =
        cookie_name.and_then(|_| device_cookie::remembering(app, is_https, headers, person.id, &tokens.device_proof));
    let device = device.map(|cookie| AppendHeaders([(header::SET_COOKIE, cookie)]));
    (cookie, device, Answer(LoggedIn::new(person, tokens, cookie_name.is_none()))).into_response()
}

type SetCookie = Option<AppendHeaders<[(header::HeaderName, HeaderValue); 1]>>;

/// Puts the refresh token into a cookie that no script can read and no other site can send.
pub fn with_cookie(app: &School, is_https: bool, cookie_name: Option<CookieName>, tokens: &Tokens) -> SetCookie {
    let lives_s = (tokens.refresh_expires_ms - app.now_ms()) / 1_000;
    cookie(is_https, cookie_name?, &tokens.refresh, lives_s).map(|c| AppendHeaders([(header::SET_COOKIE, c)]))
}

fn cookie(is_https: bool, cookie_name: CookieName, token: &str, lives_s: i64) -> Option<HeaderValue> {
    set_cookie(cookie_text(cookie_name), token, "/api", lives_s, is_https)
}

fn cookie_text(cookie_name: CookieName) -> &'static str {
    match cookie_name {
        CookieName::Learn => "gyosil_learn",
        CookieName::Teach => "gyosil_teach",
    }
}

fn kept_token(headers: &HeaderMap, cookie_name: Option<CookieName>, sent: Option<String>) -> Result<String, Error> {
    let from_cookie = || extract::cookie(headers, cookie_text(cookie_name?)).map(str::to_owned);
    let missing = if cookie_name.is_some() { Error::SignInNeeded } else { Error::bad("refresh_token", "it is needed") };
    sent.or_else(from_cookie).ok_or(missing)
}
