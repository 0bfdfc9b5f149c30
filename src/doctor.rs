//! `gyosil doctor`: tries on this machine all that the settings ask for, and tells of each part whether it works.
//!
//! It opens the database as the server does, with the tables of this version, and does one small write in it. It may run beside a
//! server of the same version.

use std::path::Path;

use jiff::tz::TimeZone;

use crate::bus::redis::Links;
use crate::clock::{Clock, SECOND_MS, random_word};
use crate::config::{Config, PaymentService, Switch};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::judge::{EMBEDDED_LANGUAGE, LanguageState};
use crate::outside::gateways::{Gateways, OrderAtGateway};
use crate::outside::objects::{NewObject, Objects};
use crate::outside::slides::Slides;
use crate::print::{CertificateFacts, PrintJob, Printer, missing};
use crate::school::logins;
use crate::{judge_service, listener, private};

/// Letters of which each name may have some.
const LETTERS: &str = "김민자 뷁 さくら 髙橋 王小明 Ánh Łukasz Ольга 0123456789";
/// A stored time may be ahead of the clock by this much: nodes differ a little.
const AHEAD_MAX_MS: i64 = 5 * SECOND_MS;
const PROBE_BYTES: u64 = 8 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Works,
    /// Does not work, or is not there, and was not asked for.
    Off,
    Fails,
}

/// One part that was looked at.
struct Finding {
    part: String,
    state: State,
    says: String,
}

impl Finding {
    /// Makes a finding of a part that was asked for.
    fn of(part: impl Into<String>, tried: Result<String>) -> Finding {
        let part = part.into();
        match tried {
            Ok(says) => Finding { part, state: State::Works, says },
            Err(error) => Finding { part, state: State::Fails, says: error.to_string() },
        }
    }

    fn off(part: impl Into<String>, says: impl Into<String>) -> Finding {
        Finding { part: part.into(), state: State::Off, says: says.into() }
    }

    fn line(&self) -> String {
        let state = match self.state {
            State::Works => "ok",
            State::Off => "off",
            State::Fails => "FAILS",
        };
        format!("{state:<6} {:<18} {}", self.part, self.says)
    }
}

/// Looks at every part and prints a line for each. Fails if one that was asked for does not work.
pub async fn run(config: Config) -> Result<()> {
    let mut failed = Vec::new();
    let mut tell = |finding: Finding| {
        println!("{}", finding.line());
        if finding.state == State::Fails {
            failed.push(finding.part);
        }
    };
    tell(Finding::of("data folder", data_folder(&config.data)));
    for finding in database(&config).await {
        tell(finding);
    }
    tell(redis(&config).await);
    tell(Finding::of("objects", objects(&config).await));
    for finding in judge(&config).await {
        tell(finding);
    }
    tell(Finding::of("payments", payments(&config).await));
    let certificate = certificate(&config).await;
    let slides = match &certificate {
        Ok(pdf) => slides(&config, pdf.clone()).await,
        Err(_) => Err(Error::internal("there is no certificate to try it with")),
    };
    let says = |pdf: Vec<u8>| {
        format!("one was printed with Korean, Japanese, Chinese and other letters ({} bytes)", pdf.len())
    };
    tell(Finding::of("certificates", certificate.map(says)));
    tell(Finding::of("PDFs", slides));
    tell(clock(&config));
    tell(tls(&config));
    match failed.as_slice() {
        [] => Ok(()),
        failed => Err(Error::internal(format!("does not work here: {}", failed.join(", ")))),
    }
}

fn data_folder(data: &Path) -> Result<String> {
    private::open_folder(data)?;
    let probe = data.join(format!(".doctor-{}", random_word()));
    let written = private::new_file(&probe).and_then(|_| std::fs::remove_file(&probe));
    written.map_err(|error| private::cannot_make(&probe, &error))?;
    Ok(format!("{} can be written", data.display()))
}

