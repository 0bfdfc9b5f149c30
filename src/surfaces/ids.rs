//! Ids as a surface shows them that has them as texts.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::body::sent;
use super::schemas::described;
use super::texts::NO_NUL;

/// An id as a text that holds the number it has on every surface: `"42"`. Any other text that is sent is an unknown id, so that
/// the verb answers «not found» and not «bad input».
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextId(pub i64);

/// The id of nothing: ids begin at 1.
const NOBODY: i64 = 0;

described!(
    TextId,
    ObjectBuilder::new().schema_type(Type::String).description(Some("An id")).pattern(Some(NO_NUL)).examples(["42"])
);

sent!(TextId => i64, |id| id.0);

impl TextId {
    pub fn parse(text: &str) -> TextId {
        TextId(TextId::number(text).unwrap_or(NOBODY))
    }

    /// Returns the number that a text holds; `None` if it is the id of nothing.
    pub fn number(text: &str) -> Option<i64> {
        text.parse().ok().filter(|number: &i64| *number > NOBODY && number.to_string() == text)
    }
}

impl Serialize for TextId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for TextId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TextId, D::Error> {
        Ok(TextId::parse(&String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_no_number_is_the_id_of_nothing() {
        let read = |json: &str| serde_json::from_str::<TextId>(json).map(|id| id.0).ok();
        assert_eq!(
            [r#""42""#, r#""042""#, r#""course-uuid-001""#, r#""""#].map(read),
            [Some(42), Some(0), Some(0), Some(0)]
        );
        assert_eq!(read("42"), None);
        assert_eq!(serde_json::to_string(&TextId(42)).unwrap(), r#""42""#);
    }
}
