//! Notifications.

use axum::http::StatusCode;

use super::wire::dashboard::*;
use super::wire::{PAGE_SIZE, PageQuery};
use super::{Answer, Caller, Id, Json, Result, ok};
use crate::app::School;
use crate::school::notifications;

/// Lists the caller's notifications, the newest first.
#[utoipa::path(get, path = "/api/notifications", params(NotificationsQuery, PageQuery),
    responses((status = 200, body = Notifications)))]
pub async fn list(app: School, caller: Caller, query: NotificationsQuery, paging: PageQuery) -> Answer<Notifications> {
    ok(notifications::list(&app, &caller, query.unread, paging.window(PAGE_SIZE)).await?)
}

/// Marks a notification as read.
#[utoipa::path(post, path = "/api/notifications/{notification_id}/read",
    responses((status = 200, body = NotificationLine)))]
pub async fn read(app: School, caller: Caller, Id(id): Id) -> Answer<NotificationLine> {
    ok(notifications::read(&app, &caller, id).await?)
}

/// Marks all notifications as read, up to the newest one that was seen.
#[utoipa::path(post, path = "/api/notifications/read", request_body = NotificationsRead, responses((status = 204)))]
pub async fn read_all(app: School, caller: Caller, Json(sent): Json<NotificationsRead>) -> Result<StatusCode> {
    notifications::read_up_to(&app, &caller, sent.up_to).await?;
    Ok(StatusCode::NO_CONTENT)
}
