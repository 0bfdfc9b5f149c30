//! Lists of what learners did, the newest day first: learning of a day, videos of a day, and notices that an access ends.
//!
//! Such a list is far longer than any page of it. How many rows it has, and on which days those of a page are, is known from the
//! sums of days; then the rows of these days alone are read.

use std::collections::BTreeMap;

use super::days::unsummed;
use super::range::DayRange;
use super::row_counts::{IS_VIDEO, List, Part, among, table_of};
use crate::app::School;
use crate::clock::DaySpan;
use crate::db::{Arg, Filter, Tx, args, row};
use crate::error::Result;
use crate::school::enrollment::reminding;
use crate::school::logins::TICKET;
use crate::school::notifications::is_end_notice;
use crate::school::rights::{self, Caller, Role};
use crate::school::{Page, Window};

/// Conditions of a list. An instructor sees their own courses only.
#[derive(Debug, Default)]
pub struct ListFilter {
    pub person: Option<i64>,
    pub course: Option<i64>,
    pub range: DayRange,
}

row! {
    /// Learning of a person in a course on a day.
    #[derive(Debug)]
    pub struct LearningRecord {
        pub id: i64,
        pub person: i64,
        pub enrollment: i64,
        pub course: i64,
        /// The newest login that the person had by the end of the day.
        pub login: Option<i64>,
        pub day: String,
        pub seconds: i64,
    }
}

row! {
    /// Watching of a video on a day.
    #[derive(Debug)]
    pub struct VideoRecord {
        pub id: i64,
        pub person: i64,
        pub enrollment: i64,
        pub course: i64,
        pub item: i64,
        pub progress: i64,
        pub day: String,
        pub seconds: i64,
        /// Part of the video that was watched by the end of the day, in per cent.
        pub rate: f64,
    }
}

row! {
    struct NoticeRow {
        id: i64,
        person: i64,
        enrollment: i64,
        course: i64,
        kind: String,
        created_ms: i64,
        data: String,
    }
}

/// A notice that the access of an enrollment ends.
#[derive(Debug)]
pub struct ExpirationNotice {
    pub id: i64,
    pub person: i64,
    pub enrollment: i64,
    pub course: i64,
    pub day: String,
    /// Days before the end for which it was sent: 7 or 1.
    pub days_before: i64,
    /// The end of the access of which it told. The access may have got more time since.
    pub ends_ms: Option<i64>,
}

const NEWEST_FIRST: &str = "r.day desc, r.course desc, r.enrollment desc";
/// SQL: the person of row `r`.
const PERSON: &str = "(select e.person from enrollments e where e.id = r.enrollment) as person";

/// Counts the rows of a list by day.
async fn count_days(
    list: List,
    tx: &mut Tx,
    part: &Part,
    range: &[DaySpan],
    now_ms: i64,
) -> Result<BTreeMap<String, i64>> {
    let mut counts = BTreeMap::new();
    // One person has so few rows that they are counted as they are.
    if !matches!(part, Part::Learner { .. })
        && let (Some(first), Some(last)) = (range.first(), range.last())
    {
        let sql = "select day from school_days where day >= $1 and day <= $2 and is_summed";
        let summed: Vec<(String,)> = tx.all(sql, args![&first.date, &last.date]).await?;
        counts.extend(summed.into_iter().map(|(day,)| (day, 0)));
        let (sql, args) = stored(list, part, &first.date, &last.date);
        let stored: Vec<(String, i64)> = tx.all(sql, args).await?;
        // Only of days that are summed: others may have parts that are no longer right.
        for (day, rows) in stored {
            counts.entry(day).and_modify(|count| *count = rows);
        }
    }
    // Nobody learned before the first person came. Such days have no sums, and a range may have hundreds of them.
    let (first_ms,): (Option<i64>,) = tx.one("select min(created_ms) from people", args![]).await?;
    let mut days = unsummed(range, |day| counts.contains_key(day), now_ms);
    days.retain(|day| first_ms.is_some_and(|ms| ms < day.ends_ms));
    for (day, _, rows) in list.counts(tx, &days, part).await? {
        *counts.entry(day).or_default() += rows;
    }
    counts.retain(|_, rows| *rows > 0);
    Ok(counts)
}

fn stored(list: List, part: &Part, first: &str, last: &str) -> (String, Vec<Arg>) {
    let column = list.column();
    let Part::Courses(courses) = part else {
        let sql = format!("select day, {column} from school_days where day >= $1 and day <= $2 and is_summed");
        return (sql, args![first, last]);
    };
    // The days are hidden from the indexes: PostgreSQL would read those of all courses.
    let range = Filter::of("day || '' >= $1 and day || '' <= $2", args![first, last]);
    let of = among(range, "course", courses);
    (format!("select day, cast(sum({column}) as bigint) from course_days where {} group by day", of.text), of.args)
}

