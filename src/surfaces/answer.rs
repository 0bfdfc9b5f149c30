//! Declares the JSON of a surface's answers: each key once, with its type and the place its value comes from.

/// Makes structs, their schemas, and their conversions from what a verb returns:
///
/// ```text
/// answer! {
///     #[schema(as = PortalClass)]
///     pub struct Class from ClassRow as class {
///         class_id: i64 = class.id,
///         created_at: Instant = Instant(class.created_ms),
///     }
///
///     pub struct Joined from (ClassRow, &str) as (class, url)
///         let code = class.code.to_lowercase();
///     {
///         join_url: String = format!("{url}/l/{code}"),
///     }
/// }
/// ```
///
/// `#![serde(rename_all = "camelCase")]` at its head is put on each struct.
macro_rules! answer {
    (
        #![$of_all:meta]
        $(
            $(#[$of_struct:meta])*
            pub struct $name:ident from $source:ty as $it:tt $( let $bound:pat = $to:expr; )* { $($keys:tt)* }
        )+
    ) => {$(
        answer! {
            #[$of_all]
            $(#[$of_struct])*
            pub struct $name from $source as $it $( let $bound = $to; )* { $($keys)* }
        }
    )+};
    ($(
        $(#[$of_struct:meta])*
        pub struct $name:ident from $source:ty as $it:tt $( let $bound:pat = $to:expr; )* {
            $( $(#[$of_key:meta])* $key:ident: $type:ty = $value:expr ),* $(,)?
        }
    )+) => {$(
        #[derive(serde::Serialize, utoipa::ToSchema)]
        $(#[$of_struct])*
        pub struct $name {
            $( $(#[$of_key])* pub $key: $type, )*
        }

        impl From<$source> for $name {
            fn from($it: $source) -> $name {
                $( let $bound = $to; )*
                $name { $( $key: $value, )* }
            }
        }
    )+};
}
pub(crate) use answer;

/// Makes answers that show a page of a list: the page, as the surface describes it, and the rows below their key.
///
/// ```text
/// paged! { pub struct Courses of Course { paging: Paging, courses: PortalCourse } }
/// ```
///
/// Behind `with` stands what the page needs besides the list, such as the URL of the request; the answer is then made of a pair.
///
/// ```text
/// paged! { pub struct Videos of Video, with RequestUrl { #[serde(flatten)] page: LinkedPage, results: AcademyVideo } }
///
/// ok((videos::list(&app, window).await?, url))
/// ```
macro_rules! paged {
    ($(
        $(#[$of_struct:meta])*
        pub struct $name:ident of $row:ty { $(#[$of_page:meta])* $page_key:ident: $page:ty, $key:ident: $shown:ty }
    )+) => {
        answer! {$(
            $(#[$of_struct])*
            pub struct $name from Page<$row> as page {
                $(#[$of_page])* $page_key: $page = <$page>::from((page.window, page.total)),
                $key: Vec<$shown> = each(page.rows),
            }
        )+}
    };
    ($(
        $(#[$of_struct:meta])*
        pub struct $name:ident of $row:ty, with $besides:ty {
            $(#[$of_page:meta])* $page_key:ident: $page:ty, $key:ident: $shown:ty
        }
    )+) => {
        answer! {$(
            $(#[$of_struct])*
            pub struct $name from (Page<$row>, $besides) as (page, besides) {
                $(#[$of_page])* $page_key: $page = <$page>::from((page.window, page.total, &besides)),
                $key: Vec<$shown> = each(page.rows),
            }
        )+}
    };
}
pub(crate) use paged;

/// Converts each row of a list into the form that the surface shows.
pub fn each<Row, Shown: From<Row>>(rows: Vec<Row>) -> Vec<Shown> {
    rows.into_iter().map(Shown::from).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::school::Window;
    use crate::surfaces::keys::*;
    use crate::surfaces::request_url::RequestUrl;

    answer! {
        #![serde(rename_all = "camelCase")]

        pub struct TestRow from i64 as n { row_id: String = n.to_string() }

        pub struct TestPagination from (Window, i64) as (window, total) {
            total: i64 = total,
            limit: i64 = window.limit,
            offset: i64 = window.offset,
            has_more: bool = window.has_more(total),
        }

        pub struct TestLinks from (Window, i64, &RequestUrl) as (window, total, url) {
            count: i64 = total,
            next: Option<String> = window.has_more(total).then(|| url.with("page", window.number() + 1)),
            previous: Option<String> = (window.number() > 1).then(|| url.with("page", window.number() - 1)),
        }
    }

    paged! { pub struct TestItems of i64 { pagination: TestPagination, items: TestRow } }
    paged! { pub struct TestResults of i64, with RequestUrl { #[serde(flatten)] links: TestLinks, results: TestRow } }

    fn page() -> Page<i64> {
        Page { window: Window::of_page(2, 2), rows: vec![3, 4], total: 7 }
    }

    #[test]
    fn a_page_is_shown_as_its_dialect_shows_pages() {
        let items = serde_json::to_value(TestItems::from(page())).unwrap();
        let pagination = json!({ "total": 7, "limit": 2, "offset": 2, "hasMore": true });
        assert_eq!(items, json!({ "pagination": pagination, "items": [{ "rowId": "3" }, { "rowId": "4" }] }));

        let url = RequestUrl::new("http://localhost:8080".into(), "/videos/?tag=a%20b&page=2&page_size=2");
        let results = serde_json::to_value(TestResults::from((page(), url))).unwrap();
        let beside = |page: i64| format!("http://localhost:8080/videos/?tag=a%20b&page_size=2&page={page}");
        assert_eq!(
            results,
            json!({ "count": 7, "next": beside(3), "previous": beside(1),
            "results": [{ "rowId": "3" }, { "rowId": "4" }] })
        );
    }

    #[test]
    fn a_page_knows_its_number_and_how_many_there_are() {
        for (number, total, pages, has_more) in
            [(1, 0, 0, false), (1, 2, 1, false), (2, 3, 2, false), (1, 3, 2, true), (5, 3, 2, false)]
        {
            let window = Window::of_page(number, 2);
            let found = (window.number(), window.pages(total), window.has_more(total));
            assert_eq!(found, (number, pages, has_more), "page {number} of {total} rows");
        }
    }
}
