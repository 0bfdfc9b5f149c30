//! Lectures that travel: copies in one school, and files for another one.

mod hostile;
mod nothing_left;

use gyosil::school::pictures::removal;
use serde_json::{Value, json};

use crate::harness::people::{PASSWORD, Person, Reply};
use crate::harness::picture::png;
use crate::harness::zip::parts;
use crate::harness::{School, on_both};

const RED: [u8; 3] = [200, 30, 30];
const BLUE: [u8; 3] = [30, 30, 200];
const GREEN: [u8; 3] = [30, 200, 30];

async fn picture(person: &Person, lecture: i64, colour: [u8; 3]) -> Value {
    let path = format!("/api/lectures/{lecture}/pictures");
    person.sends_raw(&path, "image/png", png(40, 20, colour)).await.is(201)["picture"].clone()
}

/// Makes a lecture that has everything a lecture can have.
async fn full_lecture(teacher: &Person) -> i64 {
    let new = json!({ "title": "카카오톡 기초", "description": "사진을 보냅니다", "thumbnail_url": "https://example.com/k.png" });
    let lecture = teacher.post("/api/lectures", new).await.is(201)["id"].as_i64().unwrap();
    teacher.put(&format!("/api/lectures/{lecture}"), json!({ "auto_help": false })).await.ok();
    let (red, blue, green) = (
        picture(teacher, lecture, RED).await,
        picture(teacher, lecture, BLUE).await,
        picture(teacher, lecture, GREEN).await,
    );
    let marks = json!([
        { "kind": "RING", "x": 0.42, "y": 0.81, "size": 0.12, "label": "여기" },
        { "kind": "ARROW", "x": 0.1, "y": 0.2, "to_x": 0.3, "to_y": 0.4 },
        { "kind": "NUMBER", "x": 0.5, "y": 0.5, "number": 9 },
    ]);
    let options = json!([{ "text": "노란 그림", "picture": green }, { "text": "파란 그림", "picture": blue }, { "text": "없다" }]);
    let steps = [
        json!({ "title": "앱 열기", "description": "홈 화면", "target_action": "CLICK", "target_element_hint": "com.kakao.talk",
            "guide_text": "노란 그림을\n누르세요", "voice_guide_text": "누르세요", "notes": "잠시 기다리기", "in_other_app": true,
            "pictures": [{ "picture": red, "shown_on": "ANDROID", "alt": "홈 화면", "marks": marks }, { "picture": blue }],
            "question": { "kind": "CHOICE", "text": "무엇이 보이나요?", "options": options, "answer": 1 } }),
        json!({ "title": "확인", "question": { "kind": "NUMBER", "text": "몇 개인가요?", "unit": "개", "answer": 2.5 } }),
        json!({ "title": "다시 보기", "pictures": [{ "picture": red }] }),
    ];
    for title in ["메시지 보내기", "사진 보내기", "빈 과제"] {
        let task = json!({ "title": title, "description": format!("{title} 설명") });
        let task = teacher.post(&format!("/api/lectures/{lecture}/tasks"), task).await.is(201)["id"].clone();
        for step in steps.iter().filter(|_| title != "빈 과제") {
            teacher.post(&format!("/api/tasks/{task}/subtasks"), step.clone()).await.is(201);
        }
    }
    lecture
}

/// Returns a lecture without what another one with the same contents has differently.
async fn contents(teacher: &Person, lecture: i64, others: &[&str]) -> Value {
    let mut shown = teacher.get(&format!("/api/lectures/{lecture}?subtasks=true")).await.ok();
    let own = ["id", "task_id", "code", "poster_code", "join_url", "created_at"];
    without(&mut shown, &[&own, others].concat());
    shown
}

fn without(shown: &mut Value, keys: &[&str]) {
    match shown {
        Value::Object(object) => {
            object.retain(|key, _| !keys.contains(&key.as_str()));
            object.values_mut().for_each(|value| without(value, keys));
        }
        Value::Array(list) => list.iter_mut().for_each(|value| without(value, keys)),
        _ => {}
    }
}

