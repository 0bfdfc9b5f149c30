//! `lesson.json`, the texts of a lesson in a file. Its steps have the keys of the API, with the same checks; only pictures are named
//! by their files. `docs/lesson-file.md` describes it.

use serde::Deserializer;
use serde::de::Error as _;
use serde_json::Value;

use super::lectures::StepPictures;
use super::pictures::{PictureMarkSent, PictureMarkShown};
use super::step_questions::{Answer, QuestionKindWord, QuestionOptions, checked_question};
use crate::error::{Error, InputPlace, LessonFault, Result};
use crate::school::courses::CourseChanges;
use crate::school::lesson_files::{OutlineToWrite, ReadLesson, StepToWrite, TASKS_MAX, TaskToWrite};
use crate::school::outline::{ItemChanges, ItemKind, NewItem, UnitChanges};
use crate::school::pictures::{NamedPicture, StepPicture};
use crate::school::step_questions::{NewOption, NewQuestion};
use crate::surfaces::body::sent;
use crate::surfaces::extract::parse_object;
use crate::surfaces::keys::*;

const FORMAT: &str = "gyosil-lesson";
/// Raised only when an older reader would understand something wrong. It ignores keys that it does not know.
const VERSION: i64 = 1;
const PART_MAX_BYTES: usize = 200;
/// Stands at the beginning of texts that some editors write.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

answer! {
    pub struct LessonWritten from OutlineToWrite as l {
        format: &'static str = FORMAT,
        version: i64 = VERSION,
        title: String = l.title,
        description: String = l.description,
        auto_help: bool = l.auto_help,
        tasks: Vec<LessonTaskWritten> = each(l.tasks),
    }

    pub struct LessonTaskWritten from TaskToWrite as t {
        title: String = t.title,
        description: String = t.description,
        steps: Vec<LessonStepWritten> = each(t.steps),
    }

    pub struct LessonStepWritten from StepToWrite as s {
        title: String = s.step.title,
        description: String = s.step.description,
        #[serde(skip_serializing_if = "Option::is_none")]
        target_action: Option<String> = s.step.target_action,
        #[serde(skip_serializing_if = "Option::is_none")]
        target_element_hint: Option<String> = s.step.target_hint,
        #[serde(skip_serializing_if = "Option::is_none")]
        guide_text: Option<String> = s.step.guide,
        #[serde(skip_serializing_if = "Option::is_none")]
        voice_guide_text: Option<String> = s.step.voice,
        in_other_app: bool = s.step.in_other_app,
        #[serde(skip_serializing_if = "Option::is_none")]
        notes: Option<String> = s.step.notes,
        pictures: Vec<LessonPictureWritten> = each(s.pictures),
        #[serde(skip_serializing_if = "Option::is_none")]
        question: Option<LessonQuestionWritten> = s.question.map(LessonQuestionWritten::from),
    }

    pub struct LessonPictureWritten from (String, StepPicture) as (file, p) {
        file: String = file,
        shown_on: String = p.shown_on,
        alt: String = p.alt,
        marks: Vec<PictureMarkShown> = each(p.marks),
    }

    pub struct LessonQuestionWritten from NewQuestion as q {
        kind: &'static str = q.kind.word(),
        text: String = q.text,
        options: Vec<LessonOptionWritten> = each(q.options),
        unit: String = q.unit,
        #[serde(skip_serializing_if = "Option::is_none")]
        answer: Option<Answer> = q.answer.map(Answer::from),
    }

    pub struct LessonOptionWritten from NewOption as o {
        text: String = o.text,
        #[serde(skip_serializing_if = "Option::is_none")]
        picture: Option<String> = o.picture,
    }
}

/// Writes the texts of a lesson, always in the same way.
pub fn write_lesson(lesson: OutlineToWrite) -> Result<Vec<u8>> {
    let mut json = serde_json::to_vec_pretty(&LessonWritten::from(lesson)).map_err(Error::internal)?;
    json.push(b'\n');
    Ok(json)
}

#[derive(Deserialize)]
struct LessonHead {
    #[serde(default)]
    format: Value,
    #[serde(default)]
    version: Value,
}

/// The part of a picture in a file: `pictures/1.jpg`.
#[derive(ToSchema)]
pub struct PicturePart(String);

sent!(PicturePart => String, |part| part.0);

impl<'de> Deserialize<'de> for PicturePart {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PicturePart, D::Error> {
        let part = String::deserialize(deserializer)?;
        let is_plain = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
        let is_known = part.len() <= PART_MAX_BYTES
            && part
                .strip_prefix("pictures/")
                .is_some_and(|name| !name.starts_with('.') && !name.is_empty() && is_plain(name));
        if is_known { Ok(PicturePart(part)) } else { Err(D::Error::custom("a name such as pictures/1.jpg is needed")) }
    }
}

body! {
    pub struct LessonOptionSent for NewOption;
    needed { text: Name => text, }
    optional { picture: Option<PicturePart> => picture, }
}

body! {
    /// A question of a file, whatever its kind needs.
    pub struct LessonQuestionKeys for NewQuestion;
    needed {
        kind: QuestionKindWord => kind,
        text: Name => text,
    }
    optional {
        options: Option<QuestionOptions<LessonOptionSent>> => options = options.plain().unwrap_or_default(),
        unit: Option<Typed> => unit = unit.plain().unwrap_or_default(),
        answer: Option<Answer> => answer,
    }
}

checked_question!(
    /// A question of a file that has what its kind needs.
    LessonQuestionSent,
    LessonQuestionKeys
);

