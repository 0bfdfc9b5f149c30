//! Skills, by their names. A tag of a course is a skill that the course teaches.
//!
//! Names that differ only in case, width or white space are one skill («Type Script», «typescript», «ＴｙｐｅＳｃｒｉｐｔ»), which is
//! shown as staff wrote it first. Until then it is shown as a learner wrote it.

use std::collections::{BTreeMap, HashMap};

use unicode_normalization::UnicodeNormalization;

use crate::db::{Tx, args, placeholders, row};
use crate::error::{Error, Field, Result};

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Skill {
        pub id: i64,
        pub name: String,
    }
}

/// How many skills a list of names may hold.
pub const NAMES_MAX: usize = 50;

/// Returns a name without differences of case, width and white space.
fn fold(name: &str) -> String {
    let visible = name.nfkc().filter(|c| !c.is_whitespace() && !c.is_control());
    // Over capital letters, since some letters are the same only there («ß» and «SS»).
    let same_case: String = visible.flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect();
    same_case.nfkc().collect()
}

/// Returns a name with single spaces between its words, as it is shown.
fn tidy(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Folds the names of a list. Fails at the first one that is blank, or if there are too many.
fn fold_all(field: Field, names: &[String]) -> Result<Vec<String>> {
    if names.len() > NAMES_MAX {
        return Err(Error::bad(field, format!("it has more than {NAMES_MAX} names")));
    }
    let folded: Vec<String> = names.iter().map(|name| fold(name)).collect();
    match folded.iter().position(String::is_empty) {
        Some(n) => Err(Error::bad((field, n), "it is blank")),
        None => Ok(folded),
    }
}

/// The writer of names of skills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkillWriter {
    /// Writes tags and questions, which decide how a skill is shown.
    Staff,
    Learner,
}

/// Finds the skills of these names, and makes those that are missing. They come in the order of the names, each once. Fails if a
/// name of `field` is blank.
///
/// Two transactions can make the same skills at once: the second one waits and finds those of the first. Call this once in a
/// transaction, with all names, so that two of them never wait for each other in a circle.
pub async fn find_or_create(
    tx: &mut Tx,
    field: Field,
    names: &[String],
    by: SkillWriter,
    now_ms: i64,
) -> Result<Vec<Skill>> {
    let folded = fold_all(field, names)?;
    let mut found = find_folded(tx, &folded).await?;
    let by_staff = by == SkillWriter::Staff;
    let is_due = |(folded, _): &(&String, &String)| found.get(*folded).is_none_or(|skill| by_staff && !skill.by_staff);
    // In the order of their folded names. Of two spellings the first one counts.
    let due: BTreeMap<&String, &String> = folded.iter().zip(names).filter(is_due).rev().collect();
    for (folded, name) in &due {
        let sql = "insert into skills (created_ms, name, folded, by_staff) values ($1, $2, $3, $4)
            on conflict (folded) do update set name = excluded.name, by_staff = true
                where excluded.by_staff and not skills.by_staff";
        tx.run(sql, args![now_ms, tidy(name), *folded, by_staff]).await?;
    }
    if !due.is_empty() {
        found = find_folded(tx, &folded).await?;
    }
    Ok(in_order(&folded, found))
}

/// Returns the id of the skill of each name that staff write, and makes those that are missing, as `find_or_create` does.
pub async fn ids_of(tx: &mut Tx, field: Field, names: &[String], now_ms: i64) -> Result<Vec<i64>> {
    let folded: Vec<String> = names.iter().map(|name| fold(name)).collect();
    let different: BTreeMap<&String, &String> = folded.iter().zip(names).rev().collect();
    let written: Vec<String> = different.values().map(|name| (*name).clone()).collect();
    let skills = find_or_create(tx, field, &written, SkillWriter::Staff, now_ms).await?;
    let ids: HashMap<&String, i64> = different.into_keys().zip(skills.iter().map(|skill| skill.id)).collect();
    Ok(folded.iter().filter_map(|folded| ids.get(folded).copied()).collect())
}

/// Finds the skills of these names, in their order, each once. Names that no skill has are left out.
pub async fn find(tx: &mut Tx, field: Field, names: &[String]) -> Result<Vec<Skill>> {
    let folded = fold_all(field, names)?;
    let found = find_folded(tx, &folded).await?;
    Ok(in_order(&folded, found))
}

/// Finds the skills of these names. Returns `None` if a name is that of no skill.
pub async fn find_all(tx: &mut Tx, field: Field, names: &[String]) -> Result<Option<Vec<Skill>>> {
    let folded = fold_all(field, names)?;
    let found = find_folded(tx, &folded).await?;
    let are_known = folded.iter().all(|folded| found.contains_key(folded));
    Ok(are_known.then(|| in_order(&folded, found)))
}

