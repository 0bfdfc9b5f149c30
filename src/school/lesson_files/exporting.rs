//! Writing a lecture into a file. The file is never whole anywhere here: one picture after the other goes from the store to the reader.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{
    FILE_MAX_BYTES, LESSON, LESSON_MAX_BYTES, OutlineToWrite, STEPS_MAX, StepToWrite, TASKS_MAX, TaskToWrite,
    WriteLesson,
};
use crate::app::School;
use crate::db::{Tx, placeholders};
use crate::error::{Error, Result};
use crate::outside::zip::ZipWriter;
use crate::school::outline::{self, Item};
use crate::school::pictures::reception::Reception;
use crate::school::pictures::{OF_COURSE_MAX_PICTURES, StoredPicture, read_stored};
use crate::school::rights::{self, Caller};
use crate::school::{courses, step_questions};

const AT_ONCE_MAX: usize = 8;
const WAITING_MAX: usize = 32;
const OF_PERSON_MAX: usize = 2;
/// A reader takes each block within this time.
const BLOCK_TAKEN_WITHIN: Duration = Duration::from_secs(60);
const BLOCK_BYTES: usize = 256 << 10;

static EXPORTS: Reception = Reception::new(AT_ONCE_MAX, WAITING_MAX, OF_PERSON_MAX);

/// A lecture on its way out.
pub struct LessonDownload<Blocks> {
    pub title: String,
    pub blocks: Blocks,
}

/// The pictures of a lecture, in the order in which steps show them first, and their parts.
#[derive(Default)]
struct NamedParts {
    pictures: Vec<StoredPicture>,
    of_name: BTreeMap<String, String>,
}

impl NamedParts {
    fn part_of(&mut self, picture: &StoredPicture) -> String {
        if let Some(part) = self.of_name.get(&picture.name) {
            return part.clone();
        }
        self.pictures.push(picture.clone());
        let part = part_name(self.pictures.len(), &picture.kind);
        self.of_name.insert(picture.name.clone(), part.clone());
        part
    }
}

fn part_name(number: usize, kind: &str) -> String {
    format!("pictures/{number}.{kind}")
}

/// Writes a lecture that the caller leads into a file. Fails if the file could not be read again, since it would have too much.
pub async fn export(
    app: &School,
    caller: &Caller,
    id: i64,
    write: WriteLesson,
) -> Result<LessonDownload<impl Stream<Item = Result<Bytes>> + Send + 'static>> {
    caller.must_be_staff()?;
    let mut tx = app.db.read().await?;
    rights::find_led_course(&mut tx, caller, id).await?;
    let course = courses::by_id(&mut tx, id).await?;
    courses::copying::must_be_open_or_own(caller, &course)?;
    let mut parts = NamedParts::default();
    let units = outline::units_with_items(&mut tx, id).await?;
    let tasks = units.into_iter().map(|(unit, items)| TaskToWrite {
        title: unit.title,
        description: unit.description,
        steps: items.into_iter().filter(Item::is_step).map(|step| to_write(step, &mut parts)).collect(),
    });
    let tasks: Vec<TaskToWrite> = tasks.collect();
    let steps: usize = tasks.iter().map(|task| task.steps.len()).sum();
    let is_too_much = parts.pictures.len() > OF_COURSE_MAX_PICTURES as usize || steps > STEPS_MAX;
    if is_too_much || tasks.len() > TASKS_MAX || stored_bytes(&mut tx, &parts.pictures).await? > FILE_MAX_BYTES as i64 {
        return Err(Error::LessonTooLarge);
    }
    drop(tx);
    let title = course.title.clone();
    let (description, auto_help) = (course.description, course.auto_help);
    let json = write(OutlineToWrite { title: course.title, description, auto_help, tasks })?;
    if json.len() > LESSON_MAX_BYTES {
        return Err(Error::LessonTooLarge);
    }
    let place = EXPORTS.place(caller.id).await?;
    // A store that is away is told as such, and not by a file that ends early.
    let first = match parts.pictures.first() {
        Some(picture) => Some(read_stored(app, &picture.file()).await?),
        None => None,
    };
    let (sender, blocks) = mpsc::channel(1);
    let app = app.clone();
    tokio::spawn(async move {
        let _until_the_last = place;
        let mut file = FileToSend { zip: ZipWriter::default(), sender };
        if let Err(Some(error)) = file.send_all(&app, json, parts.pictures, first).await {
            tracing::warn!(%error, course = id, "a lesson was not written to its end");
            let _ = file.sender.send(Err(error)).await;
        }
    });
    let blocks = stream::unfold(blocks, |mut blocks| async move { blocks.recv().await.map(|block| (block, blocks)) });
    Ok(LessonDownload { title, blocks })
}

fn to_write(step: Item, parts: &mut NamedParts) -> StepToWrite {
    let pictures = step.pictures().into_iter().map(|shown| (parts.part_of(&shown.picture), shown)).collect();
    let question = step_questions::of_json(step.question.as_deref());
    let question = question.and_then(|asked| asked.with_pictures(|_, picture| Ok(parts.part_of(&picture))).ok());
    StepToWrite { step, pictures, question }
}

async fn stored_bytes(tx: &mut Tx, pictures: &[StoredPicture]) -> Result<i64> {
    let names: Vec<String> = pictures.iter().map(|picture| picture.name.clone()).collect();
    let (marks, names) = placeholders(&names, 1);
    let sql = format!("select cast(coalesce(sum(bytes), 0) as bigint) from pictures where name in ({marks})");
    Ok(tx.one::<(i64,)>(sql, names).await?.0)
}

/// A file that is being written. It fails without an error if its reader has gone away, or takes nothing more.
struct FileToSend {
    zip: ZipWriter,
    sender: mpsc::Sender<Result<Bytes>>,
}

impl FileToSend {
    async fn send_all(
        &mut self,
        app: &School,
        json: Vec<u8>,
        pictures: Vec<StoredPicture>,
        mut first: Option<Bytes>,
    ) -> Result<(), Option<Error>> {
        self.send_part(LESSON, json.into()).await?;
        for (n, picture) in pictures.iter().enumerate() {
            let content = match first.take() {
                Some(content) => content,
                None => read_stored(app, &picture.file()).await.map_err(Some)?,
            };
            self.send_part(&part_name(n + 1, &picture.kind), content).await?;
        }
        let end = std::mem::take(&mut self.zip).end().map_err(Some)?;
        self.send(end).await
    }

    async fn send_part(&mut self, name: &str, content: Bytes) -> Result<(), Option<Error>> {
        let head = self.zip.head_of(name, &content).map_err(Some)?;
        self.send(head).await?;
        self.send(content).await
    }

    async fn send(&mut self, mut content: Bytes) -> Result<(), Option<Error>> {
        while !content.is_empty() {
            let block = content.split_to(content.len().min(BLOCK_BYTES));
            match timeout(BLOCK_TAKEN_WITHIN, self.sender.send(Ok(block))).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return Err(None),
            }
        }
        Ok(())
    }
}
