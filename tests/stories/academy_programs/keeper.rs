//! The judge beside a server, as `gyosil serve` keeps it.

use super::*;
use crate::academy_categories::adds_minor;
use crate::academy_enrollments::enrolls;
use crate::crash::{over_both, teacher_of};
use crate::harness::process::Process;

const FLAGS: &[&str] =
    &["--rate-limits", "off", "--instructor-signup", "open", "--judge", "on", "--judge-languages", "javascript"];

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
        let server = Process::serves(folder.path(), &database, FLAGS);
        let teacher = teacher_of(&server).await;
        let student = json!({ "email": "s@example.com", "password": PASSWORD, "name": "김학생", "role": "STUDENT" });
        let nobody = Person::nobody_at(server.address);
        nobody.post("/api/auth/register", student).await.is(201);
        let student = nobody.logs_in("s@example.com", PASSWORD).await;
        let course =
            teacher.post("/courses/major-categories/", json!({ "name": "코드" })).await.is(201)["id"].as_i64().unwrap();
        let minor = adds_minor(&teacher, course, "변수").await;
        let enrollment = enrolls(&student, course).await.is(201)["id"].to_string();
        let academy = Academy { teacher, student, course, minor, enrollment };
        let languages =
            async || academy.student.get("/missions/code-submission-questions/").await.is(200)["languages"].clone();
        until("a judge", async || (languages().await[0]["works"] == true).then_some(())).await;
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
