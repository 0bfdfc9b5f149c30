//! Statements that a request runs, as the server's log shows them: how many they are, and how PostgreSQL plans them.

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

use crate::academy_missions::{Academy, makes_mission};
use crate::harness::learning::at;
use crate::harness::people::Person;
use crate::harness::process::Process;
use crate::harness::{Backend, School, on, on_both, until};
use crate::learning_courses::{enrolled, teaches};

const COURSES: usize = 20;

/// The same school, in a process that logs every statement.
pub async fn logs_statements(school: &mut School) -> Process {
    school.closes().await;
    let flags = ["--log-form", "json", "--rate-limits", "off"];
    Process::serves_logging(&school.data(), school.database(), &flags, "info,sqlx::query=debug")
}

/// Sends a request under an id.
async fn asks(person: &Person, path: &str, id: &str) -> Value {
    person.asks(Method::GET, &at(path), None, &[("x-request-id", id)]).await.ok()
}

/// Lists the statements of the request with this id.
fn statements(server: &Process, id: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in server.log().lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let fields = &line["fields"];
        if line["span"]["id"] == id
            && let (Some(whole), Some(summary)) = (fields["db.statement"].as_str(), fields["summary"].as_str())
        {
            // A short statement is its own summary.
            found.push(if whole.is_empty() { summary } else { whole }.trim().to_owned());
        }
    }
    found
}

#[test]
fn a_list_of_twenty_courses_costs_as_many_statements_as_a_list_of_one() {
    on_both(|mut school| async move {
        let (teacher, beginner, learner) =
            (school.teacher().await, school.student("김학생").await, school.student("이학생").await);
        for n in 0..COURSES {
            let course = teaches(&teacher, json!({ "title": format!("講座{n}"), "tags": ["a", "b"] })).await;
            enrolled(&learner, &course).await;
            if n == 0 {
                enrolled(&beginner, &course).await;
            }
        }
        let server = logs_statements(&mut school).await;
        let (beginner, learner) = (beginner.at(server.address), learner.at(server.address));
        let popular = "/courses?sort=enrollmentCount:desc&tags=a";
        for (list, few, many) in [
            ("items", (&learner, "/courses?limit=1".to_owned()), (&learner, "/courses?limit=20".to_owned())),
            ("items", (&learner, format!("{popular}&limit=1")), (&learner, format!("{popular}&limit=20"))),
            ("enrollments", (&beginner, "/my-enrollments".to_owned()), (&learner, "/my-enrollments".to_owned())),
        ] {
            let mut counted = Vec::new();
            for (n, (person, path)) in [few, many].iter().enumerate() {
                let id = format!("{n}-{}", counted_id(path));
                let length = asks(person, path, &id).await[list].as_array().unwrap().len();
                assert_eq!(length, [1, COURSES][n], "{path}");
                counted.push(id);
            }
            // The last statement of a request may be logged after its answer.
            until("equal numbers of statements", async || {
                let counts: Vec<usize> = counted.iter().map(|id| statements(&server, id).len()).collect();
                println!("{list}: {counts:?}");
                (counts[0] == counts[1] && counts[0] > 2).then_some(())
            })
            .await;
        }
    });
}

