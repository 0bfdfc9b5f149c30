//! Opens a school, serves it, and closes it.

use std::future::Future;
use std::net::SocketAddr;
use std::ops::Range;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::tz::TimeZone;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, Notify, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout, timeout_at};

use crate::app::{App, AskedHelp, School};
use crate::bus::{Bus, LocalNode, RedisBus, RoomKinds, Sealer};
use crate::clock::Clock;
use crate::config::{Config, ObjectPlace};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::failures::Failures;
use crate::group_commit::GroupCommit;
use crate::group_writer;
use crate::keys::{CertificateKey, Keys, SetupSecret};
use crate::listener;
use crate::live::newest::NewestFrames;
use crate::live::nodes::BeatPeriods;
use crate::live::{Hub, Nodes, Presence, SocketLimits};
use crate::metrics::Metrics;
use crate::outside::analyser::Analyser;
use crate::outside::gateways::Gateways;
use crate::outside::objects::Objects;
use crate::outside::pictures::PictureCache;
use crate::outside::slides::Slides;
use crate::passwords::Passwords;
use crate::poster_cache::PosterCache;
use crate::print::Printer;
use crate::private;
use crate::school::assessments::grading;
use crate::school::completions::checks;
use crate::school::courses::numbers;
use crate::school::dashboards::{days, visits};
use crate::school::enrollment::{expiring, reminding};
use crate::school::help::picture_removal;
use crate::school::payments::checking;
use crate::school::pictures;
use crate::school::renderer::RendererWithNames;
use crate::school::sessions::{control, presence, room, screens};
use crate::school::submissions::settling;
use crate::school::videos::removal;
use crate::school::{activity, help, nodes, stuck};
use crate::surfaces;
use crate::visits::Visits;
use crate::writes;

/// The time that requests under way may take once the server stops. All limits of the shutdown together are less than 10 s.
const GOODBYE_WITHIN: Duration = Duration::from_secs(5);
/// The time that the writes waiting for the group commit may take after that. Writes that are not done by then were not
/// acknowledged.
const LAST_WRITES_WITHIN: Duration = Duration::from_millis(1_500);
/// The time that closing the connections to the database may take after that.
const CLOSED_WITHIN: Duration = Duration::from_millis(500);
const DISMISSED_EVERY: Duration = Duration::from_millis(50);
/// Clients come back spread over this time, so that the server is not overrun that starts in place of this one.
const COME_BACK_AFTER_MS: Range<u64> = 250..5_250;
/// The same where other nodes share them, and are there already.
const COME_TO_OTHERS_AFTER_MS: Range<u64> = 250..1_500;

/// Opens the database and puts the parts of the school together. Nothing listens yet.
pub async fn open(config: Config, bound: SocketAddr) -> Result<School> {
    let app = open_with(config, bound, open_bus).await?;
    let config = &app.config;
    if config.storing.is_blocked_at(&app.public_url) {
        tracing::warn!("browsers block the store of videos: the school is at https, and GYOSIL_S3_ENDPOINT at http");
    }
    if config.redis.is_set() {
        tracing::info!(node = config.node, "serves the school together with other nodes");
        if config.storing.objects == ObjectPlace::Folder {
            tracing::warn!(
                "videos are kept in the data folder, which no other node sees: set GYOSIL_OBJECTS to a bucket"
            );
        }
    }
    Ok(app)
}

/// Opens the school for a command. Nodes that serve it meanwhile hear of its changes, whether or not the command is told of Redis; a
/// server that is alone does not.
pub async fn open_for_command(config: Config) -> Result<School> {
    let bound = config.listen;
    open_with(config, bound, |config, _, node, _| {
        Ok(if config.database_url().starts_with("sqlite:") { Bus::Local(node) } else { Bus::Command })
    })
    .await
}

type OpenBus = fn(&Config, &Keys, LocalNode, &Arc<Metrics>) -> Result<Bus>;

