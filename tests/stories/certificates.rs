//! Certificates: given once, verified by anyone, and good no more when they are revoked, expired or forgotten.

use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use futures_util::future::join_all;
use gyosil::db::Arg;
use gyosil::error::{Error, Noun};
use gyosil::school::certificates::{self, Certificate};
use gyosil::school::rights::{Caller, Role};
use serde_json::{Value, json};

use crate::harness::learning::at;
use crate::harness::people::{Lecture, Person};
use crate::harness::{School, on_both, on_both_with};

const LIMITED: &[&str] = &["--rate-limits", "on"];

fn acting(person: &Person, role: Role) -> Caller {
    Caller { id: person.id, role, login: 0, expires_ms: i64::MAX }
}

async fn change(school: &School, sql: &'static str, args: Vec<Arg>) {
    let mut tx = school.app.db.begin().await.unwrap();
    tx.run(sql, args).await.unwrap();
    school.app.commit(tx, Vec::new()).await.unwrap();
}

async fn enrollment(school: &School, student: &Person) -> i64 {
    let sql = "select id from enrollments where person = $1";
    school.app.db.one::<(i64,)>(sql, vec![student.id.into()]).await.unwrap().0
}

/// The student has done all that the course asks for; the id of their completion.
async fn completes(school: &School, student: &Person, lecture: &Lecture) -> i64 {
    student.enrolls(lecture).await;
    let enrollment = enrollment(school, student).await;
    let sql =
        "insert into completions (created_ms, updated_ms, enrollment, date, status, total_score, attendance_score,
        assessment_score, by_hand) values ($1, $1, $2, '2026-11-20', 'COMPLETED', 92.5, 100.0, 87.25, false)";
    change(school, sql, vec![school.app.now_ms().into(), enrollment.into()]).await;
    let sql = "select id from completions where enrollment = $1";
    school.app.db.one::<(i64,)>(sql, vec![enrollment.into()]).await.unwrap().0
}

/// A teacher, and a student with a certificate.
async fn graduation(school: &School, name: &str) -> (Person, Person, Certificate) {
    let teacher = school.teacher().await;
    let lecture = teacher.makes_lecture("스마트폰 첫걸음", 1).await;
    let student = school.student(name).await;
    let completion = completes(school, &student, &lecture).await;
    let (certificate, is_new) =
        certificates::issue(&school.app, &acting(&teacher, Role::Instructor), completion).await.unwrap();
    assert!(is_new);
    (teacher, student, certificate)
}

fn by_code(certificate: &Certificate) -> String {
    format!("/certificates.json?number={}&code={}", certificate.number, certificate.code)
}

fn by_uuid(certificate: &Certificate) -> String {
    format!("/certificates/{}.json", certificate.uuid)
}

fn by_number(certificate: &Certificate) -> String {
    format!("/certificates.json?number={}", certificate.number)
}

async fn text_of_pdf(school: &School, certificate: &Certificate) -> String {
    let answer = school.http.get(school.url(&format!("/certificates/{}.pdf", certificate.uuid))).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"application/pdf".parse().unwrap())
    );
    let bytes = answer.bytes().await.unwrap();
    assert!(bytes.len() < 200_000, "{} bytes", bytes.len());
    let file = school.data().join("certificate.pdf");
    std::fs::write(&file, &bytes).unwrap();
    let read = Command::new("pdftotext").args(["-raw", "-enc", "UTF-8"]).arg(&file).arg("-").output();
    String::from_utf8(read.expect("pdftotext is installed").stdout).unwrap()
}

/// As someone would who has the JSON and nothing else.
pub fn is_signed(found: &Value) -> bool {
    let bytes = |value: &Value| STANDARD.decode(value.as_str().unwrap()).unwrap();
    let key = VerifyingKey::from_bytes(&bytes(&found["key"]["public_key"]).try_into().unwrap()).unwrap();
    let signature = Signature::from_slice(&bytes(&found["signature"])).unwrap();
    key.verify_strict(found["facts"].as_str().unwrap().as_bytes(), &signature).is_ok()
}

