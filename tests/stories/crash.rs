//! The power fails, callers hang up, the server leaves: nothing that was acknowledged is lost.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::harness::people::{PASSWORD, Person, Session};
use crate::harness::process::{Process, runs};
use crate::harness::socket::Socket;
use crate::harness::{Backend, PATIENCE, on_both, postgres, until};

const FLAGS: &[&str] = &["--rate-limits", "off", "--presence-grace-ms", "300", "--instructor-signup", "open"];

/// Tells a story of the program itself, over a database that outlives it.
pub fn over_both<F: Future<Output = ()>>(story: impl Fn(tempfile::TempDir, String) -> F) {
    for kept in [Backend::Sqlite, Backend::Postgres] {
        println!("kept {kept:?}");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let database = match kept {
                Backend::Sqlite => format!("sqlite:{}", folder.path().join("school.db").display()),
                Backend::Postgres => postgres::new_database().await,
            };
            story(folder, database.clone()).await;
            if kept == Backend::Postgres {
                postgres::drop_database(&database).await;
            }
        });
    }
}

pub async fn teacher_of(server: &Process) -> Person {
    let new = json!({ "email": "t@example.com", "password": PASSWORD, "name": "박강사", "role": "INSTRUCTOR" });
    let nobody = Person::nobody_at(server.address);
    nobody.post("/api/auth/register", new).await.is(201);
    nobody.logs_in("t@example.com", PASSWORD).await
}

/// Reads what comes until the socket ends, and keeps it.
fn listens(mut socket: Socket) -> tokio::task::JoinHandle<Vec<Value>> {
    tokio::spawn(async move {
        socket.ends().await;
        socket.received
    })
}

#[test]
fn a_kill_during_a_session_loses_nothing_that_was_acknowledged() {
    over_both(|folder, database| async move {
        let server = Process::serves(folder.path(), &database, FLAGS);
        let teacher = teacher_of(&server).await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 30).await;
        let session = teacher.opens_session(&lecture).await;
        let grandma = Person::nobody_at(server.address).joins_as_guest(&session, "김순자").await;
        let phone = listens(grandma.follows(&session).await);
        teacher.starts(&session, lecture.steps[0]).await;

        let acknowledged = Arc::new(Mutex::new(Vec::new()));
        let crowd: Vec<_> = (0..6)
            .map(|n| works(server.address, session.clone(), n, lecture.steps.clone(), acknowledged.clone()))
            .map(tokio::spawn)
            .collect();
        let moves = tokio::spawn(moves_on(teacher.clone(), session.clone(), lecture.steps.clone()));
        crate::harness::until("a good many writes", async || (acknowledged.lock().unwrap().len() > 40).then_some(()))
            .await;
        server.loses_power();
        let last_step = moves.await.unwrap();
        for student in crowd {
            let _ = student.await;
        }
        let heard = phone.await.unwrap();

        let server = Process::serves(folder.path(), &database, FLAGS);
        let teacher = teacher.at(server.address);
        let acknowledged = acknowledged.lock().unwrap().clone();
        for (person, step) in acknowledged {
            let path = format!("/api/progress/users/{person}/lectures/{}", lecture.id);
            let progress = teacher.get(&path).await.ok();
            let line = progress["progress"].as_array().unwrap().iter().find(|l| l["subtask_id"] == step).unwrap();
            assert_eq!(line["status"], "COMPLETED", "acknowledged to {person}");
        }
        resumes_whole(&teacher, &grandma.at(server.address), &session, heard, last_step).await;
    });
}

/// A student who finishes step after step until the server is gone.
async fn works(
    address: std::net::SocketAddr,
    session: Session,
    n: usize,
    steps: Vec<i64>,
    acknowledged: Arc<Mutex<Vec<(i64, i64)>>>,
) {
    let student = Person::nobody_at(address).joins_as_guest(&session, &format!("학생{n}")).await;
    let http = reqwest::Client::new();
    for step in steps {
        let request = http
            .post(format!("http://{address}/api/progress/update"))
            .bearer_auth(student.token.as_ref().unwrap())
            .json(&json!({ "subtask_id": step, "status": "COMPLETED" }));
        match request.send().await {
            Ok(response) if response.status() == 200 => acknowledged.lock().unwrap().push((student.id, step)),
            _ => return,
        }
    }
}

/// The last step that was acknowledged to the instructor.
async fn moves_on(teacher: Person, session: Session, steps: Vec<i64>) -> i64 {
    let http = reqwest::Client::new();
    let mut last = steps[0];
    for step in steps.iter().cycle().skip(1).take(10_000) {
        let request = http
            .post(format!("{}/api/sessions/{}/next-step", teacher.base(), session.id))
            .bearer_auth(teacher.token.as_ref().unwrap())
            .json(&json!({ "next_subtask_id": step }));
        match request.send().await {
            Ok(response) if response.status() == 200 => last = *step,
            _ => break,
        }
    }
    last
}