async fn open_with(config: Config, bound: SocketAddr, open_bus: OpenBus) -> Result<School> {
    private::open_folder(&config.data)?;
    let zone = TimeZone::get(&config.timezone).map_err(Error::internal)?;
    let db = Db::open(&config.database_url()).await?;
    let certificate_key = CertificateKey::open(config.certificate_seed(), &config.data)?;
    let printer = Printer::open(config.school_logo.as_deref(), config.school_signature.as_deref())?;
    let keys = Keys::open(config.jwt_secret.as_deref(), Path::new(&config.data))?;
    let metrics = Arc::new(Metrics::default());
    let hub = Hub::new(
        metrics.clone(),
        config.clocks.ping_s,
        SocketLimits::new(config.sockets_per_person, config.sockets_per_session),
    );
    let presence = Arc::new(Presence::new(hub.clone(), room::SESSION));
    let (group_commit, queue) = GroupCommit::new();
    let clock = Clock::new(zone);
    let failures = Arc::new(Failures::new(config.limits_failures()));
    let node = LocalNode {
        hub: hub.clone(),
        presence: presence.clone(),
        failures: failures.clone(),
        clock: clock.clone(),
        kinds: RoomKinds { logged: room::SESSION, unlogged: &[room::BOARD, room::DESK], own: room::PERSON },
    };
    let bus = open_bus(&config, &keys, node, &metrics)?;
    let objects = Objects::open(&config.storing, &config.data, keys.derived("objects")?, clock.clone())?;
    let slides = Slides::open(config.own_program.as_deref(), config.judge_settings.judge_uid)?;
    let public_url = config.public_url(bound);
    let setup = match config.redis.is_set() {
        true => SetupSecret::of_all_nodes(&keys.derived("setup")?),
        false => SetupSecret::default(),
    };
    let gateways = Gateways::open(&config.paying, clock.clone())?;
    let app = School::new(App {
        public_url,
        clock,
        db,
        bus,
        presence,
        nodes: Nodes::new(!config.redis.is_set(), BeatPeriods::of(config.clocks.node_beat_ms)),
        hub,
        group_commit,
        metrics,
        analyser: Analyser::Guide,
        objects,
        pictures: PictureCache::new()?,
        slides,
        gateways,
        pointing: NewestFrames::default(),
        posters: PosterCache::default(),
        help_asked: AskedHelp::default(),
        code_judged: Notify::new(),
        keys,
        certificate_key,
        setup,
        printer,
        failures,
        passwords: Passwords::default(),
        visits: Visits::default(),
        renderer: Box::new(RendererWithNames { render: surfaces::live::render }),
        is_leaving: AtomicBool::new(false),
        asking: Mutex::new(()),
        config,
    });
    app.hub.set_log_reader(Arc::new(surfaces::live::SessionLogReader(app.clone())));
    app.hub.set_reducer(surfaces::live::without_contacts);
    tokio::spawn(group_writer::run(app.clone(), queue));
    Ok(app)
}

/// Links this node with others if there is a Redis. A node alone needs none.
fn open_bus(config: &Config, keys: &Keys, node: LocalNode, metrics: &Arc<Metrics>) -> Result<Bus> {
    if !config.redis.is_set() {
        return Ok(Bus::Local(node));
    }
    // Two schools on one Redis do not hear each other.
    let school: String = keys.derived("bus")?.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let sealer =
        Sealer::new(&keys.derived("bus messages")?).ok_or_else(|| Error::internal("no message can be sealed"))?;
    RedisBus::open(&config.redis, format!("gyosil:{school}:"), sealer, node, metrics.clone()).map(Bus::Redis)
}

/// Serves until `shutdown`, then sends each socket its time to come back, finishes what is under way, and returns.
pub async fn serve(app: School, listener: TcpListener, shutdown: impl Future<Output = ()>) -> Result<()> {
    let tls = listener::tls(&app.config)?;
    // Before this node takes over from others: it may fail here.
    let beside = match app.config.metrics_listen {
        Some(address) => {
            let bound = TcpListener::bind(address).await;
            Some(bound.map_err(|e| listener::cannot_listen("--metrics-listen", address, &e))?)
        }
        None => None,
    };
    app.bus.begin(&app.db).await?;
    begin_lease(&app).await?;
    let mut chores = chores(&app);
    let (leave, leaving) = watch::channel(false);
    let limits = listener::ConnectionLimits::new(&app.config);
    let routers = listener::Routers { open: surfaces::router(&app), full: surfaces::too_many_connections() };
    if let Some(beside) = beside {
        let routers = listener::Routers { open: surfaces::metrics_only(&app), full: surfaces::too_many_connections() };
        tokio::spawn(listener::run(beside, None, routers, limits.clone(), leaving.clone()));
    }
    let serving = tokio::spawn(listener::run(listener, tls, routers, limits, leaving));
    shutdown.await;

    tracing::info!("closing");
    app.leave();
    let _ = leave.send(true);
    let dismissing = tokio::spawn(dismiss_sockets(app.clone()));
    if timeout(GOODBYE_WITHIN, serving).await.is_err() {
        tracing::warn!("some requests were not answered in time");
    }
    let last_writes = async {
        // The chores have ended after this, and given back the visits that they had not written. They end before the group commit is
        // flushed, so that none of them adds to it any more. What they had put into it is written all the same, and nobody waits for its
        // answer: each chore finds in the database what is still to do.
        chores.shutdown().await;
        let ((), handed_back) = tokio::join!(app.group_commit.flush(), nodes::hand_back(&app));
        if let Err(error) = handed_back {
            tracing::warn!(%error, "the other nodes are not told that this one stops");
        }
        if let Err(error) = visits::write_counted(&app).await {
            tracing::warn!(%error, "the visits of the last seconds are not counted");
        }
    };
    if timeout(LAST_WRITES_WITHIN, last_writes).await.is_err() {
        tracing::warn!("some writes were not done in time; none of them was acknowledged");
    }
    dismissing.abort();
    app.bus.close();
    if timeout(CLOSED_WITHIN, app.db.close()).await.is_err() {
        tracing::warn!("the database was not closed in time; it recovers by itself");
    }
    Ok(())
}

