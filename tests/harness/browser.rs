//! A real Chromium, and what a person does at it. Each browser has a driver and a folder of its own, and both go with it.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::error::{WebDriverError, WebDriverErrorInner, WebDriverResult};
use thirtyfour::{By, Capabilities, TypingData, WebDriver, WebElement};
use tokio::time::{Instant, sleep};

use super::PATIENCE;
use super::namespace::Namespace;

const ASKS_EVERY: Duration = Duration::from_millis(40);
const STARTS_AT_MOST: usize = 10;
const DRIVER: &str = "/usr/bin/chromedriver";
const CHROMIUM: &str = "/usr/bin/chromium";
/// Chromium as a container lets it start, and as one that calls nobody.
const FLAGS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--no-proxy-server",
    "--hide-scrollbars",
];

/// Debian's Chromium has no voices when it has no screen, and no phone's motor: what would be heard and felt is written down.
const VOICE: &str = include_str!("voice.js");

/// What kind of device it is, and whose.
#[derive(Clone)]
pub struct Device {
    pub width: u32,
    pub height: u32,
    pub is_phone: bool,
    pub languages: &'static str,
    pub speaks: bool,
    pub within: Option<Arc<Namespace>>,
}

impl Device {
    pub fn phone() -> Device {
        Device { width: 360, height: 740, is_phone: true, languages: "ko-KR", speaks: true, within: None }
    }

    pub fn desktop() -> Device {
        Device { width: 1280, height: 800, is_phone: false, ..Device::phone() }
    }

    fn capabilities(&self, folder: &Path) -> Capabilities {
        let own = [
            format!("--user-data-dir={}", folder.join("profile").display()),
            format!("--window-size={},{}", self.width, self.height),
            format!("--accept-lang={}", self.languages),
        ];
        let flags: Vec<&str> = FLAGS.into_iter().chain(own.iter().map(String::as_str)).collect();
        let mut chromium = json!({ "binary": CHROMIUM, "args": flags });
        if self.is_phone {
            let metrics = json!({ "width": self.width, "height": self.height, "pixelRatio": 1.0, "touch": true });
            chromium["mobileEmulation"] = json!({ "deviceMetrics": metrics });
        }
        let whole = json!({ "browserName": "chrome", "goog:chromeOptions": chromium,
            "goog:loggingPrefs": { "browser": "ALL" } });
        let Value::Object(whole) = whole else { unreachable!() };
        Capabilities::from(whole)
    }
}

/// The driver, and through it Chromium: both end when this is dropped.
struct Servant {
    process: Child,
    folder: Arc<TempDir>,
    url: String,
    /// Somebody else has its folder now.
    has_gone: AtomicBool,
}

impl Servant {
    /// The port that the driver finds free may be taken by someone else in the same moment; then it gives up, and we do not.
    fn starts(device: &Device, folder: Arc<TempDir>) -> Servant {
        let host = device.within.as_ref().map_or("127.0.0.1".into(), |space| space.address().to_string());
        for _ in 0..STARTS_AT_MOST {
            let mut process = Servant::command(device, folder.path()).spawn().unwrap_or_else(|error| {
                panic!("{DRIVER} does not start ({error}): tests/run installs chromium and chromium-driver")
            });
            let mut lines = BufReader::new(process.stdout.take().unwrap());
            let Some(port) = port_of(&mut lines) else {
                let _ = process.wait();
                continue;
            };
            // Whatever else it says is drained, so that it never waits for us.
            std::thread::spawn(move || lines.read_to_string(&mut String::new()));
            let url = format!("http://{host}:{port}");
            return Servant { process, folder, url, has_gone: AtomicBool::new(false) };
        }
        panic!("{DRIVER} finds no port");
    }

    fn command(device: &Device, folder: &Path) -> Command {
        let mut command = match &device.within {
            Some(space) => space.command(DRIVER),
            None => Command::new(DRIVER),
        };
        if let Some(space) = &device.within {
            command.arg(format!("--allowed-ips={}", space.gateway()));
        }
        command.arg("--port=0").env("TMPDIR", folder).env("HOME", folder);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }

    /// Chromium by the folder that is in its command line: no other has it.
    fn kills_chromium(&self) -> bool {
        let folder = self.folder.path().display().to_string();
        let mut is_gone = true;
        for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
            let words = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            if String::from_utf8_lossy(&words).contains(&folder) {
                is_gone = false;
                // SAFETY: signals a process that was started with our own folder.
                unsafe { libc::kill(pid, libc::SIGKILL) };
            }
        }
        is_gone
    }
}

