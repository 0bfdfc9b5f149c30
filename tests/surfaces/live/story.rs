//! One class from registering to reviewing, in which everything happens that the seed has an example of.

use serde_json::{Value, json};

use super::walk::Walk;
use crate::harness::people::Person;
use crate::harness::socket::Socket;
use crate::harness::{School, on_both};

const PHONE: &str = "WS /ws/session/{session_id}/student/";
const BOARD: &str = "WS /ws/session/{session_id}/instructor/";
const DASHBOARD: &str = "WS /ws/dashboard/lecture/{lecture_id}/";
const DESK: &str = "WS /ws/dashboard/help-requests/";
const HELP: &str = "WS /ws/help/{user_id}";

/// The people of the seed, their sockets, and the three steps that they walk.
struct Class {
    walk: Walk,
    teacher: Person,
    kim: Person,
    lee: Person,
    steps: Vec<Value>,
}

struct Sockets {
    phone: Socket,
    other_phone: Socket,
    board: Socket,
    dashboard: Socket,
    desk: Socket,
    help: Socket,
}

#[test]
fn every_example_of_the_seed_is_answered_as_it_stands_there() {
    on_both(|school| async move {
        let mut class = people(&school).await;
        class.makes_a_lecture(&school.nobody()).await;
        class.changes_and_deletes().await;
        let board = class.gathers(&school.nobody()).await;
        let mut sockets = class.opens_sockets(board).await;
        class.starts(&mut sockets).await;
        class.walks_on(&mut sockets).await;
        class.asks_for_help(&mut sockets).await;
        class.logs().await;
        class.is_watched().await;
        let Sockets { phone, other_phone, mut board, .. } = sockets;
        other_phone.hangs_up().await;
        class.walk.receives(&mut board, BOARD, "student_disconnected").await;
        class.ends(phone).await;
        class.obeys_the_rules().await;
        class.walk.ends();
    });
}

/// Registers and signs in with the very words of the seed.
async fn people(school: &School) -> Class {
    let mut walk = Walk::begin();
    let mut kim = school.nobody();
    let made = walk.call("POST /api/auth/register").by(&kim).await;
    let login = walk.call("POST /api/auth/login").by(&kim).await;
    assert_eq!(login["user"]["id"], made["id"]);
    let own = json!({ "refresh_token": login["refresh_token"] });
    let renewed = walk.call("POST /api/auth/refresh").with(own).by(&kim).await;
    kim.id = made["id"].as_i64().unwrap();
    kim.token = renewed["access_token"].as_str().map(Into::into);
    let me = walk.call("GET /api/auth/me").by(&kim).await;
    for key in ["id", "email", "name", "role", "digital_level"] {
        assert_eq!(me[key], made[key], "{key}");
    }
    walk.knows("user_id", &made["id"]);
    let teacher = school.registers("INSTRUCTOR", "박강사", "teacher@example.com").await;
    let lee = school.registers("STUDENT", "이학생", "student2@example.com").await;
    Class { walk, teacher, kim, lee, steps: Vec::new() }
}

/// What was made is given back whole, with its id.
#[track_caller]
fn is_made_of(made: &Value, sent: &Value) {
    assert!(made["id"].is_i64(), "{made}");
    for (key, value) in sent.as_object().unwrap() {
        assert_eq!(&made[key], value, "{key} of {made}");
    }
}

impl Class {
    fn sent(&self, heading: &str) -> Value {
        self.walk.seed.endpoint(heading).request.clone().unwrap()
    }

    async fn makes_a_lecture(&mut self, nobody: &Person) {
        let (teacher, walk) = (self.teacher.clone(), &mut self.walk);
        let lecture = walk.call("POST /api/lectures").by(&teacher).await;
        assert_eq!(lecture["instructor_id"], teacher.id);
        walk.knows("lecture_id", &lecture["id"]);
        let new_task = "POST /api/lectures/{lecture_id}/tasks";
        let task = walk.call(new_task).is(201).by(&teacher).await;
        walk.knows("task_id", &task["id"]);
        is_made_of(&task, &self.sent(new_task));
        // The seed shows the second step in the task; the third is one of which its guide says nothing.
        let second = self.walk.seed.endpoint("GET /api/tasks/{task_id}").answers[0].1["subtasks"][1].clone();
        let second = json!({ "title": second["title"], "order_index": 2, "guide_text": second["guide_text"],
            "voice_guide_text": second["guide_text"] });
        let third =
            json!({ "title": "메시지 전송하기", "order_index": 3, "guide_text": null, "voice_guide_text": null });
        let new_step = "POST /api/tasks/{task_id}/subtasks";
        for own in [json!({}), second, third] {
            let step = self.walk.call(new_step).with(own.clone()).is(201).by(&teacher).await;
            let mut sent = self.sent(new_step);
            sent.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
            is_made_of(&step, &sent);
            self.steps.push(step);
        }
        let walk = &mut self.walk;
        let task = walk.call("GET /api/tasks/{task_id}").by(&teacher).await;
        assert_eq!(task["subtasks"].as_array().unwrap(), &self.steps);
        let enrolled = walk.call("POST /api/lectures/{lecture_id}/enroll").by(&self.kim).await;
        assert_eq!((&enrolled["lecture_id"], &enrolled["user_id"]), (&lecture["id"], &json!(self.kim.id)));
        let listed = walk.call("GET /api/lectures").by(nobody).await;
        assert_eq!(listed["lectures"][0]["id"], lecture["id"]);
        let detail = walk.call("GET /api/lectures/{lecture_id}").by(nobody).await;
        assert_eq!((&detail["enrolled_count"], &detail["tasks"][0]["id"]), (&json!(1), &task["id"]));
    }

