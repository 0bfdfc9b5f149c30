//! Visits of learners, day by day: how many people came, from how many addresses, and how often.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::app::School;
use crate::clock::{DaySpan, MINUTE_MS, random_word};
use crate::db::{Tx, args, batch_size, placeholders, retry, row, row_placeholders};
use crate::error::Result;
use crate::visits::DayVisits;

/// Hashes of addresses are kept this long after the end of their day: another node may still have some to write.
const FORGOTTEN_AFTER_MS: i64 = 10 * MINUTE_MS;
const FORGOTTEN_AT_ONCE_ROWS: i64 = 1_000;

row! {
    /// Visits of a day.
    #[derive(Debug, Clone, Default)]
    pub struct DayVisitors {
        pub day: String,
        pub students: i64,
        pub views: i64,
        pub addresses: i64,
        /// Those of `students` who have not learned on a later day.
        pub latest: i64,
    }
}

pub(super) async fn of_days(tx: &mut Tx, days: &[DaySpan]) -> Result<BTreeMap<String, DayVisitors>> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(BTreeMap::new()) };
    let sql = "select day, students, views, addresses, latest from visit_days where day >= $1 and day <= $2";
    let found: Vec<DayVisitors> = tx.all(sql, args![&first.date, &last.date]).await?;
    Ok(found.into_iter().map(|day| (day.day.clone(), day)).collect())
}

/// Writes the visits that this node has counted, the oldest day first. From the first day that cannot be written on, they wait for
/// the next time; then a view may count twice, but never a person.
pub async fn write_counted(app: &School) -> Result<()> {
    let mut taken = app.visits.take();
    while let Some((day, visits)) = taken.days.first_key_value() {
        write_day(app, day, visits).await?;
        taken.days.pop_first();
    }
    Ok(())
}

/// Writes visits of a day. Other nodes may do so at the same time.
pub async fn write_day(app: &School, day: &str, visits: &DayVisits) -> Result<()> {
    retry(|| write(app, day, visits)).await
}

async fn write(app: &School, day: &str, visits: &DayVisits) -> Result<()> {
    let mut tx = app.db.begin().await?;
    // Others who write this day wait from here on.
    let salt = if is_forgotten(app, day) { None } else { Some(salt_of(&mut tx, day).await?) };
    let mut counted = CountedPeople::default();
    let people: Vec<i64> = visits.people.iter().copied().collect();
    let mut rest = people.as_slice();
    while !rest.is_empty() {
        let (batch, others) = rest.split_at(batch_size(rest.len()));
        rest = others;
        count_people(&mut tx, day, batch, &mut counted).await?;
    }
    let addresses = match salt {
        Some(salt) => write_addresses(&mut tx, day, &salt, visits).await?,
        None => 0,
    };
    for (from, people) in counted.from_days {
        let sql = "update visit_days set latest = latest - $2 where day = $1";
        tx.run(sql, args![from, people]).await?;
    }
    let sql = "insert into visit_days (day, students, views, addresses, latest) values ($1, $2 + $5, $3, $4, $2)
        on conflict (day) do update set students = visit_days.students + excluded.students,
            views = visit_days.views + excluded.views, addresses = visit_days.addresses + excluded.addresses,
            latest = visit_days.latest + excluded.latest";
    tx.run(sql, args![day, counted.latest, visits.views, addresses, counted.late]).await?;
    app.commit(tx, Vec::new()).await
}

/// People who learned on a day and were not counted on it by now.
#[derive(Default)]
struct CountedPeople {
    /// Those for whom it is the latest day.
    latest: i64,
    /// Those who are known to have learned on a later day: another node wrote that one first.
    late: i64,
    /// Those of `latest` who were known before, by the day that was their latest.
    from_days: BTreeMap<String, i64>,
}

/// Notes that these people learned on a day, and counts those who were not known to.
async fn count_people(tx: &mut Tx, day: &str, people: &[i64], counted: &mut CountedPeople) -> Result<()> {
    let mut waiting = people.to_vec();
    // Again and again, since others may write other days meanwhile: their people are known then.
    while !waiting.is_empty() {
        let (marks, ids) = placeholders(&waiting, 1);
        let sql = format!("select person, day from last_visits where person in ({marks})");
        let known: BTreeMap<i64, String> = tx.all::<(i64, String)>(sql, ids).await?.into_iter().collect();
        let (mut new, mut late) = (Vec::new(), Vec::new());
        let mut earlier: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for person in waiting {
            match known.get(&person).map(String::as_str) {
                None => new.push(person),
                Some(last) if last > day => late.push(person),
                Some(last) if last < day => earlier.entry(last).or_default().push(person),
                Some(_) => {}
            }
        }
        counted.late += add_late(tx, day, &late).await?;
        counted.latest += insert_new(tx, day, &new).await?;
        for (from, people) in &earlier {
            let (marks, ids) = placeholders(people, 3);
            let sql =
                format!("update last_visits set day = $1, earlier_day = $2 where day = $2 and person in ({marks})");
            let moved = tx.run(sql, [args![day, *from], ids].concat()).await? as i64;
            *counted.from_days.entry((*from).to_owned()).or_default() += moved;
            counted.latest += moved;
        }
        waiting = earlier.into_values().flatten().chain(new).collect();
    }
    Ok(())
}

