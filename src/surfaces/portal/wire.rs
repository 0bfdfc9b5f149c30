//! The JSON that all of this surface has alike. The rest stands beside its handlers, key by key as in the seed.

use serde::Serialize;

use crate::school::Window;
use crate::school::enrollment::Enrollment;
use crate::surfaces::keys::*;

/// The answer of every request of this surface.
#[derive(Serialize, ToSchema)]
pub struct Done<T> {
    pub success: bool,
    pub message: &'static str,
    #[serde(flatten)]
    pub what: T,
}

query! {
    pub struct Pages {
        /// The number of the page, from 1
        page: Option<Within<1, 1_000_000>>,
        /// The number of rows on a page, at most 100 (20; 100 where pages show the whole list)
        size: Option<Within<1, 100>>,
    }
}

const PAGE_SIZE: i64 = 20;
/// Page size of lists that pages show whole.
pub const WHOLE_PAGE: i64 = 100;

impl Pages {
    /// Returns the part of the list that is asked for. `usual` is the page size if none is named.
    pub fn window(self, usual: i64) -> Window {
        Window::of_page(self.page.plain().unwrap_or(1), self.size.plain().unwrap_or(usual))
    }
}

impl From<Pages> for Window {
    fn from(pages: Pages) -> Window {
        pages.window(PAGE_SIZE)
    }
}

answer! {
    #[schema(example = json!({"page": 1, "size": 20, "total_count": 100, "total_pages": 5}))]
    pub struct Paging from (Window, i64) as (window, total) {
        page: i64 = window.number(),
        size: i64 = window.limit,
        total_count: i64 = total,
        total_pages: i64 = window.pages(total),
    }

    /// Scores from 0 to 100; null for a part that the course does not have.
    pub struct Grade from &Enrollment as e {
        attendance_score: Option<f64> = e.attendance_score,
        assessment_score: Option<f64> = e.assessment_score,
        progress_score: Option<f64> = e.progress_score,
        total_score: Option<f64> = e.total_score,
    }
}