/// Makes an id of a request from its path.
fn counted_id(path: &str) -> String {
    path.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Fills a school with courses, learners and what they did, so that reading a whole table costs more than an index.
async fn grows(connection: &mut PgConnection, teacher: &Person) {
    let teacher = teacher.id;
    for sql in [
        "insert into skills (id, created_ms, name, folded) select i, 0, i, i from generate_series(1000001, 1005000) i".to_owned(),
        "insert into people (id, created_ms, name, role) select i, 0, i, 'STUDENT' from generate_series(1000001, 1005000) i".into(),
        format!(
            "insert into courses (id, created_ms, updated_ms, code, poster_code, title, category, instructor, status, published_ms)
            select i, 0, 0, i, i, i, i % 50, {teacher}, 'PUBLISHED', i from generate_series(1000001, 1002000) i"
        ),
        "insert into classes (id, created_ms, updated_ms, course, name, is_default)
            select id, 0, 0, id, 'class', true from courses where id > 1000000"
            .into(),
        "insert into classes (created_ms, updated_ms, course, name, is_default)
            select 0, 0, c.id, n, false from courses c, generate_series(1, 4) n where c.id > 1000000"
            .into(),
        "insert into units (created_ms, updated_ms, course, title, position)
            select 0, 0, c.id, n, n from courses c, generate_series(1, 3) n"
            .into(),
        "insert into items (created_ms, updated_ms, unit, kind, title, position) select 0, 0, id, 'VIDEO', 'a', 1 from units".into(),
        "insert into course_skills (course, skill, position) select id, id + n, n from courses, generate_series(0, 1) n
            where id > 1000000"
            .into(),
        "insert into assessments (id, created_ms, updated_ms, course, name, kind)
            select id, 0, 0, id, 'a', 'EXAM' from courses where id > 1000000"
            .into(),
        "insert into questions (created_ms, updated_ms, assessment, position, kind, text, points)
            select 0, 0, id, n, 'SHORT_TEXT', 'a', 1 from assessments, generate_series(0, 1) n"
            .into(),
        "insert into enrollments (created_ms, updated_ms, class, person, source, status, completed_ms)
            select 0, 0, 1000001 + (p.id * 7 + n * 311) % 2000, p.id, 'APPLIED', case n when 0 then 'COMPLETED' else 'APPROVED' end, 1
            from people p, generate_series(0, 3) n where p.role = 'STUDENT'"
            .into(),
        "insert into item_progress (created_ms, updated_ms, enrollment, item, status, started_ms, completed_ms)
            select 0, 0, e.id, i.id, 'COMPLETED', 0, 1 from enrollments e join units u on u.course = e.class
            join items i on i.unit = u.id"
            .into(),
        "insert into unit_progress (enrollment, unit, completed_ms) select e.id, u.id, 1 from enrollments e
            join units u on u.course = e.class where u.position = 1"
            .into(),
        "insert into course_prerequisites (course, needs) select id, id - 1 from courses where id > 1000001".into(),
        "insert into logins (created_ms, person, device, nonce, expires_ms) select 0, id, id, '', 0 from people".into(),
        "insert into study_days (enrollment, course, item, day, seconds)
            select p.enrollment, e.class, p.item, '2026-11-01', 60 from item_progress p join enrollments e on e.id = p.enrollment".into(),
        "insert into attempts (created_ms, updated_ms, enrollment, assessment, number, started_ms, submitted_ms, score)
            select 0, 0, id, class, 1, 0, 1, id % 100 from enrollments"
            .into(),
        "insert into answers (created_ms, updated_ms, attempt, question, value, correct)
            select 0, 0, t.id, q.id, 'a', true from attempts t join questions q on q.assessment = t.assessment"
            .into(),
        "insert into ratings (course, person, created_ms, updated_ms, stars) select class, person, 0, 0, 5 from enrollments".into(),
        "insert into certificates (created_ms, enrollment, uuid, number, code, facts, signature)
            select 0, id, id, id, id, '{\"number\":\"\",\"uuid\":\"\",\"code\":\"\",\"name\":\"\",\"course\":\"\",
                \"completed\":\"2026-11-01\",\"issued\":\"2026-11-01\",\"issuer\":\"\",\"instructor\":\"\"}', ''
            from enrollments where status = 'COMPLETED'"
            .into(),
        "insert into paths (id, created_ms, updated_ms, person, title, target_level)
            select id, 0, 0, id, 'a', 'EXPERT' from people where role = 'STUDENT'"
            .into(),
        "insert into path_courses (path, course, position, priority, reason)
            select p.id, 1000001 + (p.id + n) % 2000, n, 50, 'NEXT' from paths p, generate_series(0, 3) n"
            .into(),
        "insert into path_skills (path, skill, position) select id, 1000001 + id % 5000, 0 from paths".into(),
    ] {
        // The server would give up a statement that takes so long on a slow machine.
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
    }
}

/// Explains a statement as PostgreSQL plans it for any values.
async fn explain(connection: &mut PgConnection, statement: &str) -> Vec<String> {
    let count = (1..10_000).take_while(|n| statement.contains(&format!("${n}"))).count();
    // A table of days tells no types, as the server's own values do.
    let statement = statement.replace("(values ($1, $2, $3)", "(values ($1::text, $2::bigint, $3::bigint)");
    let for_each = |word: &str| if count == 0 { String::new() } else { format!("({})", vec![word; count].join(", ")) };
    let prepare = |types: &str| AssertSqlSafe(format!("prepare asked {} as {statement}", for_each(types)));
    // Most values are numbers. Where a text is among them, PostgreSQL infers all types.
    if connection.execute(prepare("bigint")).await.is_err() {
        connection.execute(prepare("unknown")).await.unwrap();
    }
    let sql = AssertSqlSafe(format!("explain execute asked {}", for_each("null")));
    let lines = sqlx::raw_sql(sql).fetch_all(&mut *connection).await.unwrap();
    connection.execute("deallocate asked").await.unwrap();
    lines.iter().map(|line| line.get(0)).collect()
}

fn reads_all(line: &str, table: &str) -> bool {
    line.split_once("Seq Scan on ").is_some_and(|(_, rest)| rest.split(' ').next() == Some(table))
}

/// A grown school in a process that logs its statements, and a connection by which they are explained.
struct GrownSchool {
    server: Process,
    connection: PgConnection,
    /// The tables that have many rows.
    large: Vec<String>,
}

impl GrownSchool {
    async fn of(school: &mut School, teacher: &Person) -> GrownSchool {
        let mut connection = PgConnection::connect(school.database()).await.unwrap();
        grows(&mut connection, teacher).await;
        let server = logs_statements(school).await;
        connection.execute("vacuum analyze").await.unwrap();
        connection.execute("set plan_cache_mode = force_generic_plan").await.unwrap();
        let sql = "select relname::text from pg_class where relkind = 'r' and reltuples >= 1000";
        let large: Vec<(String,)> = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
        let large: Vec<String> =
            large.into_iter().map(|(table,)| table).filter(|table| !table.starts_with("pg_")).collect();
        assert_eq!(large.len(), 22, "{large:?}");
        GrownSchool { server, connection, large }
    }

    /// Explains the statements of a request that read.
    async fn plans(&mut self, id: &str) -> Vec<(String, Vec<String>)> {
        let mut plans = Vec::new();
        for statement in statements(&self.server, id) {
            if statement.starts_with("select") || statement.starts_with("with") {
                let plan = explain(&mut self.connection, &statement).await;
                plans.push((statement, plan));
            }
        }
        assert!(!plans.is_empty(), "{id}");
        plans
    }

    /// Tells of each large table that a statement reads from end to end.
    fn scans(&self, request: &str, statement: &str, plan: &[String]) -> Vec<String> {
        let is_scan = |table: &&String| plan.iter().any(|line| reads_all(line, table));
        let told = |table| format!("{request} reads all of {table}: {statement}\n{}", plan.join("\n"));
        self.large.iter().filter(is_scan).map(told).collect()
    }
}

#[test]
fn a_request_of_the_learning_surface_reads_no_table_from_end_to_end() {
    on(Backend::Postgres, &[], |mut school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        let mut grown = GrownSchool::of(&mut school, &teacher).await;
        let (teacher, student) = (teacher.at(grown.server.address), student.at(grown.server.address));
        let sql = "select e.id from enrollments e where e.person = $1 order by e.id limit 1";
        let found = sqlx::query_as(sql).bind(student.id).fetch_one(&mut grown.connection);
        let (enrollment,): (i64,) = found.await.unwrap();
        let sql = "select class from enrollments where id = $1";
        let (course,): (i64,) = sqlx::query_as(sql).bind(enrollment).fetch_one(&mut grown.connection).await.unwrap();
        let mut scans = Vec::new();
        let path = student.id;
        for (n, (person, request)) in [
            (&student, "/courses".to_owned()),
            (&student, "/courses?sort=enrollmentCount:desc".into()),
            (&student, "/courses?sort=averageRating:desc".into()),
            (&student, "/courses?sort=averageRating:desc&status=published&level=expert".into()),
            (&student, "/courses?category=7".into()),
            (&teacher, "/courses".into()),
            (&student, "/courses?tags=1000007".into()),
            (&student, format!("/courses/{course}?includeAssessments=true")),
            (&student, "/my-enrollments".into()),
            (&student, format!("/progress/{enrollment}")),
            (&student, "/progress/summary".into()),
            (&student, format!("/assessments/{course}/my-history")),
            (&student, "/my-certifications".into()),
            (&student, "/my-paths".into()),
            (&student, format!("/paths/{path}/next-course")),
            (&teacher, format!("/courses/{course}/enrollment-stats")),
            (&teacher, format!("/assessments/{course}/statistics")),
        ]
        .iter()
        .enumerate()
        {
            let id = format!("request-{n}");
            asks(person, request, &id).await;
            for (statement, plan) in grown.plans(&id).await {
                scans.extend(grown.scans(request, &statement, &plan));
            }
        }
        assert!(scans.is_empty(), "{}", scans.join("\n\n"));
    });
}

