//! SQL about enrollments that several capabilities share.

/// SQL: enrollment `e` is completed, and nobody has revoked that.
pub(in crate::school) const IS_COMPLETED: &str = "(e.status = 'COMPLETED' and e.failed_ms is null)";

/// Builds SQL: the ids of all enrollments that the learners of these have in the same courses. `cross join` keeps SQLite
/// from reading everyone's.
pub(in crate::school) fn of_same_learners(ids: &str) -> String {
    format!(
        "select other.id from enrollments one cross join enrollments other cross join classes k cross join classes l
        where one.id in ({ids}) and other.person = one.person and k.id = one.class and l.id = other.class
            and l.course = k.course"
    )
}
