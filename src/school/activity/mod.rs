//! Activity log: what a phone reports that its person did. It can contain other people's chats, so it is not kept for long.

mod quota;

use crate::app::School;
use crate::clock::DAY_MS;
use crate::config::Bounds;
use crate::db::{Arg, Tx, args, placeholders, row_placeholders};
use crate::error::{Error, Field, Result};
use crate::event::StoredAnswer;
use crate::school::logins::TICKET;
use crate::school::once::{self, Key};
use crate::school::outline;
use crate::school::rights::Caller;

pub const BATCH_MAX_LOGS: usize = 1_000;
/// Bytes of text that one log may have.
pub const LOG_MAX_BYTES: usize = 8 * 1024;
/// Bytes that a row takes besides its texts: its numbers, its header, and its entries in the indexes.
const ROW_BYTES: usize = 128;
const COLUMNS: usize = 8;
const ROWS_PER_STATEMENT: usize = 100;
/// Days for which an expired login stays in the history of its person. A ticket has none.
const LOGINS_KEPT_DAYS: i64 = 366;
/// Logs that one transaction deletes at most, so that nobody waits long for the database's one writer.
const DELETED_AT_ONCE_ROWS: i64 = 500;
const DELETED_PER_ROUND_PARTS: usize = 2_000;

#[derive(Debug, Clone)]
pub struct NewLog {
    pub item: Option<i64>,
    pub kind: String,
    /// JSON text, as it was received; `screen` too.
    pub data: String,
    pub screen: Option<String>,
    pub at_ms: Option<i64>,
}

impl NewLog {
    pub fn text_bytes(&self) -> usize {
        self.kind.len() + self.data.len() + self.screen.as_ref().map_or(0, String::len)
    }

    fn bytes(&self) -> i64 {
        (self.text_bytes() + ROW_BYTES) as i64
    }
}

pub struct SavedLogs {
    pub first: i64,
    pub count: i64,
}

/// Writes all logs of a batch or none. Fails if they are more than a person or a session may write.
pub async fn log(app: &School, caller: &Caller, logs: Vec<NewLog>, key: Option<Key>) -> Result<SavedLogs> {
    if logs.is_empty() || logs.len() > BATCH_MAX_LOGS {
        return Err(Error::bad(Field::Logs, format!("1 to {BATCH_MAX_LOGS} logs in one batch")));
    }
    let (person, now_ms) = (caller.id, app.now_ms());
    let bounds = app.config.bounds.clone();
    let session = quota::session_of(&app.db, person).await?;
    let outcome = app
        .group_commit
        .record_for(session.unwrap_or(0), move |tx| {
            let (logs, key, bounds) = (logs.clone(), key.clone(), bounds.clone());
            Box::pin(async move {
                let written = write(tx, &bounds, (person, session), &logs, key.as_ref(), now_ms).await?;
                Ok((written, Vec::new()))
            })
        })
        .await?;
    // A refusal is a result and not an error, so that it does not undo what others write in the same commit.
    match outcome? {
        StoredAnswer::Logs { first, count } => Ok(SavedLogs { first, count }),
        _ => Err(Error::KeyReused),
    }
}

async fn write(
    tx: &mut Tx,
    bounds: &Bounds,
    (person, session): (i64, Option<i64>),
    logs: &[NewLog],
    key: Option<&Key>,
    now_ms: i64,
) -> Result<Result<StoredAnswer>> {
    if let Some(done) = once::claim(tx, person, key, ("logs", logs), now_ms).await? {
        return Ok(Ok(done));
    }
    let bytes = logs.iter().map(NewLog::bytes).sum();
    if let Some(refusal) = quota::count(tx, bounds, (person, session), bytes, now_ms).await? {
        once::release(tx, person, key).await?;
        return Ok(Err(refusal));
    }
    let (first, count) = insert(tx, person, logs, now_ms).await?;
    let done = StoredAnswer::Logs { first, count };
    once::settle(tx, person, key, &done).await?;
    Ok(Ok(done))
}

async fn insert(tx: &mut Tx, person: i64, logs: &[NewLog], now_ms: i64) -> Result<(i64, i64)> {
    let mut items: Vec<i64> = logs.iter().filter_map(|l| l.item).collect();
    items.sort_unstable();
    items.dedup();
    if !items.is_empty() {
        outline::must_learn_or_teach(tx, person, &items).await?;
    }
    let mut first = None;
    for chunk in logs.chunks(ROWS_PER_STATEMENT) {
        let args: Vec<Arg> = chunk
            .iter()
            .flat_map(|l| {
                let at_ms = l.at_ms.unwrap_or(now_ms);
                args![now_ms, person, l.item, &l.kind, &l.data, l.screen.as_deref(), at_ms, l.bytes()]
            })
            .collect();
        let columns = "created_ms, person, item, type, data, screen, at_ms, bytes";
        let values = row_placeholders(chunk.len(), COLUMNS);
        let sql = format!("insert into activity_logs ({columns}) values {values} returning id");
        let ids: Vec<(i64,)> = tx.all(sql, args).await?;
        first = first.or(ids.iter().map(|(id,)| *id).min());
    }
    Ok((first.unwrap_or_default(), logs.len() as i64))
}

