//! Assessments and their results: who sees them, when a result is taken, and what becomes of the grade.

mod results;

use serde_json::{Value, json};

use crate::harness::people::{Person, Reply};
use crate::harness::{School, on_both};

/// It was refused, in the portal's dialect; the answer is `details`.
#[track_caller]
fn refused(reply: Reply, status: u16, code: &str) -> Value {
    let said = (reply.status, reply.json["code"].as_str(), reply.json["success"].as_bool());
    assert_eq!(said, (status, Some(code), Some(false)), "{}: {}", reply.asked, reply.json);
    assert!(reply.json["message"].as_str().is_some_and(|m| !m.is_empty()), "{}", reply.json);
    reply.json["details"].clone()
}

#[track_caller]
fn refused_field(reply: Reply, field: &str) {
    assert_eq!(refused(reply, 400, "INVALID_REQUEST")["field"], field);
}

/// `base` with the keys of `more`.
fn with(base: &Value, more: Value) -> Value {
    let mut whole = base.clone();
    whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    whole
}

struct Room {
    teacher: Person,
    student: Person,
    course: i64,
    /// The default one, in which the student is.
    class: i64,
    enrollment: i64,
}

impl Room {
    async fn of(school: &School) -> Room {
        let teacher = school.teacher().await;
        let course = new_course(&teacher).await;
        let classes = teacher.get(&format!("/api/v1/courses/{course}/classes")).await.ok();
        let class = classes["classes"][0]["class_id"].as_i64().unwrap();
        let student = school.student("김학생").await;
        let enrollment = enrolls(&student, course, class).await;
        Room { teacher, student, course, class, enrollment }
    }

    async fn another_class(&self) -> i64 {
        let path = format!("/api/v1/courses/{}/classes", self.course);
        self.teacher.post(&path, json!({ "class_name": "2차" })).await.is(201)["class_id"].as_i64().unwrap()
    }

    fn plain(&self) -> Value {
        json!({ "course_id": self.course, "assessment_name": "중간 평가", "assessment_type": "MIDTERM" })
    }

    async fn assessment(&self, more: Value) -> i64 {
        let made = self.teacher.post("/api/v1/assessments", with(&self.plain(), more)).await.is(201);
        made["assessment_id"].as_i64().unwrap()
    }

    async fn records(&self, assessment: i64, more: Value) -> Reply {
        let body = with(&json!({ "enrollment_id": self.enrollment }), more);
        self.teacher.post(&format!("/api/v1/assessments/{assessment}/results"), body).await
    }

    async fn results(&self, assessment: i64) -> Vec<Value> {
        let path = format!("/api/v1/assessments/{assessment}/results?size=100");
        self.teacher.get(&path).await.ok()["results"].as_array().unwrap().clone()
    }

    async fn grade(&self) -> Value {
        let path = format!("/api/v1/enrollments/{}", self.enrollment);
        self.student.get(&path).await.ok()["enrollment"]["grade"].clone()
    }

    async fn names_for(&self, person: &Person, class: i64) -> Vec<Value> {
        let path = format!("/api/v1/assessments/course/{}/class/{class}", self.course);
        let list = person.get(&path).await.ok();
        list["assessments"].as_array().unwrap().iter().map(|a| a["assessment_name"].clone()).collect()
    }
}

async fn new_course(teacher: &Person) -> i64 {
    teacher.post("/api/v1/courses", json!({ "title": "생활체육 지도자" })).await.is(201)["course_id"].as_i64().unwrap()
}

async fn enrolls(student: &Person, course: i64, class: i64) -> i64 {
    let body = json!({ "course_id": course, "class_id": class });
    student.post("/api/v1/enrollments", body).await.is(201)["enrollment_id"].as_i64().unwrap()
}

async fn shown(person: &Person, assessment: i64) -> Value {
    person.get(&format!("/api/v1/assessments/{assessment}")).await.ok()["assessment"].clone()
}

