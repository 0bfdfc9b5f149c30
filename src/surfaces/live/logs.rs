//! Activity logs, one by one and a thousand at a time.

use axum::Json as Answer;
use axum::http::StatusCode;

use super::wire::learning::{Log, LogSaved, Logs, LogsSaved, checked_logs};
use super::{IdempotencyKey, Json, LargeJson, Result, SignedIn, made};
use crate::app::School;
use crate::school::activity;

/// Stores one activity log of a phone.
#[utoipa::path(
    post, path = "/api/logs/activity", params(("Idempotency-Key" = Option<String>, Header)), request_body = Log,
    responses((status = 201, body = LogSaved)),
)]
pub async fn one(
    app: School,
    SignedIn(caller): SignedIn,
    IdempotencyKey(key): IdempotencyKey,
    Json(sent): Json<Log>,
) -> Result<(StatusCode, Answer<LogSaved>)> {
    caller.must_be(sent.user_id)?;
    let logged = activity::log(&app, &caller, vec![sent.checked("")?], key).await?;
    Ok(made(LogSaved { log_id: logged.first, message: "Log saved successfully".into() }))
}

/// Stores up to 1,000 activity logs: all, or none.
#[utoipa::path(
    post, path = "/api/logs/batch", params(("Idempotency-Key" = Option<String>, Header)), request_body = Logs,
    responses((status = 201, body = LogsSaved)),
)]
pub async fn batch(
    app: School,
    SignedIn(caller): SignedIn,
    IdempotencyKey(key): IdempotencyKey,
    LargeJson(sent): LargeJson<Logs>,
) -> Result<(StatusCode, Answer<LogsSaved>)> {
    sent.logs.0.iter().try_for_each(|log| caller.must_be(log.user_id))?;
    let logs = checked_logs(sent.logs.0, "logs")?;
    let saved_count = activity::log(&app, &caller, logs, key).await?.count;
    Ok(made(LogsSaved { saved_count, message: "Logs saved successfully".into() }))
}
