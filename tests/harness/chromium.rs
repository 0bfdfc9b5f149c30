//! Chromium and its driver: started, lent to a story, cleaned, and lent again. Starting one costs as much as a short story.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::error::WebDriverResult;
use thirtyfour::{Capabilities, WebDriver, WindowHandle};

use super::PATIENCE;
use super::namespace::Namespace;

/// So many wait for the next story; of more, the one that has waited longest is closed.
const IDLE_AT_MOST: usize = 10;
const STARTS_AT_MOST: usize = 10;
const DRIVER: &str = "/usr/bin/chromedriver";
/// Chromium without its windows and menus: pages take a third less of the processor than in the whole of it.
const CHROMIUM: &str = "/usr/bin/chromium-headless-shell";
/// Chromium as a container lets it start, and as one that calls nobody.
const FLAGS: [&str; 11] = [
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

/// What kind of device it is, and whose.
#[derive(Clone, PartialEq)]
pub struct Device {
    pub width: u32,
    pub height: u32,
    pub is_phone: bool,
    pub languages: &'static str,
    pub speaks: bool,
    pub within: Option<Arc<Namespace>>,
    /// The fingerprint of a school's certificate.
    pub trusts: Option<String>,
}

impl Device {
    pub fn phone() -> Device {
        Device { width: 360, height: 740, is_phone: true, languages: "ko-KR", speaks: true, within: None, trusts: None }
    }

    pub fn desktop() -> Device {
        Device { width: 1280, height: 800, is_phone: false, ..Device::phone() }
    }

    fn metrics(&self) -> Value {
        json!({ "width": self.width, "height": self.height, "deviceScaleFactor": 1, "mobile": true })
    }

    fn capabilities(&self, folder: &Path) -> Capabilities {
        let own = [
            format!("--user-data-dir={}", folder.join("profile").display()),
            format!("--window-size={},{}", self.width, self.height),
            format!("--accept-lang={}", self.languages),
        ];
        let trusted = self.trusts.as_ref().map(|key| format!("--ignore-certificate-errors-spki-list={key}"));
        let flags: Vec<&str> = FLAGS.into_iter().chain(own.iter().chain(&trusted).map(String::as_str)).collect();
        let mut chromium = json!({ "binary": CHROMIUM, "args": flags });
        if self.is_phone {
            let metrics = json!({ "width": self.width, "height": self.height, "pixelRatio": 1.0, "touch": true });
            chromium["mobileEmulation"] = json!({ "deviceMetrics": metrics });
        }
        let whole = json!({ "browserName": "chrome-headless-shell", "goog:chromeOptions": chromium,
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
                panic!(
                    "{DRIVER} does not start ({error}): tests/run installs chromium-headless-shell and chromium-driver"
                )
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

/// One that runs, and is driven.
pub struct Chromium {
    driver: Option<WebDriver>,
    servant: Servant,
    device: Device,
    window: WindowHandle,
    scripts: Mutex<Vec<Value>>,
}

static IDLE: Mutex<Vec<Chromium>> = Mutex::new(Vec::new());

/// What is idle at the end of all stories would outlive them.
extern "C" fn ends_idle() {
    if let Ok(mut idle) = IDLE.lock() {
        idle.clear();
    }
}

impl Chromium {
    pub async fn lent(device: &Device) -> Chromium {
        let fits = |one: &Chromium| one.device == *device;
        let found = {
            let mut idle = IDLE.lock().unwrap();
            idle.iter().position(fits).map(|at| idle.remove(at))
        };
        match found {
            Some(chromium) => chromium,
            None => {
                let folder = tempfile::Builder::new().prefix("gyosil-chromium-").tempdir().unwrap();
                Chromium::starts(device, Arc::new(folder)).await
            }
        }
    }

    async fn starts(device: &Device, folder: Arc<TempDir>) -> Chromium {
        let device_ = device.clone();
        let servant = tokio::task::spawn_blocking(move || Servant::starts(&device_, folder)).await.unwrap();
        let caps = device.capabilities(servant.folder.path());
        // No connection is kept: the runtime that made it may be over when the next story speaks.
        let http = reqwest::Client::builder().timeout(PATIENCE * 2).no_proxy().pool_max_idle_per_host(0);
        let driver = WebDriver::builder(&servant.url, caps).client(http.build().unwrap()).connect().await;
        let driver = driver.unwrap_or_else(|error| panic!("Chromium does not start: {error}"));
        let window = driver.window().await.unwrap();
        Chromium { driver: Some(driver), servant, device: device.clone(), window, scripts: Mutex::default() }
    }

    pub fn driver(&self) -> &WebDriver {
        self.driver.as_ref().unwrap()
    }

    pub async fn at_each_page(&self, script: &str) -> WebDriverResult<()> {
        let added = self.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await?;
        self.scripts.lock().unwrap().push(added);
        Ok(())
    }

    pub async fn cdp(&self, method: &str, params: Value) -> WebDriverResult<Value> {
        self.driver().cdp().send_raw(method, params).await
    }

    /// Closed as one closes it, and opened again: it remembers what a browser remembers.
    pub async fn is_closed_and_opened(&self) -> Chromium {
        self.driver().clone().quit().await.unwrap();
        self.servant.has_gone.store(true, Ordering::Relaxed);
        Chromium::starts(&self.device, self.servant.folder.clone()).await
    }

    /// For the next story, if it can be made as new.
    pub async fn goes_back(self) {
        static AT_THE_END: Once = Once::new();
        let is_of_story = self.device.within.is_some() || self.device.trusts.is_some();
        let is_spent = self.servant.has_gone.load(Ordering::Relaxed) || is_of_story;
        if is_spent || self.is_cleaned().await.is_err() {
            return;
        }
        let mut idle = IDLE.lock().unwrap();
        // SAFETY: the handler takes nothing and touches only what is static.
        AT_THE_END.call_once(|| assert_eq!(unsafe { libc::atexit(ends_idle) }, 0));
        idle.push(self);
        if idle.len() > IDLE_AT_MOST {
            idle.remove(0);
        }
    }

    async fn is_cleaned(&self) -> WebDriverResult<()> {
        for window in self.driver().windows().await? {
            if window != self.window {
                self.driver().switch_to_window(window).await?;
                self.driver().close_window().await?;
            }
        }
        self.driver().switch_to_window(self.window.clone()).await?;
        let scripts = std::mem::take(&mut *self.scripts.lock().unwrap());
        for script in scripts {
            self.cdp("Page.removeScriptToEvaluateOnNewDocument", script).await?;
        }
        self.cdp("Emulation.setCPUThrottlingRate", json!({ "rate": 1 })).await?;
        self.cdp("Emulation.setUserAgentOverride", json!({ "userAgent": "" })).await?;
        self.cdp("Emulation.setEmulatedMedia", json!({ "features": [] })).await?;
        let whole = json!({ "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.cdp("Network.emulateNetworkConditions", whole).await?;
        self.cdp("Network.setBlockedURLs", json!({ "urls": [] })).await?;
        match self.device.is_phone {
            true => self.cdp("Emulation.setDeviceMetricsOverride", self.device.metrics()).await?,
            false => self.cdp("Emulation.clearDeviceMetricsOverride", json!({})).await?,
        };
        self.driver().goto("about:blank").await?;
        self.cdp("Network.clearBrowserCookies", json!({})).await?;
        self.cdp("Network.clearBrowserCache", json!({})).await?;
        self.cdp("Storage.clearDataForOrigin", json!({ "origin": "*", "storageTypes": "all" })).await?;
        self.driver().browser_log().await.map(drop)
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // It is killed with its servant, and so not asked to quit.
        let _ = self.driver.take().map(WebDriver::leak);
    }
}
