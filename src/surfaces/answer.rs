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

/// Converts each row of a list into the form that the surface shows.
pub fn each<Row, Shown: From<Row>>(rows: Vec<Row>) -> Vec<Shown> {
    rows.into_iter().map(Shown::from).collect()
}
