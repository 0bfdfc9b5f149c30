//! Certificates of the academy: of a course and of a unit, their preview and their download, and the check by anyone.

mod issuing;
mod revoking;

use std::process::Command;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::academy_categories::{adds_minor, makes_category};
use crate::academy_enrollments::{days_later, enrolled, enrolls};
use crate::academy_missions::{Academy, answers};
use crate::academy_videos::adds_video;
use crate::certificates::is_signed;
use crate::classroom::{by_hand, lecture_without_words, new_session};
use crate::harness::School;
use crate::harness::learning::at;
use crate::harness::on_both;
use crate::harness::people::{Person, Reply};

fn path(verb: &str, kind: &str, id: i64) -> String {
    format!("/certificates/{verb}/{kind}/{id}/")
}

async fn asks(person: &Person, verb: &str, kind: &str, id: i64) -> Reply {
    person.get(&path(verb, kind, id)).await
}

/// A sheet that was printed for a person: how it was sent, and what stands on it.
struct Sheet {
    disposition: String,
    text: String,
}

impl Sheet {
    fn has(&self, words: &[&str]) {
        for word in words {
            assert!(self.text.contains(word), "{word} is not in {}", self.text);
        }
    }

    fn lacks(&self, words: &[&str]) {
        for word in words {
            assert!(!self.text.contains(word), "{word} is in {}", self.text);
        }
    }

    /// The number, as the name of the file says it.
    fn number(&self) -> &str {
        let (_, name) = self.disposition.split_once("filename=\"").unwrap();
        name.strip_suffix(".pdf\"").unwrap()
    }
}

