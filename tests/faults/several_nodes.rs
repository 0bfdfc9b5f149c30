//! Two nodes of a school: what happens on the one reaches the sockets of the other, in order and once, with Redis and without it.

use std::time::{Duration, Instant};

use gyosil::failures::{Account, Attempts};
use serde_json::json;
use sqlx::{Connection, Executor, PgConnection};

use crate::harness::nodes::{Nodes, on_two_nodes, on_two_nodes_of_a_cluster};
use crate::harness::people::{Lecture, PASSWORD, Person, Session};
use crate::harness::redis::Redis;
use crate::harness::socket::Socket;
use crate::harness::{School, until};

/// A second, and what a busy machine takes.
const SECOND: Duration = Duration::from_millis(2_500);

pub struct Class {
    pub teacher: Person,
    pub lecture: Lecture,
    pub session: Session,
}

/// A session that runs, whose teacher is at the first node.
pub async fn class(school: &School) -> Class {
    let teacher = school.teacher().await;
    let lecture = teacher.makes_lecture("카카오톡 기초", 8).await;
    let session = teacher.opens_session(&lecture).await;
    teacher.starts(&session, lecture.steps[0]).await;
    Class { teacher, lecture, session }
}

/// A guest of the session whose phone is at this node.
pub async fn follower(class: &Class, at: &School, name: &str) -> (Person, Socket) {
    let guest = at.guest(&class.session, name).await;
    let mut phone = guest.follows(&class.session).await;
    phone.receives("session_state").await;
    (guest, phone)
}

/// Moves through the steps, and checks that the sockets hear each once and in order.
pub async fn moves_are_heard(class: &Class, steps: &[i64], sockets: &mut [&mut Socket]) {
    for step in steps {
        class.teacher.moves_to(&class.session, *step).await;
    }
    for socket in sockets {
        for step in steps {
            let moved = socket.waits_for("step_changed").await;
            assert_eq!(moved["data"]["current_subtask"]["id"], *step);
        }
    }
}

pub fn no_event_came_twice(socket: &Socket) {
    let numbers: Vec<i64> = socket.received.iter().filter_map(|frame| frame["seq"].as_i64()).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
}

#[test]
fn a_command_on_one_node_reaches_the_sockets_of_the_other_in_order() {
    on_two_nodes(&[], |nodes| async move {
        let class = class(&nodes.a).await;
        let (_, mut here) = follower(&class, &nodes.a, "김순자").await;
        let (_, mut there) = follower(&class, &nodes.b, "이영희").await;
        let mut board = class.teacher.at(nodes.b.address).watches(&class.session).await;
        board.receives("session_state").await;
        moves_are_heard(&class, &class.lecture.steps[1..4], &mut [&mut here, &mut there, &mut board]).await;
        // While Redis is away it takes a moment longer, and when it is back nothing comes twice.
        nodes.lose_redis().await;
        let since = Instant::now();
        moves_are_heard(&class, &class.lecture.steps[4..6], &mut [&mut here, &mut there, &mut board]).await;
        assert!(since.elapsed() < 2 * SECOND, "{:?}", since.elapsed());
        nodes.redis.starts_again();
        nodes.hear_each_other().await;
        moves_are_heard(&class, &class.lecture.steps[6..], &mut [&mut here, &mut there, &mut board]).await;
        [&here, &there, &board].into_iter().for_each(no_event_came_twice);
    });
}

#[test]
fn events_come_at_once_through_redis() {
    on_two_nodes(&[], |nodes| async move {
        let class = class(&nodes.a).await;
        let (_, mut there) = follower(&class, &nodes.b, "이영희").await;
        let gaps = nodes.b.app.metrics.gaps_read.get();
        let since = Instant::now();
        moves_are_heard(&class, &class.lecture.steps[1..], &mut [&mut there]).await;
        println!("seven moves in {:?}", since.elapsed());
        // A look at the log may have come between a commit and its message.
        assert!(nodes.b.app.metrics.gaps_read.get() - gaps <= 2, "most came through Redis");
        assert!(nodes.b.app.metrics.bus_received.get() > 0);
    });
}