/// Opens the database as the server does, writes to it, and compares its times with the clock.
async fn database(config: &Config) -> Vec<Finding> {
    const PART: &str = "database";
    if let Some(file) = config.missing_database() {
        return vec![Finding::off(PART, format!("{} does not exist yet: «gyosil serve» makes it", file.display()))];
    }
    let name = if config.database_url().starts_with("sqlite:") { "SQLite" } else { "PostgreSQL" };
    let db = match Db::open(&config.database_url()).await {
        Ok(db) => db,
        Err(error) => return vec![Finding::of(PART, Err(error))],
    };
    let clock = Clock::new(TimeZone::UTC);
    let wrote = db.write_heartbeat("doctor", clock.now_ms()).await;
    let writes = Finding::of(PART, wrote.map(|()| format!("{name} reads and writes")));
    let times = Finding::of("times", compare_times(&db, clock.now_ms()).await);
    db.close().await;
    vec![writes, times]
}

async fn redis(config: &Config) -> Finding {
    const PART: &str = "redis";
    if !config.redis.is_set() {
        return Finding::off(PART, "this node serves alone");
    }
    let tried = Links::try_out(&config.redis).await;
    Finding::of(PART, tried.map(|()| "takes messages".into()))
}

async fn compare_times(db: &Db, now_ms: i64) -> Result<String> {
    match logins::newest_ms(db).await? {
        Some(newest_ms) if newest_ms > now_ms + AHEAD_MAX_MS => {
            let ahead_s = (newest_ms - now_ms) / SECOND_MS;
            Err(Error::internal(format!("the newest login is {ahead_s} s in the future: a clock was or is wrong")))
        }
        _ => Ok("nothing is stored with a time in the future".into()),
    }
}

/// Tries the store in each place in which it has objects: a key of a bucket may have a right to some of them only.
async fn objects(config: &Config) -> Result<String> {
    let objects = Objects::open(&config.storing, &config.data, [0; 32], Clock::new(TimeZone::UTC))?;
    for place in ["videos", "pictures", "help-pictures"] {
        try_store(&objects, place).await?;
    }
    let place = objects.base_url().unwrap_or("the data folder");
    Ok(format!("an upload was begun in {place}, and given up"))
}

/// Begins an upload and gives it up, and asks for an object that is not there.
async fn try_store(objects: &Objects, place: &str) -> Result<()> {
    let key = format!("{place}/doctor/{}", random_word());
    let new = NewObject { key: key.clone(), bytes: PROBE_BYTES, part_bytes: PROBE_BYTES };
    let upload = objects.begin(&new).await?;
    let listed = objects.parts(&key, &upload, 1).await;
    objects.abort(&key, &upload).await?;
    objects.abort(&key, "").await?;
    if !listed?.is_some_and(|parts| parts.is_empty()) || objects.bytes(&key).await?.is_some() {
        return Err(Error::internal("the store does not tell what it has"));
    }
    Ok(())
}

/// Tries the languages of the judge, which takes seconds. Those that the settings name must work, and without any the embedded one.
async fn judge(config: &Config) -> Vec<Finding> {
    let settings = config.judge_settings.clone();
    if settings.judge == Switch::Off {
        let says = "--judge off: this server starts none. Ask again with --judge on where «gyosil judge» runs";
        return vec![Finding::off("judge", says)];
    }
    let asked = settings.judge_languages.clone();
    let data = config.data.clone();
    let tried = tokio::task::spawn_blocking(move || judge_service::try_engines(&settings, &data)).await;
    let engines = match tried.map_err(Error::internal).and_then(|tried| tried.map_err(Error::internal)) {
        Ok(engines) => engines,
        Err(error) => return vec![Finding::of("judge", Err(error))],
    };
    let is_asked = |name: &str| match asked.is_empty() {
        true => name == EMBEDDED_LANGUAGE,
        false => asked.iter().any(|asked| asked == name),
    };
    engines.states().iter().map(|state| language(state, is_asked(state.name))).collect()
}

