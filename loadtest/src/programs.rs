//! Programs of learners: how many a second are taken in, judged and counted by a server and its judge that share one core.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use crate::Result;
use crate::gyosil::{EMAIL, PASSWORD, add_instructor, free_address, gyosil, wait_until_open};
use crate::http::Http;
use crate::machine::{self, Server};
use crate::tickets::by_many;

/// One person may have 20 programs that wait.
const QUESTIONS: usize = 15;
const LEARNERS: usize = 16;
/// The judge tries all languages before it takes the first program.
const JUDGE_READY_WITHIN: Duration = Duration::from_secs(60);
const JUDGED_WITHIN: Duration = Duration::from_secs(600);
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Reads two numbers and writes their sum.
const PROGRAMS: &[(&str, &str)] = &[
    ("javascript", "const [a, b] = readline().split(' ').map(Number); console.log(a + b)"),
    ("python", "a, b = map(int, input().split())\nprint(a + b)"),
    (
        "c",
        "#include <stdio.h>\nint main(void) { int a, b; if (scanf(\"%d %d\", &a, &b) == 2) printf(\"%d\\n\", a + b); }",
    ),
];

#[derive(Args)]
pub struct Options {
    /// The Gyosil to measure: the path of its binary
    #[arg(long)]
    gyosil: PathBuf,
    #[arg(long, default_value_t = 0)]
    server_core: usize,
    #[arg(long, default_value_t = 1)]
    load_core: usize,
}

pub fn run(options: &Options) -> Result<()> {
    machine::stay_on(options.load_core)?;
    let data = tempfile::tempdir()?;
    let address = free_address()?;
    let mut command = gyosil(&options.gyosil, data.path(), None);
    // Learners' programs run as another user, and find what they may see below /usr only.
    command.args(["--listen", &address.to_string(), "--judge-cores", "1"]).stdout(Stdio::null());
    let _server = Server::start(&mut command, options.server_core, options.load_core)?;
    wait_until_open(address)?;
    add_instructor(&options.gyosil, data.path(), None)?;
    let mut http = Http::connect(address)?;
    let teacher = token_of(&mut http, EMAIL)?;
    let course = json!({ "name": "알고리즘 기초", "price": 0 });
    let course = number(&http.post("/courses/major-categories/", Some(&teacher), &course)?)?;
    let unit = json!({ "major_category_id": course, "name": "입력과 출력" });
    let unit = number(&http.post("/courses/minor-categories/", Some(&teacher), &unit)?)?;
    let learners = (0..LEARNERS).map(|n| learner(&mut http, course, n)).collect::<Result<Vec<String>>>()?;
    println!("| language | programs | test cases of each | seconds | programs a second |\n|---|---|---|---|---|");
    for (language, code) in PROGRAMS {
        let mission = json!({ "minor_category_id": unit, "title": language, "mission_type": "code_submission" });
        let mission = number(&http.post("/missions/", Some(&teacher), &mission)?)?;
        if !is_run_here(&mut http, &teacher, mission, language)? {
            println!("| {language} | off on this machine | | | |");
            continue;
        }
        let ask = |_| question(&mut http, &teacher, mission, language);
        let questions = (0..QUESTIONS).map(ask).collect::<Result<Vec<i64>>>()?;
        let begun = Instant::now();
        let sent = by_many(&learners, |some| {
            let mut http = Http::connect(address)?;
            some.iter().map(|token| send_all(&mut http, token, &questions, code)).collect()
        })?;
        wait_until_judged(address, &learners, &sent)?;
        let seconds = begun.elapsed().as_secs_f64();
        let programs = LEARNERS * QUESTIONS;
        println!("| {language} | {programs} | {} | {seconds:.2} | {:.1} |", CASES.len(), programs as f64 / seconds);
    }
    Ok(())
}

const CASES: [(&str, &str); 3] = [("1 2", "3"), ("40 2", "42"), ("99 1", "100")];

fn number(made: &Value) -> Result<i64> {
    made["id"].as_i64().ok_or_else(|| format!("the answer has no id: {made}").into())
}

fn token_of(http: &mut Http, email: &str) -> Result<String> {
    let login = http.post("/api/auth/login", None, &json!({ "email": email, "password": PASSWORD }))?;
    let token = login["access_token"].as_str().ok_or("the answer has no token")?;
    Ok(token.to_owned())
}

/// Registers a learner and puts them into the course. Returns their token.
fn learner(http: &mut Http, course: i64, n: usize) -> Result<String> {
    let email = format!("learner{n}@example.com");
    let new = json!({ "email": email, "password": PASSWORD, "name": format!("김순자 {n}"), "role": "STUDENT" });
    http.post("/api/auth/register", None, &new)?;
    let token = token_of(http, &email)?;
    http.post("/courses/enrollments/", Some(&token), &json!({ "major_category_id": course }))?;
    Ok(token)
}

fn question(http: &mut Http, teacher: &str, mission: i64, language: &str) -> Result<i64> {
    let case = |(input, output)| json!({ "input_data": input, "expected_output": output, "is_sample": false });
    let new = json!({ "mission_id": mission, "problem_statement": "두 수의 합", "language": language, "points": 3,
        "time_limit": 2, "test_cases": CASES.map(case) });
    number(&http.post("/missions/code-submission-questions/", Some(teacher), &new)?)
}

/// Waits until the judge has tried the languages of this machine, and tells whether it runs this one.
fn is_run_here(http: &mut Http, teacher: &str, mission: i64, language: &str) -> Result<bool> {
    let begun = Instant::now();
    loop {
        match question(http, teacher, mission, language) {
            Ok(_) => return Ok(true),
            Err(error) if error.to_string().contains("503") && begun.elapsed() < JUDGE_READY_WITHIN => {}
            Err(error) if error.to_string().contains("409") => return Ok(false),
            Err(error) => return Err(error),
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Sends a program for each question. Returns the last one.
fn send_all(http: &mut Http, token: &str, questions: &[i64], code: &str) -> Result<i64> {
    let mut last = 0;
    for question in questions {
        let program = json!({ "code_submission_id": question, "submitted_code": code });
        last = number(&http.post("/missions/code-submissions/", Some(token), &program)?)?;
    }
    Ok(last)
}

/// Waits until all programs have all their points: a person's programs are judged in their order.
fn wait_until_judged(address: SocketAddr, learners: &[String], last: &[i64]) -> Result<()> {
    let mut http = Http::connect(address)?;
    let begun = Instant::now();
    for (token, program) in learners.iter().zip(last) {
        loop {
            let found = http.get(&format!("/missions/code-submissions/{program}/"), Some(token))?;
            match found["status"].as_str() {
                Some("JUDGED") if found["is_passed"] == true => break,
                Some("QUEUED" | "RUNNING") if begun.elapsed() < JUDGED_WITHIN => std::thread::sleep(LOOK_EVERY),
                _ => return Err(format!("a program did not pass: {found}").into()),
            }
        }
    }
    Ok(())
}
