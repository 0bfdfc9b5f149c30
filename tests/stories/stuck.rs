//! Who has not finished the step while the others have.

use gyosil::school::stuck::report_stuck;
use serde_json::{Value, json};

use crate::classroom::{how_often, lecture_without_words, log_of, running_session};
use crate::harness::people::{Lecture, Person, Session};
use crate::harness::socket::Socket;
use crate::harness::{School, on_both_with};

/// Patience is a minute; a token lives for the day.
const FLAGS: &[&str] = &["--stuck-after-s", "60", "--access-ttl-s", "86400"];

/// A class on a step without texts (so that its calls stay with the instructor), and its students with their phones.
struct Class {
    teacher: Person,
    lecture: Lecture,
    session: Session,
    board: Socket,
    students: Vec<(Person, Socket)>,
}

impl Class {
    async fn of(school: &School, students: usize) -> Class {
        let teacher = school.teacher().await;
        let lecture = lecture_without_words(&teacher, 3).await;
        let session = teacher.opens_session(&lecture).await;
        let mut board = teacher.watches(&session).await;
        // What happens before this is in it, and is not told again.
        board.receives("session_state").await;
        let mut class = Class { teacher, lecture, session, board, students: Vec::new() };
        for n in 0..students {
            class.comes(school, &format!("학생{n}")).await;
        }
        class.teacher.starts(&class.session, class.lecture.steps[0]).await;
        class
    }

    async fn comes(&mut self, school: &School, name: &str) {
        let student = school.guest(&self.session, name).await;
        let mut phone = student.follows(&self.session).await;
        phone.receives("session_state").await;
        self.board.waits_for("student_connected").await;
        self.students.push((student, phone));
    }

    fn student(&self, n: usize) -> &Person {
        &self.students[n].0
    }

    async fn finishes(&self, n: usize) {
        self.student(n).finishes(self.lecture.steps[0]).await;
    }

    async fn flags(&self) -> Vec<i64> {
        let log = log_of(&self.teacher, &self.session).await;
        let stuck = log.iter().filter(|event| event["type"] == "student_stuck");
        stuck.map(|event| event["data"]["user_id"].as_i64().unwrap()).collect()
    }

    /// Nobody is told of, however often one looks.
    async fn nobody_is_stuck(&self, school: &School) {
        report_stuck(&school.app).await.unwrap();
        report_stuck(&school.app).await.unwrap();
        assert_eq!(self.flags().await, [] as [i64; 0]);
    }

    async fn pending(&self) -> Vec<Value> {
        let pending = self.teacher.get("/api/dashboard/help-requests/pending").await.ok();
        pending["pending_requests"].as_array().unwrap().clone()
    }

    async fn withdrawn(&mut self) -> i64 {
        let updated = self
            .board
            .waits_until("a withdrawal", |f| f["type"] == "help_updated" && f["data"]["status"] == "WITHDRAWN")
            .await;
        updated["data"]["help_request_id"].as_i64().unwrap()
    }
}

#[test]
fn a_slow_student_is_reported_once_after_half_have_finished() {
    on_both_with(FLAGS, |school| async move {
        let mut class = Class::of(&school, 2).await;
        class.finishes(0).await;
        school.later(59);
        class.nobody_is_stuck(&school).await;
        school.later(3);
        let stuck = class.board.waits_for("student_stuck").await["data"].clone();
        assert_eq!(
            (&stuck["user_id"], &stuck["subtask_id"]),
            (&json!(class.student(1).id), &json!(class.lecture.steps[0]))
        );
        assert!((62..90).contains(&stuck["stuck_duration_seconds"].as_i64().unwrap()), "{stuck}");
        let called = class.board.waits_for("student_help_request").await["data"].clone();
        assert_eq!((&called["request_type"], &called["user"]["id"]), (&json!("AUTO"), &json!(class.student(1).id)));
        for _ in 0..3 {
            school.later(60);
            report_stuck(&school.app).await.unwrap();
        }
        assert_eq!(class.flags().await, [class.student(1).id]);
        assert_eq!(class.pending().await.len(), 1);
        // A dashboard that opens now sees it too.
        let state = class.teacher.watches(&class.session).await.receives("session_state").await;
        let lines = state["data"]["participants"].as_array().unwrap();
        assert_eq!((&lines[0]["stuck"], &lines[1]["stuck"]), (&json!(false), &json!(true)));
        assert_eq!(lines[1]["open_help_request_id"], called["help_request_id"]);
        class.finishes(1).await;
        let state = class.teacher.watches(&class.session).await.receives("session_state").await;
        assert_eq!(state["data"]["participants"][1]["stuck"], false);
    });
}

