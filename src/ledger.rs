//! Group commit: writes that arrive together share a transaction, and each is answered after the commit that holds it.
//!
//! While one commit is under way the next group gathers, so that nobody waits for company: alone, a write commits at
//! once. When a member fails, the group is undone and its members are written one by one, so that a bad one fails alone.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::event::News;

const WAITING_MAX_SLIPS: usize = 16_384;
const GROUP_MAX_SLIPS: usize = 256;
const ALONE_TRIES: usize = 3;

pub struct Ledger {
    inbox: mpsc::Sender<Box<dyn Slip>>,
}

pub struct Inbox(mpsc::Receiver<Box<dyn Slip>>);

/// What a write changed, and what it has to say about it.
pub type Written<T> = Result<(T, Vec<News>)>;

/// A write that can be tried again.
trait Slip: Send {
    fn write<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Result<Vec<News>>>;
    fn answer(self: Box<Self>, failed: Option<Error>);
}

struct Pending<T, F> {
    write: F,
    outcome: Option<T>,
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
            Ok(news)
        })
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
        let (caller, answer) = oneshot::channel();
        let slip = Box::new(Pending { write, outcome: None, caller });
        self.inbox.try_send(slip).map_err(|_| Error::Busy { retry_after_s: 1 })?;
        answer.await.map_err(|_| Error::internal("the ledger is closed"))?
    }

    /// All that was taken before is written, or has failed.
    pub async fn flush(&self) {
        let _ = self.record(|_| Box::pin(async { Ok(((), Vec::new())) })).await;
    }
}

pub async fn keep(app: Arc<App>, mut inbox: Inbox) {
    loop {
        let mut group = Vec::new();
        if inbox.0.recv_many(&mut group, GROUP_MAX_SLIPS).await == 0 {
            return;
        }
        app.metrics.rows_per_commit.observe(group.len() as f64);
        if write_together(&app, &mut group).await.is_ok() {
            group.into_iter().for_each(|slip| slip.answer(None));
            continue;
        }
        for mut slip in group {
            let failed = write_alone(&app, &mut slip).await.err();
            slip.answer(failed);
        }
    }
}

/// Whoever was undone only because someone else was in the way is written again.
async fn write_alone(app: &Arc<App>, slip: &mut Box<dyn Slip>) -> Result<()> {
    let mut written = write_together(app, std::slice::from_mut(slip)).await;
    for _ in 1..ALONE_TRIES {
        if !matches!(written, Err(Error::Busy { .. })) {
            break;
        }
        written = write_together(app, std::slice::from_mut(slip)).await;
    }
    written
}

/// A member that panics fails like any other: the ledger goes on for everyone else.
async fn write_together(app: &Arc<App>, group: &mut [Box<dyn Slip>]) -> Result<()> {
    let written = AssertUnwindSafe(write_all(app, group)).catch_unwind().await;
    written.unwrap_or_else(|_| Err(Error::internal("a write panicked")))
}

async fn write_all(app: &Arc<App>, group: &mut [Box<dyn Slip>]) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let mut news = Vec::new();
    for slip in group.iter_mut() {
        news.extend(slip.write(&mut tx).await?);
    }
    let letters = app.seal(tx, news).await?;
    let app = app.clone();
    // The next group is written while this one is delivered: rooms keep the order by `seq`.
    tokio::spawn(async move { app.bus.publish(letters).await });
    Ok(())
}