#[test]
fn nodes_hear_each_other_through_a_cluster_whose_slots_move() {
    on_two_nodes_of_a_cluster(|nodes| async move {
        let class = class(&nodes.a).await;
        let (_, mut there) = follower(&class, &nodes.b, "이영희").await;
        let received = || nodes.b.app.metrics.bus_received.get();
        let before = received();
        moves_are_heard(&class, &class.lecture.steps[1..4], &mut [&mut there]).await;
        assert!(received() > before);
        let of_room = format!("*:s{}", class.session.id);
        let heard_at = |master: usize| nodes.cluster.masters[master].asks(&["PUBSUB", "SHARDCHANNELS", &of_room]);
        let (owner, channel) = (0..3).map(|n| (n, heard_at(n))).find(|(_, channel)| !channel.is_empty()).unwrap();
        let other = (owner + 1) % 3;
        nodes.cluster.moves_slot(nodes.cluster.slot_of(&channel), other);
        moves_are_heard(&class, &class.lecture.steps[4..6], &mut [&mut there]).await;
        until("the new master has the channel", async || (heard_at(other) == channel).then_some(())).await;
        moves_are_heard(&class, &class.lecture.steps[6..], &mut [&mut there]).await;
        no_event_came_twice(&there);
    });
}

#[test]
fn a_frozen_redis_makes_nobody_miss_anything() {
    on_two_nodes(&[], |nodes| async move {
        let class = class(&nodes.a).await;
        let (_, mut there) = follower(&class, &nodes.b, "이영희").await;
        nodes.redis.freezes();
        let since = Instant::now();
        // At first both believe that Redis is there.
        moves_are_heard(&class, &class.lecture.steps[1..3], &mut [&mut there]).await;
        assert!(since.elapsed() < 2 * SECOND, "{:?}", since.elapsed());
        until("it misses Redis", async || nodes.b.app.bus.is_degraded().then_some(())).await;
        moves_are_heard(&class, &class.lecture.steps[3..5], &mut [&mut there]).await;
        nodes.redis.thaws();
        nodes.hear_each_other().await;
        moves_are_heard(&class, &class.lecture.steps[5..], &mut [&mut there]).await;
        no_event_came_twice(&there);
    });
}

/// Each way in which people lose the right to their sockets, done at the first node while the sockets are at the other.
async fn closings_reach_the_other_node(nodes: &Nodes, class: &Class, admin: &Person) {
    let at_b = |person: &Person| person.at(nodes.b.address);
    let ends_with = async |phone: &mut Socket, code: u16, since: Instant, why: &str| {
        assert_eq!(phone.ends().await.code, code, "{why}");
        println!("{why}: closed after {:?}", since.elapsed());
        assert!(since.elapsed() < SECOND, "{why}: closed after {:?}", since.elapsed());
    };
    let name = |what: &str| format!("{what} {}", rand_word());

    let (removed, mut phone) = follower(class, &nodes.b, &name("김순자")).await;
    let path = format!("/api/sessions/{}/participants/{}/remove", class.session.id, removed.id);
    let since = Instant::now();
    class.teacher.post(&path, json!({})).await.ok();
    ends_with(&mut phone, 4403, since, "removed").await;

    let email = format!("{}@example.com", rand_word());
    let student = nodes.a.registers("STUDENT", "이학생", &email).await;
    student.joins(&class.session).await;
    let other_phone = nodes.b.nobody().logs_in(&email, PASSWORD).await;
    let mut phone = other_phone.follows(&class.session).await;
    phone.receives("session_state").await;
    let mut own = at_b(&student).opens(&format!("/ws/help/{}", student.id)).await;
    let since = Instant::now();
    let new = json!({ "password": "another password", "current_password": PASSWORD });
    let changed = student.put("/api/auth/me", new).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    ends_with(&mut phone, 4401, since, "signed out everywhere").await;
    assert_eq!(own.asks(json!({ "type": "ping" })).await["type"], "reply", "this login goes on");

    let path = format!("/api/admin/people/{}/role", student.id);
    let since = Instant::now();
    admin.patch(&path, json!({ "role": "INSTRUCTOR" })).await.ok();
    ends_with(&mut own, 4401, since, "another role").await;

    let (erased, mut phone) = follower(class, &nodes.b, &name("박영수")).await;
    let since = Instant::now();
    admin.post(&format!("/api/admin/people/{}/erase", erased.id), json!({})).await.is(204);
    ends_with(&mut phone, 4401, since, "erased").await;
}

