//! OpenAPI schemas of our types whose limits a derive cannot see.

use utoipa::openapi::schema::{ObjectBuilder, Type};

/// Gives a type a schema without a derive. Its name in the document is the type's name, without generics, unless another
/// name is given.
macro_rules! described {
    ($name:ident, $schema:expr) => {
        described!($name, $schema, stringify!($name));
    };
    ($name:ident, $schema:expr, $name_in_document:expr) => {
        impl utoipa::__dev::ComposeSchema for $name {
            fn compose(
                _: Vec<utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>>,
            ) -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::Schema::from($schema.build()).into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                $name_in_document.into()
            }
        }
    };
}
pub(crate) use described;

pub fn text_schema(description: &str, min: usize, max: usize, pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .min_length(Some(min))
        .max_length(Some(max))
        .pattern(Some(pattern))
}
