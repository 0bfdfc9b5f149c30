//! Skills: a tag of a course is a skill, found by its name however it is written.

use std::sync::Arc;

use gyosil::db::Db;
use gyosil::error::Field;
use gyosil::school::skills::{self, Skill, SkillWriter};

use crate::harness::{School, on_both};

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| name.to_string()).collect()
}

async fn made(school: &School, of: &[&str]) -> Vec<Skill> {
    let mut tx = school.app.db.begin().await.unwrap();
    let skills = skills::find_or_create(&mut tx, Field::Tags, &names(of), SkillWriter::Staff, 1).await.unwrap();
    school.app.commit(tx, Vec::new()).await.unwrap();
    skills
}

async fn count(db: &Db) -> i64 {
    db.one::<(i64,)>("select count(*) from skills", Vec::new()).await.unwrap().0
}

#[test]
fn a_skill_is_made_once_and_shown_as_it_was_written_first() {
    on_both(|school| async move {
        let first = made(&school, &["TypeScript", "데이터  분석", "type script"]).await;
        assert_eq!(first.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["TypeScript", "데이터 분석"]);
        let again = made(&school, &["데이터분석", "Go", "ＴＹＰＥＳＣＲＩＰＴ"]).await;
        assert_eq!((&again[0], &again[2]), (&first[1], &first[0]));
        assert_eq!(count(&school.app.db).await, 3);
        let mut tx = school.app.db.read().await.unwrap();
        let found = skills::find(&mut tx, Field::Tags, &names(&["go", "COBOL", "go"])).await.unwrap();
        assert_eq!(found, [again[1].clone()], "it makes none");
    });
}

#[test]
fn skills_made_by_twenty_at_once_are_made_once() {
    on_both(|school| async move {
        let school = Arc::new(school);
        let all = ["Rust", "Go", "SQL", "자바", "パイソン"];
        let makers = (0..20).map(|n| {
            let school = school.clone();
            let mut mine = all;
            mine.rotate_left(n % all.len());
            tokio::spawn(async move { made(&school, &mine).await })
        });
        let mut seen = Vec::new();
        for maker in makers.collect::<Vec<_>>() {
            let mut skills = maker.await.unwrap();
            assert_eq!(skills.len(), all.len());
            skills.sort_by_key(|skill| skill.id);
            seen.push(skills.into_iter().map(|skill| skill.id).collect::<Vec<_>>());
        }
        seen.dedup();
        assert_eq!((seen.len(), count(&school.app.db).await), (1, 5));
    });
}

#[test]
fn the_tags_of_many_courses_come_in_their_order() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let (one, two) = (teacher.makes_lecture("가", 1).await.id, teacher.makes_lecture("나", 1).await.id);
        for (course, tags) in [(one, &["web", "css", "Web", "html"][..]), (two, &["css"]), (one, &["html", "CSS"])] {
            let mut tx = school.app.db.begin().await.unwrap();
            skills::set_tags(&mut tx, course, &names(tags), 1).await.unwrap();
            school.app.commit(tx, Vec::new()).await.unwrap();
        }
        let tags = skills::tags_of(&mut school.app.db.read().await.unwrap(), &[one, two, 0]).await.unwrap();
        let of = |course| tags[&course].iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>();
        assert_eq!((of(one), of(two), tags.len()), (vec!["html", "css"], vec!["css"], 2));
    });
}
