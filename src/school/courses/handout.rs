//! The handout of a lecture: its steps on paper, for those who may read what it holds.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::time::timeout;

use crate::app::School;
use crate::config::UNNAMED_SCHOOL;
use crate::db::{args, placeholders};
use crate::error::{Error, Result};
use crate::failures::Attempts;
use crate::language::Language;
use crate::print::{
    HandoutFacts, HandoutMark, HandoutOption, HandoutPicture, HandoutQuestion, HandoutStep, HandoutWords,
    PrintedAnswers, PrintedPicture, PrintedShape,
};
use crate::school::enrollment::conditions::must_not_be_unpaid;
use crate::school::outline::{self, Item};
use crate::school::pictures::reception::Reception;
use crate::school::pictures::{self, MarkShape, PictureMark, StepPicture};
use crate::school::rights::{self, Caller};
use crate::school::sessions::codes;
use crate::school::step_questions::{self, StepQuestion, StepQuestionKind};

/// A longer handout would take a printer minutes, and nobody would carry it home.
const MAX_STEPS: i64 = 300;
/// Files of pictures in one handout. After these, the small files are printed.
const LARGE_FILES_MAX_BYTES: i64 = 16 << 20;
const READ_AT_ONCE_MAX: usize = 4;
const READ_WITHIN: Duration = Duration::from_secs(20);
const RETRY_AFTER_S: u64 = 5;

/// Handouts whose pictures are in memory: one, so that certificates are printed meanwhile.
const GATHERED_AT_ONCE_MAX: usize = 1;
const WAITING_MAX_HANDOUTS: usize = 32;
const OF_PERSON_MAX_HANDOUTS: usize = 1;

static HANDOUTS: Reception = Reception::new(GATHERED_AT_ONCE_MAX, WAITING_MAX_HANDOUTS, OF_PERSON_MAX_HANDOUTS);

/// The reader for whom a handout is printed.
pub struct HandoutReader {
    /// The kinds of their phone, the likeliest first: a make, or one of the systems.
    pub phones: Vec<String>,
    pub language: Language,
}