/// Notes that people who learned later learned on this day, too, and returns how many were not known to. Only the day before the
/// latest one is kept: a day before both is not counted any more.
async fn add_late(tx: &mut Tx, day: &str, people: &[i64]) -> Result<i64> {
    if people.is_empty() {
        return Ok(0);
    }
    let (marks, ids) = placeholders(people, 2);
    let sql = format!(
        "update last_visits set earlier_day = $1
        where day > $1 and (earlier_day is null or earlier_day < $1) and person in ({marks})"
    );
    Ok(tx.run(sql, [args![day], ids].concat()).await? as i64)
}

async fn insert_new(tx: &mut Tx, day: &str, people: &[i64]) -> Result<i64> {
    let mut rest = people;
    let mut inserted = 0;
    while !rest.is_empty() {
        let (batch, others) = rest.split_at(batch_size(rest.len()));
        rest = others;
        let marks = row_placeholders(batch.len(), 2);
        let sql = format!("insert into last_visits (person, day) values {marks} on conflict (person) do nothing");
        inserted += tx.run(sql, batch.iter().flat_map(|person| args![*person, day]).collect()).await? as i64;
    }
    Ok(inserted)
}

/// Returns the salt of a day, which is random, and the same for all nodes. Holds its row.
async fn salt_of(tx: &mut Tx, day: &str) -> Result<String> {
    let sql = "insert into visit_salts (day, salt) values ($1, $2)
        on conflict (day) do update set salt = visit_salts.salt returning salt";
    let new = format!("{}{}", random_word(), random_word());
    let (salt,) = tx.one(sql, args![day, new]).await?;
    Ok(salt)
}

/// Writes the hashes of addresses, and returns how many of them are new.
async fn write_addresses(tx: &mut Tx, day: &str, salt: &str, visits: &DayVisits) -> Result<i64> {
    let hashes: BTreeSet<String> = visits.addresses.iter().filter_map(|address| hash(salt, *address)).collect();
    let hashes: Vec<String> = hashes.into_iter().collect();
    let mut rest = hashes.as_slice();
    let mut new = 0;
    while !rest.is_empty() {
        let (batch, others) = rest.split_at(batch_size(rest.len()));
        rest = others;
        let marks = row_placeholders(batch.len(), 2);
        let sql = format!("insert into visit_addresses (day, hash) values {marks} on conflict do nothing");
        new += tx.run(sql, batch.iter().flat_map(|hash| args![day, hash]).collect()).await? as i64;
    }
    Ok(new)
}

fn hash(salt: &str, address: IpAddr) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(salt.as_bytes()).ok()?;
    mac.update(address.to_string().as_bytes());
    let bytes = mac.finalize().into_bytes();
    Some(bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}

fn is_forgotten(app: &School, day: &str) -> bool {
    day < app.clock.date_of(app.now_ms() - FORGOTTEN_AFTER_MS).as_str()
}

/// Deletes the hashes of addresses of days that are over, and first the salts without which nobody can try addresses against them.
pub async fn forget_addresses(app: &School) -> Result<()> {
    let today = app.clock.date_of(app.now_ms() - FORGOTTEN_AFTER_MS);
    let sql = "select (select min(day) from visit_salts), (select min(day) from visit_addresses)";
    let (salt, address): (Option<String>, Option<String>) = app.db.one(sql, args![]).await?;
    if salt.is_some_and(|day| day < today) {
        let mut tx = app.db.begin().await?;
        tx.run("delete from visit_salts where day < $1", args![&today]).await?;
        app.commit(tx, Vec::new()).await?;
    }
    let mut is_left = address.is_some_and(|day| day < today);
    while is_left {
        let sql = "delete from visit_addresses where (day, hash) in
            (select day, hash from visit_addresses where day < $1 limit $2)";
        let mut tx = app.db.begin().await?;
        is_left = tx.run(sql, args![&today, FORGOTTEN_AT_ONCE_ROWS]).await? > 0;
        app.commit(tx, Vec::new()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_another_hash_with_another_salt() {
        let address = IpAddr::from([192, 168, 0, 10]);
        let one = hash("a", address).unwrap();
        assert_eq!((one.len(), Some(&one)), (32, hash("a", address).as_ref()));
        assert_ne!(Some(one), hash("b", address));
    }
}
