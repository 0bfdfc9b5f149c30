//! The rows of a large school, written straight into its database: through the API they would take hours.

use std::collections::BTreeMap;
use std::ops::Range;

use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection, Executor};

use crate::Result;

/// Ids of courses, their classes and enrollments begin here, and ids of people where the server draws none.
const FIRST: i64 = 1_000_000;
const FIRST_PERSON: i64 = 1_000_000;
const ENROLLMENTS_OF_A_PERSON: i64 = 10;
/// Each person is in one of the first courses, and in nine of all.
const POPULAR: i64 = 10;
const UNITS: i64 = 3;
const SKILLS: i64 = 200;
const DESCRIPTION_BYTES: usize = 2_000;
const COURSES_OF_A_PATH: i64 = 4;
/// The number of the learner who asks, above those of all other people and enrollments.
const ASKING: i64 = 1_000_000_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A course that a tenth of a tenth of all enrollments are in, and its assessment, which has the same id.
pub const POPULAR_COURSE: i64 = FIRST + 3;
/// The enrollment of the learner who asks in `POPULAR_COURSE`, and their path.
pub const ASKING_ENROLLMENT: i64 = FIRST + ASKING + 3;
pub const ASKING_PATH: i64 = FIRST + ASKING;

/// How large the school is: courses, and enrollments in them.
#[derive(Clone, Copy)]
pub struct Size {
    pub courses: i64,
    pub enrollments: i64,
}

pub enum Database {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Database {
    pub async fn connect(url: &str) -> Result<Database> {
        Ok(match url.starts_with("sqlite:") {
            true => Database::Sqlite(SqliteConnection::connect(url).await?),
            false => Database::Postgres(PgConnection::connect(url).await?),
        })
    }

    pub(crate) async fn run(&mut self, sql: String) -> Result<()> {
        let sql = AssertSqlSafe(sql);
        match self {
            Database::Sqlite(connection) => connection.execute(sql).await.map(drop)?,
            Database::Postgres(connection) => connection.execute(sql).await.map(drop)?,
        }
        Ok(())
    }

    /// Adds what a school of size `to` has more than one of size `from`. `now_ms` is the time of now.
    pub async fn grow(&mut self, from: Size, to: Size, teacher: i64, now_ms: i64) -> Result<()> {
        self.run("begin".into()).await?;
        if from.courses == 0 {
            let columns = "skills (id, created_ms, name, folded)";
            self.insert(columns, "i + 1000000, 0, 'Skill ' || i, 'skill ' || i", 0..SKILLS).await?;
        }
        self.courses(from.courses..to.courses, teacher, now_ms).await?;
        let people = from.enrollments / ENROLLMENTS_OF_A_PERSON..to.enrollments / ENROLLMENTS_OF_A_PERSON;
        self.people(people.clone()).await?;
        self.paths(&format!("i + {FIRST_PERSON}"), people, to.courses).await?;
        self.enrollments(from.enrollments..to.enrollments, to.courses, now_ms).await?;
        self.count_courses().await?;
        self.run("commit".into()).await?;
        // PostgreSQL does so by itself sooner or later. Gyosil never asks SQLite to.
        match self {
            Database::Sqlite(_) => Ok(()),
            Database::Postgres(_) => self.run("vacuum analyze".into()).await,
        }
    }

    /// Reads a number.
    pub(crate) async fn number(&mut self, sql: &'static str) -> Result<i64> {
        let row: (i64,) = match self {
            Database::Sqlite(connection) => sqlx::query_as(sql).fetch_one(connection).await?,
            Database::Postgres(connection) => sqlx::query_as(sql).fetch_one(connection).await?,
        };
        Ok(row.0)
    }

    /// Counts, by table, the rows that PostgreSQL has read so far by going through whole tables. SQLite counts nothing.
    pub async fn rows_of_full_scans(&mut self) -> Result<BTreeMap<String, i64>> {
        let Database::Postgres(connection) = self else { return Ok(BTreeMap::new()) };
        let sql = "select relname::text, seq_tup_read from pg_stat_user_tables";
        let counts: Vec<(String, i64)> = sqlx::query_as(sql).fetch_all(connection).await?;
        Ok(counts.into_iter().collect())
    }

    /// Inserts one row for each number `i`.
    pub(crate) async fn insert(&mut self, columns: &str, values: &str, numbers: Range<i64>) -> Result<()> {
        if numbers.is_empty() {
            return Ok(());
        }
        let (first, end) = (numbers.start, numbers.end);
        let sql = format!(
            "insert into {columns} with recursive n(i) as (select cast({first} as bigint) union all
                select i + 1 from n where i + 1 < {end}) select {values} from n where true on conflict do nothing"
        );
        self.run(sql).await
    }

