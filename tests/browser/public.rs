//! Pages for everyone: a certificate, what is not there, and the documentation.

use gyosil::school::certificates::{self, Certificate};
use gyosil::school::rights::{Caller, Role};
use serde_json::{Value, json};

use crate::axe::{Contrast, Findings};
use crate::harness::School;
use crate::harness::browser::Device;
use crate::harness::people::Person;
use crate::phone::Phone;
use crate::reading::THEMES;
use crate::run_story;

/// A student who has done all that a course asks for, and their certificate.
async fn graduates(school: &School) -> (Person, Certificate) {
    let teacher = school.teacher().await;
    let lecture = teacher.makes_lecture("스마트폰 첫걸음", 1).await;
    let student = school.student("김민자").await;
    student.enrolls(&lecture).await;
    let sql = "insert into completions (created_ms, updated_ms, enrollment, date, status, total_score, attendance_score,
        assessment_score, by_hand) select 1, 1, id, '2026-11-20', 'COMPLETED', 92.5, 100.0, 87.25, false from enrollments";
    let mut tx = school.app.db.begin().await.unwrap();
    tx.run(sql, vec![]).await.unwrap();
    school.app.commit(tx, Vec::new()).await.unwrap();
    let (completion,) = school.app.db.one::<(i64,)>("select id from completions", vec![]).await.unwrap();
    let staff = Caller { id: teacher.id, role: Role::Instructor, login: 0, expires_ms: i64::MAX };
    let (certificate, _) = certificates::issue(&school.app, &staff, completion).await.unwrap();
    (student, certificate)
}

#[test]
fn pages_for_everyone_are_clean_in_every_language_and_colour() {
    run_story(|school| async move {
        let (_, certificate) = graduates(&school).await;
        let findings = Findings::default();
        for languages in ["ko-KR", "ja-JP", "en-GB"] {
            let device = Device { languages, ..Device::phone() };
            // Colours are the same in each language.
            let themes = if languages == "ko-KR" { &THEMES[..] } else { &THEMES[..1] };
            let page = Phone::opens_at(&school.url(""), "/nowhere", &device).await;
            look_at(&page, &findings, themes, &format!("lost-{}", &languages[..2])).await;
            page.visits("/l/ACDE-FGHJ-KMNP").await;
            look_at(&page, &findings, themes, &format!("old-poster-{}", &languages[..2])).await;
            page.visits(&format!("/certificates/{}", certificate.uuid)).await;
            page.reads("김민자").await;
            look_at(&page, &findings, themes, &format!("certificate-{}", &languages[..2])).await;
            // The address that programs are given has the number alone.
            for (number, state) in [(&*certificate.number, "VALID"), ("CERT-20261121-AAAAAA", "UNKNOWN")] {
                page.visits(&format!("/certificates/{number}/verify")).await;
                page.shows(&format!("[data-state={state}]"), true).await;
                let typed: String = page.js("return document.querySelector('[name=number]').value", vec![]).await;
                assert_eq!(typed, number);
                look_at(&page, &findings, themes, &format!("number-{}-{}", state.to_lowercase(), &languages[..2]))
                    .await;
            }
            // Other addresses of the same certificate.
            page.visits(&format!("/certificates/verify/{}/", certificate.uuid)).await;
            page.shows("[data-state=VALID]", true).await;
            page.reads("김민자").await;
            page.visits(&format!("/certificates/{}", certificate.number)).await;
            page.shows("[data-state=VALID]", true).await;
            page.reads("김*자").await;
            page.visits("/certificates").await;
            page.shows("main form, main h1", true).await;
            look_at(&page, &findings, themes, &format!("certificates-{}", &languages[..2])).await;
        }
        let docs = Phone::opens_at(&school.url(""), "/docs", &Device::desktop()).await;
        docs.reads("/api/sessions/").await;
        look_at(&docs, &findings, &THEMES, "docs").await;
        findings.are_none();
    });
}