    /// On a lecture and a step that nobody needs; those of the class come back at the end.
    async fn changes_and_deletes(&mut self) {
        let (teacher, kept) = (self.teacher.clone(), self.steps[0]["task_id"].clone());
        let detail = self.walk.call("GET /api/lectures/{lecture_id}").by(&teacher).await;
        let spare = self.walk.call("POST /api/lectures").by(&teacher).await;
        self.walk.knows("lecture_id", &spare["id"]);
        let lecture = "PUT /api/lectures/{lecture_id}";
        let changed = self.walk.call(lecture).with(json!({ "title": "카카오톡 활용" })).is(200).by(&teacher).await;
        assert_eq!((&changed["title"], &changed["id"]), (&json!("카카오톡 활용"), &spare["id"]));
        assert_eq!(changed["description"], self.sent("POST /api/lectures")["description"], "unnamed, unchanged");
        let task = self.walk.call("POST /api/lectures/{lecture_id}/tasks").is(201).by(&teacher).await;
        self.walk.knows("task_id", &task["id"]);
        let step = self.walk.call("POST /api/tasks/{task_id}/subtasks").is(201).by(&teacher).await;
        self.walk.knows("subtask_id", &step["id"]);
        let own = json!({ "guide_text": "노란 그림을 눌러주세요" });
        let changed = self.walk.call("PUT /api/subtasks/{subtask_id}").with(own).is(200).by(&teacher).await;
        assert_eq!((&changed["guide_text"], &changed["title"]), (&json!("노란 그림을 눌러주세요"), &step["title"]));
        self.walk.call("DELETE /api/subtasks/{subtask_id}").is(204).by(&teacher).await;
        let task = teacher.get(&format!("/api/tasks/{}", task["id"])).await.ok();
        assert_eq!(task["subtasks"], json!([]));
        self.walk.call("DELETE /api/lectures/{lecture_id}").is(204).by(&teacher).await;
        teacher.get(&format!("/api/lectures/{}", spare["id"])).await.refused(404, "NOT_FOUND");
        self.walk.knows("lecture_id", &detail["id"]);
        self.walk.knows("task_id", &kept);
    }

    /// Into the waiting room, before the eyes of the instructor.
    async fn gathers(&mut self, nobody: &Person) -> Socket {
        let walk = &mut self.walk;
        let made = walk.call("POST /api/lectures/{lecture_id}/sessions").by(&self.teacher).await;
        walk.knows("session_id", &made["session_id"]);
        walk.knows("session_code", &made["session_code"]);
        let picture = format!("/qr/{}.png?k=", walk.value("session_code"));
        assert!(made["qr_code_url"].as_str().unwrap().contains(&picture), "{made}");
        walk.call("GET /api/sessions/my-active").is(404).by(&self.kim).await;
        let mut board = walk.opens(&self.teacher, BOARD).await;
        let join = "POST /api/sessions/{session_id}/join";
        for student in [&self.kim, &self.lee] {
            let joined = walk.call(join).with(json!({ "user_id": student.id })).by(student).await;
            assert_eq!((&joined["user_id"], &joined["status"]), (&json!(student.id), &json!("WAITING")));
        }
        let frame = walk.receives(&mut board, BOARD, "student_joined").await;
        assert_eq!((&frame["data"]["user_id"], &frame["data"]["total_participants"]), (&json!(self.kim.id), &json!(1)));
        let found = walk.call("GET /api/sessions/{session_code}").by(nobody).await;
        assert_eq!((&found["participant_count"], &found["session_id"]), (&json!(2), &made["session_id"]));
        let listed = walk.call("GET /api/sessions/{session_id}/participants").by(&self.teacher).await;
        assert_eq!(listed["total_count"], 2);
        board
    }