fn rand_word() -> String {
    format!("{:x}", u64::from_le_bytes(gyosil::clock::random_bytes()))
}

#[test]
fn sockets_without_a_right_are_closed_on_the_other_node_within_a_second() {
    on_two_nodes(&[], |nodes| async move {
        let class = class(&nodes.a).await;
        let admin = nodes.a.admin().await;
        closings_reach_the_other_node(&nodes, &class, &admin).await;
        nodes.lose_redis().await;
        closings_reach_the_other_node(&nodes, &class, &admin).await;
    });
}

#[test]
fn sockets_opened_after_leaving_are_closed_when_their_person_returns_at_another_node() {
    on_two_nodes(&[], |nodes| async move {
        let class = class(&nodes.a).await;
        let student = nodes.a.student("김학생").await;
        student.joins(&class.session).await;
        for is_redis_there in [true, false] {
            if !is_redis_there {
                nodes.lose_redis().await;
            }
            let mut before = student.at(nodes.b.address).follows(&class.session).await;
            before.receives("session_state").await;
            student.post(&format!("/api/sessions/{}/leave", class.session.id), json!({})).await.ok();
            assert_eq!(before.ends().await.code, 1000);
            let mut phone = student.at(nodes.b.address).follows(&class.session).await;
            phone.receives("session_state").await;
            student.joins(&class.session).await;
            assert_eq!(phone.ends().await.code, 1012, "with Redis: {is_redis_there}");
        }
    });
}

#[test]
fn a_socket_opened_after_its_person_left_at_another_node_is_told_to_come_back_at_most() {
    on_two_nodes(&[], |nodes| async move {
        let class = class(&nodes.a).await;
        let student = nodes.a.student("김학생").await;
        student.joins(&class.session).await;
        // The other node hears of it by looking at the database.
        nodes.lose_redis().await;
        student.post(&format!("/api/sessions/{}/leave", class.session.id), json!({})).await.ok();
        let mut phone = student.at(nodes.b.address).follows(&class.session).await;
        student.joins(&class.session).await;
        assert_eq!(phone.ends().await.code, 1012);
    });
}

#[test]
fn a_help_answer_reaches_its_person_on_the_other_node_once() {
    on_two_nodes(&[], |nodes| async move {
        let class = class(&nodes.a).await;
        let (guest, mut phone) = follower(&class, &nodes.b, "김순자").await;
        let request = guest.asks_for_help(class.lecture.steps[0]).await;
        phone.waits_for("HELP_AVAILABLE").await;
        let respond = format!("/api/help/request/{request}/respond");
        let answer = |text: &str| json!({ "help_type": "TEXT", "help_content": text, "voice_guide_text": text });
        for (n, text) in ["위쪽을 누르세요", "아래쪽을 누르세요", "제가 갈게요"].into_iter().enumerate()
        {
            if n == 1 {
                nodes.lose_redis().await;
            }
            if n == 2 {
                nodes.redis.starts_again();
                nodes.hear_each_other().await;
            }
            class.teacher.post(&respond, answer(text)).await.ok();
            let heard = phone.waits_for("HELP_AVAILABLE").await;
            assert_eq!(heard["help_response"]["help_content"], text, "{heard}");
        }
        // Several looks at the database later, it has still come once.
        let looks = Instant::now() + Duration::from_secs(3);
        until("time for a second copy", async || (Instant::now() > looks).then_some(())).await;
        phone.receives_nothing_more().await;
    });
}

