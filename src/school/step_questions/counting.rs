//! Numbers of answers to the question of a step in a session.

use std::collections::HashMap;

use super::on_step::{StepQuestion, StepQuestionKind};
use crate::db::{Tx, args};
use crate::error::Result;
use crate::event::{AnswerCount, AnswerCounts, AnswerValue};

/// Numbers that are told apart; those who gave another one are counted together.
const NUMBERS_MAX: usize = 5;

/// Counts the answers to a question. What can be chosen is listed even if nobody chose it.
pub(super) async fn count(tx: &mut Tx, session: i64, item: i64, question: &StepQuestion) -> Result<AnswerCounts> {
    let sql = "select value, count(*) from step_answers where session = $1 and item = $2 group by value";
    let stored: Vec<(String, i64)> = tx.all(sql, args![session, item]).await?;
    let known = |(value, count): (String, i64)| Some(AnswerCount { value: AnswerValue::parse(&value)?, count });
    Ok(counted(question, stored.into_iter().filter_map(known).collect()))
}

/// Counts the answers to all questions of a session, by the step.
pub(super) async fn by_step(tx: &mut Tx, session: i64) -> Result<HashMap<i64, Vec<AnswerCount>>> {
    let sql = "select item, value, count(*) from step_answers where session = $1 group by item, value";
    let mut found: HashMap<i64, Vec<AnswerCount>> = HashMap::new();
    for (item, value, count) in tx.all::<(i64, String, i64)>(sql, args![session]).await? {
        let known = AnswerValue::parse(&value).map(|value| AnswerCount { value, count });
        found.entry(item).or_default().extend(known);
    }
    Ok(found)
}

/// Counts answers that are already grouped by value. Answers that do not fit the question any more are among the others.
pub(super) fn counted(question: &StepQuestion, found: Vec<AnswerCount>) -> AnswerCounts {
    let total = found.iter().map(|one| one.count).sum();
    let of = |value| found.iter().find(|one| one.value == value).map_or(0, |one| one.count);
    let listed = |value| AnswerCount { value, count: of(value) };
    let counts: Vec<AnswerCount> = match question.kind {
        StepQuestionKind::Choice => (0..question.options.len() as i64).map(|n| listed(AnswerValue::Whole(n))).collect(),
        StepQuestionKind::YesNo => [true, false].map(|yes| listed(AnswerValue::YesNo(yes))).into(),
        StepQuestionKind::Number => most_said(&found),
    };
    let others = total - counts.iter().map(|one| one.count).sum::<i64>();
    AnswerCounts { total, counts, others }
}

/// Returns the numbers that most people gave, the smaller first if as many gave both.
fn most_said(found: &[AnswerCount]) -> Vec<AnswerCount> {
    let mut numbers: Vec<AnswerCount> = found.iter().filter(|one| one.value.number().is_some()).copied().collect();
    let number = |one: &AnswerCount| one.value.number().unwrap_or_default();
    numbers.sort_by(|a, b| b.count.cmp(&a.count).then(number(a).total_cmp(&number(b))));
    numbers.truncate(NUMBERS_MAX);
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::school::step_questions::of_json;

    #[test]
    fn the_numbers_that_most_people_gave_are_listed_and_the_others_counted() {
        let question = of_json(Some(r#"{"kind":"NUMBER","text":"?","answer":null}"#)).unwrap();
        let given = [(7, 1), (38, 4), (3, 2), (4, 2), (5, 1), (6, 1), (8, 1)];
        let found = given.map(|(n, count)| AnswerCount { value: AnswerValue::Whole(n), count });
        let counts = counted(&question, found.into());
        let listed: Vec<(f64, i64)> = counts.counts.iter().map(|c| (c.value.number().unwrap(), c.count)).collect();
        assert_eq!(listed, [(38.0, 4), (3.0, 2), (4.0, 2), (5.0, 1), (6.0, 1)]);
        assert_eq!((counts.total, counts.others), (12, 2));
    }
}
