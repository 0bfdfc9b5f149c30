//! Handouts: the steps of a lecture on paper, for those who may read what it holds.

use std::process::Command;

use gyosil::db::Arg;
use serde_json::{Value, json};

use crate::harness::people::{Lecture, Person};
use crate::harness::picture::png_of;
use crate::harness::{School, on_both};

/// A handout as it was answered.
struct Printed {
    bytes: Vec<u8>,
    text: String,
    disposition: String,
}

impl Printed {
    #[track_caller]
    fn has(&self, words: &[&str]) {
        for word in words {
            assert!(self.text.contains(word), "{word} is not in {}", self.text);
        }
    }

    #[track_caller]
    fn lacks(&self, words: &[&str]) {
        for word in words {
            assert!(!self.text.contains(word), "{word} is in {}", self.text);
        }
    }

    fn leads_to(&self, address: &str) -> bool {
        let link = format!("{address})");
        self.bytes.windows(link.len()).any(|part| part == link.as_bytes())
    }
}

fn path(lecture: &Lecture, query: &str) -> String {
    format!("/api/lectures/{}/handout{query}", lecture.id)
}

async fn prints(school: &School, person: &Person, path: &str, language: &str) -> Printed {
    let asked = school.http.get(school.url(path)).bearer_auth(person.token.as_ref().unwrap());
    let answer = asked.header("accept-language", language).send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let bytes = answer.bytes().await.unwrap().to_vec();
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&bytes));
    assert_eq!(
        (&headers["content-type"], &headers["cache-control"]),
        (&"application/pdf".parse().unwrap(), &"no-store".parse().unwrap())
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("handout.pdf");
    std::fs::write(&file, &bytes).unwrap();
    let read = Command::new("pdftotext").args(["-raw", "-enc", "UTF-8"]).arg(&file).arg("-").output();
    let text = String::from_utf8(read.expect("pdftotext is installed").stdout).unwrap();
    Printed { bytes, text, disposition: headers["content-disposition"].to_str().unwrap().to_owned() }
}

async fn changes(teacher: &Person, step: i64, change: Value) {
    teacher.put(&format!("/api/subtasks/{step}"), change).await.ok();
}

/// Sends a picture of noise, which takes room, and returns its name.
async fn takes(teacher: &Person, lecture: &Lecture, side: u32) -> Value {
    let mut seed = side;
    let mut noise = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    };
    let noise: Vec<u8> = (0..side * side * 3).map(|_| noise()).collect();
    let path = format!("/api/lectures/{}/pictures", lecture.id);
    teacher.sends_raw(&path, "image/png", png_of(side, side, &noise)).await.is(201)["picture"].clone()
}

fn shown(picture: &Value, kind: &str) -> Value {
    let mark = json!({ "kind": "RING", "x": 0.5, "y": 0.5, "size": 0.1, "label": format!("{kind}에서") });
    json!({ "picture": picture, "shown_on": kind, "alt": format!("{kind} 화면"), "marks": [mark] })
}

async fn runs(school: &School, sql: &'static str, args: Vec<Arg>) {
    let mut tx = school.app.db.begin().await.unwrap();
    tx.run(sql, args).await.unwrap();
    school.app.commit(tx, Vec::new()).await.unwrap();
}

#[test]
fn a_handout_has_the_steps_and_questions_but_no_answer_and_no_note() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 3).await;
        let question = json!({ "kind": "NUMBER", "text": "몇 도인가요?", "unit": "도", "answer": 777.5 });
        let notes = "안경을 찾으시도록 기다리기";
        changes(
            &teacher,
            lecture.steps[0],
            json!({ "guide_text": "노란 그림을 눌러주세요", "notes": notes, "question": question }),
        )
        .await;
        let options = json!([{ "text": "노란 그림" }, { "text": "파란 그림" }]);
        let question = json!({ "kind": "CHOICE", "text": "무엇을 누를까요?", "options": options, "answer": 1 });
        changes(&teacher, lecture.steps[1], json!({ "question": question })).await;
        for person in [&teacher, &school.student("김학생").await] {
            let printed = prints(&school, person, &path(&lecture, ""), "ko").await;
            printed.has(&["카카오톡 기초", "복습하기", "1번째 단계", "3번째 단계", "3 / 3", "노란 그림을 눌러주세요"]);
            printed.has(&["몇 도인가요?", "무엇을 누를까요?", "파란 그림"]);
            printed.lacks(&["777", "안경", "정답"]);
        }
        let printed = prints(&school, &teacher, &path(&lecture, ""), "ko").await;
        let again = prints(&school, &teacher, &path(&lecture, ""), "ko").await;
        assert!(printed.bytes == again.bytes, "the same lecture gives the same bytes");
        let name = "%EC%B9%B4%EC%B9%B4%EC%98%A4%ED%86%A1%20%EA%B8%B0%EC%B4%88%20%EC%9C%A0%EC%9D%B8%EB%AC%BC.pdf";
        assert_eq!(printed.disposition, format!("attachment; filename=\"document.pdf\"; filename*=UTF-8''{name}"));
    });
}

