//! Dashboards: sums of the school and lists for staff, and a learner's own courses.

use super::wire::{AcademyDuration, AcademyPage, AcademyPages};
use super::{Answer, Caller, ok};
use crate::app::School;
use crate::school::dashboards::days::DayFacts;
use crate::school::dashboards::lists::{self, ExpirationNotice, LearningRecord, ListFilter, VideoRecord};
use crate::school::dashboards::range::DayRange;
use crate::school::dashboards::student::{self, LearnersCourse};
use crate::school::dashboards::visits::DayVisitors;
use crate::school::dashboards::{self, Period, SchoolSummary};
use crate::surfaces::keys::*;
use crate::surfaces::request_url::RequestUrl;

query! {
    pub struct AcademyDays {
        /// The first day (29 days before the last one). At most 366 days are shown
        from: Option<Day>,
        /// The last day (today)
        to: Option<Day>,
    }
}

query! {
    pub struct AcademyListFilter {
        /// Only of this person
        user_id: Option<i64>,
        /// Only of this course
        major_category_id: Option<i64>,
        /// The first day (29 days before the last one). At most 366 days are shown
        from: Option<Day>,
        /// The last day (today)
        to: Option<Day>,
    }
}

impl From<AcademyDays> for DayRange {
    fn from(days: AcademyDays) -> DayRange {
        DayRange { from: days.from.plain(), to: days.to.plain() }
    }
}

impl From<AcademyListFilter> for ListFilter {
    fn from(sent: AcademyListFilter) -> ListFilter {
        let range = DayRange { from: sent.from.plain(), to: sent.to.plain() };
        ListFilter { person: sent.user_id, course: sent.major_category_id, range }
    }
}

