//! Courses of the learning surface: drafts, publishing, prerequisites, the catalogue, ratings.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::classroom::new_session;
use crate::harness::learning::at;
use crate::harness::people::{Person, Reply};
use crate::harness::{School, on_both};

/// Makes a draft, and returns its id.
pub async fn drafts(teacher: &Person, course: Value) -> String {
    let mut new = json!({ "title": "TypeScript基礎コース" });
    new.as_object_mut().unwrap().extend(course.as_object().unwrap().clone());
    let made = teacher.post(&at("/courses"), new).await.is(201);
    assert_eq!(made["status"], "draft");
    made["id"].as_str().unwrap().to_owned()
}

pub async fn adds_module(teacher: &Person, course: &str) -> Value {
    let new = json!({ "title": "入門", "materials": [{ "title": "動画", "type": "video", "url": "https://example.com/1.mp4" },
        { "title": "資料", "type": "document", "url": "https://example.com/2.pdf" }] });
    teacher.post(&at(&format!("/courses/{course}/modules")), new).await.is(201)
}

pub async fn publishes(teacher: &Person, course: &str) -> Reply {
    teacher.post(&at(&format!("/courses/{course}/publish")), json!({})).await
}

/// Makes a course with one module, and publishes it.
pub async fn teaches(teacher: &Person, course: Value) -> String {
    let id = drafts(teacher, course).await;
    adds_module(teacher, &id).await;
    publishes(teacher, &id).await.is(200);
    id
}

pub async fn enrolls(student: &Person, course: &str) -> Reply {
    student.post(&at(&format!("/courses/{course}/enroll")), json!({})).await
}

/// Enrolls, and returns the `progressId`.
pub async fn enrolled(student: &Person, course: &str) -> String {
    enrolls(student, course).await.is(201)["progressId"].as_str().unwrap().to_owned()
}

/// Lets staff complete an enrollment, whatever is missing.
pub async fn completes(teacher: &Person, enrollment: &str) {
    let forced = json!({ "enrollment_id": enrollment.parse::<i64>().unwrap(), "force": true, "memo": "認定" });
    teacher.post("/api/v1/completions", forced).await.is(201);
}

pub fn path_of(course: &str) -> String {
    at(&format!("/courses/{course}"))
}

#[test]
fn a_draft_is_seen_by_its_staff_only() {
    on_both(|school| async move {
        let (teacher, other, student) =
            (school.teacher().await, school.another_teacher().await, school.student("김학생").await);
        let admin = school.admin().await;
        let course = drafts(&teacher, json!({})).await;
        adds_module(&teacher, &course).await;
        for person in [&other, &student] {
            person.get(&path_of(&course)).await.refused(404, "LEARNING_001");
            let status = person.put(&path_of(&course), json!({ "title": "私の" })).await.status;
            assert!([403, 404].contains(&status), "{status}");
            assert_eq!(person.get(&at("/courses")).await.ok()["pagination"]["total"], 0);
            assert_eq!(person.get(&at("/courses?status=draft")).await.ok()["items"], json!([]));
            person.get(&format!("/api/v1/courses/{course}")).await.is(404);
        }
        enrolls(&student, &course).await.refused(404, "LEARNING_001");
        for person in [&teacher, &admin] {
            assert_eq!(person.get(&path_of(&course)).await.ok()["status"], "draft");
            assert_eq!(person.get(&at("/courses?status=draft")).await.ok()["items"][0]["id"], json!(course));
        }
        teacher.post(&format!("/api/lectures/{course}/sessions"), json!({})).await.refused(409, "INVALID_STATE");
        publishes(&other, &course).await.refused(404, "LEARNING_001");
        publishes(&student, &course).await.refused(403, "LEARNING_009");
        publishes(&teacher, &course).await.is(200);
        assert_eq!(student.get(&path_of(&course)).await.ok()["status"], "published");
        assert_eq!(student.get(&at("/courses")).await.ok()["pagination"]["total"], 1);
    });
}