/// What the phone heard before and what it hears by `since` is the whole log of the students, once each.
async fn resumes_whole(teacher: &Person, grandma: &Person, session: &Session, heard: Vec<Value>, last_step: i64) {
    let current = teacher.get(&format!("/api/sessions/{}/current", session.id)).await.ok();
    let after_last = |events: &Vec<Value>| {
        let at = events.iter().rposition(|e| e["data"]["current_subtask"]["id"] == last_step);
        at.is_some_and(|at| events.len() - at <= 2)
    };
    let known = heard.last().unwrap()["seq"].clone();
    let mut phone = grandma.opens(&format!("/ws/session/{}/student/?since={known}", session.id)).await;
    teacher.presses(session, "end").await.ok();
    phone.waits_for("session_ended").await;
    let log = teacher.get(&format!("/api/sessions/{}/events?limit=1000", session.id)).await.ok();
    let students = ["session_started", "step_changed", "session_ended"];
    let log: Vec<Value> = log["events"].as_array().unwrap().clone();
    let expected: Vec<i64> = log
        .iter()
        .filter(|e| students.contains(&e["type"].as_str().unwrap()))
        .map(|e| e["seq"].as_i64().unwrap())
        .collect();
    let frames = heard.iter().chain(&phone.received).filter(|f| f["type"] != "session_state");
    let got: Vec<i64> = frames.filter_map(|f| f["seq"].as_i64()).collect();
    let skipped = expected.iter().position(|seq| Some(seq) == got.first()).unwrap();
    assert_eq!(got, expected[skipped..], "no hole and no double");
    let moved: Vec<Value> =
        log.into_iter().filter(|e| e["type"] == "step_changed" || e["type"] == "session_started").collect();
    assert!(after_last(&moved), "the acknowledged step {last_step} is in the log: {current}");
}

#[test]
fn callers_who_hang_up_in_the_middle_lose_no_committed_event() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 2).await;
        let session = teacher.opens_session(&lecture).await;
        teacher.starts(&session, lecture.steps[0]).await;
        let mut board = teacher.watches(&session).await;
        let mut last = board.receives("session_state").await["seq"].as_i64().unwrap();
        for n in 0..120_usize {
            let body = format!(r#"{{"next_subtask_id":{}}}"#, lecture.steps[(n + 1) % 2]);
            let head = format!(
                "POST /api/sessions/{}/next-step HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
                 content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                session.id,
                teacher.token.as_ref().unwrap(),
                body.len()
            );
            let mut tcp = tokio::net::TcpStream::connect(school.address).await.unwrap();
            tcp.write_all(head.as_bytes()).await.unwrap();
            // Gone at some moment of the work: before it, in it, after the commit.
            tokio::time::sleep(Duration::from_micros(n as u64 * 3_911 % 64_000)).await;
        }
        // The end is the last event; everything before it has come, in order.
        teacher.presses(&session, "end").await.ok();
        loop {
            let frame = board.next().await.unwrap();
            last += 1;
            assert_eq!(frame["seq"], last, "a hole before {frame}");
            if frame["type"] == "session_ended" {
                break;
            }
        }
        let log = teacher.get(&format!("/api/sessions/{}/events?limit=1000", session.id)).await.ok();
        assert_eq!(log["last_seq"], last);
        assert!(last > 10, "some presses were committed: {last}");
    });
}

#[test]
fn a_server_that_leaves_says_when_to_come_back() {
    over_both(|folder, database| async move {
        let server = Process::serves(folder.path(), &database, FLAGS);
        let teacher = teacher_of(&server).await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let session = teacher.opens_session(&lecture).await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let stopping = tokio::task::spawn_blocking(move || server.stops());
        let closed = board.ends().await;
        assert_eq!(closed.code, 1012);
        let reason: Value = serde_json::from_str(&closed.reason).unwrap();
        assert!((250..6_000).contains(&reason["retry_after_ms"].as_i64().unwrap()));
        let (code, took) = stopping.await.unwrap();
        assert_eq!(code, Some(0));
        assert!(took < Duration::from_secs(10), "it took {took:?}");
    });
}