answer! {
    #[schema(example = json!({"from": "2025-10-28", "to": "2025-10-28", "visits": 120, "active_learners": 30, "new_users": 4,
        "payment_count": 3, "revenue": 150000, "refunds": 50000, "completions": 2}))]
    pub struct AcademyPeriod from Period as p {
        from: Day = Day(p.from),
        to: Day = Day(p.to),
        /// Requests by which learners learn
        visits: i64 = p.views,
        /// People who learned, each once
        active_learners: i64 = p.learners,
        /// New accounts, and guests of live sessions
        new_users: i64 = p.new_people,
        payment_count: i64 = p.payments,
        /// Sum that was paid, in won
        revenue: i64 = p.paid,
        /// Sum that went back, in won; not taken off the revenue
        refunds: i64 = p.refunded,
        completions: i64 = p.completions,
    }

    pub struct AcademySummary from SchoolSummary as s {
        today: AcademyPeriod = s.today.into(),
        /// The last 7 days, today among them
        week: AcademyPeriod = s.week.into(),
        /// The last 30 days, today among them
        month: AcademyPeriod = s.month.into(),
    }

    #[schema(example = json!({"date": "2025-10-28", "student_unique_visitors": 30, "student_total_views": 120, "unique_ips": "25"}))]
    pub struct AcademyDailyVisit from DayVisitors as d {
        date: Day = Day(d.day),
        student_unique_visitors: i64 = d.students,
        student_total_views: i64 = d.views,
        /// The number of addresses
        unique_ips: String = d.addresses.to_string(),
    }

    #[schema(example = json!({"date": "2025-10-28", "amount": 150000, "payment_count": 3, "refund_amount": 50000, "refund_count": 1}))]
    pub struct AcademyDailyPayment from DayFacts as d {
        date: Day = Day(d.day),
        /// Sum that was paid on this day, in won
        amount: i64 = d.paid,
        payment_count: i64 = d.payments,
        /// Sum that went back on this day, in won, whenever it was paid
        refund_amount: i64 = d.refunded,
        refund_count: i64 = d.refunds,
    }

    #[schema(example = json!({"count": 1, "next": null, "previous": null,
        "results": [{"date": "2025-10-28", "student_unique_visitors": 30, "student_total_views": 120, "unique_ips": "25"}]}))]
    pub struct AcademyDailyVisits from Vec<DayVisitors> as days {
        count: usize = days.len(),
        /// null: all days are on one page
        next: Option<String> = None,
        previous: Option<String> = None,
        results: Vec<AcademyDailyVisit> = each(days),
    }

    #[schema(example = json!({"count": 1, "next": null, "previous": null, "results": [{"date": "2025-10-28", "amount": 150000,
        "payment_count": 3, "refund_amount": 50000, "refund_count": 1}]}))]
    pub struct AcademyDailyPayments from Vec<DayFacts> as days {
        count: usize = days.len(),
        /// null: all days are on one page
        next: Option<String> = None,
        previous: Option<String> = None,
        results: Vec<AcademyDailyPayment> = each(days),
    }

    #[schema(example = json!({"id": 1, "user_id": 2, "user_activity_id": 7, "major_category_id": 1, "enrollment_id": 1,
        "date": "2025-10-28", "total_study_seconds": 3600}))]
    pub struct AcademyLearningRecord from LearningRecord as r {
        id: i64 = r.id,
        user_id: i64 = r.person,
        /// The newest login that the person had by the end of the day. null if they had none
        user_activity_id: Option<i64> = r.login,
        major_category_id: i64 = r.course,
        enrollment_id: i64 = r.enrollment,
        date: Day = Day(r.day),
        total_study_seconds: i64 = r.seconds,
    }

    #[schema(example = json!({"id": 1, "user_progress_id": 3, "user_id": 2, "video_id": 1, "major_category_id": 1,
        "enrollment_id": 1, "date": "2025-10-28", "daily_watch_duration": 600, "progress_percent": 45.5}))]
    pub struct AcademyVideoDay from VideoRecord as r {
        id: i64 = r.id,
        user_progress_id: i64 = r.progress,
        user_id: i64 = r.person,
        video_id: i64 = r.item,
        major_category_id: i64 = r.course,
        enrollment_id: i64 = r.enrollment,
        date: Day = Day(r.day),
        /// Seconds
        daily_watch_duration: i64 = r.seconds,
        /// At the end of the day
        progress_percent: f64 = r.rate,
    }

    #[schema(example = json!({"id": 1, "user_id": 2, "enrollment_id": 1, "major_category_id": 1, "notification_date": "2025-10-28",
        "is_sent": true, "days_before": 7, "expiry_date": "2025-11-04T10:00:00Z"}))]
    pub struct AcademyExpirationNotification from ExpirationNotice as n {
        /// Always true: a notice is listed once it is sent
        is_sent: bool = true,
        id: i64 = n.id,
        user_id: i64 = n.person,
        enrollment_id: i64 = n.enrollment,
        major_category_id: i64 = n.course,
        notification_date: Day = Day(n.day),
        /// 7 or 1
        days_before: i64 = n.days_before,
        /// The end of which it told: staff may have moved it since
        expiry_date: Option<Instant> = n.ends_ms.map(Instant),
    }

    #[schema(example = json!({"major_category_id": 1, "major_category_name": "파이썬 기초", "enrollment_id": 1, "is_completed": false,
        "progress_percent": 50.0, "video_count": 10, "completed_video_count": 5, "mission_count": 3, "missions_left": 2,
        "time_spent": "01:40:00", "last_accessed": "2025-10-28T10:00:00Z", "expiry_date": "2027-10-28T10:00:00Z", "days_left": 730}))]
    pub struct AcademyStudentCourse from LearnersCourse as c {
        major_category_id: i64 = c.course,
        major_category_name: String = c.title,
        enrollment_id: i64 = c.enrollment,
        is_completed: bool = c.is_completed,
        /// Of all that the course requires
        progress_percent: f64 = c.rate,
        video_count: i64 = c.videos,
        completed_video_count: i64 = c.videos_done,
        mission_count: i64 = c.missions,
        /// Missions that are not passed
        missions_left: i64 = c.missions_left,
        time_spent: AcademyDuration = AcademyDuration(c.seconds),
        last_accessed: Option<Instant> = c.accessed_ms.map(Instant),
        /// null if the access does not end
        expiry_date: Option<Instant> = c.expires_ms.map(Instant),
        /// 0 on the last day, and after it
        days_left: Option<i64> = c.days_left,
    }
}

