//! Many at once, and one who does not listen.

use std::os::fd::AsRawFd;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use gyosil::school::sessions::codes::Invitation;
use gyosil::school::sessions::identity::NameConflict;
use gyosil::school::sessions::joining::{Guest, join_as_guest};
use serde_json::{Value, json};
use tokio::net::TcpSocket;
use tungstenite::client::IntoClientRequest;

use crate::harness::people::{Lecture, Person, Session};
use crate::harness::socket::Socket;
use crate::harness::{Backend, School, on, on_both};

async fn new_session(school: &School, steps: usize) -> (Person, Lecture, Session) {
    let teacher = school.teacher().await;
    let lecture = teacher.makes_lecture("카카오톡 기초", steps).await;
    let session = teacher.opens_session(&lecture).await;
    (teacher, lecture, session)
}

/// So many join through the school's own verb: the tokens that let them in.
pub async fn join(school: &School, code: &str, count: usize) -> Vec<String> {
    let mut tokens = Vec::with_capacity(count);
    for begin in (0..count).step_by(250) {
        let joining = (begin..count.min(begin + 250)).map(|n| async move {
            let guest = Guest {
                name: format!("학생{n}"),
                age: None,
                digital_level: None,
                if_name_is_here: NameConflict::Other,
            };
            let from = [127, 0, 0, 1].into();
            let typed = Invitation { code: code.to_owned(), key: None };
            join_as_guest(&school.app, &typed, guest, None, from).await.unwrap().2.access
        });
        tokens.extend(futures_util::future::join_all(joining).await);
    }
    tokens
}

/// So many join, and each opens a socket through the front door.
async fn crowd(school: &School, session: &Session, count: usize) -> Vec<Socket> {
    let mut phones = Vec::with_capacity(count);
    for tokens in join(school, &session.code, count).await.chunks(250) {
        let opening = tokens.iter().map(|token| async move {
            let path = format!("/ws/session/{}/student/", session.id);
            let mut phone = Socket::open(school.address, &path, Some(token)).await.unwrap();
            phone.receives("session_state").await;
            phone
        });
        phones.extend(futures_util::future::join_all(opening).await);
    }
    phones
}

fn a_room_of(count: usize, kept: Backend) {
    gyosil::raise_file_limit();
    on(kept, &["--access-ttl-s", "86400", "--ping-s", "300"], |school| async move {
        let (teacher, lecture, session) = new_session(&school, 6).await;
        let phones = crowd(&school, &session, count).await;
        teacher.starts(&session, lecture.steps[0]).await;
        // Nobody waits for anybody: all steps are pressed one after the other while the phones read.
        let presses = async {
            for step in &lecture.steps[1..] {
                teacher.moves_to(&session, *step).await;
            }
            teacher.presses(&session, "end").await.ok();
        };
        let mut reading: FuturesUnordered<_> = phones.into_iter().map(hears_all).collect();
        let reads = async {
            let mut whole = 0;
            while let Some(kinds) = reading.next().await {
                assert_eq!(kinds, 1 + (lecture.steps.len() - 1) + 1);
                whole += 1;
            }
            whole
        };
        let ((), whole) = tokio::join!(presses, reads);
        assert_eq!(whole, count);
    });
}

/// Every event of the students, chained by `prev`: how many there were.
async fn hears_all(mut phone: Socket) -> usize {
    let mut last = phone.received[0]["seq"].clone();
    let mut heard = 0;
    loop {
        let frame = phone.next().await.unwrap();
        if frame["type"] == "session_state" {
            panic!("nobody was slow");
        }
        assert_eq!(frame["prev"], last, "in order and without a hole");
        last = frame["seq"].clone();
        heard += 1;
        if frame["type"] == "session_ended" {
            return heard;
        }
    }
}

#[test]
fn five_thousand_follow_in_one_room() {
    a_room_of(5_000, Backend::Sqlite);
}

#[test]
fn a_thousand_follow_on_postgres_too() {
    a_room_of(1_000, Backend::Postgres);
}