async fn sheet(school: &School, person: &Person, verb: &str, kind: &str, id: i64) -> Sheet {
    let asked = school.http.get(school.url(&path(verb, kind, id))).bearer_auth(person.token.as_ref().unwrap());
    let answer = asked.send().await.unwrap();
    let headers = answer.headers().clone();
    let bytes = answer.bytes().await.unwrap();
    assert_eq!(headers["content-type"], "application/pdf", "{}", String::from_utf8_lossy(&bytes));
    assert_eq!(
        (&headers["cache-control"], &headers["x-robots-tag"]),
        (&"no-store".parse().unwrap(), &"noindex, nofollow".parse().unwrap())
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sheet.pdf");
    std::fs::write(&file, &bytes).unwrap();
    let read = Command::new("pdftotext").args(["-raw", "-enc", "UTF-8"]).arg(&file).arg("-").output();
    let text = String::from_utf8(read.expect("pdftotext is installed").stdout).unwrap();
    Sheet { disposition: headers["content-disposition"].to_str().unwrap().to_owned(), text }
}

async fn previews(school: &School, person: &Person, kind: &str, id: i64) -> Sheet {
    let sheet = sheet(school, person, "preview", kind, id).await;
    assert!(sheet.disposition.starts_with("inline; "), "{}", sheet.disposition);
    sheet
}

async fn downloads(school: &School, person: &Person, kind: &str, id: i64) -> Sheet {
    let sheet = sheet(school, person, "download", kind, id).await;
    assert!(sheet.disposition.starts_with("attachment; "), "{}", sheet.disposition);
    sheet
}

/// One's own certificates, each as its kind, its id and its status.
async fn own(person: &Person) -> Vec<(String, i64, String)> {
    let page = person.get("/certificates/").await.is(200);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = page["results"].as_array().unwrap();
    assert_eq!(page["count"], all.len());
    all.iter()
        .map(|one| (text(&one["course_type"]), one["object_id"].as_i64().unwrap(), text(&one["status"])))
        .collect()
}

fn listed(all: &[(&str, i64, &str)]) -> Vec<(String, i64, String)> {
    all.iter().map(|(kind, id, status)| ((*kind).to_owned(), *id, (*status).to_owned())).collect()
}

async fn issued(school: &School) -> i64 {
    school.app.db.one::<(i64,)>("select count(*) from certificates", vec![]).await.unwrap().0
}

async fn does(student: &Person, enrollment: &Value, item: i64) {
    let done = json!({ "enrollment_id": enrollment, "content_id": item });
    student.patch("/api/v1/progress/complete", done).await.ok();
}

/// A course of two units with a step each, and a student who has done the first.
struct Halfway {
    teacher: Person,
    student: Person,
    course: i64,
    units: [i64; 2],
    steps: [i64; 2],
    enrollment: Value,
}

impl Halfway {
    async fn of(school: &School) -> Halfway {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let course = makes_category(&teacher, 0).await;
        let units = [adds_minor(&teacher, course, "변수").await, adds_minor(&teacher, course, "함수").await];
        let steps = [teacher.adds_step(units[0], "따라 하기").await, teacher.adds_step(units[1], "혼자 하기").await];
        let enrollment = enrolled(&student, course).await["id"].clone();
        does(&student, &enrollment, steps[0]).await;
        Halfway { teacher, student, course, units, steps, enrollment }
    }

    async fn completes(&self) {
        does(&self.student, &self.enrollment, self.steps[1]).await;
    }
}

#[test]
fn a_unit_is_certified_once_its_required_items_and_missions_are_done() {
    on_both(|school| async move {
        let academy = Academy::of(&school).await;
        let (student, unit) = (&academy.student, academy.minor);
        let video = adds_video(&academy.teacher, unit, "변수란").await;
        let (mission, questions) = academy.asks(&[2], json!({})).await;
        academy.asks(&[1], json!({ "is_required": false })).await;
        let other = adds_minor(&academy.teacher, academy.course, "함수").await;
        academy.teacher.adds_step(other, "혼자 하기").await;

        let lacks = async |ids: &[(i64, &str)]| {
            for verb in ["preview", "download"] {
                let refused = asks(student, verb, "minor", unit).await.refused(409, "UNIT_NOT_DONE");
                let missing = refused["missing"].as_array().unwrap();
                let missing: Vec<(i64, &str)> =
                    missing.iter().map(|one| (one["id"].as_i64().unwrap(), one["kind"].as_str().unwrap())).collect();
                assert_eq!(missing, ids, "{refused}");
            }
            assert_eq!(own(student).await, []);
        };
        let film = video["id"].as_i64().unwrap();
        lacks(&[(film, "video"), (mission, "mission")]).await;
        let watched = json!({ "video_id": film, "is_completed": true });
        student.post("/videos/progress/", watched).await.is(200);
        lacks(&[(mission, "mission")]).await;
        answers(student, questions[0], 2).await.is(201);
        assert_eq!(own(student).await, listed(&[("minor", unit, "available")]));

        let preview = previews(&school, student, "minor", unit).await;
        preview.has(&["김학생", "변수", "과정: 파이썬 기초", "박강사", "미리보기 PREVIEW"]);
        preview.lacks(&["CERT-", "VER-", "진위 확인", "http"]);
        assert_eq!((preview.number(), issued(&school).await), ("preview", 0));
        assert_eq!(student.get("/api/notifications").await.ok()["notifications"], json!([]));

        let paper = downloads(&school, student, "minor", unit).await;
        paper.has(&["김학생", "변수", "과정: 파이썬 기초", "박강사", "진위 확인", paper.number()]);
        paper.lacks(&["PREVIEW"]);
        for again in [downloads(&school, student, "minor", unit).await, previews(&school, student, "minor", unit).await]
        {
            assert_eq!((again.number(), &again.text), (paper.number(), &paper.text));
        }
        assert_eq!(own(student).await, listed(&[("minor", unit, "valid")]));
        assert_eq!(issued(&school).await, 1);
        assert_eq!(student.get("/api/notifications").await.ok()["notifications"], json!([]));
    });
}

#[test]
fn the_certificate_of_a_unit_names_it_wherever_anyone_checks_it() {
    on_both(|school| async move {
        let halfway = Halfway::of(&school).await;
        let paper = downloads(&school, &halfway.student, "minor", halfway.units[0]).await;
        let one = halfway.student.get("/certificates/").await.is(200)["results"][0].clone();
        assert_eq!((&one["certificate_number"], &one["content_type_id"]), (&json!(paper.number()), &json!(2)));
        let (uuid, code) = (one["certificate_id"].as_str().unwrap(), one["verification_code"].as_str().unwrap());
        paper.has(&[uuid, code]);

        let nobody = school.nobody();
        let whole = nobody.get(&format!("/certificates/{uuid}.json")).await.is(200);
        assert_eq!((&whole["printed"]["course"], &whole["printed"]["unit"]), (&json!("파이썬 기초"), &json!("변수")));
        assert!(is_signed(&whole));
        for address in
            [format!("/certificates/verify/{uuid}/"), format!("/certificates/verify/{}", uuid.to_uppercase())]
        {
            let verified = nobody.get(&address).await.is(200);
            let told =
                ["is_valid", "status", "user_name", "major_category_name", "minor_category_name", "object_id", "facts"];
            let expected = json!([true, "valid", "김학생", "파이썬 기초", "변수", halfway.units[0], whole["facts"]]);
            assert_eq!(json!(told.map(|key| &verified[key])), expected);
            assert_eq!(verified["encrypted_data"], whole["signature"]);
            assert!(!verified.to_string().contains("@example.com"), "{verified}");
        }
        let masked = nobody.get(&format!("/certificates.json?number={}", paper.number())).await.is(200);
        assert_eq!(
            (&masked["course"], &masked["unit"], &masked["name"]),
            (&json!("파이썬 기초"), &json!("변수"), &json!("김*생"))
        );
        let check = at(&format!("/certifications/verify/{}?verificationCode={code}", paper.number()));
        assert_eq!(nobody.get(&check).await.ok()["courseTitle"], "파이썬 기초 · 변수");

        let html = [("accept", "text/html,*/*")];
        let page = nobody.get("/certificates/").await;
        for address in [format!("/certificates/verify/{uuid}/"), format!("/certificates/{}", paper.number())] {
            let shown = nobody.asks(Method::GET, &address, None, &html).await;
            assert_eq!((shown.status, &shown.headers["etag"]), (200, &page.headers["etag"]), "{address}");
        }
        for unknown in ["7b0e3c0a-5d0f-4f5e-9a53-0c1d2e3f4a5b", "7", paper.number()] {
            nobody.get(&format!("/certificates/verify/{unknown}/")).await.refused(404, "NOT_FOUND");
        }
        // The course is not completed, so that nothing says it were.
        asks(&halfway.student, "download", "major", halfway.course).await.refused(409, "REQUIREMENTS_NOT_MET");
        assert_eq!(halfway.student.get(&at("/my-certifications")).await.ok()["certifications"], json!([]));
    });
}

#[test]
fn a_course_is_certified_when_it_is_completed() {
    on_both(|school| async move {
        let halfway = Halfway::of(&school).await;
        let (student, course) = (&halfway.student, halfway.course);
        for verb in ["preview", "download"] {
            let refused = asks(student, verb, "major", course).await.refused(409, "REQUIREMENTS_NOT_MET");
            assert_eq!(refused["missing"], json!(["progress"]));
        }
        halfway.completes().await;
        let expected = [
            ("minor", halfway.units[0], "available"),
            ("minor", halfway.units[1], "available"),
            ("major", course, "valid"),
        ];
        assert_eq!(own(student).await, listed(&expected));
        let paper = downloads(&school, student, "major", course).await;
        paper.has(&["김학생", "파이썬 기초", "위 사람은 아래 과정을", paper.number()]);
        paper.lacks(&["과정: ", "변수"]);
        assert_eq!(previews(&school, student, "major", course).await.text, paper.text);
        let mine = student.get(&at("/my-certifications")).await.ok()["certifications"].clone();
        assert_eq!(mine[0]["certificateNumber"], paper.number());
        // The newest stands first; pages are as everywhere.
        downloads(&school, student, "minor", halfway.units[1]).await;
        let expected = [
            ("minor", halfway.units[0], "available"),
            ("minor", halfway.units[1], "valid"),
            ("major", course, "valid"),
        ];
        assert_eq!(own(student).await, listed(&expected));
        let page = student.get("/certificates/?page=2&page_size=2").await.is(200);
        assert_eq!(
            (&page["count"], &page["results"][0]["object_id"], &page["next"]),
            (&json!(3), &json!(course), &json!(null))
        );
        assert!(page["previous"].as_str().unwrap().contains("page=1"), "{page}");
    });
}

#[test]
fn where_staff_complete_a_course_the_download_issues_what_they_have_recorded() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let lecture = lecture_without_words(&teacher, 1).await;
        student.enrolls(&lecture).await;
        let enrollment = student.get("/courses/enrollments/").await.is(200)["results"][0]["id"].clone();
        let refused = asks(&student, "download", "major", lecture.id).await.refused(409, "REQUIREMENTS_NOT_MET");
        assert_eq!(refused["missing"], json!(["progress"]));
        does(&student, &enrollment, lecture.steps[0]).await;
        asks(&student, "download", "major", lecture.id).await.refused(409, "AWAITS_STAFF");
        teacher.post("/api/v1/completions", json!({ "enrollment_id": enrollment })).await.is(201);
        let expected = [("major", lecture.id, "available"), ("minor", lecture.task, "available")];
        assert_eq!(own(&student).await, listed(&expected));
        previews(&school, &student, "major", lecture.id).await.has(&["김학생", "PREVIEW"]);
        assert_eq!(issued(&school).await, 0);
        let paper = downloads(&school, &student, "major", lecture.id).await;
        paper.has(&["김학생", "진도 Progress", paper.number()]);
        let completion = student.get(&format!("/api/v1/completions/enrollment/{enrollment}")).await.ok();
        assert_eq!(completion["completion"]["certificate_no"], paper.number());
    });
}