async fn copies(teacher: &Person, lecture: i64, body: Value) -> Reply {
    teacher.post(&format!("/api/lectures/{lecture}/copy"), body).await
}

async fn file_of(school: &School, person: &Person, lecture: i64) -> Vec<u8> {
    let url = school.url(&format!("/api/lectures/{lecture}/file"));
    let reply = school.http.get(url).bearer_auth(person.token.as_ref().unwrap()).send().await.unwrap();
    assert_eq!((reply.status().as_u16(), &reply.headers()["content-type"]), (200, &"application/zip".parse().unwrap()));
    let named = reply.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(named.starts_with("attachment; ") && named.ends_with(".zip"), "{named}");
    reply.bytes().await.unwrap().into()
}

async fn imports(person: &Person, file: Vec<u8>) -> Reply {
    person.sends_raw("/api/lectures/import", "application/zip", file).await
}

async fn a_day_passes(school: &School) {
    school.later(25 * 3_600);
    removal::remove_unnamed(&school.app).await.unwrap();
}

async fn stored_pictures(school: &School) -> i64 {
    school.app.db.one::<(i64,)>("select count(*) from pictures", Vec::new()).await.unwrap().0
}

#[test]
fn a_copy_has_all_that_is_taught_and_nobody_who_learns() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = full_lecture(&teacher).await;
        let student = school.student("김학생").await;
        student.post(&format!("/api/lectures/{lecture}/enroll"), json!({})).await.is(201);
        teacher.post(&format!("/api/lectures/{lecture}/sessions"), json!({ "title": "오전반" })).await.is(201);
        let copied = copies(&teacher, lecture, json!({ "title": "카카오톡 오후반" })).await.is(201);
        let copy = copied["id"].as_i64().unwrap();
        let differs = ["title", "enrolled_count"];
        let (before, after) = (contents(&teacher, lecture, &[]).await, contents(&teacher, copy, &[]).await);
        assert_eq!((&before["title"], &before["enrolled_count"]), (&json!("카카오톡 기초"), &json!(1)));
        assert_eq!((&after["title"], &after["enrolled_count"]), (&json!("카카오톡 오후반"), &json!(0)));
        for (key, value) in before.as_object().unwrap().iter().filter(|(key, _)| !differs.contains(&key.as_str())) {
            assert_eq!(after[key], *value, "{key}");
        }
        let tasks = contents(&teacher, lecture, &differs).await["tasks"].to_string();
        assert_eq!(contents(&teacher, copy, &differs).await["tasks"].to_string(), tasks, "the order too");
        assert!(tasks.contains("무엇이 보이나요?") && tasks.contains("잠시 기다리기"), "{tasks}");
        let first = teacher.get(&format!("/api/lectures/{lecture}")).await.ok();
        for key in ["id", "code", "poster_code", "join_url"] {
            assert!(copied[key] != first[key] && !copied[key].is_null(), "{key}");
        }
        let sessions = teacher.get(&format!("/api/lectures/{copy}/sessions")).await.ok();
        assert_eq!(sessions["results"], json!([]), "{sessions}");
        // The copy is taught like any other lecture.
        let path = format!("/api/lectures/{copy}/sessions");
        teacher.post(&path, json!({ "title": "오후반" })).await.is(201);
        student.post(&format!("/api/lectures/{copy}/enroll"), json!({})).await.is(201);
    });
}

#[test]
fn a_copy_without_a_title_has_that_of_the_lecture_with_a_mark() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture(&"가".repeat(198), 1).await;
        for (language, mark) in [("ko", " (복사본)"), ("ja", " (コピー)"), ("en", " (copy)")] {
            let path = format!("/api/lectures/{}/copy", lecture.id);
            let header = [("accept-language", language)];
            let copied = teacher.asks(reqwest::Method::POST, &path, Some(json!({})), &header).await.is(201);
            let title = copied["title"].as_str().unwrap();
            assert!(title.chars().count() == 200 && title.ends_with(mark), "{title}");
        }
        copies(&teacher, lecture.id, json!({ "title": "" })).await.refused(400, "INVALID_REQUEST");
    });
}