#[test]
fn a_newer_socket_of_a_device_replaces_the_older_one_on_the_other_node() {
    on_two_nodes(&[], |nodes| async move {
        let class = class(&nodes.a).await;
        let guest = nodes.a.guest(&class.session, "김순자").await;
        for is_redis_there in [true, false] {
            if !is_redis_there {
                nodes.lose_redis().await;
            }
            for path in [format!("/ws/session/{}/student/", class.session.id), format!("/ws/help/{}", guest.id)] {
                let rows = async || {
                    let rows: Vec<(i64,)> = nodes.a.app.db.all("select id from node_messages", vec![]).await.unwrap();
                    rows.len()
                };
                let opens = async |node: &School, device: &str| {
                    let (path, before) = (format!("{path}?device={device}{is_redis_there}"), rows().await);
                    let mut socket = guest.at(node.address).opens(&path).await;
                    assert_eq!(socket.asks(json!({ "type": "ping" })).await["type"], "reply");
                    until("it is announced", async || (rows().await > before).then_some(())).await;
                    socket
                };
                let mut other = opens(&nodes.a, "other").await;
                let mut first = opens(&nodes.a, "phone").await;
                let since = Instant::now();
                let mut second = opens(&nodes.b, "phone").await;
                assert_eq!(first.ends().await.code, 4409);
                assert!(since.elapsed() < SECOND, "{path}: {:?}", since.elapsed());
                let mut third = opens(&nodes.a, "phone").await;
                assert_eq!(second.ends().await.code, 4409);
                for socket in [&mut other, &mut third] {
                    assert_eq!(socket.asks(json!({ "type": "ping" })).await["type"], "reply", "{path}");
                }
            }
        }
    });
}

#[test]
fn what_was_committed_and_never_published_is_found() {
    on_two_nodes(&[], |nodes| async move {
        let class = class(&nodes.a).await;
        let elsewhere = Redis::starts();
        let mute = nodes.a.another_node_at(&elsewhere).await;
        let (guest, mut phone) = follower(&class, &nodes.b, "김순자").await;
        let teacher = class.teacher.at(mute.address);
        let since = Instant::now();
        for step in &class.lecture.steps[1..4] {
            teacher.moves_to(&class.session, *step).await;
        }
        for step in &class.lecture.steps[1..4] {
            assert_eq!(phone.waits_for("step_changed").await["data"]["current_subtask"]["id"], *step);
        }
        println!("found after {:?}", since.elapsed());
        no_event_came_twice(&phone);
        let path = format!("/api/sessions/{}/participants/{}/remove", class.session.id, guest.id);
        teacher.post(&path, json!({})).await.ok();
        assert_eq!(phone.ends().await.code, 4403);
    });
}

#[test]
fn dashboards_hear_the_other_node_and_fetch_anew_after_an_interruption() {
    on_two_nodes(&[], |nodes| async move {
        let class = class(&nodes.a).await;
        let (guest, _phone) = follower(&class, &nodes.a, "김순자").await;
        let teacher = class.teacher.at(nodes.b.address);
        let mut board = teacher.opens(&format!("/ws/dashboard/lecture/{}/", class.lecture.id)).await;
        let mut desk = teacher.opens("/ws/dashboard/help-requests/").await;
        until("the board's channel is heard", async || {
            let channels = nodes.redis.asks(&["PUBSUB", "CHANNELS", &format!("*:b{}", class.lecture.id)]);
            (!channels.is_empty()).then_some(())
        })
        .await;
        guest.finishes(class.lecture.steps[0]).await;
        board.waits_for("progress_update").await;
        nodes.redis.cuts_subscribers();
        board.waits_for("resync").await;
        desk.waits_for("resync").await;
        // While Redis is away, dashboards fetch anew each second.
        nodes.lose_redis().await;
        for _ in 0..2 {
            board.waits_for("resync").await;
            desk.waits_for("resync").await;
        }
    });
}

