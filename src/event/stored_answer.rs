//! Answers to requests that may be sent again.

use serde::{Deserialize, Serialize};

use super::{Event, ProgressStatus};

/// The stored answer to a request with an idempotency key, so that the request takes effect only once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoredAnswer {
    Command { at_ms: i64, event: Event },
    Progress { progress: ProgressStatus, completed_ms: Option<i64> },
    Help { request: i64 },
    Logs { first: i64, count: i64 },
    Payment { payment: i64 },
    Refund { refunded: i64, left: i64 },
    GuestJoined,
    Choice { answer: i64 },
    Program { submission: i64 },
    MessageToOne { message: i64, at_ms: i64 },
    ClassQuestion { question: i64 },
}
