//! The rows of a year in a school with many learners, written straight into its database.

use std::ops::Range;

use crate::Result;
use crate::rows::Database;

/// Ids of courses, learners and enrollments begin here. The learner who asks has numbers above those of all others.
const FIRST: i64 = 1_000_000;
const ASKING: i64 = 1_000_000_000;
const COURSES: i64 = 200;
/// The courses of the instructor who asks. Another one teaches all others.
const OWN_COURSES: i64 = 10;
const OTHER_TEACHER: i64 = FIRST - 1;
const VIDEOS: i64 = 4;
const DAYS: i64 = 365;
/// The days on which a learner learns in the year.
const STUDY_DAYS: i64 = 20;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Of the school's zone, Asia/Seoul.
const ZONE_MS: i64 = 9 * 60 * 60 * 1000;

/// A course, and a learner, of whom lists are asked for.
pub const SOME_COURSE: i64 = FIRST + 3;
pub const SOME_LEARNER: i64 = FIRST + 7;
/// The days before today that have sums, once all are made.
pub const SUMMED_DAYS: i64 = DAYS - 1;

/// Returns the day that is `back` days before today, `YYYY-MM-DD`.
pub fn day(now_ms: i64, back: i64) -> String {
    // Days since the first of March of the year 0, in cycles of 400 years (146,097 days).
    let days = (now_ms + ZONE_MS).div_euclid(DAY_MS) - back + 719_468;
    let (cycle, of_cycle) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_cycle - of_cycle / 1_460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
    let of_year = of_cycle - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    format!("{:04}-{month:02}-{of_month:02}", year + cycle * 400 + i64::from(month <= 2))
}

impl Database {
    /// Makes the courses, and the enrollments of the learner who asks, in ten of them.
    pub async fn begin_year(&mut self, teacher: i64, learner: i64, now_ms: i64) -> Result<()> {
        self.run("begin".into()).await?;
        let other = format!("{OTHER_TEACHER}, {now_ms}, 'Other', 'INSTRUCTOR'");
        self.insert("people (id, created_ms, name, role)", &other, 0..1).await?;
        let columns =
            "courses (id, created_ms, updated_ms, code, poster_code, title, instructor, status, published_ms, price)";
        let values = format!(
            "i + {FIRST}, {now_ms}, {now_ms}, 'year-' || i, 'year-' || i, 'Course ' || i,
            case when i < {OWN_COURSES} then {teacher} else {OTHER_TEACHER} end, 'PUBLISHED', {now_ms}, 50000"
        );
        self.insert(columns, &values, 0..COURSES).await?;
        let columns = "classes (id, created_ms, updated_ms, course, name, is_default)";
        self.insert(columns, &format!("i + {FIRST}, 0, 0, i + {FIRST}, 'all', true"), 0..COURSES).await?;
        let columns = "units (id, created_ms, updated_ms, course, title, position)";
        self.insert(columns, &format!("i + {FIRST}, 0, 0, i + {FIRST}, 'Unit', 1"), 0..COURSES).await?;
        let columns = "items (id, created_ms, updated_ms, unit, kind, title, position, seconds, url)";
        let values = format!(
            "i + {FIRST}, 0, 0, i / {VIDEOS} + {FIRST}, 'VIDEO', 'Video ' || i, i % {VIDEOS}, 600, 'https://videos.example.com/' || i"
        );
        self.insert(columns, &values, 0..COURSES * VIDEOS).await?;
        let columns = "assessments (id, created_ms, updated_ms, course, unit, name, kind, mission_type)";
        let values = format!("i + {FIRST}, 0, 0, i + {FIRST}, i + {FIRST}, 'Mission', 'QUIZ', 'MULTIPLE_CHOICE'");
        self.insert(columns, &values, 0..COURSES).await?;
        let columns = "enrollments (id, created_ms, updated_ms, class, person, source, status, approved_ms)";
        let values = format!("i + {FIRST}, 0, 0, i - {ASKING} + {FIRST}, {learner}, 'APPLIED', 'APPROVED', {now_ms}");
        self.insert(columns, &values, ASKING..ASKING + 10).await?;
        self.watched(ASKING..ASKING + 10, now_ms).await?;
        self.run("commit".into()).await
    }

