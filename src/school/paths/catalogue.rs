//! Courses from which a path chooses: a bounded part of all courses, with everything that they need.

use std::collections::{HashMap, HashSet};

use super::learner::LearnerCourses;
use super::level::level_of;
use crate::db::{Tx, args, placeholders, row};
use crate::error::Result;
use crate::school::courses::CourseLevel;
use crate::school::courses::prerequisites::IS_ASKED;

/// How many courses are looked at for one skill and level: the newest ones.
const CANDIDATES_MAX: i64 = 50;
/// How long a chain of courses that need each other may be. A course behind a longer chain is not recommended.
const CHAIN_MAX_COURSES: usize = 8;
/// How many courses may be looked at for one path, with all that they need.
const CATALOGUE_MAX_COURSES: usize = 4_000;

row! {
    #[derive(Debug)]
    struct CourseFacts {
        id: i64,
        level: Option<String>,
        is_published: bool,
        learners: i64,
    }
}

#[derive(Debug)]
pub struct CatalogueCourse {
    pub level: CourseLevel,
    pub is_published: bool,
    /// How many people are in the course or have completed it.
    pub learners: i64,
    /// The wanted skills that the course teaches.
    pub skills: Vec<i64>,
}

#[derive(Debug, Default)]
pub struct Catalogue {
    pub courses: HashMap<i64, CatalogueCourse>,
    /// The courses that a course needs. A course whose needs were not read is not in the map.
    pub needs: HashMap<i64, Vec<i64>>,
    candidates: HashMap<(i64, CourseLevel), Vec<i64>>,
}

const CANDIDATES: &str = "select t.course from course_skills t join courses c on c.id = t.course
    where t.skill = $1 and coalesce(c.level, 'BEGINNER') = $2 and c.status = 'PUBLISHED' and c.deleted_ms is null
    order by t.course desc limit $3";

impl Catalogue {
    /// Reads the courses that teach a skill at a level, for each of these pairs: one short query for each, and a fixed number of
    /// queries for all.
    pub async fn read(tx: &mut Tx, wanted: &[(i64, CourseLevel)]) -> Result<Catalogue> {
        let mut catalogue = Catalogue::default();
        for (skill, level) in wanted {
            let found: Vec<(i64,)> = tx.all(CANDIDATES, args![*skill, level.word(), CANDIDATES_MAX]).await?;
            catalogue.candidates.insert((*skill, *level), found.into_iter().map(|(course,)| course).collect());
        }
        let mut courses: Vec<i64> = catalogue.candidates.values().flatten().copied().collect();
        courses.sort_unstable();
        courses.dedup();
        catalogue.needs = read_needs(tx, &courses).await?;
        courses.extend(catalogue.needs.values().flatten());
        courses.sort_unstable();
        courses.dedup();
        let skills: Vec<i64> = wanted.iter().map(|(skill, _)| *skill).collect();
        catalogue.courses = read_courses(tx, &courses, &skills).await?;
        Ok(catalogue)
    }

    /// Lists the courses that teach a skill at a level and that this learner has not completed, but can come to.
    pub fn candidates(&self, skill: i64, level: CourseLevel, learner: &LearnerCourses) -> Vec<i64> {
        let listed = self.candidates.get(&(skill, level)).into_iter().flatten().copied();
        listed.filter(|course| !learner.has_completed(*course) && self.missing(*course, learner).is_some()).collect()
    }

    /// Returns the courses that the learner must complete before this one: those that it needs, those that they need, and so on.
    /// `None` if one of them is not published, or not known.
    pub fn missing(&self, course: i64, learner: &LearnerCourses) -> Option<HashSet<i64>> {
        let mut missing = HashSet::new();
        let mut unread = vec![course];
        while let Some(next) = unread.pop() {
            for needed in self.needs.get(&next)?.iter().filter(|needed| !learner.has_completed(**needed)) {
                if !self.courses.get(needed)?.is_published || *needed == course {
                    return None;
                }
                if missing.insert(*needed) {
                    unread.push(*needed);
                }
            }
        }
        Some(missing)
    }
}

/// Reads what these courses need, and what that needs, in at most `CHAIN_MAX_COURSES` queries.
async fn read_needs(tx: &mut Tx, courses: &[i64]) -> Result<HashMap<i64, Vec<i64>>> {
    let mut needs: HashMap<i64, Vec<i64>> = HashMap::new();
    let mut unread = courses.to_vec();
    for _ in 0..CHAIN_MAX_COURSES {
        if unread.is_empty() || needs.len() + unread.len() > CATALOGUE_MAX_COURSES {
            break;
        }
        let found = read_direct_needs(tx, &unread).await?;
        let next: HashSet<i64> = found.values().flatten().copied().collect();
        needs.extend(found);
        unread = next.into_iter().filter(|course| !needs.contains_key(course)).collect();
        unread.sort_unstable();
    }
    Ok(needs)
}

/// Reads what each of these courses asks for by itself.
pub async fn read_direct_needs(tx: &mut Tx, courses: &[i64]) -> Result<HashMap<i64, Vec<i64>>> {
    let mut needs: HashMap<i64, Vec<i64>> = courses.iter().map(|course| (*course, Vec::new())).collect();
    let (marks, args) = placeholders(courses, 1);
    let sql = format!(
        "select p.course, p.needs from course_prerequisites p
        join courses c on c.id = p.needs and {IS_ASKED} where p.course in ({marks}) order by p.course, p.needs"
    );
    for (course, needed) in tx.all::<(i64, i64)>(sql, args).await? {
        needs.entry(course).or_default().push(needed);
    }
    Ok(needs)
}

/// Reads these courses, and which of these skills they teach.
pub async fn read_courses(tx: &mut Tx, courses: &[i64], skills: &[i64]) -> Result<HashMap<i64, CatalogueCourse>> {
    let (marks, ids) = placeholders(courses, 1);
    let sql = format!(
        "select c.id, c.level, c.status = 'PUBLISHED' and c.deleted_ms is null as is_published,
        (select count(*) from classes k join enrollments e on e.class = k.id
            where k.course = c.id and e.status in ('APPROVED', 'COMPLETED')) as learners
        from courses c where c.id in ({marks})"
    );
    let facts: Vec<CourseFacts> = tx.all(sql, ids.clone()).await?;
    let of_facts = |c: CourseFacts| CatalogueCourse {
        level: level_of(c.level.as_deref()),
        is_published: c.is_published,
        learners: c.learners,
        skills: Vec::new(),
    };
    let mut read: HashMap<i64, CatalogueCourse> = facts.into_iter().map(|c| (c.id, of_facts(c))).collect();
    let (skill_marks, skill_ids) = placeholders(skills, ids.len() + 1);
    let sql = format!(
        "select course, skill from course_skills where course in ({marks}) and skill in ({skill_marks})
        order by course, position"
    );
    for (course, skill) in tx.all::<(i64, i64)>(sql, [ids, skill_ids].concat()).await? {
        read.entry(course).and_modify(|course| course.skills.push(skill));
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn the_courses_of_a_skill_are_found_from_the_newest_on_without_sorting() {
        let plan = sqlite_plan(CANDIDATES).await;
        assert!(plan.iter().any(|line| line.contains("course_skills_skill")), "{plan:?}");
        assert!(!plan.iter().any(|line| line.contains("TEMP B-TREE") || line.contains("SCAN")), "{plan:?}");
    }
}
