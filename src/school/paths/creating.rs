//! Creation of a path.

use std::collections::HashMap;

use super::catalogue::Catalogue;
use super::learner::{LearnerCourses, read_levels};
use super::planning::{SkillGap, plan};
use super::reading::{LearningPath, PATHS_MAX, read_visible};
use super::stored::insert_courses;
use crate::app::School;
use crate::db::{HeldTable, Tx, args};
use crate::error::{Error, Field, Result};
use crate::school::courses::CourseLevel;
use crate::school::rights::{Caller, Scope};
use crate::school::skills::{self, Skill, SkillWriter};

/// How many skills a path may aim at.
pub const TARGET_SKILLS_MAX: usize = 20;

pub struct NewPath {
    pub title: String,
    /// Names of skills, or their ids as texts.
    pub skills: Vec<String>,
    pub target: CourseLevel,
}

/// Creates a path with the courses that lead to the wanted level, for the caller. A text that is the id of a skill means this
/// skill, if it is one that the caller may know; any other one is the name of a skill, which is made if it is missing: the path
/// keeps a skill that no course teaches.
pub async fn create(app: &School, caller: &Caller, new: NewPath) -> Result<LearningPath> {
    caller.must_have(Scope::PathCreate)?;
    // Planning only reads, so that it keeps no other writer waiting. No course teaches a skill that does not exist yet.
    let mut tx = app.db.read().await?;
    must_have_room(&mut tx, caller.id).await?;
    let names = skills::names_of(&mut tx, caller.id, &new.skills).await?;
    let known = skills::find(&mut tx, Field::TargetSkills, &names).await?;
    let levels = read_levels(&mut tx, caller.id, &ids(&known)).await?;
    let gaps: Vec<SkillGap> = known.iter().map(|skill| gap(skill, &levels, new.target)).collect();
    let wanted: Vec<(i64, CourseLevel)> =
        gaps.iter().flat_map(|gap| gap.levels().map(|level| (gap.skill, level))).collect();
    let catalogue = Catalogue::read(&mut tx, &wanted).await?;
    let courses = plan(&gaps, &catalogue, &LearnerCourses::read(&mut tx, caller.id).await?);
    drop(tx);

    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    // Of two paths at once the second one is counted after the first.
    tx.hold(HeldTable::People, caller.id).await?;
    must_have_room(&mut tx, caller.id).await?;
    let wanted = skills::find_or_create(&mut tx, Field::TargetSkills, &names, SkillWriter::Learner, now_ms).await?;
    let id = insert(&mut tx, caller.id, &new, now_ms).await?;
    insert_skills(&mut tx, id, &wanted, &levels).await?;
    insert_courses(&mut tx, id, 0, &courses).await?;
    let path = read_visible(&mut tx, caller, id).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(path)
}

fn ids(skills: &[Skill]) -> Vec<i64> {
    skills.iter().map(|skill| skill.id).collect()
}

fn gap(skill: &Skill, levels: &HashMap<i64, CourseLevel>, target: CourseLevel) -> SkillGap {
    SkillGap { skill: skill.id, current: levels.get(&skill.id).copied(), target }
}

/// Fails if a person has as many paths as they may have.
async fn must_have_room(tx: &mut Tx, person: i64) -> Result<()> {
    let (count,): (i64,) = tx.one("select count(*) from paths where person = $1", args![person]).await?;
    if count < PATHS_MAX { Ok(()) } else { Err(Error::TooManyPaths { most: PATHS_MAX }) }
}

async fn insert(tx: &mut Tx, person: i64, new: &NewPath, now_ms: i64) -> Result<i64> {
    let sql = "insert into paths (created_ms, updated_ms, person, title, target_level) values ($1, $1, $2, $3, $4)
        returning id";
    Ok(tx.one::<(i64,)>(sql, args![now_ms, person, &new.title, new.target.word()]).await?.0)
}

async fn insert_skills(tx: &mut Tx, path: i64, skills: &[Skill], levels: &HashMap<i64, CourseLevel>) -> Result<()> {
    for (skill, position) in skills.iter().zip(0_i64..) {
        let sql = "insert into path_skills (path, skill, position, level_at_start) values ($1, $2, $3, $4)";
        let level = levels.get(&skill.id).map(|level| level.word());
        tx.run(sql, args![path, skill.id, position, level]).await?;
    }
    Ok(())
}
