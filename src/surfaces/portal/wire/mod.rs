//! The JSON of this surface, key by key as in its seed.

pub mod assessments;
pub mod attendance;
pub mod completions;
pub mod courses;
pub mod enrollments;
pub mod progress;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::school::{Page, Window};
use crate::surfaces::texts::Within;

/// The answer of every request of this surface.
#[derive(Serialize, ToSchema)]
pub struct Done<T> {
    pub success: bool,
    pub message: &'static str,
    #[serde(flatten)]
    pub what: T,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Pages {
    /// The number of the page, from 1
    #[param(inline)]
    pub page: Option<Within<1, 1_000_000>>,
    /// The number of rows on a page, at most 100
    #[param(inline)]
    pub size: Option<Within<1, 100>>,
}

/// The position in a list that is mostly read as a whole.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WholePages {
    /// The number of the page, from 1
    #[param(inline)]
    pub page: Option<Within<1, 1_000_000>>,
    /// The number of rows on a page, at most 100 (100)
    #[param(inline)]
    pub size: Option<Within<1, 100>>,
}

const USUAL_SIZE: i64 = 20;
const WHOLE_SIZE: i64 = 100;

impl From<Pages> for Window {
    fn from(pages: Pages) -> Window {
        window(pages.page.as_ref(), pages.size.as_ref(), USUAL_SIZE)
    }
}

impl From<WholePages> for Window {
    fn from(pages: WholePages) -> Window {
        window(pages.page.as_ref(), pages.size.as_ref(), WHOLE_SIZE)
    }
}

fn window(page: Option<&Within<1, 1_000_000>>, size: Option<&Within<1, 100>>, usual: i64) -> Window {
    let limit = size.map_or(usual, |size| size.0);
    Window { limit, offset: (page.map_or(1, |page| page.0) - 1) * limit }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"page": 1, "size": 20, "total_count": 100, "total_pages": 5}))]
pub struct Paging {
    pub page: i64,
    pub size: i64,
    pub total_count: i64,
    pub total_pages: i64,
}

impl<T> From<&Page<T>> for Paging {
    fn from(page: &Page<T>) -> Paging {
        let Window { limit, offset } = page.window;
        Paging {
            page: offset / limit + 1,
            size: limit,
            total_count: page.total,
            total_pages: page.total.div_euclid(limit) + i64::from(page.total % limit != 0),
        }
    }
}

/// Scores from 0 to 100; null for a part that the course does not have.
#[derive(Serialize, ToSchema)]
pub struct Grade {
    pub attendance_score: Option<f64>,
    pub assessment_score: Option<f64>,
    pub progress_score: Option<f64>,
    pub total_score: Option<f64>,
}
