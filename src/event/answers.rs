//! Answers to the question of a step, as the log and the tables store them.

use serde::{Deserialize, Serialize};

use super::words;

/// An answer to a question: the number of an option, yes or no, or a number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AnswerValue {
    YesNo(bool),
    Whole(i64),
    Fraction(f64),
}

/// The greatest number that can be an answer.
pub const ANSWER_MAX: f64 = 1e9;

impl AnswerValue {
    /// Returns a number in the only form that is stored: with at most three digits behind the point, and whole if it is.
    pub fn of_number(number: f64) -> AnswerValue {
        let rounded = (number * 1_000.0).round() / 1_000.0;
        if rounded.fract() == 0.0 { AnswerValue::Whole(rounded as i64) } else { AnswerValue::Fraction(rounded) }
    }

    /// Reads a stored answer; `None` if it is none that this version knows.
    pub fn parse(stored: &str) -> Option<AnswerValue> {
        serde_json::from_str(stored).ok()
    }

    /// Returns the form that is stored: the same for the same answer.
    pub fn stored(self) -> String {
        match self {
            AnswerValue::YesNo(yes) => yes.to_string(),
            AnswerValue::Whole(number) => number.to_string(),
            AnswerValue::Fraction(number) => number.to_string(),
        }
    }

    pub fn number(self) -> Option<f64> {
        match self {
            AnswerValue::YesNo(_) => None,
            AnswerValue::Whole(number) => Some(number as f64),
            AnswerValue::Fraction(number) => Some(number),
        }
    }
}

/// Number of people who gave an answer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AnswerCount {
    pub value: AnswerValue,
    pub count: i64,
}

/// The answers to a question, without their people.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AnswerCounts {
    pub total: i64,
    /// Each option, yes and no, or the numbers that most people gave.
    pub counts: Vec<AnswerCount>,
    /// Those who gave another number.
    pub others: i64,
}

/// Answers to a question as everyone in a session is shown them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ShownResults {
    Hidden,
    Results,
    Answer,
}
words!(ShownResults { Hidden = "HIDDEN", Results = "RESULTS", Answer = "ANSWER" });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_is_stored_in_one_form() {
        let stored = [38.5, 38.500_01, 38.0, -0.0, -0.25].map(|n| AnswerValue::of_number(n).stored());
        assert_eq!(stored, ["38.5", "38.5", "38", "0", "-0.25"]);
        for value in [AnswerValue::YesNo(true), AnswerValue::Whole(2), AnswerValue::Fraction(38.5)] {
            assert_eq!(AnswerValue::parse(&value.stored()), Some(value));
        }
    }
}