#[test]
fn downloads_at_once_issue_one_certificate() {
    on_both(|school| async move {
        let halfway = Halfway::of(&school).await;
        let unit = halfway.units[0];
        let ask = |n: usize| {
            let verb = if n % 3 == 2 { "preview" } else { "download" };
            asks(&halfway.student, verb, "minor", unit)
        };
        let replies = join_all((0..9).map(ask)).await;
        let names = replies.into_iter().map(|reply| {
            assert_eq!(reply.status, 200, "{}", reply.json);
            reply.headers["content-disposition"].to_str().unwrap().to_owned()
        });
        let mut names: Vec<String> = names.filter(|name| name.starts_with("attachment")).collect();
        names.dedup();
        assert_eq!((names.len(), issued(&school).await), (1, 1), "{names:?}");

        // A completion that was recorded without its certificate.
        by_hand(&school, "update courses set completes_itself = false".to_owned()).await;
        halfway.completes().await;
        let recorded = json!({ "enrollment_id": halfway.enrollment });
        halfway.teacher.post("/api/v1/completions", recorded).await.is(201);
        let replies = join_all((0..6).map(|_| asks(&halfway.student, "download", "major", halfway.course))).await;
        assert!(replies.iter().all(|reply| reply.status == 200));
        assert_eq!(issued(&school).await, 2);
    });
}