#[test]
fn a_course_is_published_once_it_has_a_module() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let course = drafts(&teacher, json!({})).await;
        let refused = publishes(&teacher, &course).await.refused(409, "LEARNING_007");
        assert_eq!(refused, "At least one module is required");
        assert_eq!(teacher.get(&path_of(&course)).await.ok()["publishedAt"], Value::Null);
        adds_module(&teacher, &course).await;
        let published = publishes(&teacher, &course).await.is(200);
        school.later(60);
        assert_eq!(publishes(&teacher, &course).await.is(200), published);
        // A lecture is published from the beginning, and stands in the catalogue.
        let lecture = teacher.makes_lecture("생활체육", 1).await;
        let shown = teacher.get(&path_of(&lecture.id.to_string())).await.ok();
        assert_eq!((&shown["status"], &shown["completesItself"]), (&json!("published"), &json!(false)));
        let material = &shown["modules"][0]["materials"][0];
        assert_eq!((&material["type"], &material["title"]), (&json!("interactive_exercise"), &json!("1번째 단계")));
    });
}

#[test]
fn an_administrator_archives_a_published_course_with_the_reason() {
    on_both(|school| async move {
        let (teacher, admin, student) = (school.teacher().await, school.admin().await, school.student("김학생").await);
        let (draft, course) = (drafts(&teacher, json!({})).await, teaches(&teacher, json!({})).await);
        let reason = json!({ "reason": "内容が古くなったため" });
        let archive =
            async |person: &Person, id: &str| person.post(&format!("{}/archive", path_of(id)), reason.clone()).await;
        archive(&teacher, &course).await.refused(403, "LEARNING_009");
        archive(&admin, &draft).await.refused(409, "LEARNING_011");
        admin.post(&format!("{}/archive", path_of(&course)), json!({})).await.refused(400, "LEARNING_008");
        let archived = archive(&admin, &course).await.is(200);
        assert_eq!((&archived["status"], &archived["archivedReason"]), (&json!("archived"), &reason["reason"]));
        enrolls(&student, &course).await.refused(409, "LEARNING_011");
        publishes(&teacher, &course).await.refused(409, "LEARNING_011");
        assert_eq!(student.get(&at("/courses?status=archived")).await.ok()["pagination"]["total"], 1);
    });
}

#[test]
fn a_course_with_learners_is_not_deleted() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let course = teaches(&teacher, json!({})).await;
        let students = school.students(2).await;
        for student in &students {
            enrolled(student, &course).await;
        }
        let refused = teacher.delete(&path_of(&course)).await.refused(409, "LEARNING_006");
        assert_eq!(refused, "Course has 2 active enrollments. Archive instead.");
        school.another_teacher().await.delete(&path_of(&course)).await.refused(403, "LEARNING_009");
        students[0].delete(&path_of(&course)).await.refused(403, "LEARNING_009");
        for student in &students {
            student.delete(&format!("{}/enroll", path_of(&course))).await.is(204);
        }
        teacher.delete(&path_of(&course)).await.is(204);
        teacher.get(&path_of(&course)).await.refused(404, "LEARNING_001");
        assert_eq!(teacher.get(&at("/courses")).await.ok()["items"], json!([]));
    });
}

#[test]
fn an_administrator_changes_and_deletes_the_course_of_another() {
    on_both(|school| async move {
        let (teacher, other, admin) = (school.teacher().await, school.another_teacher().await, school.admin().await);
        let (published, draft) = (teaches(&teacher, json!({})).await, drafts(&teacher, json!({})).await);
        for (course, status, code) in [(published, 403, "LEARNING_009"), (draft, 404, "LEARNING_001")] {
            other.put(&path_of(&course), json!({ "title": "私の" })).await.refused(status, code);
            let before = teacher.get(&path_of(&course)).await.ok();
            let changed = admin.put(&path_of(&course), json!({ "title": "改訂版", "tags": ["新"] })).await.is(200);
            let kept = ["description", "instructorId", "status", "prerequisites", "modules"];
            assert_eq!(kept.map(|key| &changed[key]), kept.map(|key| &before[key]));
            let seen = teacher.get(&path_of(&course)).await.ok();
            assert_eq!((&seen["title"], &seen["tags"]), (&json!("改訂版"), &json!(["新"])));
            admin.delete(&path_of(&course)).await.is(204);
            for person in [&teacher, &admin] {
                person.get(&path_of(&course)).await.refused(404, "LEARNING_001");
            }
        }
    });
}