#[test]
fn the_statistics_separate_manual_calls_from_automatic_ones() {
    on_both_with(FLAGS, |school| async move {
        let mut class = Class::of(&school, 4).await;
        let step = class.lecture.steps[0];
        for n in 0..2 {
            class.finishes(n).await;
        }
        let statistics = async |class: &Class| {
            let path = format!("/api/dashboard/statistics/lecture/{}", class.lecture.id);
            class.teacher.get(&path).await.ok()
        };
        class.student(2).asks_for_help(step).await;
        class.student(2).asks_for_help(step).await;
        school.later(62);
        for _ in 0..2 {
            class.board.waits_for("student_stuck").await;
        }
        let seen = statistics(&class).await;
        assert_eq!((&seen["total_help_requests"], &seen["manual_help_requests"]), (&json!(4), &json!(2)));
        let worst = &seen["common_difficulties"][0];
        assert_eq!((&worst["subtask_id"], &worst["help_count"]), (&json!(step), &json!(4)));
        assert_eq!((&worst["manual_help_count"], &worst["helped_people"]), (&json!(2), &json!(1)));
        assert_eq!(worst["stuck_people"], 2);
        // Days and people are counted in the same way; who asks for nothing else is told all of them.
        let last = seen["daily_activity"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["help_requests"], &last["manual_help_requests"]), (&json!(4), &json!(2)));
        let trend = async |kind: &str| {
            let path = format!("/api/dashboard/chart-data/progress-trend?lecture_id={}&days=1{kind}", class.lecture.id);
            class.teacher.get(&path).await.ok()["datasets"][1]["data"][0].clone()
        };
        assert_eq!((trend("").await, trend("&request_type=MANUAL").await), (json!(4), json!(2)));
        let path = format!("/api/dashboard/lectures/{}/students", class.lecture.id);
        let students = class.teacher.get(&path).await.ok()["students"].clone();
        let counts: Vec<(i64, i64)> = students
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["help_count"].as_i64().unwrap(), one["manual_help_count"].as_i64().unwrap()))
            .collect();
        assert_eq!(counts, [(0, 0), (0, 0), (3, 2), (1, 0)]);
        // A dashboard is told who called themselves.
        let state = class.teacher.watches(&class.session).await.receives("session_state").await;
        let kind = |n: usize| state["data"]["participants"][n]["open_help_request_type"].clone();
        assert_eq!([kind(0), kind(2), kind(3)], [Value::Null, json!("MANUAL"), json!("AUTO")]);
        // Who was shown out was not in the class.
        let path = format!("/api/sessions/{}/participants/{}/remove", class.session.id, class.student(2).id);
        class.teacher.post(&path, json!({})).await.ok();
        let seen = statistics(&class).await;
        assert_eq!((&seen["total_help_requests"], &seen["manual_help_requests"]), (&json!(4), &json!(0)));
        assert_eq!(seen["common_difficulties"][0]["stuck_people"], 1);
    });
}

#[test]
fn a_merged_person_counts_once_among_the_stuck() {
    on_both_with(FLAGS, |school| async move {
        let mut class = Class::of(&school, 4).await;
        for n in 0..2 {
            class.finishes(n).await;
        }
        school.later(62);
        for _ in 0..2 {
            class.board.waits_for("student_stuck").await;
        }
        let stuck = async |class: &Class| {
            let path = format!("/api/dashboard/statistics/lecture/{}", class.lecture.id);
            class.teacher.get(&path).await.ok()["common_difficulties"][0]["stuck_people"].clone()
        };
        assert_eq!(stuck(&class).await, 2);
        // One into the other, and that one into someone who was not stuck.
        for (from, into) in [(3, 2), (2, 1)] {
            let [from, into] = [from, into].map(|n| class.student(n).id);
            let path = format!("/api/sessions/{}/participants/{from}/merge", class.session.id);
            class.teacher.post(&path, json!({ "into": into })).await.ok();
            assert_eq!(stuck(&class).await, 1);
        }
    });
}

#[test]
fn nobody_is_stuck_while_fewer_than_half_have_finished() {
    on_both_with(FLAGS, |school| async move {
        let mut class = Class::of(&school, 5).await;
        class.finishes(0).await;
        class.finishes(1).await;
        school.later(600);
        class.nobody_is_stuck(&school).await;
        class.finishes(2).await;
        for _ in 0..2 {
            class.board.waits_for("student_stuck").await;
        }
        let mut flags = class.flags().await;
        flags.sort_unstable();
        let mut slow = [class.student(3).id, class.student(4).id];
        slow.sort_unstable();
        assert_eq!(flags, slow);
    });
}