#[test]
fn an_assessment_is_answered_as_it_was_made() {
    on_both(|school| async move {
        let room = Room::of(&school).await;
        let made = room.teacher.post("/api/v1/assessments", room.plain()).await.is(201);
        assert_eq!((&made["success"], made["message"].is_string()), (&json!(true), true));
        let plain = shown(&room.teacher, made["assessment_id"].as_i64().unwrap()).await;
        let usual = json!({ "class_id": null, "assessment_desc": "", "start_date": null, "end_date": null,
            "total_score": 100.0, "pass_score": 60.0, "time_limit": null, "attempt_limit": null, "is_active": true,
            "weight": 1.0, "is_required": true });
        assert_eq!(plain, with(&plain, with(&room.plain(), usual)));
        assert!(plain["created_at"].is_string() && plain["updated_at"].is_string());
        let whole = json!({ "course_id": room.course, "class_id": room.class, "assessment_name": "기말",
            "assessment_type": "FINAL", "assessment_desc": "모두", "start_date": "2025-04-21", "end_date": "2025-04-25",
            "total_score": 50.5, "pass_score": 30, "time_limit": 50, "attempt_limit": 2, "is_active": false,
            "weight": 2.5, "is_required": false });
        let id = room.assessment(whole.clone()).await;
        // A day lasts from midnight to midnight in Seoul.
        let zoned = json!({ "assessment_id": id, "start_date": "2025-04-20T15:00:00Z",
            "end_date": "2025-04-25T14:59:59Z", "pass_score": 30.0 });
        let seen = shown(&room.teacher, id).await;
        assert_eq!(seen, with(&seen, with(&whole, zoned)));
        // What was answered can be sent back, and changes nothing.
        school.later(60);
        let again = room.teacher.put(&format!("/api/v1/assessments/{id}"), seen.clone()).await.ok();
        assert_eq!(with(&again["assessment"], json!({ "updated_at": seen["updated_at"] })), seen);
        assert_ne!(again["assessment"]["updated_at"], seen["updated_at"]);
        let instants = json!({ "start_date": "2025-04-21T10:00:00+09:00", "end_date": "2025-04-21T01:00:00Z" });
        let seen = shown(&room.teacher, room.assessment(instants).await).await;
        assert_eq!([&seen["start_date"], &seen["end_date"]], ["2025-04-21T01:00:00Z"; 2]);
    });
}

#[test]
fn an_assessment_that_makes_no_sense_is_refused() {
    on_both(|school| async move {
        let room = Room::of(&school).await;
        let foreign = new_course(&room.teacher).await;
        let id = room.assessment(json!({})).await;
        let before = shown(&room.teacher, id).await;
        let path = format!("/api/v1/assessments/{id}");
        for (field, wrong) in [
            ("end_date", json!({ "start_date": "2025-04-22", "end_date": "2025-04-21" })),
            ("end_date", json!({ "start_date": "2025-04-21T10:00:00Z", "end_date": "2025-04-21T09:59:59Z" })),
            ("start_date", json!({ "start_date": "2025-02-30" })),
            ("start_date", json!({ "start_date": "1969-12-31" })),
            ("end_date", json!({ "end_date": "내일" })),
            ("end_date", json!({ "end_date": 20250421 })),
            ("pass_score", json!({ "total_score": 50, "pass_score": 51 })),
            ("pass_score", json!({ "total_score": 50 })),
            ("pass_score", json!({ "pass_score": -1 })),
            ("total_score", json!({ "total_score": 0, "pass_score": 0 })),
            ("total_score", json!({ "total_score": -1 })),
            ("total_score", json!({ "total_score": 1e300 })),
            ("time_limit", json!({ "time_limit": 0 })),
            ("time_limit", json!({ "time_limit": i64::MAX })),
            ("time_limit", json!({ "time_limit": 1.5 })),
            ("attempt_limit", json!({ "attempt_limit": 0 })),
            ("attempt_limit", json!({ "attempt_limit": -3 })),
            ("attempt_limit", json!({ "attempt_limit": 1_000_000 })),
            ("weight", json!({ "weight": -1 })),
            ("weight", json!({ "weight": 1e9 })),
            ("assessment_type", json!({ "assessment_type": "EXAMINATION" })),
            ("assessment_name", json!({ "assessment_name": "가".repeat(201) })),
            ("assessment_desc", json!({ "assessment_desc": "\0" })),
            ("is_active", json!({ "is_active": "아마" })),
        ] {
            refused_field(room.teacher.post("/api/v1/assessments", with(&room.plain(), wrong.clone())).await, field);
            refused_field(room.teacher.put(&path, wrong).await, field);
        }
        for key in ["course_id", "assessment_name", "assessment_type"] {
            let mut body = room.plain();
            body.as_object_mut().unwrap().remove(key);
            refused_field(room.teacher.post("/api/v1/assessments", body).await, key);
        }
        let elsewhere = with(&room.plain(), json!({ "course_id": foreign, "class_id": room.class }));
        refused_field(room.teacher.post("/api/v1/assessments", elsewhere).await, "class_id");
        let nowhere = with(&room.plain(), json!({ "course_id": 999_999 }));
        refused(room.teacher.post("/api/v1/assessments", nowhere).await, 404, "NOT_FOUND");
        assert_eq!(shown(&room.teacher, id).await, before);
        assert_eq!(room.names_for(&room.teacher, room.class).await.len(), 1);
    });
}