#[test]
fn a_page_of_a_dashboard_reads_and_sorts_no_more_than_its_rows() {
    on(Backend::Postgres, &[], |mut school| async move {
        let (admin, teacher) = (school.admin().await, school.teacher().await);
        let today = school.app.clock.date_of(school.app.now_ms());
        let mut grown = GrownSchool::of(&mut school, &teacher).await;
        let learned_today = AssertSqlSafe(format!("update study_days set day = '{today}'"));
        grown.connection.execute(learned_today).await.unwrap();
        grown.connection.execute("vacuum analyze study_days").await.unwrap();
        let (admin, teacher) = (admin.at(grown.server.address), teacher.at(grown.server.address));
        let mut scans = Vec::new();
        for (n, (person, list)) in [
            (&admin, "learning-records"),
            (&admin, "video-progress"),
            (&admin, "expiration-notifications"),
            (&teacher, "learning-records"),
            (&teacher, "video-progress"),
        ]
        .into_iter()
        .enumerate()
        {
            let (id, path) = (format!("dashboard-{n}"), format!("/dashboards/{list}/"));
            let listed = person.asks(Method::GET, &path, None, &[("x-request-id", &id)]).await.is(200);
            assert_eq!(listed["count"].as_i64() > Some(10_000), n != 2, "{listed}");
            for (statement, plan) in grown.plans(&id).await {
                scans.extend(grown.scans(&path, &statement, &plan));
                let is_page = statement.contains("from study_days d") && statement.contains(" limit ");
                if is_page && person.id == admin.id {
                    assert!(!plan.iter().any(|line| line.contains("Sort")), "{statement}\n{}", plan.join("\n"));
                }
            }
        }
        assert!(scans.is_empty(), "{}", scans.join("\n\n"));
    });
}

