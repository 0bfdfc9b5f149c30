//! Several nodes serve one school: who is present, who speaks for whom, and who does the work.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use gyosil::failures::{Account, Attempts};
use gyosil::school::nodes;
use gyosil::school::sessions::{control, screens};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::classroom::running_session;
use crate::harness::people::{Person, Session};
use crate::harness::process::runs;
use crate::harness::socket::Socket;
use crate::harness::{Backend, School, on, until};

/// Nodes of which the others know soon that they are dead.
const QUICK: &[&str] = &["--node-beat-ms", "500", "--presence-grace-ms", "1000"];
/// Nodes that give people more time.
const PATIENT: &[&str] = &["--node-beat-ms", "500", "--presence-grace-ms", "3000"];
/// Nodes that look around so seldom that they know nothing of what others do to them meanwhile.
const SLEEPY: &[&str] = &["--node-beat-ms", "60000", "--presence-grace-ms", "1000"];

/// Tells a story of two nodes and a session that runs.
fn on_two<F>(
    first: &'static [&'static str],
    second: &'static [&'static str],
    story: impl Fn(Class, School, School) -> F,
) where
    F: Future<Output = ()>,
{
    let story = &story;
    on(Backend::Postgres, &[], move |school| async move {
        let (class, first) = Class::on(school, first).await;
        let second = class.another_node(&first, second).await;
        story(class, first, second).await;
    });
}

struct Class {
    teacher: Person,
    steps: Vec<i64>,
    session: Session,
}

impl Class {
    /// Begins a session, in a school that is then opened as the first of several nodes.
    async fn on(school: School, flags: &[&str]) -> (Class, School) {
        let (teacher, lecture, session) = running_session(&school, 2).await;
        let node = school.becomes_a_node(flags).await;
        let class = Class { teacher: teacher.at(node.address), steps: lecture.steps, session };
        class.active(&node).await;
        (class, node)
    }

    /// Opens another node. After an answer, it is open.
    async fn another_node(&self, beside: &School, flags: &[&str]) -> School {
        let node = beside.opens_node(flags).await;
        self.active(&node).await;
        node
    }

    /// Opens the page of the session on a node, and waits until it shows the session.
    async fn follows(&self, person: &Person, node: &School) -> Socket {
        let mut phone = person.at(node.address).follows(&self.session).await;
        phone.receives("session_state").await;
        phone
    }

    /// Counts the people present, as a node answers it in each place.
    async fn active(&self, node: &School) -> i64 {
        let teacher = self.teacher.at(node.address);
        let current = teacher.get(&format!("/api/sessions/{}/current", self.session.id)).await.ok();
        let listed = teacher.get(&format!("/api/sessions/{}/participants", self.session.id)).await.ok();
        let present = listed["participants"].as_array().unwrap().iter().filter(|p| p["connected"] == true).count();
        let active = current["active_participants"].as_i64().unwrap();
        assert_eq!(active, present as i64, "{listed}");
        active
    }

    /// Lists what the log says of who came and went, as type and person.
    async fn log(&self, node: &School) -> Vec<(String, i64)> {
        let sql = "select type, person from session_events where session = $1 and type in
            ('student_connected', 'student_disconnected', 'student_left') order by seq";
        node.app.db.all(sql, vec![self.session.id.into()]).await.unwrap()
    }

    /// Counts the events of this type about a person.
    async fn count(&self, node: &School, kind: &str, person: &Person) -> usize {
        self.log(node).await.iter().filter(|(of, who)| of == kind && *who == person.id).count()
    }

    async fn waits_for(&self, node: &School, kind: &str, person: &Person) {
        until(kind, async || (self.count(node, kind, person).await > 0).then_some(())).await;
    }

    /// Reads how many phones show the step, as the last event says.
    async fn screens(&self, node: &School) -> i64 {
        let sql =
            "select data from session_events where session = $1 and type = 'step_shown' order by seq desc limit 1";
        let last: Option<(String,)> = node.app.db.maybe(sql, vec![self.session.id.into()]).await.unwrap();
        last.map_or(0, |(data,)| serde_json::from_str::<Value>(&data).unwrap()["screens"].as_i64().unwrap())
    }