#[test]
fn the_words_of_a_handout_are_in_the_language_of_its_reader() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        for (query, accepted, word) in [
            ("", "ja", "復習する"),
            ("", "en-GB", "See it again"),
            ("", "de", "복습하기"),
            ("?language=en", "ja", "See it again"),
            ("?language=ko", "en", "복습하기"),
            ("?language=ja", "ko", "復習する"),
        ] {
            prints(&school, &teacher, &path(&lecture, query), accepted).await.has(&[word, "1번째 단계"]);
        }
        let details = teacher.get(&path(&lecture, "?language=xx")).await.refused(400, "INVALID_REQUEST");
        assert_eq!(details["field"], "language");
        let long = "가".repeat(31);
        teacher.get(&path(&lecture, &format!("?phone={long}"))).await.refused(400, "INVALID_REQUEST");
    });
}

#[test]
fn those_who_may_read_a_lecture_print_it_and_others_do_not() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 2).await;
        let session = teacher.opens_session(&lecture).await;
        let student = school.student("김학생").await;
        student.joins(&session).await;
        let guest = school.guest(&session, "김순자").await;
        let stranger = school.student("이학생").await;
        let admin = school.admin().await;
        school.nobody().get(&path(&lecture, "")).await.refused(401, "UNAUTHORIZED");
        for person in [&teacher, &admin, &student, &guest, &stranger] {
            prints(&school, person, &path(&lecture, ""), "ko").await.has(&["2번째 단계"]);
        }
        let priced = teacher.makes_lecture("유료 강의", 1).await;
        let course = format!("/api/v1/courses/{}", priced.id);
        teacher.put(&course, json!({ "price": 50_000 })).await.ok();
        for person in [&student, &guest, &school.another_teacher().await] {
            person.get(&path(&priced, "")).await.refused(403, "ENROLLMENT_NEEDED");
        }
        student.post(&format!("/api/lectures/{}/enroll", priced.id), json!({})).await.is(201);
        student.get(&path(&priced, "")).await.refused(403, "PAYMENT_NEEDED");
        for person in [&teacher, &admin] {
            prints(&school, person, &path(&priced, ""), "ko").await.has(&["유료 강의"]);
        }
        runs(&school, "update courses set status = 'DRAFT' where id = $1", vec![lecture.id.into()]).await;
        student.get(&path(&lecture, "")).await.refused(404, "NOT_FOUND");
        teacher.get("/api/lectures/999999/handout").await.refused(404, "NOT_FOUND");
    });
}

/// The QR of a handout leads its reader to the class in which they were, and to no class of which they do not have the key.
#[test]
fn the_qr_leads_to_the_review() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let printed = prints(&school, &teacher, &path(&lecture, ""), "ko").await;
        assert!(printed.leads_to("/me"), "without a class it leads to one's own record");
        let first = teacher.opens_session(&lecture).await;
        let student = school.student("김학생").await;
        student.joins(&first).await;
        let guest = school.guest(&first, "김순자").await;
        let shown_out = school.guest(&first, "박철수").await;
        teacher.post(&format!("/api/sessions/{}/participants/{}/remove", first.id, shown_out.id), json!({})).await.ok();
        teacher.starts(&first, lecture.steps[0]).await;
        teacher.presses(&first, "end").await.ok();
        school.later(60);
        let second = teacher.opens_session(&lecture).await;
        let stranger = school.student("이학생").await;
        for (person, address) in [
            (&teacher, second.scanned()),
            (&student, first.scanned()),
            (&guest, first.scanned()),
            (&shown_out, "/me".to_owned()),
            (&stranger, "/me".to_owned()),
        ] {
            let printed = prints(&school, person, &path(&lecture, ""), "ko").await;
            assert!(printed.leads_to(&address), "{} is not led to {address}", person.name);
        }
        student.joins(&second).await;
        assert!(prints(&school, &student, &path(&lecture, ""), "ko").await.leads_to(&second.scanned()));
    });
}

