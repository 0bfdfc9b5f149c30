//! JSON that was sent, as a tree. Reading a type from it fails with a `ReadError`, which knows the place.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Error as _, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};

use super::read_error::{PathStep, ReadError};

/// A JSON value. An object keeps the order of its keys, and keys that are there twice.
#[derive(Debug)]
pub enum SentTree {
    Null,
    Bool(bool),
    Whole(i64),
    /// A whole number above those of `Whole`.
    LargeWhole(u64),
    Fraction(f64),
    Text(String),
    List(Vec<SentTree>),
    Object(Vec<(String, SentTree)>),
}

impl SentTree {
    /// Parses JSON. An error names the value in which the JSON is broken, or nested too deeply.
    pub fn parse(json: &[u8]) -> Result<SentTree, ReadError> {
        let mut path = Vec::new();
        let mut json = serde_json::Deserializer::from_slice(json);
        let tree = TreeSeed { path: &mut path }.deserialize(&mut json);
        let tree = tree.and_then(|tree| json.end().map(|()| tree));
        tree.map_err(|error| ReadError::at(path, without_position(&error)))
    }

    pub fn read<'de, T: Deserialize<'de>>(&'de self) -> Result<T, ReadError> {
        T::deserialize(self)
    }

    fn unexpected(&self) -> Unexpected<'_> {
        match self {
            SentTree::Null => Unexpected::Unit,
            SentTree::Bool(value) => Unexpected::Bool(*value),
            SentTree::Whole(number) => Unexpected::Signed(*number),
            SentTree::LargeWhole(number) => Unexpected::Unsigned(*number),
            SentTree::Fraction(number) => Unexpected::Float(*number),
            SentTree::Text(text) => Unexpected::Str(text),
            SentTree::List(_) => Unexpected::Seq,
            SentTree::Object(_) => Unexpected::Map,
        }
    }
}

/// Returns the text of an error without its line and column, which are of no use: numbers were rewritten before.
pub fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&position).unwrap_or(&text).to_owned()
}

impl<'de> Deserialize<'de> for SentTree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SentTree, D::Error> {
        TreeSeed { path: &mut Vec::new() }.deserialize(deserializer)
    }
}

/// Makes a tree. If that fails, it leaves the path of the value that cannot be read, from the inside out.
struct TreeSeed<'a> {
    path: &'a mut Vec<PathStep>,
}

impl<'de> DeserializeSeed<'de> for TreeSeed<'_> {
    type Value = SentTree;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<SentTree, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// Declares how values without parts are kept: `keep!(visit_bool(bool) => SentTree::Bool)`.
macro_rules! keep {
    ($($visit:ident($type:ty) => $kept:expr;)+) => {
        $( fn $visit<E>(self, value: $type) -> Result<SentTree, E> { Ok($kept(value)) } )+
    };
}

impl<'de> Visitor<'de> for TreeSeed<'_> {
    type Value = SentTree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    keep! {
        visit_bool(bool) => SentTree::Bool;
        visit_i64(i64) => SentTree::Whole;
        visit_u64(u64) => |number| i64::try_from(number).map_or(SentTree::LargeWhole(number), SentTree::Whole);
        visit_f64(f64) => SentTree::Fraction;
        visit_str(&str) => |text: &str| SentTree::Text(text.to_owned());
        visit_string(String) => SentTree::Text;
    }

    fn visit_unit<E>(self) -> Result<SentTree, E> {
        Ok(SentTree::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<SentTree, A::Error> {
        let mut items = Vec::new();
        loop {
            match list.next_element_seed(TreeSeed { path: &mut *self.path }) {
                Ok(Some(item)) => items.push(item),
                Ok(None) => return Ok(SentTree::List(items)),
                Err(error) => {
                    self.path.push(PathStep::Item(items.len()));
                    return Err(error);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<SentTree, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = object.next_key::<String>()? {
            match object.next_value_seed(TreeSeed { path: &mut *self.path }) {
                Ok(value) => entries.push((key, value)),
                Err(error) => {
                    self.path.push(PathStep::Key(key));
                    return Err(error);
                }
            }
        }
        Ok(SentTree::Object(entries))
    }
}

impl<'de> Deserializer<'de> for &'de SentTree {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            SentTree::Null => visitor.visit_unit(),
            SentTree::Bool(value) => visitor.visit_bool(*value),
            SentTree::Whole(number) => visitor.visit_i64(*number),
            SentTree::LargeWhole(number) => visitor.visit_u64(*number),
            SentTree::Fraction(number) => visitor.visit_f64(*number),
            SentTree::Text(text) => visitor.visit_borrowed_str(text),
            SentTree::List(items) => visitor.visit_seq(Items { rest: items.iter(), next: 0 }),
            SentTree::Object(entries) => visitor.visit_map(Entries { rest: entries.iter(), current: None }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self {
            SentTree::Null => visitor.visit_none(),
            value => visitor.visit_some(value),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &str, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &str, _: &[&str], visitor: V) -> Result<V::Value, ReadError> {
        match self {
            SentTree::Text(word) => visitor.visit_enum(word.as_str().into_deserializer()),
            SentTree::Object(entries) => {
                visitor.visit_enum(MapAccessDeserializer::new(Entries { rest: entries.iter(), current: None }))
            }
            other => Err(ReadError::invalid_type(other.unexpected(), &"string or map")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier
    }
}

struct Items<'de> {
    rest: std::slice::Iter<'de, SentTree>,
    next: usize,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = ReadError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadError> {
        let Some(item) = self.rest.next() else { return Ok(None) };
        let n = self.next;
        self.next += 1;
        seed.deserialize(item).map(Some).map_err(|error| error.below_item(n))
    }
}

struct Entries<'de> {
    rest: std::slice::Iter<'de, (String, SentTree)>,
    /// The entry whose key was read and whose value was not.
    current: Option<&'de (String, SentTree)>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = ReadError;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadError> {
        self.current = self.rest.next();
        self.current.map(|(key, _)| seed.deserialize(key.as_str().into_deserializer())).transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, ReadError> {
        let (key, value) = self.current.take().ok_or_else(|| ReadError::custom("a value is read before its key"))?;
        seed.deserialize(value).map_err(|error| error.below_key(key))
    }
}