pub struct Handout {
    /// The name of the file, without its ending.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Prints the handout of a lecture for those who may read its contents. The same lecture gives the same bytes to the same reader.
pub async fn print(app: &School, caller: &Caller, course: i64, reader: HandoutReader) -> Result<Handout> {
    let lecture = find(app, caller, course).await?;
    app.failures.take_for_good(&Attempts::HandoutsBy(caller.id), app.now_ms())?;
    let place = HANDOUTS.place(caller.id).await?;
    let words = words(reader.language);
    let name = format!("{} {}", lecture.title, words.handout);
    let gathered = timeout(READ_WITHIN, gather(app, lecture.steps, &reader.phones)).await;
    let steps = gathered.map_err(|_| Error::StoreAway { retry_after_s: RETRY_AFTER_S })??;
    let facts = HandoutFacts {
        title: lecture.title,
        school: Some(app.config.school_name.clone()).filter(|name| name != UNNAMED_SCHOOL),
        review_url: lecture.review_url,
        language: reader.language.tag(),
        words,
        steps,
    };
    let bytes = app.printer.print_handout(facts).await?;
    drop(place);
    Ok(Handout { name, bytes })
}

fn words(language: Language) -> HandoutWords {
    let choose = |words: [&'static str; 3]| language.choose(words);
    HandoutWords {
        handout: choose(["handout", "유인물", "プリント"]),
        review: choose(["See it again", "복습하기", "復習する"]),
        how: choose([
            "Point the camera of your phone at the square,\nand see all of it again on the screen.",
            "휴대폰 카메라로 네모 그림을 비추면,\n배운 것을 화면에서 다시 볼 수 있어요.",
            "スマホのカメラを四角い絵に向けると、\n習ったことを画面でもう一度見られます。",
        ]),
        question: choose(["Try it", "풀어 보세요", "考えてみましょう"]),
        answer: choose(["Answer", "답", "答え"]),
        yes: choose(["Yes", "예", "はい"]),
        no: choose(["No", "아니요", "いいえ"]),
    }
}

struct ReadLecture {
    title: String,
    review_url: String,
    steps: Vec<Item>,
}

async fn find(app: &School, caller: &Caller, course: i64) -> Result<ReadLecture> {
    let mut tx = app.db.read().await?;
    let access = rights::find_seen_course(&mut tx, Some(caller), course).await?;
    if !rights::may_read_contents(&mut tx, Some(caller), course, app.now_ms()).await? {
        must_not_be_unpaid(&mut tx, course, caller.id).await?;
        return Err(Error::NotAdmitted);
    }
    let (title,): (String,) = tx.one("select title from courses where id = $1", args![course]).await?;
    let steps = outline::steps(&mut tx, course).await?;
    match steps.len() as i64 {
        0 => return Err(Error::NoSteps),
        count if count > MAX_STEPS => return Err(Error::TooManySteps { most: MAX_STEPS }),
        _ => {}
    }
    let leads = rights::leads(&mut tx, caller, course, access.instructor).await?;
    let session = codes::review_url(&mut tx, &app.public_url, course, (caller.id, leads)).await?;
    // Without a session, one's own record leads on to it once there is one.
    let review_url = session.unwrap_or_else(|| format!("{}/me", app.public_url));
    Ok(ReadLecture { title, review_url, steps })
}

/// A step with the picture that is printed of it, and the file of that.
struct ChosenStep {
    title: String,
    guide: String,
    picture: Option<(StepPicture, String)>,
    question: Option<StepQuestion>,
}

/// Reads the pictures of all steps, a few at once.
async fn gather(app: &School, steps: Vec<Item>, phones: &[String]) -> Result<Vec<HandoutStep>> {
    let shown: Vec<Option<StepPicture>> = steps.iter().map(|step| picture_for(step.pictures(), phones)).collect();
    let sizes = sizes_of(app, &shown).await?;
    let mut bytes = 0;
    let mut choose = |(step, picture): (Item, Option<StepPicture>)| {
        let with_file = |shown: StepPicture| {
            bytes += sizes.get(&shown.picture.name).copied().unwrap_or(0);
            let is_large = bytes <= LARGE_FILES_MAX_BYTES;
            let file = if is_large { shown.picture.file() } else { shown.picture.small_file() };
            (shown, file)
        };
        let picture = picture.map(with_file);
        let question = step_questions::of_json(step.question.as_deref());
        ChosenStep { title: step.title, guide: step.guide.unwrap_or_default(), picture, question }
    };
    let chosen: Vec<ChosenStep> = steps.into_iter().zip(shown).map(&mut choose).collect();
    let read = |step| printed(app.clone(), step);
    stream::iter(chosen).map(read).buffered(READ_AT_ONCE_MAX).try_collect().await
}

async fn printed(app: School, step: ChosenStep) -> Result<HandoutStep> {
    let ChosenStep { title, guide, picture, question } = step;
    let picture = match picture {
        Some((shown, file)) => Some(picture_of(shown, content(&app, &file).await?)),
        None => None,
    };
    let question = match question {
        Some(question) => Some(question_of(&app, question).await?),
        None => None,
    };
    Ok(HandoutStep { title, guide, picture, question })
}

/// Chooses the picture of a step as phones do (`static/learn/kinds.js`): for one of these kinds, the likeliest first; else the one for
/// all, or the first.
fn picture_for(pictures: Vec<StepPicture>, phones: &[String]) -> Option<StepPicture> {
    let kinds = phones.iter().map(String::as_str).chain([pictures::FOR_ALL]);
    let at = kinds.filter_map(|kind| pictures.iter().position(|picture| picture.shown_on == kind)).next();
    pictures.into_iter().nth(at.unwrap_or(0))
}

/// Returns how many bytes the files of these pictures have, by their names.
async fn sizes_of(app: &School, shown: &[Option<StepPicture>]) -> Result<HashMap<String, i64>> {
    let names: Vec<String> = shown.iter().flatten().map(|shown| shown.picture.name.clone()).collect();
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let (marks, args) = placeholders(&names, 1);
    let sql = format!("select name, bytes from pictures where name in ({marks})");
    let found: Vec<(String, i64)> = app.db.all(sql, args).await?;
    Ok(found.into_iter().collect())
}

/// Reads a file of a picture that a step names. `None` if it is lost: the description is printed then.
async fn content(app: &School, file: &str) -> Result<Option<PrintedPicture>> {
    match pictures::read_named(app, file).await {
        Ok(bytes) => Ok(Some(PrintedPicture { bytes, is_png: file.ends_with(".png") })),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn picture_of(shown: StepPicture, content: Option<PrintedPicture>) -> HandoutPicture {
    let StepPicture { picture, alt, marks, .. } = shown;
    HandoutPicture {
        content,
        description: alt,
        width: picture.width as f32,
        height: picture.height as f32,
        marks: marks.into_iter().map(mark_of).collect(),
    }
}

fn mark_of(mark: PictureMark) -> HandoutMark {
    let share = |value: f64| value.clamp(0.0, 1.0) as f32;
    HandoutMark {
        shape: match mark.kind {
            MarkShape::Ring => PrintedShape::Ring,
            MarkShape::Box => PrintedShape::Box,
            MarkShape::Arrow => PrintedShape::Arrow,
            MarkShape::Swipe => PrintedShape::Swipe,
            MarkShape::Number => PrintedShape::Number,
        },
        from: (share(mark.x), share(mark.y)),
        to: (share(mark.to_x.unwrap_or(mark.x)), share(mark.to_y.unwrap_or(mark.y))),
        size: mark.size.map(share),
        number: mark.number,
        label: mark.label.unwrap_or_default(),
    }
}

/// Takes what is printed of a question: never its right answer.
async fn question_of(app: &School, question: StepQuestion) -> Result<HandoutQuestion> {
    let StepQuestion { kind, text, options, unit, answer: _ } = question;
    let mut printed = Vec::new();
    for option in options {
        let picture = match option.picture {
            Some(picture) => content(app, &picture.small_file()).await?,
            None => None,
        };
        printed.push(HandoutOption { text: option.text, picture });
    }
    let answers = match kind {
        StepQuestionKind::Choice => PrintedAnswers::Options(printed),
        StepQuestionKind::YesNo => PrintedAnswers::YesNo,
        StepQuestionKind::Number => PrintedAnswers::Number { unit },
    };
    Ok(HandoutQuestion { text, answers })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::school::pictures::StoredPicture;

    fn shown_on(kinds: &[&str]) -> Vec<StepPicture> {
        let picture = |kind: &&str| StepPicture {
            picture: StoredPicture { name: (*kind).into(), kind: "png".into(), width: 1, height: 1 },
            shown_on: (*kind).into(),
            alt: String::new(),
            marks: Vec::new(),
        };
        kinds.iter().map(picture).collect()
    }

    #[test]
    fn the_picture_is_chosen_as_phones_choose_it() {
        let all = ["IPHONE", "ALL", "갤럭시 A34", "ANDROID"];
        for (pictures, phones, expected) in [
            (&all[..], &["갤럭시 A34", "ANDROID"][..], Some("갤럭시 A34")),
            (&all, &["갤럭시 S9", "ANDROID"], Some("ANDROID")),
            (&all, &["갤럭시 S9"], Some("ALL")),
            (&all, &["ALL", "IPHONE"], Some("ALL")),
            (&["IPHONE", "ANDROID"], &["ALL"], Some("IPHONE")),
            (&["IPHONE", "ANDROID"], &["ALL", "ANDROID"], Some("ANDROID")),
            (&[], &["ALL"], None),
        ] {
            let phones: Vec<String> = phones.iter().map(|phone| (*phone).to_owned()).collect();
            let chosen = picture_for(shown_on(pictures), &phones).map(|picture| picture.shown_on);
            assert_eq!(chosen.as_deref(), expected, "{phones:?} of {pictures:?}");
        }
    }
}
