//! The tables themselves: what the databases refuse, and what a new table or column must not be forgotten in.

use std::collections::{BTreeSet, HashMap};

use gyosil::db::{Arg, Db};
use serde_json::json;

use crate::classroom::running_session;
use crate::harness::{School, on_both, until};

struct Table {
    name: String,
    sql: String,
    columns: Vec<Column>,
}

struct Column {
    name: String,
    kind: String,
    is_required: bool,
    /// The words that the column may hold; empty if it is free.
    words: Vec<String>,
    /// The table that it refers to.
    refers: Option<String>,
}

/// Opens a new SQLite school, whose tables are those of PostgreSQL too.
async fn empty_school() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&format!("sqlite:{}", folder.path().join("gyosil.db").display())).await.unwrap();
    (folder, db)
}

async fn tables() -> Vec<Table> {
    let (_folder, db) = empty_school().await;
    let sql = "select name, sql from sqlite_master where type = 'table' and name not like 'sqlite%'
        and name not like '%sqlx%' order by rowid";
    let mut tables = Vec::new();
    for (name, sql) in db.all::<(String, String)>(sql, Vec::new()).await.unwrap() {
        let of_table = format!(
            "select t.name, lower(t.type), t.\"notnull\" or t.pk, f.\"table\" from pragma_table_info('{name}') t
            left join pragma_foreign_key_list('{name}') f on f.\"from\" = t.name order by t.cid"
        );
        let columns: Vec<(String, String, bool, Option<String>)> = db.all(of_table, Vec::new()).await.unwrap();
        let columns = columns.into_iter().map(|(name, kind, is_required, refers)| {
            let words = words_of(&sql, &name);
            Column { name, kind, is_required, words, refers }
        });
        tables.push(Table { columns: columns.collect(), name, sql });
    }
    db.close().await;
    assert!(tables.len() > 40);
    tables
}

fn words_of(sql: &str, column: &str) -> Vec<String> {
    let list = sql.split(&format!("check ({column} in (")).nth(1).and_then(|rest| rest.split(')').next());
    list.map(|list| list.split('\'').skip(1).step_by(2).map(String::from).collect()).unwrap_or_default()
}

const SECRET: &str = "secret";

impl Table {
    fn has_own_id(&self) -> bool {
        self.columns[0].name == "id"
    }

    /// Builds the insert of a row with all texts `SECRET`, all numbers 1, words that end what the row is about, and
    /// references to `ids`.
    fn insert(&self, ids: impl Fn(&str) -> i64, wrong: Option<&str>) -> (String, Vec<Arg>) {
        let is_given = |c: &&Column| c.name != "id" || !self.sql.contains("autoincrement");
        let values = self.columns.iter().filter(is_given).filter_map(|c| {
            let value: Arg = match (&c.refers, c.kind.as_str()) {
                _ if wrong == Some(c.name.as_str()) => "NO_SUCH_WORD".into(),
                (Some(table), _) if c.is_required || table == "people" => ids(table).into(),
                (Some(_), _) => return None,
                // A file is elsewhere or in the store, not both.
                (None, "text") if c.name == "object" => return None,
                (None, "text") if c.words.is_empty() => SECRET.into(),
                _ if !c.is_required => return None,
                (None, "text") if c.name == "kind" => c.words[0].as_str().into(),
                (None, "text") => c.words[c.words.len() - 1].as_str().into(),
                (None, "boolean") => true.into(),
                (None, "double precision") => 1.0.into(),
                _ => 1_i64.into(),
            };
            Some((c.name.as_str(), value))
        });
        let (names, values): (Vec<&str>, Vec<Arg>) = values.unzip();
        let marks: Vec<String> = (1..=names.len()).map(|n| format!("${n}")).collect();
        let (names, marks) = (names.join(", "), marks.join(", "));
        (format!("insert into {} ({names}) values ({marks}) on conflict do nothing", self.name), values)
    }
}

async fn must_refuse(school: &School, table: &Table, column: &Column) {
    let (sql, args) = table.insert(|_| 1, Some(&column.name));
    let mut tx = school.app.db.begin().await.unwrap();
    let refusal = format!("{:?}", tx.run(sql, args).await.expect_err(&column.name)).to_lowercase();
    assert!(refusal.contains("check constraint"), "{}.{}: {refusal}", table.name, column.name);
}

#[test]
fn no_database_takes_a_word_that_its_column_does_not_know() {
    on_both(|school| async move {
        let mut count = 0;
        for table in tables().await {
            for column in table.columns.iter().filter(|c| !c.words.is_empty()) {
                must_refuse(&school, &table, column).await;
                count += 1;
            }
        }
        assert!(count > 30, "{count}");
    });
}

