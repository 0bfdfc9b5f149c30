//! Lists: their pages and filters, the chart, and the one session that one is in.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use serde_json::{Value, json};

use super::seed::Seed;
use crate::harness::people::Person;
use crate::harness::{School, on_both, on_both_with};

#[track_caller]
fn page(list: &Value, number: i64, size: i64, total: i64, pages: i64) {
    let expected = json!({ "page": number, "page_size": size, "total_count": total, "total_pages": pages });
    assert_eq!(list["pagination"], expected);
}

#[test]
fn a_list_comes_in_pages_of_twenty() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let path = format!("/api/lectures/{}/sessions", lecture.id);
        let empty = teacher.get(&path).await.ok();
        assert_eq!(empty["results"], json!([]));
        page(&empty, 1, 20, 0, 0);
        let mut made = Vec::new();
        for _ in 0..21 {
            made.push(teacher.opens_session(&lecture).await.id);
        }
        let first = teacher.get(&path).await.ok();
        assert_eq!(first["results"].as_array().unwrap().len(), 20);
        page(&first, 1, 20, 21, 2);
        let second = teacher.get(&format!("{path}?page=2")).await.ok();
        page(&second, 2, 20, 21, 2);
        let both = [first, second];
        let ids = both.iter().flat_map(|p| p["results"].as_array().unwrap()).map(|s| s["session_id"].as_i64().unwrap());
        made.reverse();
        assert_eq!(ids.collect::<Vec<i64>>(), made, "each once, the newest first");
        let short = teacher.get(&format!("{path}?page=3&page_size=8")).await.ok();
        assert_eq!(short["results"].as_array().unwrap().len(), 5);
        page(&short, 3, 8, 21, 3);
        let beyond = teacher.get(&format!("{path}?page=4&page_size=8")).await.ok();
        assert_eq!(beyond["results"], json!([]));
        page(&beyond, 4, 8, 21, 3);
        for wrong in ["page=0", "page_size=0", "page=-1", "page=one", "page_size=1000000"] {
            let field = wrong.split('=').next().unwrap();
            let details = teacher.get(&format!("{path}?{wrong}")).await.refused(400, "INVALID_REQUEST");
            assert_eq!(details["field"], field, "{wrong}");
        }
    });
}

/// Two pages of one, under the seed's own name for the list.
async fn comes_in_pages(person: &Person, path: &str, key: &str, id: &str) {
    let mut seen = BTreeSet::new();
    for number in 1..=2 {
        let list = person.get(&format!("{path}?page={number}&page_size=1")).await.ok();
        page(&list, number, 1, 2, 2);
        assert_eq!(list[key].as_array().unwrap().len(), 1, "{path}: {list}");
        assert_eq!(list["results"], Value::Null, "the seed calls it {key}");
        seen.insert(list[key][0][id].as_i64().unwrap());
    }
    assert_eq!(seen.len(), 2, "{path}: each once");
}

#[test]
fn lists_with_a_name_of_their_own_have_their_page_beside_it() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        teacher.makes_lecture("사진 찍기", 1).await;
        let session = teacher.opens_session(&lecture).await;
        for name in ["김학생", "이학생"] {
            school.guest(&session, name).await.asks_for_help(lecture.steps[0]).await;
        }
        comes_in_pages(&school.nobody(), "/api/lectures", "lectures", "id").await;
        let students = format!("/api/dashboard/lectures/{}/students", lecture.id);
        comes_in_pages(&teacher, &students, "students", "user_id").await;
        comes_in_pages(&teacher, "/api/notifications", "notifications", "id").await;
    });
}

#[test]
fn lectures_are_found_by_their_instructor_and_by_being_taught() {
    on_both(|school| async move {
        let (park, choi) = (school.teacher().await, school.another_teacher().await);
        let taught = park.makes_lecture("카카오톡 기초", 1).await.id;
        let archived = park.makes_lecture("문자 보내기", 1).await.id;
        park.post(&format!("/api/lectures/{archived}/archive"), json!({})).await.ok();
        let other = choi.makes_lecture("사진 찍기", 1).await.id;
        let cases = [
            (String::new(), vec![taught, archived, other]),
            ("?is_active=true".into(), vec![taught, other]),
            ("?is_active=false".into(), vec![archived]),
            (format!("?instructor_id={}", park.id), vec![taught, archived]),
            (format!("?instructor_id={}&is_active=true", park.id), vec![taught]),
            (format!("?instructor_id={}&is_active=false", choi.id), vec![]),
            ("?instructor_id=987654321".into(), vec![]),
        ];
        for (query, expected) in cases {
            let list = school.nobody().get(&format!("/api/lectures{query}")).await.ok();
            let found: BTreeSet<i64> =
                list["lectures"].as_array().unwrap().iter().map(|l| l["id"].as_i64().unwrap()).collect();
            assert_eq!(list["pagination"]["total_count"], expected.len(), "{query}");
            assert_eq!(found, expected.into_iter().collect(), "{query}");
        }
        for wrong in ["is_active=maybe", "instructor_id=park"] {
            school.nobody().get(&format!("/api/lectures?{wrong}")).await.refused(400, "INVALID_REQUEST");
        }
    });
}

