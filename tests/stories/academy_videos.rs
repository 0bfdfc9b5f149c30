//! Videos of the academy: what everyone sees of them, and who may watch them.

use serde_json::{Value, json};

use crate::academy_categories::{adds_minor, makes_category};
use crate::academy_enrollments::enrolls;
use crate::harness::on_both;
use crate::harness::people::{PASSWORD, Person};
use crate::learning_courses::{adds_module, drafts, publishes};

const ADDRESS: &str = "https://videos.example.com/variables.mp4";

/// Adds a video that is elsewhere, and returns it.
pub async fn adds_video(teacher: &Person, minor: i64, name: &str) -> Value {
    let new = json!({ "minor_category_id": minor, "name": name, "description": "값에 이름을 붙이는 법",
        "video_url": ADDRESS, "duration": "00:10:00" });
    teacher.post("/videos/", new).await.is(201)
}

pub fn path(video: &Value) -> String {
    format!("/videos/{}/", video["id"])
}

fn names(page: &Value) -> Vec<&str> {
    page["results"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

/// The answer to a person about the place of a video: the address, the description, and where it plays.
async fn told(person: &Person, video: &Value) -> [Value; 3] {
    let seen = person.get(&path(video)).await.is(200);
    assert_eq!((&seen["name"], &seen["duration"]), (&video["name"], &video["duration"]));
    ["video_url", "description", "play_url"].map(|key| seen[key].clone())
}

#[test]
fn of_a_course_with_a_price_others_see_the_outline_only() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 50_000).await;
        let minor = adds_minor(&teacher, course, "변수").await;
        let video = adds_video(&teacher, minor, "변수란").await;
        let whole = [json!(ADDRESS), video["description"].clone(), json!(ADDRESS)];
        let outline = [Value::Null, json!(""), Value::Null];
        let listed = async |person: &Person| {
            let one = person.get("/videos/").await.is(200)["results"][0].clone();
            assert_eq!(one["name"], "변수란");
            one["video_url"].clone()
        };
        let enrollment = enrolls(&student, course).await.is(201);
        for person in [&school.nobody(), &student, &school.another_teacher().await] {
            assert_eq!((told(person, &video).await, listed(person).await), (outline.clone(), Value::Null));
        }
        assert_eq!((told(&teacher, &video).await, listed(&teacher).await), (whole.clone(), json!(ADDRESS)));
        let admitted = format!("/courses/enrollments/{}/", enrollment["id"]);
        teacher.put(&admitted, json!({ "status": "active" })).await.is(200);
        assert_eq!((told(&student, &video).await, listed(&student).await), (whole, json!(ADDRESS)));

        // The time decides, and not the mark that a job makes later.
        school.later(730 * 86_400);
        let student = school.nobody().logs_in(&email_of(&school, &student).await, PASSWORD).await;
        assert_eq!((told(&student, &video).await, listed(&student).await), (outline, Value::Null));
    });
}

async fn email_of(school: &crate::harness::School, person: &Person) -> String {
    let sql = "select email from people where id = $1";
    school.app.db.one::<(String,)>(sql, vec![person.id.into()]).await.unwrap().0
}

#[test]
fn a_video_of_a_free_course_plays_for_those_who_are_in_it() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        let minor = adds_minor(&teacher, course, "변수").await;
        let video = adds_video(&teacher, minor, "변수란").await;
        let not_in_it = [json!(ADDRESS), video["description"].clone(), Value::Null];
        assert_eq!(told(&school.nobody(), &video).await, not_in_it);
        assert_eq!(told(&student, &video).await, not_in_it);
        let enrollment = enrolls(&student, course).await.is(201);
        assert_eq!(told(&student, &video).await[2], ADDRESS);
        student.delete(&format!("/courses/enrollments/{}/", enrollment["id"])).await.is(204);
        assert_eq!(told(&student, &video).await, not_in_it);
    });
}