/// Columns whose words the tables do not list: clients and the log add new ones.
const FREE_WORDS: &[&str] = &["activity_logs.type", "session_events.type"];

#[tokio::test]
async fn columns_of_words_list_their_words() {
    let names = ["status", "kind", "type", "role", "door", "approval", "source", "gateway", "criteria", "audience"];
    for table in tables().await {
        for column in table.columns.iter().filter(|c| names.contains(&&*c.name) || c.name.contains("level")) {
            let name = format!("{}.{}", table.name, column.name);
            let is_listed = !column.words.is_empty() || FREE_WORDS.contains(&&*name);
            assert!(is_listed || column.kind != "text", "{name} has no check");
        }
    }
}

/// References that nobody follows backwards: their items and units are never deleted, and these rows are written often.
const NOT_FOLLOWED: &[&str] = &["activity_logs.item", "study_days.item", "study_days.unit"];

#[tokio::test]
async fn every_reference_begins_an_index() {
    let (_folder, db) = empty_school().await;
    let mut faults = Vec::new();
    for table in tables().await {
        let sql = format!(
            "select (select i.name from pragma_index_info(l.name) i where i.seqno = 0), coalesce(m.sql, '')
            from pragma_index_list('{}') l left join sqlite_master m on m.name = l.name",
            table.name
        );
        let indexes: Vec<(String, String)> = db.all(sql, Vec::new()).await.unwrap();
        for column in table.columns.iter().filter(|c| c.refers.is_some()) {
            let name = format!("{}.{}", table.name, column.name);
            let is_key = table.sql.contains(&format!("\n  {} bigint primary key", column.name));
            let of_some = format!("where {} is not null", column.name);
            let is_whole = |sql: &String| !sql.contains("where") || sql.ends_with(&of_some);
            let is_indexed = indexes.iter().any(|(first, sql)| *first == column.name && is_whole(sql));
            if !is_key && !is_indexed && !NOT_FOLLOWED.contains(&&*name) {
                faults.push(name);
            }
        }
    }
    assert!(faults.is_empty(), "references without an index: {faults:?}");
}

/// Tables that a school fills by itself, a table that needs two courses, and certificates, whose text is signed and has
/// stories of its own.
const NOT_FILLED: &[&str] = &["log_total", "first_admin", "heartbeat", "course_prerequisites", "certificates"];

/// Writes one row into every table, all about this person. Tables that `ids` has an id of get none.
async fn fill(school: &School, mut ids: HashMap<String, i64>, but: &[&str]) {
    let mut tx = school.app.db.begin().await.unwrap();
    for table in tables().await {
        if ids.contains_key(&table.name) || NOT_FILLED.contains(&&*table.name) || but.contains(&&*table.name) {
            continue;
        }
        let (sql, args) = table.insert(|parent| ids[parent], None);
        if table.has_own_id() {
            let id: Option<(i64,)> = tx.maybe(format!("{sql} returning id"), args).await.unwrap();
            ids.extend(id.map(|(id,)| (table.name, id)));
        } else {
            tx.run(sql, args).await.unwrap();
        }
    }
    school.app.commit(tx, Vec::new()).await.unwrap();
}