/// Puts the name of a skill in the place of each text that is its id, if a course that everyone sees teaches it, or a path of
/// this person aims at it. Other texts stay: they are names. So nobody reads by its id what someone else has typed.
pub async fn names_of(tx: &mut Tx, person: i64, texts: &[String]) -> Result<Vec<String>> {
    let ids: Vec<i64> = texts.iter().filter_map(|text| text.parse().ok()).collect();
    if ids.is_empty() {
        return Ok(texts.to_vec());
    }
    let (marks, ids) = placeholders(&ids, 2);
    let sql = format!("{KNOWN} and s.id in ({marks})");
    let found: Vec<(i64, String)> = tx.all(sql, [args![person], ids].concat()).await?;
    let names: HashMap<String, String> = found.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    Ok(texts.iter().map(|text| names.get(text).unwrap_or(text).clone()).collect())
}

/// SQL: skills that a person may know by their ids. `cross join` keeps SQLite from reading everyone's paths.
const KNOWN: &str = "select s.id, s.name from skills s where (exists (
            select 1 from course_skills t join courses c on c.id = t.course
            where t.skill = s.id and c.status in ('PUBLISHED', 'ARCHIVED') and c.deleted_ms is null)
        or s.id in (select p.skill from paths x cross join path_skills p where x.person = $1 and p.path = x.id))";

row! {
    struct SkillRow {
        id: i64,
        name: String,
        folded: String,
        by_staff: bool,
    }
}

async fn find_folded(tx: &mut Tx, folded: &[String]) -> Result<HashMap<String, SkillRow>> {
    if folded.is_empty() {
        return Ok(HashMap::new());
    }
    let (marks, args) = placeholders(folded, 1);
    let sql = format!("select id, name, folded, by_staff from skills where folded in ({marks})");
    let rows: Vec<SkillRow> = tx.all(sql, args).await?;
    Ok(rows.into_iter().map(|row| (row.folded.clone(), row)).collect())
}

fn in_order(folded: &[String], mut found: HashMap<String, SkillRow>) -> Vec<Skill> {
    let skill = |row: SkillRow| Skill { id: row.id, name: row.name };
    folded.iter().filter_map(|folded| found.remove(folded).map(skill)).collect()
}

/// Makes these the skills that a course teaches, in this order. The caller holds the row of the course, or has just made it.
pub async fn set_tags(tx: &mut Tx, course: i64, names: &[String], now_ms: i64) -> Result<()> {
    let skills = find_or_create(tx, Field::Tags, names, SkillWriter::Staff, now_ms).await?;
    tx.run("delete from course_skills where course = $1", args![course]).await?;
    for (position, skill) in (0_i64..).zip(skills) {
        let sql = "insert into course_skills (course, skill, position) values ($1, $2, $3)";
        tx.run(sql, args![course, skill.id, position]).await?;
    }
    Ok(())
}

/// Finds the skills that courses teach, in one query. A course without any is not in the map.
pub async fn tags_of(tx: &mut Tx, courses: &[i64]) -> Result<HashMap<i64, Vec<Skill>>> {
    let mut tags: HashMap<i64, Vec<Skill>> = HashMap::new();
    if courses.is_empty() {
        return Ok(tags);
    }
    let (marks, args) = placeholders(courses, 1);
    let sql = format!(
        "select t.course, s.id, s.name from course_skills t join skills s on s.id = t.skill where t.course in ({marks})
        order by t.course, t.position, s.id"
    );
    for (course, id, name) in tx.all::<(i64, i64, String)>(sql, args).await? {
        tags.entry(course).or_default().push(Skill { id, name });
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn a_skill_is_found_by_its_id_without_the_skills_and_paths_of_others() {
        let plan = sqlite_plan(&format!("{KNOWN} and s.id in (1)")).await;
        assert!(!plan.iter().any(|line| line.starts_with("SCAN")), "{plan:?}");
        assert!(plan.iter().any(|line| line.contains("paths_person")), "{plan:?}");
    }

    #[test]
    fn names_that_differ_in_case_width_or_white_space_are_one_skill() {
        let same = [
            ["TypeScript", " type  script "],
            ["TypeScript", "ＴｙｐｅＳｃｒｉｐｔ"],
            ["データ分析", "ﾃﾞｰﾀ分析"],
            ["데이터 분석", "데이터분석"],
            ["Straße", "STRASSE"],
            ["한글", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"],
        ];
        for [one, other] in same {
            assert_eq!(fold(one), fold(other), "{one} and {other}");
        }
        for [one, other] in [["C", "C++"], ["C#", "C"], ["React", "React Native"], ["カ", "ガ"]] {
            assert_ne!(fold(one), fold(other), "{one} and {other}");
        }
    }

    #[test]
    fn a_name_without_a_visible_character_is_refused_with_its_place() {
        let refused = fold_all(Field::Tags, &["java".into(), " \u{3000}\t".into()]);
        assert_eq!(refused.unwrap_err().to_string(), "tags[1]: it is blank");
        let many = vec!["java".to_owned(); NAMES_MAX + 1];
        assert_eq!(fold_all(Field::Tags, &many).unwrap_err().to_string(), "tags: it has more than 50 names");
    }
}
