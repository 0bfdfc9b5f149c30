//! `gyosil demo`: a session with simulated learners, to try the server out.
//!
//! The demo makes a school in a folder of its own, with an instructor, a lecture and an open session, all by the school's
//! own functions. The learners join over the network like anyone else, each on a real socket.

mod folder;
mod learner;
mod lecture;
mod phone;
mod teacher;
mod temper;
mod welcome;

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::app::School;
use crate::clock::spoken_code;
use crate::config::{Config, Signup};
use crate::error::{Error, Result};
use crate::listener::cannot_listen;
use crate::school::people::{self, NewPerson, Person};
use crate::school::rights::{Caller, Role};
use crate::school::sessions::{self, NewLiveSession, Session, codes};
use crate::{open, private, raise_file_limit, serve};

use folder::Folder;
use teacher::Teacher;
use temper::GuestNames;

#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// The number of simulated learners in the session
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(0..=500))]
    pub learners: u32,
    /// Also simulate the instructor: sessions start, go on, pause and end by themselves, one after the other
    #[arg(long)]
    pub auto: bool,
}

const TEACHER_NAME: &str = "박강사";
const TEACHER_EMAIL: &str = "teacher@gyosil.demo";
/// The default of `Config`.
const USUAL_DATA: &str = "./data";
const OWN_DATA: &str = "./gyosil-demo";
const USUAL_STUCK_AFTER_S: i64 = 60;
/// Short, since nobody watches a demo for minutes until a learner is stuck.
const STUCK_AFTER_S: i64 = 10;
const LOOKS_FOR_SESSION_EVERY: Duration = Duration::from_secs(1);

/// The session that all learners join at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
struct DemoSession {
    id: i64,
    code: String,
    key: String,
}

impl From<Session> for DemoSession {
    fn from(session: Session) -> DemoSession {
        DemoSession { id: session.id, code: session.code, key: session.key }
    }
}

/// The data that the demo makes before anyone joins.
struct DemoSchool {
    teacher: Person,
    password: String,
    course: i64,
    session: Session,
}

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
    if config.data == Path::new(USUAL_DATA) {
        config.data = OWN_DATA.into();
    }
    if config.clocks.stuck_after_s == USUAL_STUCK_AFTER_S {
        config.clocks.stuck_after_s = STUCK_AFTER_S;
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

async fn make_school(app: &School) -> Result<DemoSchool> {
    let password = spoken_code::<10>();
    let new = NewPerson {
        email: Some(TEACHER_EMAIL.into()),
        phone: None,
        password: Some(password.clone()),
        name: TEACHER_NAME.into(),
        role: Role::Instructor,
        age: None,
        digital_level: None,
    };
    let teacher = people::register(app, new, std::net::Ipv4Addr::LOCALHOST.into()).await?;
    let caller = caller(&teacher);
    let course = lecture::add(app, &caller).await?;
    let session = open_session(app, &caller, course).await?;
    Ok(DemoSchool { teacher, password, course, session })
}

/// Returns the instructor as a caller without a login, so that no login can end.
fn caller(teacher: &Person) -> Caller {
    Caller { id: teacher.id, role: Role::Instructor, login: 0, expires_ms: i64::MAX }
}

async fn open_session(app: &School, caller: &Caller, course: i64) -> Result<Session> {
    sessions::create(app, caller, course, NewLiveSession { title: None, scheduled_ms: None, class: None, number: None })
        .await
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