fn port_of(lines: &mut impl BufRead) -> Option<u16> {
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).unwrap() == 0 {
            return None;
        }
        if let Some((_, port)) = line.trim().split_once("successfully on port ") {
            return port.trim_end_matches('.').parse().ok();
        }
    }
}

impl Drop for Servant {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        for _ in 0..if self.has_gone.load(Ordering::Relaxed) { 0 } else { 100 } {
            if self.kills_chromium() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

struct Inner {
    driver: Option<WebDriver>,
    /// What was severe on its console and is not the network's.
    faults: Mutex<Vec<String>>,
    name: String,
    servant: Servant,
    device: Device,
}

impl Drop for Inner {
    fn drop(&mut self) {
        // It is killed with its servant, and so not asked to quit.
        let _ = self.driver.take().map(WebDriver::leak);
    }
}

thread_local! {
    /// The browsers of the story that is told on this thread: what their consoles say counts at its end.
    static OPENED: RefCell<Vec<Browser>> = const { RefCell::new(Vec::new()) };
}

/// At the end of a story: nothing went wrong that nobody saw.
pub async fn close_all() {
    let mut faults = String::new();
    for browser in OPENED.take() {
        for fault in browser.logs().await {
            writeln!(faults, "  {}: {fault}", browser.0.name).unwrap();
        }
    }
    assert!(faults.is_empty(), "on the consoles:\n{faults}");
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
        let folder = tempfile::Builder::new().prefix("gyosil-chromium-").tempdir().unwrap();
        Browser::opens_in(name, device, Arc::new(folder)).await
    }

    /// Closed as one closes it, and opened again: it remembers what a browser remembers.
    pub async fn is_closed_and_opened(&self) -> Browser {
        let Inner { servant, device, name, .. } = &*self.0;
        self.logs().await;
        self.driver().clone().quit().await.unwrap();
        servant.has_gone.store(true, Ordering::Relaxed);
        Browser::opens_in(name, device, servant.folder.clone()).await
    }

    async fn opens_in(name: &str, device: &Device, folder: Arc<TempDir>) -> Browser {
        let device_ = device.clone();
        let servant = tokio::task::spawn_blocking(move || Servant::starts(&device_, folder)).await.unwrap();
        let caps = device.capabilities(servant.folder.path());
        let http = reqwest::Client::builder().timeout(PATIENCE * 2).no_proxy().build().unwrap();
        let driver = WebDriver::builder(&servant.url, caps).client(http).connect().await;
        let driver = driver.unwrap_or_else(|error| panic!("Chromium does not start: {error}"));
        let inner = Inner {
            driver: Some(driver),
            faults: Mutex::default(),
            name: name.into(),
            servant,
            device: device.clone(),
        };
        let browser = Browser(Arc::new(inner));
        OPENED.with_borrow_mut(|opened| opened.push(browser.clone()));
        if device.speaks {
            browser.at_each_page(VOICE).await;
        }
        browser
    }

    pub fn driver(&self) -> &WebDriver {
        self.0.driver.as_ref().unwrap()
    }

    /// Runs before the page's own scripts, in every page from now on.
    pub async fn at_each_page(&self, script: &str) {
        self.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
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
        self.driver().cdp().send_raw(method, params).await.unwrap_or_else(|e| panic!("{}: {method}: {e}", self.0.name))
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
        let told = self.tries_js(script, args).await;
        told.unwrap_or_else(|error| panic!("{}: {script}: {error}", self.0.name))
    }

    /// The script is an expression that gives a promise.
    pub async fn awaits<T: DeserializeOwned>(&self, script: &str, args: Vec<Value>) -> T {
        let whole = format!(
            "const done = arguments[arguments.length - 1];
             Promise.resolve({script}).then((value) => done({{ value }}), (error) => done({{ error: String(error) }}));"
        );
        let told = self.driver().execute_async(whole, args).await.unwrap_or_else(|e| panic!("{}: {e}", self.0.name));
        let told = told.json().clone();
        assert!(told["error"].is_null(), "{}: {}", self.0.name, told["error"]);
        serde_json::from_value(told["value"].clone()).unwrap()
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
        self.keeps_screenshot(&format!("failed-{name}")).await;
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
            return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))";
        let _ = self.tries_js::<bool>(script, vec![]).await;
    }

    pub async fn keeps_screenshot(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screens");
        std::fs::create_dir_all(&folder).unwrap();
        self.settles().await;
        let Ok(picture) = self.driver().screenshot_as_png().await else { return };
        std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
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