/// Tells each socket when to come back, also those that are just being opened.
async fn dismiss_sockets(app: School) {
    loop {
        app.hub.dismiss_all(if app.nodes.is_alone() { COME_BACK_AFTER_MS } else { COME_TO_OTHERS_AFTER_MS });
        tokio::time::sleep(DISMISSED_EVERY).await;
    }
}

/// Starts the tasks that run again and again while the school is open.
fn chores(app: &School) -> JoinSet<()> {
    let mut chores = JoinSet::new();
    start_own(&mut chores, app);
    start_shared(&mut chores, app);
    chores
}

/// Starts the tasks that every node does: for its own sockets, its own part of the sessions, and its own memory.
fn start_own(chores: &mut JoinSet<()>, app: &School) {
    every(chores, app, Duration::from_secs(1), "pings", |app| async move {
        app.hub.tick(app.clock.monotonic_ms());
        Ok(())
    });
    chores.spawn(keep_lease(app.clone()));
    if !app.nodes.is_alone() {
        let periods = BeatPeriods::of(app.config.clocks.node_beat_ms);
        every(chores, app, periods.beat(), "beats", |app| async move { nodes::beat(&app).await });
        every(chores, app, periods.look(), "other nodes", |app| async move { nodes::look(&app).await });
        every(chores, app, Duration::from_secs(1), "screens", |app| async move { screens::find_stale(&app).await });
    }
    chores.spawn(writes::tell_sockets(app.clone()));
    every(chores, app, Duration::from_millis(200), "presence", |app| async move {
        presence::log_departures(&app).await?;
        screens::log_screen_counts(&app).await
    });
    every(chores, app, Duration::from_secs(1), "stuck students", |app| async move { stuck::report_stuck(&app).await });
    every(chores, app, Duration::from_secs(60), "forgotten sessions", |app| async move {
        control::end_forgotten(&app).await
    });
    every(chores, app, Duration::from_secs(5), "visits", |app| async move { visits::write_counted(&app).await });
    let following = app.clone();
    chores.spawn(async move { following.bus.keep_up(&following.db).await });
    if let Bus::Redis(bus) = &app.bus {
        let (announcing, school) = (bus.clone(), app.clone());
        chores.spawn(async move { announcing.announce_devices(&school.db, &school.group_commit).await });
        let (requesting, school) = (bus.clone(), app.clone());
        chores.spawn(async move { requesting.request_resyncs(&school.db, &school.group_commit).await });
    }
    chores.spawn(analyse(app.clone()));
}

/// Starts the tasks that one node does for all, each by itself: the others would find nothing to do. If two do one at once, it is
/// done once all the same.
fn start_shared(chores: &mut JoinSet<()>, app: &School) {
    shared(chores, app, Duration::from_secs(5), "overdue attempts", |app| async move {
        grading::close_all_overdue(&app).await
    });
    shared(chores, app, Duration::from_secs(60), "old logs", |app| async move { activity::forget_old(&app).await });
    shared(chores, app, Duration::from_secs(60), "notices before the end of an access", |app| async move {
        reminding::notify_due(&app).await
    });
    shared(chores, app, Duration::from_secs(60), "numbers of courses", |app| async move {
        numbers::renew_copies(&app).await
    });
    shared(chores, app, Duration::from_secs(60), "expired enrollments", |app| async move {
        expiring::expire_due(&app).await
    });
    shared(
        chores,
        app,
        Duration::from_secs(1),
        "payments under way",
        |app| async move { checking::check_due(&app).await },
    );
    shared(chores, app, Duration::from_secs(3_600), "payments left behind", |app| async move {
        checking::warn_of_left_behind(&app).await
    });
    shared(chores, app, Duration::from_secs(60), "overdue uploads", |app| async move {
        removal::give_up_overdue(&app).await
    });
    shared(chores, app, Duration::from_secs(3_600), "pictures that no step names", |app| async move {
        pictures::removal::remove_unnamed(&app).await
    });
    shared(chores, app, Duration::from_secs(60), "pictures of calls for help", |app| async move {
        picture_removal::remove_due(&app).await
    });
    shared(chores, app, Duration::from_secs(60), "days that are over", |app| async move {
        visits::forget_addresses(&app).await?;
        days::sum_finished(&app).await
    });
    shared(
        chores,
        app,
        Duration::from_secs(1),
        "waiting completions",
        |app| async move { checks::judge_due(&app).await },
    );
    shared(chores, app, Duration::from_millis(250), "judged programs", |app| async move {
        settling::give_back_lost(&app).await?;
        settling::settle_judged(&app).await
    });
    shared(chores, app, Duration::from_secs(60), "old news", |app| async move { app.forget_old_news().await });
}

