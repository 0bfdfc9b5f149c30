//! The class of the seed, in which its numbers are true: ETH201, sixteen times since 3 March 2025.

use jiff::ToSpan;
use jiff::civil::date;
use serde_json::{Value, json};

use super::seed::{APPROVE, REQUEST};
use crate::harness::School;
use crate::harness::people::Person;

/// When the students of the seed ask: 10:30 in Seoul.
const ASKED: &str = "2025-10-25T10:30:00+09:00";

pub struct Classroom {
    /// Person 1: was there twelve times, was late once, and missed three.
    pub kim: Person,
    /// Person 2: missed one.
    pub lee: Person,
    pub teacher: Person,
    enrollments: [i64; 2],
}

impl Classroom {
    pub async fn of(school: &School) -> Classroom {
        let asked: jiff::Timestamp = ASKED.parse().unwrap();
        school.app.clock.advance(asked.as_millisecond() - school.app.now_ms());
        // The seed's programs name them so.
        let kim = school.student_number(1, "김학생", "student1@example.com").await;
        let lee = school.student_number(2, "이학생", "student2@example.com").await;
        let teacher = school.teacher().await;
        let course = json!({ "title": "생활 윤리", "code": "ETH201" });
        let course = teacher.post("/api/v1/courses", course).await.is(201)["course_id"].clone();
        let classes = format!("/api/v1/courses/{course}/classes");
        let class = teacher.get(&classes).await.ok()["classes"][0]["class_id"].clone();
        teacher.put(&format!("{classes}/{class}"), json!({ "total_sessions": 16 })).await.ok();
        let mut enrollments = [0; 2];
        for (student, enrollment) in [&kim, &lee].into_iter().zip(&mut enrollments) {
            let made = student.post("/api/v1/enrollments", json!({ "course_id": course })).await.is(201);
            *enrollment = made["enrollment_id"].as_i64().unwrap();
        }
        for number in 1..=16 {
            let lines = json!([{ "user_id": kim.id, "attendance_type": kims(number) },
                { "user_id": lee.id, "attendance_type": lees(number) }]);
            let marks = json!({ "course_id": course, "class_id": class, "class_date": day(number),
                "attendances": lines });
            teacher.post("/api/v1/attendance/batch", marks).await.is(201);
        }
        Classroom { kim, lee, teacher, enrollments }
    }

    /// Kim's fifth meeting becomes 출석: from now on the numbers of the views are true.
    pub async fn counts_kims_fifth(&self) {
        let asks = json!({ "lecSerial": "ETH201", "sessionNumber": 5, "requestReason": "버스가 오지 않았습니다" });
        self.kim.post(REQUEST, asks).await.is(200);
        let records = json!([{ "studentIdx": self.kim.id, "status": "APPROVED", "rejectReason": null }]);
        let approves = json!({ "lecSerial": "ETH201", "sessionNumber": 5, "attendanceRecords": records });
        self.teacher.post(APPROVE, approves).await.is(200);
    }

    /// Lee has missed the third meeting too, and asks without a paper.
    pub async fn lee_asks(&self) {
        let asks = json!({ "lecSerial": "ETH201", "sessionNumber": 3, "requestReason": "늦잠을 잤습니다" });
        self.lee.post(REQUEST, asks).await.is(200);
    }

    /// After the example of an approval: Kim's third meeting is 출석 and Lee's is not, and both grades say so.
    pub async fn was_decided_as_in_the_seed(&self) {
        let expected = [(&self.kim, "출석", 93.75), (&self.lee, "결석", 93.75)];
        for ((student, status, rate), enrollment) in expected.into_iter().zip(self.enrollments) {
            let course = json!({ "lecSerial": "ETH201" });
            let data = student.post(super::seed::STUDENT_VIEW, course).await.is(200)["data"].clone();
            let third = json!({ "sessionNumber": 3, "status": status, "date": "2025-03-10", "hasRequest": false });
            assert_eq!((&data["sessions"][2], &data["pendingRequests"]), (&third, &json!([])), "{}", student.name);
            assert_eq!(data["summary"]["attendanceRate"], rate, "{}", student.name);
            let seen = student.get(&format!("/api/v1/enrollments/{enrollment}")).await.ok();
            assert_eq!(seen["enrollment"]["grade"]["attendance_score"], rate, "{}", student.name);
        }
    }
}

fn kims(number: i64) -> &'static str {
    match number {
        3 | 5 | 9 => "ABSENT",
        4 => "LATE",
        // The seed has three words: these two count as 출석.
        7 => "EXCUSED",
        8 => "EARLY_LEAVE",
        _ => "PRESENT",
    }
}

fn lees(number: i64) -> &'static str {
    if number == 3 { "ABSENT" } else { "PRESENT" }
}

/// Mondays and Wednesdays.
fn day(number: i64) -> Value {
    let first = date(2025, 3, 3);
    let weeks = (number - 1) / 2;
    let days = (number - 1) % 2 * 2;
    json!(first.checked_add((weeks * 7 + days).days()).unwrap().to_string())
}
