//! Questions of an assessment: what is asked, and which answer is right.
//!
//! They stay as they are once someone has tried the assessment, so that every result can be explained by its questions.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

use super::MissionType;
use crate::app::School;
use crate::db::{Tx, args, row};
use crate::error::{Error, Field, Result};
use crate::event::words;
use crate::rounding::rounded;
use crate::school::rights::{Caller, Scope};

/// The number of questions that an assessment can have.
pub const QUESTIONS_MAX: usize = 200;
pub const OPTIONS_MAX: usize = 20;
/// The number of options that each question of a mission has.
pub const MISSION_OPTIONS: usize = 5;
pub const BLANKS_MAX: usize = 50;
/// A blank in the template of a code question: four or more of `_`.
const BLANK: &str = "____";
/// Decimals of sums of points, so that sums of the same fractions are the same.
pub(in crate::school) const POINTS_DECIMALS: i32 = 6;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuestionKind {
    MultipleChoice,
    CodeCompletion,
    /// Answered by a program, which a judge runs (`code_questions`).
    Code,
    ShortText,
}
words!(QuestionKind {
    MultipleChoice = "MULTIPLE_CHOICE",
    CodeCompletion = "CODE_COMPLETION",
    Code = "CODE",
    ShortText = "SHORT_TEXT",
});

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerOption {
    pub id: String,
    pub text: String,
}

#[derive(Debug, Clone)]
pub struct Question {
    pub id: i64,
    pub kind: QuestionKind,
    pub text: String,
    /// In the author's order; empty if there is nothing to choose from.
    pub options: Vec<AnswerOption>,
    /// Code with blanks.
    pub template: Option<String>,
    pub points: f64,
    pub skill: Option<String>,
    /// The right answer as it is stored. Learners do not see it while their attempt is open.
    pub right: String,
}

row! {
    struct QuestionRow {
        id: i64,
        kind: String,
        text: String,
        options: Option<String>,
        template: Option<String>,
        points: f64,
        skill: Option<String>,
        answer: Option<String>,
    }
}

impl TryFrom<QuestionRow> for Question {
    type Error = Error;

    fn try_from(row: QuestionRow) -> Result<Question> {
        let kind = QuestionKind::parse(&row.kind);
        Ok(Question {
            id: row.id,
            kind: kind.ok_or_else(|| Error::internal(format!("a question of an unknown kind: {}", row.kind)))?,
            text: row.text,
            options: row.options.as_deref().map(read_options).unwrap_or_default(),
            template: row.template,
            points: row.points,
            skill: row.skill,
            right: row.answer.unwrap_or_default(),
        })
    }
}

pub(super) fn read_options(stored: &str) -> Vec<AnswerOption> {
    let list: Vec<Value> = serde_json::from_str(stored).unwrap_or_default();
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    list.iter().map(|option| AnswerOption { id: text(option, "id"), text: text(option, "text") }).collect()
}

/// Lists the questions of an assessment, in their order.
pub(super) async fn list(tx: &mut Tx, assessment: i64) -> Result<Vec<Question>> {
    let sql = "select q.id, q.kind, q.text, q.options, q.template, q.points, s.name as skill, q.answer from questions q
        left join skills s on s.id = q.skill where q.assessment = $1 and q.deleted_ms is null
        order by q.position, q.id";
    let rows: Vec<QuestionRow> = tx.all(sql, args![assessment]).await?;
    rows.into_iter().map(Question::try_from).collect()
}

/// Lists the questions with their right answers, for the staff of the course.
pub async fn of_assessment(app: &School, caller: &Caller, assessment: i64) -> Result<Vec<Question>> {
    caller.must_have(Scope::CourseUpdate)?;
    let mut tx = app.db.read().await?;
    super::find_taught(&mut tx, caller, assessment).await?;
    list(&mut tx, assessment).await
}

/// Answer of a learner: one of the options, a text, or one text for each blank.
#[derive(Debug, Clone)]
pub enum GivenAnswer {
    Nothing,
    Option(String),
    Text(String),
    Blanks(Vec<String>),
}

