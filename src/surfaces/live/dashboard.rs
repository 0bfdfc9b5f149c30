//! The instructor's dashboard.

use axum::Json as Answer;

use super::wire::dashboard::{
    Chart, LectureStatistics, PendingHelp, PendingLine, PendingQuery, StudentLine, Students, TrendQuery,
};
use super::wire::{PageQuery, Pagination, WHOLE_PAGE};
use super::{Id, Query, Result, SignedIn};
use crate::app::School;
use crate::event::HelpKind;
use crate::school::insight;

const TREND_DAYS: i64 = 7;

/// Lists everyone enrolled with their progress (its instructor).
#[utoipa::path(
    get, path = "/api/dashboard/lectures/{lecture_id}/students", params(PageQuery),
    responses((status = 200, body = Students)),
)]
pub async fn students(
    app: School,
    SignedIn(caller): SignedIn,
    Id(id): Id,
    Query(paging): Query<PageQuery>,
) -> Result<Answer<Students>> {
    let (window, page) = paging.window(WHOLE_PAGE);
    let found = insight::students(&app, &caller, id, window).await?;
    let pagination = Pagination::of(window, page, found.total);
    let students = found.rows.into_iter().map(StudentLine::from).collect();
    Ok(Answer(Students { lecture_id: id, students, pagination }))
}

/// Lists the open calls for help in the caller's lectures, the oldest first (instructors).
#[utoipa::path(
    get, path = "/api/dashboard/help-requests/pending", params(PendingQuery),
    responses((status = 200, body = PendingHelp)),
)]
pub async fn pending(
    app: School,
    SignedIn(caller): SignedIn,
    Query(query): Query<PendingQuery>,
) -> Result<Answer<PendingHelp>> {
    let waiting = insight::pending_help(&app, &caller, query.session_id).await?;
    let pending_requests = waiting.into_iter().map(|p| PendingLine::new(p, app.now_ms())).collect();
    Ok(Answer(PendingHelp { pending_requests }))
}

/// Returns the statistics of a lecture (its instructor).
#[utoipa::path(
    get, path = "/api/dashboard/statistics/lecture/{lecture_id}", responses((status = 200, body = LectureStatistics)),
)]
pub async fn statistics(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Result<Answer<LectureStatistics>> {
    Ok(Answer(LectureStatistics::new(id, insight::statistics(&app, &caller, id).await?)))
}

/// Returns the trend of the last days, as data for Chart.js (its instructor).
#[utoipa::path(
    get, path = "/api/dashboard/chart-data/progress-trend", params(TrendQuery),
    responses((status = 200, body = Chart)),
)]
pub async fn trend(app: School, SignedIn(caller): SignedIn, Query(query): Query<TrendQuery>) -> Result<Answer<Chart>> {
    let days = query.days.map_or(TREND_DAYS, |d| d.0);
    let kind = query.request_type.map(HelpKind::from);
    Ok(Answer(insight::trend(&app, &caller, query.lecture_id, days, kind).await?.into()))
}
