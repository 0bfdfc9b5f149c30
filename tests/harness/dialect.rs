//! How each surface says no.

use serde_json::Value;

/// A new surface is one line in `of`, one in `status` and one in `refusal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Live,
    Portal,
    Attendance,
    Learning,
}

/// What was said with a no.
#[derive(Debug)]
pub struct Refusal {
    /// The surface that has none says nothing here.
    pub code: Option<String>,
    pub message: String,
    pub details: Value,
}

impl Dialect {
    pub fn of(path: &str) -> Dialect {
        match path {
            _ if path.starts_with("/api/v1/bc-006/learning/") => Dialect::Learning,
            _ if path.starts_with("/api/v1/") => Dialect::Portal,
            _ if path.starts_with("/api/attendance/") => Dialect::Attendance,
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
        };
        let message = error["message"].as_str().unwrap_or_default().to_owned();
        let code = error["code"].as_str().map(str::to_owned);
        (is_one && !message.is_empty()).then(|| Refusal { code, message, details: error["details"].clone() })
    }
}
