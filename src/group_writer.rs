//! Writer of the group commit: writes that arrive together share a transaction, and each is answered after the commit that holds it.
//!
//! The next group gathers while one commit is under way, so a write never waits for others to come: a single write commits at
//! once. When one write of a group fails, the group is rolled back. The failed write is set aside and later written alone, where
//! it fails alone; the rest is written together again.
//!
//! A row that another transaction has locked stops only the writes that need it. A write that waited for it in vain is tried
//! again after the rest of the group. Other writes that hold or log to the same session are put off too, so that they do not
//! each wait in turn.
//!
//! When the database fails, the group is tried again as long as this may help and can write nothing twice: nothing was written,
//! and another connection may work. A commit with an unknown outcome is not repeated here: its callers get 503, and repeat
//! the request themselves with the same idempotency key.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures_util::FutureExt;

use crate::app::School;
use crate::db::TRIES;
use crate::error::{Error, ErrorKind, Result};
use crate::group_commit::{QueueEntry, QueuedWrite, WriteQueue};

const GROUP_MAX_WRITES: usize = 256;
/// The number of times that writes may be set aside from one group before the rest of it is written one by one.
const ASIDE_MAX_TIMES: usize = 8;
/// The time for which the writes of one group are tried again, for any reason. The next group waits meanwhile.
const TRIED_FOR: Duration = Duration::from_secs(12);
/// The time that a group may take up to its commit. The commit has a limit of its own.
const GROUP_WITHIN: Duration = Duration::from_secs(15);
/// A failure of the database that takes longer would take as long for each waiting group, so all waiting writes fail at once.
const SLOW_FAILURE: Duration = Duration::from_secs(2);

pub async fn run(app: School, mut queue: WriteQueue) {
    loop {
        let mut entries = Vec::new();
        if queue.0.recv_many(&mut entries, GROUP_MAX_WRITES).await == 0 {
            return;
        }
        let (mut group, mut flushes) = (Vec::new(), Vec::new());
        for entry in entries {
            match entry {
                QueueEntry::Write(write) => group.push(write),
                QueueEntry::Flush(caller) => flushes.push(caller),
            }
        }
        app.metrics.rows_per_commit.observe(group.len() as f64);
        let begun = Instant::now();
        let written = write_group(&app, group).await;
        for caller in flushes {
            let _ = caller.send(());
        }
        let Err(failure) = written else { continue };
        if begun.elapsed() > SLOW_FAILURE {
            while let Ok(entry) = queue.0.try_recv() {
                // A dropped flush has its answer too.
                if let QueueEntry::Write(write) = entry {
                    write.answer(Some(failure.clone()));
                }
            }
        }
    }
}

/// Writes and answers the whole group. Fails only if the database fails, not if a write does.
async fn write_group(app: &School, mut group: Vec<Box<dyn QueuedWrite>>) -> Result<()> {
    let begun = Instant::now();
    group.sort_by_key(|write| write.held_session());
    let (mut aside, mut times_aside) = (Vec::new(), 0);
    let mut tries = 1;
    while !group.is_empty() {
        match write_together(app, &mut group).await {
            Ok(refused) => answer_all(&mut group, refused),
            Err(FailedGroup { why: why @ Error::Unavailable { .. }, .. }) => {
                if why.may_succeed_at_once() && tries < TRIES && begun.elapsed() < TRIED_FOR {
                    tries += 1;
                    continue;
                }
                group.append(&mut aside);
                group.drain(..).for_each(|write| write.answer(Some(why.clone())));
                return Err(why);
            }
            Err(FailedGroup { why, by: Some(n) }) if times_aside < ASIDE_MAX_TIMES && begun.elapsed() < TRIED_FOR => {
                times_aside += 1;
                let failed = group.remove(n);
                let session = failed.held_session();
                if session != 0 && why.may_succeed_at_once() {
                    aside.extend(group.extract_if(.., |write| write.held_session() == session));
                }
                aside.push(failed);
            }
            Err(_) => {
                // The writes that failed come last: the others may still succeed.
                group.append(&mut aside);
                std::mem::swap(&mut group, &mut aside);
            }
        }
    }
    write_alone(app, aside, begun).await
}

