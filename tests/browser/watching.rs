//! Watching the videos of a course: what was played counts, what was skipped does not, and nothing that was played is lost.

use serde_json::{Value, json};

use crate::academy::{Academy, PRICE};
use crate::axe::{Contrast, Findings};
use crate::harness::School;
use crate::harness::browser::Device;
use crate::harness::people::Person;
use crate::phone::Phone;
use crate::run_story;

const FILM_S: u32 = 40;

/// A student of a course with one film, at its page.
async fn begins(school: &School) -> (Academy, Person, Phone, i64) {
    let academy = Academy::of(school, PRICE).await;
    let video = academy.films("카메라 열기", FILM_S).await;
    let student = academy.admits(school, "김순자").await;
    let phone = Phone::of_student(school, &student, "/healthz", &Device::phone()).await;
    (academy, student, phone, video)
}

impl Phone {
    async fn watches(&self, academy: &Academy, video: i64) {
        self.visits(&format!("{}/{video}", academy.watch())).await;
        self.sees("video").await;
        self.until_js("the film is there", "document.querySelector('video')?.readyState >= 1", vec![]).await;
    }

    /// Plays, as fast as a browser can, until this second is reached.
    async fn plays_to(&self, second: f64) {
        let _: Option<bool> = self.js("document.querySelector('video').playbackRate = 10", vec![]).await;
        self.taps("play").await;
        let is_there = "document.querySelector('video').currentTime >= arguments[0]";
        self.until_js("it has come so far", is_there, vec![json!(second)]).await;
    }

    async fn pauses(&self) {
        let pause = "const film = document.querySelector('video'); film.pause(); return film.currentTime";
        let _: f64 = self.js(pause, vec![]).await;
    }

    async fn skips_to(&self, second: f64) {
        let _: Option<bool> =
            self.js("document.querySelector('video').currentTime = arguments[0]", vec![json!(second)]).await;
        self.until_js("it is there", "!document.querySelector('video').seeking", vec![]).await;
    }

    async fn second(&self) -> f64 {
        self.js("return document.querySelector('video').currentTime", vec![]).await
    }
}

/// Returns the progress once it is so.
async fn until(phone: &Phone, student: &Person, video: i64, is_so: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/progress/video/{video}/");
    phone
        .until("the server knows it", async || {
            let reply = student.get(&path).await;
            (reply.status == 200 && is_so(&reply.json)).then_some(reply.json)
        })
        .await
}

fn percent(progress: &Value) -> f64 {
    progress["progress_percent"].as_f64().unwrap()
}

#[test]
fn what_was_played_counts_what_was_skipped_does_not_and_one_goes_on_where_one_was() {
    run_story(|school| async move {
        let (academy, student, phone, video) = begins(&school).await;
        let second = academy.films("사진 고르기", 5).await;
        phone.watches(&academy, video).await;
        phone.reads("90%까지 보시면").await;
        phone.plays_to(8.0).await;
        phone.pauses().await;
        let first = until(&phone, &student, video, |told| percent(told) >= 20.0).await;
        assert!(percent(&first) < 45.0, "{first}");
        phone.skips_to(34.0).await;
        phone.plays_to(36.0).await;
        phone.pauses().await;
        let at = phone.second().await;
        let skipped = until(&phone, &student, video, |told| told["last_position"] == json!(at.floor() as i64)).await;
        assert!(percent(&skipped) < percent(&first) + 20.0, "{first} {skipped}");
        assert_eq!(skipped["is_completed"], false);

        phone.skips_to(5.0).await;
        phone.plays_to(6.0).await;
        phone.pauses().await;
        let at = phone.second().await.floor();
        until(&phone, &student, video, |told| told["last_position"] == json!(at as i64)).await;
        phone.reloads().await;
        phone.sees("video").await;
        phone
            .until_js("it goes on", "document.querySelector('video')?.currentTime >= arguments[0]", vec![json!(at)])
            .await;
        phone.reads("이어서 보여 드려요").await;
        assert!(phone.second().await < at + 1.0);

        // To the end, and the next one is offered.
        phone.shows("[data-act=next]", false).await;
        phone.plays_to(f64::from(FILM_S)).await;
        let done = until(&phone, &student, video, |told| told["is_completed"] == true).await;
        assert!(percent(&done) >= 90.0, "{done}");
        phone.reads("동영상을 다 보셨어요").await;
        phone.keeps_screenshot("watching-done").await;
        phone.taps("next").await;
        phone.reads("사진 고르기").await;
        phone.taps("list").await;
        phone.sees("course").await;
        phone.shows(&format!("[data-video='{video}'][data-state=done]"), true).await;
        phone.shows(&format!("[data-video='{second}'][data-state=new]"), true).await;
        // With the last video the course is completed, and the page has the paper.
        phone.shows("[data-act=certificate]", false).await;
        student.post("/videos/progress/", json!({ "video_id": second, "is_completed": true })).await.ok();
        phone.reloads().await;
        phone.cdp("Page.setDownloadBehavior", json!({ "behavior": "deny" })).await;
        phone.taps("certificate").await;
        let is_loaded = "performance.getEntriesByType('resource').some(({ name, responseStatus }) =>
            name.includes('/certificates/download/major/') && responseStatus === 200)";
        phone.until_js("the paper has come", is_loaded, vec![]).await;
        phone.shows("main [role=alert]", false).await;
        phone.keeps_screenshot("watching-completed").await;
    });
}