#[test]
fn steps_are_copied_in_their_order_and_without_deleted_ones() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("순서", 4).await;
        let tasks = format!("/api/lectures/{}/tasks", lecture.id);
        let task = teacher.post(&tasks, json!({ "title": "먼저", "order_index": 0 })).await.is(201);
        let task = task["id"].as_i64().unwrap();
        let step = teacher.adds_step(task, "처음").await;
        let red = picture(&teacher, lecture.id, RED).await;
        teacher.put(&format!("/api/subtasks/{step}"), json!({ "pictures": [{ "picture": red }] })).await.ok();
        for (n, position) in [(0, 9), (2, 9), (3, 1)] {
            let path = format!("/api/subtasks/{}", lecture.steps[n]);
            teacher.put(&path, json!({ "order_index": position })).await.ok();
        }
        teacher.delete(&format!("/api/subtasks/{}", lecture.steps[1])).await.is(204);
        let copy = copies(&teacher, lecture.id, json!({ "title": "순서" })).await.is(201)["id"].as_i64().unwrap();
        assert_eq!(contents(&teacher, copy, &[]).await, contents(&teacher, lecture.id, &[]).await);
        let copied = contents(&teacher, copy, &[]).await;
        assert_eq!((&copied["tasks"][0]["title"], &copied["tasks"][1]["subtask_count"]), (&json!("먼저"), &json!(3)));
        let twice = copies(&teacher, copy, json!({ "title": "순서" })).await.is(201)["id"].as_i64().unwrap();
        assert_eq!(contents(&teacher, twice, &[]).await, copied);
    });
}

#[test]
fn pictures_of_a_copy_stay_when_the_lecture_is_deleted() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = full_lecture(&teacher).await;
        let copy = copies(&teacher, lecture, json!({})).await.is(201)["id"].as_i64().unwrap();
        let before = contents(&teacher, copy, &[]).await;
        teacher.delete(&format!("/api/lectures/{lecture}")).await.is(204);
        a_day_passes(&school).await;
        let teacher = teacher.logs_in("teacher@example.com", PASSWORD).await;
        assert_eq!(contents(&teacher, copy, &[]).await, before);
        let step = &before["tasks"][0]["subtasks"][0];
        for picture in [&step["pictures"][0], &step["pictures"][1], &step["question"]["options"][0]["picture"]] {
            for url in ["url", "small_url"] {
                let shown = school.http.get(school.url(picture[url].as_str().unwrap())).send().await.unwrap();
                assert_eq!(shown.status(), 200, "{picture}");
            }
        }
        teacher.delete(&format!("/api/lectures/{copy}")).await.is(204);
        a_day_passes(&school).await;
        assert_eq!(stored_pictures(&school).await, 0);
    });
}

#[test]
fn only_who_teaches_a_lecture_copies_or_exports_it_and_only_staff_import() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = full_lecture(&teacher).await;
        let file = file_of(&school, &teacher, lecture).await;
        let (path, copy) = (format!("/api/lectures/{lecture}/file"), json!({}));
        let (student, stranger) = (school.student("김학생").await, school.another_teacher().await);
        for (person, status, code) in
            [(&student, 403, "INSTRUCTOR_ONLY"), (&stranger, 403, "FORBIDDEN"), (&school.nobody(), 401, "UNAUTHORIZED")]
        {
            copies(person, lecture, copy.clone()).await.refused(status, code);
            person.get(&path).await.refused(status, code);
        }
        imports(&student, file.clone()).await.refused(403, "INSTRUCTOR_ONLY");
        imports(&school.nobody(), file.clone()).await.refused(401, "UNAUTHORIZED");
        copies(&teacher, 999_999, copy.clone()).await.refused(404, "NOT_FOUND");
        teacher.get("/api/lectures/999999/file").await.refused(404, "NOT_FOUND");
        let admin = school.admin().await;
        assert_eq!(file_of(&school, &admin, lecture).await, file);
        assert_eq!(copies(&admin, lecture, copy).await.is(201)["instructor_id"], admin.id);
        assert_eq!(imports(&stranger, file).await.is(201)["instructor_id"], stranger.id);
    });
}

