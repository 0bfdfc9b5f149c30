//! One class from the applications to the certificates: every row of the table, in the order in which a school needs it.

use serde_json::{Value, json};

use super::walk::{Walk, holds};
use crate::harness::people::{Lecture, Person};
use crate::harness::{School, on_both};

/// A class of three seats, taught since 3 March 2025, for 50,000 won.
struct Class {
    walk: Walk,
    teacher: Person,
    kim: Person,
    lee: Person,
    park: Person,
    course: Lecture,
    class: Value,
    kims: Value,
    lees: Value,
}

#[test]
fn every_row_of_the_seed_is_done_in_one_school() {
    on_both(|school| async move {
        let mut class = applied(&school).await;
        class.admits(&school).await;
        class.is_paid().await;
        class.is_listed().await;
        class.learns().await;
        class.attends().await;
        class.is_assessed().await;
        class.is_graded().await;
        class.completes().await;
        class.is_certified().await;
        class.walk.ends();
    });
}

async fn applied(school: &School) -> Class {
    let teacher = school.teacher().await;
    let course = teacher.makes_lecture("생활체육 지도자 기초", 2).await;
    let path = format!("/api/v1/courses/{}", course.id);
    teacher.put(&path, json!({ "price": 50_000 })).await.ok();
    let plan = json!({ "class_name": "1차", "capacity": 3, "approval": "MANUAL", "start_date": "2025-03-03",
        "total_sessions": 2 });
    let class = teacher.post(&format!("{path}/classes"), plan).await.is(201)["class_id"].clone();
    let (kim, lee, park) =
        (school.student("김학생").await, school.student("이학생").await, school.student("박대기").await);
    let mut walk = Walk::begin();
    let mut made = Vec::new();
    for person in [&kim, &lee] {
        let sent = json!({ "user_id": person.id, "course_id": course.id, "class_id": class });
        let applied = walk.call("3-01", person, sent.clone()).await;
        assert_eq!((&applied["is_waiting"], &applied["waiting_number"]), (&json!(false), &Value::Null));
        let id = applied["enrollment_id"].clone();
        let seen = walk.call("3-02", person, json!({ "enrollment_id": id })).await["enrollment"].clone();
        holds(&seen, &sent);
        holds(&seen, &json!({ "enrollment_id": id, "status": "PENDING" }));
        made.push(id);
    }
    let [kims, lees] = made.try_into().unwrap();
    Class { walk, teacher, kim, lee, park, course, class, kims, lees }
}

impl Class {
    async fn enrollment(&mut self, id: &Value) -> Value {
        let sent = json!({ "enrollment_id": id });
        self.walk.call("3-02", &self.teacher, sent).await["enrollment"].clone()
    }

    /// `sent` with where this class is.
    fn here(&self, mut sent: Value) -> Value {
        sent["course_id"] = json!(self.course.id);
        sent["class_id"] = self.class.clone();
        sent
    }

    /// The third seat is taken and given up, and whoever waits at the front gets it; one of those is refused.
    async fn admits(&mut self, school: &School) {
        let (third, fifth) = (school.student("정취소").await, school.student("최거부").await);
        let mut ids = Vec::new();
        let park = self.park.clone();
        for (person, waits) in [(&third, Value::Null), (&park, json!(1)), (&fifth, json!(2))] {
            let sent = self.here(json!({ "user_id": person.id }));
            let applied = self.walk.call("3-01", person, sent).await;
            assert_eq!((&applied["is_waiting"], &applied["waiting_number"]), (&json!(!waits.is_null()), &waits));
            ids.push(applied["enrollment_id"].clone());
        }
        let waiting = self.here(json!({ "user_id": park.id, "status": "PENDING", "is_waiting": true }));
        self.walk.pages("3-03", &self.teacher, waiting, 1).await;
        let teacher = self.teacher.clone();
        let approves = json!({ "enrollment_id": self.kims });
        self.walk.call("3-05", &teacher, approves).await;
        let kims = self.kims.clone();
        holds(&self.enrollment(&kims).await, &json!({ "status": "APPROVED", "is_waiting": false }));
        let reason = json!({ "enrollment_id": ids[2], "rejection_reason": "선수 과정을 마치지 않았습니다" });
        self.walk.call("3-06", &teacher, reason.clone()).await;
        let refused = self.enrollment(&ids[2]).await;
        holds(&refused, &reason);
        holds(&refused, &json!({ "status": "REJECTED", "waiting_number": null }));
        let reason = json!({ "enrollment_id": ids[0], "cancel_reason": "개인 사정" });
        self.walk.call("3-07", &third, reason.clone()).await;
        let cancelled = self.enrollment(&ids[0]).await;
        holds(&cancelled, &reason);
        assert_eq!(cancelled["status"], "CANCELLED");
        self.walk.call("3-08", &teacher, json!({ "enrollment_id": ids[1] })).await;
        holds(&self.enrollment(&ids[1]).await, &json!({ "status": "APPROVED", "is_waiting": false }));
    }

