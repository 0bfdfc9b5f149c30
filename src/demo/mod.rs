//! `gyosil demo`: a session with simulated learners, to try the server out.
//!
//! The demo makes a school in a folder of its own, with an instructor, a lecture and an open session, all by the school's
//! own functions. The learners join over the network like anyone else, each on a real socket.

mod drawn_marks;
mod folder;
mod learner;
mod lecture;
mod phone;
mod school;
mod teacher;
mod temper;
mod welcome;

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::app::School;
use crate::config::{Config, Signup};
use crate::error::{Error, Result};
use crate::listener::cannot_listen;
use crate::school::sessions::codes;
use crate::{open, private, raise_file_limit, serve};

use folder::Folder;
pub use school::Options;
use school::{DemoSchool, DemoSession, caller, make_school};
use teacher::Teacher;
use temper::GuestNames;

/// The settings whose defaults are other ones in a demo. Nobody watches one for minutes until a learner is stuck.
pub const DEFAULTS: &[(&str, &str)] = &[("data", "./gyosil-demo"), ("stuck_after_s", "10")];
const LOOKS_FOR_SESSION_EVERY: Duration = Duration::from_secs(1);

pub async fn run(config: Config, options: Options, stopped: impl Future<Output = ()>) -> Result<()> {
    let config = demo_config(config)?;
    raise_file_limit();
    let listener = listen(config.listen).await?;
    let bound = listener.local_addr().map_err(Error::internal)?;
    // The folder stays locked for as long as `folder` lives, so that a second demo does not empty it meanwhile.
    let folder = Folder::emptied(&config.data)?;
    let _taken = private::take_folder(&config.data)?;
    let app = open(config, bound).await?;
    let demo = make_school(&app).await?;
    welcome::print_welcome(&app, &demo, &options, bound).await?;

    let mut tasks = spawn_people(&app, &demo, &options, local_address(bound));
    let leaving = async move {
        stopped.await;
        welcome::print_goodbye();
        tasks.shutdown().await;
    };
    serve(app, listener, leaving).await?;
    drop(folder);
    Ok(())
}

/// Returns the settings changed for a demo. Fails if a setting cannot be used in a demo.
fn demo_config(mut config: Config) -> Result<Config> {
    if config.tls_cert.is_some() {
        let why = "the demo's learners speak plain HTTP: leave out --tls-cert and --tls-key";
        return Err(Error::internal(why));
    }
    if config.database.is_some() {
        let why = "the demo keeps its own database: leave out --database (and GYOSIL_DATABASE)";
        return Err(Error::internal(why));
    }
    config.instructor_signup = Signup::Open;
    // All learners connect from one address, that of this machine.
    config.bounds.connections_per_address = u32::MAX;
    Ok(config)
}

async fn listen(at: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(at).await.map_err(|error| cannot_listen("--listen", at, &error))
}

/// Returns the address at which this machine reaches the server.
fn local_address(bound: SocketAddr) -> SocketAddr {
    let ip = match bound.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, bound.port())
}

/// Starts the learners, and with `--auto` the instructor. They stop when the returned set is dropped.
fn spawn_people(app: &School, demo: &DemoSchool, options: &Options, server: SocketAddr) -> JoinSet<()> {
    let first = DemoSession::from(demo.session.clone());
    let (show, sessions) = watch::channel(first);
    let guests = Arc::new(GuestNames::default());
    let mut tasks = JoinSet::new();
    for _ in 0..options.learners {
        tasks.spawn(learner::run_learners(server, guests.clone(), sessions.clone()));
    }
    if options.auto {
        tasks.spawn(Teacher::new(app.clone(), caller(&demo.teacher), demo.course, sessions).teach());
    }
    tasks.spawn(announce_sessions(app.clone(), demo.course, show));
    tasks
}

/// Tells the learners which session the lecture's poster leads to, also if the person at the dashboard opens a new one.
async fn announce_sessions(app: School, course: i64, show: watch::Sender<DemoSession>) {
    loop {
        sleep(LOOKS_FOR_SESSION_EVERY).await;
        let Ok(Some(session)) = codes::open_of_course(&app, course).await else { continue };
        let session = DemoSession::from(session);
        show.send_if_modified(|shown| {
            let is_new = *shown != session;
            *shown = session;
            is_new
        });
    }
}
