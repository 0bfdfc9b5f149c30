//! Redirect from the address on a lecture's poster, `/l/{poster_code}`, to the lecture's session.

use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};

use super::{ClientAddress, Path};
use crate::app::School;
use crate::school::courses;
use crate::web;

/// Redirects to the current session, with its key: scanning a poster is limited no more than scanning the session's QR.
pub async fn follow(app: School, ClientAddress(from): ClientAddress, Path(code): Path<String>) -> Response {
    let place = match courses::session_of_poster(&app, &code, from).await {
        Ok(Some(session)) => session.join_url(""),
        Ok(None) => "/?closed=1".to_owned(),
        Err(error) => return web::no_such_poster(&error),
    };
    // Not cached, since the target changes with the session.
    ([(header::CACHE_CONTROL, "no-store")], Redirect::to(&place)).into_response()
}
