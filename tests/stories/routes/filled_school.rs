//! A class with everything in it that a route can be asked about.

use std::collections::HashMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::Route;
use crate::classroom::{by_hand, lecture_without_words};
use crate::harness::people::{Lecture, Person, Reply, Session};
use crate::harness::picture;
use crate::harness::{School, judges, until};

/// A class with everything in it that a route can be asked about.
pub struct FilledSchool {
    pub teacher: Person,
    pub student: Person,
    pub lecture: Lecture,
    pub code: String,
    /// The code of the lecture's poster.
    poster: String,
    pub session: Session,
    /// The default class, which the student came into by the QR.
    pub class: i64,
    pub enrollment: i64,
    /// The student's application, paid and not decided, to a class that admits nobody by itself.
    pub applied: i64,
    /// The payment for it.
    pub payment: i64,
    pub progress: i64,
    /// The student's mark, and the day of it.
    pub mark: i64,
    pub date: String,
    /// An assessment of the class, and the student's result.
    pub assessment: i64,
    pub result: i64,
    /// Another course of the same teacher, which the student is through with.
    pub completion: i64,
    pub certificate: String,
    /// The id of that certificate, and its code.
    pub certification: (String, String),
    pub uuid: String,
    /// The student's learning path.
    pub learning_path: i64,
    /// A mission of the lecture's task, with two questions, of which the student has answered the first.
    pub mission: i64,
    pub question: i64,
    pub code_question: i64,
    /// A video of the lecture that need not be watched, and the student's progress in it.
    pub watched: (i64, i64),
    /// A program of the student, which waits.
    pub submission: i64,
    /// The student's order of another course of the teacher, at the gateway and not paid.
    order: Value,
    /// The upload that is to take the place of the watched video.
    upload: Value,
    pub help: i64,
    /// The file of the picture that the call carries.
    help_picture: String,
    /// Question of the student to the class.
    class_question: i64,
    pub response: i64,
    pub notification: i64,
    app: gyosil::app::School,
}

/// The meeting that the student asks for to count as attended.
const ASKED_FOR: i64 = 2;

impl FilledSchool {
    /// A teacher, an enrolled student in a running class, a call for help with an answer, a notification; an
    /// application that was paid for, a mark, a request for another one.
    pub async fn of(school: &School) -> FilledSchool {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let lecture = lecture_without_words(&teacher, 2).await;
        let shown = format!("/api/lectures/{}", lecture.id);
        let made = teacher.get(&shown).await.ok();
        let [code, poster] = ["code", "poster_code"].map(|key| made[key].as_str().unwrap().to_owned());
        shows_picture(&teacher, &lecture).await;
        let session = teacher.opens_session(&lecture).await;
        student.joins(&session).await;
        teacher.starts(&session, lecture.steps[0]).await;
        student.finishes(lecture.steps[0]).await;
        let (help, help_picture, response) = called_and_answered(&teacher, &student, &lecture).await;
        let class_question = asks_class(&student, &session).await;
        let mine = student.get("/api/v1/enrollments/me").await.ok()["enrollments"][0].clone();
        let (class, enrollment) = (mine["class_id"].as_i64().unwrap(), mine["enrollment_id"].as_i64().unwrap());
        let applied = applied_and_paid(&teacher, &student, &lecture).await;
        let paid = student.get("/payment/user-payments/").await.is(200)["results"][0].clone();
        let marks = student.get(&format!("/api/v1/attendance/enrollment/{enrollment}")).await.ok();
        let (mark, date) = (&marks["attendances"][0]["attendance_id"], &marks["attendances"][0]["class_date"]);
        let (mark, date) = (mark.as_i64().unwrap(), date.as_str().unwrap().to_owned());
        let progress = student.get(&format!("/api/v1/progress/enrollment/{enrollment}")).await.ok();
        let progress = progress["progresses"][0]["progress_id"].as_i64().unwrap();
        let ask = json!({ "lecSerial": code, "sessionNumber": ASKED_FOR, "requestReason": "병원 진료" });
        student.post("/api/attendance/request", ask).await.ok();
        let notification = teacher.get("/api/notifications").await.ok()["notifications"][0]["id"].as_i64().unwrap();
        let (assessment, result) = asked_and_graded(&teacher, enrollment, &lecture).await;
        let (completion, certificate) = completed(&teacher, &student).await;
        let (certification, uuid) = certified(&student).await;
        let wanted = json!({ "title": "학생의 길", "targetSkills": ["바둑"], "targetLevel": "beginner" });
        let made = student.post("/api/v1/bc-006/learning/paths", wanted).await.is(201);
        let learning_path = made["id"].as_str().unwrap().parse().unwrap();
        let (mission, question, code_question, submission) = asks_missions(school, &teacher, &student, &lecture).await;
        let watched = watches_video(&teacher, &student, &lecture).await;
        let (order, upload) = (orders_course(&teacher, &student).await, begins_upload(&teacher, watched.0).await);
        FilledSchool {
            teacher,
            student,
            lecture,
            code,
            poster,
            session,
            class,
            enrollment,
            applied,
            payment: paid["id"].as_i64().unwrap(),
            progress,
            mark,
            date,
            assessment,
            result,
            completion,
            certificate,
            certification,
            uuid,
            learning_path,
            mission,
            question,
            code_question,
            watched,
            submission,
            order,
            upload,
            help,
            help_picture,
            class_question,
            response,
            notification,
            app: school.app.clone(),
        }
    }

