//! Values that may be of more than one JSON type, or of any content.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
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
        match Value::deserialize(deserializer)? {
            Value::Bool(yes) => Ok(YesNo(yes)),
            Value::String(word) if word == "Y" => Ok(YesNo(true)),
            Value::String(word) if word == "N" => Ok(YesNo(false)),
            _ => Err(D::Error::custom("Y or N is needed")),
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
        let object = serde_json::Map::<String, serde_json::Value>::deserialize(deserializer)?;
        let text = serde_json::Value::Object(object).to_string();
        if text.len() > ANYTHING_MAX_BYTES {
            return Err(serde::de::Error::custom("at most 16 KiB"));
        }
        Ok(AnyObject(text))
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
        let info = match Value::deserialize(deserializer)? {
            info @ (Value::Object(_) | Value::String(_)) => info.to_string(),
            _ => return Err(D::Error::custom("an object or a text is needed")),
        };
        if info.len() > ANYTHING_MAX_BYTES || info.contains("\\u0000") {
            return Err(D::Error::custom("at most 16 KiB, and no NUL in its texts"));
        }
        Ok(PaymentInfo(info))
    }
}