async fn look_at(page: &Phone, findings: &Findings, themes: &[&str], what: &str) {
    for theme in themes {
        page.looks("theme", json!(theme)).await;
        let is_first = *theme == THEMES[0];
        let faults = if is_first { page.faults(Contrast::Aa).await } else { page.faint_colours(Contrast::Aa).await };
        findings.note(&format!("{what}, {theme}"), faults);
        page.keeps_screenshot(&format!("public-{what}-{theme}")).await;
    }
    page.looks("theme", json!("auto")).await;
}

#[test]
fn a_learner_who_has_finished_finds_attendance_and_certificate_on_the_phone() {
    run_story(|school| async move {
        let (student, certificate) = graduates(&school).await;
        let ticket = gyosil::school::logins::make_ticket_for(&school.app, student.id).await.unwrap();
        let phone = Phone::opens(&school, "/me").await;
        phone.sees("me-nobody").await;
        // As the app on the phone signs in: the cookie comes with the ticket.
        let enter =
            "fetch('/api/auth/ticket?cookie=learn', { method: 'POST', headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ ticket: arguments[0] }) }).then((answer) => answer.status)";
        let status: Value = phone.awaits(enter, vec![json!(ticket)]).await;
        assert_eq!(status, 200);
        phone.reloads().await;
        phone.reads("스마트폰 첫걸음").await;
        phone.keeps_screenshot("phone-certificate-offered").await;
        phone.shows("[data-act=certificate]", true).await;
        let findings = Findings::default();
        findings.note("my record", phone.faults(Contrast::Aaa).await);
        findings.note("my record", phone.hard_to_read_or_press().await);
        phone.looks("size", json!(200)).await;
        phone.emulates(320, 640).await;
        findings.note("my record, 200 % at 320 px", phone.hard_to_read_or_press().await);
        findings.are_none();
        phone.taps("certificate").await;
        phone.sees("paper").await;
        phone.reads("김민자").await;
        phone.clicks(&format!("main a[data-act=check][href^='/certificates/{}']", certificate.uuid)).await;
        phone.reads("김민자").await;
    });
}

/// Who looks for faults and never finds one should be looked at themselves.
#[test]
fn the_page_checks_find_known_faults() {
    run_story(|school| async move {
        let page = Phone::opens(&school, "/").await;
        page.sees("code").await;
        let spoil = "const bad = document.createElement('div');
            bad.innerHTML = '<img src=\"/static/icon.svg\" width=\"9\" height=\"9\"><button>작은 단추</button><button>이웃</button>';
            bad.style.cssText = 'color: #666; background: #fff; font-size: 12px; width: 900px';
            document.querySelector('main').append(bad)";
        let _: Option<bool> = page.js(spoil, vec![]).await;
        let said = page.faults(Contrast::Aaa).await.join("\n");
        for rule in ["image-alt", "color-contrast-enhanced"] {
            assert!(said.contains(rule), "{rule} in {said}");
        }
        let said = page.hard_to_read_or_press().await.join("\n");
        for fault in ["px wide, the screen 360", "«작은 단추» is written in", "«이웃» is ", "px apart"] {
            assert!(said.contains(fault), "{fault} in {said}");
        }
    });
}

#[test]
fn errors_in_a_page_are_on_its_console() {
    run_story(|school| async move {
        let page = Phone::opens(&school, "/").await;
        page.sees("code").await;
        assert!(page.logs().await.is_empty());
        let spoil = "document.querySelector('main').innerHTML += '<p style=\"color: red\">붉은 글</p>';
            console.error('something is broken');
            setTimeout(() => { throw new Error('nobody caught this'); })";
        let _: Option<bool> = page.js(spoil, vec![]).await;
        page.until("all three are told", async || {
            let said = page.logs().await.join("\n");
            let faults = ["Content Security Policy", "something is broken", "nobody caught this"];
            faults.iter().all(|fault| said.contains(fault)).then_some(())
        })
        .await;
        page.is_forgiven();
    });
}