    /// Returns the value of each placeholder of a path.
    fn ids(&self) -> HashMap<&'static str, String> {
        HashMap::from([
            ("lecture_id", self.lecture.id.to_string()),
            ("task_id", self.lecture.task.to_string()),
            ("subtask_id", self.lecture.steps[1].to_string()),
            ("poster_code", self.poster.clone()),
            ("session_id", self.session.id.to_string()),
            ("session_code", self.session.code.clone()),
            ("user_id", self.student.id.to_string()),
            ("help_request_id", self.help.to_string()),
            ("class_question_id", self.class_question.to_string()),
            ("notification_id", self.notification.to_string()),
            ("file", format!("{}.png", self.session.code)),
            ("course_id", self.lecture.id.to_string()),
            ("class_id", self.class.to_string()),
            ("enrollment_id", self.applied.to_string()),
            ("payment_id", self.payment.to_string()),
            ("progress_id", self.progress.to_string()),
            ("attendance_id", self.mark.to_string()),
            ("class_date", self.date.clone()),
            ("assessment_id", self.assessment.to_string()),
            ("result_id", self.result.to_string()),
            ("completion_id", self.completion.to_string()),
            ("certificate_no", self.certificate.clone()),
            ("certificate_number", self.certificate.clone()),
            ("certificate_id", self.uuid.clone()),
            ("course_type", "major".to_owned()),
            ("certification_id", self.certification.0.clone()),
            ("path_id", self.learning_path.to_string()),
            ("module_id", self.lecture.task.to_string()),
            ("material_id", self.lecture.steps[1].to_string()),
            ("major_category_id", self.lecture.id.to_string()),
            ("minor_category_id", self.lecture.task.to_string()),
            ("major_id", self.lecture.id.to_string()),
            ("minor_id", self.lecture.task.to_string()),
            ("mid_or_final", "mid".to_owned()),
            ("mission_id", self.mission.to_string()),
            ("question_id", self.question.to_string()),
            ("code_question_id", self.code_question.to_string()),
            ("video_id", self.watched.0.to_string()),
            ("user_progress_id", self.watched.1.to_string()),
            ("submission_id", self.submission.to_string()),
        ])
    }

    /// Returns the value of each key that examples of bodies name.
    fn of_body(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("subtask_id", json!(self.lecture.steps[1])),
            ("first_subtask_id", json!(self.lecture.steps[0])),
            ("next_subtask_id", json!(self.lecture.steps[1])),
            ("help_response_id", json!(self.response)),
            ("course_id", json!(self.lecture.id)),
            ("major_category_id", json!(self.lecture.id)),
            ("minor_category_id", json!(self.lecture.task)),
            ("mission_id", json!(self.mission)),
            ("video_id", json!(self.watched.0)),
            ("code_submission_id", json!(self.code_question)),
            ("class_id", json!(self.class)),
            ("enrollment_id", json!(self.enrollment)),
            ("content_id", json!(self.lecture.steps[1])),
            ("materialsViewed", json!([self.lecture.steps[1].to_string()])),
            ("progressId", json!(self.enrollment.to_string())),
            ("userId", json!(self.student.id.to_string())),
            ("courseId", json!(self.lecture.id.to_string())),
            ("completedCourseId", json!(self.lecture.id.to_string())),
            ("attendances", json!([{ "enrollment_id": self.enrollment, "attendance_type": "PRESENT" }])),
            ("student_ids", json!([self.student.id])),
            ("lecSerial", json!(self.code)),
            ("sessionNumber", json!(ASKED_FOR)),
            ("attendanceRecords", json!([{ "studentIdx": self.student.id, "status": "APPROVED" }])),
        ]
    }

    /// The path about this class; `wrong` says what one placeholder is replaced by instead.
    pub fn path(&self, route: &Route, wrong: Option<(&str, &str)>) -> String {
        let mut path = route.path.clone();
        let mut ids = self.ids();
        if route.method == Method::PUT {
            // `PUT /api/sessions/{session_code}` takes the id.
            ids.insert("session_code", self.session.id.to_string());
        }
        if route.path == "/api/help/pictures/{file}" {
            ids.insert("file", self.help_picture.clone());
        }
        if route.path.starts_with("/api/v1/bc-006/learning/") {
            ids.insert("progress_id", self.enrollment.to_string());
        }
        for name in route.placeholders() {
            let value = match wrong {
                Some((which, instead)) if which == name => instead.to_owned(),
                _ => ids.get(name.as_str()).unwrap_or_else(|| panic!("a new placeholder: {name}")).clone(),
            };
            path = path.replace(&format!("{{{name}}}"), &value);
        }
        if route.path.ends_with("/verify/{certificate_number}") {
            path = format!("{path}?verificationCode={}", self.certification.1);
        }
        if route.path.ends_with("progress-trend") || route.path == "/api/progress/me" {
            path = format!("{path}?lecture_id={}", self.lecture.id);
        }
        path
    }

    /// A good body about this class: the document's own example with its ids.
    pub fn body(&self, schema: &Value) -> Value {
        let mut body = schema["example"].clone();
        if schema["name"] == "Logs" {
            body = json!({ "logs": [self.body(&schema["properties"]["logs"]["items"])] });
        }
        let object = body.as_object_mut().unwrap_or_else(|| panic!("an example is missing: {schema}"));
        object.remove("user_id");
        for (key, value) in self.of_body() {
            if object.contains_key(key) {
                object[key] = value;
            }
        }
        if schema["name"] == "Invite" || schema["name"] == "NewTeacher" {
            object.insert("user_id".into(), json!(self.student.id));
        }
        // An order and an upload have names that belong together.
        for (whole, keys) in [
            (&self.order, ["merchant_uid", "major_category_id", "total_amount"]),
            (&self.upload, ["video_id", "upload_id", "key"]),
        ] {
            if keys.iter().all(|key| object.contains_key(*key)) {
                object.extend(keys.iter().map(|key| (key.to_string(), whole[*key].clone())));
            }
        }
        body
    }

    pub async fn asks(&self, person: &Person, route: &Route) -> Reply {
        let body = route.body.as_ref().map(|schema| self.body(schema));
        person.asks(route.method.clone(), &self.path(route, None), body, &[]).await
    }

    /// Everything that nobody else may have changed.
    pub async fn as_it_is(&self, admin: &Person) -> Value {
        let (lecture, session, student) = (self.lecture.id, self.session.id, self.student.id);
        let (class, enrollment) = (self.class, self.enrollment);
        let mut seen = serde_json::Map::new();
        for path in [
            format!("/api/lectures/{lecture}"),
            format!("/api/lectures/{lecture}/sessions"),
            format!("/api/tasks/{}", self.lecture.task),
            format!("/api/sessions/{session}/current"),
            format!("/api/sessions/{session}/events"),
            format!("/api/sessions/{session}/participants"),
            format!("/api/sessions/{session}/staff"),
            format!("/api/sessions/{session}/questions"),
            format!("/api/progress/users/{student}/lectures/{lecture}"),
            format!("/api/dashboard/lectures/{lecture}/students"),
            format!("/api/help/request/{}", self.help),
            "/api/lectures".into(),
            "/api/dashboard/help-requests/pending".into(),
            "/api/admin/people?page_size=100".into(),
            "/api/v1/courses?size=100".into(),
            format!("/courses/major-categories/{lecture}/"),
            "/courses/minor-categories/?page_size=100".into(),
            "/courses/enrollments/?page_size=100".into(),
            format!("/payment/detail/{}/", self.payment),
            format!("/missions/{}/", self.mission),
            "/missions/multiple-choice-questions/?page_size=100".into(),
            "/missions/code-submission-questions/?page_size=100".into(),
            "/missions/submissions/all/mcqs/?page_size=100".into(),
            format!("/videos/?major_category_id={lecture}&page_size=100"),
            "/missions/submissions/all/cs/?page_size=100".into(),
            format!("/api/v1/courses/{lecture}/classes"),
            format!("/api/v1/bc-006/learning/courses/{lecture}?includeAssessments=true"),
            "/api/v1/bc-006/learning/courses?limit=100".into(),
            format!("/api/v1/bc-006/learning/paths/{}", self.learning_path),
            "/api/v1/enrollments?size=100".into(),
            format!("/api/v1/progress/enrollment/{enrollment}"),
            format!("/api/v1/progress/course/{lecture}/class/{class}"),
            format!("/api/v1/assessments/course/{lecture}/class/{class}"),
            format!("/api/v1/assessments/{}/results", self.assessment),
            format!("/api/v1/completions/course/{lecture}/class/{class}"),
            format!("/api/v1/completions/{}", self.completion),
            format!("/api/v1/completions/certificate/{}", self.certificate),
            format!("/api/v1/attendance/enrollment/{enrollment}"),
            format!("/api/v1/attendance/course/{lecture}/class/{class}/date/{}", self.date),
            format!("/api/v1/attendance/course/{lecture}/class/{class}"),
            "/api/v1/attendance/requests?size=100".into(),
        ] {
            seen.insert(path.clone(), admin.get(&path).await.ok());
        }
        let course = json!({ "lecSerial": self.code });
        let attended = admin.post("/api/attendance/professor/view", course).await.ok();
        seen.insert("attendance and its requests".into(), attended);
        for (whose, person) in [("teacher", &self.teacher), ("student", &self.student)] {
            let unread = person.get("/api/notifications?unread=true").await.ok();
            seen.insert(format!("notifications of the {whose}"), unread);
            seen.insert(format!("videos that the {whose} watched"), person.get("/progress/").await.ok());
        }
        // No address shows these.
        for (table, number) in [("payments", "amount"), ("refunds", "amount"), ("uploads", "bytes")] {
            let sql = format!("select id, {number}, status from {table} order by id");
            let rows: Vec<(i64, i64, String)> = self.app.db.all(sql, Vec::new()).await.unwrap();
            seen.insert(table.into(), json!(rows));
        }
        for table in ["payment_moves", "pictures", "help_pictures", "submissions", "course_teachers"] {
            let sql = format!("select count(*) from {table}");
            let (count,): (i64,) = self.app.db.one(sql, Vec::new()).await.unwrap();
            seen.insert(table.into(), json!(count));
        }
        Value::Object(seen)
    }
}