fn now_in_seoul(school: &School) -> Zoned {
    let now = Timestamp::from_millisecond(school.app.clock.now_ms()).unwrap();
    now.to_zoned(TimeZone::get("Asia/Seoul").unwrap())
}

/// Far from midnight, so that today stays today.
fn at_noon(school: &School) {
    let now = now_in_seoul(school);
    let noon = now.date().tomorrow().unwrap().at(12, 0, 0, 0).to_zoned(now.time_zone().clone()).unwrap();
    school.later(noon.timestamp().as_second() - now.timestamp().as_second());
}

/// `10/21` of today and the days before it, where the school is, the oldest first.
fn labels(school: &School, days: i64) -> Vec<String> {
    let today = now_in_seoul(school).date();
    let day = |back: i64| today.checked_sub(back.days()).unwrap();
    (0..days).rev().map(|back| format!("{:02}/{:02}", day(back).month(), day(back).day())).collect()
}

/// Chart.js takes `labels` and, of each dataset, `label` and as many numbers in `data` as there are labels.
#[track_caller]
fn can_be_drawn(chart: &Value, labels: &[String]) {
    assert_eq!(chart["labels"], json!(labels));
    let datasets = chart["datasets"].as_array().unwrap();
    let names: Vec<&str> = datasets.iter().map(|d| d["label"].as_str().unwrap()).collect();
    assert_eq!(names, ["평균 진행률", "도움 요청 수"], "as in the seed");
    for dataset in datasets {
        assert_eq!(dataset.as_object().unwrap().len(), 2, "a label and data: {dataset}");
        let data = dataset["data"].as_array().unwrap();
        assert_eq!(data.len(), labels.len(), "{dataset}");
        assert!(data.iter().all(Value::is_number), "{dataset}");
    }
}

#[test]
fn the_trend_has_just_as_many_days_as_were_asked_for() {
    on_both(|school| async move {
        at_noon(&school);
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let path = format!("/api/dashboard/chart-data/progress-trend?lecture_id={}", lecture.id);
        can_be_drawn(&teacher.get(&path).await.ok(), &labels(&school, 7));
        for days in [1, 2, 30, 366] {
            let chart = teacher.get(&format!("{path}&days={days}")).await.ok();
            can_be_drawn(&chart, &labels(&school, days));
        }
        for wrong in ["0", "-7", "week", "1000000"] {
            let details = teacher.get(&format!("{path}&days={wrong}")).await.refused(400, "INVALID_REQUEST");
            assert_eq!(details["field"], "days", "{wrong}");
        }
        let bare = teacher.get("/api/dashboard/chart-data/progress-trend").await.refused(400, "INVALID_REQUEST");
        assert_eq!(bare["field"], "lecture_id");
    });
}

#[test]
fn the_trend_shows_per_cent_at_the_end_of_each_day_and_the_calls_of_the_day() {
    on_both_with(&["--access-ttl-s", "864000"], |school| async move {
        at_noon(&school);
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 2).await;
        let session = teacher.opens_session(&lecture).await;
        let (kim, lee) = (school.guest(&session, "김학생").await, school.guest(&session, "이학생").await);
        kim.finishes(lecture.steps[0]).await;
        kim.asks_for_help(lecture.steps[1]).await;
        lee.asks_for_help(lecture.steps[1]).await;
        school.later(86_400);
        lee.finishes(lecture.steps[0]).await;
        kim.finishes(lecture.steps[1]).await;
        kim.asks_for_help(lecture.steps[0]).await;
        let path = format!("/api/dashboard/chart-data/progress-trend?lecture_id={}&days=3", lecture.id);
        let chart = teacher.get(&path).await.ok();
        assert_eq!(chart["datasets"][0]["data"], json!([0, 25, 75]), "{chart}");
        assert_eq!(chart["datasets"][1]["data"], json!([0, 2, 1]), "{chart}");
    });
}

#[test]
fn a_person_without_a_session_gets_the_answer_of_the_seed() {
    on_both(|school| async move {
        let seed = Seed::read();
        let none = seed.endpoint("GET /api/sessions/my-active").answer(404).unwrap();
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let session = teacher.opens_session(&lecture).await;
        let student = school.student("김학생").await;
        assert_eq!(&student.get("/api/sessions/my-active").await.is(404), none, "never in one");
        student.joins(&session).await;
        let mine = student.get("/api/sessions/my-active").await.is(200);
        assert_eq!(mine["active_session"]["session_id"], session.id);
        assert_eq!(mine["active_session"]["my_status"], "WAITING");
        student.post(&format!("/api/sessions/{}/leave", session.id), json!({})).await.ok();
        assert_eq!(&student.get("/api/sessions/my-active").await.is(404), none, "gone out");
        student.joins(&session).await;
        student.get("/api/sessions/my-active").await.is(200);
        teacher.presses(&session, "end").await.ok();
        assert_eq!(&student.get("/api/sessions/my-active").await.is(404), none, "over");
    });
}