impl Question {
    /// Converts an answer into the form that is stored; `None` takes back what was answered. Fails if the answer does not
    /// fit the question.
    fn stored(&self, given: GivenAnswer) -> Result<Option<String>, &'static str> {
        match (self.kind, given) {
            (_, GivenAnswer::Nothing) => Ok(None),
            (QuestionKind::Code, _) => Err("a program answers it"),
            (QuestionKind::MultipleChoice, GivenAnswer::Option(id)) => {
                let is_option = self.options.iter().any(|option| option.id == id);
                if is_option { Ok(Some(id)) } else { Err("it has no such option") }
            }
            (QuestionKind::MultipleChoice, _) => Err("one of its options is needed"),
            (_, GivenAnswer::Option(_)) => Err("it has no options"),
            (QuestionKind::CodeCompletion, GivenAnswer::Text(text)) => {
                Ok(Some(stored_blanks(split(&text, self.blanks()))))
            }
            (QuestionKind::CodeCompletion, GivenAnswer::Blanks(blanks)) if blanks.len() > self.blanks() => {
                Err("more answers than blanks")
            }
            (QuestionKind::CodeCompletion, GivenAnswer::Blanks(blanks)) => Ok(Some(stored_blanks(blanks))),
            (QuestionKind::ShortText, GivenAnswer::Text(text)) => Ok(Some(text)),
            (QuestionKind::ShortText, GivenAnswer::Blanks(_)) => Err("one text is needed"),
        }
        // A blank answer is none: it is stored as that.
        .map(|stored| stored.filter(|value| self.parts(value).iter().any(|part| !part.trim().is_empty())))
    }

    /// Checks that a mission of this type may ask it.
    pub(super) fn of_mission(self, mission: Option<MissionType>) -> Result<Question, &'static str> {
        match mission {
            Some(MissionType::CodeSubmission) => Err("this mission asks for programs"),
            Some(MissionType::MultipleChoice) if self.kind != QuestionKind::MultipleChoice => {
                Err("this mission has multiple choices only")
            }
            Some(MissionType::MultipleChoice) if self.options.len() != MISSION_OPTIONS => {
                Err("five options are needed in a mission")
            }
            _ => Ok(self),
        }
    }

    fn blanks(&self) -> usize {
        self.template.as_deref().map_or(0, count_blanks)
    }

    /// Splits a stored answer into what is judged one by one.
    fn parts(&self, stored: &str) -> Vec<String> {
        match self.kind {
            QuestionKind::CodeCompletion => serde_json::from_str(stored).unwrap_or_default(),
            _ => vec![stored.to_owned()],
        }
    }

    /// Returns a stored answer as people read it; `None` if it is none. That of a program is the id of what was sent, and nothing to read.
    pub fn shown(&self, stored: &str) -> Option<String> {
        (!stored.is_empty() && self.kind != QuestionKind::Code).then(|| self.parts(stored).join(", "))
    }

    /// Judges a stored answer: the points, and whether all of it is right. Each right blank has its part of the points.
    pub(super) fn judge(&self, stored: &str) -> (f64, bool) {
        let (right, given) = (self.parts(&self.right), self.parts(stored));
        let same = right.iter().zip(&given).filter(|(right, given)| self.normal(right) == self.normal(given)).count();
        if same == 0 || right.iter().all(|right| right.trim().is_empty()) {
            (0.0, false)
        } else if same == right.len() && given.len() == right.len() {
            (self.points, true)
        } else {
            (rounded(self.points * same as f64 / right.len() as f64, 2), false)
        }
    }

    fn normal(&self, text: &str) -> String {
        match self.kind {
            QuestionKind::MultipleChoice | QuestionKind::Code => text.to_owned(),
            QuestionKind::CodeCompletion => normal_code(text),
            QuestionKind::ShortText => {
                let text: String = text.nfkc().collect();
                text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
            }
        }
    }
}

fn stored_blanks(blanks: Vec<String>) -> String {
    let blanks: Vec<String> = blanks.into_iter().map(|blank| blank.trim().to_owned()).collect();
    json!(blanks).to_string()
}

/// Splits a text at its commas, into one part for each blank. What is behind the last one stays with it.
fn split(text: &str, blanks: usize) -> Vec<String> {
    text.splitn(blanks.max(1), [',', '，', '、']).map(str::to_owned).collect()
}