/// The days on which the rows of a page are, the oldest first, and the number of rows of the newest day that stand before the page.
#[derive(Debug, PartialEq, Eq)]
struct PageDays {
    oldest: String,
    newest: String,
    skipped: i64,
}

/// Finds the days of a page in the numbers of rows by day.
fn days_of_page(counts: &BTreeMap<String, i64>, window: Window) -> Option<PageDays> {
    let mut before = 0;
    let mut found: Option<PageDays> = None;
    for (day, rows) in counts.iter().rev() {
        let end = before + rows;
        match &mut found {
            None if end > window.offset => {
                let skipped = window.offset - before;
                found = Some(PageDays { oldest: day.clone(), newest: day.clone(), skipped });
            }
            None => {}
            Some(page) => page.oldest = day.clone(),
        }
        if end >= window.offset + window.limit {
            break;
        }
        before = end;
    }
    found
}

/// Finds the part of the school that a caller sees and asks for.
async fn part_of(tx: &mut Tx, caller: &Caller, (person, course): (Option<i64>, Option<i64>)) -> Result<Part> {
    if let Some(course) = course {
        rights::find_taught_course(tx, caller, course).await?;
    }
    let instructor = (caller.role != Role::Admin && course.is_none()).then_some(caller.id);
    if let Some(person) = person {
        let of = Filter::of("e.person = $1", args![person]).and("k.course = ?", course);
        let of = of
            .and("(select c.instructor from courses c where c.id = k.course and c.deleted_ms is null) = ?", instructor);
        let sql = format!("select e.id from enrollments e join classes k on k.id = e.class where {}", of.text);
        return Ok(Part::Learner { person, enrollments: ids(tx.all(sql, of.args).await?) });
    }
    Ok(match (course, instructor) {
        (Some(course), _) => Part::Courses(vec![course]),
        (None, Some(instructor)) => {
            let sql = "select id from courses where instructor = $1 and deleted_ms is null order by id";
            Part::Courses(ids(tx.all(sql, args![instructor]).await?))
        }
        (None, None) => Part::Whole,
    })
}

fn ids(rows: Vec<(i64,)>) -> Vec<i64> {
    rows.into_iter().map(|(id,)| id).collect()
}

/// The rows of a page: where and on which days they are, and how many rows of the newest day stand before them.
struct PageRows {
    tx: Tx,
    part: Part,
    total: i64,
    days: Vec<DaySpan>,
    skipped: i64,
}

async fn find_page(app: &School, caller: &Caller, list: List, filter: ListFilter, window: Window) -> Result<PageRows> {
    caller.must_be_staff()?;
    let range = filter.range.days(app)?;
    let mut tx = app.db.read().await?;
    let part = part_of(&mut tx, caller, (filter.person, filter.course)).await?;
    let counts = count_days(list, &mut tx, &part, &range, app.now_ms()).await?;
    let total = counts.values().sum();
    let page = days_of_page(&counts, window);
    let skipped = page.as_ref().map_or(0, |page| page.skipped);
    let is_on = |day: &&DaySpan| page.as_ref().is_some_and(|page| page.oldest <= day.date && day.date <= page.newest);
    Ok(PageRows { tx, part, total, days: range.iter().filter(is_on).cloned().collect(), skipped })
}

/// Lists who learned when, in which course and how long: a row for each enrollment and day. For staff.
pub async fn learning_records(
    app: &School,
    caller: &Caller,
    filter: ListFilter,
    window: Window,
) -> Result<Page<LearningRecord>> {
    let PageRows { mut tx, part, total, days, skipped } = find_page(app, caller, List::Records, filter, window).await?;
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return Ok(Page { rows: Vec::new(), total, window });
    };
    let (sql, args) = records(&part, &days, (&first.date, &last.date), (window.limit, skipped));
    Ok(Page { rows: tx.all(sql, args).await?, total, window })
}

