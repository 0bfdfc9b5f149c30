//! A large school: what the learning surface reads of it is timed at a hundredth, a tenth and all of its size.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::Args;
use serde_json::{Value, json};

use crate::Result;
use crate::gyosil::{EMAIL, PASSWORD, add_instructor, free_address, gyosil, wait_until_open};
use crate::http::Http;
use crate::machine::{self, Server};
use crate::rows::{ASKING_ENROLLMENT, ASKING_PATH, Database, POPULAR_COURSE, Size};

const LEARNING: &str = "/api/v1/bc-006/learning";
/// A connection of PostgreSQL reports what it has read when a statement ends, at most once in this time.
const COUNTED_AFTER: Duration = Duration::from_millis(1_100);
/// Time in which it reports if no statement follows.
pub const IDLE_COUNTED_AFTER: Duration = Duration::from_secs(11);
/// Tables that have fewer rows are read from end to end for good reasons.
pub const SMALL_MAX_ROWS: i64 = 1_000;

#[derive(Args)]
pub struct Options {
    /// The Gyosil to measure: the path of its binary
    #[arg(long)]
    gyosil: PathBuf,
    /// The URL of an empty PostgreSQL database. A SQLite file in a temporary folder if left out
    #[arg(long)]
    database: Option<String>,
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(i64).range(1_000..=100_000))]
    courses: i64,
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(i64).range(10_000..=1_000_000))]
    enrollments: i64,
    /// Requests of each kind
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    requests: u16,
    #[arg(long, default_value_t = 0)]
    server_core: usize,
    #[arg(long, default_value_t = 1)]
    load_core: usize,
}

/// Two people who ask: the instructor of all courses, and a learner in ten of them.
struct Callers {
    teacher: String,
    learner: String,
    teacher_id: i64,
    learner_id: i64,
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
    let mut http = Http::connect(address)?;
    let callers = callers(&mut http)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut database = runtime.block_on(Database::connect(&url))?;
    let now_ms = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let mut size = Size { courses: 0, enrollments: 0 };
    let (mut sizes, mut columns) = (Vec::new(), Vec::new());
    for part in [100, 10, 1] {
        let larger = Size { courses: options.courses / part, enrollments: options.enrollments / part };
        runtime.block_on(database.grow(size, larger, callers.teacher_id, now_ms))?;
        if size.courses == 0 {
            runtime.block_on(database.enroll_learner(callers.learner_id, now_ms))?;
        }
        size = larger;
        sizes.push(format!("{} courses, {} enrollments", size.courses, size.enrollments));
        columns.push(times(&mut http, &callers, options.requests)?);
    }
    println!("Milliseconds of a request: the median, and the longest of {}.\n", options.requests);
    println!("| | {} |\n|---|{}", sizes.join(" | "), "---|".repeat(sizes.len()));
    for (n, (name, _, _)) in REQUESTS.iter().enumerate() {
        let cells: Vec<String> =
            columns.iter().filter_map(|c| c.get(n)).map(|(m, l)| format!("{m:.1} ({l:.1})")).collect();
        println!("| {name} | {} |", cells.join(" | "));
    }
    if matches!(database, Database::Postgres(_)) {
        println!("\nRows that one request reads by going through a whole table:\n");
        std::thread::sleep(IDLE_COUNTED_AFTER);
        for request in &REQUESTS {
            let scans = runtime.block_on(full_scans(&mut http, &mut database, &callers, request))?;
            println!("- {}: {}", request.0, if scans.is_empty() { "none".into() } else { scans.join(", ") });
        }
    }
    Ok(())
}

