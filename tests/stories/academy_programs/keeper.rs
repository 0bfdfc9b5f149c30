//! The judge beside a server, as `gyosil serve` keeps it.

use super::*;
use crate::academy_categories::adds_minor;
use crate::academy_enrollments::enrolls;
use crate::crash::{over_both, teacher_of};
use crate::harness::process::Process;

fn flags(language: &str) -> [&str; 8] {
    ["--rate-limits", "off", "--instructor-signup", "open", "--judge", "on", "--judge-languages", language]
}

async fn academy_of(server: &Process) -> Academy {
    let teacher = teacher_of(server).await;
    let student = json!({ "email": "s@example.com", "password": PASSWORD, "name": "김학생", "role": "STUDENT" });
    let nobody = Person::nobody_at(server.address);
    nobody.post("/api/auth/register", student).await.is(201);
    let student = nobody.logs_in("s@example.com", PASSWORD).await;
    let course =
        teacher.post("/courses/major-categories/", json!({ "name": "코드" })).await.is(201)["id"].as_i64().unwrap();
    let minor = adds_minor(&teacher, course, "변수").await;
    let enrollment = enrolls(&student, course).await.is(201)["id"].to_string();
    Academy { teacher, student, course, minor, enrollment }
}

async fn has_judge(academy: &Academy) -> bool {
    let listed = academy.student.get("/missions/code-submission-questions/").await.is(200);
    let judge = &listed["languages"][0];
    assert_eq!(judge["reason"], Value::Null, "{judge}");
    judge["works"] == true
}

/// The processes that run `gyosil judge` for a server.
fn judges_of(server: &Process) -> Vec<i32> {
    let is_judge = |process: &std::path::Path| {
        let status = std::fs::read_to_string(process.join("stat")).unwrap_or_default();
        let parent = status.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(1)?.parse().ok());
        let words = std::fs::read_to_string(process.join("cmdline")).unwrap_or_default();
        parent == Some(server.id()) && words.contains("\0judge\0")
    };
    let processes = std::fs::read_dir("/proc").unwrap().flatten().map(|process| process.path());
    processes.filter(|path| is_judge(path)).filter_map(|path| path.file_name()?.to_str()?.parse().ok()).collect()
}

#[test]
fn a_server_keeps_a_judge_that_loses_no_program_and_ends_with_it() {
    over_both(|folder, database| async move {
        let server = Process::serves(folder.path(), &database, &flags("javascript"));
        let academy = academy_of(&server).await;
        until("a judge", async || has_judge(&academy).await.then_some(())).await;
        let (_, question) = asks_for_sums(&academy, json!({})).await;

        let id = sent(&academy.student, question, "for (;;);").await;
        let status = async || academy.student.get(&path(id)).await.is(200)["status"].clone();
        until("the run", async || (status().await == "RUNNING").then_some(())).await;
        let judges = judges_of(&server);
        assert_eq!(judges.len(), 1);
        // SAFETY: the process is a child of the server that this story has started.
        unsafe { libc::kill(judges[0], libc::SIGKILL) };
        until("the report of another judge", async || (status().await == "JUDGED").then_some(())).await;
        let another = judges_of(&server);
        assert!(another.len() == 1 && another != judges, "{judges:?} {another:?}");
        let sum = judged(&academy.student, question, SUM).await;
        assert_eq!(sum["points"], 9.0);

        server.stops();
        let is_there = || std::path::Path::new(&format!("/proc/{}/exe", another[0])).exists();
        until("the end of the judge", async || (!is_there()).then_some(())).await;
    });
}

/// The number of the process that started this one, unless it has ended.
fn parent_of(process: i32) -> Option<i32> {
    let status = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut rest = status.rsplit(") ").next()?.split(' ');
    let has_ended = matches!(rest.next(), Some("Z" | "X"));
    rest.next()?.parse().ok().filter(|_| !has_ended)
}

/// The processes that a process has started, and those that these have.
fn descendants_of(process: i32) -> Vec<i32> {
    let names = std::fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let all: Vec<(i32, i32)> =
        names.filter_map(|name| name.parse().ok()).filter_map(|own| Some((own, parent_of(own)?))).collect();
    let mut found = vec![process];
    let mut at = 0;
    while let Some(parent) = found.get(at).copied() {
        found.extend(all.iter().filter(|(_, of)| *of == parent).map(|(own, _)| *own));
        at += 1;
    }
    found.split_off(1)
}

/// Is one of these the interpreter with a learner's program?
fn runs_python(processes: &[i32]) -> bool {
    let words = |process: &i32| std::fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
    processes.iter().map(words).any(|words| words.starts_with("/usr/bin/python3") && words.ends_with("/box/main.py\0"))
}

/// The whole way of a program in a language of boxes: HTTP, the queue, the judge's process, a box, and back.
#[test]
fn a_program_in_a_box_whose_judge_is_killed_is_judged_once_and_leaves_no_process() {
    if std::env::var("GYOSIL_TEST_BOXES").is_ok_and(|switch| switch == "off") {
        println!("boxes are not tested: GYOSIL_TEST_BOXES is off");
        return;
    }
    over_both(|folder, database| async move {
        let server = Process::serves(folder.path(), &database, &flags("python"));
        let academy = academy_of(&server).await;
        until("a judge", async || has_judge(&academy).await.then_some(())).await;
        let student = &academy.student;
        let new = json!({ "mission_type": "code_submission", "is_final": true });
        let mission = makes_mission(&academy.teacher, academy.minor, new).await;
        let question = asks_in(&academy, mission, "python").await;

        let id = sent(student, question, "while True: pass").await;
        let judge = judges_of(&server)[0];
        let in_box = until("the run", async || {
            let processes = descendants_of(judge);
            runs_python(&processes).then_some(processes)
        })
        .await;
        // SAFETY: the process is a child of the server that this story has started.
        unsafe { libc::kill(judge, libc::SIGKILL) };
        until("the end of the box", async || in_box.iter().all(|own| parent_of(*own).is_none()).then_some(())).await;
        let judged_program = until("the report of another judge", async || {
            let program = student.get(&path(id)).await.is(200);
            (program["status"] == "JUDGED").then_some(program)
        })
        .await;
        assert_eq!(outcomes(&judged_program), ["TOO_SLOW", "NOT_PASSED", "NOT_PASSED"]);
        let another = judges_of(&server);
        assert!(another.len() == 1 && another[0] != judge, "{judge} {another:?}");
        let notices = student.get("/api/notifications").await.ok()["notifications"].clone();
        let told = notices.as_array().unwrap().iter().filter(|notice| notice["type"] == "CODE_JUDGED");
        assert_eq!(told.count(), 1, "{notices}");

        let secret = folder.path().join("jwt-secret");
        assert!(secret.exists());
        let spy = judged(student, question, &format!("print(open('{}').read())", secret.display())).await;
        assert_eq!(spy["cases"][0]["outcome"], "CRASHED", "{spy}");
        assert!(spy["cases"][0]["detail"].as_str().unwrap().contains("FileNotFoundError"), "{spy}");
        let sum = judged(student, question, "print(sum(map(int, input().split())))").await;
        assert_eq!(sum["points"], 9.0);
        until("nothing in boxes", async || descendants_of(another[0]).is_empty().then_some(())).await;
    });
}
