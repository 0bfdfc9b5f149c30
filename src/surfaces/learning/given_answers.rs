//! Answers to questions, as learners and authors send them.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use utoipa::openapi::schema::{AdditionalProperties, AnyOfBuilder, ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{Ref, RefOr};

use crate::school::assessments::questions::{BLANKS_MAX, GivenAnswer, QUESTIONS_MAX};
use crate::surfaces::body::sent;
use crate::surfaces::ids::TextId;
use crate::surfaces::keys::*;
use crate::surfaces::schemas::{described, text_schema};

/// A text, or a list with one text for each blank.
pub enum AnswerText {
    Text(Prose),
    Blanks(Vec<Prose>),
}

fn one_text() -> ObjectBuilder {
    text_schema("", 0, 5_000, NO_NUL)
}

described!(
    AnswerText,
    AnyOfBuilder::new()
        .description(Some(
            "A text (one part for each blank, with commas between them), or a list with one text for each blank"
        ))
        .item(one_text())
        .item(ArrayBuilder::new().items(one_text()).min_items(Some(0)).max_items(Some(BLANKS_MAX)))
);

sent!(AnswerText => GivenAnswer, |answer| match answer {
    AnswerText::Text(text) => GivenAnswer::Text(text.into()),
    AnswerText::Blanks(blanks) => GivenAnswer::Blanks(blanks.into_iter().map(String::from).collect()),
});

impl<'de> Deserialize<'de> for AnswerText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<AnswerText, D::Error> {
        deserializer.deserialize_any(AnswerTextVisitor)
    }
}

struct AnswerTextVisitor;

impl<'de> Visitor<'de> for AnswerTextVisitor {
    type Value = AnswerText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<AnswerText, E> {
        Prose::deserialize(serde::de::value::StrDeserializer::new(text)).map(AnswerText::Text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<AnswerText, A::Error> {
        let mut blanks = Vec::new();
        while let Some(blank) = list.next_element()? {
            if blanks.len() == BLANKS_MAX {
                return Err(A::Error::custom(format!("at most {BLANKS_MAX} of them")));
            }
            blanks.push(blank);
        }
        Ok(AnswerText::Blanks(blanks))
    }
}

/// An answer to one question: `selectedOption` for a multiple choice, `answer` for the others; neither takes it back.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"selectedOption": "opt-001"}))]
pub struct LearningAnswer {
    pub selected_option: Option<Typed>,
    pub answer: Option<AnswerText>,
}

impl LearningAnswer {
    fn given<E: Error>(self) -> Result<GivenAnswer, E> {
        match (self.selected_option, self.answer) {
            (Some(_), Some(_)) => Err(E::custom("selectedOption or answer, not both")),
            (Some(option), None) => Ok(GivenAnswer::Option(option.into())),
            (None, answer) => Ok(answer.map_or(GivenAnswer::Nothing, AnswerText::plain)),
        }
    }
}

/// Reads the answer to the question with this id. Fails at it, if the text is no id.
struct AnswerTo<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for AnswerTo<'_> {
    type Value = (i64, GivenAnswer);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(i64, GivenAnswer), D::Error> {
        let answer: Option<LearningAnswer> = Option::deserialize(deserializer)?;
        let question = TextId::number(self.0).ok_or_else(|| D::Error::custom("the id of a question is needed"))?;
        Ok((question, answer.map_or(Ok(GivenAnswer::Nothing), LearningAnswer::given)?))
    }
}

/// Answers by the ids of their questions. Reading stops at the first one that no assessment can have.
pub struct LearningAnswers(Vec<(i64, GivenAnswer)>);

described!(
    LearningAnswers,
    ObjectBuilder::new()
        .description(Some("Answers by the ids of their questions, at most 200; null takes one back"))
        .property_names(Some(ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[1-9][0-9]{0,17}$"))))
        .additional_properties(Some(AdditionalProperties::RefOr(RefOr::Ref(Ref::from_schema_name("LearningAnswer")))))
        .examples([serde_json::json!({ "7": { "selectedOption": "opt-001" }, "8": { "answer": "T, T, T" } })])
);

sent!(LearningAnswers => Vec<(i64, GivenAnswer)>, |answers| answers.0);

impl<'de> Deserialize<'de> for LearningAnswers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LearningAnswers, D::Error> {
        deserializer.deserialize_map(LearningAnswersVisitor)
    }
}

struct LearningAnswersVisitor;

impl<'de> Visitor<'de> for LearningAnswersVisitor {
    type Value = LearningAnswers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<LearningAnswers, A::Error> {
        let mut answers = BTreeMap::new();
        while let Some(question) = object.next_key::<String>()? {
            let (question, given) = object.next_value_seed(AnswerTo(&question))?;
            answers.insert(question, given);
            if answers.len() > QUESTIONS_MAX {
                return Err(A::Error::custom(format!("at most {QUESTIONS_MAX} of them")));
            }
        }
        Ok(LearningAnswers(answers.into_iter().collect()))
    }
}