#[test]
fn a_request_of_the_academy_reads_no_table_from_end_to_end() {
    on(Backend::Postgres, &[], |mut school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김학생").await);
        // All other courses are taught by someone else.
        let academy = Academy::by(school.another_teacher().await, student.clone()).await;
        let (_, questions) = academy.asks(&[1, 2], json!({})).await;
        makes_mission(&academy.teacher, academy.minor, json!({ "mission_type": "code_submission" })).await;
        let mut grown = GrownSchool::of(&mut school, &teacher).await;
        let (staff, student) = (academy.teacher.at(grown.server.address), student.at(grown.server.address));
        let answer = json!({ "selected_option": 1 });
        let mut scans = Vec::new();
        for (n, (person, method, path)) in [
            (&student, Method::GET, "/certificates/".to_owned()),
            (&student, Method::GET, "/certificates/preview/minor/1/".into()),
            (&student, Method::GET, "/certificates/download/major/1000001/".into()),
            (&student, Method::GET, "/dashboards/student-dashboard/".into()),
            (&student, Method::GET, "/progress/".into()),
            (&student, Method::GET, "/progress/overall/".into()),
            (&student, Method::GET, "/missions/multiple-choice-questions/".into()),
            (&student, Method::POST, format!("/missions/multiple-choice-questions/{}/", questions[0])),
            (&student, Method::POST, format!("/missions/multiple-choice-questions/{}/", questions[1])),
            (&student, Method::GET, "/missions/submissions/user/mcqs/".into()),
            (&staff, Method::GET, "/missions/multiple-choice-questions/".into()),
            (&staff, Method::GET, "/missions/code-submission-questions/".into()),
            (&staff, Method::GET, "/missions/submissions/all/mcqs/".into()),
            (&staff, Method::GET, "/missions/submissions/all/cs/".into()),
        ]
        .into_iter()
        .enumerate()
        {
            let id = format!("academy-{n}");
            let body = (method == Method::POST).then(|| answer.clone());
            let status = person.asks(method, &path, body, &[("x-request-id", &id)]).await.status;
            assert!(status < 300 || path.starts_with("/certificates/") && status < 410, "{path}: {status}");
            for (statement, plan) in grown.plans(&id).await {
                scans.extend(grown.scans(&path, &statement, &plan));
            }
        }
        assert!(scans.is_empty(), "{}", scans.join("\n\n"));
    });
}