fn count_blanks(template: &str) -> usize {
    template.split(|c| c != '_').filter(|run| run.len() >= BLANK.len()).count()
}

/// Returns code without differences of width and white space: a space counts only between two words.
fn normal_code(code: &str) -> String {
    let code: Vec<char> =
        code.nfkc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    let is_word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric() || *c == '_');
    let counts = |n: usize| code[n] != ' ' || (is_word(code.get(n.wrapping_sub(1))) && is_word(code.get(n + 1)));
    (0..code.len()).filter(|n| counts(*n)).map(|n| code[n]).collect()
}

/// Converts answers into the form that is stored. Fails if one does not fit its question, or if a question is not one of these.
pub(super) fn stored_answers(
    questions: &[Question],
    given: Vec<(i64, GivenAnswer)>,
) -> Result<Vec<(i64, Option<String>)>> {
    let by_id: HashMap<i64, &Question> = questions.iter().map(|question| (question.id, question)).collect();
    let convert = |(id, answer): (i64, GivenAnswer)| {
        let stored =
            by_id.get(&id).ok_or("this assessment does not have it").and_then(|question| question.stored(answer));
        stored.map(|stored| (id, stored)).map_err(|why| Error::bad(Field::Answers, format!("question {id}: {why}")))
    };
    given.into_iter().map(convert).collect()
}

pub struct NewOption {
    /// One is made when it is left out.
    pub id: Option<String>,
    pub text: String,
}

pub struct NewQuestion {
    pub kind: QuestionKind,
    pub text: String,
    pub options: Vec<NewOption>,
    pub template: Option<String>,
    /// The right answer: the id of an option, a text, or one text for each blank.
    pub right: GivenAnswer,
    pub points: f64,
    pub skill: Option<String>,
}

impl NewQuestion {
    /// Checks that the question can be answered, and by its right answer.
    pub(super) fn checked(self) -> Result<Question, &'static str> {
        let options: Vec<AnswerOption> = (1..)
            .zip(self.options)
            .map(|(n, option)| AnswerOption { id: option.id.unwrap_or(format!("opt-{n:03}")), text: option.text })
            .collect();
        let ids: HashSet<&str> = options.iter().map(|option| option.id.as_str()).collect();
        let is_choice = self.kind == QuestionKind::MultipleChoice;
        if self.kind == QuestionKind::Code {
            return Err("a mission asks for programs");
        }
        if ids.len() < options.len() {
            return Err("two options have the same id");
        }
        if is_choice && options.len() < 2 {
            return Err("two options are needed");
        }
        if !is_choice && !options.is_empty() {
            return Err("only a multiple choice has options");
        }
        let blanks = self.template.as_deref().map_or(0, count_blanks);
        let is_code = self.kind == QuestionKind::CodeCompletion;
        if is_code != self.template.is_some() || (is_code && !(1..=BLANKS_MAX).contains(&blanks)) {
            return Err("a code completion, and nothing else, has a template with blanks (____)");
        }
        let mut question = Question {
            id: 0,
            kind: self.kind,
            text: self.text,
            options,
            template: self.template,
            points: self.points,
            skill: self.skill,
            right: String::new(),
        };
        // Authors write the id of the right option as a text.
        let right = match self.right {
            GivenAnswer::Text(id) if is_choice => GivenAnswer::Option(id),
            other => other,
        };
        question.right = question.stored(right)?.ok_or("a right answer is needed")?;
        let parts = question.parts(&question.right);
        let is_whole = parts.iter().all(|part| !part.trim().is_empty()) && (!is_code || parts.len() == blanks);
        if is_whole { Ok(question) } else { Err("each blank needs its right answer") }
    }
}

