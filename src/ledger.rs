//! Group commit: writes that arrive together share a transaction, and each is answered after the commit that holds it.
//!
//! The next group gathers while one commit is under way, so a write never waits for others to come: a single write commits at
//! once. When one write of a group fails, the group is rolled back. The failed write is set aside and later written alone, where
//! it fails alone; the rest is written together again.
//!
//! A row that another transaction has locked stops only the writes that need it. A write that waited for it in vain is tried
//! again after the rest of the group. Other writes to the same session are put off too, so that they do not each wait in turn.
//!
//! When the database fails, the group is tried again as long as this may help and can write nothing twice: nothing was written,
//! and another connection may work. A commit with an unknown outcome is not repeated here: its callers get 503, and repeat
//! the request themselves with the same idempotency key.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use crate::app::School;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::event::NewEvent;

const WAITING_MAX_SLIPS: usize = 16_384;
const GROUP_MAX_SLIPS: usize = 256;
/// How many writes may be set aside from one group before the rest of it is written one by one.
const ASIDE_MAX_SLIPS: usize = 8;
const ALONE_ROUNDS: usize = 3;
/// How often a group is tried in all when the database fails.
const GROUP_TRIES: usize = 3;
/// How long the writes of one group are tried again, for any reason. The next group waits meanwhile.
const TRIED_FOR: Duration = Duration::from_secs(12);
/// How long a group may take up to its commit. The commit has a limit of its own.
const GROUP_WITHIN: Duration = Duration::from_secs(15);
/// A failure of the database that takes longer would take as long for each waiting group, so all waiting writes fail at once.
const SLOW_FAILURE: Duration = Duration::from_secs(2);

pub struct Ledger {
    inbox: mpsc::Sender<Box<dyn Slip>>,
}

pub struct Inbox(mpsc::Receiver<Box<dyn Slip>>);

/// The result of a write, and the events that it causes.
pub type Written<T> = Result<(T, Vec<NewEvent>)>;

/// A write that can be tried again.
trait Slip: Send {
    fn write<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Result<Vec<NewEvent>>>;
    /// The sessions to whose logs the last try wrote.
    fn sessions(&self) -> &[i64];
    fn answer(self: Box<Self>, failed: Option<Error>);
}

struct Pending<T, F> {
    write: F,
    outcome: Option<T>,
    sessions: Vec<i64>,
    caller: oneshot::Sender<Result<T>>,
}

impl<T, F> Slip for Pending<T, F>
where
    T: Send,
    F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Written<T>> + Send,
{
    fn write<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Result<Vec<NewEvent>>> {
        Box::pin(async move {
            let (outcome, events) = (self.write)(tx).await?;
            self.outcome = Some(outcome);
            self.sessions = events.iter().filter_map(|event| event.session).collect();
            Ok(events)
        })
    }

    fn sessions(&self) -> &[i64] {
        &self.sessions
    }

    fn answer(self: Box<Self>, failed: Option<Error>) {
        let lost = || Error::internal("a write without an outcome");
        // A caller who hung up gets no answer; what was written stays.
        let _ = self.caller.send(match failed {
            Some(error) => Err(error),
            None => self.outcome.ok_or_else(lost),
        });
    }
}

impl Ledger {
    pub fn new() -> (Ledger, Inbox) {
        let (inbox, slips) = mpsc::channel(WAITING_MAX_SLIPS);
        (Ledger { inbox }, Inbox(slips))
    }

