//! Notifications.

use axum::Json as Answer;
use axum::http::StatusCode;

use super::wire::dashboard::{NotificationLine, Notifications, NotificationsQuery, NotificationsRead};
use super::wire::{PAGE_SIZE, PageQuery, Pagination};
use super::{Id, Json, Query, Result, SignedIn};
use crate::app::School;
use crate::school::notifications;

/// Lists the caller's notifications, the newest first.
#[utoipa::path(
    get, path = "/api/notifications", params(NotificationsQuery, PageQuery),
    responses((status = 200, body = Notifications)),
)]
pub async fn list(
    app: School,
    SignedIn(caller): SignedIn,
    Query(query): Query<NotificationsQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Answer<Notifications>> {
    let (window, page) = paging.window(PAGE_SIZE);
    let found = notifications::list(&app, &caller, query.unread, window).await?;
    let pagination = Pagination::of(window, page, found.total);
    let notifications = found.rows.into_iter().map(NotificationLine::from).collect();
    Ok(Answer(Notifications { notifications, pagination }))
}

/// Marks a notification as read.
#[utoipa::path(
    post, path = "/api/notifications/{notification_id}/read", responses((status = 200, body = NotificationLine)),
)]
pub async fn read(app: School, SignedIn(caller): SignedIn, Id(id): Id) -> Result<Answer<NotificationLine>> {
    Ok(Answer(notifications::read(&app, &caller, id).await?.into()))
}

/// Marks all notifications as read, up to the newest one that was seen.
#[utoipa::path(post, path = "/api/notifications/read", request_body = NotificationsRead, responses((status = 204)))]
pub async fn read_all(
    app: School,
    SignedIn(caller): SignedIn,
    Json(seen): Json<NotificationsRead>,
) -> Result<StatusCode> {
    notifications::read_up_to(&app, &caller, seen.up_to).await?;
    Ok(StatusCode::NO_CONTENT)
}
