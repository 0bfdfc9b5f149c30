//! The parts of a school, put together once and passed to all code that needs them.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use tokio::sync::{Mutex, Notify};
use tokio::time::error::Elapsed;

use crate::bus::{self, Bus};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Db, SILENT, Tx, WriteState};
use crate::error::{Error, Result};
use crate::event::{NewEvent, PublishedEvent};
use crate::failures::Failures;
use crate::group_commit::GroupCommit;
use crate::keys::{CertificateKey, Keys, SetupSecret};
use crate::live::newest::NewestFrames;
use crate::live::{CloseSockets, Hub, Nodes, Presence, RoomFrame, log};
use crate::metrics::Metrics;
use crate::outside::analyser::Analyser;
use crate::outside::gateways::Gateways;
use crate::outside::objects::Objects;
use crate::outside::pictures::PictureCache;
use crate::outside::slides::Slides;
use crate::passwords::Passwords;
use crate::planted::{self, Planted};
use crate::poster_cache::PosterCache;
use crate::print::Printer;
use crate::visits::Visits;

pub use crate::bus::News;

/// A school, cheap to clone. Every handler and every task gets one. It is a trait object for the compiler's sake: that all parts
/// may be shared between threads is then proved once, not again for every handler, which took a tenth of the build.
#[derive(Clone)]
pub struct School(Arc<dyn Parts>);

trait Parts: Send + Sync {
    fn app(&self) -> &App;
}

impl Parts for App {
    fn app(&self) -> &App {
        self
    }
}

impl School {
    pub fn new(parts: App) -> School {
        School(Arc::new(parts))
    }

    /// Commits a change. The change, its rows in the log and the handing over of its frames are one unit: a caller who hangs up
    /// cannot split it. All commits go through `App::seal`, which only this file and the group commit call.
    pub async fn commit(&self, tx: Tx, events: Vec<NewEvent>) -> Result<()> {
        self.commit_and_close(tx, events, Vec::new()).await
    }

    /// Commits a change after which the sockets of `closed` have no right to be open. They are closed after the frames of the
    /// change were handed over, and before the caller is answered.
    pub async fn commit_and_close(&self, tx: Tx, events: Vec<NewEvent>, closed: Vec<CloseSockets>) -> Result<()> {
        let app = self.clone();
        let (done, answer) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            let mut tx = tx;
            let sealed = match app.prepare(&mut tx, events, closed).await {
                Ok(news) => app.seal(tx).await.map(|()| news),
                Err(error) => Err(error),
            };
            match sealed {
                Ok(news) if news.closes_sockets() => {
                    app.bus.send(news).await;
                    let _ = done.send(Ok(()));
                }
                Ok(news) => {
                    let _ = done.send(Ok(()));
                    app.bus.send(news).await;
                }
                Err(error) => {
                    let _ = done.send(Err(error));
                }
            }
        });
        answer.await.unwrap_or_else(|_| Err(Error::internal("a commit was lost")))
    }

    /// Deletes what the nodes have told each other long ago.
    pub async fn forget_old_news(&self) -> Result<()> {
        if self.nodes.is_alone() {
            return Ok(());
        }
        let mut tx = self.db.begin().await?;
        bus::delete_old(&mut tx, self.now_ms()).await?;
        self.commit(tx, Vec::new()).await
    }

    /// Returns why the school cannot write or does not hear of other nodes, or `None` if it can and does. The results of the last
    /// real writes decide. If there was none for a second, one is made, in the group commit like any other. Calls run one at a
    /// time, because anyone may ask.
    pub async fn why_not_ready(&self) -> Option<String> {
        if self.is_leaving.load(Ordering::Relaxed) {
            return Some("the server is closing".into());
        }
        if let Some(why) = self.why_no_writes().await {
            return Some(why);
        }
        let blind_for = self.bus.blind_for()?;
        Some(format!("what other nodes wrote could not be read for {} s", blind_for.as_secs()))
    }

    async fn why_no_writes(&self) -> Option<String> {
        let _one_at_a_time = self.asking.lock().await;
        match self.db.health.write_state() {
            WriteState::Writes => return None,
            WriteState::Fails(why) => return Some(self.not_ready(why)),
            WriteState::Unknown => {}
        }
        match self.write_heartbeat(READY_WITHIN).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(self.not_ready(&error.to_string())),
            Err(_) => {
                let _ = self.db.record_silence("a small write took too long");
                Some(self.not_ready(SILENT))
            }
        }
    }

    /// Does a small write in the group commit.
    pub async fn write_heartbeat(&self, within: Duration) -> std::result::Result<Result<()>, Elapsed> {
        let (node, now_ms) = (self.config.node.clone(), self.now_ms());
        let write_heartbeat = self.group_commit.record(move |tx| {
            let node = node.clone();
            Box::pin(async move {
                tx.write_heartbeat(&node, now_ms).await?;
                Ok(((), Vec::new()))
            })
        });
        tokio::time::timeout(within, write_heartbeat).await
    }
}

impl Deref for School {
    type Target = App;

    fn deref(&self) -> &App {
        self.0.app()
    }
}

