//! How a type of ours stands in the OpenAPI document where it has limits that a derive cannot see.

use utoipa::openapi::schema::{ObjectBuilder, Type};

/// Gives a type without a derive its schema. Its name in the document is its own, without its generics.
macro_rules! described {
    ($name:ident, $schema:expr) => {
        impl utoipa::__dev::ComposeSchema for $name {
            fn compose(
                _: Vec<utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>>,
            ) -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::Schema::from($schema.build()).into()
            }
        }

        impl utoipa::ToSchema for $name {}
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