    /// Lee says what was paid, the school confirms it, and gives a part of it back.
    async fn is_paid(&mut self) {
        let pays = json!({ "enrollment_id": self.lees, "payment_amount": 50_000, "payment_method": "CARD",
            "payment_info": { "approval_no": "12345678" } });
        let reported = self.walk.call("3-09", &self.lee, pays.clone()).await;
        holds(&reported["payment"], &pays);
        assert_eq!(reported["payment"]["payment_status"], "UNCONFIRMED");
        let confirmed = self.walk.call("3-09", &self.teacher, pays.clone()).await;
        holds(&confirmed["payment"], &pays);
        assert_eq!(confirmed["payment"]["payment_status"], "CONFIRMED");
        // In words, too.
        let mut answer = pays;
        answer["enrollment_id"] = self.kims.clone();
        answer["payment_info"] = json!("무통장 입금");
        holds(&self.walk.call("3-09", &self.teacher, answer.clone()).await["payment"], &answer);
        let back = json!({ "enrollment_id": self.lees, "refund_amount": 20_000, "refund_reason": "교재를 안 받음" });
        let refunded = self.walk.call("3-10", &self.teacher, back).await;
        holds(&refunded, &json!({ "refund_amount": 20_000, "refundable_amount": 30_000 }));
        let lees = self.lees.clone();
        if self.enrollment(&lees).await["status"] == "PENDING" {
            self.walk.call("3-05", &self.teacher, json!({ "enrollment_id": lees })).await;
        }
    }

    async fn is_listed(&mut self) {
        // Kim is in the evening class as well.
        let evening = json!({ "class_name": "저녁반", "approval": "AUTO" });
        let path = format!("/api/v1/courses/{}/classes", self.course.id);
        let evening = self.teacher.post(&path, evening).await.is(201)["class_id"].clone();
        let sent = json!({ "user_id": self.kim.id, "course_id": self.course.id, "class_id": evening });
        let second = self.walk.call("3-01", &self.kim, sent).await["enrollment_id"].clone();
        self.walk.call("3-05", &self.teacher, json!({ "enrollment_id": second })).await;
        let mine = self.walk.pages("3-04", &self.kim, json!({ "status": "APPROVED" }), 2).await;
        assert_eq!([&mine[0]["enrollment_id"], &mine[1]["enrollment_id"]], [&second, &self.kims], "the newest first");
        self.walk.pages("3-04", &self.kim, json!({ "status": "REJECTED" }), 0).await;
        let kims = self.here(json!({ "user_id": self.kim.id, "status": "APPROVED", "is_waiting": false }));
        let seen = self.walk.pages("3-03", &self.teacher, kims, 1).await;
        assert_eq!(seen[0]["enrollment_id"], self.kims);
        let all = self.here(json!({ "user_id": "", "status": "APPROVED", "is_waiting": "" }));
        let seen = self.walk.pages("3-03", &self.teacher, all, 3).await;
        let names: Vec<&Value> = seen.iter().map(|enrollment| &enrollment["user_name"]).collect();
        assert_eq!(names, ["박대기", "이학생", "김학생"]);
    }

