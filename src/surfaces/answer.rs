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
macro_rules! answer {
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
macro_rules! paged {
    ($( pub struct $name:ident of $row:ty { $page_key:ident: $page:ty, $key:ident: $shown:ty } )+) => {
        answer! {$(
            pub struct $name from Page<$row> as page {
                $page_key: $page = <$page>::from(&page),
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
