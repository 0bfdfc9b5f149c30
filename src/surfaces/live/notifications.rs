//! Notifications.

use axum::Json as Answer;
use axum::extract::State;

use super::wire::dashboard::{NotificationLine, Notifications, NotificationsQuery};
use super::wire::{PAGE_SIZE, Pagination, Paging, Refusals};
use super::{Id, Query, Result, SignedIn};
use crate::app::School;
use crate::school::notifications;

/// One's notifications, the newest first.
#[utoipa::path(
    get, path = "/api/notifications", tag = "live: notifications",
    params(NotificationsQuery, Paging),
    responses((status = 200, body = Notifications), Refusals),
)]
pub async fn list(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Query(query): Query<NotificationsQuery>,
    Query(paging): Query<Paging>,
) -> Result<Answer<Notifications>> {
    let (window, page) = paging.window(PAGE_SIZE);
    let found = notifications::list(&app, &caller, query.unread, window).await?;
    let pagination = Pagination::of(window, page, found.total);
    let notifications = found.rows.into_iter().map(NotificationLine::from).collect();
    Ok(Answer(Notifications { notifications, pagination }))
}

/// Marks one as read.
#[utoipa::path(
    post, path = "/api/notifications/{notification_id}/read", tag = "live: notifications",
    params(("notification_id" = i64, Path)),
    responses((status = 200, body = NotificationLine), Refusals),
)]
pub async fn read(
    State(app): State<School>,
    SignedIn(caller): SignedIn,
    Id(id): Id,
) -> Result<Answer<NotificationLine>> {
    Ok(Answer(notifications::read(&app, &caller, id).await?.into()))
}