/// Writes and answers each write by itself. Those that may succeed if repeated, for example after a locked row, are tried
/// again in the next round, as long as there is time.
async fn write_alone(app: &School, mut writes: Vec<Box<dyn QueuedWrite>>, begun: Instant) -> Result<()> {
    for round in 1..=TRIES {
        let mut held: HashSet<i64> = HashSet::new();
        let (mut unwritten, mut failed) = (Vec::new(), Vec::new());
        let mut queue = std::mem::take(&mut writes).into_iter();
        while let Some(mut write) = queue.next() {
            if held_or_logged(write.as_ref()).any(|session| held.contains(&session)) {
                unwritten.push(write);
                continue;
            }
            let why = match write_together(app, std::slice::from_mut(&mut write)).await {
                Ok(refused) => {
                    write.answer(refused.into_values().next());
                    continue;
                }
                Err(FailedGroup { why, .. }) => why,
            };
            let is_late = begun.elapsed() >= TRIED_FOR;
            if why.may_succeed_at_once() {
                held.extend(held_or_logged(write.as_ref()));
                if round < TRIES && !is_late {
                    failed.push(write);
                    continue;
                }
            }
            let is_down = matches!(why, Error::Unavailable { .. });
            write.answer(Some(why.clone()));
            if is_down || (is_late && why.may_succeed_at_once()) {
                unwritten.into_iter().chain(failed).chain(queue).for_each(|write| write.answer(Some(why.clone())));
                return if is_down { Err(why) } else { Ok(()) };
            }
        }
        // A failure may concern only a part of the session: its other writes are tried before the one that failed.
        writes = unwritten;
        writes.append(&mut failed);
    }
    writes.into_iter().for_each(|write| write.answer(Some(Error::Busy { retry_after_s: 1 })));
    Ok(())
}

/// The sessions whose rows the write needs, as far as its last try has come.
fn held_or_logged(write: &dyn QueuedWrite) -> impl Iterator<Item = i64> {
    let held = Some(write.held_session()).filter(|session| *session != 0);
    held.into_iter().chain(write.sessions().iter().copied())
}

/// Writes of a group that were refused before they changed anything, by their position: the group is committed without them.
type RefusedWrites = HashMap<usize, Error>;

/// Tells whether the school refused the write. Everything else may have left the transaction in an unknown state.
fn is_refusal(why: &Error) -> bool {
    matches!(why, Error::UnderWay) || !matches!(why.kind(), ErrorKind::Busy | ErrorKind::Internal)
}

fn answer_all(group: &mut Vec<Box<dyn QueuedWrite>>, mut refused: RefusedWrites) {
    group.drain(..).enumerate().for_each(|(n, write)| write.answer(refused.remove(&n)));
}

/// A failed try to write a group.
struct FailedGroup {
    why: Error,
    /// The position of the write that failed, if it was one.
    by: Option<usize>,
}

impl From<Error> for FailedGroup {
    fn from(why: Error) -> FailedGroup {
        FailedGroup { why, by: None }
    }
}

/// Writes a group in one transaction. A write that panics fails like any other, and the group commit goes on for the rest.
async fn write_together(app: &School, group: &mut [Box<dyn QueuedWrite>]) -> Result<RefusedWrites, FailedGroup> {
    let written = AssertUnwindSafe(write_all(app, group)).catch_unwind().await;
    written.unwrap_or_else(|_| Err(Error::internal("a write panicked").into()))
}

async fn write_all(app: &School, group: &mut [Box<dyn QueuedWrite>]) -> Result<RefusedWrites, FailedGroup> {
    let written = async {
        let mut tx = app.db.begin_group().await?;
        let (mut events, mut refused) = (Vec::new(), RefusedWrites::new());
        for (n, write) in group.iter_mut().enumerate() {
            tx.begin_write_of_group();
            match write.write(&mut tx).await {
                Ok(new) => events.extend(new),
                Err(why) if is_refusal(&why) && tx.write_left_no_trace() => drop(refused.insert(n, why)),
                Err(why) => return Err(FailedGroup { why, by: Some(n) }),
            }
        }
        // The order is kept within each write, and not across the group.
        tx.begin_write_of_group();
        let news = app.prepare(&mut tx, events, Vec::new()).await?;
        Ok::<_, FailedGroup>((tx, news, refused))
    };
    let (tx, news, refused) = match tokio::time::timeout(GROUP_WITHIN, written).await {
        Ok(written) => written?,
        // Dropping the transaction rolls the group back.
        Err(_) => return Err(app.db.record_silence("a group of writes took too long").into()),
    };
    app.seal(tx).await?;
    let app = app.clone();
    // The next group is written while this one is delivered: rooms keep the order by `seq`.
    tokio::spawn(async move { app.bus.send(news).await });
    Ok(refused)
}
