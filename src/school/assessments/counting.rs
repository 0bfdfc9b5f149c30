//! Attempts that count. Passing and grades look at all attempts that a person has made of an assessment, in whichever of their
//! enrollments: leaving a course and enrolling again changes neither.
//!
//! The first attempt that passes counts from then on. Those after it are practice, since its right answers are shown by then:
//! they are kept and shown, and change nothing. Before one passes, the best one counts.

/// SQL: the time at which the person of enrollment `e` passed assessment `a`, NULL if they have not.
pub(in crate::school) const PASSED_MS: &str =
    "(select min(coalesce(t.submitted_ms, t.created_ms)) from enrollments o cross join attempts t
    where o.person = e.person and t.enrollment = o.id and t.assessment = a.id and t.score >= a.pass)";

/// SQL: an order of scored attempts `t` by one person of assessment `a`. The first one counts.
pub(in crate::school) const THE_COUNTING_ONE_FIRST: &str = "t.score < a.pass,
    case when t.score >= a.pass then coalesce(t.submitted_ms, t.created_ms) end,
    case when t.score >= a.pass then t.id end, t.score desc";
