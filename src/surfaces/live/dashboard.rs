//! The instructor's dashboard.

use super::wire::dashboard::*;
use super::wire::{PageQuery, WHOLE_PAGE};
use super::{Answer, Caller, Id, Query, ok};
use crate::app::School;
use crate::school::insight;
use crate::surfaces::body::SentValue;

const TREND_DAYS: i64 = 7;

/// Lists everyone enrolled with their progress (its instructor).
#[utoipa::path(get, path = "/api/dashboard/lectures/{lecture_id}/students", params(PageQuery),
    responses((status = 200, body = Students)))]
pub async fn students(app: School, caller: Caller, Id(id): Id, paging: PageQuery) -> Answer<Students> {
    ok((id, insight::students(&app, &caller, id, paging.window(WHOLE_PAGE)).await?))
}

/// Lists the open calls for help in the caller's lectures, the oldest first (instructors).
#[utoipa::path(get, path = "/api/dashboard/help-requests/pending", params(PendingQuery),
    responses((status = 200, body = PendingHelp)))]
pub async fn pending(app: School, caller: Caller, query: PendingQuery) -> Answer<PendingHelp> {
    let (waiting, visits) = insight::pending_help(&app, &caller, query.session_id).await?;
    let lines: Vec<PendingLine> = waiting.into_iter().map(|request| (request, app.now_ms()).into()).collect();
    ok((lines, visits))
}

/// Returns the statistics of a lecture (its instructor).
#[utoipa::path(get, path = "/api/dashboard/statistics/lecture/{lecture_id}",
    responses((status = 200, body = LectureStatistics)))]
pub async fn statistics(app: School, caller: Caller, Id(id): Id) -> Answer<LectureStatistics> {
    ok((id, insight::statistics(&app, &caller, id).await?))
}

/// Returns the trend of the last days, as data for Chart.js (its instructor).
#[utoipa::path(get, path = "/api/dashboard/chart-data/progress-trend", params(TrendQuery),
    responses((status = 200, body = Chart)))]
pub async fn trend(app: School, caller: Caller, Query(query): Query<TrendQuery>) -> Answer<Chart> {
    let days = query.days.plain().unwrap_or(TREND_DAYS);
    let kind = query.request_type.plain();
    ok(insight::trend(&app, &caller, query.lecture_id, days, kind).await?)
}
