//! A year of a school: its dashboards are timed with a hundredth, a tenth and all of its learners.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::Args;
use serde_json::{Value, json};

use crate::Result;
use crate::gyosil::{EMAIL, PASSWORD, add_instructor, add_person, free_address, gyosil, wait_until_open};
use crate::http::Http;
use crate::large::{IDLE_COUNTED_AFTER, SMALL_MAX_ROWS};
use crate::machine::{self, Server};
use crate::rows::Database;
use crate::year::{SOME_COURSE, SOME_LEARNER, SUMMED_DAYS, day};

const ADMIN: &str = "admin@example.com";
const LEARNER: &str = "learner@example.com";
/// The server looks once a minute for days that are over.
const SUMMED_WITHIN: Duration = Duration::from_secs(900);

#[derive(Args)]
pub struct Options {
    /// The Gyosil to measure: the path of its binary
    #[arg(long)]
    gyosil: PathBuf,
    /// The URL of an empty PostgreSQL database. A SQLite file in a temporary folder if left out
    #[arg(long)]
    database: Option<String>,
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(i64).range(10_000..=1_000_000))]
    learners: i64,
    /// Requests of each kind
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    requests: u16,
    #[arg(long, default_value_t = 0)]
    server_core: usize,
    #[arg(long, default_value_t = 1)]
    load_core: usize,
}

#[derive(Clone, Copy)]
enum Asker {
    Admin,
    Teacher,
    Learner,
}

/// A request: its name, its path below `/dashboards`, and who asks. `{from}` is a year ago.
const REQUESTS: [(&str, &str, Asker); 12] = [
    ("summary", "/summary/", Asker::Admin),
    ("daily visits, 365 days", "/daily-visits/?from={from}", Asker::Admin),
    ("daily payments, 365 days", "/daily-payments/?from={from}", Asker::Admin),
    ("learning records, 30 days", "/learning-records/", Asker::Admin),
    ("learning records, 365 days, page 1,000", "/learning-records/?from={from}&page=1000", Asker::Admin),
    (
        "learning records of a course, 365 days",
        "/learning-records/?from={from}&major_category_id={course}",
        Asker::Teacher,
    ),
    ("learning records of a learner, 365 days", "/learning-records/?from={from}&user_id={learner}", Asker::Admin),
    ("video progress, 30 days", "/video-progress/", Asker::Admin),
    ("video progress of one's own courses, 365 days", "/video-progress/?from={from}", Asker::Teacher),
    ("expiration notifications, 30 days", "/expiration-notifications/", Asker::Admin),
    (
        "expiration notifications of one's own courses, 365 days",
        "/expiration-notifications/?from={from}",
        Asker::Teacher,
    ),
    ("student dashboard", "/student-dashboard/", Asker::Learner),
];

struct Tokens {
    admin: String,
    teacher: String,
    learner: String,
}