/// Waits of five seconds and more take a hundredth of their time; nothing counts as loaded; and the first address is a wrong one.
const FAST_AND_WRONG: &str = "{
    const [later, often, asks] = [window.setTimeout, window.setInterval, window.fetch];
    const shorter = (ms) => (ms >= 5000 ? ms / 100 : ms);
    window.setTimeout = (work, ms, ...rest) => later(work, shorter(ms), ...rest);
    window.setInterval = (work, ms, ...rest) => often(work, shorter(ms), ...rest);
    Object.defineProperty(HTMLMediaElement.prototype, 'buffered', { get: () => ({ length: 0 }) });
    window.addresses = [];
    window.fetch = async (path, ...rest) => {
        const answer = await asks(path, ...rest);
        if (!/^\\/videos\\/\\d+\\/$/.test(path)) return answer;
        const video = await answer.json();
        if (window.addresses.length === 0) video.play_url += '0';
        window.addresses.push(video.play_url);
        return new Response(JSON.stringify(video), { status: answer.status });
    };
}";

#[test]
fn an_address_that_is_refused_or_ends_is_renewed_while_the_film_plays_on() {
    run_story(|school| async move {
        let (academy, student, phone, video) = begins(&school).await;
        phone.at_each_page(FAST_AND_WRONG).await;
        phone.watches(&academy, video).await;
        let count = "window.addresses.length >= arguments[0]";
        phone.until_js("the wrong address is replaced", count, vec![json!(2)]).await;
        phone.taps("play").await;
        let note = "const film = document.querySelector('video'); film.playbackRate = 1.5; window.jumps = 0; window.last = 0;
            film.addEventListener('timeupdate', () => { if (film.currentTime < window.last - 0.1) window.jumps += 1; window.last = film.currentTime; })";
        let _: Option<bool> = phone.js(note, vec![]).await;
        phone.until_js("it is renewed while it plays", count, vec![json!(3)]).await;
        let before: f64 = phone.second().await;
        let goes_on =
            "document.querySelector('video').currentTime > arguments[0] + 1 && !document.querySelector('video').paused";
        phone.until_js("it plays on", goes_on, vec![json!(before)]).await;
        let now = "const film = document.querySelector('video'); return [window.jumps, film.src, film.playbackRate]";
        let (jumps, source, rate): (i64, String, f64) = phone.js(now, vec![]).await;
        assert_eq!(rate, 1.5, "the speed stays");
        assert_eq!(jumps, 0, "the film jumped back");
        assert_eq!(source, phone.js::<String>("return window.addresses.at(-1)", vec![]).await);
        // Meanwhile it has reported by itself, without a stop.
        until(&phone, &student, video, |told| percent(told) > 0.0).await;
        phone.is_forgiven();
    });
}

#[test]
fn pieces_that_were_played_without_a_network_are_sent_at_the_next_visit() {
    run_story(|school| async move {
        let (academy, student, phone, video) = begins(&school).await;
        phone.watches(&academy, video).await;
        phone.until_js("it is loaded", "document.querySelector('video').buffered.length > 0", vec![]).await;
        phone.is_offline(true).await;
        phone.plays_to(10.0).await;
        phone.pauses().await;
        phone.link_is(&["offline", "waiting"]).await;
        phone.keeps_screenshot("watching-offline").await;
        assert_eq!(student.get(&format!("/progress/video/{video}/")).await.status, 404);
        let kept =
            "Object.keys(localStorage).filter((key) => key.startsWith('gyosil.watched')).length === arguments[0]";
        phone.until_js("they are kept", kept, vec![json!(1)]).await;
        phone.visits("/healthz").await;
        phone.is_offline(false).await;
        phone.visits(&academy.watch()).await;
        phone.sees("course").await;
        phone.shows(&format!("[data-video='{video}'][data-state=begun]"), true).await;
        assert!(percent(&until(&phone, &student, video, |_| true).await) >= 25.0);
        phone.until_js("nothing is left", kept, vec![json!(0)]).await;
    });
}

