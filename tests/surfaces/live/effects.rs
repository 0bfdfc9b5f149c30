//! The side effects that the seed lists under start, next-step and end, one by one.

use serde_json::{Value, json};

use crate::harness::people::{Lecture, Person, Session};
use crate::harness::socket::Socket;
use crate::harness::{School, on_both};

struct Class {
    teacher: Person,
    lecture: Lecture,
    session: Session,
    students: [Person; 2],
}

/// Two in the waiting room.
async fn class(school: &School) -> Class {
    let teacher = school.teacher().await;
    let lecture = teacher.makes_lecture("카카오톡 기초", 3).await;
    let session = teacher.opens_session(&lecture).await;
    let students = [school.guest(&session, "김학생").await, school.guest(&session, "이학생").await];
    Class { teacher, lecture, session, students }
}

/// … and the class on its first step.
async fn started(school: &School) -> Class {
    let class = class(school).await;
    class.teacher.starts(&class.session, class.lecture.steps[0]).await;
    class
}

impl Class {
    fn path(&self, part: &str) -> String {
        format!("/api/sessions/{}/{part}", self.session.id)
    }

    async fn current(&self) -> Value {
        self.teacher.get(&self.path("current")).await.ok()
    }

    /// Of each student, in the list of participants.
    async fn statuses(&self) -> Vec<String> {
        let listed = self.teacher.get(&self.path("participants")).await.ok();
        let participants = listed["participants"].as_array().unwrap().iter();
        participants.map(|p| p["status"].as_str().unwrap().to_owned()).collect()
    }

    /// Each student's, after it has heard where the class is: whatever happens from here on comes as news.
    async fn phones(&self) -> Vec<Socket> {
        let mut phones = Vec::new();
        for student in &self.students {
            let mut phone = student.follows(&self.session).await;
            phone.receives("session_state").await;
            phones.push(phone);
        }
        phones
    }

    /// The row of the session in the list of its lecture.
    async fn listed(&self) -> Value {
        let listed = self.teacher.get(&format!("/api/lectures/{}/sessions", self.lecture.id)).await.ok();
        listed["results"][0].clone()
    }
}

#[test]
fn starting_puts_the_session_in_progress() {
    on_both(|school| async move {
        let class = class(&school).await;
        assert_eq!(class.current().await["status"], "WAITING");
        class.teacher.starts(&class.session, class.lecture.steps[0]).await;
        assert_eq!(class.current().await["status"], "IN_PROGRESS");
        assert_eq!(class.listed().await["status"], "IN_PROGRESS");
    });
}

#[test]
fn starting_puts_the_session_on_the_first_step_that_was_named() {
    on_both(|school| async move {
        let class = class(&school).await;
        assert_eq!(class.current().await["current_subtask"], Value::Null);
        class.teacher.starts(&class.session, class.lecture.steps[1]).await;
        assert_eq!(class.current().await["current_subtask"]["id"], class.lecture.steps[1]);
    });
}

#[test]
fn starting_makes_all_waiting_participants_active() {
    on_both(|school| async move {
        let class = class(&school).await;
        assert_eq!(class.statuses().await, ["WAITING", "WAITING"]);
        class.teacher.starts(&class.session, class.lecture.steps[0]).await;
        assert_eq!(class.statuses().await, ["ACTIVE", "ACTIVE"]);
        for student in &class.students {
            let mine = student.get("/api/sessions/my-active").await.ok();
            assert_eq!(mine["active_session"]["my_status"], "ACTIVE", "{}", student.name);
        }
    });
}

#[test]
fn every_students_socket_gets_the_start_with_the_instructors_message() {
    on_both(|school| async move {
        let class = class(&school).await;
        let mut phones = class.phones().await;
        let start = json!({ "first_subtask_id": class.lecture.steps[0], "message": "시작하겠습니다" });
        class.teacher.post(&class.path("start"), start).await.ok();
        for phone in &mut phones {
            let frame = phone.receives("session_started").await;
            assert_eq!(frame["data"]["session_id"], class.session.id);
            assert_eq!(frame["data"]["instructor_message"], "시작하겠습니다");
        }
    });
}

#[test]
fn the_next_step_is_the_sessions_current_one() {
    on_both(|school| async move {
        let class = started(&school).await;
        class.teacher.moves_to(&class.session, class.lecture.steps[1]).await;
        assert_eq!(class.current().await["current_subtask"]["id"], class.lecture.steps[1]);
    });
}

#[test]
fn the_next_step_is_that_of_every_active_participant() {
    on_both(|school| async move {
        let class = started(&school).await;
        class.teacher.moves_to(&class.session, class.lecture.steps[1]).await;
        let step = json!(class.lecture.steps[1]);
        for student in &class.students {
            let mine = student.get("/api/sessions/my-active").await.ok();
            assert_eq!(mine["active_session"]["current_subtask"]["id"], step, "{}", student.name);
            assert_eq!(student.get("/api/progress/me").await.ok()["current_subtask"]["id"], step, "{}", student.name);
        }
        let state = class.teacher.watches(&class.session).await.receives("session_state").await;
        let participants = state["data"]["participants"].as_array().unwrap();
        let steps: Vec<&Value> = participants.iter().map(|p| &p["current_subtask"]["id"]).collect();
        assert_eq!(steps, [&step, &step]);
    });
}

