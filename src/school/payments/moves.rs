//! Moves of money: a line for each move and each try of one, with who made it and why. Lines are only added.

use crate::db::{Tx, args, row};
use crate::error::Result;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::school) enum MoveKind {
    Ordered,
    Paid,
    /// Money came that does not fit the order.
    Mismatched,
    Failed,
    Cancelled,
    RefundAsked,
    Refunded,
    RefundFailed,
}

impl MoveKind {
    pub fn word(self) -> &'static str {
        match self {
            MoveKind::Ordered => "ORDERED",
            MoveKind::Paid => "PAID",
            MoveKind::Mismatched => "MISMATCHED",
            MoveKind::Failed => "FAILED",
            MoveKind::Cancelled => "CANCELLED",
            MoveKind::RefundAsked => "REFUND_ASKED",
            MoveKind::Refunded => "REFUNDED",
            MoveKind::RefundFailed => "REFUND_FAILED",
        }
    }
}

row! {
    #[derive(Debug, Clone)]
    pub struct PaymentMove {
        pub kind: String,
        pub amount: i64,
        pub by_person: Option<i64>,
        pub reason: Option<String>,
        pub created_ms: i64,
    }
}

pub(in crate::school) struct NewMove<'a> {
    pub payment: i64,
    pub refund: Option<i64>,
    pub kind: MoveKind,
    pub amount: i64,
    /// `None` if the gateway told it, or the school did it by itself.
    pub by: Option<i64>,
    pub reason: &'a str,
}

pub(in crate::school) async fn add(tx: &mut Tx, new: NewMove<'_>, now_ms: i64) -> Result<()> {
    let sql = "insert into payment_moves (created_ms, payment, refund, kind, amount, by_person, reason)
        values ($1, $2, $3, $4, $5, $6, $7)";
    let args = args![now_ms, new.payment, new.refund, new.kind.word(), new.amount, new.by, new.reason];
    tx.run(sql, args).await.map(drop)
}

/// Lists the moves of a payment, the oldest first; who and why only `in_full`.
pub(super) async fn of(tx: &mut Tx, payment: i64, in_full: bool) -> Result<Vec<PaymentMove>> {
    let sql = "select kind, amount, case when $2 then by_person end as by_person,
            case when $2 then reason end as reason, created_ms
        from payment_moves where payment = $1 order by id";
    tx.all(sql, args![payment, in_full]).await
}
