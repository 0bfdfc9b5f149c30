//! How long an instructor waits: for the sign-in form on a slow line, and for the board of a large class on a slow computer.
//! Times are printed for people to read. What is held is what a busy machine does not change: how much is asked for and drawn.

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use crate::classroom::{Class, STEPS};
use crate::dashboard::Dashboard;
use crate::harness::browser::Device;
use crate::harness::people::PASSWORD;
use crate::run_story;
use crate::speed::{slow_4g, tells};

const REQUESTS_BEFORE_FORM_AT_MOST: usize = 16;
const BYTES_BEFORE_FORM_AT_MOST: f64 = 40.0 * 1024.0;
const LEARNERS: usize = 300;
/// So many tiles of a long group are shown before one asks for the rest.
const SHOWN: usize = 60;
const AT_ONCE: usize = 32;
/// So many tiles change in one piece of work: between two of them the page hears its instructor.
const TILES_AT_ONCE_AT_MOST: usize = 25;

/// When the form was painted first, and what had been asked for until then.
const STOPWATCH: &str = "
    window.gyosilForm = null;
    const look = () => {
        if (gyosilForm || !document.querySelector('main form.signin input')?.checkVisibility()) return;
        gyosilForm = { parts: performance.getEntriesByType('resource').map(({ name, transferSize }) => [name, transferSize]) };
        requestAnimationFrame(() => setTimeout(() => { gyosilForm.at = performance.now(); }));
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true });";

#[test]
fn the_sign_in_form_waits_for_nothing_but_its_own_parts() {
    run_story(|school| async move {
        let class = Class::waits(&school).await;
        let desk = Dashboard::opens_at(&school.url(""), "/manifest.webmanifest", &Device::desktop()).await;
        desk.at_each_page(STOPWATCH).await;
        desk.slows_down(4).await;
        desk.network(slow_4g()).await;
        desk.visits("/teach").await;
        desk.until_js("the form is painted", "gyosilForm?.at", vec![]).await;
        let (parts, ms): (Vec<(String, f64)>, f64) = desk.js("return [gyosilForm.parts, gyosilForm.at]", vec![]).await;
        let bytes: f64 = parts.iter().map(|(_, bytes)| bytes).sum();
        tells(&format!(
            "on slow 4G with a 4x slowed CPU: the sign-in form after {ms:.0} ms, {} requests and {:.1} KB",
            parts.len() + 1,
            bytes / 1024.0
        ));
        let early: Vec<&String> = parts
            .iter()
            .map(|(name, _)| name)
            .filter(|name| name.contains("/live/") || (name.contains("/texts/") && !name.contains("/teach/shared.")))
            .collect();
        assert!(early.is_empty(), "before the form: {early:?}");
        assert!(parts.len() < REQUESTS_BEFORE_FORM_AT_MOST, "{parts:?}");
        assert!(bytes > 5_000.0 && bytes <= BYTES_BEFORE_FORM_AT_MOST, "{bytes} bytes: {parts:?}");
        desk.keeps_screenshot("desk-signin-slow").await;
        // What comes next has come while the password was typed.
        let next = "performance.getEntriesByType('resource').some(({ name }) => name.includes('/office/lectures.js'))";
        desk.until_js("the next page is fetched", next, vec![]).await;
        desk.signs_in("teacher@example.com", PASSWORD).await;
        desk.is_at("lectures").await;
        let path = format!("/teach/session/{}", class.session.id);
        desk.visits(&path).await;
        desk.is_at("board").await;
        let board: f64 = desk.js("return performance.now()", vec![]).await;
        tells(&format!("on the same line the board of who is signed in was there within {board:.0} ms"));
    });
}