/// Adds points up. The same points in the same order have the same sum: who has all of them has exactly the total.
pub(super) fn sum(points: impl Iterator<Item = f64>) -> f64 {
    rounded(points.sum(), POINTS_DECIMALS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(kind: QuestionKind, right: GivenAnswer) -> NewQuestion {
        NewQuestion { kind, text: "?".into(), options: Vec::new(), template: None, right, points: 10.0, skill: None }
    }

    fn code(template: &str, right: &str) -> Question {
        let right = GivenAnswer::Text(right.into());
        NewQuestion { template: Some(template.into()), ..new(QuestionKind::CodeCompletion, right) }.checked().unwrap()
    }

    fn judged(question: &Question, answer: &str) -> (f64, bool) {
        let stored = question.stored(GivenAnswer::Text(answer.into())).unwrap();
        question.judge(&stored.unwrap_or_default())
    }

    #[test]
    fn only_a_multiple_choice_has_options() {
        let option = || NewOption { id: None, text: "○".into() };
        let right = || GivenAnswer::Text("opt-001".into());
        let checked = |kind, options| NewQuestion { options, ..new(kind, right()) }.checked().is_ok();
        assert!(checked(QuestionKind::MultipleChoice, vec![option(), option()]));
        assert!(!checked(QuestionKind::MultipleChoice, vec![option()]));
        assert!(checked(QuestionKind::ShortText, Vec::new()) && !checked(QuestionKind::ShortText, vec![option()]));
    }

    #[test]
    fn blanks_are_compared_without_differences_of_width_and_white_space() {
        let question = code("function identity<____>(arg: ____): ____ { return arg; }", "T, T, T");
        for same in ["T, T, T", "T,T,T", " Ｔ ,　T\t, T ", "T、T，T"] {
            assert_eq!(judged(&question, same), (10.0, true), "{same}");
        }
        assert_eq!(judged(&code("____;", "new Map()"), "new  Map( )"), (10.0, true));
        assert_eq!(judged(&code("____;", "new Map()"), "newMap()"), (0.0, false));
        assert_eq!(judged(&code("____;", "Map<K, V>"), "Map<K,V>"), (10.0, true));
    }

    #[test]
    fn each_right_blank_has_its_part_of_the_points() {
        let question = code("____ ____ ____", "a, b, c");
        for (answer, points) in
            [("a, b, x", 6.67), ("a", 3.33), ("x, b", 3.33), ("b, c, a", 0.0), ("a, b, c, d", 6.67), ("", 0.0)]
        {
            assert_eq!(judged(&question, answer), (points, false), "{answer}");
        }
        assert!(question.stored(GivenAnswer::Blanks(vec!["a".into(); 4])).is_err());
        assert_eq!(question.shown(r#"["a","b"]"#).as_deref(), Some("a, b"));
    }

    #[test]
    fn a_short_text_is_compared_without_differences_of_case_too() {
        let question = new(QuestionKind::ShortText, GivenAnswer::Text("Type Script".into())).checked().unwrap();
        assert_eq!(judged(&question, " ｔｙｐｅ  script"), (10.0, true));
        assert_eq!(judged(&question, "TypeScript"), (0.0, false));
        assert_eq!(question.stored(GivenAnswer::Text("  ".into())), Ok(None));
    }

    #[test]
    fn a_question_that_nobody_can_answer_is_refused() {
        let text = || GivenAnswer::Text("a".into());
        let option = |id: Option<&str>| NewOption { id: id.map(str::to_owned), text: "a".into() };
        let choice = |options, right: &str| NewQuestion {
            options,
            ..new(QuestionKind::MultipleChoice, GivenAnswer::Text(right.into()))
        };
        let template = |kind, template: &str| NewQuestion { template: Some(template.into()), ..new(kind, text()) };
        for wrong in [
            choice(Vec::new(), "opt-001"),
            choice(vec![option(None)], "opt-001"),
            choice(vec![option(None), option(None)], "opt-003"),
            choice(vec![option(Some("opt-002")), option(None)], "opt-002"),
            new(QuestionKind::CodeCompletion, text()),
            template(QuestionKind::CodeCompletion, "no blank ___"),
            template(QuestionKind::CodeCompletion, "____ ____"),
            template(QuestionKind::ShortText, "____"),
            new(QuestionKind::ShortText, GivenAnswer::Text(" ".into())),
            new(QuestionKind::ShortText, GivenAnswer::Nothing),
        ] {
            assert!(wrong.checked().is_err());
        }
        let made = choice(vec![option(None), option(Some("ja")), option(None)], "opt-003").checked().unwrap();
        assert_eq!(made.options.iter().map(|o| o.id.as_str()).collect::<Vec<_>>(), ["opt-001", "ja", "opt-003"]);
    }
}
