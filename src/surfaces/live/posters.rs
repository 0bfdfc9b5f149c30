//! Where a poster on the wall leads to: `/l/{poster_code}`.

use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};

use super::{From_, PathText};
use crate::app::School;
use crate::school::courses;
use crate::web;

/// Leads to the session of the moment, with its key: who scans a poster waits no more than who scans the session's QR.
pub async fn follow(app: School, From_(from): From_, PathText(code): PathText) -> Response {
    let place = match courses::session_of_poster(&app, &code, from).await {
        Ok(Some(session)) => session.join_url(""),
        Ok(None) => "/?closed=1".to_owned(),
        Err(error) => return web::no_such_poster(&error),
    };
    // It leads elsewhere tomorrow.
    ([(header::CACHE_CONTROL, "no-store")], Redirect::to(&place)).into_response()
}