    async fn opens_sockets(&mut self, board: Socket) -> Sockets {
        let walk = &self.walk;
        Sockets {
            phone: walk.opens(&self.kim, PHONE).await,
            other_phone: walk.opens(&self.lee, PHONE).await,
            board,
            dashboard: walk.opens(&self.teacher, DASHBOARD).await,
            desk: walk.opens(&self.teacher, DESK).await,
            help: walk.opens(&self.kim, HELP).await,
        }
    }

    async fn starts(&mut self, sockets: &mut Sockets) {
        let (first, walk) = (&self.steps[0]["id"], &mut self.walk);
        let own = json!({ "first_subtask_id": first });
        let started = walk.call("POST /api/sessions/{session_id}/start").with(own).by(&self.teacher).await;
        assert_eq!((&started["status"], &started["current_subtask"]["id"]), (&json!("IN_PROGRESS"), first));
        let frame = walk.receives(&mut sockets.phone, PHONE, "session_started").await;
        assert_eq!(&frame["data"]["current_subtask"]["id"], first);
        let mine = walk.call("GET /api/sessions/my-active").by(&self.kim).await;
        assert_eq!(mine["active_session"]["my_status"], "ACTIVE");
        walk.call("GET /api/progress/me").by(&self.kim).await;
        let update = "POST /api/progress/update";
        let done = walk.call(update).with(json!({ "subtask_id": first })).by(&self.kim).await;
        assert_eq!(done["next_subtask"]["id"], self.steps[1]["id"]);
        walk.call(update).with(json!({ "subtask_id": first })).by(&self.lee).await;
        walk.receives(&mut sockets.board, BOARD, "student_progress").await;
        let frame = walk.receives(&mut sockets.dashboard, DASHBOARD, "progress_update").await;
        assert_eq!(frame["data"]["new_status"], "COMPLETED");
        let frame = walk.receives(&mut sockets.dashboard, DASHBOARD, "student_activity").await;
        assert_eq!(frame["data"]["activity"], "STARTED_LEARNING");
    }

    async fn walks_on(&mut self, sockets: &mut Sockets) {
        let (second, walk, phone) = (&self.steps[1]["id"], &mut self.walk, &mut sockets.phone);
        let own = json!({ "next_subtask_id": second });
        let moved = walk.call("POST /api/sessions/{session_id}/next-step").with(own).by(&self.teacher).await;
        assert_eq!(moved["previous_subtask"]["id"], self.steps[0]["id"]);
        walk.receives(phone, PHONE, "step_changed").await;
        let paused = walk.call("POST /api/sessions/{session_id}/pause").by(&self.teacher).await;
        assert_eq!(paused["action"], "PAUSE");
        walk.receives(phone, PHONE, "session_paused").await;
        let resumed = walk.call("POST /api/sessions/{session_id}/resume").by(&self.teacher).await;
        assert_eq!((&resumed["action"], &resumed["current_subtask"]["id"]), (&json!("RESUME"), second));
        walk.receives(phone, PHONE, "session_resumed").await;
        for person in [&self.kim, &self.teacher] {
            let now = walk.call("GET /api/sessions/{session_id}/current").by(person).await;
            assert_eq!((&now["current_subtask"]["id"], &now["active_participants"]), (second, &json!(2)));
        }
        let working = json!({ "subtask_id": second, "status": "IN_PROGRESS" });
        self.kim.post("/api/progress/update", working).await.ok();
        let of_lecture = format!("?lecture_id={}", self.walk.value("lecture_id"));
        let mine = self.walk.call("GET /api/progress/me").query(of_lecture).by(&self.kim).await;
        assert_eq!(mine["current_subtask"]["status"], "IN_PROGRESS");
        assert_eq!(
            mine["progress_summary"],
            json!({ "completed_subtasks": 1, "total_subtasks": 3, "completion_rate": 0.33 })
        );
        let of_student = "GET /api/progress/users/{user_id}/lectures/{lecture_id}";
        let seen = self.walk.call(of_student).by(&self.teacher).await;
        // The second element of the seed's list shows the other instant.
        assert!(seen["progress"][1]["started_at"].is_string(), "{seen}");
    }