#[test]
fn nobody_gets_the_paper_of_another() {
    on_both(|school| async move {
        let halfway = Halfway::of(&school).await;
        halfway.completes().await;
        let (stranger, colleague) = (school.student("이학생").await, school.another_teacher().await);
        for verb in ["preview", "download"] {
            for (kind, id) in [("major", halfway.course), ("minor", halfway.units[0])] {
                asks(&school.nobody(), verb, kind, id).await.refused(401, "UNAUTHORIZED");
                for person in [&stranger, &halfway.teacher, &colleague] {
                    asks(person, verb, kind, id).await.refused(403, "FORBIDDEN");
                }
                asks(&stranger, verb, kind, 999_999).await.refused(404, "NOT_FOUND");
            }
            let refused = asks(&stranger, verb, "minder", halfway.course).await.refused(400, "INVALID_REQUEST");
            assert_eq!(refused["field"], "course_type");
        }
        assert_eq!((own(&stranger).await, own(&halfway.teacher).await), (vec![], vec![]));
        // A mate gets a paper of their own, and sees nothing of the first one's.
        let mate = enrolled(&stranger, halfway.course).await["id"].clone();
        asks(&stranger, "download", "minor", halfway.units[0]).await.refused(409, "UNIT_NOT_DONE");
        does(&stranger, &mate, halfway.steps[0]).await;
        downloads(&school, &stranger, "minor", halfway.units[0]).await.has(&["이학생"]);
        assert_eq!(own(&stranger).await, listed(&[("minor", halfway.units[0], "valid")]));
        // A draft is not there for others.
        by_hand(&school, "update courses set status = 'DRAFT'".to_owned()).await;
        let another = school.student("박학생").await;
        asks(&another, "download", "major", halfway.course).await.refused(404, "NOT_FOUND");
        asks(&another, "download", "minor", halfway.units[0]).await.refused(404, "NOT_FOUND");
        downloads(&school, &stranger, "minor", halfway.units[0]).await.has(&["이학생"]);
    });
}