/// Time that a small write may take before the school counts as not ready.
const READY_WITHIN: Duration = Duration::from_secs(2);

const ASKED_MAX_REQUESTS: usize = 4_096;

pub struct App {
    pub config: Config,
    pub public_url: String,
    pub clock: Clock,
    pub db: Db,
    /// The sockets of this node. Verbs do not ask it: they ask `school::sessions::presence`, and tell the `bus`.
    pub hub: Arc<Hub>,
    /// The people of this node's sockets.
    pub presence: Arc<Presence>,
    pub nodes: Nodes,
    pub bus: Bus,
    pub group_commit: GroupCommit,
    pub metrics: Arc<Metrics>,
    pub analyser: Analyser,
    pub objects: Objects,
    /// Files of pictures that this node holds in memory.
    pub pictures: PictureCache,
    pub slides: Slides,
    pub gateways: Gateways,
    /// Places to which instructors point at this moment.
    pub pointing: NewestFrames,
    pub posters: PosterCache,
    pub help_asked: AskedHelp,
    /// Notified when this node has settled what judges have found. Another node may have: whoever waits looks by itself as well.
    pub code_judged: Notify,
    pub keys: Keys,
    pub certificate_key: CertificateKey,
    pub setup: SetupSecret,
    pub printer: Printer,
    pub failures: Arc<Failures>,
    pub passwords: Passwords,
    pub visits: Visits,
    pub renderer: Box<dyn EventRenderer>,
    /// Whether the server was asked to stop. From then on it says that it is not ready.
    pub is_leaving: AtomicBool,
    /// Held while `why_not_ready` finds out whether writes work.
    pub asking: Mutex<()>,
}

/// The help requests that were made on this node and wait for their analysis. What does not fit in waits in the database, like all
/// others.
#[derive(Default)]
pub struct AskedHelp {
    requests: std::sync::Mutex<Vec<i64>>,
    asked: Notify,
}

impl AskedHelp {
    pub fn add(&self, requests: impl IntoIterator<Item = i64>) {
        let mut listed = self.listed();
        let room = ASKED_MAX_REQUESTS.saturating_sub(listed.len());
        listed.extend(requests.into_iter().take(room));
        self.asked.notify_one();
    }

    /// Waits until there are some, and takes them.
    pub async fn take(&self) -> Vec<i64> {
        loop {
            let taken = std::mem::take(&mut *self.listed());
            if !taken.is_empty() {
                return taken;
            }
            self.asked.notified().await;
        }
    }

    fn listed(&self) -> std::sync::MutexGuard<'_, Vec<i64>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Turns events into their consequences and into frames, before the commit.
pub trait EventRenderer: Send + Sync {
    /// Writes, in the same commit, what follows from the events and is in no log: grades, and completions by themselves.
    /// Returns the events to send.
    fn write_consequences<'a>(
        &'a self,
        app: &'a App,
        tx: &'a mut Tx,
        events: Vec<PublishedEvent>,
    ) -> BoxFuture<'a, Result<Vec<PublishedEvent>>>;
    /// Renders the events as frames: the school looks up the names, the sockets' dialect writes the JSON.
    fn render<'a>(&'a self, tx: &'a mut Tx, events: &'a [PublishedEvent]) -> BoxFuture<'a, Result<Vec<RoomFrame>>>;
}

impl App {
    /// Numbers and writes the events, writes what follows from them, and renders all as frames. Rows of sessions are locked
    /// before rows of enrollments, here as everywhere.
    pub(crate) async fn prepare(&self, tx: &mut Tx, events: Vec<NewEvent>, closed: Vec<CloseSockets>) -> Result<News> {
        let events = log::append(tx, events).await?;
        let events = self.renderer.write_consequences(self, tx, events).await?;
        let frames = if events.is_empty() { Vec::new() } else { self.renderer.render(tx, &events).await? };
        if planted::has(Planted::PublishBeforeCommit) {
            self.bus.send(self.bus.record(tx, frames.clone(), Vec::new(), self.now_ms()).await?).await;
        }
        self.bus.record(tx, frames, closed, self.now_ms()).await
    }

    /// Writes, in a transaction of the group commit, that sockets are to be closed. They are closed when its caller sends the news
    /// after the commit; if that does not happen, other nodes close them all the same.
    pub async fn record_closing(&self, tx: &mut Tx, closed: Vec<CloseSockets>) -> Result<News> {
        self.bus.record(tx, Vec::new(), closed, self.now_ms()).await
    }

    pub(crate) async fn seal(&self, tx: Tx) -> Result<()> {
        let begun = Instant::now();
        tx.commit().await?;
        self.metrics.commit_time.observe(begun.elapsed().as_secs_f64());
        Ok(())
    }

    /// Tells load balancers from now on to send nobody here any more.
    pub fn leave(&self) {
        self.is_leaving.store(true, Ordering::Relaxed);
    }

    fn not_ready(&self, why: &str) -> String {
        format!("{why}; the last write succeeded {} s ago", self.db.health.last_write().as_secs())
    }

    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }
}
