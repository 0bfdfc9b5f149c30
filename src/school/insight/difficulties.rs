//! The steps of a course at which people called for help or were stuck.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use crate::db::{Tx, args, row};
use crate::error::Result;
use crate::event::Event;
use crate::live::log;
use crate::school::help::{HELP_OF_COURSE, OWN_CALL};

pub struct Difficulty {
    pub item: i64,
    pub title: String,
    /// All requests, including those made automatically.
    pub help_count: i64,
    pub stuck_seconds: f64,
    /// Requests that people made themselves.
    pub manual_help_count: i64,
    pub helped_people: i64,
    pub stuck_people: i64,
}

row! {
    #[derive(Default)]
    struct RequestCounts {
        item: i64,
        count: i64,
        manual: i64,
        stuck_seconds: f64,
    }
}

const DIFFICULTIES_MAX_STEPS: usize = 10;

/// Lists up to 10 steps, those at which most people called for help or were stuck first.
pub(super) async fn of_course(tx: &mut Tx, course: i64) -> Result<Vec<Difficulty>> {
    let sql = "select i.id, i.title from items i join units u on u.id = i.unit where u.course = $1 order by i.id";
    let items: Vec<(i64, String)> = tx.all(sql, args![course]).await?;
    let mut requests: HashMap<i64, RequestCounts> =
        count_requests(tx, course).await?.into_iter().map(|counts| (counts.item, counts)).collect();
    let helped = people_helped(tx, course).await?;
    let stuck = people_stuck(tx, course).await?;
    let nobody = HashSet::new();
    let mut found: Vec<(usize, Difficulty)> = Vec::new();
    for (item, title) in items {
        let counts = requests.remove(&item).unwrap_or_default();
        let (helped, stuck) = (helped.get(&item).unwrap_or(&nobody), stuck.get(&item).unwrap_or(&nobody));
        let troubled = helped.union(stuck).count();
        if counts.count == 0 && troubled == 0 {
            continue;
        }
        let difficulty = Difficulty {
            item,
            title,
            help_count: counts.count,
            stuck_seconds: counts.stuck_seconds,
            manual_help_count: counts.manual,
            helped_people: helped.len() as i64,
            stuck_people: stuck.len() as i64,
        };
        found.push((troubled, difficulty));
    }
    found.sort_by_key(|(troubled, step)| (Reverse(*troubled), Reverse(step.help_count), step.item));
    Ok(found.into_iter().take(DIFFICULTIES_MAX_STEPS).map(|(_, step)| step).collect())
}

async fn count_requests(tx: &mut Tx, course: i64) -> Result<Vec<RequestCounts>> {
    let sql = format!(
        "select h.item, count(*) as count, cast(sum(case when {OWN_CALL} then 1 else 0 end) as bigint) as manual,
            cast(avg(h.stuck_seconds) as double precision) as stuck_seconds
        {HELP_OF_COURSE} group by h.item"
    );
    tx.all(sql, args![course]).await
}

/// Finds the people who called for help themselves, by step.
async fn people_helped(tx: &mut Tx, course: i64) -> Result<HashMap<i64, HashSet<i64>>> {
    let sql = format!("select distinct h.item, h.person {HELP_OF_COURSE} and {OWN_CALL}");
    let mut people: HashMap<i64, HashSet<i64>> = HashMap::new();
    for (item, person) in tx.all::<(i64, i64)>(sql, args![course]).await? {
        people.entry(item).or_default().insert(person);
    }
    Ok(people)
}

/// Finds the people who were stuck, by step, from the logs of the course's sessions. A person who was merged into
/// another counts as that other one; a person who was removed from the session does not count.
async fn people_stuck(tx: &mut Tx, course: i64) -> Result<HashMap<i64, HashSet<i64>>> {
    let sql = "select p.session, p.person from participants p join live_sessions s on s.id = p.session
        where s.course = $1 and p.removed_ms is not null";
    let removed: HashSet<(i64, i64)> = tx.all::<(i64, i64)>(sql, args![course]).await?.into_iter().collect();
    let merged = merged_people(tx, course).await?;
    let mut people: HashMap<i64, HashSet<i64>> = HashMap::new();
    for (session, event) in log::of_course(tx, course, "student_stuck").await? {
        if let Event::StudentStuck { person, item, .. } = event {
            let person = merged.get(&person).copied().unwrap_or(person);
            if !removed.contains(&(session, person)) {
                people.entry(item).or_default().insert(person);
            }
        }
    }
    Ok(people)
}

/// Maps each merged person to the person that they are now: the last one, if that one was merged in turn.
async fn merged_people(tx: &mut Tx, course: i64) -> Result<HashMap<i64, i64>> {
    let mut merged: HashMap<i64, i64> = HashMap::new();
    for (_, event) in log::of_course(tx, course, "student_merged").await? {
        if let Event::StudentMerged { person, into, .. } = event {
            let into = merged.get(&into).copied().unwrap_or(into);
            for now in merged.values_mut().filter(|now| **now == person) {
                *now = into;
            }
            merged.insert(person, into);
        }
    }
    Ok(merged)
}