#[test]
fn a_guest_gets_the_paper_after_claiming_the_account() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let guest = school.guest(&session, "김순자").await;
        teacher.starts(&session, lecture.steps[0]).await;
        guest.finishes(lecture.steps[0]).await;
        for verb in ["preview", "download"] {
            asks(&guest, verb, "minor", lecture.task).await.refused(409, "ACCOUNT_UNCLAIMED");
        }
        assert_eq!(own(&guest).await, []);
        let claim = json!({ "name": "김순자", "phone": "010-1234-5678", "password": "correct horse" });
        guest.put("/api/auth/me", claim).await.ok();
        assert_eq!(own(&guest).await, listed(&[("minor", lecture.task, "available")]));
        downloads(&school, &guest, "minor", lecture.task).await.has(&["김순자"]);
    });
}

#[test]
fn what_was_earned_is_had_after_the_access_and_once() {
    on_both(|school| async move {
        let halfway = Halfway::of(&school).await;
        let [student, _] = days_later(&school, 730, [&halfway.student, &halfway.teacher]).await;
        let refused = asks(&student, "download", "major", halfway.course).await.refused(409, "INVALID_STATE");
        assert_eq!(refused["status"], "EXPIRED");
        asks(&student, "download", "minor", halfway.units[1]).await.refused(409, "UNIT_NOT_DONE");
        assert_eq!(own(&student).await, listed(&[("minor", halfway.units[0], "available")]));
        let paper = downloads(&school, &student, "minor", halfway.units[0]).await;
        // A learner who enrolls again has done the unit there too, and keeps the one certificate.
        enrolls(&student, halfway.course).await.is(201);
        assert_eq!(own(&student).await, listed(&[("minor", halfway.units[0], "valid")]));
        assert_eq!(downloads(&school, &student, "minor", halfway.units[0]).await.number(), paper.number());
        assert_eq!(issued(&school).await, 1);
        // Kept after they have left, and when the unit is not taught any more; new ones there are none.
        let again = student.get("/courses/enrollments/").await.is(200)["results"][0]["id"].clone();
        does(&student, &again, halfway.steps[1]).await;
        by_hand(&school, "update enrollments set status = 'CANCELLED'".to_owned()).await;
        by_hand(&school, "update units set deleted_ms = 1".to_owned()).await;
        assert_eq!(downloads(&school, &student, "minor", halfway.units[0]).await.number(), paper.number());
        asks(&student, "download", "minor", halfway.units[1]).await.refused(404, "NOT_FOUND");
        by_hand(&school, "update units set deleted_ms = null".to_owned()).await;
        asks(&student, "download", "minor", halfway.units[1]).await.refused(403, "FORBIDDEN");
    });
}