/// Counts, for each piece of work, how many tiles it changed, and how many moved; and notes every task that took longer
/// than 50 ms.
const WATCH: &str = "
    window.gyosilWork = { tiles: [], tasks: [], moved: 0 };
    new PerformanceObserver((list) => gyosilWork.tasks.push(...list.getEntries().map(({ duration }) => duration)))
        .observe({ type: 'longtask' });
    new MutationObserver((records) => {
        const nodes = records.flatMap(({ target, addedNodes }) => [target, ...addedNodes]);
        const tiles = new Set(nodes.map((node) => (node.closest ? node : node.parentElement)?.closest('.people > li')).filter(Boolean));
        if (tiles.size) gyosilWork.tiles.push(tiles.size);
        gyosilWork.moved += records.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node.matches?.('li')).length;
    }).observe(document.querySelector('.roster'), { subtree: true, childList: true, attributes: true, characterData: true });";

#[test]
fn a_board_of_three_hundred_changes_its_tiles_bit_by_bit() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let learners = school.students(LEARNERS).await;
        let (class, step) = (&class, class.lecture.steps[0]);
        let sockets: Vec<_> = stream::iter(&learners)
            .map(|learner| async move {
                learner.joins(&class.session).await;
                let socket = learner.follows(&class.session).await;
                learner.finishes(step).await;
                socket
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let desk = Dashboard::watches(&school, &class.teacher, &class.session).await;
        are_all(&desk, "done").await;
        desk.keeps_screenshot("board-300-done").await;
        // The first touch of a page opens the sound, once.
        desk.clicks(".board h1").await;
        desk.until_js(
            "the sound is open",
            "document.querySelector('[data-act=sound]').textContent === '알림 소리'",
            vec![],
        )
        .await;
        desk.slows_down(4).await;
        let _: Option<bool> = desk.js(WATCH, vec![]).await;
        desk.presses_button("next").await;
        desk.reads(STEPS[1].0).await;
        are_all(&desk, "working").await;
        let work: Value = desk.js("return gyosilWork", vec![]).await;
        let tiles: Vec<usize> = serde_json::from_value(work["tiles"].clone()).unwrap();
        let tasks: Vec<f64> = serde_json::from_value(work["tasks"].clone()).unwrap();
        let longest = tasks.iter().copied().fold(0.0, f64::max);
        let moved = work["moved"].as_u64().unwrap();
        let most = tiles.iter().copied().max().unwrap_or(0);
        tells(&format!(
            "after «next» with {LEARNERS} learners on a 4x slowed CPU: the longest task {longest:.0} ms ({} over 50 ms), \
             at most {most} tiles at once in {} pieces, {moved} moved",
            tasks.len(),
            tiles.len()
        ));
        // They all go over together: their list stays where it is, and has another title.
        assert_eq!(moved, 0);
        assert!(most > 0 && most <= TILES_AT_ONCE_AT_MOST, "{tiles:?}");
        desk.slows_down(1).await;
        desk.keeps_screenshot("board-300-next").await;
        desk.clicks("[data-group=working] [data-act=rest]").await;
        let sorted = "const names = [...document.querySelectorAll('[data-group=working] [data-person]')].map(({ title }) => title);
            const { compare } = new Intl.Collator('ko');
            return names.length === arguments[0] && names.every((name, at) => at === 0 || compare(names[at - 1], name) <= 0)";
        assert!(desk.js::<bool>(sorted, vec![json!(LEARNERS)]).await, "all tiles are there, by name");
        desk.emulates(390, 844).await;
        desk.keeps_screenshot("board-300-phone").await;
        drop(sockets);
    });
}

/// Waits until every learner is counted in the group of this state, and each tile that is shown says so.
async fn are_all(desk: &Dashboard, state: &str) {
    let is = "document.querySelector(`[data-group=${arguments[0]}] .count`).textContent === String(arguments[1])
        && document.querySelectorAll(`[data-group=${arguments[0]}] [data-person][data-state=${arguments[0]}]`).length === arguments[2]";
    desk.until_js(&format!("all are {state}"), is, vec![json!(state), json!(LEARNERS), json!(SHOWN)]).await;
}