#[test]
fn a_lecture_travels_to_another_school_and_is_the_same_there() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = full_lecture(&teacher).await;
        let file = file_of(&school, &teacher, lecture).await;
        assert_eq!(file_of(&school, &teacher, lecture).await, file, "always the same bytes");
        let inside = parts(&file);
        let names: Vec<&str> = inside.keys().map(String::as_str).collect();
        assert_eq!(names, ["lesson.json", "pictures/1.png", "pictures/2.png", "pictures/3.png"]);
        let text = String::from_utf8(inside["lesson.json"].clone()).unwrap();
        let red = contents(&teacher, lecture, &[]).await["tasks"][0]["subtasks"][0]["pictures"][0]["picture"].clone();
        for own in [teacher.name.as_str(), "\"id\"", "http", "instructor", "order_index", red.as_str().unwrap()] {
            assert!(!text.contains(own), "{own} in {text}");
        }
        let json: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&json["format"], &json["version"]), (&json!("gyosil-lesson"), &json!(1)));
        let step = &json["tasks"][0]["steps"][0];
        assert_eq!((&step["pictures"][0]["file"], &step["question"]["answer"]), (&json!("pictures/1.png"), &json!(1)));
        assert_eq!(step["question"]["options"][0]["picture"], "pictures/3.png");

        let elsewhere = School::open(school.backend, &[]).await;
        let other = elsewhere.registers("INSTRUCTOR", "김강사", "kim@example.com").await;
        let imported = imports(&other, file.clone()).await.is(201);
        assert_eq!((&imported["title"], &imported["instructor"]["name"]), (&json!("카카오톡 기초"), &json!("김강사")));
        let id = imported["id"].as_i64().unwrap();
        let differs = ["instructor", "instructor_id", "thumbnail_url", "picture", "url", "small_url"];
        let (there, here) = (contents(&other, id, &differs).await, contents(&teacher, lecture, &differs).await);
        assert_eq!(there, here);
        a_day_passes(&elsewhere).await;
        let other = other.logs_in("kim@example.com", PASSWORD).await;
        assert_eq!(file_of(&elsewhere, &other, id).await, file, "the pictures too");
        let listed = other.get("/api/lectures").await.ok();
        assert_eq!(listed["lectures"].as_array().unwrap().len(), 1);
        // The file can be read once more: then there are two.
        imports(&other, file).await.is(201);
        assert_eq!(other.get("/api/lectures").await.ok()["lectures"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn a_lecture_of_hundreds_of_steps_travels_too() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let step = |n: usize| json!({ "title": format!("{n}번째"), "pictures": [{ "file": "pictures/a.png" }] });
        let tasks: Vec<Value> = (0..20)
            .map(|n| json!({ "title": format!("{n}번 과제"), "steps": (0..50).map(step).collect::<Vec<_>>() }))
            .collect();
        let lesson = json!({ "format": "gyosil-lesson", "version": 1, "title": "긴 수업", "tasks": tasks });
        let file = hostile::file(&lesson);
        let id = imports(&teacher, file).await.is(201)["id"].as_i64().unwrap();
        let shown = contents(&teacher, id, &[]).await;
        for (n, task) in shown["tasks"].as_array().unwrap().iter().enumerate() {
            assert_eq!(task["title"], format!("{n}번 과제"));
            for (n, step) in task["subtasks"].as_array().unwrap().iter().enumerate() {
                assert_eq!((&step["title"], &step["order_index"]), (&json!(format!("{n}번째")), &json!(n + 1)));
                assert_eq!(step["pictures"].as_array().unwrap().len(), 1);
            }
        }
        assert_eq!((shown["tasks"].as_array().unwrap().len(), stored_pictures(&school).await), (20, 1));
        let copy = copies(&teacher, id, json!({ "title": "긴 수업" })).await.is(201)["id"].as_i64().unwrap();
        assert_eq!(contents(&teacher, copy, &[]).await, shown);
    });
}