    /// Kim is helped by the analyser; on Lee's step it has nothing to say, and the instructor has to.
    async fn asks_for_help(&mut self, sockets: &mut Sockets) {
        let (second, third, walk) = (&self.steps[1]["id"], &self.steps[2]["id"], &mut self.walk);
        let ask = "POST /api/help/request";
        let own = json!({ "user_id": self.kim.id, "subtask_id": second });
        let asked = walk.call(ask).with(own).by(&self.kim).await;
        walk.knows("help_request_id", &asked["help_request_id"]);
        let frame = walk.receives(&mut sockets.board, BOARD, "student_help_request").await;
        assert_eq!(frame["data"]["stuck_duration_seconds"], 30, "as the phone said");
        walk.receives(&mut sockets.dashboard, DASHBOARD, "help_request").await;
        let frame = walk.receives(&mut sockets.desk, DESK, "new_help_request").await;
        assert_eq!(frame["data"]["priority"], "NORMAL");
        let news = walk.call("GET /api/notifications").by(&self.teacher).await;
        let notification = &news["notifications"][0];
        walk.knows("notification_id", &notification["id"]);
        let read = walk.call("POST /api/notifications/{notification_id}/read").is(200).by(&self.teacher).await;
        assert_eq!((&read["id"], &read["is_read"]), (&notification["id"], &json!(true)));
        let frame = walk.receives(&mut sockets.help, HELP, "HELP_AVAILABLE").await;
        assert_eq!(frame["help_request_id"], asked["help_request_id"]);
        let own = json!({ "help_response_id": frame["help_response"]["id"] });
        walk.call("POST /api/help/feedback").with(own).is(200).by(&self.kim).await;
        let view = walk.call("GET /api/help/request/{help_request_id}").by(&self.kim).await;
        assert_eq!((&view["status"], &view["help_request_id"]), (&json!("RESOLVED"), &asked["help_request_id"]));
        let own = json!({ "user_id": self.lee.id, "subtask_id": third });
        let lees = walk.call(ask).with(own).by(&self.lee).await;
        let pending = walk.call("GET /api/dashboard/help-requests/pending").by(&self.teacher).await;
        let waiting = pending["pending_requests"].as_array().unwrap();
        assert_eq!(waiting.iter().map(|w| &w["help_request_id"]).collect::<Vec<_>>(), [&lees["help_request_id"]]);
    }

    async fn logs(&mut self) {
        let first = &self.steps[0]["id"];
        let one = "POST /api/logs/activity";
        let sent = self.sent(one);
        let own = json!({ "user_id": self.kim.id, "subtask_id": first });
        self.walk.call(one).with(own).by(&self.kim).await;
        let many = "POST /api/logs/batch";
        let mut logs = self.sent(many)["logs"].clone();
        for log in logs.as_array_mut().unwrap() {
            log["event_data"] = sent["event_data"].clone();
            log["timestamp"] = sent["timestamp"].clone();
        }
        let saved = self.walk.call(many).with(json!({ "logs": logs })).is(201).by(&self.kim).await;
        assert_eq!(saved["saved_count"], 2);
    }

    async fn is_watched(&mut self) {
        let students = "GET /api/dashboard/lectures/{lecture_id}/students";
        let seen = self.walk.call(students).by(&self.teacher).await;
        let kim = &seen["students"][0];
        assert_eq!((&kim["user_id"], &kim["help_count"]), (&json!(self.kim.id), &json!(1)));
        assert_eq!((&kim["completed_subtasks"], &kim["progress_rate"]), (&json!(1), &json!(0.33)));
        let statistics = "GET /api/dashboard/statistics/lecture/{lecture_id}";
        let seen = self.walk.call(statistics).by(&self.teacher).await;
        assert_eq!((&seen["total_students"], &seen["total_help_requests"]), (&json!(2), &json!(2)));
        let quarters = seen["progress_distribution"].as_object().unwrap();
        assert_eq!(quarters.len(), 4, "the four of the seed");
        assert_eq!(quarters.values().map(|n| n.as_i64().unwrap()).sum::<i64>(), 2, "everyone once");
        let trend = "GET /api/dashboard/chart-data/progress-trend";
        let of_lecture = format!("?lecture_id={}&days=7", self.walk.value("lecture_id"));
        self.walk.call(trend).query(of_lecture).by(&self.teacher).await;
    }

    async fn ends(&mut self, mut phone: Socket) {
        let ended = self.walk.call("POST /api/sessions/{session_id}/end").by(&self.teacher).await;
        assert_eq!((&ended["status"], &ended["total_participants"]), (&json!("REVIEW_MODE"), &json!(2)));
        let frame = self.walk.receives(&mut phone, PHONE, "session_ended").await;
        assert_eq!(frame["data"]["review_mode_enabled"], true);
    }

    async fn obeys_the_rules(&mut self) {
        let missing = json!({ "subtask_id": 987_654_321, "status": "COMPLETED" });
        let refused = self.kim.post("/api/progress/update", missing).await.is(404);
        self.walk.obeys("에러 응답 형식", &refused);
        assert_eq!(refused["error"]["message"], self.walk.seed.rule("에러 응답 형식")["error"]["message"]);
        let path = format!("/api/lectures/{}/sessions", self.walk.value("lecture_id"));
        let page = self.teacher.get(&path).await.ok();
        self.walk.obeys("페이지네이션", &page);
    }
}
