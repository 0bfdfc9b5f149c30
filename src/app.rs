//! The parts of a school, wired once and handed down.

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;
use tokio::sync::Notify;

use crate::bus::Bus;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::event::{News, Told};
use crate::failures::Failures;
use crate::keys::{Keys, SetupSecret, Stamp};
use crate::ledger::Ledger;
use crate::live::{Hub, Letter, log};
use crate::metrics::Metrics;
use crate::outside::analyser::Analyser;
use crate::print::Press;

pub type School = Arc<App>;

pub struct App {
    pub config: Config,
    pub public_url: String,
    pub clock: Clock,
    pub db: Db,
    pub hub: Arc<Hub>,
    pub bus: Bus,
    pub ledger: Ledger,
    pub metrics: Arc<Metrics>,
    pub analyser: Analyser,
    /// A help request waits for its analysis.
    pub help_asked: Notify,
    pub keys: Keys,
    pub stamp: Stamp,
    pub setup: SetupSecret,
    pub press: Press,
    pub failures: Failures,
    pub voice: Box<dyn Voice>,
}

/// What a school makes of what happened, before the commit.
pub trait Voice: Send + Sync {
    /// What follows from it in the same commit, and is in no log: grades follow facts.
    fn follow<'a>(&'a self, tx: &'a mut Tx, told: Vec<Told>) -> BoxFuture<'a, Result<Vec<Told>>>;
    /// How it is said on the wire: the school finds the names, the dialect of the sockets the words.
    fn say<'a>(&'a self, tx: &'a mut Tx, told: &'a [Told]) -> BoxFuture<'a, Result<Vec<Letter>>>;
}

impl App {
    /// The only commit there is. The change, its rows in the log and the handing over of its frames are one unit
    /// that a caller who hangs up cannot split.
    pub async fn commit(self: &Arc<Self>, tx: Tx, news: Vec<News>) -> Result<()> {
        let app = self.clone();
        let (done, answer) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            match app.seal(tx, news).await {
                Ok(letters) => {
                    let _ = done.send(Ok(()));
                    app.bus.publish(letters).await;
                }
                Err(error) => {
                    let _ = done.send(Err(error));
                }
            }
        });
        answer.await.unwrap_or_else(|_| Err(Error::internal("a commit was lost")))
    }

    /// Numbers and writes the events, lets follow what follows, puts it all into words, and commits. Rows of sessions are
    /// held before rows of enrollments, here as everywhere.
    pub(crate) async fn seal(&self, mut tx: Tx, news: Vec<News>) -> Result<Vec<Letter>> {
        let told = log::append(&mut tx, news).await?;
        let told = self.voice.follow(&mut tx, told).await?;
        let letters = if told.is_empty() { Vec::new() } else { self.voice.say(&mut tx, &told).await? };
        let begun = Instant::now();
        tx.commit().await?;
        self.metrics.commit_time.observe(begun.elapsed().as_secs_f64());
        Ok(letters)
    }

    /// Can it take a write?
    pub async fn is_ready(&self) -> bool {
        self.db.is_ready().await
    }

    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }
}