#[test]
fn dashboards_fetch_anew_when_another_node_could_not_send() {
    on_two_nodes(&[], |nodes| async move {
        let class = class(&nodes.a).await;
        let elsewhere = Redis::starts();
        let mute = nodes.a.another_node_at(&elsewhere).await;
        let (guest, _phone) = follower(&class, &mute, "김순자").await;
        let teacher = class.teacher.at(nodes.b.address);
        let mut board = teacher.opens(&format!("/ws/dashboard/lecture/{}/", class.lecture.id)).await;
        assert_eq!(board.asks(json!({ "type": "ping" })).await["type"], "reply");
        elsewhere.is_killed();
        until("it misses Redis", async || mute.app.bus.is_degraded().then_some(())).await;
        let before = board.received.len();
        guest.finishes(class.lecture.steps[0]).await;
        board.waits_for("resync").await;
        assert!(!board.received[before..].iter().any(|frame| frame["type"] == "progress_update"));
        assert!(!nodes.b.app.bus.is_degraded(), "only the sender is cut off");
    });
}

#[test]
fn forged_messages_change_nothing() {
    on_two_nodes(&[], |nodes| async move {
        let class = class(&nodes.a).await;
        let (guest, mut phone) = follower(&class, &nodes.b, "김순자").await;
        let of_room = format!("*:s{}", class.session.id);
        let channel = until("the room is heard", async || {
            Some(nodes.redis.asks(&["PUBSUB", "CHANNELS", &of_room])).filter(|channel| !channel.is_empty())
        })
        .await;
        let common = channel.replace(&format!(":s{}", class.session.id), ":all");
        let frame = r#"{"type":"forged"}"#;
        let header = json!({ "kind": "news", "from": 1, "frames": [
            { "room": ["s", class.session.id], "bytes": frame.len(), "everyone": true },
        ] });
        let unread = nodes.b.app.metrics.bus_unread.get();
        nodes.redis.asks(&["PUBLISH", &channel, &format!("{header}\n{frame}")]);
        for row in 1..100 {
            let header = json!({ "kind": "news", "from": 1, "row": row });
            nodes.redis.asks(&["PUBLISH", &common, &format!("{header}\n")]);
        }
        until("all have come", async || (nodes.b.app.metrics.bus_unread.get() >= unread + 100).then_some(())).await;
        moves_are_heard(&class, &class.lecture.steps[1..3], &mut [&mut phone]).await;
        assert!(!phone.received.iter().any(|frame| frame["type"] == "forged"));
        let path = format!("/api/sessions/{}/participants/{}/remove", class.session.id, guest.id);
        class.teacher.post(&path, json!({})).await.ok();
        assert_eq!(phone.ends().await.code, 4403);
    });
}

