//! The question as a step has it, and how it is stored there.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::event::{AnswerValue, words};
use crate::school::pictures::StoredPicture;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StepQuestionKind {
    /// One of two to five options.
    Choice,
    YesNo,
    Number,
}
words!(StepQuestionKind { Choice = "CHOICE", YesNo = "YES_NO", Number = "NUMBER" });

/// The question of a step. `P` is a picture of an option: as it is stored, or by its name.
#[derive(Debug, Clone, Deserialize)]
pub struct StepQuestion<P = StoredPicture> {
    pub kind: StepQuestionKind,
    pub text: String,
    #[serde(default = "Vec::new")]
    pub options: Vec<QuestionOption<P>>,
    /// Unit of a number, such as «원»; may be empty.
    #[serde(default)]
    pub unit: String,
    /// The right answer, if there is one.
    pub answer: Option<AnswerValue>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct QuestionOption<P = StoredPicture> {
    pub text: String,
    pub picture: Option<P>,
}

/// A question as an instructor writes it: its pictures are named.
pub type NewQuestion = StepQuestion<String>;
pub type NewOption = QuestionOption<String>;

impl<P> StepQuestion<P> {
    /// Returns the same question with other pictures.
    pub(in crate::school) fn with_pictures<Q>(
        self,
        mut picture: impl FnMut(usize, P) -> Result<Q>,
    ) -> Result<StepQuestion<Q>> {
        let StepQuestion { kind, text, options, unit, answer } = self;
        let option = |(n, option): (usize, QuestionOption<P>)| {
            let picture = option.picture.map(|one| picture(n, one)).transpose()?;
            Ok(QuestionOption { text: option.text, picture })
        };
        let options = options.into_iter().enumerate().map(option).collect::<Result<_>>()?;
        Ok(StepQuestion { kind, text, options, unit, answer })
    }

    /// Returns the answer in the form that is stored; `None` if the question cannot be answered so.
    pub fn accepted(&self, value: AnswerValue) -> Option<AnswerValue> {
        match (self.kind, value) {
            (StepQuestionKind::YesNo, AnswerValue::YesNo(_)) => Some(value),
            (StepQuestionKind::Choice, AnswerValue::Whole(n)) => {
                (0..self.options.len() as i64).contains(&n).then_some(value)
            }
            (StepQuestionKind::Number, value) => value.number().map(AnswerValue::of_number),
            _ => None,
        }
    }
}

impl StepQuestion {
    /// Returns the question as its instructor would write it again.
    pub(in crate::school) fn named(self) -> Result<NewQuestion> {
        self.with_pictures(|_, picture: StoredPicture| Ok(picture.name))
    }
}

/// Reads the question of a step; `None` if there is none, or one that only a later version knows.
pub fn of_json(stored: Option<&str>) -> Option<StepQuestion> {
    let read = serde_json::from_str(stored?).map_err(Error::internal);
    read.inspect_err(|error| tracing::warn!(%error, "the question of a step is unknown")).ok()
}

pub(in crate::school) fn to_json(question: &StepQuestion) -> String {
    let StepQuestion { kind, text, options, unit, answer } = question;
    let options: Value = options.iter().map(option_to_json).collect();
    json!({ "kind": kind.word(), "text": text, "options": options, "unit": unit, "answer": answer }).to_string()
}

fn option_to_json(option: &QuestionOption) -> Value {
    let picture = option
        .picture
        .as_ref()
        .map(|one| json!({ "name": one.name, "kind": one.kind, "width": one.width, "height": one.height }));
    json!({ "text": option.text, "picture": picture })
}

/// Returns a stored question without its right answer, for those who do not teach.
pub fn without_answer(stored: Option<&str>) -> Option<String> {
    of_json(stored).map(|question| to_json(&StepQuestion { answer: None, ..question }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_that_only_a_newer_version_knows_is_none() {
        assert!(of_json(None).is_none() && of_json(Some("no JSON")).is_none());
        assert!(of_json(Some(r#"{"kind":"DRAWING","text":"그려 보세요"}"#)).is_none());
        let stored = r#"{"kind":"NUMBER","text":"체온은?","later":1,"answer":36.5}"#;
        let read = of_json(Some(stored)).unwrap();
        assert_eq!((read.kind, read.answer), (StepQuestionKind::Number, Some(AnswerValue::Fraction(36.5))));
        assert_eq!(of_json(without_answer(Some(stored)).as_deref()).unwrap().answer, None);
    }

    #[test]
    fn a_question_accepts_the_answers_of_its_kind() {
        let question = |kind| {
            of_json(Some(&format!(
            r#"{{"kind":"{kind}","text":"?","options":[{{"text":"가","picture":null}},{{"text":"나","picture":null}}],"answer":null}}"#
        ))).unwrap()
        };
        let (choice, yes_no, number) = (question("CHOICE"), question("YES_NO"), question("NUMBER"));
        let (one, two, yes) = (AnswerValue::Whole(1), AnswerValue::Whole(2), AnswerValue::YesNo(true));
        assert_eq!([one, two, yes].map(|value| choice.accepted(value).is_some()), [true, false, false]);
        assert_eq!([one, two, yes].map(|value| yes_no.accepted(value).is_some()), [false, false, true]);
        assert_eq!([one, two, yes].map(|value| number.accepted(value).is_some()), [true, true, false]);
    }
}