    /// Adds a year of these learners, and takes all sums back: they were made of another year.
    pub async fn add_learners(&mut self, learners: Range<i64>, now_ms: i64) -> Result<()> {
        self.run("begin".into()).await?;
        let of_year = format!("{now_ms} - (i % {DAYS}) * {DAY_MS}");
        let columns = "people (id, created_ms, name, role)";
        self.insert(columns, &format!("i + {FIRST}, {of_year}, 'Learner ' || i, 'STUDENT'"), learners.clone()).await?;
        let columns = "logins (created_ms, person, device, nonce, expires_ms)";
        self.insert(columns, &format!("{of_year}, i + {FIRST}, 'phone', '', {now_ms}"), learners.clone()).await?;
        let columns = "enrollments (id, created_ms, updated_ms, class, person, source, status, approved_ms)";
        let values = format!(
            "i + {FIRST}, {of_year}, {of_year}, i % {COURSES} + {FIRST}, i + {FIRST}, 'APPLIED',
            case i % 3 when 0 then 'COMPLETED' else 'APPROVED' end, {of_year}"
        );
        self.insert(columns, &values, learners.clone()).await?;
        let columns = "payments (id, created_ms, updated_ms, enrollment, amount, method, status, paid_ms)";
        let values = format!("i + {FIRST}, {of_year}, {of_year}, i + {FIRST}, 50000, 'card', 'CONFIRMED', {of_year}");
        self.insert(columns, &values, learners.clone()).await?;
        let added = format!("id >= {} and id < {}", learners.start + FIRST, learners.end + FIRST);
        self.run(format!(
            "insert into refunds (created_ms, updated_ms, payment, amount, reason, status, done_ms)
            select paid_ms, paid_ms, id, 20000, 'part', 'COMPLETED', paid_ms from payments where {added} and id % 10 = 0"
        ))
        .await?;
        let columns = "notifications (created_ms, person, kind, subject, data)";
        let values = format!(
            "{of_year}, i + {FIRST}, case i % 2 when 0 then 'ACCESS_ENDS_IN_7_DAYS' else 'ACCESS_ENDS_IN_1_DAY' end,
            i + {FIRST}, '{{}}'"
        );
        self.insert(columns, &values, learners.clone()).await?;
        self.watched(learners.clone(), now_ms).await?;
        self.days(learners.clone(), now_ms).await?;
        for sql in ["delete from course_days", "update school_days set is_summed = false, version = version + 1"] {
            self.run(sql.into()).await?;
        }
        self.run("commit".into()).await?;
        if let Database::Postgres(_) = self { self.run("vacuum analyze".into()).await } else { Ok(()) }
    }

    /// Adds the progress of these enrollments in the videos of their courses.
    async fn watched(&mut self, enrollments: Range<i64>, now_ms: i64) -> Result<()> {
        let (first, end) = (enrollments.start + FIRST, enrollments.end + FIRST);
        self.run(format!(
            "insert into item_progress (created_ms, updated_ms, enrollment, item, status, rate)
            select {now_ms}, {now_ms}, e.id, i.id, 'IN_PROGRESS', 50 from enrollments e join units u on u.course = e.class
            join items i on i.unit = u.id where e.id >= {first} and e.id < {end}"
        ))
        .await
    }

    /// Adds what these learners did on the days of the year.
    async fn days(&mut self, learners: Range<i64>, now_ms: i64) -> Result<()> {
        let days: Vec<String> = (0..DAYS).map(|n| format!("({n}, '{}')", day(now_ms, n))).collect();
        let numbers: Vec<String> = (0..STUDY_DAYS).map(|n| format!("({n})")).collect();
        let tables = format!(
            "with recursive d(n, day) as (values {}), k(n) as (values {}),
            l(i) as (select cast({} as bigint) union all select i + 1 from l where i + 1 < {})",
            days.join(", "),
            numbers.join(", "),
            learners.start,
            learners.end
        );
        self.run(format!(
            "insert into study_days (enrollment, course, item, day, seconds, rate) {tables}
            select l.i + {FIRST}, l.i % {COURSES} + {FIRST}, (l.i % {COURSES}) * {VIDEOS} + k.n % {VIDEOS} + {FIRST}, d.day, 600, 50
            from l cross join k join d on d.n = (l.i * 7 + k.n * 18) % {DAYS}"
        ))
        .await?;
        self.run(format!(
            "insert into completions (created_ms, updated_ms, enrollment, date, status) {tables}
            select 0, 0, l.i + {FIRST}, d.day, 'COMPLETED' from l join d on d.n = l.i % {DAYS} where l.i % 3 = 0"
        ))
        .await?;
        self.run(format!(
            "insert into visit_days (day, students, views, addresses, latest) {tables}
            select d.day, {n}, {n}, {n}, {n} from d where true on conflict (day) do update set students = excluded.students",
            n = learners.end * STUDY_DAYS / DAYS
        ))
        .await
    }

    /// Returns how many days have their sums.
    pub async fn summed_days(&mut self) -> Result<i64> {
        self.number("select count(*) from school_days where is_summed").await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_that_of_seoul() {
        let now_ms = 1_709_218_800_000; // 2024-02-29T15:00:00Z
        let days: Vec<String> = [0, 1, 60, 365].map(|back| day(now_ms, back)).into();
        assert_eq!(days, ["2024-03-01", "2024-02-29", "2024-01-01", "2023-03-02"]);
    }
}