fn records(part: &Part, days: &[DaySpan], ends: (&str, &str), (limit, skipped): (i64, i64)) -> (String, Vec<Arg>) {
    let (table, values) = table_of(days);
    let filter = within(values, "d.day", ends);
    let filter = List::Records.only(filter, part);
    let day = day_of(part);
    let select = "select min(d.id) as id, d.course, d.enrollment, d.day, cast(sum(d.seconds) as bigint) as seconds
        from study_days d";
    let n = filter.args.len();
    let sql = format!(
        "{table} select r.id, {PERSON}, r.enrollment, r.course, r.day, r.seconds, (select max(l.id) from logins l
            where l.person = (select e.person from enrollments e where e.id = r.enrollment) and l.created_ms < s.ends_ms and l.device <> '{TICKET}') as login
        from ({select} where {} group by d.day, d.course, d.enrollment
            order by {day} desc, d.course desc, d.enrollment desc limit ${} offset ${}) r
        join days s on s.day = r.day
        order by {NEWEST_FIRST}",
        filter.text,
        n + 1,
        n + 2
    );
    (sql, [filter.args, args![limit, skipped]].concat())
}

/// Builds SQL: the day by which rows of a part are sorted. For some courses or enrollments it is hidden from the indexes: with the one
/// over days, in which these rows stand in order, PostgreSQL would read what the whole school did on them.
fn day_of(part: &Part) -> &'static str {
    match part {
        Part::Courses(courses) if courses.len() == 1 => "d.day",
        Part::Whole => "d.day",
        Part::Courses(_) | Part::Learner { .. } => "d.day || ''",
    }
}

/// Begins a filter with the days of a column; the first places are taken by these values.
fn within(values: Vec<Arg>, column: &str, (first, last): (&str, &str)) -> Filter {
    let n = values.len();
    let text = format!("{column} >= ${} and {column} <= ${}", n + 1, n + 2);
    Filter::of(&text, [values, args![first, last]].concat())
}

/// Lists who watched which video when, how long and how far: a row for each progress and day. For staff.
pub async fn video_records(
    app: &School,
    caller: &Caller,
    filter: ListFilter,
    window: Window,
) -> Result<Page<VideoRecord>> {
    let PageRows { mut tx, part, total, days, skipped } = find_page(app, caller, List::Videos, filter, window).await?;
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return Ok(Page { rows: Vec::new(), total, window });
    };
    let (sql, args) = videos(&part, (&first.date, &last.date), (window.limit, skipped));
    Ok(Page { rows: tx.all(sql, args).await?, total, window })
}

fn videos(part: &Part, ends: (&str, &str), (limit, skipped): (i64, i64)) -> (String, Vec<Arg>) {
    let filter = List::Videos.only(within(Vec::new(), "d.day", ends), part);
    let order = format!("{} desc, d.course desc, d.enrollment desc, d.id desc", day_of(part));
    let n = filter.args.len();
    // The page is found in the index alone. What it shows is read row by row: PostgreSQL does not know that a page is short, and would
    // join all enrollments.
    let sql = format!(
        "select r.id, {PERSON}, r.enrollment, r.course, r.item,
            (select p.id from item_progress p where p.enrollment = r.enrollment and p.item = r.item) as progress, r.day,
            (select v.seconds from study_days v where v.id = r.id) as seconds,
            coalesce((select v.rate from study_days v where v.id = r.id), 0) as rate
        from (select d.id, d.day, d.course, d.enrollment, d.item from study_days d
            where {IS_VIDEO} and {} order by {order} limit ${} offset ${}) r
        order by {NEWEST_FIRST}, r.id desc",
        filter.text,
        n + 1,
        n + 2
    );
    (sql, [filter.args, args![limit, skipped]].concat())
}

/// Lists the notices that were sent before an access ended, the newest first. For staff.
pub async fn expiration_notices(
    app: &School,
    caller: &Caller,
    filter: ListFilter,
    window: Window,
) -> Result<Page<ExpirationNotice>> {
    let PageRows { mut tx, part, total, days, skipped } = find_page(app, caller, List::Notices, filter, window).await?;
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return Ok(Page { rows: Vec::new(), total, window });
    };
    let (sql, args) = notices(&part, (first.starts_ms, last.ends_ms), (window.limit, skipped));
    let rows: Vec<NoticeRow> = tx.all(sql, args).await?;
    let notice = |row: NoticeRow| ExpirationNotice {
        id: row.id,
        person: row.person,
        enrollment: row.enrollment,
        course: row.course,
        day: app.clock.date_of(row.created_ms),
        days_before: reminding::days_before(&row.kind),
        ends_ms: row.data.parse().ok(),
    };
    Ok(Page { rows: rows.into_iter().map(notice).collect(), total, window })
}