#[test]
fn people_are_added_while_the_server_makes_its_tables() {
    over_both(|folder, database| async move {
        let database = if database.starts_with("sqlite:") { database } else { postgres::empty_database().await };
        let data = folder.path().display().to_string();
        let file = std::path::PathBuf::from(database.trim_start_matches("sqlite:"));
        let is_sqlite = database.starts_with("sqlite:");
        let add = |n: usize| {
            // Without the file there is no school yet.
            let patience = Instant::now() + PATIENCE;
            while is_sqlite && !file.exists() {
                assert!(Instant::now() < patience, "the server made no file");
                std::thread::sleep(Duration::from_millis(1));
            }
            let email = format!("a{n}@example.com");
            let words = ["user", "add", "--email", &email, "--name", "관리자", "--role", "ADMIN", "--password-stdin"];
            runs(&[&words[..], &["--data", &data, "--database", &database]].concat(), "a good password\n")
        };
        let (server, added) = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..6).map(|n| scope.spawn(move || add(n))).collect();
            let server = Process::serves(folder.path(), &database, FLAGS);
            (server, threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>())
        });
        for (n, added) in added.iter().enumerate() {
            assert!(added.status.success(), "{added:?}");
            let email = format!("a{n}@example.com");
            Person::nobody_at(server.address).logs_in(&email, "a good password").await;
        }
    });
}

#[test]
fn people_are_added_and_backed_up_beside_a_running_server() {
    over_both(|folder, database| async move {
        let server = Process::serves(folder.path(), &database, FLAGS);
        assert!(server.said.contains("Gyosil is open at"), "{}", server.said);
        let data = folder.path().display().to_string();
        let place = ["--data", &data, "--database", &database];
        let add =
            ["user", "add", "--email", "a@example.com", "--name", "관리자", "--role", "ADMIN", "--password-stdin"];
        let added = runs(&[&add[..], &place].concat(), "a good password\n");
        assert!(added.status.success(), "{added:?}");
        let printed: Value = serde_json::from_slice(&added.stdout).unwrap();
        let admin = Person::nobody_at(server.address).logs_in("a@example.com", "a good password").await;
        assert_eq!(printed["id"], admin.id);
        let twice = runs(&[&add[..], &place].concat(), "a good password\n");
        assert_eq!((twice.status.code(), String::from_utf8_lossy(&twice.stderr).lines().count()), (Some(1), 1));
        let password = ["user", "password", "--email", "a@example.com", "--password-stdin"];
        assert!(runs(&[&password[..], &place].concat(), "another password\n").status.success());
        admin.get("/api/auth/me").await.refused(401, "LOGIN_ENDED");
        Person::nobody_at(server.address).logs_in("a@example.com", "another password").await;
        if database.starts_with("sqlite:") {
            let copy = folder.path().join("copy.db").display().to_string();
            let backed_up = runs(&[&["backup", &copy], &place[..]].concat(), "");
            assert!(String::from_utf8_lossy(&backed_up.stdout).contains(&copy), "{backed_up:?}");
            let nowhere = folder.path().join("mistyped").display().to_string();
            let other = folder.path().join("other.db").display().to_string();
            let refused = runs(&["backup", &other, "--data", &nowhere], "");
            assert_eq!(refused.status.code(), Some(1), "{refused:?}");
            assert!(!std::path::Path::new(&nowhere).exists() && !std::path::Path::new(&other).exists());
            let copied = Process::serves(&folder.path().join("elsewhere"), &format!("sqlite:{copy}"), FLAGS);
            Person::nobody_at(copied.address).logs_in("a@example.com", "another password").await;
        }
    });
}

#[test]
fn the_printed_command_adds_the_first_administrator() {
    over_both(|folder, database| async move {
        let server = Process::serves(folder.path(), &database, FLAGS);
        let line = until("the command", async || {
            let all = server.all_output();
            all.lines().find_map(|line| line.trim().strip_prefix("gyosil ").map(str::to_owned))
        })
        .await;
        // No name and no path of this test has a quote or a space in it.
        let line = line.replace("'Your name'", "관리자").replace(":PASSWORD@", &password_in(&database));
        let mut words: Vec<&str> = line.split(' ').map(|word| word.trim_matches('\'')).collect();
        words.push("--password-stdin");
        let added = runs(&words, "a good password\n");
        assert!(added.status.success(), "{line}: {added:?}");
        Person::nobody_at(server.address).logs_in("you@example.com", "a good password").await;
    });
}

/// Returns the password of a database's address as it stands between user and host.
fn password_in(database: &str) -> String {
    let login = database.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@')).map_or("", |(login, _)| login);
    login.split_once(':').map_or("@".into(), |(_, password)| format!(":{password}@"))
}

