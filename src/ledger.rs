//! Group commit: writes that arrive together share a transaction, and each is answered after the commit that holds it.
//!
//! While one commit is under way the next group gathers, so that nobody waits for company: alone, a write commits at
//! once. When a member fails, the group is undone; the bad one steps aside, is written alone and fails alone, and the rest
//! is written together again.
//!
//! A row that someone else holds stops only those who need it. Who waited for it in vain is tried again after everyone
//! else of the group, and those who write to the same session do not wait for it too, one after the other.
//!
//! When the database fails, the group is tried again as long as that may help and cannot double anything: nothing was
//! written, and another connection may do it. A commit of which nobody knows whether it happened is not repeated here:
//! its callers hear 503, and repeat it themselves under the same idempotency key.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use crate::app::School;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::event::News;

const WAITING_MAX_SLIPS: usize = 16_384;
const GROUP_MAX_SLIPS: usize = 256;
/// How many may step aside from one group before all that is left of it is written one by one.
const ASIDE_MAX_SLIPS: usize = 8;
const ALONE_ROUNDS: usize = 3;
/// How often a group is written anew when the database failed.
const GROUP_TRIES: usize = 3;
/// How long the members of one group are tried again, for whatever reason. The next group waits for it.
const TRIED_FOR: Duration = Duration::from_secs(12);
/// How long a group may take up to its commit, which has a limit of its own.
const GROUP_WITHIN: Duration = Duration::from_secs(15);
/// A failure that took so long would take as long for each group that waits: they are told at once.
const SLOW_FAILURE: Duration = Duration::from_secs(2);

pub struct Ledger {
    inbox: mpsc::Sender<Box<dyn Slip>>,
}

pub struct Inbox(mpsc::Receiver<Box<dyn Slip>>);

/// What a write changed, and what it has to say about it.
pub type Written<T> = Result<(T, Vec<News>)>;

/// A write that can be tried again.
trait Slip: Send {
    fn write<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Result<Vec<News>>>;
    /// The sessions to whose logs it wrote when it was last tried.
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
    fn write<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Result<Vec<News>>> {
        Box::pin(async move {
            let (outcome, news) = (self.write)(tx).await?;
            self.outcome = Some(outcome);
            self.sessions = news.iter().filter_map(|news| news.session).collect();
            Ok(news)
        })
    }

    fn sessions(&self) -> &[i64] {
        &self.sessions
    }

    fn answer(self: Box<Self>, failed: Option<Error>) {
        let lost = || Error::internal("a write without an outcome");
        // Whoever hung up is not told; what was written stays.
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

    /// All that was taken before is written, or has failed.
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

/// Writes and answers them all. Fails where the database does, and not a member.
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
                // Those who failed come last: of the others nobody knows anything bad.
                group.append(&mut aside);
                std::mem::swap(&mut group, &mut aside);
            }
        }
    }
    write_alone(app, aside, begun).await
}

/// Writes and answers each by itself. Those who were undone only because someone else was in the way are written again
/// in the next round, as long as there is time.
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
        // A failure may have been about less than the whole session: the others of it are tried before it.
        slips = unwritten;
        slips.append(&mut failed);
    }
    slips.into_iter().for_each(|slip| slip.answer(Some(Error::Busy { retry_after_s: 1 })));
    Ok(())
}

/// Nothing of the group was written.
struct Undone {
    why: Error,
    /// Which member failed, if it was one.
    by: Option<usize>,
}

impl From<Error> for Undone {
    fn from(why: Error) -> Undone {
        Undone { why, by: None }
    }
}

/// A member that panics fails like any other: the ledger goes on for everyone else.
async fn write_together(app: &School, group: &mut [Box<dyn Slip>]) -> Result<(), Undone> {
    let written = AssertUnwindSafe(write_all(app, group)).catch_unwind().await;
    written.unwrap_or_else(|_| Err(Error::internal("a write panicked").into()))
}

async fn write_all(app: &School, group: &mut [Box<dyn Slip>]) -> Result<(), Undone> {
    let written = async {
        let mut tx = app.db.begin_group().await?;
        let mut news = Vec::new();
        for (n, slip) in group.iter_mut().enumerate() {
            news.extend(slip.write(&mut tx).await.map_err(|why| Undone { why, by: Some(n) })?);
        }
        let letters = app.prepare(&mut tx, news).await?;
        Ok::<_, Undone>((tx, letters))
    };
    let (tx, letters) = match tokio::time::timeout(GROUP_WITHIN, written).await {
        Ok(written) => written?,
        // Undone with its transaction, which is dropped.
        Err(_) => return Err(app.db.is_silent("a group of writes took too long").into()),
    };
    app.seal(tx).await?;
    let app = app.clone();
    // The next group is written while this one is delivered: rooms keep the order by `seq`.
    tokio::spawn(async move { app.bus.publish(letters).await });
    Ok(())
}