paged! {
    pub struct AcademyLearningRecords of LearningRecord, with RequestUrl {
        #[serde(flatten)]
        page: AcademyPage,
        results: AcademyLearningRecord
    }
    pub struct AcademyVideoDays of VideoRecord, with RequestUrl {
        #[serde(flatten)]
        page: AcademyPage,
        results: AcademyVideoDay
    }
    pub struct AcademyExpirationNotifications of ExpirationNotice, with RequestUrl {
        #[serde(flatten)]
        page: AcademyPage,
        results: AcademyExpirationNotification
    }
    pub struct AcademyStudentDashboard of LearnersCourse, with RequestUrl {
        #[serde(flatten)]
        page: AcademyPage,
        results: AcademyStudentCourse
    }
}

/// Sums up the school today, in the last 7 and in the last 30 days, for administrators.
#[utoipa::path(get, path = "/dashboards/summary/", responses((status = 200, body = AcademySummary)))]
pub async fn summary(app: School, caller: Caller) -> Answer<AcademySummary> {
    ok(dashboards::summary(&app, &caller).await?)
}

/// Counts the visits of learners day by day, for administrators. They are counted within seconds.
#[utoipa::path(get, path = "/dashboards/daily-visits/", params(AcademyDays),
    responses((status = 200, body = AcademyDailyVisits)))]
pub async fn daily_visits(app: School, caller: Caller, days: AcademyDays) -> Answer<AcademyDailyVisits> {
    ok(dashboards::daily_visits(&app, &caller, days.into()).await?)
}

/// Sums up what was paid and what went back day by day, for administrators.
#[utoipa::path(get, path = "/dashboards/daily-payments/", params(AcademyDays),
    responses((status = 200, body = AcademyDailyPayments)))]
pub async fn daily_payments(app: School, caller: Caller, days: AcademyDays) -> Answer<AcademyDailyPayments> {
    ok(dashboards::daily_payments(&app, &caller, days.into()).await?)
}

/// Lists who learned on which day, in which course and how long, the newest day first. For staff: an instructor sees their own courses.
#[utoipa::path(get, path = "/dashboards/learning-records/", params(AcademyListFilter, AcademyPages),
    responses((status = 200, body = AcademyLearningRecords)))]
pub async fn learning_records(
    app: School,
    caller: Caller,
    filter: AcademyListFilter,
    pages: AcademyPages,
    url: RequestUrl,
) -> Answer<AcademyLearningRecords> {
    ok((lists::learning_records(&app, &caller, filter.into(), pages.into()).await?.must_exist()?, url))
}

/// Lists who watched which video on which day, the newest day first. For staff: an instructor sees their own courses.
#[utoipa::path(get, path = "/dashboards/video-progress/", params(AcademyListFilter, AcademyPages),
    responses((status = 200, body = AcademyVideoDays)))]
pub async fn video_progress(
    app: School,
    caller: Caller,
    filter: AcademyListFilter,
    pages: AcademyPages,
    url: RequestUrl,
) -> Answer<AcademyVideoDays> {
    ok((lists::video_records(&app, &caller, filter.into(), pages.into()).await?.must_exist()?, url))
}

/// Lists the notices that learners got before their access ended, the newest first. For staff: an instructor sees their own courses.
#[utoipa::path(get, path = "/dashboards/expiration-notifications/", params(AcademyListFilter, AcademyPages),
    responses((status = 200, body = AcademyExpirationNotifications)))]
pub async fn expiration_notifications(
    app: School,
    caller: Caller,
    filter: AcademyListFilter,
    pages: AcademyPages,
    url: RequestUrl,
) -> Answer<AcademyExpirationNotifications> {
    ok((lists::expiration_notices(&app, &caller, filter.into(), pages.into()).await?.must_exist()?, url))
}

/// Lists one's own courses: how far one is, which missions are left, and for how many days one has access.
#[utoipa::path(get, path = "/dashboards/student-dashboard/", params(AcademyPages),
    responses((status = 200, body = AcademyStudentDashboard)))]
pub async fn student_dashboard(
    app: School,
    caller: Caller,
    pages: AcademyPages,
    url: RequestUrl,
) -> Answer<AcademyStudentDashboard> {
    ok((student::courses(&app, &caller, pages.into()).await?.must_exist()?, url))
}
