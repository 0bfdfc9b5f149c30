//! A school with sessions under way, made once by one node, and copied for every run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use futures_util::future::join_all;
use serde_json::json;

use crate::harness::people::{PASSWORD, Person, Session};
use crate::harness::postgres::OwnServer;
use crate::harness::process::{self, Process};

pub const SESSIONS: usize = 10;
pub const STUDENTS_PER_SESSION: usize = 28;
const STEPS: usize = 12;

const FLAGS: &[&str] = &[
    "--rate-limits",
    "off",
    "--instructor-signup",
    "open",
    // All people come from one address.
    "--connections-per-address",
    "100000",
    "--access-ttl-s",
    "86400",
    "--ping-s",
    "3",
];

/// Someone who may open sockets and ask.
#[derive(Debug, Clone)]
pub struct Login {
    pub person: i64,
    pub token: String,
}

#[derive(Debug, Clone)]
pub struct Class {
    pub session: Session,
    pub steps: Vec<i64>,
    pub instructor: Login,
    pub students: Vec<Login>,
}

/// Data that the first node has stored.
pub struct Stored {
    pub postgres: PathBuf,
    pub classes: Vec<Class>,
}

/// The command of a node. All nodes share their secrets.
pub fn serve(database: &str, data: &Path, more: &[&str]) -> Command {
    let data = data.display().to_string();
    let words = ["serve", "--listen", "127.0.0.1:0", "--data", &data, "--database", database];
    let mut command = process::command(&[&words, FLAGS, more].concat());
    command.env("GYOSIL_LOG", "info,sqlx=warn");
    command.env("GYOSIL_JWT_SECRET", "the same secret for all nodes of this school");
    command.env("GYOSIL_CERTIFICATE_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    command
}

/// Makes the school at the first call.
pub fn stored() -> &'static Stored {
    static STORED: OnceLock<Stored> = OnceLock::new();
    STORED.get_or_init(|| {
        let making = std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(make())
        });
        making.join().expect("the school is made")
    })
}

async fn make() -> Stored {
    let postgres = OwnServer::starts();
    let database = postgres.new_database().await;
    let folder = tempfile::tempdir().unwrap();
    let node = Process::starts(serve(&database, folder.path(), &[])).unwrap();
    let nobody = Person::nobody_at(node.address);
    let mut classes = Vec::new();
    for n in 0..SESSIONS {
        classes.push(begin_class(&nobody, n).await);
    }
    assert_eq!(node.stops().0, Some(0));
    Stored { postgres: postgres.stops(), classes }
}

async fn begin_class(nobody: &Person, n: usize) -> Class {
    let email = format!("teacher{n}@example.com");
    let new = json!({ "email": email, "password": PASSWORD, "name": format!("강사{n}"), "role": "INSTRUCTOR" });
    nobody.post("/api/auth/register", new).await.is(201);
    let teacher = nobody.logs_in(&email, PASSWORD).await;
    let lecture = teacher.makes_lecture(&format!("강의{n}"), STEPS).await;
    let session = teacher.opens_session(&lecture).await;
    let joining = (0..STUDENTS_PER_SESSION).map(|s| {
        let session = &session;
        async move { nobody.joins_as_guest(session, &format!("학생{n}-{s}")).await }
    });
    let students = join_all(joining).await.iter().map(login).collect();
    teacher.starts(&session, lecture.steps[0]).await;
    Class { session, steps: lecture.steps, instructor: login(&teacher), students }
}

fn login(person: &Person) -> Login {
    Login { person: person.id, token: person.token.clone().unwrap() }
}
