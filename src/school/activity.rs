//! The activity log: what a phone says its person did. It can show other people's chats, so it is not kept for long.

use crate::app::School;
use crate::clock::DAY_MS;
use crate::db::{Arg, Tx, args, places};
use crate::error::{Error, Result};
use crate::event::Done;
use crate::school::once::{self, Key};
use crate::school::outline;
use crate::school::rights::Caller;

pub const BATCH_MAX_LOGS: usize = 1_000;
const COLUMNS: usize = 7;
const ROWS_PER_STATEMENT: usize = 100;

#[derive(Debug, Clone)]
pub struct NewLog {
    pub item: Option<i64>,
    pub kind: String,
    /// JSON texts, as they came.
    pub data: String,
    pub screen: Option<String>,
    pub at_ms: Option<i64>,
}

pub struct Logged {
    pub first: i64,
    pub count: i64,
}

/// All or none of them.
pub async fn log(app: &School, caller: &Caller, logs: Vec<NewLog>, key: Option<Key>) -> Result<Logged> {
    if logs.is_empty() || logs.len() > BATCH_MAX_LOGS {
        return Err(Error::bad("logs", format!("1 to {BATCH_MAX_LOGS} logs in one batch")));
    }
    let (person, now_ms) = (caller.id, app.now_ms());
    let done = app
        .ledger
        .record(move |tx| {
            let (logs, key) = (logs.clone(), key.clone());
            Box::pin(async move {
                if let Some(done) = once::claim(tx, person, key.as_ref(), now_ms).await? {
                    return Ok((done, Vec::new()));
                }
                let (first, count) = insert(tx, person, &logs, now_ms).await?;
                let done = Done::Logs { first, count };
                once::settle(tx, person, key.as_ref(), &done).await?;
                Ok((done, Vec::new()))
            })
        })
        .await?;
    match done {
        Done::Logs { first, count } => Ok(Logged { first, count }),
        _ => Err(Error::KeyReused),
    }
}

async fn insert(tx: &mut Tx, person: i64, logs: &[NewLog], now_ms: i64) -> Result<(i64, i64)> {
    let mut items: Vec<i64> = logs.iter().filter_map(|l| l.item).collect();
    items.sort_unstable();
    items.dedup();
    if !items.is_empty() {
        outline::must_be_of(tx, person, &items).await?;
    }
    let mut first = None;
    for chunk in logs.chunks(ROWS_PER_STATEMENT) {
        let args: Vec<Arg> = chunk
            .iter()
            .flat_map(|l| {
                args![now_ms, person, l.item, &l.kind, &l.data, l.screen.as_deref(), l.at_ms.unwrap_or(now_ms)]
            })
            .collect();
        let columns = "created_ms, person, item, type, data, screen, at_ms";
        let values = places(chunk.len(), COLUMNS);
        let sql = format!("insert into activity_logs ({columns}) values {values} returning id");
        let ids: Vec<(i64,)> = tx.all(sql, args).await?;
        first = first.or(ids.iter().map(|(id,)| *id).min());
    }
    Ok((first.unwrap_or_default(), logs.len() as i64))
}

/// Forgets what is older than the school keeps it, and the logins that nobody used for so long that they ended.
pub async fn forget_old(app: &School) -> Result<()> {
    let before = app.now_ms() - app.config.clocks.log_days * DAY_MS;
    let mut tx = app.db.begin().await?;
    tx.run("delete from activity_logs where created_ms < $1", args![before]).await?;
    tx.run("delete from logins where expires_ms < $1", args![app.now_ms()]).await?;
    once::forget_before(&mut tx, app.now_ms() - once::KEPT_DAYS * DAY_MS).await?;
    app.commit(tx, Vec::new()).await
}