#[test]
fn patience_is_three_times_what_the_others_needed() {
    on_both_with(FLAGS, |school| async move {
        let mut class = Class::of(&school, 2).await;
        school.later(100);
        class.finishes(0).await;
        school.later(170);
        class.nobody_is_stuck(&school).await;
        school.later(60);
        let stuck = class.board.waits_for("student_stuck").await["data"].clone();
        assert_eq!(stuck["user_id"], class.student(1).id);
    });
}

#[test]
fn a_pause_does_not_count() {
    on_both_with(FLAGS, |school| async move {
        let mut class = Class::of(&school, 2).await;
        class.finishes(0).await;
        school.later(40);
        class.teacher.presses(&class.session, "pause").await.ok();
        school.later(600);
        class.nobody_is_stuck(&school).await;
        class.teacher.presses(&class.session, "resume").await.ok();
        school.later(10);
        class.nobody_is_stuck(&school).await;
        school.later(12);
        let stuck = class.board.waits_for("student_stuck").await["data"].clone();
        assert!((62..90).contains(&stuck["stuck_duration_seconds"].as_i64().unwrap()), "{stuck}");
    });
}

#[test]
fn an_absent_student_is_not_stuck() {
    on_both_with(FLAGS, |school| async move {
        let mut class = Class::of(&school, 2).await;
        // One who never opened the page, one who left, and one whose phone is off.
        school.guest(&class.session, "이름만").await;
        class.comes(&school, "먼저 간 사람").await;
        let (gone, _) = &class.students[2];
        gone.post(&format!("/api/sessions/{}/leave", class.session.id), json!({})).await.ok();
        class.comes(&school, "꺼진 전화").await;
        let (off, phone) = class.students.pop().unwrap();
        phone.hangs_up().await;
        school.later(30);
        class
            .board
            .waits_until("the parting", |f| f["type"] == "student_disconnected" && f["data"]["user_id"] == off.id)
            .await;
        class.finishes(0).await;
        class.finishes(1).await;
        school.later(600);
        class.nobody_is_stuck(&school).await;
        // Who comes now has a minute of their own.
        class.comes(&school, "늦은 사람").await;
        school.later(50);
        report_stuck(&school.app).await.unwrap();
        assert_eq!(class.flags().await, [] as [i64; 0]);
        school.later(60);
        let late = class.students.last().unwrap().0.id;
        assert_eq!(class.board.waits_for("student_stuck").await["data"]["user_id"], late);
        assert_eq!(class.flags().await, [late]);
    });
}

#[test]
fn the_call_made_for_a_student_is_withdrawn_when_they_finish() {
    on_both_with(FLAGS, |school| async move {
        let mut class = Class::of(&school, 2).await;
        class.finishes(0).await;
        school.later(62);
        let called = class.board.waits_for("student_help_request").await["data"]["help_request_id"].clone();
        class.finishes(1).await;
        assert_eq!(json!(class.withdrawn().await), called);
        assert_eq!(class.pending().await, [] as [Value; 0]);
        let seen = class.teacher.get(&format!("/api/help/request/{called}")).await.ok();
        assert_eq!((&seen["status"], &seen["request_type"]), (&json!("WITHDRAWN"), &json!("AUTO")));
        let late = class.teacher.post(&format!("/api/help/request/{called}/resolve"), json!({})).await;
        assert_eq!(late.refused(409, "INVALID_STATE")["status"], "WITHDRAWN");
    });
}

#[test]
fn the_call_made_for_a_student_is_withdrawn_when_the_step_changes() {
    on_both_with(FLAGS, |school| async move {
        let mut class = Class::of(&school, 2).await;
        class.finishes(0).await;
        school.later(62);
        let called = class.board.waits_for("student_help_request").await["data"]["help_request_id"].clone();
        // A call that a student made themselves stays.
        let own = class.student(1).asks_for_help(class.lecture.steps[0]).await;
        class.teacher.moves_to(&class.session, class.lecture.steps[1]).await;
        assert_eq!(json!(class.withdrawn().await), called);
        let pending = class.pending().await;
        assert_eq!((pending.len(), &pending[0]["help_request_id"]), (1, &json!(own)));
        let state = class.teacher.watches(&class.session).await.receives("session_state").await;
        assert_eq!(state["data"]["participants"][1]["stuck"], false);
        // A new step is a new chance to be stuck.
        for n in [0, 1] {
            class.student(n).finishes(class.lecture.steps[1]).await;
        }
        school.later(600);
        report_stuck(&school.app).await.unwrap();
        assert_eq!(class.flags().await.len(), 1);
    });
}

