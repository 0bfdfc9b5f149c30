//! The whole way of a learner of the academy: from a look at what is taught to a certificate that a stranger checks.

use serde_json::{Value, json};

use crate::academy_categories::{adds_minor, makes_category};
use crate::academy_missions::makes_mission;
use crate::academy_payments::{PRICE, completes, orders};
use crate::academy_uploads::sender::{Staff, plays, short_film};
use crate::academy_videos::path as of_video;
use crate::certificates::is_signed;
use crate::harness::judges::Judge;
use crate::harness::people::Person;
use crate::harness::{School, on_both};

const PASSWORD: &str = "securePassword123";
const SUM: &str = "const [a, b] = readline().split(' ').map(Number); console.log(a + b)";

/// A course with a price: a film of ten seconds that the teacher has sent, and a mission with a question that is answered by a program.
struct Taught {
    course: i64,
    minor: i64,
    video: Value,
    mission: i64,
    question: i64,
}

async fn teaches(school: &School) -> Taught {
    let teacher = school.teacher().await;
    let course = makes_category(&teacher, PRICE).await;
    let minor = adds_minor(&teacher, course, "변수").await;
    let staff = Staff { school, teacher, course, minor };
    let video = staff.uploads(short_film()).await.video;
    let teacher = &staff.teacher;
    let mission = makes_mission(teacher, minor, json!({ "mission_type": "code_submission", "is_final": true })).await;
    let case = |input: &str, output: &str, sample: bool| json!({ "input_data": input, "expected_output": output, "is_sample": sample });
    let question = json!({ "mission_id": mission, "problem_statement": "두 수의 합을 출력하세요", "language": "javascript",
        "test_cases": [case("1 2", "3", true), case("40 2", "42", false)] });
    let question = teacher.post("/missions/code-submission-questions/", question).await.is(201);
    Taught { course, minor, video, mission, question: question["id"].as_i64().unwrap() }
}

fn certificate(verb: &str, kind: &str, id: i64) -> String {
    format!("/certificates/{verb}/{kind}/{id}/")
}

/// Registers, signs in, and returns the person.
async fn registers(visitor: &Person) -> Person {
    let new = json!({ "email": "lee@example.com", "username": "이학생", "nickname": "코딩하는 이씨", "password": PASSWORD,
        "password_confirm": PASSWORD });
    visitor.post("/accounts/register/", new).await.is(201);
    let login = json!({ "email": "lee@example.com", "password": PASSWORD });
    let login = visitor.post("/accounts/login/", login).await.is(200);
    visitor.holding(&login["access"])
}

/// Sends a program and has it judged.
async fn judged(student: &Person, question: i64, code: &str) -> Value {
    let program = json!({ "code_submission_id": question, "submitted_code": code });
    let id = student.post("/missions/code-submissions/", program).await.is(201)["id"].clone();
    student.post(&format!("/missions/code-submissions/{id}/evaluate/"), json!({})).await.is(200)
}

/// The kinds of the student's certificates, each of which the stranger has checked.
async fn papers_that_hold(student: &Person, stranger: &Person) -> Vec<String> {
    let own = student.get("/certificates/").await.is(200);
    let mut kinds = Vec::new();
    for one in own["results"].as_array().unwrap() {
        let verified = stranger.get(one["verify_url"].as_str().unwrap()).await.is(200);
        assert_eq!((&verified["is_valid"], &verified["user_name"]), (&json!(true), &json!("이학생")));
        assert_eq!(verified["minor_category_name"], one["minor_category_name"]);
        let whole = format!("/certificates/{}.json", one["certificate_id"].as_str().unwrap());
        assert!(is_signed(&stranger.get(&whole).await.is(200)));
        kinds.push(one["course_type"].as_str().unwrap().to_owned());
    }
    kinds
}

