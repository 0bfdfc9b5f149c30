//! What a person does at a real browser, and what they see there.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use base64::Engine as _;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use thirtyfour::error::{WebDriverError, WebDriverErrorInner, WebDriverResult};
use thirtyfour::{By, TypingData, WebDriver, WebElement};
use tokio::time::{Instant, sleep};

use super::PATIENCE;
use super::chromium::Chromium;
pub use super::chromium::Device;

const ASKS_EVERY: Duration = Duration::from_millis(40);
/// Debian's Chromium has no voices when it has no screen, and no phone's motor: what would be heard and felt is written down.
const VOICE: &str = include_str!("voice.js");

struct Inner {
    chromium: Chromium,
    /// What was severe on its console and is not the network's.
    faults: Mutex<Vec<String>>,
    name: String,
}

thread_local! {
    /// The browsers of the story that is told on this thread: what their consoles say counts at its end.
    static OPENED: RefCell<Vec<Browser>> = const { RefCell::new(Vec::new()) };
}

/// Where what was seen is kept for a look.
pub fn screens() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screens");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// At the end of a story: nothing went wrong that nobody saw.
pub async fn close_all() {
    let mut faults = String::new();
    let opened = OPENED.take();
    for browser in &opened {
        for fault in browser.logs().await {
            writeln!(faults, "  {}: {fault}", browser.0.name).unwrap();
        }
    }
    assert!(faults.is_empty(), "on the consoles:\n{faults}");
    for browser in opened {
        if let Some(inner) = Arc::into_inner(browser.0) {
            inner.chromium.goes_back().await;
        }
    }
}

/// After a story that failed.
pub fn forget_all() {
    OPENED.take();
}

#[derive(Clone)]
pub struct Browser(Arc<Inner>);

impl Browser {
    /// `name` is said when something goes wrong.
    pub async fn opens(name: &str, device: &Device) -> Browser {
        let browser = Browser::of(name, Chromium::lent(device).await);
        if device.speaks {
            browser.at_each_page(VOICE).await;
        }
        browser
    }

    fn of(name: &str, chromium: Chromium) -> Browser {
        let browser = Browser(Arc::new(Inner { chromium, faults: Mutex::default(), name: name.into() }));
        OPENED.with_borrow_mut(|opened| opened.push(browser.clone()));
        browser
    }

    /// Closed as one closes it, and opened again: it remembers what a browser remembers.
    pub async fn is_closed_and_opened(&self) -> Browser {
        self.logs().await;
        Browser::of(&self.0.name, self.0.chromium.is_closed_and_opened().await)
    }

    pub fn driver(&self) -> &WebDriver {
        self.0.chromium.driver()
    }

    /// Runs before the page's own scripts, in every page from now on.
    pub async fn at_each_page(&self, script: &str) {
        self.0.chromium.at_each_page(script).await.unwrap();
    }