#[test]
fn the_printed_the_public_and_the_signed_facts_are_the_same() {
    on_both_with(&["--school-name", "한빛 배움터"], |school| async move {
        for (n, name) in ["김민자", "髙橋 さくら", "王小明", "Nguyễn Thị Ánh Tuyết"].into_iter().enumerate()
        {
            let teacher = school.registers("INSTRUCTOR", "박강사", &format!("t{n}@example.com")).await;
            let lecture = teacher.makes_lecture("스마트폰 첫걸음", 1).await;
            let student = school.student(name).await;
            let completion = completes(&school, &student, &lecture).await;
            let staff = acting(&teacher, Role::Instructor);
            let (certificate, _) = certificates::issue(&school.app, &staff, completion).await.unwrap();
            let nobody = school.nobody();
            let found = nobody.get(&by_uuid(&certificate)).await.is(200);
            assert_eq!(nobody.get(&by_code(&certificate)).await.is(200), found);
            let printed = &found["printed"];
            assert_eq!(
                (&found["state"], &printed["name"], &printed["course"], &printed["issuer"], &printed["instructor"]),
                (&json!("VALID"), &json!(name), &json!("스마트폰 첫걸음"), &json!("한빛 배움터"), &json!("박강사"))
            );
            assert_eq!((&printed["total_score"], &printed["progress_score"]), (&json!(92.5), &Value::Null));
            assert!(is_signed(&found));
            assert_eq!(&serde_json::from_str::<Value>(found["facts"].as_str().unwrap()).unwrap(), printed);
            let key = nobody.get("/certificates/key").await.is(200);
            assert_eq!(key, found["key"]);
            let paper = text_of_pdf(&school, &certificate).await;
            let words = [name, "스마트폰 첫걸음", "한빛 배움터", "박강사", "92.5점", "87.25점", "2026. 11. 20."];
            for word in words.into_iter().chain([&*certificate.number, &*certificate.code, &*certificate.uuid]) {
                assert!(paper.contains(word), "{word} is not in {paper}");
            }
            assert!(!paper.contains("진도 Progress") && !found.to_string().contains("@example.com"));
        }
    });
}

#[test]
fn issuing_twice_gives_the_same_certificate_also_at_once() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("스마트폰 첫걸음", 1).await;
        let student = school.student("김민자").await;
        let completion = completes(&school, &student, &lecture).await;
        let staff = acting(&teacher, Role::Instructor);
        let issued = join_all((0..6).map(|_| certificates::issue(&school.app, &staff, completion))).await;
        let issued: Vec<(Certificate, bool)> = issued.into_iter().map(Result::unwrap).collect();
        assert_eq!(issued.iter().filter(|(_, is_new)| *is_new).count(), 1);
        assert!(issued.iter().all(|(c, _)| (&c.number, &c.facts) == (&issued[0].0.number, &issued[0].0.facts)));
        let notices = student.get("/api/notifications").await.ok();
        let notices = notices["notifications"].as_array().unwrap();
        let notices: Vec<&Value> = notices.iter().filter(|n| n["type"] == "CERTIFICATE_ISSUED").collect();
        assert_eq!(notices.len(), 1);
        assert_eq!(notices[0]["related_id"], issued[0].0.id);
    });
}

#[test]
fn only_staff_of_the_course_issue_certificates_and_only_for_completions() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("스마트폰 첫걸음", 1).await;
        let student = school.student("김민자").await;
        let completion = completes(&school, &student, &lecture).await;
        let other = school.another_teacher().await;
        let issue =
            async |person: &Person, role| certificates::issue(&school.app, &acting(person, role), completion).await;
        assert!(matches!(issue(&student, Role::Student).await, Err(Error::StaffOnly)));
        assert!(matches!(issue(&other, Role::Instructor).await, Err(Error::NotYours)));
        let staff = acting(&teacher, Role::Instructor);
        assert!(matches!(certificates::issue(&school.app, &staff, 999).await, Err(Error::NotFound(Noun::Completion))));
        change(&school, "update completions set status = 'INCOMPLETE'", vec![]).await;
        let refused = issue(&teacher, Role::Instructor).await;
        assert!(matches!(refused, Err(Error::WrongState { status }) if status.0 == "INCOMPLETE"));
        change(&school, "update completions set status = 'COMPLETED'", vec![]).await;
        // A guest claims their name and a login first.
        change(&school, "update people set guest = true where id = $1", vec![student.id.into()]).await;
        let refused = issue(&teacher, Role::Instructor).await;
        assert!(matches!(refused, Err(Error::GuestUnclaimed)));
        change(&school, "update people set guest = false where id = $1", vec![student.id.into()]).await;
        let (certificate, _) = issue(&teacher, Role::Instructor).await.unwrap();
        let seen = async |person: &Person, role| {
            certificates::by_number(&school.app, &acting(person, role), &certificate.number).await.map(|c| c.uuid)
        };
        assert_eq!(seen(&student, Role::Student).await.unwrap(), certificate.uuid);
        assert_eq!(seen(&teacher, Role::Instructor).await.unwrap(), certificate.uuid);
        // That the number is someone's is not for others to know.
        assert!(matches!(seen(&other, Role::Instructor).await, Err(Error::NotFound(Noun::Certificate))));
        assert!(matches!(seen(&other, Role::Student).await, Err(Error::NotFound(Noun::Certificate))));
    });
}

