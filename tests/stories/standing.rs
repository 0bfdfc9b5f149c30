//! Who of a class meets the rule of completion, and what becomes of a whole class: completed, certified, printed, revoked.

use std::process::Command;
use std::time::Duration;

use gyosil::school::completions::batch::{CompletionBatch, complete_within};
use gyosil::school::rights::{Caller, Role};
use serde_json::{Value, json};

use crate::classroom::{applied, default_class, new_session, plans};
use crate::harness::people::{Lecture, Person};
use crate::harness::{School, on_both};

struct Course {
    teacher: Person,
    lecture: Lecture,
    class: i64,
}

impl Course {
    async fn of(school: &School, steps: usize) -> Course {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", steps).await;
        let class = default_class(&teacher, lecture.id).await;
        Course { teacher, lecture, class }
    }

    fn path(&self, end: &str) -> String {
        format!("/api/v1/completions/course/{}/class/{}/{end}", self.lecture.id, self.class)
    }

    /// A student who has done so many of the steps.
    async fn student(&self, school: &School, name: &str, steps: usize) -> Person {
        let student = school.student(name).await;
        let enrollment = applied(&student, self.lecture.id, self.class).await;
        for step in &self.lecture.steps[..steps] {
            let body = json!({ "enrollment_id": enrollment, "content_id": step });
            student.patch("/api/v1/progress/complete", body).await.is(200);
        }
        student
    }

    async fn standing(&self, person: &Person) -> Value {
        let all = self.teacher.get(&self.path("standing")).await.ok();
        let of = |one: &&Value| one["user_id"] == person.id;
        all["learners"].as_array().unwrap().iter().find(of).unwrap().clone()
    }

    async fn completes_all(&self) -> Value {
        let body = json!({ "course_id": self.lecture.id, "class_id": self.class, "issue_certificates": true });
        self.teacher.post("/api/v1/completions/batch", body).await.ok()
    }

    async fn changes(&self, person: &Person, change: Value) {
        let completion = self.standing(person).await["completion_id"].clone();
        self.teacher.put(&format!("/api/v1/completions/{completion}"), change).await.ok();
    }

    /// The text of each paper.
    async fn papers(&self, school: &School) -> Vec<String> {
        let asked = school.http.get(school.url(&self.path("certificates.pdf")));
        let answer = asked.bearer_auth(self.teacher.token.as_ref().unwrap()).send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (200, &"application/pdf".parse().unwrap())
        );
        let file = school.data().join("papers.pdf");
        std::fs::write(&file, answer.bytes().await.unwrap()).unwrap();
        let read = Command::new("pdftotext").args(["-layout", "-enc", "UTF-8"]).arg(&file).arg("-").output().unwrap();
        let text = String::from_utf8(read.stdout).unwrap();
        text.split_terminator('\u{c}').map(str::to_owned).collect()
    }
}

#[test]
fn one_request_shows_who_meets_the_rule_and_what_the_others_lack() {
    on_both(|school| async move {
        let course = Course::of(&school, 2).await;
        let (done, halfway) = (course.student(&school, "김학생", 2).await, course.student(&school, "이학생", 1).await);
        let all = course.teacher.get(&course.path("standing")).await.ok();
        assert_eq!((&all["rule"]["attendance_rate"], &all["learners"].as_array().unwrap().len()), (&json!(75.0), &2));
        let ready = course.standing(&done).await;
        assert_eq!(
            (&ready["missing"], &ready["steps_left"], &ready["completion_id"]),
            (&json!([]), &json!(0), &Value::Null)
        );
        let lacking = course.standing(&halfway).await;
        assert_eq!((&lacking["missing"], &lacking["steps_left"]), (&json!(["progress"]), &json!(1)));
        // It is the rule by which one is completed.
        let plan = json!({ "total_sessions": 4 });
        plans(&course.teacher, course.lecture.id, course.class, plan).await;
        let lacking = course.standing(&halfway).await;
        assert_eq!(
            (&lacking["missing"], &lacking["attendance_score"]),
            (&json!(["attendance", "progress"]), &json!(0.0))
        );
        let refused = json!({ "enrollment_id": lacking["enrollment_id"] });
        let refused = course.teacher.post("/api/v1/completions", refused).await.is(409);
        assert_eq!(refused["details"]["missing"], lacking["missing"]);
        let namesake = school.registers("STUDENT", "김학생", "namesake@example.com").await;
        applied(&namesake, course.lecture.id, course.class).await;
        assert_eq!((&ready["namesake"], &course.standing(&namesake).await["namesake"]), (&json!(1), &json!(2)));
        let stranger = school.another_teacher().await;
        for anyone in [&done, &stranger] {
            for end in ["standing", "certificates.pdf"] {
                anyone.get(&course.path(end)).await.is(403);
            }
        }
    });
}