    async fn learns(&mut self) {
        let (kim, teacher) = (self.kim.clone(), self.teacher.clone());
        for (n, step) in self.course.steps.iter().enumerate() {
            let content = json!({ "enrollment_id": self.kims, "content_id": step });
            let begun = self.walk.call("3-14", &kim, content.clone()).await["progress"].clone();
            holds(&begun, &content);
            assert!(begun["started_at"].is_string() && begun["completed_at"].is_null(), "{begun}");
            let report = json!({ "enrollment_id": self.kims, "content_id": step, "progress_rate": 45.5,
                "last_position": 380, "learning_time": 600 });
            let now = self.walk.call("3-11", &kim, report.clone()).await["progress"].clone();
            holds(&now, &report);
            assert_eq!(now["progress_id"], begun["progress_id"]);
            for person in [&kim, &teacher] {
                let seen = self.walk.call("3-12", person, json!({ "progress_id": now["progress_id"] })).await;
                assert_eq!(seen["progress"], now);
            }
            let done = self.walk.call("3-15", &kim, content).await["progress"].clone();
            assert!(done["completed_at"].is_string(), "{done}");
            holds(&done, &json!({ "progress_rate": 100, "learning_time": 600, "status": "COMPLETED" }));
            let list = self.walk.call("3-13", &kim, json!({ "enrollment_id": self.kims })).await;
            assert_eq!((&list["progresses"][n], list["progresses"].as_array().unwrap().len()), (&done, n + 1));
        }
        let sent = self.here(json!({}));
        let class = self.walk.pages("3-16", &teacher, sent, 3).await;
        let kims = class.iter().find(|learner| learner["enrollment_id"] == self.kims).unwrap();
        holds(kims, &json!({ "user_id": kim.id, "progress_rate": 100 }));
    }

    async fn attends(&mut self) {
        let (kim, teacher) = (self.kim.clone(), self.teacher.clone());
        let sent = json!({ "enrollment_id": self.kims, "class_date": "2025-03-03", "attendance_type": "LATE",
            "check_in_time": "09:20", "check_out_time": "2025-03-03T12:00:00+09:00", "absence_reason": "버스 고장" });
        let made = self.walk.call("3-17", &teacher, sent.clone()).await["attendance_id"].clone();
        let instants = json!({ "attendance_id": made, "check_in_time": "2025-03-03T00:20:00Z",
            "check_out_time": "2025-03-03T03:00:00Z" });
        let shown = self.walk.call("3-18", &kim, json!({ "attendance_id": made })).await["attendance"].clone();
        let same = ["enrollment_id", "class_date", "attendance_type", "absence_reason"];
        assert!(same.iter().all(|key| shown[*key] == sent[*key]), "{shown}");
        holds(&shown, &instants);
        let change = json!({ "attendance_id": made, "attendance_type": "PRESENT", "absence_reason": null,
            "check_in_time": "2025-03-03T00:00:00Z", "check_out_time": "2025-03-03T03:30:00Z" });
        let changed = self.walk.call("3-20", &teacher, change.clone()).await["attendance"].clone();
        holds(&changed, &change);
        let list = self.walk.call("3-19", &kim, json!({ "enrollment_id": self.kims })).await;
        assert_eq!(list["attendances"], json!([changed]));
        let everyone = json!({ "class_date": "2025-03-05", "attendances": [
            { "enrollment_id": self.kims, "attendance_type": "PRESENT", "check_in_time": "09:00" },
            { "user_id": self.lee.id, "attendance_type": "PRESENT" },
            { "user_id": self.park.id, "attendance_type": "ABSENT", "absence_reason": "감기" }] });
        let everyone = self.here(everyone);
        self.walk.call("3-22", &teacher, everyone).await;
        let day = self.here(json!({ "class_date": "2025-03-05" }));
        let marks = self.walk.pages("3-21", &teacher, day, 3).await;
        let park = marks.iter().find(|mark| mark["user_id"] == self.park.id).unwrap();
        holds(park, &json!({ "attendance_type": "ABSENT", "absence_reason": "감기", "class_date": "2025-03-05" }));
        let (lees, kims) = (self.lees.clone(), self.kims.clone());
        assert_eq!(self.enrollment(&kims).await["grade"]["attendance_score"], 100.0);
        assert_eq!(self.enrollment(&lees).await["grade"]["attendance_score"], 50.0);
    }

