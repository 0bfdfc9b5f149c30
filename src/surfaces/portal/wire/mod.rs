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

/// Every answer of this surface: it was done, and what of it.
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
    /// Which page, from 1
    #[param(inline)]
    pub page: Option<Within<1, 1_000_000>>,
    /// How many on a page, at most 100
    #[param(inline)]
    pub size: Option<Within<1, 100>>,
}

/// The same for a list of which pages show all.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WholePages {
    /// Which page, from 1
    #[param(inline)]
    pub page: Option<Within<1, 1_000_000>>,
    /// How many on a page, at most 100 (100)
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

/// Each from 0 to 100; null for what a course has none of.
#[derive(Serialize, ToSchema)]
pub struct Grade {
    pub attendance_score: Option<f64>,
    pub assessment_score: Option<f64>,
    pub progress_score: Option<f64>,
    pub total_score: Option<f64>,
}