#[test]
fn revoked_and_expired_papers_say_so() {
    on_both(|school| async move {
        let halfway = Halfway::of(&school).await;
        let (student, unit) = (&halfway.student, halfway.units[0]);
        halfway.completes().await;
        let paper = downloads(&school, student, "minor", unit).await;
        let completion = student.get(&format!("/api/v1/completions/enrollment/{}", halfway.enrollment)).await.ok();
        let completion = format!("/api/v1/completions/{}", completion["completion"]["completion_id"]);
        let revoked = json!({ "completion_status": "REVOKED", "memo": "대리 출석" });
        halfway.teacher.put(&completion, revoked).await.ok();
        // The unit that was not downloaded before has none any more.
        let refused = asks(student, "download", "minor", halfway.units[1]).await.refused(409, "INVALID_STATE");
        assert_eq!(refused["status"], "REVOKED");
        assert_eq!(own(student).await, listed(&[("minor", unit, "revoked"), ("major", halfway.course, "revoked")]));
        let uuid = student.get("/certificates/").await.is(200)["results"][0]["certificate_id"].clone();
        let check = format!("/certificates/verify/{}/", uuid.as_str().unwrap());
        let state = async || {
            let verified = school.nobody().get(&check).await.is(200);
            assert!(!verified.to_string().contains("대리 출석"), "{verified}");
            (verified["is_valid"].clone(), verified["status"].clone())
        };
        assert_eq!(state().await, (json!(false), json!("revoked")));
        for (kind, id) in [("minor", unit), ("major", halfway.course)] {
            for sheet in [previews(&school, student, kind, id).await, downloads(&school, student, kind, id).await] {
                sheet.has(&["취소됨 REVOKED"]);
            }
        }
        assert!(!student.get("/certificates/").await.is(200).to_string().contains("대리 출석"));
        halfway.teacher.put(&completion, json!({ "completion_status": "COMPLETED" })).await.ok();
        assert_eq!(downloads(&school, student, "minor", unit).await.text, paper.text);
        by_hand(&school, format!("update certificates set expires_ms = {}", school.app.now_ms() + 60_000)).await;
        assert_eq!(state().await, (json!(true), json!("valid")));
        school.later(60);
        assert_eq!(state().await, (json!(false), json!("expired")));
        downloads(&school, student, "minor", unit).await.has(&["유효 기간 만료 EXPIRED", paper.number()]);
        assert_eq!(issued(&school).await, 2);
    });
}

#[test]
fn a_unit_that_asks_for_nothing_has_no_certificate() {
    on_both(|school| async move {
        let halfway = Halfway::of(&school).await;
        let empty = adds_minor(&halfway.teacher, halfway.course, "읽을거리").await;
        asks(&halfway.student, "download", "minor", empty).await.refused(404, "NOT_FOUND");
        assert_eq!(own(&halfway.student).await, listed(&[("minor", halfway.units[0], "available")]));
    });
}

#[test]
fn a_program_gets_the_list_and_a_browser_the_page() {
    on_both(|school| async move {
        let halfway = Halfway::of(&school).await;
        let asks = async |person: &Person, accept: &str| {
            person.asks(Method::GET, "/certificates", None, &[("accept", accept)]).await
        };
        let nobody = school.nobody();
        for accept in ["text/html,application/xhtml+xml,*/*;q=0.8", "*/*", "text/html, application/json"] {
            let page = asks(&nobody, accept).await;
            assert_eq!((page.status, &page.headers["x-robots-tag"]), (200, &"noindex, nofollow".parse().unwrap()));
            assert!(page.json.as_str().unwrap().starts_with("<!doctype html>"), "{accept}");
        }
        let refused = asks(&nobody, "application/json").await;
        assert_eq!(refused.status, 401);
        assert!(refused.json["detail"].is_string(), "{}", refused.json);
        for accept in ["text/html", "*/*", "application/json"] {
            let list = asks(&halfway.student, accept).await;
            assert_eq!(list.headers["cache-control"], "no-store");
            assert_eq!(list.is(200)["results"][0]["object_id"], halfway.units[0], "{accept}");
        }
        asks(&halfway.student.holding(&json!("eyJ")), "text/html").await.is(401);
        // Addresses as people type them.
        let opens = async |path: &str| nobody.asks(Method::GET, path, None, &[("accept", "text/html")]).await;
        let uuid = "7b0e3c0a-5d0f-4f5e-9a53-0c1d2e3f4a5b";
        for end in
            ["CERT-20261121-ACDEFG/", "CERT-20261121-ACDEFG/verify/", &format!("{uuid}/"), &format!("verify/{uuid}")]
        {
            let page = opens(&format!("/certificates/{end}")).await;
            assert!(page.status == 200 && page.json.as_str().unwrap().contains("certificate.js"), "{end}");
        }
        for end in ["verify/CERT-20261121-ACDEFG/", "rubbish/", "CERT-20261121-ACDEFG/verify/more"] {
            let page = opens(&format!("/certificates/{end}")).await;
            assert!(page.status == 404 && page.json.as_str().unwrap().starts_with("<!doctype html>"), "{end}");
        }
    });
}