#[test]
fn a_class_is_completed_and_certified_at_once_and_one_completion_is_revoked_with_a_reason() {
    on_both(|school| async move {
        let course = Course::of(&school, 2).await;
        let (done, halfway) = (course.student(&school, "김학생", 2).await, course.student(&school, "이학생", 1).await);
        let batch = course.completes_all().await;
        assert_eq!((&batch["processed"], &batch["certificates_issued"]), (&json!(1), &json!(1)));
        assert_eq!(batch["not_completed"][0]["user_id"], halfway.id);
        let one = course.standing(&done).await;
        assert_eq!((&one["completion_status"], &one["certificate"]["status"]), (&json!("COMPLETED"), &json!("VALID")));
        course.changes(&done, json!({ "completion_status": "REVOKED", "memo": "다른 분의 기록입니다" })).await;
        let one = course.standing(&done).await;
        assert_eq!((&one["completion_status"], &one["memo"]), (&json!("REVOKED"), &json!("다른 분의 기록입니다")));
        assert_eq!(one["certificate"]["status"], "REVOKED");
        course.changes(&done, json!({ "completion_status": "COMPLETED" })).await;
        assert_eq!(course.standing(&done).await["certificate"]["status"], "VALID");
    });
}

#[test]
fn a_guest_completes_with_the_class_and_gets_the_certificate_after_the_claim() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let class = default_class(&teacher, lecture.id).await;
        let course = Course { teacher, lecture, class };
        let guest = school.guest(&session, "김순자").await;
        guest.finishes(course.lecture.steps[0]).await;
        let batch = course.completes_all().await;
        assert_eq!((&batch["processed"], &batch["certificates_issued"]), (&json!(1), &json!(0)), "{batch}");
        let one = course.standing(&guest).await;
        assert_eq!((&one["is_guest"], &one["certificate"]), (&json!(true), &Value::Null));
        let claim = json!({ "name": "김순자 마리아", "phone": "01012345678", "password": "a long password" });
        guest.put("/api/auth/me", claim).await.ok();
        // Nobody has to press anything: the claim has issued it, in the name that was claimed, and has told the learner.
        let one = course.standing(&guest).await;
        assert_eq!((&one["is_guest"], &one["certificate"]["status"]), (&json!(false), &json!("VALID")));
        let number = one["certificate"]["certificate_no"].as_str().unwrap();
        let paper = guest.get(&format!("/api/v1/completions/certificate/{number}")).await.ok();
        assert_eq!(paper["certificate"]["facts"]["name"], "김순자 마리아", "{paper}");
        let told = guest.get("/api/notifications?unread=true").await.ok()["notifications"].clone();
        assert_eq!(told[0]["type"], "CERTIFICATE_ISSUED", "{told}");
        let path = format!("/api/v1/completions/{}/certificate", one["completion_id"]);
        assert_eq!(course.teacher.post(&path, json!({})).await.is(200)["certificate_no"], number);
    });
}

#[test]
fn a_guest_whose_completion_was_revoked_claims_the_account_without_a_certificate() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let class = default_class(&teacher, lecture.id).await;
        let course = Course { teacher, lecture, class };
        let guest = school.guest(&session, "김순자").await;
        guest.finishes(course.lecture.steps[0]).await;
        course.completes_all().await;
        course.changes(&guest, json!({ "completion_status": "REVOKED" })).await;
        guest.put("/api/auth/me", json!({ "phone": "01012345678", "password": "a long password" })).await.ok();
        let one = course.standing(&guest).await;
        assert_eq!((&one["completion_status"], &one["certificate"]), (&json!("REVOKED"), &Value::Null));
    });
}