/// Finds the tables whose rows belong to one person: they name the person, or a row that does.
fn tables_of_people(tables: &[Table]) -> BTreeSet<&str> {
    let mut found = BTreeSet::from(["people"]);
    loop {
        let before = found.len();
        for table in tables {
            let refers = |c: &Column| match c.refers.as_deref() {
                Some("people") => c.name == "person",
                Some(parent) => found.contains(parent),
                None => false,
            };
            if table.columns.iter().any(refers) {
                found.insert(&table.name);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// Texts that stay when their person is erased, and why.
const STAYS_OF_THE_ERASED: &[(&str, &str)] = &[
    ("logins.nonce", "random"),
    ("logins.successor_nonce", "random"),
    ("last_visits.day", "a date"),
    ("last_visits.earlier_day", "a date"),
    ("item_progress.played", "seconds of a video"),
    ("study_days.day", "a date"),
    ("help_pictures.name", "random, and deleted with the file"),
    ("help_requests.diagnosis", "the analyser's, of the step"),
    ("help_responses.content", "the instructor's"),
    ("help_responses.voice", "the instructor's"),
    ("notifications.data", "numbers and dates"),
    ("done_keys.key", "random"),
    ("done_keys.asked", "a hash"),
    ("done_keys.answer", "numbers"),
    ("submissions.language", "of the program"),
    ("completions.date", "a date"),
    ("completion_checks.day", "a date"),
    ("payments.method", "the books are kept"),
    ("payments.merchant_uid", "the books are kept"),
    ("payments.imp_uid", "the books are kept"),
    ("payment_tries.imp_uid", "deleted once nothing more comes of the try"),
];

#[test]
fn no_text_of_an_erased_person_stays_unless_it_is_meant_to() {
    on_both(|school| async move {
        let (admin, kim) = (school.admin().await, school.student("김학생").await);
        let tables = tables().await;
        fill(&school, HashMap::from([("people".into(), kim.id)]), &[]).await;
        let of_people = tables.iter().find(|t| t.name == "people").unwrap();
        let mut tx = school.app.db.begin().await.unwrap();
        for column in of_people.columns.iter().filter(|c| c.kind == "text" && c.words.is_empty()) {
            let sql = format!("update people set {} = '{SECRET}' where id = {}", column.name, kim.id);
            tx.run(sql, Vec::new()).await.unwrap();
        }
        school.app.commit(tx, Vec::new()).await.unwrap();
        admin.post(&format!("/api/admin/people/{}/erase", kim.id), json!({})).await.is(204);
        until("the logs are gone", async || {
            let (left,): (i64,) = school.app.db.one("select count(*) from activity_logs", Vec::new()).await.unwrap();
            (left == 0).then_some(())
        })
        .await;
        let theirs = tables_of_people(&tables);
        let mut left = Vec::new();
        for table in tables.iter().filter(|t| theirs.contains(&*t.name)) {
            for column in table.columns.iter().filter(|c| c.kind == "text" && c.words.is_empty()) {
                let name = format!("{}.{}", table.name, column.name);
                let sql = format!("select count(*) from {} where {} = '{SECRET}'", table.name, column.name);
                let (count,): (i64,) = school.app.db.one(sql, Vec::new()).await.unwrap();
                if count > 0 && !STAYS_OF_THE_ERASED.iter().any(|(stays, _)| *stays == name) {
                    left.push(name);
                }
            }
        }
        assert!(left.is_empty(), "erase these in school/people/erasing.rs, or say here that they stay: {left:?}");
    });
}

/// Tables whose person is not merged into another one, or whose rows are not worth moving.
const NOT_MERGED: &[&str] =
    &["attempts", "answers", "submissions", "completions", "payments", "payment_tries", "refunds", "payment_moves"];

/// References to a merged guest that stay, and why.
const STAYS_OF_THE_MERGED: &[(&str, &str)] = &[
    ("last_visits.person", "they came, and were counted"),
    ("log_slots.person", "deleted when the day is over"),
    ("log_erasures.person", "a guest is not merged while their logs are erased"),
    ("uploads.by_person", "of staff"),
    ("attendance_requests.decided_by", "of staff"),
    ("help_responses.by_person", "of staff"),
    ("help_requests.claimed_by", "of staff"),
    ("course_teachers.person", "of staff"),
    ("session_staff.person", "a helper takes part in no session, so that nobody merges them"),
    ("participant_messages.by_person", "of staff"),
];

#[test]
fn nothing_refers_to_a_guest_who_was_merged_unless_it_is_meant_to() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let (old, new) = (school.guest(&session, "김순자").await, school.guest(&session, "김순자 2").await);
        let sql = "select p.enrollment, s.class, s.meeting from participants p join live_sessions s on s.id = p.session
            where p.person = $1";
        let (enrollment, class, meeting): (i64, i64, i64) = school.app.db.one(sql, vec![new.id.into()]).await.unwrap();
        let of_session = [
            ("people", new.id),
            ("courses", lecture.id),
            ("classes", class),
            ("units", lecture.task),
            ("items", lecture.steps[0]),
            ("meetings", meeting),
            ("enrollments", enrollment),
            ("live_sessions", session.id),
            ("participants", 0),
        ];
        fill(&school, of_session.map(|(table, id)| (table.to_owned(), id)).into(), NOT_MERGED).await;
        let path = format!("/api/sessions/{}/participants/{}/merge", session.id, new.id);
        teacher.post(&path, json!({ "into": old.id })).await.ok();
        let mut left = Vec::new();
        for table in tables().await {
            for column in table.columns.iter().filter(|c| c.refers.as_deref() == Some("people")) {
                let name = format!("{}.{}", table.name, column.name);
                let sql = format!("select count(*) from {} where {} = $1", table.name, column.name);
                let (count,): (i64,) = school.app.db.one(sql, vec![new.id.into()]).await.unwrap();
                if count > 0 && !STAYS_OF_THE_MERGED.iter().any(|(stays, _)| *stays == name) {
                    left.push(name);
                }
            }
        }
        assert!(left.is_empty(), "move these in sessions/merging.rs, or say here that they stay: {left:?}");
    });
}