#[test]
fn a_slow_reader_harms_nobody_and_gets_the_newest_state() {
    on_both(|school| async move {
        let (teacher, _, session) = new_session(&school, 0).await;
        let task = teacher
            .post(&format!("/api/lectures/{}/tasks", session.lecture), json!({ "title": "긴 안내" }))
            .await
            .is(201);
        let long = "가".repeat(2_000);
        let mut steps = Vec::new();
        for n in 0..2 {
            let step = json!({ "title": format!("{n}"), "guide_text": long, "voice_guide_text": long });
            let made = teacher.post(&format!("/api/tasks/{}/subtasks", task["id"]), step).await.is(201);
            steps.push(made["id"].as_i64().unwrap());
        }
        let (slow, quick) = (school.guest(&session, "느린 분").await, school.guest(&session, "빠른 분").await);
        let path = format!("/ws/session/{}/student/", session.id);
        let mut sleeper = opens_over_a_narrow_line(&school, &slow, &path).await;
        sleeper.receives("session_state").await;
        let mut reader = quick.follows(&session).await;
        reader.receives("session_state").await;
        teacher.starts(&session, steps[0]).await;
        let mut last = reader.receives("session_started").await["seq"].clone();
        // Twelve kilobytes a step: soon more than the kernel and the mailbox hold for one who does not read.
        let mut changed = 0;
        while school.app.metrics.mailbox_overflows.get() == 0 {
            changed += 1;
            assert!(changed <= 700, "the mailbox has a bound");
            teacher.moves_to(&session, steps[changed % 2]).await;
            let frame = reader.receives("step_changed").await;
            assert_eq!(frame["prev"], last);
            last = frame["seq"].clone();
        }
        let state = sleeper.waits_for("session_state").await;
        assert_eq!(state["seq"], last);
        // From there on it follows like everyone else.
        teacher.presses(&session, "end").await.ok();
        assert_eq!(sleeper.receives("session_ended").await["prev"], last);
        let kinds: Vec<&Value> = sleeper.received.iter().map(|f| &f["type"]).collect();
        assert!(kinds.len() < changed, "{} frames of {changed} steps", kinds.len());
    });
}

async fn watches_over_a_narrow_line(school: &School, teacher: &Person, session: &Session) -> Socket {
    opens_over_a_narrow_line(school, teacher, &format!("/ws/session/{}/instructor/", session.id)).await
}

/// Opens a socket over a line that takes little at once: what is larger than some ten kilobytes waits.
async fn opens_over_a_narrow_line(school: &School, person: &Person, path: &str) -> Socket {
    let tcp = TcpSocket::new_v4().unwrap();
    tcp.set_recv_buffer_size(4_096).unwrap();
    let segment_bytes: libc::c_int = 536;
    // SAFETY: the socket is open, and the value lives as long as the call.
    let set = unsafe {
        let (value, length) = ((&raw const segment_bytes).cast(), size_of_val(&segment_bytes) as libc::socklen_t);
        libc::setsockopt(tcp.as_raw_fd(), libc::IPPROTO_TCP, libc::TCP_MAXSEG, value, length)
    };
    assert_eq!(set, 0);
    let tcp = tcp.connect(school.address).await.unwrap();
    let mut request = format!("ws://{}{path}", school.address).into_client_request().unwrap();
    let token = person.token.as_ref().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    let (stream, _) = tokio_tungstenite::client_async(request, tcp).await.unwrap();
    Socket { stream, received: Vec::new(), wants_school_events: false }
}

#[test]
fn a_state_larger_than_the_mailbox_comes_once_and_then_the_events() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 2).await;
        join(&school, &session.code, 300).await;
        let mut board = watches_over_a_narrow_line(&school, &teacher, &session).await;
        let state = board.receives("session_state").await;
        assert_eq!(state["data"]["participants"].as_array().unwrap().len(), 300);
        assert!(state.to_string().len() > 64 * 1024, "it does not fit the mailbox");
        board.receives_nothing_more().await;
        teacher.starts(&session, lecture.steps[0]).await;
        assert_eq!(board.receives("session_started").await["seq"], state["seq"].as_i64().unwrap() + 1);
        teacher.moves_to(&session, lecture.steps[1]).await;
        board.receives("step_changed").await;
        board.receives_nothing_more().await;
    });
}