    pub async fn record<T, F>(&self, write: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Written<T>> + Send + 'static,
    {
        let (slip, answer) = slip(write);
        self.inbox.try_send(slip).map_err(|_| Error::Busy { retry_after_s: 1 })?;
        answer.await.map_err(|_| Error::internal("the ledger is closed"))?
    }

    /// Waits until every write accepted before is written, or has failed.
    pub async fn flush(&self) {
        let (last, written) = slip(|_| Box::pin(async { Ok(((), Vec::new())) }));
        if self.inbox.send(last).await.is_ok() {
            let _ = written.await;
        }
    }
}

fn slip<T, F>(write: F) -> (Box<dyn Slip>, oneshot::Receiver<Result<T>>)
where
    T: Send + 'static,
    F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Written<T>> + Send + 'static,
{
    let (caller, answer) = oneshot::channel();
    (Box::new(Pending { write, outcome: None, sessions: Vec::new(), caller }), answer)
}

pub async fn keep(app: School, mut inbox: Inbox) {
    loop {
        let mut group = Vec::new();
        if inbox.0.recv_many(&mut group, GROUP_MAX_SLIPS).await == 0 {
            return;
        }
        app.metrics.rows_per_commit.observe(group.len() as f64);
        let begun = Instant::now();
        let Err(failure) = write_group(&app, group).await else { continue };
        if begun.elapsed() > SLOW_FAILURE {
            while let Ok(slip) = inbox.0.try_recv() {
                slip.answer(Some(failure.clone()));
            }
        }
    }
}

/// Writes and answers the whole group. Fails only if the database fails, not if a write does.
async fn write_group(app: &School, mut group: Vec<Box<dyn Slip>>) -> Result<()> {
    let begun = Instant::now();
    let mut aside = Vec::new();
    let mut tries = 1;
    while !group.is_empty() {
        match write_together(app, &mut group).await {
            Ok(()) => group.drain(..).for_each(|slip| slip.answer(None)),
            Err(Undone { why: why @ Error::Unavailable { .. }, .. }) => {
                if why.may_succeed_at_once() && tries < GROUP_TRIES && begun.elapsed() < TRIED_FOR {
                    tries += 1;
                    continue;
                }
                group.append(&mut aside);
                group.drain(..).for_each(|slip| slip.answer(Some(why.clone())));
                return Err(why);
            }
            Err(Undone { by: Some(n), .. }) if aside.len() < ASIDE_MAX_SLIPS && begun.elapsed() < TRIED_FOR => {
                aside.push(group.remove(n));
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
async fn write_alone(app: &School, mut slips: Vec<Box<dyn Slip>>, begun: Instant) -> Result<()> {
    for round in 1..=ALONE_ROUNDS {
        let mut held: HashSet<i64> = HashSet::new();
        let (mut unwritten, mut failed) = (Vec::new(), Vec::new());
        let mut queue = std::mem::take(&mut slips).into_iter();
        while let Some(mut slip) = queue.next() {
            if slip.sessions().iter().any(|session| held.contains(session)) {
                unwritten.push(slip);
                continue;
            }
            let Err(Undone { why, .. }) = write_together(app, std::slice::from_mut(&mut slip)).await else {
                slip.answer(None);
                continue;
            };
            let is_late = begun.elapsed() >= TRIED_FOR;
            if why.may_succeed_at_once() {
                held.extend(slip.sessions());
                if round < ALONE_ROUNDS && !is_late {
                    failed.push(slip);
                    continue;
                }
            }
            let is_down = matches!(why, Error::Unavailable { .. });
            slip.answer(Some(why.clone()));
            if is_down || (is_late && why.may_succeed_at_once()) {
                unwritten.into_iter().chain(failed).chain(queue).for_each(|slip| slip.answer(Some(why.clone())));
                return if is_down { Err(why) } else { Ok(()) };
            }
        }
        // A failure may concern only a part of the session: its other writes are tried before the one that failed.
        slips = unwritten;
        slips.append(&mut failed);
    }
    slips.into_iter().for_each(|slip| slip.answer(Some(Error::Busy { retry_after_s: 1 })));
    Ok(())
}

/// A failed try to write a group.
struct Undone {
    why: Error,
    /// The position of the write that failed, if it was one.
    by: Option<usize>,
}

impl From<Error> for Undone {
    fn from(why: Error) -> Undone {
        Undone { why, by: None }
    }
}

/// Writes a group in one transaction. A write that panics fails like any other, and the ledger goes on for the rest.
async fn write_together(app: &School, group: &mut [Box<dyn Slip>]) -> Result<(), Undone> {
    let written = AssertUnwindSafe(write_all(app, group)).catch_unwind().await;
    written.unwrap_or_else(|_| Err(Error::internal("a write panicked").into()))
}

async fn write_all(app: &School, group: &mut [Box<dyn Slip>]) -> Result<(), Undone> {
    let written = async {
        let mut tx = app.db.begin_group().await?;
        let mut events = Vec::new();
        for (n, slip) in group.iter_mut().enumerate() {
            events.extend(slip.write(&mut tx).await.map_err(|why| Undone { why, by: Some(n) })?);
        }
        let frames = app.prepare(&mut tx, events).await?;
        Ok::<_, Undone>((tx, frames))
    };
    let (tx, frames) = match tokio::time::timeout(GROUP_WITHIN, written).await {
        Ok(written) => written?,
        // Dropping the transaction rolls the group back.
        Err(_) => return Err(app.db.is_silent("a group of writes took too long").into()),
    };
    app.seal(tx).await?;
    let app = app.clone();
    // The next group is written while this one is delivered: rooms keep the order by `seq`.
    tokio::spawn(async move { app.bus.publish(frames).await });
    Ok(())
}