#[test]
fn a_change_of_an_assessment_touches_only_the_keys_that_were_sent_and_null_clears() {
    on_both(|school| async move {
        let room = Room::of(&school).await;
        let id = room
            .assessment(json!({ "assessment_desc": "설명", "start_date": "2025-04-21", "end_date": "2025-04-25",
                "time_limit": 50, "attempt_limit": 2 }))
            .await;
        let before = shown(&room.teacher, id).await;
        let path = format!("/api/v1/assessments/{id}");
        let change = async |changes: Value| {
            let now = room.teacher.put(&path, changes).await.ok()["assessment"].clone();
            assert_eq!(shown(&room.teacher, id).await, now);
            with(&now, json!({ "updated_at": before["updated_at"] }))
        };
        assert_eq!(change(json!({})).await, before);
        let named = json!({ "pass_score": 70.0, "assessment_type": "EXAM" });
        assert_eq!(change(named.clone()).await, with(&before, named.clone()));
        let cleared = json!({ "assessment_desc": null, "start_date": null, "end_date": null, "time_limit": null,
            "attempt_limit": null });
        let bare = with(&with(&before, named), with(&cleared, json!({ "assessment_desc": "" })));
        assert_eq!(change(cleared).await, bare);
        // What an assessment cannot be without is not cleared, and it stays where it is.
        let moved = json!({ "total_score": null, "is_active": null, "course_id": 999, "class_id": room.class });
        assert_eq!(change(moved).await, bare);
    });
}

#[test]
fn students_see_the_assessments_of_their_course_and_class() {
    on_both(|school| async move {
        let room = Room::of(&school).await;
        let second = room.another_class().await;
        let everyone = room.assessment(json!({ "assessment_name": "모두" })).await;
        let mine = room.assessment(json!({ "assessment_name": "1차", "class_id": room.class })).await;
        let theirs = room.assessment(json!({ "assessment_name": "2차", "class_id": second })).await;
        let hidden = room.assessment(json!({ "assessment_name": "준비 중", "is_active": false })).await;
        let elsewhere = new_course(&room.teacher).await;
        let body = with(&room.plain(), json!({ "course_id": elsewhere }));
        room.teacher.post("/api/v1/assessments", body).await.is(201);
        assert_eq!(room.names_for(&room.teacher, room.class).await, ["모두", "1차", "준비 중"]);
        assert_eq!(room.names_for(&room.teacher, second).await, ["모두", "2차", "준비 중"]);
        assert_eq!(room.names_for(&room.student, room.class).await, ["모두", "1차"]);
        for id in [everyone, mine] {
            shown(&room.student, id).await;
        }
        let path = |id: i64| format!("/api/v1/assessments/{id}");
        for id in [theirs, hidden, 999_999] {
            refused(room.student.get(&path(id)).await, 404, "NOT_FOUND");
        }
        let list = |class: i64| format!("/api/v1/assessments/course/{}/class/{class}", room.course);
        refused(room.student.get(&list(second)).await, 403, "FORBIDDEN");
        refused(room.teacher.get(&list(999_999)).await, 404, "NOT_FOUND");
        let wrong = format!("/api/v1/assessments/course/{elsewhere}/class/{second}");
        refused(room.teacher.get(&wrong).await, 404, "NOT_FOUND");
        // Who has only applied is not in it yet; who has left is in it no more.
        let manual = json!({ "approval": "MANUAL" });
        room.teacher.put(&format!("/api/v1/courses/{}/classes/{second}", room.course), manual).await.ok();
        let applicant = school.student("이학생").await;
        let enrollment = enrolls(&applicant, room.course, second).await;
        refused(applicant.get(&path(everyone)).await, 404, "NOT_FOUND");
        refused(applicant.get(&list(second)).await, 403, "FORBIDDEN");
        let enrollment = format!("/api/v1/enrollments/{enrollment}");
        room.teacher.patch(&format!("{enrollment}/approve"), json!({})).await.ok();
        assert_eq!(room.names_for(&applicant, second).await, ["모두", "2차"]);
        applicant.patch(&format!("{enrollment}/cancel"), json!({})).await.ok();
        refused(applicant.get(&path(everyone)).await, 404, "NOT_FOUND");
    });
}