#[test]
fn a_visitor_registers_buys_learns_passes_and_shows_the_certificate() {
    on_both(|school| async move {
        let _judge = Judge::runs(&school).await;
        let taught = teaches(&school).await;
        let film = of_video(&taught.video);

        // A visitor sees what is taught and what it costs, and not the video itself.
        let (visitor, stranger) = (school.nobody(), school.nobody());
        let shown = visitor.get("/courses/major-categories/").await.is(200)["results"][0].clone();
        assert_eq!((&shown["id"], &shown["price"]), (&json!(taught.course), &json!(PRICE)));
        let seen = visitor.get(&film).await.is(200);
        assert_eq!(
            (&seen["name"], &seen["video_url"], &seen["play_url"]),
            (&json!("변수란"), &json!(null), &json!(null))
        );
        visitor.get(&format!("/payment/info/{}/", taught.course)).await.refused(401, "UNAUTHORIZED");

        let student = registers(&visitor).await;
        let watch = |more: Value| {
            let mut report = json!({ "video_id": taught.video["id"] });
            report.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            report
        };
        let pieces = json!({ "played": [[0, 1]], "last_position": 1 });
        student.post("/videos/progress/", watch(pieces.clone())).await.refused(403, "FORBIDDEN");

        // Bought in the sandbox, the course is open at once.
        let order = orders(&student, taught.course).await;
        assert_eq!((&order["gateway"], &order["total_amount"]), (&json!("sandbox"), &json!(PRICE)));
        let payment = completes(&student, &order, "imp_000000000001").await.is(200);
        assert_eq!(payment["payment_status"], "paid");
        let enrollment = format!("/courses/enrollments/{}/", payment["enrollment_id"]);
        assert_eq!(student.get(&enrollment).await.is(200)["status"], "active");
        assert!(plays(&school, &student, &taught.video).await == Some(short_film()));
        let paper = certificate("download", "major", taught.course);
        student.get(&paper).await.refused(409, "REQUIREMENTS_NOT_MET");

        // Pieces that were watched count; the film goes on from the place that was left.
        student.post("/videos/progress/", watch(pieces)).await.is(200);
        let left = student.get(&format!("/progress/video/{}/", taught.video["id"])).await.is(200);
        assert_eq!((&left["progress_percent"], &left["last_position"]), (&json!(10.0), &json!(1)));
        let rest = json!({ "played": [[1, 6], [4, 9]], "last_position": 9 });
        let watched = student.post("/videos/progress/", watch(rest)).await.is(200);
        assert_eq!(watched["is_completed"], true);
        let refused = student.get(&certificate("preview", "minor", taught.minor)).await.refused(409, "UNIT_NOT_DONE");
        assert_eq!((&refused["missing"][0]["id"], &refused["missing"][1]), (&json!(taught.mission), &Value::Null));

        // A wrong program, then a right one.
        let send = async |code: &str| judged(&student, taught.question, code).await;
        let wrong = send("console.log(3)").await;
        assert_eq!((&wrong["is_passed"], &wrong["result_summary"]), (&json!(false), &json!("1/2")));
        assert_eq!(student.get(&enrollment).await.is(200)["status"], "active");
        let right = send(SUM).await;
        assert_eq!((&right["is_passed"], &right["result_summary"]), (&json!(true), &json!("2/2")));
        let done = student.get(&enrollment).await.is(200);
        assert_eq!((&done["status"], &done["progress_percent"]), (&json!("completed"), &json!(90.0)));

        // The paper, and a stranger who checks it.
        let sheet = student.get(&paper).await;
        assert_eq!((sheet.status, &sheet.headers["content-type"]), (200, &"application/pdf".parse().unwrap()));
        student.get(&certificate("download", "minor", taught.minor)).await.is(200);
        assert_eq!(papers_that_hold(&student, &stranger).await, ["minor", "major"]);
        stranger.get(&paper).await.refused(401, "UNAUTHORIZED");

        // A learner who has learned it all gets no money back, and keeps the course.
        let refund = format!("/payment/refund/{}/", payment["id"]);
        student.post(&refund, json!({ "reason": "마음이 바뀌었어요" })).await.refused(409, "REFUND_WATCHED");
        assert_eq!(student.get(&enrollment).await.is(200), done);
    });
}
