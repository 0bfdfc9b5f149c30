//! Questions of steps: as they are asked, answered and shown.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserializer, Serialize};
use utoipa::PartialSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type};

use super::pictures::PictureTaken;
use crate::event::{ANSWER_MAX, AnswerCount, AnswerCounts, AnswerValue, ShownResults};
use crate::school::step_questions::{
    self, NewOption, NewQuestion, QuestionOption, ShownQuestion, StepQuestion, StepQuestionKind,
};
use crate::surfaces::body::sent;
use crate::surfaces::keys::*;

/// An answer: the number of an option, from 0, or true or false, or a number.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
pub enum Answer {
    YesNo(bool),
    Whole(i64),
    Fraction(f64),
}

sent!(Answer => AnswerValue, |answer| match answer {
    Answer::YesNo(yes) => AnswerValue::YesNo(yes),
    Answer::Whole(number) => AnswerValue::Whole(number),
    Answer::Fraction(number) => AnswerValue::of_number(number),
});

impl From<AnswerValue> for Answer {
    fn from(value: AnswerValue) -> Answer {
        match value {
            AnswerValue::YesNo(yes) => Answer::YesNo(yes),
            AnswerValue::Whole(number) => Answer::Whole(number),
            AnswerValue::Fraction(number) => Answer::Fraction(number),
        }
    }
}

impl PartialSchema for Answer {
    fn schema() -> RefOr<Schema> {
        let of = |kind| ObjectBuilder::new().schema_type(SchemaType::Type(kind));
        let number = of(Type::Number).minimum(Some(-ANSWER_MAX)).maximum(Some(ANSWER_MAX));
        OneOfBuilder::new().item(of(Type::Boolean)).item(number).into()
    }
}

impl ToSchema for Answer {}

struct AnswerVisitor;

impl Visitor<'_> for AnswerVisitor {
    type Value = Answer;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a number, true or false")
    }

    fn visit_bool<E: Error>(self, yes: bool) -> Result<Answer, E> {
        Ok(Answer::YesNo(yes))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Answer, E> {
        self.visit_f64(number as f64)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Answer, E> {
        self.visit_f64(number as f64)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Answer, E> {
        if number.abs() <= ANSWER_MAX {
            Ok(AnswerValue::of_number(number).into())
        } else {
            Err(E::custom(format!("from -{ANSWER_MAX} to {ANSWER_MAX}")))
        }
    }
}

impl<'de> Deserialize<'de> for Answer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Answer, D::Error> {
        deserializer.deserialize_any(AnswerVisitor)
    }
}

words! {
    pub enum QuestionKindWord for StepQuestionKind {
        /// One of two to five options
        Choice,
        YesNo,
        Number,
    }
}

words! {
    pub enum ShownWord for ShownResults {
        Hidden,
        /// How often each answer was given
        Results,
        /// The right one too; nobody answers after that
        Answer,
    }
}

body! {
    #[schema(example = json!({"text": "노란 그림"}))]
    pub struct OptionSent for NewOption;
    needed { text: Name => text, }
    optional {
        /// The name of a picture, as its upload has answered it
        picture: Option<PictureName> => picture,
    }
}

body! {
    /// A question as it is sent, whatever its kind needs.
    #[schema(as = QuestionSent, example = json!({"kind": "YES_NO", "text": "노란 그림이 보이시나요?", "answer": true}))]
    pub struct QuestionKeys for NewQuestion;
    needed {
        kind: QuestionKindWord => kind,
        text: Name => text,
    }
    optional {
        /// Of CHOICE: two to five
        options: Option<QuestionOptions<OptionSent>> => options = options.plain().unwrap_or_default(),
        /// Of NUMBER: what is counted; may be empty
        unit: Option<Typed> => unit = unit.plain().unwrap_or_default(),
        /// The right answer, if there is one: staff see it, and learners once it is shown
        answer: Option<Answer> => answer,
    }
}

const OPTIONS_MIN: usize = 2;
/// As many options as a question may have.
pub type QuestionOptions<O> = BoundedList<O, 0, 5>;

/// Checks that a question has what its kind needs, and drops what another kind would need.
pub fn checked<E: Error>(mut question: NewQuestion) -> Result<NewQuestion, E> {
    if question.kind != StepQuestionKind::Choice {
        question.options.clear();
    } else if question.options.len() < OPTIONS_MIN {
        return Err(E::custom("two to five options are needed"));
    }
    if question.kind != StepQuestionKind::Number {
        question.unit.clear();
    }
    if let Some(right) = question.answer {
        let fits = question.accepted(right);
        question.answer = Some(fits.ok_or_else(|| E::custom("the answer does not fit the question"))?);
    }
    Ok(question)
}

/// Makes the type of a question that is read by its keys and then checked. Its schema is that of the keys.
macro_rules! checked_question {
    ($(#[doc = $doc:literal])* $name:ident, $keys:ident) => {
        $(#[doc = $doc])*
        pub struct $name(NewQuestion);

        crate::surfaces::body::sent!($name => NewQuestion, |question| question.0);

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                let keys = <$keys as serde::Deserialize>::deserialize(deserializer)?;
                crate::surfaces::live::wire::step_questions::checked(keys.into()).map($name)
            }
        }

        impl utoipa::__dev::ComposeSchema for $name {
            fn compose(
                parts: Vec<utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>>,
            ) -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                <$keys as utoipa::__dev::ComposeSchema>::compose(parts)
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn schemas(
                schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>,
            ) {
                $keys::schemas(schemas);
            }
        }
    };
}
pub(crate) use checked_question;

checked_question!(
    /// A question that has what its kind needs. What another kind would need is dropped.
    QuestionSent,
    QuestionKeys
);

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"answer": 2}))]
pub struct GiveAnswer {
    pub answer: Answer,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"shown": "RESULTS"}))]
