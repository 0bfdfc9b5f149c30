//! How each surface says no.

use serde_json::{Value, json};

/// A new surface is one line in `of`, one in `status` and one in `refusal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Live,
    Portal,
    Attendance,
    Learning,
    Academy,
}

/// What was said with a no.
#[derive(Debug)]
pub struct Refusal {
    /// The surface that has none says nothing here.
    pub code: Option<String>,
    pub message: String,
    pub details: Value,
}

/// The base paths of the academy, as far as they are its own.
pub const ACADEMY_BASES: [&str; 8] =
    ["/accounts/", "/certificates/", "/courses/", "/dashboards/", "/missions/", "/payment/", "/progress/", "/videos/"];

impl Dialect {
    pub fn of(path: &str) -> Dialect {
        match path {
            _ if path.starts_with("/api/v1/bc-006/learning/") => Dialect::Learning,
            _ if path.starts_with("/api/v1/") => Dialect::Portal,
            _ if path.starts_with("/api/attendance/") => Dialect::Attendance,
            _ if ACADEMY_BASES.iter().any(|base| path.starts_with(base)) => Dialect::Academy,
            _ => Dialect::Live,
        }
    }

    /// What a status becomes on this surface: attendance knows only 200, 400, 401, 403 and 500.
    pub fn status(self, status: u16) -> u16 {
        match (self, status) {
            (Dialect::Attendance, 404 | 409 | 413 | 415) => 400,
            _ => status,
        }
    }

    pub fn names_fields(self) -> bool {
        self != Dialect::Attendance
    }

    /// `None` if it is no refusal in this dialect.
    pub fn refusal(self, json: &Value) -> Option<Refusal> {
        let failed = json["success"] == false;
        let (error, is_one) = match self {
            Dialect::Live => {
                (&json["error"], json["error"]["code"].is_string() && json["error"]["details"].is_object())
            }
            Dialect::Learning => {
                let is_ours = json["error"]["code"].as_str().is_some_and(|code| code.starts_with("LEARNING_"));
                (&json["error"], is_ours && json["error"].get("details").is_some())
            }
            Dialect::Portal => (json, failed && json["code"].is_string() && json["details"].is_object()),
            Dialect::Attendance => (json, failed && json.get("data") == Some(&Value::Null)),
            Dialect::Academy => return academy_refusal(json),
        };
        let message = error["message"].as_str().unwrap_or_default().to_owned();
        let code = error["code"].as_str().map(str::to_owned);
        (is_one && !message.is_empty()).then(|| Refusal { code, message, details: error["details"].clone() })
    }
}

/// Reads `{"detail": "…", "code": "…"}`, or `{"<field>": ["…"]}` with one field and one text.
fn academy_refusal(json: &Value) -> Option<Refusal> {
    let object = json.as_object()?;
    if let Some(detail) = object.get("detail").and_then(Value::as_str) {
        let code = object.get("code")?.as_str()?.to_owned();
        return Some(Refusal { code: Some(code), message: detail.to_owned(), details: json.clone() });
    }
    let mut fields = object.iter();
    let (Some((field, texts)), None) = (fields.next(), fields.next()) else { return None };
    let [text] = texts.as_array()?.as_slice() else { return None };
    let details = json!({ "field": field });
    Some(Refusal { code: Some("INVALID_REQUEST".into()), message: text.as_str()?.to_owned(), details })
}