/// Deletes logs that are older than `log_days`, the oldest logs above `log_max_mb`, and old logins, keys and heartbeats. Each part is a
/// commit of its own, so that others can write in between.
pub async fn forget_old(app: &School) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let tickets = format!("delete from logins where device = '{TICKET}' and expires_ms < $1");
    tx.run(tickets, args![app.now_ms()]).await?;
    let too_old_ms = app.now_ms() - LOGINS_KEPT_DAYS * DAY_MS;
    tx.run("delete from logins where expires_ms < $1", args![too_old_ms]).await?;
    tx.run("delete from heartbeat where at_ms < $1", args![too_old_ms]).await?;
    once::forget_before(&mut tx, app.now_ms() - once::KEPT_DAYS * DAY_MS).await?;
    app.commit(tx, Vec::new()).await?;
    let mut tx = app.db.begin().await?;
    quota::forget_old(&mut tx, app.now_ms()).await?;
    app.commit(tx, Vec::new()).await?;
    forget_erased(app).await?;
    for _ in 0..DELETED_PER_ROUND_PARTS {
        if !forget_part(app).await? {
            break;
        }
    }
    Ok(())
}

/// Deletes the logs of erased people, in parts as `forget_old` does.
pub async fn forget_erased(app: &School) -> Result<()> {
    for _ in 0..DELETED_PER_ROUND_PARTS {
        if !forget_erased_part(app).await? {
            break;
        }
    }
    Ok(())
}

/// Deletes one part. Returns `false` if nothing was left to delete.
async fn forget_erased_part(app: &School) -> Result<bool> {
    let mut tx = app.db.begin().await?;
    quota::hold_total(&mut tx).await?;
    let sql = "select person from log_erasures order by person limit 1";
    let Some((person,)) = tx.maybe::<(i64,)>(sql, args![]).await? else { return Ok(false) };
    let part = "id in (select id from activity_logs where person = $1 limit $2)";
    if delete(&mut tx, part, args![person, DELETED_AT_ONCE_ROWS]).await? == 0 {
        tx.run("delete from log_erasures where person = $1", args![person]).await?;
    }
    app.commit(tx, Vec::new()).await?;
    Ok(true)
}

/// Deletes one part. Returns `false` if nothing was left to delete.
async fn forget_part(app: &School) -> Result<bool> {
    let mut tx = app.db.begin().await?;
    quota::hold_total(&mut tx).await?;
    let mut over_bytes = quota::total_bytes(&mut tx).await? - app.config.bounds.log_max_mb * 1024 * 1024;
    let too_old_ms = app.now_ms() - app.config.clocks.log_days * DAY_MS;
    let sql = "select id, created_ms, bytes from activity_logs order by created_ms limit $1";
    let oldest: Vec<(i64, i64, i64)> = tx.all(sql, args![DELETED_AT_ONCE_ROWS]).await?;
    let mut ids = Vec::new();
    for (id, created_ms, bytes) in oldest {
        if created_ms >= too_old_ms && over_bytes <= 0 {
            break;
        }
        ids.push(id);
        over_bytes -= bytes;
    }
    if ids.is_empty() {
        return Ok(false);
    }
    let (marks, ids) = placeholders(&ids, 1);
    delete(&mut tx, &format!("id in ({marks})"), ids).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(true)
}

/// Marks all logs of a person to be deleted by `forget_erased`: they may be more than one statement can delete in its time
/// limit. The bytes that the person wrote in the last day still count for the limit of that day.
pub async fn forget_person(tx: &mut Tx, person: i64) -> Result<()> {
    let sql = "insert into log_erasures (person) values ($1) on conflict (person) do nothing";
    tx.run(sql, args![person]).await.map(drop)
}

/// Deletes logs, and subtracts from the total what was really deleted: someone else may have deleted some of them already.
/// Returns the number of deleted logs.
async fn delete(tx: &mut Tx, condition: &str, args: Vec<Arg>) -> Result<usize> {
    let deleted: Vec<(i64,)> =
        tx.all(format!("delete from activity_logs where {condition} returning bytes"), args).await?;
    quota::add_to_total(tx, -deleted.iter().map(|(bytes,)| bytes).sum::<i64>()).await?;
    Ok(deleted.len())
}