#[test]
fn pieces_that_are_sent_late_count_and_leave_the_place_where_one_went_on_elsewhere() {
    run_story(|school| async move {
        let (academy, student, phone, video) = begins(&school).await;
        let gone = academy.films("사진 고르기", 5).await;
        let elsewhere = json!({ "video_id": video, "played": [[30, 32]], "last_position": 32 });
        student.post("/videos/progress/", elsewhere).await.ok();
        // A video that is gone is forgotten, and one to which there is no access is kept.
        academy.teacher.delete(&format!("/videos/{gone}/")).await.ok();
        let second = Academy::by(academy.teacher.clone(), PRICE).await;
        let closed = second.films("사진 보내기", 5).await;
        let keep = "const piece = (video_id) => ({ video_id, played: [[0, 8]], last_position: 8, at: 1000 });
            localStorage.setItem(`gyosil.watched.${arguments[0]}`, JSON.stringify(arguments[1].map(piece)))";
        phone.visits("/healthz").await;
        let _: Option<bool> = phone.js(keep, vec![json!(student.id), json!([gone, closed, video])]).await;
        phone.visits(&academy.watch()).await;
        phone.sees("course").await;
        let told = until(&phone, &student, video, |told| percent(told) >= 25.0).await;
        assert_eq!(told["last_position"], 32);
        let left =
            "return JSON.parse(localStorage.getItem(`gyosil.watched.${arguments[0]}`)).map((kept) => kept.video_id)";
        assert_eq!(phone.js::<Value>(left, vec![json!(student.id)]).await, json!([closed]));
        phone.is_forgiven();
    });
}

#[test]
fn a_video_that_the_teacher_takes_down_is_said_to_be_so() {
    run_story(|school| async move {
        let (academy, _, phone, video) = begins(&school).await;
        phone.watches(&academy, video).await;
        academy.teacher.delete(&format!("/videos/{video}/")).await.ok();
        phone.plays_to(3.0).await;
        phone.pauses().await;
        phone.sees("taken").await;
        phone.reads("선생님이 이 동영상을 내리셨어요").await;
        phone.reloads().await;
        phone.sees("taken").await;
        phone.taps("list").await;
        phone.sees("course").await;
        phone.is_forgiven();
    });
}

#[test]
fn access_that_ends_while_one_watches_is_told_and_can_be_bought_again() {
    run_story(|school| async move {
        let (academy, _, phone, video) = begins(&school).await;
        phone.watches(&academy, video).await;
        school.later(31 * 86_400);
        phone.plays_to(3.0).await;
        phone.pauses().await;
        phone.sees("over").await;
        phone.reads("다시 신청하기").await;
        phone.keeps_screenshot("watching-over").await;
        phone.visits(&academy.watch()).await;
        phone.sees("over").await;
        phone.taps("buy").await;
        phone.sees("buy").await;
        phone.taps("pay").await;
        phone.sees("bought").await;
        phone.taps("watch").await;
        phone.sees("course").await;
        // Another course is not open to her.
        let other =
            Academy::by(school.nobody().logs_in("teacher@example.com", crate::harness::people::PASSWORD).await, PRICE)
                .await;
        phone.visits(&other.watch()).await;
        phone.sees("none").await;
        phone.visits("/watch/999999").await;
        phone.sees("none").await;
    });
}

#[test]
fn a_course_and_its_player_are_clean_in_every_language_and_at_every_size() {
    run_story(|school| async move {
        let (academy, student, phone, video) = begins(&school).await;
        academy.films("사진 고르기", 5).await;
        let link = academy.adds_link("가족에게 사진 보내기").await;
        academy.adds_mission("1주차 확인 문제").await;
        student
            .post("/videos/progress/", json!({ "video_id": video, "played": [[0, 18]], "last_position": 18 }))
            .await
            .ok();
        let findings = Findings::default();
        for languages in ["ko-KR", "ja-JP", "en-GB"] {
            let page = if languages == "ko-KR" {
                phone.clone()
            } else {
                Phone::of_student(&school, &student, "/healthz", &Device { languages, ..Device::phone() }).await
            };
            for (what, path) in [
                ("course", academy.watch()),
                ("video", format!("{}/{video}", academy.watch())),
                ("video", format!("{}/{link}", academy.watch())),
                ("buy", academy.buy()),
            ] {
                page.visits(&path).await;
                page.sees(if what == "buy" { "mine" } else { what }).await;
                let what = format!(
                    "{what}{}-{}",
                    if path.ends_with(&link.to_string()) { "-elsewhere" } else { "" },
                    &languages[..2]
                );
                findings.note(&what, page.faults(Contrast::Aaa).await);
                for (width, size) in [(360, 100), (320, 200)] {
                    page.emulates(width, 740).await;
                    page.looks("size", json!(size)).await;
                    findings.note(&format!("{what}, {size} % at {width} px"), page.hard_to_read_or_press().await);
                    page.keeps_screenshot(&format!("watching-{what}-{width}")).await;
                }
                page.emulates(360, 740).await;
                page.looks("size", json!(100)).await;
            }
        }
        // A video elsewhere is done when one says so.
        phone.visits(&format!("{}/{link}", academy.watch())).await;
        phone.shows("[data-act=open][href='https://videos.example.com/1']", true).await;
        phone.taps("seen").await;
        phone.reads("동영상을 다 보셨어요").await;
        findings.are_none();
    });
}