    /// The roster and the counts are what the log says.
    async fn agrees_with_log(&self, nodes: &[&School]) {
        let mut connected = std::collections::BTreeSet::new();
        for (kind, person) in self.log(nodes[0]).await {
            let is_new = if kind == "student_connected" { connected.insert(person) } else { connected.remove(&person) };
            assert!(is_new || kind == "student_left", "{kind} of {person}, twice");
        }
        for node in nodes {
            assert_eq!(self.active(node).await, connected.len() as i64);
        }
    }
}

async fn nodes_of(node: &School) -> Vec<i64> {
    let rows: Vec<(i64,)> = node.app.db.all("select id from nodes order by id", Vec::new()).await.unwrap();
    rows.into_iter().map(|(id,)| id).collect()
}

#[test]
fn a_person_with_sockets_on_two_nodes_is_one() {
    on_two(QUICK, QUICK, |class, one, two| async move {
        let kim = one.guest(&class.session, "김순자").await;
        let first = class.follows(&kim, &one).await;
        let second = class.follows(&kim, &two).await;
        assert_eq!((class.active(&one).await, class.active(&two).await), (1, 1));
        let lee = one.guest(&class.session, "이영희").await;
        let _phone = class.follows(&lee, &two).await;
        assert_eq!((class.active(&one).await, class.active(&two).await), (2, 2));
        first.hangs_up().await;
        until("the end of the grace on one node", async || {
            (!one.app.presence.is_here(class.session.id, kim.id)).then_some(())
        })
        .await;
        assert_eq!(class.count(&one, "student_disconnected", &kim).await, 0, "there is another socket");
        second.hangs_up().await;
        class.waits_for(&one, "student_disconnected", &kim).await;
        let expected = [("student_connected", kim.id), ("student_connected", lee.id), ("student_disconnected", kim.id)];
        assert_eq!(class.log(&one).await, expected.map(|(kind, person)| (kind.to_owned(), person)));
        class.agrees_with_log(&[&one, &two]).await;
    });
}

#[test]
fn a_person_who_leaves_by_one_node_is_present_by_none() {
    on_two(QUICK, QUICK, |class, one, two| async move {
        let kim = two.guest(&class.session, "김순자").await;
        let _phones = (class.follows(&kim, &one).await, class.follows(&kim, &two).await);
        kim.at(two.address).post(&format!("/api/sessions/{}/leave", class.session.id), json!({})).await.ok();
        assert_eq!((class.active(&one).await, class.active(&two).await), (0, 0));
        class.agrees_with_log(&[&one, &two]).await;
        assert_eq!(class.log(&one).await.len(), 2);
    });
}

#[test]
fn people_who_come_to_two_nodes_at_once_are_logged_once() {
    on_two(QUICK, QUICK, |class, one, two| async move {
        let people = join_all((0..12).map(|n| one.guest(&class.session, ["김", "이"][n % 2]))).await;
        let places = people.iter().flat_map(|person| [(person, &one), (person, &two), (person, &one)]);
        let phones = join_all(places.map(|(person, node)| class.follows(person, node))).await;
        class.agrees_with_log(&[&one, &two]).await;
        assert_eq!(class.log(&one).await.len(), people.len());
        join_all(phones.into_iter().map(Socket::hangs_up)).await;
        for person in &people {
            class.waits_for(&two, "student_disconnected", person).await;
        }
        class.agrees_with_log(&[&one, &two]).await;
        assert_eq!(class.log(&one).await.len(), 2 * people.len());
    });
}

#[test]
fn people_of_a_dead_node_may_come_to_another_one_before_anyone_is_told() {
    on_two(PATIENT, PATIENT, |class, mut one, two| async move {
        let (kim, lee, park) = (
            one.guest(&class.session, "김순자").await,
            one.guest(&class.session, "이영희").await,
            one.guest(&class.session, "박철수").await,
        );
        let _phones =
            (class.follows(&kim, &one).await, class.follows(&lee, &one).await, class.follows(&park, &one).await);
        let dead = one.app.nodes.own();
        one.dies().await;
        // Kim comes before the node is known to be dead, Lee within the grace after that, Park not at all.
        let _kims = class.follows(&kim, &two).await;
        until("the other node takes over", async || (!nodes_of(&two).await.contains(&dead)).then_some(())).await;
        assert_eq!(class.active(&two).await, 3, "nobody is told yet");
        let _lees = class.follows(&lee, &two).await;
        class.waits_for(&two, "student_disconnected", &park).await;
        assert_eq!(class.log(&two).await.len(), 4, "three came and one went");
        class.agrees_with_log(&[&two]).await;
    });
}

