//! Scopes: every endpoint of the learning surface, by the lowest role that has its scope.

use std::collections::BTreeMap;

use reqwest::Method;

use crate::harness::people::Person;
use crate::harness::{School, on_both};
use crate::routes::{FilledSchool, Route, routes};

const BASE: &str = "/api/v1/bc-006/learning";

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lowest {
    Nobody,
    Student,
    Instructor,
    Admin,
}

use Lowest::{Admin, Instructor, Nobody, Student};

const ENDPOINTS: &[(Lowest, &str)] = &[
    (Student, "GET /courses"),
    (Instructor, "POST /courses"),
    (Student, "GET /courses/{course_id}"),
    (Instructor, "PUT /courses/{course_id}"),
    (Instructor, "DELETE /courses/{course_id}"),
    (Instructor, "POST /courses/{course_id}/modules"),
    (Instructor, "POST /courses/{course_id}/publish"),
    (Admin, "POST /courses/{course_id}/archive"),
    (Student, "PUT /courses/{course_id}/rating"),
    (Student, "POST /courses/{course_id}/enroll"),
    (Student, "DELETE /courses/{course_id}/enroll"),
    (Student, "GET /my-enrollments"),
    (Instructor, "GET /courses/{course_id}/enrollment-stats"),
    (Instructor, "POST /courses/{course_id}/assessments"),
    (Student, "GET /assessments/{assessment_id}"),
    (Instructor, "GET /assessments/{assessment_id}/questions"),
    (Instructor, "POST /assessments/{assessment_id}/questions"),
    (Student, "POST /assessments/{assessment_id}/start"),
    (Student, "PATCH /assessments/{assessment_id}/answers"),
    (Student, "POST /assessments/{assessment_id}/submit"),
    (Student, "GET /assessments/{assessment_id}/results/{result_id}"),
    (Student, "GET /assessments/{assessment_id}/my-history"),
    (Instructor, "GET /assessments/{assessment_id}/statistics"),
    (Student, "GET /progress/summary"),
    (Student, "GET /progress/{progress_id}"),
    (Student, "POST /progress/{progress_id}/start"),
    (Student, "POST /progress/{progress_id}/access"),
    (Student, "POST /progress/{progress_id}/modules/{module_id}/complete"),
    (Student, "POST /progress/{progress_id}/materials/{material_id}/view"),
    (Admin, "POST /certifications/issue"),
    (Student, "GET /certifications/{certification_id}"),
    (Student, "GET /my-certifications"),
    (Nobody, "GET /certifications/verify/{certificate_number}"),
    (Student, "POST /paths"),
    (Student, "GET /paths/{path_id}"),
    (Student, "GET /my-paths"),
    (Student, "GET /paths/{path_id}/next-course"),
    (Student, "POST /paths/{path_id}/adjust"),
    (Student, "GET /paths/{path_id}/estimate"),
];

/// Endpoints whose scope staff have, and which they are refused all the same: only a student applies for a course.
const STUDENTS_ONLY: &[&str] = &["POST /courses/{course_id}/enroll"];

/// Texts by which a role hears that it lacks the scope.
const REFUSED: [(u16, &str); 3] =
    [(401, "Sign in first"), (403, "Only an instructor can do this"), (403, "Only an administrator can do this")];

/// Asks every endpoint of the surface, those that are for higher roles first. It is refused for its role exactly where the
/// table says so, and as no student where `STUDENTS_ONLY` says so; what else stands in the way (whose it is, in which state)
/// has stories of its own.
async fn meets_the_table(school: &School, filled: &FilledSchool, person: &Person, role: Lowest) {
    let table: BTreeMap<&str, Lowest> = ENDPOINTS.iter().map(|(lowest, name)| (*name, *lowest)).collect();
    let name = |route: &Route| route.name().replace(BASE, "");
    let mut all = routes(school).await;
    all.retain(|route| route.path.starts_with(BASE));
    let named: Vec<String> = all.iter().map(name).collect();
    let unknown: Vec<&String> = named.iter().filter(|name| !table.contains_key(name.as_str())).collect();
    assert!(unknown.is_empty() && named.len() == table.len(), "the table lacks {unknown:?}, or names what is gone");
    all.sort_by_key(|route| (table[name(route).as_str()] <= role, route.method == Method::DELETE));
    for route in all {
        let body = route.body.as_ref().map(|schema| filled.body(schema));
        let language = [("accept-language", "en")];
        let reply = person.asks(route.method.clone(), &filled.path(&route, None), body, &language).await;
        let message = reply.json["error"]["message"].as_str().unwrap_or_default();
        let is_refused = REFUSED.iter().any(|(status, text)| reply.status == *status && message.starts_with(text));
        let lowest = table[name(&route).as_str()];
        assert_eq!(is_refused, role < lowest, "{} for {role:?}: {} {}", reply.asked, reply.status, reply.json);
        let is_for_students = reply.status == 403 && message == "Only a student can do this";
        let expected = role > Student && STUDENTS_ONLY.contains(&name(&route).as_str());
        assert_eq!(is_for_students, expected, "{} for {role:?}: {} {}", reply.asked, reply.status, reply.json);
    }
}

#[test]
fn every_learning_endpoint_is_for_the_roles_that_have_its_scope() {
    on_both(|school| async move {
        let filled = FilledSchool::of(&school).await;
        meets_the_table(&school, &filled, &school.nobody(), Nobody).await;
        meets_the_table(&school, &filled, &filled.student, Student).await;
        meets_the_table(&school, &filled, &filled.teacher, Instructor).await;
        meets_the_table(&school, &filled, &school.admin().await, Admin).await;
    });
}
