//! The place behind the poster of a lecture, and the plan of its next class.

use crate::poster_cache::{NextClass, PosterView};
use crate::school::courses::posters::ClassDates;
use crate::surfaces::keys::*;

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"date": "2026-12-03", "time": "14:00"}))]
pub struct PlanClass {
    /// In the school's zone
    pub date: Option<Day>,
    /// In the school's zone
    pub time: Option<ClockTime>,
}

answer! {
    /// The next class, in the school's zone.
    #[schema(example = json!({"date": "2026-12-03", "time": "14:00", "days_until": 2}))]
    pub struct NextClassShown from NextClass as next {
        date: String = next.date,
        /// `HH:MM`, or null where only the day is known
        time: Option<String> = next.time,
        /// Days from today, so that a phone whose clock is wrong can say «tomorrow»
        days_until: i64 = next.days,
    }

    #[schema(example = json!({"title": "카카오톡 기초", "instructor_name": "박강사", "join_path": null,
        "next_class": {"date": "2026-12-03", "time": "14:00", "days_until": 2}}))]
    pub struct PosterShown from PosterView as view {
        title: String = view.title,
        instructor_name: String = view.instructor_name,
        /// The path into the class, once there is one
        join_path: Option<String> = view.join_path,
        next_class: Option<NextClassShown> = view.next.map(NextClassShown::from),
    }

    #[schema(example = json!({"lecture_id": 1, "planned": null,
        "next_class": {"date": "2026-12-03", "time": "14:00", "days_until": 2}}))]
    pub struct ClassPlanned from (i64, ClassDates) as (lecture, dates) {
        lecture_id: i64 = lecture,
        /// As its instructor has planned it; null for callers who do not teach the lecture
        planned: Option<NextClassShown> = dates.planned.map(NextClassShown::from),
        next_class: Option<NextClassShown> = dates.next.map(NextClassShown::from),
    }
}