#[test]
fn prerequisites_form_no_circle() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let a = teaches(&teacher, json!({})).await;
        let b = teaches(&teacher, json!({ "prerequisites": [a] })).await;
        let c = teaches(&teacher, json!({ "prerequisites": [b, a] })).await;
        assert_eq!(teacher.get(&path_of(&c)).await.ok()["prerequisites"], json!([a, b]));
        for needed in [&a, &b, &c, "999999", "course-uuid-000"] {
            let refused = teacher.put(&path_of(&a), json!({ "prerequisites": [needed] })).await;
            assert_eq!(refused.refused(400, "LEARNING_008")["field"], "prerequisites[0]", "{needed}");
        }
        assert_eq!(teacher.get(&path_of(&a)).await.ok()["prerequisites"], json!([]));
        // A draft of someone else does not exist for others.
        let other = school.another_teacher().await;
        let hidden = drafts(&other, json!({})).await;
        teacher.put(&path_of(&a), json!({ "prerequisites": [hidden] })).await.refused(400, "LEARNING_008");
        teacher.put(&path_of(&c), json!({ "prerequisites": [] })).await.ok();
        teacher.put(&path_of(&a), json!({ "prerequisites": [c] })).await.ok();
    });
}

#[test]
fn a_course_needs_only_published_courses_once_it_is_published_itself() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let hidden = drafts(&teacher, json!({ "title": "秘密の下書き" })).await;
        let course = drafts(&teacher, json!({ "prerequisites": [hidden] })).await;
        adds_module(&teacher, &course).await;
        let refused = publishes(&teacher, &course).await;
        assert_eq!(refused.json["error"]["missingPrerequisites"], json!([hidden]));
        for (language, words) in [
            ("ja", "先に公開してください: 秘密の下書き"),
            ("ko", "아직 공개되지 않았습니다"),
            ("en", "Publish the prerequisites"),
        ] {
            let path = format!("{}/publish", path_of(&course));
            let refused = teacher.asks(Method::POST, &path, Some(json!({})), &[("accept-language", language)]).await;
            let message = refused.json["error"]["message"].as_str().unwrap();
            assert!(message.contains(words), "{message}");
        }
        assert_eq!(refused.refused(409, "LEARNING_003"), "Must publish '秘密の下書き' first");
        adds_module(&teacher, &hidden).await;
        publishes(&teacher, &hidden).await.is(200);
        publishes(&teacher, &course).await.is(200);
        enrolls(&student, &course).await.refused(409, "LEARNING_003");
        // A published course takes no draft, and stays as it was.
        let draft = drafts(&teacher, json!({})).await;
        let more = json!({ "title": "改訂版", "prerequisites": [hidden, draft] });
        let refused = teacher.put(&path_of(&course), more).await;
        assert_eq!(refused.json["error"]["missingPrerequisites"], json!([draft]));
        refused.refused(409, "LEARNING_003");
        let shown = student.get(&path_of(&course)).await.ok();
        assert_eq!((&shown["prerequisites"], &shown["title"]), (&json!([hidden]), &json!("TypeScript基礎コース")));
    });
}

#[test]
fn two_changes_that_close_a_circle_together_do_not_both_happen() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        for _ in 0..5 {
            let mut courses = Vec::new();
            for _ in 0..4 {
                courses.push(drafts(&teacher, json!({})).await);
            }
            let needs = async |n: usize| {
                let next = &courses[(n + 1) % courses.len()];
                teacher.put(&path_of(&courses[n]), json!({ "prerequisites": [next] })).await.status
            };
            let mut statuses = join_all((0..courses.len()).map(needs)).await;
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 200, 200, 400]);
        }
    });
}