#[test]
fn the_number_alone_shows_little_and_a_wrong_code_nothing() {
    on_both(|school| async move {
        let (_, _, certificate) = graduation(&school, "김민자").await;
        let seen = school.nobody().get(&by_number(&certificate)).await.is(200);
        let expected = json!({ "state": "VALID", "number": certificate.number, "course": "스마트폰 첫걸음", "unit": null, "name": "김*자",
            "is_masked": true });
        assert_eq!(seen, expected);
        // Copied from paper, with small letters and a space.
        let copied = format!(
            "/certificates.json?number=%20{}&code={}",
            certificate.number.to_lowercase(),
            certificate.code.to_lowercase()
        );
        assert_eq!(school.nobody().get(&copied).await.is(200)["printed"]["name"], "김민자");
        let wrong = format!("/certificates.json?number={}&code=VER-ACDEFGHJKMNP", certificate.number);
        school.nobody().get(&wrong).await.refused(404, "NOT_FOUND");
        let details = school.nobody().get("/certificates.json?code=VER-A").await.refused(400, "INVALID_REQUEST");
        assert_eq!(details["field"], "number");
        let unknown = "/certificates/7b0e3c0a-5d0f-4f5e-9a53-0c1d2e3f4a5b";
        school.nobody().get(&format!("{unknown}.json")).await.refused(404, "NOT_FOUND");
        school.nobody().get(&format!("{unknown}.pdf")).await.refused(404, "NOT_FOUND");
        school.nobody().get("/certificates/whatever.exe").await.refused(404, "NOT_FOUND");
        let page = school.nobody().get(&format!("/certificates/{}", certificate.uuid)).await;
        assert_eq!((page.status, &page.headers["x-robots-tag"]), (200, &"noindex, nofollow".parse().unwrap()));
        school.nobody().get("/certificates").await.is(200);
    });
}

#[test]
fn the_address_with_the_number_that_programs_are_given_shows_the_page() {
    on_both(|school| async move {
        let (_, student, certificate) = graduation(&school, "김민자").await;
        let mine = student.get(&at("/my-certifications")).await.ok();
        let shown = at(&format!("/certifications/{}", mine["certifications"][0]["id"].as_str().unwrap()));
        let address = student.get(&shown).await.ok()["credentialUrl"].as_str().unwrap().to_owned();
        assert_eq!(address, format!("/certificates/{}/verify", certificate.number));
        let usual = school.nobody().get("/certificates").await;
        // The page asks for the number itself, so that one that does not exist is answered alike.
        let bare = format!("/certificates/{}", certificate.number);
        let small = bare.to_lowercase();
        for address in
            [&*address, &bare, &small, "/certificates/CERT-20261121-AAAAAA/verify", "/certificates/%E0%A4%A/verify"]
        {
            let page = school.nobody().get(address).await;
            assert_eq!((page.status, &page.headers["x-robots-tag"]), (200, &"noindex, nofollow".parse().unwrap()));
            assert_eq!(page.headers["etag"], usual.headers["etag"], "{address}");
        }
        for other in ["CERT-2026112-AAAAAA", "CERT-20261121-AAAAA", "CERT-20261121-AAAAAA-1", "XERT-20261121-AAAAAA"] {
            school.nobody().get(&format!("/certificates/{other}")).await.refused(404, "NOT_FOUND");
        }
        school.nobody().post(&address, json!({})).await.is(405);
    });
}

