//! Posters of lectures: their address `/l/{poster_code}`, the waiting room that it opens while no class runs, and the plan of the next
//! class.

use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::wire::posters::*;
use super::{Answer, Caller, ClientAddress, Id, Json, Path, ok};
use crate::app::School;
use crate::school::courses::posters;
use crate::surfaces::body::SentValue;
use crate::web;

/// Redirects to the current session, with its key: scanning a poster is limited no more than scanning the session's QR. Without one,
/// shows the waiting room.
pub async fn follow(
    app: School,
    ClientAddress(from): ClientAddress,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Response {
    let place = match posters::session_of_poster(&app, &code, from).await {
        Ok(Some(session)) => session.join_url(""),
        Ok(None) => return web::waiting_room(&headers),
        Err(error) => return web::no_such_poster(&error),
    };
    // Not cached, since the target changes with the session.
    ([(header::CACHE_CONTROL, "no-store")], Redirect::to(&place)).into_response()
}

/// Returns what stands behind a poster: the lecture, the way into its class once there is one, and when the next class is. The answer
/// may be two seconds old.
#[utoipa::path(get, path = "/api/posters/{poster_code}", params(("poster_code" = String, Path)),
    responses((status = 200, body = PosterShown)), security(()))]
pub async fn show(app: School, ClientAddress(from): ClientAddress, Path(code): Path<String>) -> Answer<PosterShown> {
    ok(posters::view(&app, &code, from).await?)
}

/// Returns when the next class is, and to the lecture's instructor also what is planned.
#[utoipa::path(get, path = "/api/lectures/{lecture_id}/next-class", responses((status = 200, body = ClassPlanned)))]
pub async fn next_class(app: School, caller: Caller, Id(id): Id) -> Answer<ClassPlanned> {
    ok((id, posters::next_class(&app, &caller, id).await?))
}

/// Plans the next class, for those who look at the poster before it; without `date` and `time`, none (the lecture's instructor).
#[utoipa::path(put, path = "/api/lectures/{lecture_id}/next-class", request_body = PlanClass,
    responses((status = 200, body = ClassPlanned)))]
pub async fn plan(app: School, caller: Caller, Id(id): Id, Json(sent): Json<PlanClass>) -> Answer<ClassPlanned> {
    let (date, time) = (sent.date.plain(), sent.time.plain());
    ok((id, posters::plan(&app, &caller, id, date, time).await?))
}
