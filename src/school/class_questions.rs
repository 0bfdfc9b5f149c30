//! Questions that learners ask in a session, and those who would like to know the same. Only its staff see who asked.

use crate::app::School;
use crate::db::{HeldTable, Tx, args, placeholders, row};
use crate::error::{Error, Noun, Result};
use crate::event::{Event, NewEvent, StoredAnswer};
use crate::school::once::{self, Key};
use crate::school::rights::Caller;
use crate::school::sessions;

/// Questions that one person may ask in a session.
const QUESTIONS_MAX: i64 = 20;
/// Questions that are listed: the newest.
const LISTED_MAX: i64 = 200;

row! {
    /// A question as the caller sees it.
    #[derive(Debug, Clone)]
    pub struct ClassQuestion {
        pub id: i64,
        pub session: i64,
        pub course: i64,
        pub created_ms: i64,
        pub person: i64,
        pub name: String,
        pub question: String,
        /// Number of others who would like to know the same.
        pub supports: i64,
        /// Whether the caller is one of them.
        pub is_supported: bool,
        pub is_answered: bool,
        /// For nobody but staff.
        pub is_hidden: bool,
    }
}

row! {
    /// A question as the frames for everyone in a session show it.
    #[derive(Debug, Clone, Default)]
    pub struct QuestionText {
        pub id: i64,
        pub question: String,
        pub supports: i64,
        pub is_answered: bool,
        pub is_hidden: bool,
    }
}

pub struct ListedQuestions {
    pub questions: Vec<ClassQuestion>,
    /// Whether the caller may see who asked.
    pub is_staff: bool,
}

const SUPPORTS: &str = "(select count(*) from class_question_supports s where s.question = q.id) as supports";

/// Selects questions as the person `$1` sees them.
fn seen() -> String {
    format!(
        "select q.id, q.session, v.course, q.created_ms, q.person, p.name, q.question, {SUPPORTS},
            exists (select 1 from class_question_supports m where m.question = q.id and m.person = $1) as is_supported,
            q.answered_ms is not null as is_answered, q.is_hidden
        from class_questions q join live_sessions v on v.id = q.session join people p on p.id = q.person"
    )
}

/// Reads the questions that events name, as everyone may see them. One that is gone is hidden.
pub(super) async fn texts(tx: &mut Tx, questions: &[i64]) -> Result<Vec<QuestionText>> {
    let (marks, ids) = placeholders(questions, 1);
    let sql = format!(
        "select q.id, q.question, {SUPPORTS}, q.answered_ms is not null as is_answered, q.is_hidden
        from class_questions q where q.id in ({marks})"
    );
    tx.all(sql, ids).await
}

/// Asks a question in an open session, for its participants.
pub async fn ask(app: &School, caller: &Caller, session: i64, text: String, key: Option<Key>) -> Result<ClassQuestion> {
    caller.must_be_student()?;
    let (caller, now_ms) = (caller.clone(), app.now_ms());
    app.group_commit
        .record_for(session, move |tx| {
            let (caller, text, key) = (caller.clone(), text.clone(), key.clone());
            Box::pin(async move {
                let asked = ("class question", session, &text);
                if let Some(done) = once::claim(tx, caller.id, key.as_ref(), asked, now_ms).await? {
                    let StoredAnswer::ClassQuestion { question } = done else { return Err(Error::KeyReused) };
                    return Ok((by_id(tx, &caller, question).await?, Vec::new()));
                }
                let id = insert(tx, &caller, session, &text, now_ms).await?;
                once::settle(tx, caller.id, key.as_ref(), &StoredAnswer::ClassQuestion { question: id }).await?;
                let asked = by_id(tx, &caller, id).await?;
                let event = changed(&asked, now_ms);
                Ok((asked, vec![event]))
            })
        })
        .await
}

/// Adds a question. The row of the session is held, so that nobody asks more than they may.
async fn insert(tx: &mut Tx, caller: &Caller, session: i64, text: &str, now_ms: i64) -> Result<i64> {
    tx.hold(HeldTable::Sessions, session).await?;
    let at = sessions::find_followed(tx, caller, session, now_ms).await?;
    at.must_be_open()?;
    sessions::must_have_participant(tx, session, caller.id).await?;
    let sql = "select count(*) from class_questions where person = $2 and session = $1";
    let (count,): (i64,) = tx.one(sql, args![session, caller.id]).await?;
    if count >= QUESTIONS_MAX {
        return Err(Error::TooManyQuestions { most: QUESTIONS_MAX });
    }
    let sql =
        "insert into class_questions (created_ms, session, person, question) values ($1, $2, $3, $4) returning id";
    let (id,): (i64,) = tx.one(sql, args![now_ms, session, caller.id, text]).await?;
    Ok(id)
}

fn changed(question: &ClassQuestion, at_ms: i64) -> NewEvent {
    let event = Event::ClassQuestion { question: question.id };
    NewEvent { session: Some(question.session), course: question.course, at_ms, event }
}

