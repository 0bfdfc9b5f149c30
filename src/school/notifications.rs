//! Notifications: what a person should know and may have missed.

use crate::app::School;
use crate::db::{Tx, args, row};
use crate::error::{Error, Noun, Result};
use crate::event::words;
use crate::school::names::{Namesakes, distinct};
use crate::school::rights::Caller;
use crate::school::{Page, Window};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotificationKind {
    HelpRequest,
    HelpEscalated,
    HelpAnswered,
    AttendanceRequested,
    AttendanceDecided,
    EnrollmentAdmitted,
    EnrollmentRefused,
    CertificateIssued,
    /// The payment of an order was found, though the buyer's page did not report it.
    PaymentConfirmed,
    PaymentFailed,
    PaymentRefunded,
    /// The payment service refuses to give back what the school gives back by itself.
    RefundRefused,
    /// A refresh token was used by two holders, so the login has ended.
    LoginCopied,
    /// The person is asked to help in a session.
    SessionHelp,
    /// The person is to lead a session.
    SessionHandedOver,
    /// A colleague shares a course with the person.
    LectureShared,
    /// A program that the person sent was judged.
    CodeJudged,
    /// The time of an enrollment ends within 7 days, or within 1 day.
    AccessEndsIn7Days,
    AccessEndsIn1Day,
}
words!(NotificationKind {
    HelpRequest = "HELP_REQUEST",
    HelpEscalated = "HELP_ESCALATED",
    HelpAnswered = "HELP_ANSWERED",
    AttendanceRequested = "ATTENDANCE_REQUESTED",
    AttendanceDecided = "ATTENDANCE_DECIDED",
    EnrollmentAdmitted = "ENROLLMENT_ADMITTED",
    EnrollmentRefused = "ENROLLMENT_REFUSED",
    CertificateIssued = "CERTIFICATE_ISSUED",
    PaymentConfirmed = "PAYMENT_CONFIRMED",
    PaymentFailed = "PAYMENT_FAILED",
    PaymentRefunded = "PAYMENT_REFUNDED",
    RefundRefused = "REFUND_REFUSED",
    LoginCopied = "LOGIN_COPIED",
    CodeJudged = "CODE_JUDGED",
    SessionHelp = "SESSION_HELP",
    SessionHandedOver = "SESSION_HANDED_OVER",
    LectureShared = "LECTURE_SHARED",
    AccessEndsIn7Days = "ACCESS_ENDS_IN_7_DAYS",
    AccessEndsIn1Day = "ACCESS_ENDS_IN_1_DAY",
});

impl NotificationKind {
    /// The notices before an end of access.
    const END_NOTICES: [NotificationKind; 2] =
        [NotificationKind::AccessEndsIn7Days, NotificationKind::AccessEndsIn1Day];
}

/// Builds SQL: notification `n` is one before an end of access. The indexes of those are found by exactly these words.
pub(super) fn is_end_notice() -> String {
    format!("n.kind in ({})", NotificationKind::END_NOTICES.map(|kind| format!("'{}'", kind.word())).join(", "))
}

row! {
    #[derive(Debug, Clone)]
    pub struct Notification {
        pub id: i64,
        pub kind: String,
        pub about: Option<i64>,
        pub about_name: Option<String>,
        /// The id of what the notification leads to: a help request, a certificate, a login. The kind says of which
        /// table.
        pub subject: i64,
        /// The course of the request that it leads to.
        pub course: Option<i64>,
        /// The title of the course whose time ends.
        pub ending_course: Option<String>,
        /// The end of that time in milliseconds, as a text; of a refund that was refused, the order and the reason.
        pub data: String,
        pub read_ms: Option<i64>,
        pub created_ms: i64,
    }
}

/// A notification, whose person is told apart from others of the same name.
pub struct NumberedNotification {
    pub notification: Notification,
    /// The number of the person whom it is about among the people of their name in the course, counted from 1.
    pub namesake: i64,
    /// The day on which the time of the enrollment ends, for a notification that tells it.
    pub ends_on: Option<String>,
}

fn notification() -> String {
    format!(
        "select n.id, n.kind, n.about, p.name as about_name, n.subject, coalesce(u.course, k.course) as course,
        y.title as ending_course, n.data, n.read_ms, n.created_ms
        from notifications n left join people p on p.id = n.about
        left join help_requests h on n.kind in ('HELP_REQUEST', 'HELP_ESCALATED') and h.id = n.subject
        left join items i on i.id = h.item left join units u on u.id = i.unit
        left join attendance_requests r on n.kind = 'ATTENDANCE_REQUESTED' and r.id = n.subject
        left join enrollments e on e.id = r.enrollment left join classes k on k.id = e.class
        left join enrollments z on {} and z.id = n.subject
        left join classes x on x.id = z.class left join courses y on y.id = x.course",
        is_end_notice()
    )
}