/// Lists the tables that PostgreSQL reads from end to end for one request, and how many rows.
async fn full_scans(
    http: &mut Http,
    database: &mut Database,
    callers: &Callers,
    request: &Request,
) -> Result<Vec<String>> {
    let before = database.rows_of_full_scans().await?;
    send(http, callers, request)?;
    std::thread::sleep(COUNTED_AFTER);
    // Its own statements read single rows.
    send(http, callers, &("", "/courses/{course}?includeModules=false", false))?;
    std::thread::sleep(COUNTED_AFTER / 10);
    let after = database.rows_of_full_scans().await?;
    let rows = after.into_iter().map(|(table, rows)| (rows - before.get(&table).copied().unwrap_or(0), table));
    Ok(rows.filter(|(rows, _)| *rows >= SMALL_MAX_ROWS).map(|(rows, table)| format!("{table} {rows}")).collect())
}

fn callers(http: &mut Http) -> Result<Callers> {
    let login = http.post("/api/auth/login", None, &json!({ "email": EMAIL, "password": PASSWORD }))?;
    let learner = json!({ "email": "learner@example.com", "password": PASSWORD, "name": "김순자", "role": "STUDENT" });
    http.post("/api/auth/register", None, &learner)?;
    let learner =
        http.post("/api/auth/login", None, &json!({ "email": "learner@example.com", "password": PASSWORD }))?;
    let token = |login: &Value| login["access_token"].as_str().map(String::from).ok_or("no access_token");
    let id = |login: &Value| login["user"]["id"].as_i64().ok_or("no user.id");
    Ok(Callers {
        teacher: token(&login)?,
        learner: token(&learner)?,
        teacher_id: id(&login)?,
        learner_id: id(&learner)?,
    })
}

/// A request: its name, its path below the surface, and whether the instructor asks.
type Request = (&'static str, &'static str, bool);

/// `{course}` is a course with many learners, `{enrollment}` that of the learner in it, `{path}` their path.
const REQUESTS: [Request; 15] = [
    ("list, newest first", "/courses?sort=publishedAt:desc", false),
    ("list, most learners first", "/courses?sort=enrollmentCount:desc", false),
    ("list, best rated first", "/courses?sort=averageRating:desc", false),
    ("list of a category and a level", "/courses?category=category-1&level=intermediate", false),
    ("list of a tag", "/courses?tags=Skill%201", false),
    ("a course", "/courses/{course}?includeAssessments=true", false),
    ("my enrollments", "/my-enrollments", false),
    ("my progress in a course", "/progress/{enrollment}", false),
    ("summary", "/progress/summary", false),
    ("my results of an assessment", "/assessments/{course}/my-history", false),
    ("my certificates", "/my-certifications", false),
    ("my paths", "/my-paths", false),
    ("the next course of a path", "/paths/{path}/next-course", false),
    ("statistics of a course", "/courses/{course}/enrollment-stats", true),
    ("statistics of an assessment", "/assessments/{course}/statistics", true),
];

fn send(http: &mut Http, callers: &Callers, (name, path, by_teacher): &Request) -> Result<()> {
    let token = if *by_teacher { &callers.teacher } else { &callers.learner };
    let path = path.replace("{course}", &POPULAR_COURSE.to_string()).replace("{path}", &ASKING_PATH.to_string());
    let path = format!("{LEARNING}{}", path.replace("{enrollment}", &ASKING_ENROLLMENT.to_string()));
    http.get(&path, Some(token)).map(drop).map_err(|error| format!("{name}: {error}").into())
}

/// Sends each request some times, and returns the median and the longest time of each.
fn times(http: &mut Http, callers: &Callers, requests: u16) -> Result<Vec<(f64, f64)>> {
    let mut found = Vec::new();
    for request in &REQUESTS {
        let mut times = Vec::new();
        // The first one fills caches and is not counted.
        for n in 0..=requests {
            let begun = Instant::now();
            send(http, callers, request)?;
            if n > 0 {
                times.push(begun.elapsed().as_secs_f64() * 1000.0);
            }
        }
        times.sort_unstable_by(f64::total_cmp);
        let at = |n: usize| times.get(n).copied().unwrap_or_default();
        found.push((at(times.len() / 2), at(times.len() - 1)));
    }
    Ok(found)
}