    async fn is_assessed(&mut self) {
        let (kim, teacher) = (self.kim.clone(), self.teacher.clone());
        let new = self.here(json!({ "assessment_name": "중간 평가", "assessment_type": "MIDTERM",
            "assessment_desc": "1~4주차 내용", "start_date": "2025-04-21T00:00:00Z", "end_date": "2025-04-25T09:00:00Z",
            "total_score": 100, "pass_score": 60, "time_limit": 50, "attempt_limit": 2, "is_active": true }));
        let made = self.walk.call("3-23", &teacher, new.clone()).await["assessment_id"].clone();
        let shown = self.walk.call("3-24", &kim, json!({ "assessment_id": made })).await["assessment"].clone();
        holds(&shown, &new);
        assert_eq!(shown["assessment_id"], made);
        let change = json!({ "assessment_id": made, "assessment_name": "기말 평가", "assessment_type": "FINAL",
            "assessment_desc": "모두", "start_date": "2025-04-22T00:00:00Z", "end_date": "2025-04-26T09:00:00Z",
            "total_score": 50.5, "pass_score": 30.5, "time_limit": 60, "attempt_limit": 3, "is_active": true });
        let changed = self.walk.call("3-26", &teacher, change.clone()).await["assessment"].clone();
        holds(&changed, &change);
        let second = self.walk.call("3-23", &teacher, new).await["assessment_id"].clone();
        let here = self.here(json!({}));
        let list = self.walk.call("3-25", &kim, here.clone()).await["assessments"].clone();
        assert_eq!((&list[0], &list[1]["assessment_id"]), (&changed, &second));
        self.walk.call("3-27", &teacher, json!({ "assessment_id": second })).await;
        let list = self.walk.call("3-25", &kim, here).await["assessments"].clone();
        assert_eq!(list, json!([changed]));
    }

    async fn is_graded(&mut self) {
        let (kim, teacher) = (self.kim.clone(), self.teacher.clone());
        let here = self.here(json!({}));
        let assessment = self.walk.call("3-25", &teacher, here).await["assessments"][0]["assessment_id"].clone();
        let mut results = Vec::new();
        let scores = [(self.kims.clone(), json!(45.5), "Y"), (self.lees.clone(), json!(30), "N")];
        for (enrollment, score, passed) in scores {
            let sent = json!({ "assessment_id": assessment, "enrollment_id": enrollment, "attempt": 1, "score": score,
                "pass_yn": passed, "start_time": "2025-04-22T01:00:00Z", "end_time": "2025-04-22T01:45:00Z" });
            let id = self.walk.call("3-28", &teacher, sent.clone()).await["result_id"].clone();
            let one = json!({ "assessment_id": assessment, "result_id": id });
            let shown = self.walk.call("3-29", &teacher, one).await["result"].clone();
            holds(&shown, &sent);
            results.push(shown);
        }
        let all = self.walk.pages("3-30", &teacher, json!({ "assessment_id": assessment }), 2).await;
        assert!(results.iter().all(|result| all.contains(result)), "{all:?}");
        let mine = self.walk.call("3-31", &kim, json!({ "enrollment_id": self.kims })).await["results"].clone();
        assert_eq!(mine, json!([results[0]]));
        let grade =
            json!({ "result_id": results[1]["result_id"], "score": 40, "pass_yn": "Y", "feedback": "재검토함" });
        let graded = self.walk.call("3-32", &teacher, grade.clone()).await["result"].clone();
        holds(&graded, &grade);
        let seen = json!({ "assessment_id": assessment, "result_id": results[0]["result_id"] });
        assert_eq!(self.walk.call("3-29", &kim, seen).await["result"], results[0]);
    }