#[test]
fn the_help_of_a_command_lists_its_own_options() {
    let help = |words: &[&str]| String::from_utf8(runs(&[words, &["--help"]].concat(), "").stdout).unwrap();
    for words in [&["user", "add"][..], &["user", "password"], &["backup"]] {
        let text = help(words);
        assert!(text.contains("--data") && text.contains("--database"), "{text}");
        assert!(!text.contains("--tls-cert") && !text.contains("--ping-s"), "{text}");
    }
    let demo = help(&["demo"]);
    assert!(demo.contains("--learners") && demo.contains("[default: ./gyosil-demo]"), "{demo}");
    assert!(!demo.contains("--tls-cert") && !demo.contains("./data"), "{demo}");
    let secret = std::process::Command::new(env!("CARGO_BIN_EXE_gyosil"))
        .args(["serve", "--help"])
        .env("GYOSIL_PORTONE_SECRET", "0123456789")
        .output();
    let shown = String::from_utf8(secret.unwrap().stdout).unwrap();
    assert!(shown.contains("GYOSIL_PORTONE_SECRET") && !shown.contains("0123456789"), "{shown}");
    let serve = help(&["serve"]);
    assert!(serve.contains("--tls-cert") && serve.contains("[default: ./data]"), "{serve}");
}

#[test]
fn a_demo_uses_the_folder_that_it_is_given() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/letter.txt"), "dear").unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_gyosil"));
    command.current_dir(&folder).args(["demo", "--data", "./data", "--listen", "127.0.0.1:0"]);
    let refused = command.output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("./data is not empty"), "{said}");
    assert!(!folder.path().join("gyosil-demo").exists());
}

#[test]
fn a_bad_value_is_one_clear_line() {
    for (words, named) in [
        (&["serve", "--listen", "nowhere"][..], "--listen"),
        (&["serve", "--listen", "8081"], "such as 0.0.0.0:8080"),
        (&["serve", "--metrics-listen", "9090"], "such as 0.0.0.0:8080"),
        (&["serve", "--database", "mysql://x"], "--database"),
        (&["serve", "--timezone", "Mars/Olympus"], "--timezone"),
        (&["serve", "--redis", "redis.example.com:6379"], "--redis"),
        (&["serve", "--redis", "redis://127.0.0.1"], "needs a --database (GYOSIL_DATABASE) at postgres://…"),
        (&["serve", "--redis", "redis://127.0.0.1", "--database", "postgres://localhost/x"], "needs GYOSIL_JWT_SECRET"),
        (
            &[
                "serve",
                "--redis",
                "redis://127.0.0.1",
                "--database",
                "postgres://localhost/x",
                "--jwt-secret",
                "a secret of 32 characters or more",
            ],
            "needs GYOSIL_CERTIFICATE_KEY",
        ),
        (&["move", "--to", "sqlite:other.db"], "--to"),
        (&["serve", "--ping-s", "0"], "--ping-s"),
        (&["serve", "--public-url", "http://"], "--public-url"),
        (&["serve", "--cors-origins", "*"], "--cors-origins"),
        (&["serve", "--cors-origins", "https://a.example.com/path"], "--cors-origins"),
        (&["serve", "--trusted-proxies", "nobody"], "--trusted-proxies"),
        (&["serve", "--jwt-secret", "0123456789"], "--jwt-secret"),
        (&["serve", "--tls-cert", "a.pem"], "--tls-key"),
        (&["serve", "--payments", "portone-v1", "--portone-secret", "0123456789"], "GYOSIL_PORTONE_KEY"),
        (&["serve", "--payments", "portone-v2", "--portone-secret", "0123456789"], "GYOSIL_PORTONE_WEBHOOK_SECRET"),
        (
            &[
                "serve",
                "--payments",
                "portone-v2",
                "--portone-secret",
                "0123456789",
                "--portone-webhook-secret",
                "whsec_!",
            ],
            "whsec_ and base64",
        ),
        (
            &["serve", "--payments", "portone-v1", "--portone-key", "key", "--portone-secret", "0123456789"],
            "GYOSIL_PORTONE_STORE",
        ),
        (&["serve", "--portone-secret", "0123456789 and more"], "one line of ASCII"),
        (&["serve", "--portone-secret", "@/nowhere/at/all"], "--portone-secret"),
        (&["serve", "--portone-url", "http://api.iamport.kr"], "--portone-url"),
        (&["serve", "--school-logo", "nowhere/logo.png"], "--school-logo"),
        (&["user", "add", "--name", "x", "--role", "KING", "--email", "a@b.c"], "--role"),
        (&["dance"], "dance"),
    ] {
        let refused = runs(words, "");
        let said = String::from_utf8(refused.stderr).unwrap();
        assert_eq!((refused.status.code(), said.lines().count()), (Some(2), 1), "{said}");
        assert!(said.contains(named), "{said}");
        assert!(!said.contains("0123456789"), "a secret is not repeated: {said}");
    }
    let document: Value = serde_json::from_slice(&runs(&["openapi"], "").stdout).unwrap();
    assert!(document["paths"]["/api/lectures"].is_object());
}