/// Starts a task that only one of the living nodes does.
fn shared<F>(
    chores: &mut JoinSet<()>,
    app: &School,
    period: Duration,
    name: &'static str,
    chore: impl Fn(School) -> F + Send + 'static,
) where
    F: Future<Output = Result<()>> + Send,
{
    every(chores, app, period, name, move |app| {
        let work = app.nodes.is_mine(name).then(|| chore(app));
        async move {
            match work {
                Some(work) => work.await,
                None => Ok(()),
            }
        }
    });
}

fn every<F>(
    chores: &mut JoinSet<()>,
    app: &School,
    period: Duration,
    name: &'static str,
    chore: impl Fn(School) -> F + Send + 'static,
) where
    F: Future<Output = Result<()>> + Send,
{
    let app = app.clone();
    chores.spawn(async move {
        let mut ticks = interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let done = AssertUnwindSafe(chore(app.clone())).catch_unwind().await;
            if let Err(error) = done.unwrap_or_else(|_| Err(Error::internal("a chore panicked")))
                && !error.is_outage()
            {
                tracing::error!(%error, name, "a chore failed; it is tried again");
            }
        }
    });
}

/// Gets the right to speak for people. A database that takes no write just now keeps no server from opening: `keep_lease` goes on
/// trying then, and whoever comes meanwhile is written later.
async fn begin_lease(app: &School) -> Result<()> {
    const AT_MOST: Duration = Duration::from_secs(1);
    match timeout(AT_MOST, nodes::begin(app)).await {
        Ok(Err(error)) if !error.is_outage() => Err(error),
        Ok(Ok(())) => Ok(()),
        _ => {
            tracing::warn!("the database takes no write: who is present is written later");
            app.nodes.report_lost();
            Ok(())
        }
    }
}

/// Begins anew whenever this node finds that others took it for dead.
async fn keep_lease(app: School) {
    const TRIED_AGAIN_AFTER: Duration = Duration::from_secs(1);
    loop {
        app.nodes.wait_until_lost().await;
        if let Err(error) = nodes::renew(&app).await {
            if !error.is_outage() {
                tracing::error!(%error, "this node could not begin anew; it is tried again");
            }
            app.nodes.report_lost();
            tokio::time::sleep(TRIED_AGAIN_AFTER).await;
        }
    }
}

/// Analyses the help requests that come to this node, at once. One of the nodes also looks every 5 s for those that a restart or a
/// death left behind.
async fn analyse(app: School) {
    const LOOK_EVERY: Duration = Duration::from_secs(5);
    let mut next_look = Instant::now();
    loop {
        if Instant::now() >= next_look {
            next_look = Instant::now() + LOOK_EVERY;
            if app.nodes.is_mine("help requests") {
                look_for_help_left_behind(&app).await;
            }
        }
        if let Ok(asked) = timeout_at(next_look, app.help_asked.take()).await {
            help::analysis::answer_asked(&app, &asked).await;
        }
    }
}

async fn look_for_help_left_behind(app: &School) {
    loop {
        match help::analysis::answer_left_behind(app).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) if error.is_outage() => return,
            Err(error) => return tracing::error!(%error, "a call for help could not be looked at; it is tried again"),
        }
    }
}

/// Raises the limit of open files to what the system allows: each socket is a file, and a session may have thousands.
pub fn raise_file_limit() {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: both calls only read and write the struct that they are given.
    unsafe {
        if libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) == 0 && limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max;
            libc::setrlimit(libc::RLIMIT_NOFILE, &limit);
        }
    }
}
