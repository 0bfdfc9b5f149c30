//! Attendance, grades and completions of a class as tables for spreadsheets.

use std::collections::BTreeMap;

use axum::response::Response;

use super::{Caller, Ids, Result};
use crate::app::School;
use crate::school::attendance::views;
use crate::school::{completions, enrollment};
use crate::surfaces::csv::{Cell, Table, cells};
use crate::surfaces::language::{korean, label, translate, translate_with};

/// 출석부: everyone's marks by meeting (staff of the course).
#[utoipa::path(get, path = "/api/v1/courses/{course_id}/classes/{class_id}/attendance.csv",
    responses((status = 200, content_type = "text/csv", body = String)))]
pub async fn attendance(app: School, caller: Caller, Ids(course, class): Ids) -> Result<Response> {
    let everyone = views::of_class(&app, &caller, course, class).await?;
    let meetings = everyone.iter().flat_map(|one| &one.meetings);
    let dates: BTreeMap<i64, &str> = meetings.map(|meeting| (meeting.number, meeting.date.as_str())).collect();
    let mut head = cells![translate("이름"), translate("이메일"), translate("학번")];
    let meeting = |(number, date): (&i64, &&str)| format!("{} ({date})", translate_with("{}회차", &number.to_string()));
    head.extend(dates.iter().map(meeting).map(Cell::from));
    head.extend(cells![translate("총 회차"), translate("출석률(%)")]);
    let mut table = Table::of(head);
    for one in &everyone {
        let student = &one.student;
        let mut row = cells![label(&student.name, student.namesake), student.email.clone(), student.student_no.clone()];
        row.extend(dates.keys().map(|number| {
            let meeting = one.meetings.iter().find(|meeting| meeting.number == *number);
            Cell::from(meeting.map_or("", |meeting| translate(korean::mark(meeting.kind()))))
        }));
        row.extend(cells![one.total(), student.rate]);
        table.row(row);
    }
    Ok(table.file(&format!("attendance-{class}")))
}

/// 성적표: everyone's scores (staff of the course).
#[utoipa::path(get, path = "/api/v1/courses/{course_id}/classes/{class_id}/grades.csv",
    responses((status = 200, content_type = "text/csv", body = String)))]
pub async fn grades(app: School, caller: Caller, Ids(course, class): Ids) -> Result<Response> {
    let mut table =
        Table::headed(["수강신청 번호", "이름", "이메일", "상태", "출석 점수", "진도 점수", "평가 점수", "총점"]);
    let (enrollments, namesakes) = enrollment::of_class(&app, &caller, course, class).await?;
    for e in enrollments {
        let name = label(&e.name, namesakes.number(course, e.person));
        let status = translate(korean::enrolled(&e.status));
        let scores = [e.attendance_score, e.progress_score, e.assessment_score, e.total_score].map(Cell::from);
        let mut row = cells![e.id, name, e.email, status];
        row.extend(scores);
        table.row(row);
    }
    Ok(table.file(&format!("grades-{class}")))
}

/// 수료 명단: everyone who has completed, with the numbers of the certificates (staff of the course).
#[utoipa::path(get, path = "/api/v1/courses/{course_id}/classes/{class_id}/completions.csv",
    responses((status = 200, content_type = "text/csv", body = String)))]
pub async fn completed(app: School, caller: Caller, Ids(course, class): Ids) -> Result<Response> {
    let mut table = Table::headed([
        "이름",
        "수료일",
        "수료 상태",
        "출석 점수",
        "진도 점수",
        "평가 점수",
        "총점",
        "수료증 번호",
        "메모",
    ]);
    let (completions, namesakes) = completions::all_of_class(&app, &caller, course, class).await?;
    for c in completions {
        let name = label(&c.name, namesakes.number(course, c.person));
        let mut row = cells![name, c.date, translate(korean::completed(&c.status))];
        row.extend([c.attendance_score, c.progress_score, c.assessment_score, c.total_score].map(Cell::from));
        row.extend(cells![c.certificate_no, c.memo]);
        table.row(row);
    }
    Ok(table.file(&format!("completions-{class}")))
}