#[test]
fn a_call_behind_a_withdrawn_one_moves_up() {
    on_both_with(FLAGS, |school| async move {
        let mut class = Class::of(&school, 3).await;
        class.finishes(0).await;
        class.finishes(2).await;
        school.later(62);
        class.board.waits_for("student_help_request").await;
        let asked = class.student(2).post("/api/help/request", json!({ "subtask_id": class.lecture.steps[0] })).await;
        assert_eq!(asked.is(201)["position"], 2);
        let event = class.students[2].1.waits_for("help_position").await;
        assert_eq!(event["data"]["position"], 2);
        class.finishes(1).await;
        class.withdrawn().await;
        let phone = &mut class.students[2].1;
        let event = tokio::time::timeout(std::time::Duration::from_secs(10), phone.waits_for("help_position")).await;
        assert_eq!(event.expect("a word that one has moved up")["data"]["position"], 1);
    });
}

#[test]
fn a_session_makes_at_most_five_automatic_calls() {
    on_both_with(FLAGS, |school| async move {
        let mut class = Class::of(&school, 14).await;
        for n in 0..7 {
            class.finishes(n).await;
        }
        school.later(62);
        for _ in 7..14 {
            class.board.waits_for("student_stuck").await;
        }
        report_stuck(&school.app).await.unwrap();
        assert_eq!((class.flags().await.len(), class.pending().await.len()), (7, 5));
        assert_eq!(how_often(&class.teacher, &class.session, "student_help_request").await, 5);
    });
}

#[test]
fn a_lecture_without_automatic_help_only_reports_stuck_students() {
    on_both_with(FLAGS, |school| async move {
        let mut class = Class::of(&school, 2).await;
        let path = format!("/api/lectures/{}", class.lecture.id);
        class.teacher.put(&path, json!({ "auto_help": false })).await.ok();
        class.finishes(0).await;
        school.later(62);
        class.board.waits_for("student_stuck").await;
        report_stuck(&school.app).await.unwrap();
        assert_eq!(class.pending().await, [] as [Value; 0]);
        assert_eq!(how_often(&class.teacher, &class.session, "student_help_request").await, 0);
    });
}

#[test]
fn an_automatic_call_notifies_nobody() {
    on_both_with(FLAGS, |school| async move {
        let mut class = Class::of(&school, 2).await;
        class.finishes(0).await;
        school.later(62);
        class.board.waits_for("student_help_request").await;
        // The student asked for nothing: no place in line, and no notification of a request.
        class.students[1].1.receives_only("session_started").await;
        let notes = class.teacher.get("/api/notifications").await.ok();
        let kinds: Vec<&Value> = notes["notifications"].as_array().unwrap().iter().map(|n| &n["type"]).collect();
        assert!(!kinds.contains(&&json!("HELP_REQUEST")), "{kinds:?}");
        // Once per step: the app's own call comes too late.
        let own = json!({ "subtask_id": class.lecture.steps[0], "request_type": "AUTO" });
        class.student(1).post("/api/help/request", own).await.refused(409, "ALREADY_ANSWERED");
    });
}

#[test]
fn a_jump_of_the_clock_makes_nobody_stuck() {
    on_both_with(FLAGS, |school| async move {
        let mut class = Class::of(&school, 2).await;
        class.finishes(0).await;
        report_stuck(&school.app).await.unwrap();
        school.sets_the_clock(3_600);
        class.nobody_is_stuck(&school).await;
        // On the next step everything is as ever.
        class.teacher.moves_to(&class.session, class.lecture.steps[1]).await;
        class.student(0).finishes(class.lecture.steps[1]).await;
        school.later(62);
        let stuck = class.board.waits_for("student_stuck").await["data"].clone();
        assert_eq!(stuck["user_id"], class.student(1).id);
    });
}

#[test]
fn an_automatic_call_is_in_the_language_of_the_students_phone() {
    on_both_with(FLAGS, |school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let mut board = teacher.watches(&session).await;
        board.receives("session_state").await;
        let (quick, slow) = (school.guest(&session, "김순자").await, school.guest(&session, "木村").await);
        let path = format!("/ws/session/{}/student/", session.id);
        let _quick = quick.follows(&session).await;
        let mut phone = Socket::open_in("ja", school.address, &path, slow.token.as_deref()).await.unwrap();
        for _ in 0..2 {
            board.waits_for("student_connected").await;
        }
        quick.finishes(lecture.steps[0]).await;
        school.later(62);
        let heard = phone.waits_for("HELP_AVAILABLE").await;
        assert_eq!(heard["request_type"], "AUTO");
        let said = heard["help_response"]["help_content"].as_str().unwrap();
        assert!(said.contains("もう一度お伝えします"), "{said}");
        // Once the step is finished, nobody needs to come for a call that the class made by itself.
        slow.finishes(lecture.steps[0]).await;
        assert_eq!(crate::help::rates(&slow, &heard["help_response"]["id"], 1).await["status"], "ANSWERED");
    });
}