#[test]
fn limits_count_the_attempts_on_all_nodes() {
    on_two_nodes(&["--rate-limits", "on"], |nodes| async move {
        let counted = |node: &School, attempts: &Attempts| node.app.failures.counted(attempts, node.app.now_ms());
        let email = "kim@example.com";
        let kim = nodes.a.registers("STUDENT", "김", email).await;
        let wrong = json!({ "email": email, "password": "a wrong password" });
        nodes.a.nobody().post("/api/auth/login", wrong.clone()).await.is(401);
        let account = Attempts::Account(Account::Of(kim.id));
        until("the other counts it", async || (counted(&nodes.b, &account) == 1).then_some(())).await;
        for _ in 0..9 {
            nodes.b.nobody().post("/api/auth/login", wrong.clone()).await.is(401);
        }
        until("ten were tried", async || (counted(&nodes.a, &account) == 10).then_some(())).await;
        nodes.a.nobody().post("/api/auth/login", wrong).await.refused(429, "TOO_MANY_REQUESTS");
        // An unknown name does not cross as it was typed.
        let typed = json!({ "email": "My-Secret", "password": "x" });
        nodes.a.nobody().post("/api/auth/login", typed).await.is(401);
        let unknown = Attempts::Account(Account::Unknown(nodes.b.app.keys.hide_name("my-secret")));
        until("the other counts it", async || (counted(&nodes.b, &unknown) == 1).then_some(())).await;
        // Alone, each counts its own.
        nodes.lose_redis().await;
        let codes = Attempts::CodesBy(kim.id);
        nodes.a.app.failures.count(&codes, nodes.a.app.now_ms());
        assert_eq!((counted(&nodes.a, &codes), counted(&nodes.b, &codes)), (1, 0));
    });
}

#[test]
fn a_node_without_redis_says_that_it_is_degraded() {
    on_two_nodes(&[], |nodes| async move {
        let says = async || nodes.a.nobody().get("/readyz").await.is(200).as_str().unwrap().to_owned();
        assert_eq!(says().await, "ready");
        nodes.lose_redis().await;
        assert!(says().await.contains("degraded"), "{}", says().await);
        let metrics = async || nodes.a.nobody().get("/metrics").await.is(200).as_str().unwrap().to_owned();
        until("the metric", async || metrics().await.contains("gyosil_redis_up 0").then_some(())).await;
        nodes.redis.starts_again();
        nodes.hear_each_other().await;
        assert_eq!(says().await, "ready");
        until("the metric", async || metrics().await.contains("gyosil_redis_up 1").then_some(())).await;
    });
}

#[test]
fn a_node_that_cannot_read_what_others_told_is_not_ready() {
    on_two_nodes(&[], |nodes| async move {
        let nobody = nodes.b.nobody();
        // A node that cannot read them when it begins ends.
        nobody.get("/readyz").await.is(200);
        let mut holder = PgConnection::connect(nodes.a.database()).await.unwrap();
        holder.execute("begin; lock table node_messages in access exclusive mode").await.unwrap();
        let answers = async |status: u16| {
            let asked = async || Some(nobody.get("/readyz").await).filter(|answer| answer.status == status);
            until(&format!("it answers {status}"), asked).await.json.as_str().unwrap().to_owned()
        };
        let why = answers(503).await;
        assert!(why.contains("what other nodes wrote"), "{why}");
        let age = async || {
            let metrics = nobody.get("/metrics").await.is(200).as_str().unwrap().to_owned();
            let age = metrics.lines().find_map(|line| line.strip_prefix("gyosil_look_age_seconds ")).unwrap();
            age.parse::<i64>().unwrap()
        };
        until("the metric", async || (age().await >= 5).then_some(())).await;
        holder.execute("rollback").await.unwrap();
        answers(200).await;
        until("the metric", async || (age().await < 5).then_some(())).await;
    });
}

#[test]
fn what_nodes_have_told_each_other_is_deleted_after_a_while() {
    on_two_nodes(&[], |nodes| async move {
        let class = class(&nodes.a).await;
        let (guest, mut phone) = follower(&class, &nodes.b, "김순자").await;
        let path = format!("/api/sessions/{}/participants/{}/remove", class.session.id, guest.id);
        class.teacher.post(&path, json!({})).await.ok();
        assert_eq!(phone.ends().await.code, 4403);
        let rows = async || {
            let rows: Vec<(i64,)> = nodes.a.app.db.all("select id from node_messages", vec![]).await.unwrap();
            rows.len()
        };
        assert!(rows().await > 0);
        for node in [&nodes.a, &nodes.b] {
            node.later(61 * 60);
            node.app.forget_old_news().await.unwrap();
        }
        assert_eq!(rows().await, 0);
    });
}