async fn applied_and_paid(teacher: &Person, student: &Person, lecture: &Lecture) -> i64 {
    let evening = json!({ "class_name": "저녁반", "approval": "MANUAL", "capacity": 20 });
    let made = teacher.post(&format!("/api/v1/courses/{}/classes", lecture.id), evening).await.is(201);
    let application = json!({ "course_id": lecture.id, "class_id": made["class_id"] });
    let applied = student.post("/api/v1/enrollments", application).await.is(201);
    assert_eq!(applied["status"], "PENDING");
    let id = applied["enrollment_id"].as_i64().unwrap();
    let paid = json!({ "payment_amount": 50_000, "payment_method": "CARD" });
    teacher.post(&format!("/api/v1/enrollments/{id}/payment"), paid).await.is(201);
    id
}

/// The second step shows a picture.
async fn shows_picture(teacher: &Person, lecture: &Lecture) {
    let path = format!("/api/lectures/{}/pictures", lecture.id);
    let taken = teacher.sends_raw(&path, "image/png", picture::png(2, 2, [200, 30, 30])).await.is(201);
    let pictures = json!({ "pictures": [{ "picture": taken["picture"] }],
        "question": { "kind": "YES_NO", "text": "보이시나요?", "answer": true } });
    teacher.put(&format!("/api/subtasks/{}", lecture.steps[1]), pictures).await.ok();
}

