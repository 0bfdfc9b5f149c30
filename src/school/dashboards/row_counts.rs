//! Numbers of rows that the lists of dashboards have: by day and course.

use crate::clock::DaySpan;
use crate::db::{Arg, Filter, Tx, args, placeholders, row_placeholders};
use crate::error::Result;
use crate::school::notifications::is_end_notice;

/// SQL: study time `d` is of a video. Items are looked up row by row: PostgreSQL would rather join all of them with all study time.
pub(super) const IS_VIDEO: &str = "(select i.kind from items i where i.id = d.item) = 'VIDEO'";
/// SQL: the number of rows of videos. As a condition, it would let PostgreSQL guess that hardly a row is one, and read all days.
const COUNT_VIDEOS: &str = "count((select i.id from items i where i.id = d.item and i.kind = 'VIDEO'))";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Records,
    Videos,
    Notices,
}

impl List {
    pub const ALL: [List; 3] = [List::Records, List::Videos, List::Notices];

    /// Returns the column of the sums in which its rows are counted.
    pub fn column(self) -> &'static str {
        match self {
            List::Records => "records",
            List::Videos => "videos",
            List::Notices => "notices",
        }
    }

    /// Adds the condition of a part of the school.
    pub fn only(self, filter: Filter, part: &Part) -> Filter {
        let is_notice = self == List::Notices;
        match part {
            Part::Whole => filter,
            Part::Courses(ids) => among(filter, if is_notice { "k.course" } else { "d.course" }, ids),
            Part::Learner { enrollments, .. } if !is_notice => among(filter, "d.enrollment", enrollments),
            Part::Learner { person, enrollments } => {
                among(filter.and("n.person = ?", Some(*person)), "n.subject", enrollments)
            }
        }
    }

    /// Counts the rows of these days in a part of the school: day, course, number, which may be 0.
    pub async fn counts(self, tx: &mut Tx, days: &[DaySpan], part: &Part) -> Result<Vec<(String, i64, i64)>> {
        if days.is_empty() {
            return Ok(Vec::new());
        }
        let (sql, args) = self.counting(days, part);
        tx.all(sql, args).await
    }

    pub(super) fn counting(self, days: &[DaySpan], part: &Part) -> (String, Vec<Arg>) {
        let (table, values) = table_of(days);
        // Each day is looked up by itself. With an equation instead of a range, both databases may read all days to build a table of
        // hashes or an index of their own, and SQLite may join in another order.
        let is_on = "d.day >= s.day and d.day <= s.day";
        let (from, on, course, count) = match self {
            List::Records => ("study_days d", is_on.to_owned(), "d.course", "count(distinct d.enrollment)"),
            List::Videos => ("study_days d", is_on.to_owned(), "d.course", COUNT_VIDEOS),
            List::Notices => (
                "notifications n cross join enrollments e cross join classes k",
                format!(
                    "n.created_ms >= s.starts_ms and n.created_ms < s.ends_ms and e.id = n.subject and k.id = e.class
                    and {}",
                    is_end_notice()
                ),
                "k.course",
                "count(*)",
            ),
        };
        let filter = self.only(Filter::of(&on, values), part);
        let sql = format!(
            "{table} select s.day, {course}, {count} from days s cross join {from} where {} group by s.day, {course}",
            filter.text
        );
        (sql, filter.args)
    }
}

/// Numbers of rows of the lists.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ListRows {
    pub records: i64,
    pub videos: i64,
    pub notices: i64,
}

impl ListRows {
    pub fn add(&mut self, list: List, rows: i64) {
        match list {
            List::Records => self.records += rows,
            List::Videos => self.videos += rows,
            List::Notices => self.notices += rows,
        }
    }
}

/// The part of the school that a list is of. Its courses or enrollments are known before the list is read: so each of them is looked
/// up by itself, whatever others did on these days.
#[derive(Debug)]
pub(super) enum Part {
    Whole,
    Courses(Vec<i64>),
    /// Enrollments of one person.
    Learner {
        person: i64,
        enrollments: Vec<i64>,
    },
}

/// Adds the condition that a column is one of these ids.
pub(super) fn among(mut filter: Filter, column: &str, ids: &[i64]) -> Filter {
    let (marks, values) = placeholders(ids, filter.args.len() + 1);
    filter.text.push_str(&format!(" and {column} in ({marks})"));
    filter.args.extend(values);
    filter
}

/// Builds SQL: a table `days` of these days, whose values begin at `$1`, and its values. There must be one at least. The table is filled
/// up with days without a name and without any time, so that few different statements are prepared.
pub(super) fn table_of(days: &[DaySpan]) -> (String, Vec<Arg>) {
    let rows = [1, 4, 16, 64, 366].into_iter().find(|rows| *rows >= days.len()).unwrap_or(days.len());
    let mut values: Vec<Arg> = days.iter().flat_map(|day| args![&day.date, day.starts_ms, day.ends_ms]).collect();
    (days.len()..rows).for_each(|_| values.extend(args!["", 0_i64, 0_i64]));
    (format!("with days (day, starts_ms, ends_ms) as (values {})", row_placeholders(rows, 3)), values)
}
