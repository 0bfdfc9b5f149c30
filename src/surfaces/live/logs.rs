//! Activity logs, one by one and a thousand at a time.

use super::wire::learning::*;
use super::{Caller, Created, Key, LargeJson, SentOnce, created};
use crate::app::School;
use crate::school::activity;

/// Stores one activity log of a phone.
#[utoipa::path(post, path = "/api/logs/activity", params(Key),
    request_body = Log, responses((status = 201, body = LogSaved)))]
pub async fn one(app: School, caller: Caller, SentOnce(sent, key): SentOnce<Log>) -> Created<LogSaved> {
    caller.must_be(sent.user_id)?;
    let logged = activity::log(&app, &caller, vec![sent.checked("")?], key).await?;
    created(logged.first)
}

/// Stores up to 1,000 activity logs: all, or none.
#[utoipa::path(post, path = "/api/logs/batch", params(Key),
    request_body = Logs, responses((status = 201, body = LogsSaved)))]
pub async fn batch(
    app: School,
    caller: Caller,
    key: Option<Key>,
    LargeJson(sent): LargeJson<Logs>,
) -> Created<LogsSaved> {
    sent.logs.0.iter().try_for_each(|log| caller.must_be(log.user_id))?;
    let logs = checked_logs(sent.logs.0, "logs")?;
    created(activity::log(&app, &caller, logs, key).await?.count)
}