body! {
    pub struct LessonPictureSent for NamedPicture;
    needed { file: PicturePart => name, }
    optional {
        shown_on: Option<PhoneKind> => shown_on,
        alt: Option<PictureText> => alt = alt.plain().unwrap_or_default(),
        marks: Option<BoundedList<PictureMarkSent, 0, 12>> => marks = marks.plain().unwrap_or_default(),
    }
}

body! {
    pub struct LessonStepSent for ItemChanges;
    beside { title: Name, }
    optional {
        description: Option<Prose> => description,
        target_action: Patch<Word> => target_action,
        target_element_hint: Patch<Name> => target_hint,
        guide_text: Patch<Guide> => guide,
        voice_guide_text: Patch<Guide> => voice,
        pictures: Option<StepPictures<LessonPictureSent>> => pictures,
        in_other_app: Option<bool> => in_other_app,
        notes: Patch<Guide> => notes,
        question: Patch<LessonQuestionSent> => question,
    }
    others ItemChanges::default();
}

body! {
    pub struct LessonTaskSent for UnitChanges;
    beside {
        title: Name,
        steps: Vec<LessonStepSent>,
    }
    optional { description: Option<Prose> => description, }
    others UnitChanges::default();
}

body! {
    pub struct LessonSent for CourseChanges;
    beside {
        title: Name,
        tasks: BoundedList<LessonTaskSent, 0, { TASKS_MAX }>,
    }
    optional {
        description: Option<Prose> => description,
        auto_help: Option<bool> => auto_help,
    }
    others CourseChanges::default();
}

/// Reads the texts of a lesson. An error names its place in them.
pub fn read_lesson(json: &[u8]) -> Result<ReadLesson> {
    let json = json.strip_prefix(BYTE_ORDER_MARK).unwrap_or(json);
    let head: LessonHead = parse_object(json).map_err(in_file)?;
    let version = head.version.as_i64().filter(|version| *version > 0 && head.format == FORMAT);
    match version {
        Some(..=VERSION) => {}
        Some(_) => return Err(Error::LessonFileRefused { why: LessonFault::Newer }),
        None => return Err(Error::LessonFileRefused { why: LessonFault::NoLesson }),
    }
    let (title, tasks, first) = parse_object::<LessonSent>(json).map_err(in_file)?.parts();
    let task = |(title, steps, first): (String, Vec<(String, ItemChanges)>, UnitChanges)| {
        let step = |(title, first)| NewItem { kind: ItemKind::Step, title, first };
        (title, first, steps.into_iter().map(step).collect())
    };
    Ok(ReadLesson { title, first, tasks: tasks.into_iter().map(task).collect() })
}

fn in_file(error: Error) -> Error {
    match error {
        Error::BadInput { place: InputPlace::AsSent(place), fault } => {
            Error::bad_as_sent(format!("lesson.json: {place}"), fault)
        }
        Error::Unreadable { fault } => Error::bad_as_sent("lesson.json", fault),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::SurfaceWords;

    fn refusal(lesson: Value) -> String {
        match read_lesson(lesson.to_string().as_bytes()).err() {
            Some(Error::BadInput { place, .. }) => place.name(SurfaceWords::SCHOOL).into_owned(),
            Some(Error::LessonFileRefused { why }) => format!("{why:?}"),
            other => panic!("{other:?}"),
        }
    }

    fn with_step(step: Value) -> Value {
        json!({ "format": FORMAT, "version": 1, "title": "가", "tasks": [{ "title": "나", "steps": [step] }] })
    }

    #[test]
    fn keys_that_a_newer_writer_added_are_ignored() {
        let mut lesson = with_step(
            json!({ "title": "다", "later": { "a": [1] }, "pictures": [{ "file": "pictures/1.png", "x": 1 }] }),
        );
        lesson["later"] = json!("?");
        let read = read_lesson(&[BYTE_ORDER_MARK, lesson.to_string().as_bytes()].concat()).unwrap();
        let pictures = read.tasks[0].2[0].first.pictures.as_ref().unwrap();
        assert_eq!((read.title.as_str(), pictures[0].name.as_str()), ("가", "pictures/1.png"));
    }

    #[test]
    fn a_fault_is_named_with_its_place() {
        let choice = |options: Value| json!({ "title": "다", "question": { "kind": "CHOICE", "text": "?", "options": options } });
        let in_step = |place: &str| format!("lesson.json: tasks[0].steps[0].{place}");
        for (lesson, place) in [
            (json!([]), "lesson.json".to_owned()),
            (json!({}), "NoLesson".into()),
            (json!({ "format": "another", "version": 1 }), "NoLesson".into()),
            (json!({ "format": FORMAT, "version": "1" }), "NoLesson".into()),
            (json!({ "format": FORMAT, "version": 2, "title": 5 }), "Newer".into()),
            (json!({ "format": FORMAT, "version": 1, "tasks": [] }), "lesson.json: title".into()),
            (json!({ "format": FORMAT, "version": 1, "title": "가" }), "lesson.json: tasks".into()),
            (with_step(json!({})), in_step("title")),
            (with_step(json!({ "title": "다", "guide_text": "가".repeat(2_001) })), in_step("guide_text")),
            (with_step(json!({ "title": "다", "pictures": [{ "file": "../1.png" }] })), in_step("pictures[0].file")),
            (with_step(json!({ "title": "다", "pictures": [{}, {}, {}, {}, {}] })), in_step("pictures[0].file")),
        ] {
            assert_eq!(refusal(lesson.clone()), place, "{lesson}");
        }
        for options in [json!([{ "text": "하나" }]), json!([{ "text": "하나" }, { "text": "둘", "picture": "/etc" }])]
        {
            let place = refusal(with_step(choice(options)));
            assert!(place.starts_with(&in_step("question.")), "{place}");
        }
    }
}