fn notices(part: &Part, (starts_ms, ends_ms): (i64, i64), (limit, skipped): (i64, i64)) -> (String, Vec<Arg>) {
    let condition = format!("{} and n.created_ms >= $1 and n.created_ms < $2", is_end_notice());
    let filter = List::Notices.only(Filter::of(&condition, args![starts_ms, ends_ms]), part);
    let n = filter.args.len();
    let sql = format!(
        "select n.id, n.person, n.subject as enrollment, k.course, n.kind, n.created_ms, n.data
        from notifications n join enrollments e on e.id = n.subject join classes k on k.id = e.class
        where {} order by n.created_ms desc, n.id desc limit ${} offset ${}",
        filter.text,
        n + 1,
        n + 2
    );
    (sql, [filter.args, args![limit, skipped]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    /// Parts of a school, and the index by which the rows of days in each are found.
    fn parts() -> [(Part, &'static str); 4] {
        [
            (Part::Whole, "study_days_day (day"),
            (Part::Courses(vec![1]), "study_days_course (course=? AND day"),
            (Part::Courses(vec![1, 2, 3]), "study_days_course (course=? AND day"),
            (Part::Learner { person: 1, enrollments: vec![1, 2] }, "study_days_enrollment (enrollment=? AND day"),
        ]
    }

    fn day() -> DaySpan {
        DaySpan { date: "2026-11-29".into(), label: String::new(), starts_ms: 1, ends_ms: 2 }
    }

    #[test]
    fn a_page_is_found_by_the_numbers_of_the_days() {
        let counts = [("2026-11-27", 5), ("2026-11-28", 1), ("2026-11-29", 3)];
        let counts: BTreeMap<String, i64> = counts.map(|(day, rows)| (day.to_owned(), rows)).into();
        let page = |offset, limit| {
            let found = days_of_page(&counts, Window { limit, offset })?;
            Some((found.oldest[8..].to_owned(), found.newest[8..].to_owned(), found.skipped))
        };
        let some = |oldest: &str, newest: &str, skipped| Some((oldest.to_owned(), newest.to_owned(), skipped));
        assert_eq!(page(0, 2), some("29", "29", 0));
        assert_eq!(page(2, 2), some("28", "29", 2));
        assert_eq!(page(0, 20), some("27", "29", 0));
        assert_eq!(page(3, 1), some("28", "28", 0));
        assert_eq!(page(4, 5), some("27", "27", 0));
        assert_eq!(page(8, 20), some("27", "27", 4));
        assert_eq!(page(9, 20), None);
    }

    #[tokio::test]
    async fn the_rows_of_a_page_are_found_by_what_they_are_of() {
        let ends = ("2026-11-29", "2026-11-29");
        let (sql, _) = videos(&Part::Whole, ends, (20, 0));
        let plan = sqlite_plan(&sql.replace('$', "")).await;
        assert!(plan.iter().any(|line| line.starts_with("SEARCH d USING COVERING INDEX study_days_day")), "{plan:#?}");
        let sorts = plan.iter().filter(|line| line.contains("TEMP B-TREE")).count();
        assert!(sorts <= 1, "only the rows of the page: {plan:#?}");
        for (part, index) in parts() {
            let (records, _) = records(&part, &[day()], ends, (20, 0));
            let (videos, _) = videos(&part, ends, (20, 0));
            for sql in [records, videos] {
                is_found(&sql, index).await;
            }
            is_found(&notices(&part, (1, 2), (20, 0)).0, index_of_notices(&part)).await;
        }
    }

    #[tokio::test]
    async fn rows_are_counted_by_what_they_are_of() {
        for days in [1, 300] {
            for (part, index) in parts() {
                for list in [List::Records, List::Videos] {
                    is_found(&list.counting(&vec![day(); days], &part).0, index).await;
                }
                let (sql, _) = List::Notices.counting(&vec![day(); days], &part);
                is_found(&sql, index_of_notices(&part)).await;
            }
        }
        let (sql, _) = stored(List::Records, &Part::Courses(vec![1, 2]), "2026-11-01", "2026-11-29");
        is_found(&sql, "course_days").await;
    }

    fn index_of_notices(part: &Part) -> &'static str {
        match part {
            Part::Learner { .. } => "notifications_once (person=? AND kind=? AND subject=?",
            Part::Whole | Part::Courses(_) => "notifications_of_ends (created_ms>? AND created_ms<?)",
        }
    }

    async fn is_found(sql: &str, index: &str) {
        // Numbers in the places of the values.
        let plan = sqlite_plan(&sql.replace('$', "")).await;
        assert!(plan.iter().any(|line| line.contains(index)), "{index}: {sql}\n{plan:#?}");
        let reads_all =
            |line: &String| line.contains("AUTOMATIC") || ["SCAN d", "SCAN n", "SCAN e"].contains(&line.as_str());
        assert!(!plan.iter().any(reads_all), "{sql}\n{plan:#?}");
    }
}