/// The student asks the class something. Returns the question.
async fn asks_class(student: &Person, session: &Session) -> i64 {
    let question = json!({ "text": "사진은 어디에 있나요?" });
    let asked = student.post(&format!("/api/sessions/{}/questions", session.id), question).await.is(201);
    asked["question_id"].as_i64().unwrap()
}

/// The student calls for help with a picture of the screen, and the teacher answers. Returns the call, the picture's file and the answer.
async fn called_and_answered(teacher: &Person, student: &Person, lecture: &Lecture) -> (i64, String, i64) {
    let help = student.asks_for_help(lecture.steps[0]).await;
    let path = format!("/api/help/request/{help}");
    until("the analysis", async || (student.get(&path).await.ok()["status"] == "ESCALATED").then_some(())).await;
    let help_picture = sends_screen(student, help).await;
    let answer = json!({ "help_type": "TEXT", "help_content": "위쪽을 보세요" });
    let answered = teacher.post(&format!("{path}/respond"), answer).await.ok();
    (help, help_picture, answered["help_response"]["id"].as_i64().unwrap())
}

/// The student sends a picture of the screen with a call. Returns the name of its file.
async fn sends_screen(student: &Person, call: i64) -> String {
    let path = format!("/api/help/request/{call}/picture");
    let sent = student.sends_raw(&path, "image/png", picture::png(2, 2, [200, 30, 30])).await.is(201);
    sent["picture"]["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

/// A video of the lecture that need not be watched, and the student's progress in it.
async fn watches_video(teacher: &Person, student: &Person, lecture: &Lecture) -> (i64, i64) {
    let minor = json!({ "major_category_id": lecture.id, "name": "맛보기" });
    let minor = teacher.post("/courses/minor-categories/", minor).await.is(201);
    let video = json!({ "minor_category_id": minor["id"], "name": "미리 보기", "is_required": false,
        "video_url": "https://videos.example.com/a.mp4", "duration": "00:10:00" });
    let video = teacher.post("/videos/", video).await.is(201)["id"].as_i64().unwrap();
    let watched = json!({ "video_id": video, "last_position": 60, "time_spent": "00:01:00" });
    let watched = student.post("/videos/progress/", watched).await.is(200);
    (video, watched["id"].as_i64().unwrap())
}

/// The student orders a course that has a price.
async fn orders_course(teacher: &Person, student: &Person) -> Value {
    let priced = json!({ "name": "값이 있는 과정", "price": 50_000 });
    let course = teacher.post("/courses/major-categories/", priced).await.is(201);
    student.get(&format!("/payment/info/{}/", course["id"])).await.is(200)
}

/// The teacher begins to send a file of a video, and sends none of it.
async fn begins_upload(teacher: &Person, video: i64) -> Value {
    let file = json!({ "file_name": "변수 1강.mp4", "file_size": 1_000 });
    let begun = teacher.put(&format!("/videos/{video}/"), file).await.is(200)["upload"].clone();
    json!({ "video_id": video, "upload_id": begun["upload_id"], "key": begun["key"] })
}

async fn asked_and_graded(teacher: &Person, enrollment: i64, lecture: &Lecture) -> (i64, i64) {
    let quiz = json!({ "course_id": lecture.id, "assessment_name": "쪽지 시험", "assessment_type": "QUIZ" });
    let made = teacher.post("/api/v1/assessments", quiz).await.is(201);
    let path = format!("/api/v1/assessments/{}/results", made["assessment_id"]);
    let graded = teacher.post(&path, json!({ "enrollment_id": enrollment, "score": 50 })).await.is(201);
    (made["assessment_id"].as_i64().unwrap(), graded["result_id"].as_i64().unwrap())
}

/// Makes two missions of the lecture's task, which name the student, and lets them begin the one of multiple choices.
async fn asks_missions(school: &School, teacher: &Person, student: &Person, lecture: &Lecture) -> (i64, i64, i64, i64) {
    let of = |kind: &str| {
        json!({ "minor_category_id": lecture.task, "title": "중간 평가", "mission_type": kind, "is_midterm": true,
            "is_required": false })
    };
    let mission = teacher.post("/missions/", of("multiple_choice")).await.is(201)["id"].clone();
    let new = json!({ "mission_id": mission, "question": format!("{}에게", student.name), "option_1": "하나", "option_2": "둘",
        "option_3": "셋", "option_4": "넷", "option_5": "다섯", "correct_option": 5 });
    let path = "/missions/multiple-choice-questions/";
    let first = teacher.post(path, new.clone()).await.is(201)["id"].clone();
    let question = teacher.post(path, new).await.is(201)["id"].clone();
    student.post(&format!("{path}{first}/"), json!({ "selected_option": 1 })).await.is(201);
    judges::says(school, &["python"], &[]).await;
    // A story with this school may take longer than a judge may be silent.
    by_hand(school, "update judges set alive_ms = alive_ms + 3600000".into()).await;
    let of_code = teacher.post("/missions/", of("code_submission")).await.is(201)["id"].clone();
    let new = json!({ "mission_id": of_code, "problem_statement": format!("{}에게", student.name), "language": "python",
        "example_output": "1" });
    let code = teacher.post("/missions/code-submission-questions/", new).await.is(201)["id"].clone();
    let program = json!({ "code_submission_id": code, "submitted_code": "print(1)" });
    let program = student.post("/missions/code-submissions/", program).await.is(201)["id"].clone();
    (mission.as_i64().unwrap(), question.as_i64().unwrap(), code.as_i64().unwrap(), program.as_i64().unwrap())
}

async fn completed(teacher: &Person, student: &Person) -> (i64, String) {
    let course = teacher.post("/api/v1/courses", json!({ "title": "마친 과정" })).await.is(201);
    let application = json!({ "course_id": course["course_id"] });
    let applied = student.post("/api/v1/enrollments", application).await.is(201);
    let forced = json!({ "enrollment_id": applied["enrollment_id"], "force": true, "memo": "해외 연수로 인정" });
    let made = teacher.post("/api/v1/completions", forced).await.is(201);
    let path = format!("/api/v1/completions/{}/certificate", made["completion_id"]);
    let issued = teacher.post(&path, json!({})).await.is(201);
    (made["completion_id"].as_i64().unwrap(), issued["certificate_no"].as_str().unwrap().to_owned())
}

/// Returns the id and the code of the student's certificate, and its UUID.
async fn certified(student: &Person) -> ((String, String), String) {
    let own = student.get("/certificates/").await.is(200)["results"].clone();
    let one = own.as_array().unwrap().iter().find(|one| one["course_type"] == "major" && one["id"].is_i64()).unwrap();
    let text = |key: &str| one[key].as_str().unwrap().to_owned();
    ((one["id"].to_string(), text("verification_code")), text("certificate_id"))
}
