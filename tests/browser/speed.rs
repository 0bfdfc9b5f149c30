//! How much comes over a slow line, and how long it takes. Times are told, and held only loosely: the machine is not ours alone.

use std::io::Write;

use serde_json::{Value, json};

use crate::classroom::{Class, STEPS};
use crate::harness::browser::Device;
use crate::harness::secure::Certificate;
use crate::phone::Phone;
use crate::run_story;

const FIRST_LOAD_AT_MOST_BYTES: f64 = 100.0 * 1024.0;
/// The measure is 1 s, on a machine that does nothing else.
const FIRST_STEP_AT_MOST_MS: f64 = 4_000.0;

/// When which screen was first painted, in milliseconds from the page's beginning.
const STOPWATCH: &str = "
    window.gyosilShown = {};
    const look = () => {
        const screen = document.querySelector('main')?.dataset.screen;
        if (!screen || screen in gyosilShown) return;
        gyosilShown[screen] = null;
        requestAnimationFrame(() => setTimeout(() => { gyosilShown[screen] = performance.now(); }));
    };
    addEventListener('click', () => { window.gyosilTapped = performance.now(); }, { capture: true });
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-screen'] });";

/// Slow 4G as Lighthouse has it: 150 ms, 1.6 Mbit/s down, 750 kbit/s up.
pub fn slow_4g() -> Value {
    json!({ "offline": false, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750 })
}

/// Past the test's own capture: a measure is for people to read.
pub fn tells(what: &str) {
    let _ = writeln!(std::io::stderr(), "  measured: {what}");
}

async fn shown_at(phone: &Phone, screen: &str) -> f64 {
    phone.sees(screen).await;
    phone.until_js("it is painted", "gyosilShown[arguments[0]]", vec![json!(screen)]).await;
    phone.js("return gyosilShown[arguments[0]]", vec![json!(screen)]).await
}

/// All that has come over the line for this page, compressed as it came, heads and all.
async fn weight(phone: &Phone) -> f64 {
    let sum = "return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        .reduce((sum, entry) => sum + entry.transferSize, 0)";
    phone.js(sum, vec![]).await
}

#[test]
fn the_first_load_is_small_from_the_qr_to_the_step() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        let bytes = weight(&phone).await;
        tells(&format!("from the QR to the first step {:.1} KB came over the line", bytes / 1024.0));
        assert!(bytes > 10_000.0 && bytes <= FIRST_LOAD_AT_MOST_BYTES, "{bytes} bytes");
    });
}

#[test]
fn the_first_step_is_soon_there_on_a_slow_line_and_a_slow_phone() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let base = school.url("");
        follows_far_away(&base, &class, &Device::phone()).await;
    });
}

/// So it is where lines are slow: who is far away comes over https.
#[test]
fn a_page_loads_over_one_https_connection() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let certificate = Certificate::is_made();
        let school = school.reopens_with(&certificate.flags()).await;
        let device = Device { trusts: Some(certificate.fingerprint.clone()), ..Device::phone() };
        let base = format!("https://localhost:{}", school.address.port());
        let (phone, spoken) = follows_far_away(&base, &class, &device).await;
        assert!(spoken.len() > 10 && spoken.iter().all(|protocol| protocol == "h2"), "{spoken:?}");
        let path = format!("/ws/session/{}/student/", class.session.id);
        let ask = "fetch(arguments[0], { headers: { Authorization: 'Bearer x' } }).then((answer) => answer.status)";
        let refused: u16 = phone.awaits(ask, vec![json!(path)]).await;
        assert!([400, 401].contains(&refused), "{refused}");
    });
}

/// Comes for the first time, as one that was here before, and as one that kept the page; tells how long each took.
/// Gives the phone, and which protocol each part of the page came by when nothing was kept.
async fn follows_far_away(base: &str, class: &Class, device: &Device) -> (Phone, Vec<String>) {
    let phone = Phone::opens_at(base, "/manifest.webmanifest", device).await;
    phone.at_each_page(STOPWATCH).await;
    phone.slows_down(4).await;
    phone.network(slow_4g()).await;
    phone.visits(&format!("/j/{}", class.session.code)).await;
    let name = shown_at(&phone, "name").await;
    phone.types_name("김순자").await;
    phone.taps("enter").await;
    let step = shown_at(&phone, "step").await;
    let step = step - phone.js::<f64>("return gyosilTapped", vec![]).await;
    forgets_what_it_loaded(&phone).await;
    phone.reloads().await;
    let cold = shown_at(&phone, "step").await;
    let spoken = "return performance.getEntries().map((entry) => entry.nextHopProtocol).filter(Boolean)";
    let spoken = phone.js(spoken, vec![]).await;
    phone.is_kept().await;
    phone.reloads().await;
    let warm = shown_at(&phone, "step").await;
    let scheme = base.split(':').next().unwrap();
    tells(&format!(
        "over {scheme}, on slow 4G with a 4x slowed CPU: the name after {name:.0} ms, the step {step:.0} ms after the tap; \
         the step of who was here {cold:.0} ms (nothing kept), {warm:.0} ms (kept)"
    ));
    for (what, ms) in [("the name", name), ("the tap", step), ("coming back", cold), ("kept", warm)] {
        assert!(ms < FIRST_STEP_AT_MOST_MS, "{what}: {ms} ms");
    }
    (phone, spoken)
}

/// As on a phone that was here long ago: it knows who holds it and which class it is, and has none of the page.
async fn forgets_what_it_loaded(phone: &Phone) {
    let origin: String = phone.js("return location.origin", vec![]).await;
    let kinds = "service_workers,cache_storage";
    phone.cdp("Storage.clearDataForOrigin", json!({ "origin": origin, "storageTypes": kinds })).await;
    phone.cdp("Network.clearBrowserCache", json!({})).await;
}
