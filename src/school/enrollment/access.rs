//! The time of access: when it begins to run, when it is over, and how it begins anew. An end is set where an enrollment becomes
//! APPROVED, and nowhere else but by staff. Once it is past, the time decides and not the state: a job marks the enrollment as
//! EXPIRED later (`expiring`).

use crate::clock::DAY_MS;
use crate::db::{Filter, Tx, args};
use crate::error::Result;
use crate::event::words;

/// State of an enrollment, as the time of now decides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessState {
    /// It waits for a payment, an approval or a seat.
    Pending,
    Active,
    Completed,
    /// Cancelled, or refused.
    Cancelled,
    Expired,
}
words!(AccessState {
    Pending = "PENDING",
    Active = "ACTIVE",
    Completed = "COMPLETED",
    Cancelled = "CANCELLED",
    Expired = "EXPIRED",
});

impl AccessState {
    /// Returns the state of an enrollment of this status whose access ends at `expires_ms`.
    pub(super) fn of(status: &str, expires_ms: Option<i64>, now_ms: i64) -> AccessState {
        match status {
            "PENDING" => AccessState::Pending,
            "APPROVED" if is_over(expires_ms, now_ms) => AccessState::Expired,
            "APPROVED" => AccessState::Active,
            "COMPLETED" => AccessState::Completed,
            "EXPIRED" => AccessState::Expired,
            _ => AccessState::Cancelled,
        }
    }

    /// Adds to the conditions that enrollment `e` is in this state.
    pub(super) fn narrow(self, conditions: Filter, now_ms: i64) -> Filter {
        match self {
            AccessState::Active => {
                conditions.and("e.status = 'APPROVED' and (e.expires_ms is null or e.expires_ms > ?)", Some(now_ms))
            }
            AccessState::Expired => {
                conditions.and("(e.status = 'EXPIRED' or e.status = 'APPROVED' and e.expires_ms <= ?)", Some(now_ms))
            }
            AccessState::Cancelled => conditions.and("e.status in ('REJECTED', ?)", Some(self.word())),
            AccessState::Pending | AccessState::Completed => conditions.and("e.status = ?", Some(self.word())),
        }
    }
}

pub(super) fn is_over(expires_ms: Option<i64>, now_ms: i64) -> bool {
    expires_ms.is_some_and(|expires_ms| expires_ms <= now_ms)
}

/// Builds SQL: the end of an access that begins at `now` in `class`, by the days of the course; NULL is without an end.
pub(super) fn ends_ms(now: &str, class: &str) -> String {
    format!(
        "(select {now} + c.access_days * {DAY_MS} from classes k join courses c on c.id = k.course where k.id = {class})"
    )
}

/// Marks a person's enrollment in the class as EXPIRED if its time is over, before the job does: a person has one open
/// enrollment in a class. The caller holds the class.
pub(super) async fn expire_one(tx: &mut Tx, class: i64, person: i64, now_ms: i64) -> Result<()> {
    let sql = "update enrollments set status = 'EXPIRED', updated_ms = $3
        where class = $1 and person = $2 and status = 'APPROVED' and expires_ms <= $3";
    tx.run(sql, args![class, person, now_ms]).await.map(drop)
}

/// Begins the access anew of a person who has completed the class and whose time is over, and returns their enrollment. It stays
/// the same one, and completed: a second completion would be a second truth. The caller holds the class.
pub(super) async fn renew(tx: &mut Tx, class: i64, person: i64, now_ms: i64) -> Result<Option<i64>> {
    let sql = format!(
        "update enrollments set expires_ms = {}, updated_ms = $3
        where class = $1 and person = $2 and status = 'COMPLETED' and expires_ms <= $3 returning id",
        ends_ms("$3", "$1")
    );
    Ok(tx.maybe::<(i64,)>(sql, args![class, person, now_ms]).await?.map(|(id,)| id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_decides_and_not_the_mark() {
        let state = |status, expires_ms| AccessState::of(status, expires_ms, 1_000);
        assert_eq!(state("APPROVED", None), AccessState::Active);
        assert_eq!(state("APPROVED", Some(1_001)), AccessState::Active);
        assert_eq!(state("APPROVED", Some(1_000)), AccessState::Expired);
        assert_eq!(state("EXPIRED", Some(1_000)), AccessState::Expired);
        assert_eq!(state("COMPLETED", Some(1)), AccessState::Completed);
        assert_eq!(state("PENDING", None), AccessState::Pending);
        assert_eq!([state("CANCELLED", None), state("REJECTED", None)], [AccessState::Cancelled; 2]);
    }
}