    async fn completes(&mut self) {
        let (kim, teacher) = (self.kim.clone(), self.teacher.clone());
        let new = json!({ "enrollment_id": self.kims, "completion_date": "2025-06-30", "completion_status": "COMPLETED",
            "total_score": 92.5, "attendance_score": 100, "assessment_score": 90, "progress_score": 95, "memo": "우수" });
        let made = self.walk.call("3-33", &teacher, new.clone()).await["completion_id"].clone();
        let one = json!({ "completion_id": made });
        let shown = self.walk.call("3-34", &kim, one).await["completion"].clone();
        holds(&shown, &new);
        assert_eq!(shown["completion_id"], made);
        let change = json!({ "completion_id": made, "completion_date": "2025-07-01", "completion_status": "COMPLETED",
            "total_score": 93.5, "attendance_score": 99, "assessment_score": 91, "progress_score": 96, "memo": "최우수" });
        let changed = self.walk.call("3-37", &teacher, change.clone()).await["completion"].clone();
        holds(&changed, &change);
        let mine = self.walk.call("3-35", &kim, json!({ "enrollment_id": self.kims })).await;
        assert_eq!(mine["completion"], changed);
        // Of Lee and Park, none has done the contents; then Lee has, and was there as often as needed.
        let batch = json!({ "completion_date": "2025-07-01", "student_ids": [self.lee.id, self.park.id] });
        let batch = self.here(batch);
        assert_eq!(self.walk.call("3-40", &teacher, batch.clone()).await["processed"], 0);
        for step in &self.course.steps {
            let content = json!({ "enrollment_id": self.lees, "content_id": step });
            self.walk.call("3-15", &self.lee, content).await;
        }
        let present = json!({ "enrollment_id": self.lees, "class_date": "2025-03-03", "attendance_type": "PRESENT",
            "check_in_time": null, "check_out_time": null, "absence_reason": null });
        self.walk.call("3-17", &teacher, present).await;
        assert_eq!(self.walk.call("3-40", &teacher, batch).await["processed"], 1);
        let completed = self.here(json!({ "completion_status": "COMPLETED" }));
        let all = self.walk.pages("3-36", &teacher, completed, 2).await;
        assert_eq!((&all[0], &all[1]["user_id"]), (&changed, &json!(self.lee.id)));
        let revoked = self.here(json!({ "completion_status": "REVOKED" }));
        self.walk.pages("3-36", &teacher, revoked, 0).await;
    }

    async fn is_certified(&mut self) {
        let (kim, teacher) = (self.kim.clone(), self.teacher.clone());
        let mine = self.walk.call("3-35", &kim, json!({ "enrollment_id": self.kims })).await["completion"].clone();
        let one = json!({ "completion_id": mine["completion_id"] });
        let made = self.walk.call("3-38", &teacher, one).await;
        let url = made["certificate_url"].as_str().unwrap();
        assert!(url.starts_with("http") && url.contains("/certificates/"), "{url}");
        let number = json!({ "certificate_no": made["certificate_no"] });
        for person in [&kim, &teacher] {
            let seen = self.walk.call("3-39", person, number.clone()).await;
            holds(&seen["certificate"], &json!({ "certificate_no": made["certificate_no"], "certificate_url": url }));
            holds(&seen["completion"], &number);
            holds(&seen["completion"], &json!({ "completion_id": mine["completion_id"], "total_score": 93.5 }));
            holds(&seen["course"], &json!({ "course_id": self.course.id, "title": "생활체육 지도자 기초" }));
            holds(&seen["user"], &json!({ "user_id": kim.id, "name": "김학생" }));
        }
    }
}
