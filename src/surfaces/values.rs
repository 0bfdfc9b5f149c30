//! Values that may be of more than one JSON type, or of any content.

use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Type};

use super::body::sent;
use super::schemas::described;

/// "Y" or "N"; a boolean is understood too.
#[derive(Debug, Clone, Copy)]
pub struct YesNo(bool);

described!(
    YesNo,
    AnyOfBuilder::new()
        .item(ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["Y", "N"])))
        .item(ObjectBuilder::new().schema_type(Type::Boolean))
        .examples(["Y", "N"])
);

sent!(YesNo => bool, |it| it.0);

impl<'de> Deserialize<'de> for YesNo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(YesNoVisitor).map_err(|_| D::Error::custom("Y or N is needed"))
    }
}

struct YesNoVisitor;

impl Visitor<'_> for YesNoVisitor {
    type Value = YesNo;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Y or N")
    }

    fn visit_bool<E>(self, yes: bool) -> Result<YesNo, E> {
        Ok(YesNo(yes))
    }

    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<YesNo, E> {
        match word {
            "Y" => Ok(YesNo(true)),
            "N" => Ok(YesNo(false)),
            other => Err(E::invalid_value(Unexpected::Str(other), &self)),
        }
    }
}

/// A JSON object of any content, written anew, so that every later reader can parse it. It has at most 16 KiB, since it is
/// stored and read by others.
#[derive(Debug, Clone)]
pub struct AnyObject(String);

pub const ANYTHING_MAX_BYTES: usize = 16 * 1024;

described!(
    AnyObject,
    ObjectBuilder::new().schema_type(Type::Object).description(Some("Any object, of at most 16 KiB as JSON")),
    "Anything"
);

sent!(AnyObject => String, |object| object.0);

impl<'de> Deserialize<'de> for AnyObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<AnyObject, D::Error> {
        deserializer.deserialize_map(AnyObjectVisitor).map(AnyObject)
    }
}

struct AnyObjectVisitor;

impl<'de> Visitor<'de> for AnyObjectVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<String, A::Error> {
        let mut json = String::new();
        JsonWriter { json: &mut json, too_long: "at most 16 KiB" }.visit_map(object)?;
        Ok(json)
    }
}

impl AnyObject {
    pub fn text(self) -> String {
        self.0
    }
}

/// An object or a text, as JSON.
pub struct PaymentInfo(String);

described!(
    PaymentInfo,
    AnyOfBuilder::new()
        .item(ObjectBuilder::new().schema_type(Type::Object))
        .item(ObjectBuilder::new().schema_type(Type::String))
        .description(Some("An object or a text, of at most 16 KiB as JSON and without NUL in its texts"))
);

sent!(PaymentInfo => String, |info| info.0);

impl<'de> Deserialize<'de> for PaymentInfo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PaymentInfo, D::Error> {
        const TOO_LONG: &str = "at most 16 KiB, and no NUL in its texts";
        let mut info = String::new();
        JsonWriter { json: &mut info, too_long: TOO_LONG }.deserialize(deserializer)?;
        if !info.starts_with(['{', '"']) {
            return Err(D::Error::custom("an object or a text is needed"));
        }
        if info.contains("\\u0000") {
            return Err(D::Error::custom(TOO_LONG));
        }
        Ok(PaymentInfo(info))
    }
}

/// Writes a value as JSON while it is read, and fails once it is longer than 16 KiB. Values in memory would take up to a
/// hundred times as much as their JSON, before one could tell how long it is.
struct JsonWriter<'a> {
    json: &'a mut String,
    too_long: &'static str,
}

impl JsonWriter<'_> {
    fn push<E: serde::de::Error>(&mut self, json: &str) -> Result<(), E> {
        if self.json.len() + json.len() > ANYTHING_MAX_BYTES {
            return Err(E::custom(self.too_long));
        }
        self.json.push_str(json);
        Ok(())
    }

    fn push_text<E: serde::de::Error>(&mut self, text: &str) -> Result<(), E> {
        let json = serde_json::to_string(text).map_err(E::custom)?;
        self.push(&json)
    }

    /// Returns a writer for the next part of this value.
    fn part(&mut self) -> JsonWriter<'_> {
        JsonWriter { json: self.json, too_long: self.too_long }
    }
}

impl<'de> DeserializeSeed<'de> for JsonWriter<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for JsonWriter<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E: serde::de::Error>(mut self) -> Result<(), E> {
        self.push("null")
    }

    fn visit_bool<E: serde::de::Error>(mut self, value: bool) -> Result<(), E> {
        self.push(if value { "true" } else { "false" })
    }

    fn visit_i64<E: serde::de::Error>(mut self, number: i64) -> Result<(), E> {
        self.push(&number.to_string())
    }

    fn visit_u64<E: serde::de::Error>(mut self, number: u64) -> Result<(), E> {
        self.push(&number.to_string())
    }

    fn visit_f64<E: serde::de::Error>(mut self, number: f64) -> Result<(), E> {
        self.push(&serde_json::Value::from(number).to_string())
    }

    fn visit_str<E: serde::de::Error>(mut self, text: &str) -> Result<(), E> {
        self.push_text(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        self.push("[")?;
        // Each value is written with a comma behind it, and the last comma is taken back.
        let mut is_empty = true;
        while list.next_element_seed(self.part())?.is_some() {
            self.push(",")?;
            is_empty = false;
        }
        if !is_empty {
            self.json.pop();
        }
        self.push("]")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<(), A::Error> {
        self.push("{")?;
        let mut is_empty = true;
        while let Some(key) = object.next_key::<String>()? {
            self.push_text(&key)?;
            self.push(":")?;
            object.next_value_seed(self.part())?;
            self.push(",")?;
            is_empty = false;
        }
        if !is_empty {
            self.json.pop();
        }
        self.push("}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_written_anew_and_no_longer_than_it_may_be() {
        let object = r#"{ "a" : [ 1, -2.5, null, true, [], {} ], "나": "\"\n", "b": 18446744073709551615 }"#;
        let written = serde_json::from_str::<AnyObject>(object).unwrap().text();
        assert_eq!(written, r#"{"a":[1,-2.5,null,true,[],{}],"나":"\"\n","b":18446744073709551615}"#);
        assert_eq!(serde_json::from_str::<AnyObject>("{}").unwrap().text(), "{}");
        for long in
            [format!(r#"{{"a":[{}0]}}"#, r#"{"":0},"#.repeat(500_000)), format!(r#"{{"a":"{}"}}"#, "가".repeat(9_000))]
        {
            let error = serde_json::from_str::<AnyObject>(&long).unwrap_err().to_string();
            assert!(error.starts_with("at most 16 KiB"), "{error}");
        }
        assert!(serde_json::from_str::<AnyObject>("[]").is_err());
    }
}