fn language(state: &LanguageState, is_asked: bool) -> Finding {
    let part = format!("judge: {}", state.name);
    match &state.why_off {
        None => Finding::of(part, Ok(state.version.clone())),
        Some(why) if is_asked => Finding::of(part, Err(Error::internal(why))),
        Some(why) => Finding::off(part, why),
    }
}

/// Asks the payment service for an order that does not exist: it answers so only to those whose keys are right.
async fn payments(config: &Config) -> Result<String> {
    let service = match config.paying.payments {
        PaymentService::Sandbox => return Ok("sandbox: no money moves".into()),
        PaymentService::PortoneV1 => "Portone V1",
        PaymentService::PortoneV2 => "Portone V2",
    };
    let gateways = Gateways::open(&config.paying, Clock::new(TimeZone::UTC))?;
    let merchant_uid = format!("doctor-{}", random_word());
    gateways.current().look_up(&OrderAtGateway { merchant_uid: &merchant_uid, imp_uid: None, amount: 1 }).await?;
    Ok(format!("{service} answers, and takes the keys of the settings"))
}

/// Prints a certificate with letters of many languages and the pictures of the settings.
async fn certificate(config: &Config) -> Result<Vec<u8>> {
    let printer = Printer::open(config.school_logo.as_deref(), config.school_signature.as_deref())?;
    let text = format!("{LETTERS} {}", config.school_name);
    let none: String = missing(&text).into_iter().collect();
    if !none.is_empty() {
        return Err(Error::internal(format!("no font has the letters {none}")));
    }
    printer.print_certificates(vec![sample(config, text)]).await
}

/// Draws a page in a process of its own, with its locks.
async fn slides(config: &Config, pdf: Vec<u8>) -> Result<String> {
    let slides = Slides::open(config.own_program.as_deref(), config.judge_settings.judge_uid)?;
    let drawn = tokio::task::spawn_blocking(move || slides.draw(&pdf, 1, || true)).await.map_err(Error::internal)?;
    let page = drawn?.page.map_err(|why| Error::PageRefused { why })?;
    if page.title.is_empty() {
        return Err(Error::internal("a page came out without its text"));
    }
    Ok("a page was drawn and read".into())
}

fn sample(config: &Config, name: String) -> PrintJob {
    let facts = CertificateFacts {
        number: String::new(),
        uuid: String::new(),
        code: String::new(),
        name,
        course: config.school_name.clone(),
        unit: None,
        class: None,
        starts: None,
        ends: None,
        minutes: None,
        total_score: None,
        attendance_score: None,
        progress_score: None,
        assessment_score: None,
        completed: "2026-11-20".into(),
        issued: "2026-11-20".into(),
        expires: None,
        issuer: config.school_name.clone(),
        instructor: String::new(),
    };
    PrintJob { facts, qr: "https://example.com".into(), lookup: "https://example.com".into(), overprint: None }
}

/// Asks the kernel whether the clock is kept right.
fn clock(config: &Config) -> Finding {
    const PART: &str = "clock";
    let zone = match TimeZone::get(&config.timezone) {
        Ok(zone) => zone,
        Err(error) => return Finding::of(PART, Err(Error::internal(error))),
    };
    let clock = Clock::new(zone);
    let here = format!("it is {} in {}", clock.local(clock.now_ms()), config.timezone);
    // SAFETY: zeros are a value of this struct, and with them the call only reads the state of the clock.
    let state = unsafe { libc::adjtimex(&mut std::mem::zeroed()) };
    match state {
        libc::TIME_ERROR | -1 => {
            Finding::off(PART, format!("{here}; no service of this machine keeps the clock right"))
        }
        _ => Finding::of(PART, Ok(format!("{here}; the clock is synchronized"))),
    }
}

fn tls(config: &Config) -> Finding {
    match listener::tls(config) {
        Ok(None) => Finding::off("https", "plain http: behind a proxy, or for a network of one's own"),
        read => Finding::of("https", read.map(|_| "the certificate and its key can be read".into())),
    }
}