#[test]
fn a_slow_reader_who_asks_for_the_state_a_hundred_times_is_not_sent_a_hundred() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let tokens = join(&school, &session.code, 300).await;
        let path = format!("/ws/session/{}/student/", session.id);
        let mut phone = Socket::open(school.address, &path, Some(&tokens[0])).await.unwrap();
        phone.receives("session_state").await;
        let mut board = watches_over_a_narrow_line(&school, &teacher, &session).await;
        for _ in 0..100 {
            board.sends(json!({ "type": "resume", "data": { "seq": i64::MAX } })).await;
        }
        let start = json!({ "type": "start", "id": "s", "data": { "first_subtask_id": lecture.steps[0] } });
        board.sends(start).await;
        // Its words are heard one after the other: what came before this one has been dealt with.
        phone.receives("session_started").await;
        board.waits_for("reply").await;
        // The start itself, or a state that holds it.
        let is_started = |f: &Value| {
            f["type"] == "session_started" || f["type"] == "session_state" && f["data"]["status"] == "IN_PROGRESS"
        };
        if !board.received.iter().any(is_started) {
            board.waits_until("the start", is_started).await;
        }
        board.receives_nothing_more().await;
        // What waits in the kernel is not ours to count: a few.
        let states = board.received.iter().filter(|f| f["type"] == "session_state").count();
        assert!((2..10).contains(&states), "{states} states");
    });
}

#[test]
fn batches_stay_small_while_a_crowd_joins() {
    on_both(|school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let mut board = teacher.opens(&format!("/ws/session/{}/instructor/?batch=1", session.id)).await;
        board.receives("session_state").await;
        join(&school, &session.code, 500).await;
        let mut seqs: Vec<i64> = Vec::new();
        // Each comes, and is marked.
        while seqs.len() < 1_000 {
            let frame = board.next().await.unwrap();
            assert!(frame.to_string().len() < 33 * 1024, "{} bytes", frame.to_string().len());
            let frames = if frame["type"] == "batch" { frame["data"].as_array().unwrap().clone() } else { vec![frame] };
            seqs.extend(frames.iter().map(|f| f["seq"].as_i64().unwrap()));
        }
        assert_eq!(seqs, (1..=1_000).collect::<Vec<i64>>());
        assert!(board.received.len() < 250, "gathered all the same: {} frames", board.received.len());
    });
}

#[test]
fn a_token_that_expires_is_renewed_in_place_or_the_socket_closes() {
    on(Backend::Sqlite, &["--access-ttl-s", "100", "--ping-s", "1"], |school| async move {
        let (_, _, session) = new_session(&school, 1).await;
        let grandma = school.guest(&session, "김순자").await;
        let mut phone = grandma.follows(&session).await;
        let mut careless = school.guest(&session, "박영자").await.follows(&session).await;
        school.later(45);
        phone.waits_for("token_expiring").await;
        let renewed = grandma.refreshes().await;
        let reply = phone.asks(json!({ "type": "token", "data": { "access_token": renewed.token } })).await;
        assert_eq!(reply["type"], "reply", "{reply}");
        let stranger = school.guest(&session, "이말순").await;
        let refused = phone.asks(json!({ "type": "token", "data": { "access_token": stranger.token } })).await;
        assert_eq!(refused["error"]["code"], "FORBIDDEN");
        school.later(60);
        careless.waits_for("token_expiring").await;
        assert_eq!(careless.ends().await.code, 4401);
        phone.receives_only("token_expiring").await;
    });
}

#[test]
fn a_dead_peer_is_noticed_by_its_silence() {
    on(Backend::Sqlite, &["--ping-s", "1"], |school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let mut board = teacher.watches(&session).await;
        let grandma = school.guest(&session, "김순자").await;
        // Never read again, so that not even a pong is sent.
        let silent = grandma.follows(&session).await;
        let gone = board.waits_for("student_disconnected").await;
        assert_eq!(gone["data"]["user_id"], grandma.id);
        drop(silent);
        tokio::time::timeout(Duration::from_secs(20), board.asks(json!({ "type": "ping" }))).await.unwrap();
    });
}