    /// In every page from now on, answers to such requests come when `lets_through` is said.
    pub async fn holds_back(&self, part_of_path: &str) {
        let script = "{ const asks = window.fetch;
            const held = new Promise((letsThrough) => { window.gyosilLetsThrough = letsThrough; });
            window.fetch = async (path, ...rest) => {
                const answer = await asks(path, ...rest);
                if (String(path).includes(PART)) await held;
                return answer;
            }; }";
        self.at_each_page(&script.replace("PART", &json!(part_of_path).to_string())).await;
    }

    pub async fn lets_through(&self) {
        let _: Option<bool> = self.js("gyosilLetsThrough()", vec![]).await;
    }

    pub async fn cdp(&self, method: &str, params: Value) -> Value {
        self.0.chromium.cdp(method, params).await.unwrap_or_else(|e| panic!("{}: {method}: {e}", self.0.name))
    }

    /// A page that nobody answers shows the browser's own.
    pub async fn goes_to(&self, url: &str) {
        match self.driver().goto(url).await {
            Err(error) if !error.to_string().contains("net::ERR_") => panic!("{}: {url}: {error}", self.0.name),
            _ => {}
        }
    }

    pub async fn reloads(&self) {
        let url = self.url().await;
        match self.driver().refresh().await {
            Err(error) if !error.to_string().contains("net::ERR_") => panic!("{}: {url}: {error}", self.0.name),
            _ => {}
        }
    }

    pub async fn url(&self) -> String {
        self.driver().current_url().await.unwrap().to_string()
    }

    pub async fn tries_js<T: DeserializeOwned>(&self, script: &str, args: Vec<Value>) -> WebDriverResult<T> {
        self.driver().execute(script, args).await?.convert()
    }

    pub async fn js<T: DeserializeOwned>(&self, script: &str, args: Vec<Value>) -> T {
        let answer = self.tries_js(script, args).await;
        answer.unwrap_or_else(|error| panic!("{}: {script}: {error}", self.0.name))
    }

    /// The script is an expression that gives a promise.
    pub async fn awaits<T: DeserializeOwned>(&self, script: &str, args: Vec<Value>) -> T {
        let whole = format!(
            "const done = arguments[arguments.length - 1];
             Promise.resolve({script}).then((value) => done({{ value }}), (error) => done({{ error: String(error) }}));"
        );
        let answer = self.driver().execute_async(whole, args).await.unwrap_or_else(|e| panic!("{}: {e}", self.0.name));
        let answer = answer.json().clone();
        assert!(answer["error"].is_null(), "{}: {}", self.0.name, answer["error"]);
        serde_json::from_value(answer["value"].clone()).unwrap()
    }

    /// The texts of a book, such as `learn/lesson.ko`.
    pub async fn book(&self, book: &str) -> Value {
        self.awaits(&format!("import('/static/texts/{book}.js').then((book) => book.default)"), vec![]).await
    }

    /// Asks again until it is so; keeps a picture of what there was instead.
    pub async fn until<T>(&self, what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
        let patience = Instant::now() + PATIENCE;
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            if Instant::now() >= patience {
                self.gives_up(what).await;
            }
            sleep(ASKS_EVERY).await;
        }
    }

    async fn gives_up(&self, what: &str) -> ! {
        let name = &self.0.name;
        self.takes_screenshot(&format!("failed-{name}")).await;
        let script = "return [location.href, document.querySelector('main')?.dataset.screen, document.body.innerText].join('\\n')";
        let page: String = self.tries_js(script, vec![]).await.unwrap_or_default();
        let console = self.driver().browser_log().await.unwrap_or_default();
        let console: Vec<&str> = console.iter().map(|entry| entry.message.as_str()).collect();
        panic!("{name} waited too long: {what}\n{page}\nconsole:\n  {}", console.join("\n  "));
    }

    /// … until the expression is true in the page.
    pub async fn until_js(&self, what: &str, expression: &str, args: Vec<Value>) {
        let script = format!("return Boolean({expression})");
        self.until(what, async || {
            self.tries_js(&script, args.clone()).await.is_ok_and(|is_so: bool| is_so).then_some(())
        })
        .await;
    }

    /// Whether it is there and can be seen.
    pub async fn has(&self, css: &str) -> bool {
        self.js("return Boolean(document.querySelector(arguments[0])?.checkVisibility())", vec![json!(css)]).await
    }

    pub async fn finds(&self, css: &str) -> WebElement {
        self.until(&format!("{css} is there"), async || {
            let found = self.driver().find(By::Css(css)).await.ok()?;
            (found.is_displayed().await.ok()? && found.is_enabled().await.ok()?).then_some(found)
        })
        .await
    }

    /// What has such a mark is there (or, with false, is not).
    pub async fn shows(&self, css: &str, is: bool) {
        let what = format!("{css} is {}", if is { "shown" } else { "gone" });
        self.until(&what, async || (self.has(css).await == is).then_some(())).await;
    }

    /// A real click, as soon as it can be done.
    pub async fn clicks(&self, css: &str) {
        self.until(&format!("{css} can be clicked"), async || {
            let found = self.driver().find(By::Css(css)).await.ok()?;
            let is_off = found.attr("aria-disabled").await.ok()?.is_some_and(|is| is == "true");
            if is_off || !found.is_enabled().await.ok()? {
                return None;
            }
            // A person moves the page until nothing lies over what they mean.
            found.scroll_into_view().await.ok()?;
            self.again_if_in_the_way(found.click().await)
        })
        .await;
    }

    /// … or not at all, where it is gone already.
    pub async fn tries_to_click(&self, css: &str) {
        let Ok(found) = self.driver().find(By::Css(css)).await else { return };
        let _ = self.again_if_in_the_way(found.click().await);
    }

    /// A page that was just then drawn anew has taken no click.
    fn again_if_in_the_way(&self, done: WebDriverResult<()>) -> Option<()> {
        let Err(error) = done else { return Some(()) };
        let is_passing = matches!(
            WebDriverError::as_inner(&error),
            WebDriverErrorInner::StaleElementReference(_)
                | WebDriverErrorInner::ElementNotInteractable(_)
                | WebDriverErrorInner::ElementClickIntercepted(_)
                | WebDriverErrorInner::NoSuchElement(_)
        );
        assert!(is_passing, "{}: {error}", self.0.name);
        None
    }

    pub async fn types(&self, css: &str, text: &str) {
        let field = self.finds(css).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// To whatever has the focus.
    pub async fn presses(&self, keys: impl Into<TypingData>) {
        self.driver().action_chain().send_keys(keys).perform().await.unwrap();
    }

    /// All that the page says to who looks at it.
    pub async fn text(&self) -> String {
        self.js("return document.body.innerText", vec![]).await
    }

    pub async fn reads(&self, words: &str) {
        let args = vec![json!(words)];
        self.until_js(&format!("«{words}» is on the page"), "document.body.innerText.includes(arguments[0])", args)
            .await;
    }

    /// As it is when everything has arrived where it goes.
    pub async fn settles(&self) {
        let script = "document.getAnimations().forEach((a) => { try { a.finish(); } catch { a.cancel(); } });
            return new Promise((done) => {
                const drawn = () => requestAnimationFrame(() => requestAnimationFrame(() => done(true)));
                const look = () => document.querySelector('[data-fresh]') ? requestAnimationFrame(look) : drawn();
                look();
            })";
        let _ = self.tries_js::<bool>(script, vec![]).await;
    }

    /// Keeps a picture for a person to look at, if one is asked for: `GYOSIL_SCREENS=on`.
    pub async fn keeps_screenshot(&self, name: &str) {
        static ARE_KEPT: LazyLock<bool> = LazyLock::new(|| std::env::var("GYOSIL_SCREENS").is_ok_and(|v| v == "on"));
        if *ARE_KEPT {
            self.settles().await;
            self.takes_screenshot(name).await;
        }
    }

    async fn takes_screenshot(&self, name: &str) {
        // Larger files, but a tenth of the work.
        let quick = json!({ "format": "png", "optimizeForSpeed": true });
        let Ok(picture) = self.0.chromium.cdp("Page.captureScreenshot", quick).await else { return };
        let png = base64::engine::general_purpose::STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
        std::fs::write(screens().join(format!("{name}.png")), png).unwrap();
    }

    pub async fn emulates(&self, width: u32, height: u32) {
        let params = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": true });
        self.cdp("Emulation.setDeviceMetricsOverride", params).await;
        self.until_js(
            "it has that width",
            "innerWidth >= arguments[0] && screen.width === arguments[0]",
            vec![json!(width)],
        )
        .await;
    }

    /// What the browser itself believes: a page hears `offline` and `online`.
    pub async fn is_offline(&self, is: bool) {
        self.network(json!({ "offline": is, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 })).await;
    }

    pub async fn network(&self, conditions: Value) {
        self.cdp("Network.enable", json!({})).await;
        self.cdp("Network.emulateNetworkConditions", conditions).await;
    }

    /// Requests for such paths get no answer from now on. `*` stands for anything.
    pub async fn loses(&self, paths: &[&str]) {
        self.cdp("Network.enable", json!({})).await;
        let urls: Vec<String> = paths.iter().map(|path| format!("*{path}")).collect();
        self.cdp("Network.setBlockedURLs", json!({ "urls": urls })).await;
    }

    pub async fn slows_down(&self, times: u32) {
        self.cdp("Emulation.setCPUThrottlingRate", json!({ "rate": times })).await;
    }

    /// What was severe on the console so far. That a network is gone, or that someone is not signed in yet, is no fault.
    pub async fn logs(&self) -> Vec<String> {
        let mut faults = self.0.faults.lock().unwrap().clone();
        let Ok(entries) = self.driver().browser_log().await else { return faults };
        for entry in entries.into_iter().filter(|entry| entry.level == "SEVERE") {
            let is_network = entry.source.as_deref() == Some("network") || entry.message.contains("net::ERR_");
            if !is_network && !entry.message.contains("WebSocket connection to") {
                faults.push(format!("{:?}: {}", entry.source, entry.message));
            }
        }
        self.0.faults.lock().unwrap().clone_from(&faults);
        faults
    }

    /// What was on the console so far was meant to be.
    pub fn is_forgiven(&self) {
        self.0.faults.lock().unwrap().clear();
    }
}
