//! The JSON that all of this surface has alike. The rest stands beside its handlers.

use crate::school::Window;
use crate::surfaces::keys::*;
use crate::surfaces::language::translate;
use crate::surfaces::request_url::RequestUrl;

query! {
    pub struct AcademyPages {
        /// The number of the page, from 1
        page: Option<Within<1, 1_000_000>>,
        /// The number of rows on a page, at most 100 (20)
        page_size: Option<Within<1, 100>>,
    }
}

const PAGE_SIZE: i64 = 20;

impl From<AcademyPages> for Window {
    fn from(pages: AcademyPages) -> Window {
        Window::of_page(pages.page.plain().unwrap_or(1), pages.page_size.plain().unwrap_or(PAGE_SIZE))
    }
}

answer! {
    /// Says that something was done.
    #[schema(example = json!({"detail": "로그아웃했습니다"}))]
    pub struct AcademyDone from &'static str as text { detail: String = translate(text).into() }

    pub struct AcademyPage from (Window, i64, &RequestUrl) as (window, total, url) {
        /// The number of rows on all pages
        count: i64 = total,
        /// The URL of the page behind this one
        next: Option<String> = window.has_more(total).then(|| url.with("page", window.number() + 1)),
        /// The URL of the page before this one
        previous: Option<String> = (window.number() > 1).then(|| url.with("page", window.number() - 1)),
    }
}
