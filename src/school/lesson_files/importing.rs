//! Reading a lecture from a file, all or nothing. The row of the lecture comes first and is deleted, so that nobody sees it; then its
//! pictures are stored to it; and one transaction writes all else and lets it be seen. What is left of an import that failed are a
//! row that nobody sees, and pictures that no step names, which go after a day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::Stream;

use super::inserting::insert_outline;
use super::{FILE_MAX_BYTES, LESSON, LESSON_MAX_BYTES, PARTS_MAX, ParseLesson, ReadLesson, STEPS_MAX};
use crate::app::School;
use crate::db::{HeldTable, args};
use crate::error::{Error, LessonFault, Result};
use crate::outside::received_file::ReceivedFile;
use crate::outside::zip::ZipReader;
use crate::patch::Patch;
use crate::school::courses::{Course, hidden};
use crate::school::pictures::reception::{Reception, ReceptionPlace};
use crate::school::pictures::{self, OF_COURSE_MAX_PICTURES, PictureUpload, StoredPicture};
use crate::school::rights::{Caller, Scope};
use crate::school::sessions::staff;
use crate::school::stored_objects::UploadPace;

/// Files that are received and read at once. Each takes room on the disk, and none in memory but that of one picture.
const AT_ONCE_MAX: usize = 2;
const WAITING_MAX: usize = 8;
const OF_PERSON_MAX: usize = 1;
/// Time for a file to come: 200 MiB at 3 Mbit/s.
const RECEIVED_WITHIN: Duration = Duration::from_secs(600);

static IMPORTS: Reception = Reception::new(AT_ONCE_MAX, WAITING_MAX, OF_PERSON_MAX);

/// A file with a lesson that may come, as one of a bounded number.
pub struct LessonUpload {
    app: School,
    caller: Caller,
    _place: ReceptionPlace,
}

/// Begins to take a file, before any of it is read.
pub async fn begin(app: &School, caller: &Caller) -> Result<LessonUpload> {
    caller.must_have(Scope::CourseCreate)?;
    Ok(LessonUpload { app: app.clone(), caller: caller.clone(), _place: IMPORTS.place(caller.id).await? })
}

impl LessonUpload {
    /// Takes the file, and returns the lecture that was made of it. `bytes` is its size, if the sender said it.
    pub async fn finish<Content, Block, Broken>(
        self,
        bytes: Option<u64>,
        content: &mut Content,
        parse: ParseLesson,
    ) -> Result<Course>
    where
        Content: Stream<Item = Result<Block, Broken>> + Unpin,
        Block: AsRef<[u8]>,
    {
        let (zip, lesson) = self.receive(bytes, content, parse).await?;
        let steps: usize = lesson.tasks.iter().map(|(_, _, steps)| steps.len()).sum();
        if steps > STEPS_MAX {
            return Err(refused(LessonFault::TooManySteps));
        }
        let parts = named_parts(&lesson);
        if parts.len() > OF_COURSE_MAX_PICTURES as usize {
            return Err(refused(LessonFault::TooManyPictures));
        }
        if let Some(missing) = parts.iter().find(|part| !zip.has(part)) {
            return Err(Error::LessonPartRefused { place: missing.clone(), why: LessonFault::Missing });
        }
        let course = self.insert_hidden(&lesson.title).await?;
        let zip = Arc::new(zip);
        let mut stored = BTreeMap::new();
        for part in parts {
            let picture = self.store(course, zip.clone(), part.clone()).await?;
            stored.insert(part, picture);
        }
        self.show(course, lesson, stored).await
    }

    async fn receive<Content, Block, Broken>(
        &self,
        bytes: Option<u64>,
        content: &mut Content,
        parse: ParseLesson,
    ) -> Result<(ZipReader, ReadLesson)>
    where
        Content: Stream<Item = Result<Block, Broken>> + Unpin,
        Block: AsRef<[u8]>,
    {
        let too_large = Error::TooLarge { limit_bytes: FILE_MAX_BYTES as usize };
        let expected = bytes.unwrap_or(FILE_MAX_BYTES);
        if expected > FILE_MAX_BYTES {
            return Err(too_large);
        }
        let mut file = ReceivedFile::begin(&self.app.config.data, expected).await?;
        let mut pace = UploadPace::begins_now(RECEIVED_WITHIN);
        let mut received_bytes = 0;
        while let Some(block) = pace.next(content).await? {
            received_bytes += block.as_ref().len() as u64;
            if received_bytes > FILE_MAX_BYTES {
                return Err(too_large);
            }
            file = file.write(block.as_ref()).await?;
        }
        let file = file.finish().await?;
        blocking(move || {
            let zip = ZipReader::open(file, PARTS_MAX)?;
            let lesson = parse(&zip.read(LESSON, LESSON_MAX_BYTES)?)?;
            Ok((zip, lesson))
        })
        .await
    }

    async fn insert_hidden(&self, title: &str) -> Result<i64> {
        let mut tx = self.app.db.begin().await?;
        let course = hidden::insert(&mut tx, &self.caller, title, self.app.now_ms()).await?;
        self.app.commit(tx, Vec::new()).await?;
        Ok(course)
    }

    /// Stores a picture of the file as if it had been sent alone.
    async fn store(&self, course: i64, zip: Arc<ZipReader>, part: String) -> Result<StoredPicture> {
        let place = part.clone();
        let file = blocking(move || zip.read(&part, pictures::FILE_MAX_BYTES)).await?;
        let stored = PictureUpload::of_import(&self.app, course).finish(file.into()).await;
        stored.map_err(|error| match error {
            Error::PictureRefused { why } => Error::LessonPartRefused { place, why: why.into() },
            other => other,
        })
    }

    async fn show(&self, id: i64, lesson: ReadLesson, stored: BTreeMap<String, StoredPicture>) -> Result<Course> {
        let now_ms = self.app.now_ms();
        let mut tx = self.app.db.begin().await?;
        tx.hold(HeldTable::Courses, id).await?;
        tx.hold_where(HeldTable::Pictures, "course = $1", args![id]).await?;
        // The right of the caller may have ended while the file came.
        tx.hold(HeldTable::People, self.caller.id).await?;
        staff::must_be_colleague(&mut tx, self.caller.id).await?;
        let course = hidden::show(&mut tx, &self.caller, id, lesson.title, lesson.first, now_ms).await?;
        insert_outline(&mut tx, id, lesson.tasks, &stored, now_ms).await?;
        self.app.commit(tx, Vec::new()).await?;
        Ok(course)
    }
}

fn refused(why: LessonFault) -> Error {
    Error::LessonPartRefused { place: LESSON.to_owned(), why }
}

/// Returns the parts that the steps and their questions name, each once, in the order of the steps.
fn named_parts(lesson: &ReadLesson) -> Vec<String> {
    let mut parts = Vec::new();
    let mut known = BTreeSet::new();
    for item in lesson.tasks.iter().flat_map(|(_, _, items)| items) {
        let shown = item.first.pictures.iter().flatten().map(|picture| &picture.name);
        let asked = match &item.first.question {
            Patch::Set(question) => question.options.as_slice(),
            _ => &[],
        };
        for part in shown.chain(asked.iter().filter_map(|option| option.picture.as_ref())) {
            if known.insert(part) {
                parts.push(part.clone());
            }
        }
    }
    parts
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}