#[test]
fn every_move_of_the_instructor_is_kept_in_order() {
    on_both(|school| async move {
        let class = started(&school).await;
        let [first, second, third] = class.lecture.steps[..] else { panic!("three steps") };
        let next = json!({ "next_subtask_id": second, "message": "잘하셨습니다" });
        class.teacher.post(&class.path("next-step"), next).await.ok();
        class.teacher.moves_to(&class.session, third).await;
        class.teacher.presses(&class.session, "pause").await.ok();
        class.teacher.presses(&class.session, "resume").await.ok();
        let kept = class.teacher.get(&class.path("events")).await.ok();
        // What students do, and what becomes of it, is in the same log.
        let follows =
            |kind: &str| kind.starts_with("student_") || ["attendance_updated", "grade_updated"].contains(&kind);
        let is_main = |e: &&Value| !follows(e["type"].as_str().unwrap());
        let events: Vec<&Value> = kept["events"].as_array().unwrap().iter().filter(is_main).collect();
        let kinds: Vec<&str> = events.iter().map(|e| e["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["session_started", "step_changed", "step_changed", "session_paused", "session_resumed"]);
        let moves: Vec<(&Value, &Value)> = events[1..3]
            .iter()
            .map(|e| (&e["data"]["previous_subtask_id"], &e["data"]["current_subtask"]["id"]))
            .collect();
        assert_eq!(moves, [(&json!(first), &json!(second)), (&json!(second), &json!(third))]);
        assert_eq!(events[1]["data"]["instructor_message"], "잘하셨습니다");
    });
}

#[test]
fn every_students_socket_gets_the_next_step() {
    on_both(|school| async move {
        let class = started(&school).await;
        let mut phones = class.phones().await;
        class.teacher.moves_to(&class.session, class.lecture.steps[1]).await;
        for phone in &mut phones {
            let frame = phone.receives("step_changed").await;
            assert_eq!(frame["data"]["previous_subtask_id"], class.lecture.steps[0]);
            assert_eq!(frame["data"]["current_subtask"]["id"], class.lecture.steps[1]);
        }
    });
}

#[test]
fn ending_puts_the_session_into_review() {
    on_both(|school| async move {
        let class = started(&school).await;
        class.teacher.presses(&class.session, "end").await.ok();
        assert_eq!(class.current().await["status"], "REVIEW_MODE");
        let details = class.teacher.presses(&class.session, "next-step").await.refused(409, "INVALID_STATE");
        assert_eq!(details["status"], "REVIEW_MODE");
    });
}

#[test]
fn ending_stores_its_time() {
    on_both(|school| async move {
        let class = started(&school).await;
        assert_eq!(class.listed().await["ended_at"], Value::Null);
        school.later(3_600);
        let teacher = class.teacher.refreshes().await;
        let ended = teacher.presses(&class.session, "end").await.ok();
        assert_eq!(ended["duration_minutes"], 60);
        let class = Class { teacher, ..class };
        let listed = class.listed().await;
        assert_eq!(listed["ended_at"], ended["ended_at"]);
        let instant = |v: &Value| v.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        let lasted_s = instant(&listed["ended_at"]).as_second() - instant(&listed["started_at"]).as_second();
        assert!((3_600..3_660).contains(&lasted_s), "{listed}");
    });
}

#[test]
fn every_students_socket_gets_the_end() {
    on_both(|school| async move {
        let class = started(&school).await;
        let mut phones = class.phones().await;
        class.teacher.post(&class.path("end"), json!({ "message": "수고하셨습니다!" })).await.ok();
        for phone in &mut phones {
            let frame = phone.receives("session_ended").await;
            assert_eq!(frame["data"]["instructor_message"], "수고하셨습니다!");
            assert_eq!(frame["data"]["review_mode_enabled"], true);
        }
    });
}

#[test]
fn students_learn_on_after_the_end() {
    on_both(|school| async move {
        let class = started(&school).await;
        class.teacher.presses(&class.session, "end").await.ok();
        let [kim, lee] = &class.students;
        let steps = kim.get(&class.path("steps")).await.ok();
        assert_eq!(steps["subtasks"].as_array().unwrap().len(), 3);
        assert_eq!(kim.finishes(class.lecture.steps[0]).await["status"], "COMPLETED");
        let summary = |progress: Value| progress["progress_summary"]["completed_subtasks"].clone();
        assert_eq!(summary(kim.get("/api/progress/me").await.ok()), 1);
        assert_eq!(summary(lee.get("/api/progress/me").await.ok()), 0);
    });
}
