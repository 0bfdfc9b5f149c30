//! Statistics of an assessment, over all its closed attempts. The database counts.

use crate::app::School;
use crate::db::{args, row};
use crate::error::Result;
use crate::rounding::share;
use crate::school::rights::{Caller, Scope};

row! {
    #[derive(Debug, Clone)]
    pub struct AssessmentNumbers {
        pub attempts: i64,
        pub people: i64,
        pub graded: i64,
        pub passed: i64,
        pub average: f64,
        pub took_ms: f64,
        /// Numbers of scores up to 20, 40, 60, 80 and 100, on a scale to 100.
        pub up_to_20: i64,
        pub up_to_40: i64,
        pub up_to_60: i64,
        pub up_to_80: i64,
        pub up_to_100: i64,
    }
}

row! {
    #[derive(Debug, Clone)]
    pub struct DifficultQuestion {
        pub id: i64,
        pub text: String,
        /// The share of closed attempts that answered it right, 0 to 1.
        pub rate: f64,
    }
}

pub struct AssessmentStatistics {
    pub assessment: i64,
    pub name: String,
    pub numbers: AssessmentNumbers,
    pub median: f64,
    /// At most ten, the most difficult first.
    pub difficult: Vec<DifficultQuestion>,
}

impl AssessmentStatistics {
    /// Returns the share of graded attempts that passed, 0 to 1.
    pub fn pass_rate(&self) -> f64 {
        share(self.numbers.passed, self.numbers.graded)
    }
}

/// Builds SQL: the numbers of an assessment. A score on the edge of a bucket is in the lower one: what is added to the edges makes up
/// for products of fractions (0.14 * 100 is above 20 * 0.7), and is less than any score differs from another. People are looked up one by one: PostgreSQL would read all enrollments for a join.
fn numbers() -> String {
    let bucket = |above: i64, to: i64| {
        let floor = if above == 0 { "true".to_owned() } else { format!("t.score * 100 > {above}.0000001 * a.total") };
        format!(
            "cast(coalesce(sum(case when {floor} and t.score * 100 <= {to}.0000001 * a.total then 1 else 0 end), 0) as bigint)
                as up_to_{to}"
        )
    };
    let buckets: Vec<String> = [(0, 20), (20, 40), (40, 60), (60, 80), (80, 100)].map(|(a, b)| bucket(a, b)).into();
    format!(
        "select count(*) as attempts,
            count(distinct (select e.person from enrollments e where e.id = t.enrollment)) as people,
            count(t.score) as graded,
            cast(coalesce(sum(case when t.score >= a.pass then 1 else 0 end), 0) as bigint) as passed,
            cast(coalesce(avg(t.score), 0) as double precision) as average,
            cast(coalesce(avg(case when t.submitted_ms >= t.started_ms then t.submitted_ms - t.started_ms end), 0)
                as double precision) as took_ms, {}
        from assessments a cross join attempts t
        where a.id = $1 and t.assessment = a.id and (t.by_hand or t.submitted_ms is not null)",
        buckets.join(", ")
    )
}

const MEDIAN: &str = "select cast(coalesce(avg(score), 0) as double precision) from (
        select score, row_number() over (order by score) as n, count(*) over () as scores
        from attempts where assessment = $1 and score is not null) ranked
    where n in ((scores + 1) / 2, (scores + 2) / 2)";

/// Questions that fewer than six of ten get right.
const DIFFICULT: &str = "select id, text, rate from (
        select q.id, q.position, q.text,
            cast(avg(case when w.correct then 1.0 else 0.0 end) as double precision) as rate
        from questions q cross join answers w
        where q.assessment = $1 and q.deleted_ms is null and w.question = q.id and w.correct is not null
        group by q.id, q.position, q.text) asked
    where rate < 0.6 order by rate, position, id limit 10";

/// Computes the statistics, for the staff of the course.
pub async fn of_assessment(app: &School, caller: &Caller, assessment: i64) -> Result<AssessmentStatistics> {
    caller.must_have(Scope::CourseRead)?;
    let mut tx = app.db.read().await?;
    let found = super::find_taught(&mut tx, caller, assessment).await?;
    let numbers = tx.one(numbers(), args![assessment]).await?;
    let (median,) = tx.one(MEDIAN, args![assessment]).await?;
    let difficult = tx.all(DIFFICULT, args![assessment]).await?;
    Ok(AssessmentStatistics { assessment, name: found.name, numbers, median, difficult })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn statistics_read_no_table_from_end_to_end() {
        for sql in [numbers(), MEDIAN.to_owned(), DIFFICULT.to_owned()] {
            let plan = sqlite_plan(&sql).await;
            let scans: Vec<&String> = plan.iter().filter(|line| line.starts_with("SCAN")).collect();
            // The parts in brackets are results of the query itself.
            assert!(
                scans.iter().all(|line| ["ranked", "asked", "(subquery"].iter().any(|of| line.contains(of))),
                "{plan:?}"
            );
        }
    }
}