#[test]
fn videos_are_made_and_changed_by_staff_only() {
    on_both(|school| async move {
        let (teacher, other, student) =
            (school.teacher().await, school.another_teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        let minor = adds_minor(&teacher, course, "변수").await;
        let video = adds_video(&teacher, minor, "변수란").await;
        enrolls(&student, course).await.is(201);
        let new = json!({ "minor_category_id": minor, "name": "나의 것", "video_url": ADDRESS });
        for (person, code) in [(&student, "INSTRUCTOR_ONLY"), (&other, "FORBIDDEN")] {
            person.post("/videos/", new.clone()).await.refused(403, code);
            person.put(&path(&video), json!({ "name": "나의 것" })).await.refused(403, code);
            person.delete(&path(&video)).await.refused(403, code);
        }
        for (key, wrong) in [
            ("video_url", json!("javascript:alert(1)")),
            ("video_url", json!("../../etc/passwd")),
            ("duration", json!("4:10")),
            ("duration", json!(250)),
            ("order", json!(-1)),
        ] {
            let mut new = new.clone();
            new[key] = wrong;
            assert_eq!(
                teacher.post("/videos/", new.clone()).await.refused(400, "INVALID_REQUEST")["field"],
                key,
                "{new}"
            );
        }
        let mut nowhere = new.clone();
        nowhere["minor_category_id"] = json!(999_999);
        teacher.post("/videos/", nowhere).await.refused(404, "NOT_FOUND");
        let change = json!({ "name": "변수와 상수", "duration": "01:02:03", "is_required": false });
        let changed = school.admin().await.put(&path(&video), change).await.is(200);
        assert_eq!((&changed["name"], &changed["duration"]), (&json!("변수와 상수"), &json!("01:02:03")));
        assert_eq!((&changed["video_url"], &changed["order"]), (&json!(ADDRESS), &video["order"]));
        teacher.delete(&path(&video)).await.is(204);
        for reply in [student.get(&path(&video)).await, teacher.put(&path(&video), json!({})).await] {
            reply.refused(404, "NOT_FOUND");
        }
    });
}

#[test]
fn videos_are_listed_in_the_order_of_their_course_and_nothing_else_is_one() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        let (first, second) = (adds_minor(&teacher, course, "변수").await, adds_minor(&teacher, course, "함수").await);
        for (minor, name) in [(second, "라"), (first, "가"), (first, "나")] {
            adds_video(&teacher, minor, name).await;
        }
        let front = json!({ "minor_category_id": first, "name": "머리말", "video_url": ADDRESS, "order": 0 });
        teacher.post("/videos/", front).await.is(201);
        let step = teacher.adds_step(first, "따라 하기").await;
        student.get(&format!("/videos/{step}/")).await.refused(404, "NOT_FOUND");
        teacher.put(&format!("/videos/{step}/"), json!({ "name": "동영상" })).await.refused(404, "NOT_FOUND");
        teacher.delete(&format!("/videos/{step}/")).await.refused(404, "NOT_FOUND");

        let list = async |query: &str| student.get(&format!("/videos/{query}")).await.is(200);
        let of_course = list(&format!("?major_category_id={course}")).await;
        assert_eq!((names(&of_course), &of_course["count"]), (vec!["머리말", "가", "나", "라"], &json!(4)));
        assert_eq!(names(&list(&format!("?minor_category_id={second}")).await), ["라"]);
        let both = format!("?minor_category_id={second}&major_category_id={}", makes_category(&teacher, 0).await);
        assert_eq!(names(&list(&both).await), [""; 0]);
        let newest = list("?page_size=2").await;
        assert_eq!((names(&newest), &newest["count"]), (vec!["머리말", "나"], &json!(4)));
        let next = newest["next"].as_str().unwrap();
        assert_eq!(names(&list(&next[next.find('?').unwrap()..]).await), ["가", "라"]);
    });
}

#[test]
fn videos_of_a_draft_are_not_found_by_others() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = drafts(&teacher, json!({})).await;
        let unit: i64 = adds_module(&teacher, &course).await["id"].as_str().unwrap().parse().unwrap();
        let video = adds_video(&teacher, unit, "변수란").await;
        let lists = [format!("/videos/?major_category_id={course}"), format!("/videos/?minor_category_id={unit}")];
        for path in lists.iter().chain([&path(&video)]) {
            student.get(path).await.refused(404, "NOT_FOUND");
            teacher.get(path).await.is(200);
        }
        assert_eq!(names(&student.get("/videos/").await.is(200)), [""; 0]);
        publishes(&teacher, &course).await.is(200);
        assert!(names(&student.get("/videos/").await.is(200)).contains(&"변수란"));
    });
}

#[test]
fn an_address_is_replaced_with_its_length_and_never_removed() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let minor = adds_minor(&teacher, makes_category(&teacher, 0).await, "변수").await;
        let video = adds_video(&teacher, minor, "변수란").await;
        let refused = teacher.put(&path(&video), json!({ "video_url": null })).await.refused(400, "INVALID_REQUEST");
        assert_eq!(refused["field"], "video_url");
        let change = async |change: Value| teacher.put(&path(&video), change).await.is(200)["duration"].clone();
        assert_eq!(change(json!({ "video_url": ADDRESS, "name": "변수" })).await, "00:10:00");
        let other = "https://videos.example.com/longer.mp4";
        assert_eq!(change(json!({ "video_url": other, "duration": "02:00:00" })).await, "02:00:00");
        assert_eq!(change(json!({ "video_url": ADDRESS })).await, Value::Null);
    });
}