    async fn courses(&mut self, numbers: Range<i64>, teacher: i64, now_ms: i64) -> Result<()> {
        let columns =
            "courses (id, created_ms, updated_ms, code, poster_code, title, description, level, category, instructor,
            status, published_ms, minutes)";
        let description = "What one learns here. ".repeat(DESCRIPTION_BYTES / 22);
        let levels =
            "case i % 4 when 0 then 'BEGINNER' when 1 then 'INTERMEDIATE' when 2 then 'ADVANCED' else 'EXPERT' end";
        let values = format!(
            "i + {FIRST}, {now_ms} - i * 1000, {now_ms}, 'large-' || i, 'large-' || i, 'Course ' || i, '{description}', {levels},
            'category-' || (i % 20), {teacher}, 'PUBLISHED', {now_ms} - i * 1000, 480"
        );
        self.insert(columns, &values, numbers.clone()).await?;
        let columns = "classes (id, created_ms, updated_ms, course, name, is_default)";
        self.insert(columns, &format!("i + {FIRST}, 0, 0, i + {FIRST}, 'all', true"), numbers.clone()).await?;
        let (first, end) = (numbers.start + FIRST, numbers.end + FIRST);
        let added = format!("id >= {first} and id < {end}");
        let units = format!(
            "insert into units (created_ms, updated_ms, course, title, position, minutes)
            select 0, 0, id, 'Unit ' || p.n, p.n, 160 from courses, (select 1 as n union all select 2 union all select {UNITS}) p
            where {added}"
        );
        let items = format!(
            "insert into items (created_ms, updated_ms, unit, kind, title, position)
            select 0, 0, u.id, 'VIDEO', 'Material ' || p.n, p.n
            from units u, (select 1 as n union all select 2 union all select 3) p
            where u.course >= {first} and u.course < {end}"
        );
        let skills = format!(
            "insert into course_skills (course, skill, position) select id, 1000000 + id % {SKILLS}, 0 from courses where {added}
            union all select id, 1000000 + (id + 7) % {SKILLS}, 1 from courses where {added}"
        );
        let assessments = format!(
            "insert into assessments (id, created_ms, updated_ms, course, name, kind)
            select id, 0, 0, id, 'Exam', 'EXAM' from courses where {added}"
        );
        let questions = format!(
            "insert into questions (created_ms, updated_ms, assessment, position, kind, text, answer, points)
            select 0, 0, id, p.n, 'SHORT_TEXT', 'Question ' || p.n, 'a', 10
            from courses, (select 0 as n union all select 1 union all select 2) p where {added}"
        );
        for sql in [units, items, skills, assessments, questions] {
            self.run(sql).await?;
        }
        Ok(())
    }

    async fn people(&mut self, numbers: Range<i64>) -> Result<()> {
        let columns = "people (id, created_ms, name, role)";
        self.insert(columns, &format!("i + {FIRST_PERSON}, 0, 'Learner ' || i, 'STUDENT'"), numbers).await
    }

    /// Writes what the server keeps for the lists of courses: their number, and the numbers that they are sorted by.
    async fn count_courses(&mut self) -> Result<()> {
        self.run("delete from course_counts".into()).await?;
        let counts = "insert into course_counts (status, level, category, courses)
            select status, level, category, count(*) from courses where deleted_ms is null group by status, level, category";
        self.run(counts.into()).await?;
        let sorted = "update courses set
            sorted_enrolled = (select count(*) from classes k join enrollments e on e.class = k.id
                where k.course = courses.id and e.status in ('APPROVED', 'COMPLETED')),
            sorted_stars = (select coalesce(avg(r.stars), 0) from ratings r where r.course = courses.id)";
        self.run(sorted.into()).await
    }

    /// Makes a path for each of these people.
    async fn paths(&mut self, person: &str, numbers: Range<i64>, courses: i64) -> Result<()> {
        let columns = "paths (id, created_ms, updated_ms, person, title, target_level)";
        self.insert(columns, &format!("i + {FIRST}, 0, 0, {person}, 'Path', 'EXPERT'"), numbers.clone()).await?;
        for n in 0..COURSES_OF_A_PATH {
            let columns = "path_courses (path, course, position, priority, reason)";
            let values = format!("i + {FIRST}, (i * 7 + {n} * 13) % {courses} + {FIRST}, {n}, 50, 'NEXT'");
            self.insert(columns, &values, numbers.clone()).await?;
        }
        for n in 0..2 {
            let values = format!("i + {FIRST}, (i + {n} * 7) % {SKILLS} + 1000000, {n}");
            self.insert("path_skills (path, skill, position)", &values, numbers.clone()).await?;
        }
        Ok(())
    }

    async fn enrollments(&mut self, numbers: Range<i64>, courses: i64, now_ms: i64) -> Result<()> {
        let course = format!(
            "case i % {ENROLLMENTS_OF_A_PERSON} when 0 then (i / {ENROLLMENTS_OF_A_PERSON}) % {POPULAR}
                else (i * 7919) % {courses} end"
        );
        let person = format!("i / {ENROLLMENTS_OF_A_PERSON} + {FIRST_PERSON}");
        self.enroll(&course, &person, numbers, now_ms).await
    }

    /// Enrolls the learner who asks in ten courses, with something done in each, and makes their path. All that is theirs stays
    /// as it is while the school grows.
    pub async fn enroll_learner(&mut self, person: i64, now_ms: i64) -> Result<()> {
        let person = person.to_string();
        self.paths(&person, ASKING..ASKING + 1, POPULAR).await?;
        self.enroll("i % 10", &person, ASKING..ASKING + ENROLLMENTS_OF_A_PERSON, now_ms).await
    }

    async fn enroll(&mut self, course: &str, person: &str, numbers: Range<i64>, now_ms: i64) -> Result<()> {
        let columns = "enrollments (id, created_ms, updated_ms, class, person, source, status, approved_ms, started_ms,
            accessed_ms, completed_ms, failed_ms)";
        let completed = "(i % 10 in (6, 7, 8) or (i % 10 = 0 and i / 10 % 3 = 0))";
        let begun = format!("{now_ms} - (i % 90) * {DAY_MS}");
        let values = format!(
            "i + {FIRST}, {begun}, {begun}, ({course}) + {FIRST}, {person}, 'APPLIED',
            case when {completed} then 'COMPLETED' else 'APPROVED' end, {begun}, {begun}, {begun},
            case when {completed} then {begun} + 3600000 end, case when i % 10 = 9 then {begun} + 3600000 end"
        );
        self.insert(columns, &values, numbers.clone()).await?;
        let added = format!("e.id >= {} and e.id < {}", numbers.start + FIRST, numbers.end + FIRST);
        let progress = format!(
            "insert into item_progress (created_ms, updated_ms, enrollment, item, status, rate, started_ms, completed_ms)
            select e.created_ms, e.created_ms, e.id, i.id, 'COMPLETED', 100, e.created_ms, e.created_ms + 600000
            from enrollments e join units u on u.course = e.class join items i on i.unit = u.id
            where {added} and (u.position = 1 or e.status = 'COMPLETED')"
        );
        let days = format!(
            "insert into study_days (enrollment, course, item, day, seconds, rate)
            select p.enrollment, e.class, p.item, '2026-01-01', 900, 100 from item_progress p join enrollments e on e.id = p.enrollment
            where {added}"
        );
        let attempts = format!(
            "insert into attempts (created_ms, updated_ms, enrollment, assessment, number, started_ms, submitted_ms, graded_ms,
                score)
            select e.created_ms, e.created_ms, e.id, a.id, 1, e.created_ms, e.created_ms + 1800000, e.created_ms + 1800000,
                e.id % 101
            from enrollments e join assessments a on a.course = e.class where {added}
                and (e.id % 10 >= 5 or e.class = {POPULAR_COURSE})"
        );
        let answers = format!(
            "insert into answers (created_ms, updated_ms, attempt, question, value, points, correct)
            select t.created_ms, t.created_ms, t.id, q.id, 'a', 0, (t.id + q.position) % (q.position + 2) = 0
            from enrollments e join attempts t on t.enrollment = e.id join questions q on q.assessment = t.assessment
            where {added}"
        );
        let ratings = format!(
            "insert into ratings (course, person, created_ms, updated_ms, stars)
            select e.class, e.person, 0, 0, 1 + e.id % 5 from enrollments e where {added} and e.id % 3 = 0
            on conflict do nothing"
        );
        let certificates = format!(
            "insert into certificates (created_ms, enrollment, uuid, number, code, signature, facts)
            select e.completed_ms, e.id, 'large-' || e.id, 'large-' || e.id, 'large-' || e.id, 'none',
                '{{\"number\":\"\",\"uuid\":\"\",\"code\":\"\",\"name\":\"\",\"course\":\"\",\"completed\":\"2026-01-01\",' ||
                '\"issued\":\"2026-01-01\",\"issuer\":\"\",\"instructor\":\"\"}}'
            from enrollments e where {added} and e.status = 'COMPLETED'"
        );
        for sql in [progress, days, attempts, answers, ratings, certificates] {
            self.run(sql).await?;
        }
        Ok(())
    }
}
