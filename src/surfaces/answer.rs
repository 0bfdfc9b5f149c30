//! Declares the JSON of a surface's answers: each key once, with its type and the place its value comes from.

/// Makes a struct, its schema, and its conversion from what a verb returns:
///
/// ```text
/// answer! {
///     #[schema(as = PortalClass)]
///     pub struct Class from ClassRow as class {
///         class_id: i64 = class.id,
///         created_at: Instant = Instant(class.created_ms),
///     }
/// }
/// ```
macro_rules! answer {
    (
        $(#[$of_struct:meta])*
        pub struct $name:ident from $source:ty as $it:ident {
            $( $(#[$of_key:meta])* $key:ident: $type:ty = $value:expr, )+
        }
    ) => {
        #[derive(serde::Serialize, utoipa::ToSchema)]
        $(#[$of_struct])*
        pub struct $name {
            $( $(#[$of_key])* pub $key: $type, )+
        }

        impl From<$source> for $name {
            fn from($it: $source) -> $name {
                $name { $( $key: $value, )+ }
            }
        }
    };
}
pub(crate) use answer;

/// Converts each row of a list into the form that the surface shows.
pub fn each<Row, Shown: From<Row>>(rows: Vec<Row>) -> Vec<Shown> {
    rows.into_iter().map(Shown::from).collect()
}