pub struct ShowResults {
    pub shown: ShownWord,
}

answer! {
    #[schema(example = json!({"text": "노란 그림", "picture": null}))]
    pub struct OptionShown from QuestionOption as o {
        text: String = o.text,
        picture: Option<PictureTaken> = o.picture.map(PictureTaken::from),
    }

    /// A question as learners see it.
    #[schema(example = json!({"kind": "YES_NO", "text": "노란 그림이 보이시나요?", "options": [], "unit": ""}))]
    pub struct QuestionShown from StepQuestion as q {
        /// CHOICE, YES_NO or NUMBER
        kind: &'static str = q.kind.word(),
        text: String = q.text,
        options: Vec<OptionShown> = each(q.options),
        unit: String = q.unit,
    }

    #[schema(example = json!({"kind": "YES_NO", "text": "노란 그림이 보이시나요?", "options": [], "unit": "", "answer": true}))]
    pub struct QuestionTaught from StepQuestion as q
        let right = q.answer;
    {
        #[serde(flatten)]
        question: QuestionShown = q.into(),
        /// The right answer; null if there is none
        answer: Option<Answer> = right.map(Answer::from),
    }

    #[schema(example = json!({"value": 2, "count": 7}))]
    pub struct CountShown from AnswerCount as c {
        value: Answer = c.value.into(),
        count: i64 = c.count,
    }

    /// Answers to a question as everyone in a session sees them.
    #[schema(example = json!({"subtask_id": 1001, "shown": "RESULTS", "total": 9, "counts": [{"value": true, "count": 7},
        {"value": false, "count": 2}], "others": 0, "answer": null, "is_closed": false}))]
    pub struct ResultsShown from ShownQuestion as s
        let others = s.answers.as_ref().map_or(0, |answers| answers.others);
    {
        subtask_id: i64 = s.item,
        /// HIDDEN, RESULTS or ANSWER
        shown: &'static str = s.shown.word(),
        total: i64 = s.total,
        /// null while they are hidden
        counts: Option<Vec<CountShown>> = s.answers.map(|answers| each(answers.counts)),
        others: i64 = others,
        /// The right one, once it is shown
        answer: Option<Answer> = s.right.map(Answer::from),
        /// The right one was shown: nobody answers any more
        is_closed: bool = s.is_closed,
    }

    pub struct AnswersNews from (i64, AnswerCounts) as (item, answers) {
        subtask_id: i64 = item,
        total: i64 = answers.total,
        counts: Vec<CountShown> = each(answers.counts),
        others: i64 = answers.others,
    }
}

/// Shows the question of a step, as it is stored, to learners.
pub fn question_of(stored: Option<&str>) -> Option<QuestionShown> {
    step_questions::of_json(stored).map(QuestionShown::from)
}