#[test]
fn a_module_comes_with_all_of_its_materials_or_not_at_all() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let course = drafts(&teacher, json!({})).await;
        let path = format!("{}/modules", path_of(&course));
        let bad = json!({ "title": "入門", "materials": [{ "title": "一", "type": "video" }, { "title": "二", "type": "film" }] });
        assert_eq!(teacher.post(&path, bad).await.refused(400, "LEARNING_008")["field"], "materials[1].type");
        assert_eq!(teacher.get(&path_of(&course)).await.ok()["modules"], json!([]));
        let first = adds_module(&teacher, &course).await;
        let second = teacher
            .post(&path, json!({ "title": "応用", "completionCriteria": { "type": "pass_assessment" } }))
            .await
            .is(201);
        assert_eq!((&first["order"], &second["order"], &second["materials"]), (&json!(1), &json!(2), &json!([])));
        let orders: Vec<&Value> = first["materials"].as_array().unwrap().iter().map(|m| &m["order"]).collect();
        assert_eq!(orders, [&json!(1), &json!(2)]);
        let shown = teacher.get(&path_of(&course)).await.ok();
        assert_eq!(shown["modules"][0]["materials"], first["materials"]);
        assert_eq!(shown["modules"][1]["completionCriteria"]["type"], "pass_assessment");
        assert!(teacher.get(&format!("{}?includeModules=false", path_of(&course))).await.ok().get("modules").is_none());
        // The live surface has the same ones.
        let lecture = teacher.get(&format!("/api/lectures/{course}")).await.ok();
        assert_eq!(lecture["tasks"].as_array().unwrap().len(), 2);
        school.another_teacher().await.post(&path, json!({ "title": "他人" })).await.refused(404, "LEARNING_001");
        school.student("김학생").await.post(&path, json!({ "title": "生徒" })).await.refused(403, "LEARNING_009");
    });
}

#[test]
fn a_change_of_a_course_touches_only_the_keys_that_were_sent() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let needed = teaches(&teacher, json!({})).await;
        let objective = json!({ "description": "理解する", "measurableOutcome": "書ける", "level": "understand" });
        let course = drafts(&teacher, json!({ "description": "説明", "overview": "概要", "level": "beginner", "category": "it",
            "learningObjectives": [objective], "estimatedDuration": 480, "prerequisites": [needed], "tags": ["a", "b"] })).await;
        let mut expected = teacher.get(&path_of(&course)).await.ok();
        for (key, sent, shown) in [
            ("title", json!("新しい題"), json!("新しい題")),
            ("description", json!("別"), json!("別")),
            ("overview", json!(""), json!("")),
            ("level", json!("expert"), json!("expert")),
            ("level", Value::Null, Value::Null),
            ("category", json!("music"), json!("music")),
            ("estimatedDuration", json!(540), json!({ "minutes": 540, "display": "9時間" })),
            ("learningObjectives", json!([]), json!([])),
            ("prerequisites", json!([]), json!([])),
            ("tags", json!(["B", "c"]), json!(["b", "c"])),
            ("price", json!(9_900), json!(9_900)),
            ("completesItself", json!(false), json!(false)),
        ] {
            let mut changed = teacher.put(&path_of(&course), json!({ key: sent })).await.ok();
            expected[key] = shown;
            changed["updatedAt"] = expected["updatedAt"].clone();
            assert_eq!(changed, expected, "{key}");
        }
    });
}