#[test]
fn a_node_that_others_took_for_dead_speaks_for_nobody_and_begins_anew() {
    on(Backend::Postgres, &[], |school| async move {
        let (class, sleepy) = Class::on(school, SLEEPY).await;
        let (kim, lee) = (sleepy.guest(&class.session, "김순자").await, sleepy.guest(&class.session, "이영희").await);
        let kims = class.follows(&kim, &sleepy).await;
        let _lees = class.follows(&lee, &sleepy).await;
        // The sleepy node gives no sign of life: the other one takes over, and nobody comes to it.
        let dead = sleepy.app.nodes.own();
        let quick = class.another_node(&sleepy, QUICK).await;
        class.waits_for(&quick, "student_disconnected", &kim).await;
        class.waits_for(&quick, "student_disconnected", &lee).await;
        assert_eq!((class.active(&quick).await, class.active(&sleepy).await), (0, 0));
        kims.hangs_up().await;
        until("the end of the grace", async || (!sleepy.app.presence.is_here(class.session.id, kim.id)).then_some(()))
            .await;
        assert_eq!(sleepy.app.nodes.own(), dead, "it has not noticed");
        // Someone comes to it. It finds that it may not speak, and begins anew, with all who are still connected to it.
        let park = quick.guest(&class.session, "박철수").await;
        let _parks = class.follows(&park, &sleepy).await;
        until("a new id", async || (sleepy.app.nodes.own() != dead).then_some(())).await;
        let awake = sleepy.app.clone();
        let beating = tokio::spawn(async move {
            loop {
                nodes::beat(&awake).await.unwrap();
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        });
        class.waits_for(&quick, "student_connected", &park).await;
        until("the others are known again", async || {
            (class.count(&quick, "student_connected", &lee).await == 2).then_some(())
        })
        .await;
        assert_eq!(class.count(&quick, "student_connected", &kim).await, 1);
        assert_eq!(class.count(&quick, "student_disconnected", &kim).await, 1);
        class.agrees_with_log(&[&quick, &sleepy]).await;
        beating.abort();
    });
}

#[test]
fn a_node_that_closes_hands_its_people_over_at_once() {
    on_two(&["--node-beat-ms", "4000"], &["--node-beat-ms", "4000"], |class, mut one, two| async move {
        let (kim, lee) = (one.guest(&class.session, "김순자").await, one.guest(&class.session, "이영희").await);
        let _phones = (class.follows(&kim, &one).await, class.follows(&lee, &one).await);
        let begun = Instant::now();
        one.closes().await;
        let _back = class.follows(&kim, &two).await;
        class.waits_for(&two, "student_disconnected", &lee).await;
        // A node that only gave no sign would be dead after 20 s.
        assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
        class.agrees_with_log(&[&two]).await;
    });
}

#[test]
fn nodes_that_take_over_at_the_same_time_tell_each_departure_once() {
    on_two(QUICK, QUICK, |class, mut one, two| async move {
        let three = class.another_node(&two, QUICK).await;
        let people = join_all((0..20).map(|n| two.guest(&class.session, ["김", "이"][n % 2]))).await;
        let _phones = join_all(people.iter().map(|person| class.follows(person, &one))).await;
        // Some are also at one of the others, before or after the death.
        let _before = join_all(people[..4].iter().map(|person| class.follows(person, &three))).await;
        one.dies().await;
        let _after = join_all(people[4..8].iter().map(|person| class.follows(person, &two))).await;
        for person in &people[8..] {
            class.waits_for(&two, "student_disconnected", person).await;
        }
        class.agrees_with_log(&[&two, &three]).await;
        assert_eq!(class.log(&two).await.len(), 32);
        assert_eq!(nodes_of(&two).await.len(), 2);
    });
}

#[test]
fn a_lone_server_takes_over_from_all_nodes_at_its_start() {
    on_two(QUICK, QUICK, |class, mut one, mut two| async move {
        let kim = one.guest(&class.session, "김순자").await;
        let _phones = (class.follows(&kim, &one).await, class.follows(&kim, &two).await);
        one.dies().await;
        two.dies().await;
        let alone = one.opens_beside(&["--presence-grace-ms", "60000"]).await;
        assert_eq!(class.active(&alone).await, 1);
        assert_eq!(nodes_of(&alone).await, [alone.app.nodes.own()]);
        alone.later(120);
        class.waits_for(&alone, "student_disconnected", &kim).await;
        class.agrees_with_log(&[&alone]).await;
    });
}

#[test]
fn each_work_is_done_by_one_living_node() {
    on_two(QUICK, QUICK, |_, mut one, two| async move {
        let (works, own) = (0..100_i64, [&one, &two].map(|node| node.app.nodes.own()));
        until("both know of each other", async || {
            let doers = works.clone().map(|work| [&one, &two].map(|node| node.app.nodes.is_mine(work)));
            doers.into_iter().all(|doers| doers[0] != doers[1]).then_some(())
        })
        .await;
        assert_eq!(nodes_of(&two).await, own);
        assert!(!works.clone().all(|work| two.app.nodes.is_mine(work)));
        one.dies().await;
        until("one does all", async || works.clone().all(|work| two.app.nodes.is_mine(work)).then_some(())).await;
    });
}

#[test]
fn a_call_for_help_is_analysed_by_the_node_that_it_came_to_and_else_by_another() {
    on_two(QUICK, QUICK, |class, one, two| async move {
        for node in [&one, &two] {
            let kim = node.guest(&class.session, "김순자").await;
            let request = kim.asks_for_help(class.steps[0]).await;
            let answered = async |node: &School, request: i64| {
                let sql = "select id from help_requests where id = $1 and status <> 'ANALYZING'";
                node.app.db.maybe::<(i64,)>(sql, vec![request.into()]).await.unwrap().map(drop)
            };
            let begun = Instant::now();
            until("the analysis", async || answered(node, request).await).await;
            assert!(begun.elapsed() < Duration::from_secs(4), "at once, not by the one that looks every five seconds");
            // As if its node had died before the analysis.
            let mut tx = node.app.db.begin().await.unwrap();
            let sql = "update help_requests set status = 'ANALYZING', created_ms = created_ms - 60000 where id = $1";
            tx.run(sql, vec![request.into()]).await.unwrap();
            node.app.commit(tx, Vec::new()).await.unwrap();
            until("the analysis of what was left behind", async || answered(node, request).await).await;
        }
    });
}

#[test]
fn screens_that_show_the_step_are_counted_over_all_nodes() {
    on_two(QUICK, QUICK, |class, one, mut two| async move {
        let (kim, lee) = (one.guest(&class.session, "김순자").await, one.guest(&class.session, "이영희").await);
        let mut kims = class.follows(&kim, &one).await;
        let mut lees = class.follows(&lee, &two).await;
        let mut both = class.follows(&kim, &two).await;
        let (seq,): (i64,) = one
            .app
            .db
            .one("select last_student_seq from live_sessions where id = $1", vec![class.session.id.into()])
            .await
            .unwrap();
        let ack = json!({ "type": "ack", "data": { "seq": seq } });
        let shows = async |what: &str, count: i64| {
            until(what, async || (class.screens(&one).await == count).then_some(())).await;
        };
        kims.asks(ack.clone()).await;
        shows("one screen", 1).await;
        lees.asks(ack.clone()).await;
        shows("two screens on two nodes", 2).await;
        // Another node begins to count someone whose screen shows nothing: the sum stays.
        let logged = async || {
            let sql = "select count(*) from session_events where session = $1 and type = 'step_shown'";
            one.app.db.one::<(i64,)>(sql, vec![class.session.id.into()]).await.unwrap().0
        };
        let before = logged().await;
        let park = one.guest(&class.session, "박철수").await;
        let _parks = (class.follows(&park, &two).await, class.follows(&park, &one).await);
        let later = Instant::now() + Duration::from_secs(2);
        until("two looks for what is to be counted again", async || (Instant::now() > later).then_some(())).await;
        assert_eq!(logged().await, before);
        both.asks(ack.clone()).await;
        screens::log_screen_counts(&two.app).await.unwrap();
        assert_eq!(class.screens(&one).await, 2, "the second screen of a person");
        // The second node counts now what the first one counted.
        kims.hangs_up().await;
        let counts = "select c.screens from screen_counts c where c.session = $1 order by c.node";
        until("the counts of both nodes", async || {
            let counts: Vec<(i64,)> = one.app.db.all(counts, vec![class.session.id.into()]).await.unwrap();
            (counts == [(0,), (2,)]).then_some(())
        })
        .await;
        shows("two screens", 2).await;
        let state = class.teacher.at(one.address).watches(&class.session).await.receives("session_state").await;
        assert_eq!(state["data"]["shown"], 2, "{state}");
        two.dies().await;
        shows("the screens of a dead node are gone", 0).await;
    });
}

#[test]
fn a_session_that_someone_holds_keeps_no_other_from_being_seen_as_led() {
    on_two(QUICK, QUICK, |class, one, _two| async move {
        let teacher = class.teacher.at(one.address);
        let lecture = teacher.makes_lecture("사진 보내기", 1).await;
        let mut sessions = vec![class.session.id];
        for _ in 0..3 {
            sessions.push(teacher.opens_session(&lecture).await.id);
        }
        let mut boards = Vec::new();
        for session in &sessions {
            let mut board = teacher.opens(&format!("/ws/session/{session}/instructor/")).await;
            board.receives("session_state").await;
            boards.push(board);
        }
        let mut database = PgConnection::connect(one.database()).await.unwrap();
        let holds = format!("begin; update live_sessions set title = title where id = {}", sessions[0]);
        database.execute(AssertSqlSafe(holds)).await.unwrap();
        one.later(11 * 60);
        assert!(control::end_forgotten(&one.app).await.is_err(), "the one that is held is written later");
        let sql = "select id from live_sessions where attended_ms > 0 order by id";
        let seen: Vec<(i64,)> = one.app.db.all(sql, Vec::new()).await.unwrap();
        sessions.remove(0);
        sessions.sort_unstable();
        assert_eq!(seen.into_iter().map(|(id,)| id).collect::<Vec<_>>(), sessions);
    });
}

#[test]
fn a_password_that_is_changed_by_a_command_is_new_on_all_nodes() {
    on_two(QUICK, QUICK, |class, one, two| async move {
        let kim = one.registers("STUDENT", "김학생", "kim@example.com").await;
        kim.joins(&class.session).await;
        let mut phone = class.follows(&kim, &two).await;
        let guesses = Attempts::Account(Account::Of(kim.id));
        two.app.failures.count(&guesses, two.app.now_ms());
        let data = two.data().display().to_string();
        let words = ["user", "password", "--email", "kim@example.com", "--password-stdin"];
        // The command is told nothing of Redis.
        let changed = runs(&[&words[..], &["--data", &data, "--database", two.database()]].concat(), "a new password");
        assert_eq!(changed.status.code(), Some(0), "{changed:?}");
        let since = Instant::now();
        assert_eq!(phone.ends().await.code, 4401);
        assert!(since.elapsed() < Duration::from_millis(2_500), "{:?}", since.elapsed());
        until("the guesses are forgotten", async || {
            (two.app.failures.counted(&guesses, two.app.now_ms()) == 0).then_some(())
        })
        .await;
    });
}

#[test]
fn a_guest_whose_phone_asks_two_nodes_at_once_is_one_person() {
    on_two(QUICK, QUICK, |class, one, two| async move {
        let path = format!("/api/sessions/{}/guest", class.session.code);
        let at = [&one, &two].map(|node| Person::nobody_at(node.address));
        for n in 0..20 {
            let key = format!("5f0c7d3e-0b1a-4c2d-8e3f-a1b2c3d4e5{n:02}");
            let name = json!({ "name": format!("학생{n}") });
            let joins = |node: Person| {
                let (path, name, key) = (&path, &name, &key);
                async move {
                    // The second one may be asked to come back.
                    let admitted =
                        async || Some(node.post_once(path, name.clone(), key).await).filter(|r| r.status != 503);
                    node.becomes(&until("they are in", admitted).await.is(201)).id
                }
            };
            let people = join_all(at.clone().map(joins)).await;
            assert_eq!(people[0], people[1], "{key}");
        }
        let listed = class.teacher.get(&format!("/api/sessions/{}/participants", class.session.id)).await.ok();
        assert_eq!(listed["participants"].as_array().unwrap().len(), 20);
    });
}
