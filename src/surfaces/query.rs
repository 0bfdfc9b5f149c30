//! The query of a URL: each value is read as the type that its field declares. A field of a list type takes values that are
//! repeated (`tags=a&tags=b`, `tags[]=a&tags[]=b`) or separated by commas (`tags=a,b`); any other field takes one value.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, forward_to_deserialize_any};

use super::read_error::ReadError;

/// Reads `T` from the names and values of a query, in the order in which they were sent. A parameter without a value counts as
/// left out.
pub fn read<T: DeserializeOwned>(pairs: &[(String, String)]) -> Result<T, ReadError> {
    let mut fields: Vec<QueryField> = Vec::new();
    for (name, text) in pairs.iter().filter(|(_, text)| !text.is_empty()) {
        let (name, is_list) = name.strip_suffix("[]").map_or((name.as_str(), false), |name| (name, true));
        match fields.iter_mut().find(|field| field.name == name) {
            Some(field) => field.texts.push(text),
            None => fields.push(QueryField { name, texts: vec![text], is_list }),
        }
    }
    T::deserialize(QueryFields { rest: fields.into_iter(), current: None })
}

/// A parameter, with all values that it has in the query.
struct QueryField<'q> {
    name: &'q str,
    texts: Vec<&'q str>,
    is_list: bool,
}

struct QueryFields<'q> {
    rest: std::vec::IntoIter<QueryField<'q>>,
    /// The field whose name was read and whose value was not.
    current: Option<QueryField<'q>>,
}

impl<'de> Deserializer<'de> for QueryFields<'_> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_map(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for QueryFields<'_> {
    type Error = ReadError;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadError> {
        self.current = self.rest.next();
        let name = self.current.as_ref().map(|field| seed.deserialize(field.name.into_deserializer()));
        name.transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, ReadError> {
        let field = self.current.take().ok_or_else(|| ReadError::custom("a value is read before its name"))?;
        let name = field.name;
        seed.deserialize(field).map_err(|error| error.below_key(name))
    }
}

impl<'q> QueryField<'q> {
    /// Returns the value of a field that is no list.
    fn one(self) -> Result<OneText<'q>, ReadError> {
        match self.texts.as_slice() {
            [text] if !self.is_list => Ok(OneText(text)),
            [_] => Err(ReadError::custom("one value is needed, and no list")),
            _ => Err(ReadError::custom("it is there twice")),
        }
    }
}

/// Declares that a value is read by the `Deserializer` of the text, for each kind of value that is not a list.
macro_rules! as_one_text {
    ($($kind:ident)+) => {
        $( fn $kind<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
            self.one()?.$kind(visitor)
        } )+
    };
}

impl<'de> Deserializer<'de> for QueryField<'_> {
    type Error = ReadError;

    as_one_text! {
        deserialize_any deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string deserialize_identifier
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &str, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.one()?.deserialize_enum(name, words, visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        let texts = self.texts.iter().flat_map(|text| text.split(',')).map(str::trim).filter(|text| !text.is_empty());
        visitor.visit_seq(QueryList { rest: texts, next: 0 })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 bytes byte_buf unit unit_struct tuple tuple_struct map struct ignored_any
    }
}

struct QueryList<I> {
    rest: I,
    next: usize,
}

impl<'de, 'q, I: Iterator<Item = &'q str>> SeqAccess<'de> for QueryList<I> {
    type Error = ReadError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadError> {
        let Some(text) = self.rest.next() else { return Ok(None) };
        let n = self.next;
        self.next += 1;
        seed.deserialize(OneText(text)).map(Some).map_err(|error| error.below_item(n))
    }
}

/// One value. Types that are no text are given what it looks like: a whole number, a boolean, or else the text, which they refuse.
struct OneText<'q>(&'q str);

impl<'de> Deserializer<'de> for OneText<'_> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match (self.0, self.0.parse::<i64>()) {
            ("true", _) => visitor.visit_bool(true),
            ("false", _) => visitor.visit_bool(false),
            (text, Ok(number)) if number.to_string() == text => visitor.visit_i64(number),
            (text, _) => visitor.visit_str(text),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.0.parse::<f64>() {
            Ok(number) if number.is_finite() => visitor.visit_f64(number),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_str(self.0)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_str(self.0)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_str(self.0)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &str, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let word: StrDeserializer<ReadError> = self.0.into_deserializer();
        visitor.visit_enum(word)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::error::Error;
    use crate::surfaces::texts::{BoundedList, SearchText, Within};

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Level {
        VeryEasy,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Asked {
        category: Option<SearchText>,
        level: Option<Level>,
        is_open: Option<bool>,
        limit: Option<Within<1, 100>>,
        rate: Option<f64>,
        tags: Option<BoundedList<SearchText, 0, 3>>,
        ids: Option<Vec<i64>>,
    }

    fn asked(query: &str) -> Result<Asked, String> {
        let one = |pair: &str| pair.split_once('=').map(|(name, text)| (name.to_owned(), text.to_owned())).unwrap();
        let pairs: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).map(one).collect();
        read(&pairs).map_err(|error| Error::from(error).to_string())
    }

    #[test]
    fn a_value_is_read_as_the_type_of_its_field() {
        let read = asked("category=2024&level=very_easy&isOpen=true&limit=20&rate=0.5&unknown=1&ids=").unwrap();
        assert_eq!((read.category.unwrap().0.as_str(), read.is_open), ("2024", Some(true)));
        assert!(matches!(read.level, Some(Level::VeryEasy)) && read.ids.is_none() && read.tags.is_none());
        assert_eq!((read.limit.unwrap().0, read.rate), (20, Some(0.5)));
        assert_eq!(asked("category=true&rate=2").unwrap().category.unwrap().0, "true");
    }

    #[test]
    fn a_list_is_repeated_or_separated_by_commas() {
        for query in ["tags=a&tags=b,7", "tags[]=a&tags[]=b&tags[]=7", "tags=a,%20b".replace("%20", " ").as_str()] {
            let tags = asked(query).unwrap().tags.unwrap().0;
            let tags: Vec<&str> = tags.iter().map(|tag| tag.0.as_str()).collect();
            assert!(tags.starts_with(&["a", "b"]), "{query}: {tags:?}");
        }
        assert_eq!(asked("ids=1,2&ids[]=3").unwrap().ids.unwrap(), [1, 2, 3]);
        assert_eq!(asked("ids=,").unwrap().ids.unwrap(), [0_i64; 0]);
    }

    #[test]
    fn a_bad_value_is_named_with_its_field() {
        for (query, error) in [
            ("limit=abc", r#"limit: invalid type: string "abc", expected i64"#),
            ("limit=0", "limit: from 1 to 100"),
            ("limit=1&limit=1", "limit: it is there twice"),
            ("unknown=1&unknown=1", "unknown: it is there twice"),
            ("limit[]=1", "limit: one value is needed, and no list"),
            ("isOpen=1", "isOpen: invalid type: integer `1`, expected a boolean"),
            ("level=hard", "level: unknown variant `hard`, expected `very_easy`"),
            ("ids=1,x", r#"ids[1]: invalid type: string "x", expected i64"#),
            ("tags=a,b,c,d", "tags: 0 to 3 of them"),
            ("rate=inf", r#"rate: invalid type: string "inf", expected f64"#),
        ] {
            assert_eq!(asked(query).unwrap_err(), error, "{query}");
        }
    }
}
