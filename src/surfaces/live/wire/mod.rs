//! The JSON of this surface, key by key as in its seed.

pub mod attendance;
pub mod buttons;
pub mod dashboard;
pub mod entry;
pub mod learning;
pub mod lectures;
pub mod people;
pub mod school;
pub mod sessions;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::school::Window;
use crate::school::outline::Item;
use crate::surfaces::answer::answer;
use crate::surfaces::language;
use crate::surfaces::texts::Within;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The number of the page, from 1
    #[param(inline)]
    pub page: Option<Within<1, 1_000_000>>,
    /// The number of rows on a page, at most 100
    #[param(inline)]
    pub page_size: Option<Within<1, 100>>,
}

impl PageQuery {
    /// Returns the part of the list that is asked for, and the page's number. `usual` is the page size if none is named.
    pub fn window(&self, usual: i64) -> (Window, i64) {
        let page = self.page.as_ref().map_or(1, |p| p.0);
        let limit = self.page_size.as_ref().map_or(usual, |s| s.0);
        (Window { limit, offset: (page - 1) * limit }, page)
    }
}

pub const PAGE_SIZE: i64 = 20;
/// Page size where the seed shows a whole list without paging.
pub const WHOLE_PAGE: i64 = 100;

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"page": 1, "page_size": 20, "total_count": 100, "total_pages": 5}))]
pub struct Pagination {
    pub page: i64,
    pub page_size: i64,
    pub total_count: i64,
    pub total_pages: i64,
}

impl Pagination {
    pub fn of(window: Window, page: i64, total: i64) -> Pagination {
        Pagination {
            page,
            page_size: window.limit,
            total_count: total,
            total_pages: total.div_euclid(window.limit) + i64::from(total % window.limit != 0),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": 10, "name": "박강사"}))]
pub struct PersonRef {
    pub id: i64,
    pub name: String,
}

answer! {
    #[schema(example = json!({"id": 1, "title": "카카오톡 기초"}))]
    pub struct TitleRef from &Item as item {
        id: i64 = item.id,
        title: String = item.title.clone(),
    }
}

answer! {
    /// A step as a phone needs it.
    #[schema(example = json!({"id": 1001, "task_id": 100, "title": "친구 선택하기",
        "guide_text": "친구 목록에서 메시지를 보낼 친구를 선택하세요",
        "voice_guide_text": "친구 목록에서 메시지를 보낼 친구를 선택하세요"}))]
    pub struct StepGuide from &Item as item {
        id: i64 = item.id,
        task_id: i64 = item.unit,
        title: String = item.title.clone(),
        guide_text: Option<String> = item.guide.clone(),
        voice_guide_text: Option<String> = item.voice.clone(),
    }
}

/// A message that says that something was done.
#[derive(Serialize, ToSchema)]
#[schema(as = Said)]
pub struct MessageBody {
    pub message: String,
}

pub fn message_body(message: &'static str) -> MessageBody {
    MessageBody { message: language::translate(message).into() }
}
