//! A large school: what the learning surface reads of it is timed at a hundredth, a tenth and all of its size.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use clap::Args;
use serde_json::{Value, json};

use crate::Result;
use crate::gyosil::{EMAIL, PASSWORD, add_instructor, free_address, gyosil, wait_until_open};
use crate::http::Http;
use crate::machine::{self, Server};
use crate::rows::{Database, Size};

const LEARNING: &str = "/api/v1/bc-006/learning";

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
    Ok(())
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

/// The requests: their names, their paths below the surface, and whether the instructor asks. `{id}` is a course with many
/// learners.
const REQUESTS: [(&str, &str, bool); 10] = [
    ("list, newest first", "/courses?sort=publishedAt:desc", false),
    ("list, most learners first", "/courses?sort=enrollmentCount:desc", false),
    ("list, best rated first", "/courses?sort=averageRating:desc", false),
    ("list of a category and a level", "/courses?category=category-1&level=intermediate", false),
    ("list of a tag", "/courses?tags=Skill%201", false),
    ("a course", "/courses/{id}?includeAssessments=true", false),
    ("my enrollments", "/my-enrollments", false),
    ("summary", "/progress/summary", false),
    ("statistics of a course", "/courses/{id}/enrollment-stats", true),
    ("my certificates", "/my-certifications", false),
];

/// Sends each request some times, and returns the median and the longest time of each.
fn times(http: &mut Http, callers: &Callers, requests: u16) -> Result<Vec<(f64, f64)>> {
    let mut found = Vec::new();
    for (name, path, by_teacher) in REQUESTS {
        let token = if by_teacher { &callers.teacher } else { &callers.learner };
        let path = format!("{LEARNING}{}", path.replace("{id}", "1000003"));
        let mut times = Vec::new();
        // The first one fills caches and is not counted.
        for n in 0..=requests {
            let begun = Instant::now();
            http.get(&path, Some(token)).map_err(|error| format!("{name}: {error}"))?;
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