#[test]
fn pictures_are_chosen_as_the_phone_chooses_them() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 2).await;
        let one = takes(&teacher, &lecture, 40).await;
        let kinds = ["IPHONE", "ALL", "갤럭시 A34", "ANDROID"];
        let pictures: Vec<Value> = kinds.iter().map(|kind| shown(&one, kind)).collect();
        changes(&teacher, lecture.steps[0], json!({ "pictures": pictures })).await;
        for (query, kind) in [
            ("", "ALL"),
            ("?phone=ALL", "ALL"),
            ("?phone=IPHONE", "IPHONE"),
            ("?phone=ANDROID&system=IPHONE", "ANDROID"),
            ("?phone=%EA%B0%A4%EB%9F%AD%EC%8B%9C%20A34&system=ANDROID", "갤럭시 A34"),
            ("?phone=%EA%B0%A4%EB%9F%AD%EC%8B%9C%20S9&system=ANDROID", "ANDROID"),
            ("?phone=%EA%B0%A4%EB%9F%AD%EC%8B%9C%20S9", "ALL"),
        ] {
            let printed = prints(&school, &teacher, &path(&lecture, query), "ko").await;
            printed.has(&[&format!("{kind}에서")]);
            let others: Vec<String> =
                kinds.iter().filter(|other| **other != kind).map(|kind| format!("{kind}에서")).collect();
            printed.lacks(&others.iter().map(String::as_str).collect::<Vec<_>>());
        }
    });
}

#[test]
fn a_handout_stays_small_and_a_lost_picture_is_told_in_words() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 2).await;
        for (step, side) in lecture.steps.iter().zip([600, 610]) {
            let picture = takes(&teacher, &lecture, side).await;
            changes(&teacher, *step, json!({ "pictures": [shown(&picture, "ALL")] })).await;
        }
        let large = prints(&school, &teacher, &path(&lecture, ""), "ko").await.bytes.len();
        // The files of both together are more than a handout holds: of the second one, the small file is printed.
        runs(&school, "update pictures set bytes = 9437184", Vec::new()).await;
        let less = prints(&school, &teacher, &path(&lecture, ""), "ko").await.bytes.len();
        runs(&school, "update pictures set bytes = 99437184", Vec::new()).await;
        let small = prints(&school, &teacher, &path(&lecture, ""), "ko").await.bytes.len();
        assert!(large > less && less > small && large - less > 50_000, "{large} {less} {small}");
        let stored = "update items set pictures = replace(pictures, '\"name\":\"', '\"name\":\"0') where id = $1";
        runs(&school, stored, vec![lecture.steps[1].into()]).await;
        let printed = prints(&school, &teacher, &path(&lecture, ""), "ko").await;
        printed.has(&["ALL 화면", "2번째 단계"]);
    });
}

#[test]
fn a_lecture_without_steps_and_one_with_too_many_say_so() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 0).await;
        teacher.get(&path(&lecture, "")).await.refused(409, "NO_STEPS");
        teacher.adds_step(lecture.task, "첫 단계").await;
        let copies = "insert into items (created_ms, updated_ms, unit, kind, title, description, position, required)
            select created_ms, updated_ms, unit, kind, title, description, position, required from items where unit = $1";
        for _ in 0..8 {
            runs(&school, copies, vec![lecture.task.into()]).await;
        }
        prints(&school, &teacher, &path(&lecture, ""), "ko").await.has(&["256 / 256"]);
        runs(&school, copies, vec![lecture.task.into()]).await;
        teacher.get(&path(&lecture, "")).await.refused(409, "TOO_MANY_STEPS");
    });
}