/// Notifies a person.
pub(super) async fn notify(
    tx: &mut Tx,
    person: i64,
    kind: NotificationKind,
    about: i64,
    subject: i64,
    now_ms: i64,
) -> Result<()> {
    let sql = "insert into notifications (created_ms, person, kind, about, subject) values ($1, $2, $3, $4, $5)";
    tx.run(sql, args![now_ms, person, kind.word(), about, subject]).await?;
    Ok(())
}

/// Notifies all administrators of something about a person. `subject` is the id that it leads to, `data` the text that it shows.
pub(super) async fn notify_admins(
    tx: &mut Tx,
    kind: NotificationKind,
    (about, subject, data): (i64, i64, String),
    now_ms: i64,
) -> Result<()> {
    let sql = "insert into notifications (created_ms, person, kind, about, subject, data)
        select $1, id, $2, $3, $4, $5 from people where role = 'ADMIN' and deleted_ms is null";
    tx.run(sql, args![now_ms, kind.word(), about, subject, data]).await.map(drop)
}

/// Notifies a person, unless the last such notification is still unread: then that one leads to the newest request. Many
/// requests of one person are one notification.
pub(super) async fn notify_once(
    tx: &mut Tx,
    person: i64,
    kind: NotificationKind,
    about: i64,
    subject: i64,
    now_ms: i64,
) -> Result<()> {
    let sql =
        "update notifications set subject = $4 where person = $1 and kind = $2 and about = $3 and read_ms is null";
    match tx.run(sql, args![person, kind.word(), about, subject]).await? {
        0 => notify(tx, person, kind, about, subject, now_ms).await,
        _ => Ok(()),
    }
}

/// Adds the numbers of the people whom the notifications are about, in one query.
async fn number(app: &School, tx: &mut Tx, notifications: Vec<Notification>) -> Result<Vec<NumberedNotification>> {
    let courses = distinct(notifications.iter().filter_map(|n| n.course));
    let people = distinct(notifications.iter().filter(|n| n.course.is_some()).filter_map(|n| n.about));
    let namesakes = Namesakes::of(tx, &courses, &people).await?;
    let number = |n: &Notification| Some(namesakes.number(n.course?, n.about?));
    let ends_on = |n: &Notification| n.data.parse().ok().map(|ends_ms: i64| app.clock.date_of(ends_ms));
    let numbered = |n: Notification| NumberedNotification {
        namesake: number(&n).unwrap_or(1),
        ends_on: ends_on(&n),
        notification: n,
    };
    Ok(notifications.into_iter().map(numbered).collect())
}

pub async fn list(
    app: &School,
    caller: &Caller,
    unread: Option<bool>,
    window: Window,
) -> Result<Page<NumberedNotification>> {
    let mut tx = app.db.read().await?;
    let condition = "where n.person = $1 and ($2 is null or (n.read_ms is null) = $2)";
    let args = args![caller.id, unread];
    let (total,) = tx.one(format!("select count(*) from notifications n {condition}"), args.clone()).await?;
    let sql = format!("{} {condition} order by n.id desc limit $3 offset $4", notification());
    let rows = tx.all(sql, [args, args![window.limit, window.offset]].concat()).await?;
    let rows = number(app, &mut tx, rows).await?;
    Ok(Page { rows, total, window })
}

/// Marks a notification as read. Marking it again keeps the first time.
pub async fn read(app: &School, caller: &Caller, id: i64) -> Result<NumberedNotification> {
    let mut tx = app.db.begin().await?;
    let sql = "update notifications set read_ms = coalesce(read_ms, $3) where id = $1 and person = $2";
    if tx.run(sql, args![id, caller.id, app.now_ms()]).await? == 0 {
        return Err(Error::NotFound(Noun::Notification));
    }
    let notification = tx.one(format!("{} where n.id = $1", notification()), args![id]).await?;
    let numbered = number(app, &mut tx, vec![notification]).await?.pop();
    app.commit(tx, Vec::new()).await?;
    numbered.ok_or(Error::NotFound(Noun::Notification))
}

/// Marks all notifications up to `newest` as read, or all if it is `None`. Notifications that came later stay unread.
pub async fn read_up_to(app: &School, caller: &Caller, newest: Option<i64>) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let sql = "update notifications set read_ms = $3 where person = $1 and read_ms is null and id <= coalesce($2, id)";
    tx.run(sql, args![caller.id, newest, app.now_ms()]).await?;
    app.commit(tx, Vec::new()).await
}