#[test]
fn revoked_and_expired_ones_say_so_wherever_they_are_seen() {
    on_both(|school| async move {
        let (_, student, certificate) = graduation(&school, "김민자").await;
        let states = async || {
            let mut states = Vec::new();
            for path in [by_uuid(&certificate), by_code(&certificate), by_number(&certificate)] {
                states.push(school.nobody().get(&path).await.is(200)["state"].as_str().unwrap().to_owned());
            }
            states.dedup();
            states
        };
        assert_eq!(states().await, ["VALID"]);
        let enrollment = enrollment(&school, &student).await;
        let mut tx = school.app.db.begin().await.unwrap();
        certificates::revoke(&mut tx, enrollment, Some("대리 출석"), school.app.now_ms()).await.unwrap();
        school.app.commit(tx, Vec::new()).await.unwrap();
        assert_eq!(states().await, ["REVOKED"]);
        let seen = school.nobody().get(&by_uuid(&certificate)).await.is(200);
        assert!(seen["revoked_at"].is_string() && is_signed(&seen));
        // Why is nobody's business but the school's.
        assert!(!seen.to_string().contains("대리 출석"));
        assert!(text_of_pdf(&school, &certificate).await.contains("REVOKED"));
        let mut tx = school.app.db.begin().await.unwrap();
        certificates::restore(&mut tx, enrollment).await.unwrap();
        school.app.commit(tx, Vec::new()).await.unwrap();
        let expires_ms = school.app.now_ms() + 3_600_000;
        change(&school, "update certificates set expires_ms = $1", vec![expires_ms.into()]).await;
        assert_eq!(states().await, ["VALID"]);
        school.later(3_600);
        assert_eq!(states().await, ["EXPIRED"]);
        assert!(text_of_pdf(&school, &certificate).await.contains("EXPIRED"));
    });
}

#[test]
fn a_certificate_keeps_the_name_that_was_printed_until_its_person_is_erased() {
    on_both(|school| async move {
        let (_, student, certificate) = graduation(&school, "김민자").await;
        let renamed = json!({ "name": "김민지" });
        student.put("/api/auth/me", renamed).await.ok();
        let seen = school.nobody().get(&by_uuid(&certificate)).await.is(200);
        assert_eq!(seen["printed"]["name"], "김민자");
        let admin = school.admin().await;
        admin.post(&format!("/api/admin/people/{}/erase", student.id), json!({})).await.is(204);
        let seen = school.nobody().get(&by_uuid(&certificate)).await.is(200);
        assert_eq!((&seen["state"], &seen["printed"]["name"]), (&json!("REVOKED"), &json!("(삭제된 사용자)")));
        assert!(is_signed(&seen) && !seen.to_string().contains("김민자"));
        assert_eq!(school.nobody().get(&by_number(&certificate)).await.is(200)["name"], "(삭제된 사용자)");
        assert!(!text_of_pdf(&school, &certificate).await.contains("김민자"));
        // Nobody makes it good again.
        let mut tx = school.app.db.begin().await.unwrap();
        certificates::restore(&mut tx, certificate.enrollment).await.unwrap();
        school.app.commit(tx, Vec::new()).await.unwrap();
        assert_eq!(school.nobody().get(&by_uuid(&certificate)).await.is(200)["state"], "REVOKED");
    });
}

#[test]
fn wrong_look_ups_are_limited_and_right_ones_are_not() {
    on_both_with(LIMITED, |school| async move {
        let (_, _, certificate) = graduation(&school, "김민자").await;
        for _ in 0..40 {
            school.nobody().get(&by_uuid(&certificate)).await.is(200);
        }
        let guess = format!("/certificates.json?number={}&code=VER-AAAAAAAAAAAA", certificate.number);
        for _ in 0..30 {
            school.nobody().get(&guess).await.refused(404, "NOT_FOUND");
        }
        let refused = school.nobody().get(&guess).await;
        assert!(refused.headers.contains_key("retry-after"));
        refused.refused(429, "TOO_MANY_REQUESTS");
        school.nobody().get(&format!("/certificates/{}.pdf", certificate.uuid)).await.refused(429, "TOO_MANY_REQUESTS");
        school.later(61);
        school.nobody().get(&by_code(&certificate)).await.is(200);
    });
}

#[test]
fn the_key_stays_when_the_school_opens_again() {
    on_both(|school| async move {
        let key = school.nobody().get("/certificates/key").await.is(200);
        let school = school.reopens().await;
        assert_eq!(school.nobody().get("/certificates/key").await.is(200), key);
        school.nobody().post("/certificates/key", json!({})).await.is(405);
    });
}