#[test]
fn a_course_is_rated_by_those_who_have_begun_it() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let (course, priced) = (teaches(&teacher, json!({})).await, teaches(&teacher, json!({ "price": 100 })).await);
        let students = school.students(3).await;
        let rates = async |student: &Person, course: &str, stars: i64| {
            student.put(&format!("{}/rating", path_of(course)), json!({ "stars": stars })).await
        };
        rates(&students[0], &course, 5).await.refused(403, "LEARNING_009");
        rates(&teacher, &course, 5).await.refused(403, "LEARNING_009");
        let first = enrolled(&students[0], &course).await;
        let second = enrolled(&students[1], &course).await;
        for stars in [0, 6] {
            rates(&students[0], &course, stars).await.refused(400, "LEARNING_008");
        }
        // Those who have not begun it cannot rate it yet.
        let refused = rates(&students[0], &course, 1).await;
        assert_eq!(refused.json["error"]["message"], "受講を始めてから評価してください。");
        refused.refused(409, "LEARNING_011");
        let shown = students[0].get(&path_of(&course)).await.ok();
        let material = shown["modules"][0]["materials"][0]["id"].as_str().unwrap();
        for (student, id) in [(&students[0], &first), (&students[1], &second)] {
            student.post(&at(&format!("/progress/{id}/materials/{material}/view")), json!({})).await.ok();
        }
        rates(&students[0], &course, 1).await.ok();
        completes(&teacher, &first).await;
        rates(&students[0], &course, 4).await.ok();
        let rated = rates(&students[1], &course, 5).await.ok();
        assert_eq!(rated, json!({ "courseId": course, "stars": 5, "averageRating": 4.5, "ratingCount": 2 }));
        assert_eq!(teacher.get(&path_of(&course)).await.ok()["averageRating"], 4.5);
        // One who has not paid is not in the course.
        enrolled(&students[2], &priced).await;
        rates(&students[2], &priced, 1).await.refused(403, "LEARNING_009");
        // Many taps at once are one rating.
        let many = join_all((0..8).map(|n| rates(&students[1], &course, n % 5 + 1))).await;
        assert!(many.iter().all(|reply| reply.status == 200));
        assert_eq!(rates(&students[1], &course, 5).await.ok()["ratingCount"], 2);
    });
}

#[test]
fn a_guest_enrolls_and_rates_like_anyone() {
    on_both(|school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let course = teaches(&teacher, json!({})).await;
        let guest = school.nobody().joins_as_guest(&session, "김민자").await;
        let rates = async || guest.put(&format!("{}/rating", path_of(&course)), json!({ "stars": 4 })).await;
        rates().await.refused(403, "LEARNING_009");
        let id = enrolled(&guest, &course).await;
        rates().await.refused(409, "LEARNING_011");
        guest.post(&at(&format!("/progress/{id}/start")), json!({})).await.ok();
        assert_eq!(rates().await.ok()["ratingCount"], 1);
    });
}

#[test]
fn materials_of_a_course_with_a_price_are_for_those_who_paid() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = teaches(&teacher, json!({ "price": 50_000 })).await;
        let url = async |person: &Person| {
            let shown = person.get(&path_of(&course)).await.ok();
            shown["modules"][0]["materials"][0]["url"].clone()
        };
        assert_eq!(url(&teacher).await, "https://example.com/1.mp4");
        assert_eq!(url(&student).await, Value::Null);
        let enrollment = enrolled(&student, &course).await;
        assert_eq!(url(&student).await, Value::Null);
        let paid = json!({ "payment_amount": 50_000, "payment_method": "CARD" });
        teacher.post(&format!("/api/v1/enrollments/{enrollment}/payment"), paid).await.is(201);
        assert_eq!(url(&student).await, "https://example.com/1.mp4");
    });
}

#[test]
fn the_address_of_an_instructor_is_shown_to_the_staff_of_the_course_only() {
    on_both(|school| async move {
        let (teacher, admin, student) = (school.teacher().await, school.admin().await, school.student("김학생").await);
        let course = teaches(&teacher, json!({})).await;
        let email =
            async |person: &Person| person.get(&path_of(&course)).await.ok()["instructor"].get("email").cloned();
        for (person, shown) in
            [(&teacher, true), (&admin, true), (&student, false), (&school.another_teacher().await, false)]
        {
            assert_eq!(email(person).await.is_some(), shown, "{}", person.name);
        }
    });
}

#[test]
fn what_one_may_do_follows_from_the_scopes_of_ones_role() {
    on_both(|school| async move {
        let student = school.student("김학생").await;
        student.post(&at("/courses"), json!({ "title": "私の" })).await.refused(403, "LEARNING_009");
        school.nobody().get(&at("/courses")).await.refused(401, "LEARNING_010");
        let refused = student.post(&at("/courses"), json!({})).await;
        assert_eq!(refused.status, 400);
        let japanese = refused.refusal().unwrap().message;
        assert!(japanese.contains("必ず入れてください"), "{japanese}");
        is_quiet(&school).await;
    });
}

/// Nothing was made by what was refused.
async fn is_quiet(school: &School) {
    assert_eq!(school.admin().await.get(&at("/courses")).await.ok()["pagination"]["total"], 0);
}