pub fn run(options: &Options) -> Result<()> {
    machine::stay_on(options.load_core)?;
    let data = tempfile::tempdir()?;
    let address = free_address()?;
    let url = options.database.clone();
    let url = url.unwrap_or_else(|| format!("sqlite:{}", data.path().join("gyosil.db").display()));
    let mut command = gyosil(&options.gyosil, data.path(), Some(&url));
    command.args(["--listen", &address.to_string()]).stdout(Stdio::null());
    let _server = Server::start(&mut command, options.server_core, options.load_core)?;
    wait_until_open(address)?;
    add_instructor(&options.gyosil, data.path(), Some(&url))?;
    add_person(&options.gyosil, data.path(), Some(&url), ADMIN, "ADMIN")?;
    let mut http = Http::connect(address)?;
    let learner = json!({ "email": LEARNER, "password": PASSWORD, "name": "김순자", "role": "STUDENT" });
    http.post("/api/auth/register", None, &learner)?;
    let (admin, _) = signs_in(&mut http, ADMIN)?;
    let (teacher, teacher_id) = signs_in(&mut http, EMAIL)?;
    let (learner, learner_id) = signs_in(&mut http, LEARNER)?;
    let tokens = Tokens { admin, teacher, learner };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut database = runtime.block_on(Database::connect(&url))?;
    let now_ms = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    runtime.block_on(database.begin_year(teacher_id, learner_id, now_ms))?;
    let (mut before, mut names, mut columns) = (0, Vec::new(), Vec::new());
    for part in [100, 10, 1] {
        let learners = options.learners / part;
        runtime.block_on(database.add_learners(before..learners, now_ms))?;
        before = learners;
        wait_for_sums(&runtime, &mut database)?;
        names.push(format!("{learners} learners"));
        columns.push(times(&mut http, &tokens, &day(now_ms, SUMMED_DAYS), options.requests)?);
    }
    println!("Milliseconds of a request: the median, and the longest of {}.\n", options.requests);
    println!("| | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
    for (n, (name, ..)) in REQUESTS.iter().enumerate() {
        let cells: Vec<String> =
            columns.iter().filter_map(|c| c.get(n)).map(|(m, l)| format!("{m:.1} ({l:.1})")).collect();
        println!("| {name} | {} |", cells.join(" | "));
    }
    if matches!(database, Database::Postgres(_)) {
        println!("\nRows that one request reads by going through a whole table:\n");
        std::thread::sleep(IDLE_COUNTED_AFTER);
        for request in &REQUESTS {
            let before = runtime.block_on(database.rows_of_full_scans())?;
            send(&mut http, &tokens, &day(now_ms, SUMMED_DAYS), request)?;
            std::thread::sleep(IDLE_COUNTED_AFTER);
            let after = runtime.block_on(database.rows_of_full_scans())?;
            let rows = after.into_iter().map(|(table, rows)| (rows - before.get(&table).copied().unwrap_or(0), table));
            let scans: Vec<String> = rows
                .filter(|(rows, _)| *rows >= SMALL_MAX_ROWS)
                .map(|(rows, table)| format!("{table} {rows}"))
                .collect();
            println!("- {}: {}", request.0, if scans.is_empty() { "none".into() } else { scans.join(", ") });
        }
    }
    Ok(())
}

fn signs_in(http: &mut Http, email: &str) -> Result<(String, i64)> {
    let login = http.post("/api/auth/login", None, &json!({ "email": email, "password": PASSWORD }))?;
    let token = login["access_token"].as_str().ok_or("no access_token")?.to_owned();
    Ok((token, login["user"]["id"].as_i64().ok_or("no user.id")?))
}

/// Waits until the server has summed the days of the year.
fn wait_for_sums(runtime: &tokio::runtime::Runtime, database: &mut Database) -> Result<()> {
    let begun = Instant::now();
    while runtime.block_on(database.summed_days())? < SUMMED_DAYS {
        if begun.elapsed() > SUMMED_WITHIN {
            return Err("the days of the year were not summed in time".into());
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    Ok(())
}

fn send(http: &mut Http, tokens: &Tokens, from: &str, (name, path, asker): &(&str, &str, Asker)) -> Result<Value> {
    let token = match asker {
        Asker::Admin => &tokens.admin,
        Asker::Teacher => &tokens.teacher,
        Asker::Learner => &tokens.learner,
    };
    let path = path.replace("{from}", from).replace("{course}", &SOME_COURSE.to_string());
    let path = format!("/dashboards{}", path.replace("{learner}", &SOME_LEARNER.to_string()));
    http.get(&path, Some(token)).map_err(|error| format!("{name}: {error}").into())
}

/// Sends each request some times, and returns the median and the longest time of each. A list without any rows is a failure.
fn times(http: &mut Http, tokens: &Tokens, from: &str, requests: u16) -> Result<Vec<(f64, f64)>> {
    let mut found = Vec::new();
    for request in &REQUESTS {
        // The first one fills caches and is not counted.
        let first = send(http, tokens, from, request)?;
        if first["results"].as_array().is_some_and(Vec::is_empty) {
            return Err(format!("{}: nothing is listed: {first}", request.0).into());
        }
        let mut times = Vec::new();
        for _ in 0..requests {
            let begun = Instant::now();
            send(http, tokens, from, request)?;
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
        times.sort_unstable_by(f64::total_cmp);
        let at = |n: usize| times.get(n).copied().unwrap_or_default();
        found.push((at(times.len() / 2), at(times.len() - 1)));
    }
    Ok(found)
}