async fn by_id(tx: &mut Tx, caller: &Caller, id: i64) -> Result<ClassQuestion> {
    let found = tx.maybe(format!("{} where q.id = $2", seen()), args![caller.id, id]).await?;
    found.ok_or(Error::NotFound(Noun::ClassQuestion))
}

/// Finds a question of this session.
async fn in_session(tx: &mut Tx, caller: &Caller, session: i64, id: i64) -> Result<ClassQuestion> {
    let found = by_id(tx, caller, id).await?;
    if found.session == session { Ok(found) } else { Err(Error::NotFound(Noun::ClassQuestion)) }
}

/// Lists the questions of a session, for its participants and its staff. Staff see the hidden ones too.
pub async fn list(app: &School, caller: &Caller, session: i64) -> Result<ListedQuestions> {
    let mut tx = app.db.read().await?;
    sessions::find_followed(&mut tx, caller, session, app.now_ms()).await?;
    let is_staff = sessions::find_assisted(&mut tx, caller, session).await.is_ok()
        || sessions::find_taught_to_read(&mut tx, caller, session).await.is_ok();
    let sql = format!("{} where q.session = $2 and ($3 or not q.is_hidden) order by q.id desc limit $4", seen());
    let mut questions: Vec<ClassQuestion> = tx.all(sql, args![caller.id, session, is_staff, LISTED_MAX]).await?;
    questions.reverse();
    Ok(ListedQuestions { questions, is_staff })
}

/// Says that one would like to know the same. Said again, or of one's own question, it changes nothing.
pub async fn support(app: &School, caller: &Caller, session: i64, id: i64) -> Result<ClassQuestion> {
    caller.must_be_student()?;
    let (caller, now_ms) = (caller.clone(), app.now_ms());
    app.group_commit
        .record_for(session, move |tx| {
            let caller = caller.clone();
            Box::pin(async move {
                tx.hold(HeldTable::Sessions, session).await?;
                sessions::find_followed(tx, &caller, session, now_ms).await?.must_be_open()?;
                sessions::must_have_participant(tx, session, caller.id).await?;
                let found = in_session(tx, &caller, session, id).await?;
                if found.is_hidden {
                    return Err(Error::NotFound(Noun::ClassQuestion));
                }
                if found.person == caller.id || found.is_supported {
                    return Ok((found, Vec::new()));
                }
                let sql =
                    "insert into class_question_supports (question, person) values ($1, $2) on conflict do nothing";
                tx.run(sql, args![id, caller.id]).await?;
                let supports = found.supports + 1;
                let event = Event::ClassQuestionSupported { question: id, supports };
                let event = NewEvent { session: Some(session), course: found.course, at_ms: now_ms, event };
                Ok((ClassQuestion { supports, is_supported: true, ..found }, vec![event]))
            })
        })
        .await
}

/// Act of staff on a question.
#[derive(Debug, Clone, Copy)]
pub enum QuestionMark {
    Answered(bool),
    Hidden(bool),
}

/// Marks a question as answered, or hides it from the learners, or takes that back; for the staff of the session.
pub async fn mark(app: &School, caller: &Caller, session: i64, id: i64, mark: QuestionMark) -> Result<ClassQuestion> {
    let (now_ms, mut tx) = (app.now_ms(), app.db.begin().await?);
    tx.hold(HeldTable::Sessions, session).await?;
    sessions::find_assisted(&mut tx, caller, session).await?;
    let before = in_session(&mut tx, caller, session, id).await?;
    match mark {
        QuestionMark::Answered(is_answered) => {
            let sql =
                "update class_questions set answered_ms = case when $2 then coalesce(answered_ms, $3) else null end
                where id = $1";
            tx.run(sql, args![id, is_answered, now_ms]).await?;
        }
        QuestionMark::Hidden(is_hidden) => {
            tx.run("update class_questions set is_hidden = $2 where id = $1", args![id, is_hidden]).await?;
        }
    }
    let after = by_id(&mut tx, caller, id).await?;
    let is_same = (before.is_answered, before.is_hidden) == (after.is_answered, after.is_hidden);
    let events = if is_same { Vec::new() } else { vec![changed(&after, now_ms)] };
    app.commit(tx, events).await?;
    Ok(after)
}

/// Deletes what a person has asked, and where they would have liked to know the same. Returns what to tell the sessions, which the
/// caller holds.
pub(super) async fn forget_person(tx: &mut Tx, person: i64, now_ms: i64) -> Result<Vec<NewEvent>> {
    let sql = "select q.id, q.session, v.course from class_questions q join live_sessions v on v.id = q.session
        where q.person = $1 and v.status <> 'REVIEW_MODE'";
    let asked: Vec<(i64, i64, i64)> = tx.all(sql, args![person]).await?;
    for sql in [
        "delete from class_question_supports where person = $1
            or question in (select id from class_questions where person = $1)",
        "delete from class_questions where person = $1",
    ] {
        tx.run(sql, args![person]).await?;
    }
    let gone = |(question, session, course)| {
        let event = Event::ClassQuestion { question };
        NewEvent { session: Some(session), course, at_ms: now_ms, event }
    };
    Ok(asked.into_iter().map(gone).collect())
}
