//! Names behind the ids of events, read in the same transaction as the events. There is no cache that could be stale.

use std::collections::HashMap;

use crate::db::{LISTED_MAX, Tx, args, placeholders, row};
use crate::error::Result;
use crate::event::{Event, PublishedEvent};
use crate::school::class_questions::{self, QuestionText};

#[derive(Default)]
pub struct Names {
    people: HashMap<i64, PersonName>,
    items: HashMap<i64, ItemText>,
    courses: HashMap<i64, CourseName>,
    namesakes: Namesakes,
    class_questions: HashMap<i64, QuestionText>,
}

/// Numbers of people among those of their name in a course.
#[derive(Default)]
pub struct Namesakes {
    /// By course and person, if it is not 1.
    numbers: HashMap<(i64, i64), i64>,
}

row! {
    #[derive(Debug, Clone, Default)]
    pub struct PersonName {
        pub id: i64,
        pub name: String,
        pub email: Option<String>,
        pub phone: Option<String>,
    }
}

row! {
    #[derive(Debug, Clone, Default)]
    pub struct ItemText {
        pub id: i64,
        pub unit: i64,
        pub title: String,
        pub guide: Option<String>,
        pub voice: Option<String>,
        /// JSON: the pictures of a step.
        pub pictures: String,
        pub in_other_app: bool,
        /// JSON: the question of a step, with its right answer.
        pub question: Option<String>,
    }
}

row! {
    #[derive(Debug, Clone, Default)]
    pub struct CourseName {
        pub id: i64,
        pub title: String,
        pub instructor: i64,
    }
}

impl Names {
    pub(super) async fn of(tx: &mut Tx, events: &[PublishedEvent]) -> Result<Names> {
        let mut names = Names::default();
        let people = distinct(events.iter().flat_map(|e| [e.event.person(), e.event.helper()]).flatten());
        for part in people.chunks(LISTED_MAX) {
            let (marks, ids) = placeholders(part, 1);
            let sql = format!("select id, name, email, phone from people where id in ({marks})");
            names.people.extend(tx.all(sql, ids).await?.into_iter().map(|p: PersonName| (p.id, p)));
        }
        let items = distinct(events.iter().filter_map(|e| e.event.item()));
        if !items.is_empty() {
            let (marks, ids) = placeholders(&items, 1);
            let sql = format!(
                "select id, unit, title, guide, voice, pictures, in_other_app, question from items where id in ({marks})"
            );
            names.items = tx.all(sql, ids).await?.into_iter().map(|i: ItemText| (i.id, i)).collect();
        }
        let courses = distinct(events.iter().map(|e| e.course));
        if !courses.is_empty() {
            let (marks, ids) = placeholders(&courses, 1);
            let sql = format!("select id, title, instructor from courses where id in ({marks})");
            names.courses = tx.all(sql, ids).await?.into_iter().map(|c: CourseName| (c.id, c)).collect();
        }
        let asked = distinct(events.iter().filter_map(|e| e.event.class_question()));
        for part in asked.chunks(LISTED_MAX) {
            let texts = class_questions::texts(tx, part).await?;
            names.class_questions.extend(texts.into_iter().map(|text| (text.id, text)));
        }
        let is_named = |e: &Event| matches!(e, Event::StudentJoined { .. } | Event::StudentRenamed { .. });
        let named: Vec<&PublishedEvent> = events.iter().filter(|e| is_named(&e.event)).collect();
        let courses = distinct(named.iter().map(|e| e.course));
        let people = distinct(named.iter().filter_map(|e| e.event.person()));
        names.namesakes = Namesakes::of(tx, &courses, &people).await?;
        Ok(names)
    }

    /// Returns the number of a person among the people of their name in the course, counted from 1. Known only for people
    /// who joined or were renamed in these events.
    pub fn namesake(&self, course: i64, person: i64) -> i64 {
        self.namesakes.number(course, person)
    }

    pub fn person(&self, id: i64) -> PersonName {
        self.people.get(&id).cloned().unwrap_or(PersonName { id, ..PersonName::default() })
    }

    /// Leaves out the e-mail addresses and phone numbers, for readers who may not see them.
    pub fn without_contacts(mut self) -> Names {
        for person in self.people.values_mut() {
            (person.email, person.phone) = (None, None);
        }
        self
    }

    pub fn item(&self, id: i64) -> ItemText {
        self.items.get(&id).cloned().unwrap_or(ItemText { id, ..ItemText::default() })
    }

    /// Returns the question of a learner as everyone may see it. One that is gone is hidden.
    pub fn class_question(&self, id: i64) -> QuestionText {
        let gone = || QuestionText { id, is_hidden: true, ..QuestionText::default() };
        self.class_questions.get(&id).cloned().unwrap_or_else(gone)
    }

    pub fn course(&self, id: i64) -> CourseName {
        self.courses.get(&id).cloned().unwrap_or(CourseName { id, ..CourseName::default() })
    }
}

impl Namesakes {
    /// Finds the numbers of these people in these courses: one query, unless there are thousands of people.
    pub(super) async fn of(tx: &mut Tx, courses: &[i64], people: &[i64]) -> Result<Namesakes> {
        let mut found = Namesakes::default();
        if courses.is_empty() {
            return Ok(found);
        }
        let (course_marks, course_ids) = placeholders(courses, 1);
        for part in people.chunks(LISTED_MAX) {
            let (marks, ids) = placeholders(part, course_ids.len() + 1);
            let numbered = namesakes_of(&marks, &format!("k.course in ({course_marks})"));
            let sql = format!("select n.course, n.person, n.nth from ({numbered}) n where n.nth > 1");
            let rows: Vec<(i64, i64, i64)> = tx.all(sql, [course_ids.clone(), ids].concat()).await?;
            found.numbers.extend(rows.into_iter().map(|(course, person, nth)| ((course, person), nth)));
        }
        Ok(found)
    }

    /// Returns the number of a person among the people of their name in the course, counted from 1.
    pub fn number(&self, course: i64, person: i64) -> i64 {
        self.numbers.get(&(course, person)).copied().unwrap_or(1)
    }
}

/// Numbers the people of one name in a course by when they first enrolled, as rows of `course, person, nth`: two people
/// called Kim have the same numbers on every page and every day. `condition` restricts the classes `k`. Reads whole
/// courses.
pub(super) fn namesakes(condition: &str) -> String {
    format!(
        "{NUMBERED} from enrollments e join classes k on k.id = e.class join people p on p.id = e.person
        where {condition} group by k.course, e.person, p.name"
    )
}

/// Numbers in the same way, but only people who have the name of one of `people` (a list or a query of ids). The cost
/// depends on how many people have such a name, and not on how many are in the course.
pub(super) fn namesakes_of(people: &str, condition: &str) -> String {
    // `cross join` makes SQLite begin with the names; for PostgreSQL it is a join like any other.
    format!(
        "{NUMBERED} from people p cross join enrollments e cross join classes k
        where p.name in (select name from people where id in ({people})) and e.person = p.id and k.id = e.class and {condition}
        group by k.course, e.person, p.name"
    )
}

const NUMBERED: &str =
    "select k.course, e.person, row_number() over (partition by k.course, p.name order by min(e.id)) as nth";

pub(super) fn distinct(ids: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut ids: Vec<i64> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

pub async fn person(tx: &mut Tx, id: i64) -> Result<Option<PersonName>> {
    tx.maybe("select id, name, email, phone from people where id = $1", args![id]).await
}