#[test]
fn a_guest_who_claims_the_account_while_the_class_is_completed_gets_one_certificate() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let class = default_class(&teacher, lecture.id).await;
        let course = Course { teacher, lecture, class };
        for n in 0..8 {
            let guest = school.guest(&session, &format!("김순자 {n}")).await;
            guest.finishes(course.lecture.steps[0]).await;
            let claim = json!({ "phone": format!("0101234567{n}"), "password": "a long password" });
            let (claimed, _) = tokio::join!(guest.put("/api/auth/me", claim), course.completes_all());
            claimed.ok();
            let one = course.standing(&guest).await;
            assert_eq!(one["certificate"]["status"], "VALID", "{one}");
        }
    });
}

#[test]
fn all_valid_certificates_of_a_class_come_in_one_file() {
    on_both(|school| async move {
        let course = Course::of(&school, 1).await;
        course.teacher.get(&course.path("certificates.pdf")).await.is(404);
        let (kim, _) = (course.student(&school, "김학생", 1).await, course.student(&school, "이학생", 1).await);
        course.student(&school, "박학생", 0).await;
        course.completes_all().await;
        let papers = course.papers(&school).await;
        assert_eq!(papers.len(), 2, "{papers:?}");
        for (paper, name) in papers.iter().zip(["김학생", "이학생"]) {
            assert!(paper.contains(name) && paper.contains("카카오톡 기초"), "{paper}");
        }
        course.teacher.get(&course.path("certificates.pdf?part=2")).await.is(404);
        course.teacher.get(&course.path("certificates.pdf?part=0")).await.is(400);
        course.changes(&kim, json!({ "completion_status": "REVOKED", "memo": "착오" })).await;
        let papers = course.papers(&school).await;
        assert!(papers.len() == 1 && papers[0].contains("이학생"), "{papers:?}");
    });
}

#[test]
fn an_empty_list_of_students_completes_nobody() {
    on_both(|school| async move {
        let course = Course::of(&school, 1).await;
        let batch = course.completes_all().await;
        assert_eq!((&batch["processed"], &batch["remaining"]), (&json!(0), &json!([])));
        let body = json!({ "course_id": course.lecture.id, "class_id": course.class, "student_ids": [] });
        course.teacher.post("/api/v1/completions/batch", body).await.is(400);
    });
}

#[test]
fn a_batch_without_time_names_those_who_remain() {
    on_both(|school| async move {
        let course = Course::of(&school, 1).await;
        let (kim, lee) = (course.student(&school, "김학생", 1).await, course.student(&school, "이학생", 1).await);
        let caller = Caller { id: course.teacher.id, role: Role::Instructor, login: 0, expires_ms: i64::MAX };
        let batch = CompletionBatch {
            course: course.lecture.id,
            class: course.class,
            date: None,
            students: None,
            issue: false,
        };
        let judged = complete_within(&school.app, &caller, batch.clone(), Duration::ZERO).await.unwrap();
        assert_eq!((judged.processed, judged.remaining), (0, vec![kim.id, lee.id]));
        let judged = complete_within(&school.app, &caller, batch, Duration::from_secs(60)).await.unwrap();
        assert_eq!((judged.processed, judged.remaining), (2, vec![]));
    });
}

#[test]
fn a_large_class_is_shown_in_pages() {
    on_both(|school| async move {
        let course = Course::of(&school, 1).await;
        for name in ["김학생", "박학생", "이학생"] {
            course.student(&school, name, 0).await;
        }
        let page = async |query: &str| {
            let found = course.teacher.get(&course.path(&format!("standing{query}"))).await.ok();
            let names = found["learners"].as_array().unwrap().iter().map(|one| one["user_name"].clone()).collect();
            (Value::Array(names), found["paging"]["total_pages"].clone())
        };
        assert_eq!(page("").await, (json!(["김학생", "박학생", "이학생"]), json!(1)));
        assert_eq!(page("?size=2").await, (json!(["김학생", "박학생"]), json!(2)));
        assert_eq!(page("?size=2&page=2").await, (json!(["이학생"]), json!(2)));
        course.teacher.get(&course.path("standing?size=101")).await.is(400);
    });
}
