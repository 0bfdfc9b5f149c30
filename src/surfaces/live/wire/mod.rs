//! The JSON of this surface, key by key as in its seed.

pub mod answers;
pub mod buttons;
pub mod class_questions;
pub mod dashboard;
pub mod entry;
pub mod handout;
pub mod help_pictures;
pub mod learning;
pub mod lectures;
pub mod lesson_file;
pub mod people;
pub mod pictures;
pub mod pointer;
pub mod posters;
pub mod sessions;
pub mod slides;
pub mod staff;
pub mod step_questions;
pub mod teachers;

use self::pictures::PictureShown;
use self::step_questions::{QuestionShown, question_of};
use crate::school::Window;
use crate::school::outline::Item;
use crate::surfaces::keys::*;
use crate::surfaces::language::translate;

query! {
    pub struct PageQuery {
        /// The number of the page, from 1
        page: Option<Within<1, 1_000_000>>,
        /// The number of rows on a page, at most 100
        page_size: Option<Within<1, 100>>,
    }
}

impl PageQuery {
    /// Returns the part of the list that is asked for. `usual` is the page size if none is named.
    pub fn window(self, usual: i64) -> Window {
        Window::of_page(self.page.plain().unwrap_or(1), self.page_size.plain().unwrap_or(usual))
    }
}

pub const PAGE_SIZE: i64 = 20;
/// Page size where the seed shows a whole list without paging.
pub const WHOLE_PAGE: i64 = 100;

answer! {
    #[schema(example = json!({"page": 1, "page_size": 20, "total_count": 100, "total_pages": 5}))]
    pub struct Pagination from (Window, i64) as (window, total) {
        page: i64 = window.number(),
        page_size: i64 = window.limit,
        total_count: i64 = total,
        total_pages: i64 = window.pages(total),
    }

    #[schema(example = json!({"id": 10, "name": "박강사"}))]
    pub struct PersonRef from (i64, String) as (person, named) { id: i64 = person, name: String = named }

    #[schema(example = json!({"id": 1, "title": "카카오톡 기초"}))]
    pub struct TitleRef from (i64, String) as (of, titled) { id: i64 = of, title: String = titled }

    /// A step as a phone needs it.
    #[schema(example = json!({"id": 1001, "task_id": 100, "title": "친구 선택하기",
        "guide_text": "친구 목록에서 메시지를 보낼 친구를 선택하세요", "voice_guide_text": "친구 목록에서 메시지를 보낼 친구를 선택하세요",
        "pictures": [], "in_other_app": false, "question": null}))]
    pub struct StepGuide from &Item as item {
        id: i64 = item.id,
        task_id: i64 = item.unit,
        title: String = item.title.clone(),
        guide_text: Option<String> = item.guide.clone(),
        voice_guide_text: Option<String> = item.voice.clone(),
        pictures: Vec<PictureShown> = each(item.pictures()),
        /// Whether the step is done in another app than the one that shows it
        in_other_app: bool = item.in_other_app,
        /// The question of the step, without its right answer
        question: Option<QuestionShown> = question_of(item.question.as_deref()),
    }

    /// A message that says that something was done.
    #[schema(as = Said)]
    pub struct MessageBody from &'static str as text { message: String = translate(text).into() }
}

impl From<&Item> for TitleRef {
    fn from(item: &Item) -> TitleRef {
        TitleRef::from((item.id, item.title.clone()))
    }
}

impl<T> From<&Page<T>> for Pagination {
    fn from(page: &Page<T>) -> Pagination {
        Pagination::from((page.window, page.total))
    }
}