#[test]
fn nobody_scores_themselves_and_strangers_see_and_change_nothing() {
    on_both(|school| async move {
        let room = Room::of(&school).await;
        let id = room.assessment(json!({})).await;
        let result = room.records(id, json!({ "score": 55 })).await.is(201)["result_id"].as_i64().unwrap();
        let (stranger, other) = (school.student("이학생").await, school.another_teacher().await);
        let before = (shown(&room.teacher, id).await, room.results(id).await, room.grade().await);
        let path = format!("/api/v1/assessments/{id}");
        let (results, one) = (format!("{path}/results"), format!("{path}/results/{result}"));
        let grade = format!("/api/v1/assessments/results/{result}/grade");
        let of_enrollment = format!("/api/v1/assessments/results/enrollment/{}", room.enrollment);
        let list = format!("/api/v1/assessments/course/{}/class/{}", room.course, room.class);
        let perfect = json!({ "enrollment_id": room.enrollment, "score": 100, "pass_yn": "Y" });
        for (person, code) in
            [(&room.student, "INSTRUCTOR_ONLY"), (&stranger, "INSTRUCTOR_ONLY"), (&other, "FORBIDDEN")]
        {
            refused(person.post("/api/v1/assessments", room.plain()).await, 403, code);
            refused(person.put(&path, json!({ "pass_score": 1 })).await, 403, code);
            refused(person.delete(&path).await, 403, code);
            refused(person.post(&results, perfect.clone()).await, 403, code);
            refused(person.patch(&grade, json!({ "score": 100 })).await, 403, code);
            refused(person.get(&results).await, 403, code);
        }
        for private in [&path, &one, &of_enrollment] {
            refused(stranger.get(private).await, 404, "NOT_FOUND");
            refused(other.get(private).await, 403, "FORBIDDEN");
            refused(school.nobody().get(private).await, 401, "UNAUTHORIZED");
        }
        for person in [&stranger, &other] {
            refused(person.get(&list).await, 403, "FORBIDDEN");
        }
        // To a stranger a result that is there looks like one that is not.
        let nothing = stranger.get(&format!("{path}/results/999999")).await;
        assert_eq!(nothing.json, stranger.get(&one).await.json);
        assert_eq!((shown(&room.teacher, id).await, room.results(id).await, room.grade().await), before);
        // One's own is there to be seen, and so is all to an admin.
        assert_eq!(room.student.get(&one).await.ok()["result"], before.1[0]);
        assert_eq!(room.student.get(&of_enrollment).await.ok()["results"], json!(before.1));
        school.admin().await.patch(&grade, json!({ "score": 60 })).await.ok();
        assert_eq!(room.results(id).await[0]["pass_yn"], "Y");
    });
}
