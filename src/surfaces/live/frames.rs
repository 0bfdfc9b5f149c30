//! Turns events into frames for the sockets. Live events and events replayed from the log go through the same function.

use futures_util::future::BoxFuture;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::wire::class_questions::ClassQuestionNews;
use super::wire::dashboard::priority;
use super::wire::help_pictures::HelpPicture;
use super::wire::learning::answered_by;
use super::wire::pictures::PictureShown;
use super::wire::sessions::EventLine;
use super::wire::step_questions::{AnswersNews, ResultsShown, question_of};
use crate::app::School;
use crate::clock::rfc3339;
use crate::error::Result;
use crate::event::{Audience, Event, GradeScores, HelpStatus, PublishedEvent, StaffRole};
use crate::live::{Frame, IfSlow, LogPart, LogRange, LogReader, RoomFrame, RoomKey};
use crate::school::help::picture_rows::CallPicture;
use crate::school::names::{ItemText, Names};
use crate::school::pictures;
use crate::school::sessions::{room, state};
use crate::school::step_questions::ShownQuestion;
use crate::surfaces::answer::each;
use crate::surfaces::texts::Instant;

/// Reads the frames of a room from the session's log.
pub struct SessionLogReader(pub School);

impl LogReader for SessionLogReader {
    fn read(&self, key: RoomKey, range: LogRange) -> BoxFuture<'_, Result<LogPart>> {
        Box::pin(async move {
            let (events, names, head) = state::logged_events(&self.0, key.id, range).await?;
            Ok(LogPart { frames: events.iter().filter_map(|event| session_frame(event, &names)).collect(), head })
        })
    }
}

/// Returns all frames of one event: for its session, for the dashboards, and for one person.
pub fn render(published: &PublishedEvent, names: &Names) -> Vec<RoomFrame> {
    let mut frames = Vec::new();
    frames.extend(session_frame(published, names));
    frames.extend(dashboard_frames(published, names));
    frames.extend(person_frame(published, names));
    frames
}

fn session_frame(published: &PublishedEvent, names: &Names) -> Option<RoomFrame> {
    let (position, session) = (published.position?, published.session?);
    Some(RoomFrame {
        room: room::session(session),
        seq: Some(position.seq),
        for_everyone: published.event.audience() == Audience::Students,
        may_batch: matches!(
            published.event,
            Event::StudentProgress { .. }
                | Event::StudentConnected { .. }
                | Event::StudentJoined { .. }
                | Event::AttendanceUpdated { .. }
                | Event::StepAnswered { .. }
                | Event::ClassQuestionSupported { .. }
        ),
        if_slow: IfSlow::Replace,
        frame: Frame::text(session_frame_json(published, names)),
    })
}

/// Makes the frame of a session's event, with its numbers in the log (0 if it is not in the log).
fn session_frame_json(published: &PublishedEvent, names: &Names) -> String {
    let (kind, data) = session_event(published, names);
    let (seq, prev) = published.position.map_or((0, 0), |p| (p.seq, p.prev));
    format!(r#"{{"type":"{kind}","seq":{seq},"prev":{prev},"data":{data}}}"#)
}

fn step(item: ItemText) -> Value {
    let pictures: Vec<PictureShown> = each(pictures::of_json(&item.pictures));
    json!({ "id": item.id, "task_id": item.unit, "title": item.title, "guide_text": item.guide, "voice_guide_text": item.voice,
        "pictures": pictures, "in_other_app": item.in_other_app, "question": question_of(item.question.as_deref()) })
}

fn session_event(published: &PublishedEvent, names: &Names) -> (&'static str, Value) {
    let session_id = published.session;
    let timestamp = rfc3339(published.at_ms);
    match &published.event {
        Event::SessionStarted { step: item, message, .. } => (
            "session_started",
            json!({ "session_id": session_id, "started_at": timestamp, "current_subtask": step(names.item(*item)),
                "instructor_message": message }),
        ),
        Event::StepChanged { previous, step: item, message } => (
            "step_changed",
            json!({ "session_id": session_id, "previous_subtask_id": previous,
                "current_subtask": step(names.item(*item)), "instructor_message": message, "timestamp": timestamp }),
        ),
        Event::SessionPaused { message } => (
            "session_paused",
            json!({ "session_id": session_id, "instructor_message": message, "timestamp": timestamp }),
        ),
        Event::SessionResumed { message, .. } => (
            "session_resumed",
            json!({ "session_id": session_id, "instructor_message": message, "timestamp": timestamp }),
        ),
        Event::InstructorMessage { message } => (
            "instructor_message",
            json!({ "session_id": session_id, "instructor_message": message, "timestamp": timestamp }),
        ),
        Event::Praised { from, .. } => {
            ("praise", praise(session_id, "ALL", &names.person(*from).name, published.at_ms))
        }
        Event::TimerChanged(timer) => (
            "timer_changed",
            json!({ "session_id": session_id, "ends_at": timer.map(|timer| rfc3339(timer.ends_ms)),
                "seconds": timer.map(|timer| timer.seconds), "timestamp": timestamp }),
        ),
        Event::SessionEnded { message, .. } => (
            "session_ended",
            json!({ "session_id": session_id, "ended_at": timestamp, "instructor_message": message,
                "review_mode_enabled": true }),
        ),
        Event::ResultsShown { step, shown, answers, right, is_closed } => {
            let shown = ShownQuestion::of((*step, *is_closed), *shown, answers, *right);
            ("question_results", json!(ResultsShown::from(shown)))
        }
        Event::ClassQuestion { question } => {
            ("class_question", json!(ClassQuestionNews::from((names.class_question(*question), published.at_ms))))
        }
        _ => student_event(published, names, timestamp),
    }
}

fn student_event(published: &PublishedEvent, names: &Names, timestamp: String) -> (&'static str, Value) {
    let person = published.event.person().map(|id| names.person(id)).unwrap_or_default();
    let namesake = names.namesake(published.course, person.id);
    let (user_id, name, active) = (person.id, person.name, published.position.and_then(|at| at.connected));
    let item = published.event.item().map(|id| names.item(id)).unwrap_or_default();
    match &published.event {
        Event::StudentJoined { total, .. } => (
            "student_joined",
            json!({ "user_id": user_id, "name": name, "namesake": namesake, "email": person.email, "joined_at": timestamp,
                "total_participants": total }),
        ),
        Event::StudentConnected { .. } => (
            "student_connected",
            json!({ "user_id": user_id, "name": name, "active_participants": active, "timestamp": timestamp }),
        ),
        Event::StudentDisconnected { last_active_ms, .. } => (
            "student_disconnected",
            json!({ "user_id": user_id, "name": name, "last_active_at": rfc3339(*last_active_ms),
                "active_participants": active }),
        ),
        Event::StudentLeft { removed, total, .. } => (
            "student_left",
            json!({ "user_id": user_id, "name": name, "removed": removed, "total_participants": total,
                "timestamp": timestamp }),
        ),
        Event::StudentRenamed { .. } => {
            ("student_renamed", json!({ "user_id": user_id, "name": name, "namesake": namesake }))
        }
        Event::StudentSameAs { same_as, .. } => {
            ("student_same_as", json!({ "user_id": user_id, "name": name, "same_as": same_as, "timestamp": timestamp }))
        }
        Event::StudentMerged { into, total, .. } => (
            "student_merged",
            json!({ "user_id": user_id, "name": name, "into": into, "total_participants": total,
                "timestamp": timestamp }),
        ),
        Event::DoorMoved { open } => {
            ("door_changed", json!({ "door": if *open { "OPEN" } else { "CLOSED" }, "timestamp": timestamp }))
        }
        Event::StudentProgress { new, completed_ms, .. } => (
            "student_progress",
            json!({ "user_id": user_id, "name": name, "subtask_id": item.id, "subtask_title": item.title,
                "status": new.word(), "completed_at": completed_ms.map(rfc3339) }),
        ),
        Event::StudentStuck { seconds, .. } => (
            "student_stuck",
            json!({ "user_id": user_id, "name": name, "subtask_id": item.id, "subtask_title": item.title,
                "stuck_duration_seconds": seconds, "timestamp": timestamp }),
        ),
        Event::AttendanceUpdated { number, mark, .. } => (
            "attendance_updated",
            json!({ "user_id": user_id, "name": name, "session_number": number, "attendance_type": mark.word(),
                "timestamp": timestamp }),
        ),
        Event::StepAnswered { step, answers } => {
            ("question_answers", json!(AnswersNews::from((*step, answers.clone()))))
        }
        Event::ClassQuestionSupported { question, supports } => {
            ("class_question_supported", json!({ "question_id": question, "me_too": supports }))
        }
        Event::StepShown { screens, .. } => ("step_shown", json!({ "subtask_id": item.id, "phones": screens })),
        _ => helping_event(published, names, timestamp),
    }
}

fn helping_event(published: &PublishedEvent, names: &Names, timestamp: String) -> (&'static str, Value) {
    let person = published.event.person().map(|id| names.person(id)).unwrap_or_default();
    let (user_id, name) = (person.id, person.name);
    let item = published.event.item().map(|id| names.item(id)).unwrap_or_default();
    match &published.event {
        Event::StudentHelpRequest { request, kind, seconds, .. } => (
            "student_help_request",
            json!({ "help_request_id": request, "user": { "id": user_id, "name": name },
                "subtask": { "id": item.id, "title": item.title }, "request_type": kind.word(),
                "stuck_duration_seconds": seconds, "timestamp": timestamp }),
        ),
        Event::HelpUpdated { request, status, .. } => (
            "help_updated",
            json!({ "help_request_id": request, "user_id": user_id, "subtask_id": item.id, "status": status.word(),
                "timestamp": timestamp }),
        ),
        Event::HelpClaimed { request, helper, .. } => (
            "help_claimed",
            json!({ "help_request_id": request, "user_id": user_id, "subtask_id": item.id,
                "helper": helper_of(*helper, names), "timestamp": timestamp }),
        ),
        Event::StaffChanged { role, .. } => (
            "staff_changed",
            json!({ "user_id": user_id, "name": name, "role": role.map(StaffRole::word), "timestamp": timestamp }),
        ),
        Event::HelpPicture { request, .. } => (
            "help_picture",
            json!({ "help_request_id": request, "user_id": user_id, "subtask_id": item.id, "timestamp": timestamp }),
        ),
        // Only a later version can read it: clients hear no more than its place in the log.
        _ => ("unknown", json!({})),
    }
}

fn helper_of(helper: Option<i64>, names: &Names) -> Value {
    helper.map_or(Value::Null, |id| json!({ "id": id, "name": names.person(id).name }))
}

fn course_frame(room: RoomKey, kind: &str, data: Value) -> RoomFrame {
    RoomFrame::unlogged(room, Frame::text(json!({ "type": kind, "data": data }).to_string()))
}

fn dashboard_frames(published: &PublishedEvent, names: &Names) -> Vec<RoomFrame> {
    let timestamp = rfc3339(published.at_ms);
    let course = names.course(published.course);
    let board = room::board(course.id);
    let person = published.event.person().map(|id| names.person(id)).unwrap_or_default();
    let item = published.event.item().map(|id| names.item(id)).unwrap_or_default();
    match &published.event {
        Event::StudentProgress { old, new, .. } => {
            let data = json!({ "user_id": person.id, "user_name": person.name, "subtask_id": item.id,
                "subtask_title": item.title, "old_status": old.word(), "new_status": new.word(),
                "timestamp": timestamp });
            vec![course_frame(board, "progress_update", data)]
        }
        Event::StudentHelpRequest { request, kind, seconds, urgent, .. } => {
            let user = json!({ "id": person.id, "name": person.name });
            let subtask = json!({ "id": item.id, "title": item.title });
            let on_board = json!({ "help_request_id": request, "user": user, "subtask": subtask,
                "request_type": kind.word(), "stuck_duration_seconds": seconds, "timestamp": timestamp });
            let on_desk = json!({ "help_request_id": request, "lecture": { "id": course.id, "title": course.title },
                "user": user, "subtask": subtask, "session_id": published.session, "request_type": kind.word(),
                "priority": priority(*urgent), "timestamp": timestamp });
            vec![
                course_frame(board, "help_request", on_board),
                course_frame(room::desk(course.instructor), "new_help_request", on_desk),
            ]
        }
        Event::HelpUpdated { request, status, .. } => {
            let data = json!({ "help_request_id": request, "user_id": person.id, "status": status.word(),
                "timestamp": timestamp });
            vec![
                course_frame(board, "help_updated", data.clone()),
                course_frame(room::desk(course.instructor), "help_updated", data),
            ]
        }
        Event::HelpClaimed { request, helper, .. } => {
            let data = json!({ "help_request_id": request, "user_id": person.id, "subtask_id": item.id,
                "helper": helper_of(*helper, names), "timestamp": timestamp });
            vec![course_frame(room::desk(course.instructor), "help_claimed", data)]
        }
        Event::HelpPicture { request, .. } => {
            let data = json!({ "help_request_id": request, "user_id": person.id, "timestamp": timestamp });
            [board, room::desk(course.instructor)].map(|to| course_frame(to, "help_picture", data.clone())).into()
        }
        Event::StudentActivity { activity, .. } => {
            let data = json!({ "user_id": person.id, "user_name": person.name, "activity": activity.word(),
                "timestamp": timestamp });
            vec![course_frame(board, "student_activity", data)]
        }
        Event::StudentLeft { .. } => {
            let data =
                json!({ "user_id": person.id, "user_name": person.name, "activity": "LEFT", "timestamp": timestamp });
            vec![course_frame(board, "student_activity", data)]
        }
        Event::AttendanceUpdated { enrollment, number, mark, .. } => {
            let data = json!({ "user_id": person.id, "user_name": person.name, "enrollment_id": enrollment,
                "session_number": number, "attendance_type": mark.word(), "timestamp": timestamp });
            vec![course_frame(board, "attendance_updated", data)]
        }
        Event::GradeUpdated { enrollment, grade, .. } => {
            let data = json!({ "user_id": person.id, "user_name": person.name, "enrollment_id": enrollment,
                "grade": scores(grade), "timestamp": timestamp });
            vec![course_frame(board, "grade_updated", data)]
        }
        _ => Vec::new(),
    }
}

fn scores(grade: &GradeScores) -> Value {
    json!({ "attendance_score": grade.attendance, "progress_score": grade.progress,
        "assessment_score": grade.assessment, "total_score": grade.total })
}

/// Tells a phone that a step is done which it did not report itself.
pub fn progress_marked(item: i64, status: &str, completed_ms: Option<i64>, by: Option<&str>) -> Frame {
    let data =
        json!({ "subtask_id": item, "status": status, "completed_at": completed_ms.map(rfc3339), "marked_by": by });
    Frame::text(json!({ "type": "progress_marked", "data": data }).to_string())
}

fn person_frame(published: &PublishedEvent, names: &Names) -> Option<RoomFrame> {
    let name_of = |id: &i64| names.person(*id).name;
    let (person, frame) = match &published.event {
        Event::HelpAvailable { person, .. } => (*person, help_available(&published.event)?),
        Event::HelpClaimed { person, request, helper, .. } => {
            (*person, help_claimed(*request, helper.as_ref().map(name_of).as_deref()))
        }
        Event::MessageToOne { person, from, message, text } => {
            (*person, message_to_me(published.session, *message, text, &name_of(from), published.at_ms))
        }
        Event::Praised { person: Some(person), from } => {
            let data = praise(published.session, "ME", &name_of(from), published.at_ms);
            (*person, Frame::text(json!({ "type": "praise", "data": data }).to_string()))
        }
        Event::StudentProgress { person, item, new, completed_ms, marked_by: Some(by), .. } => {
            (*person, progress_marked(*item, new.word(), *completed_ms, Some(&name_of(by))))
        }
        Event::HelpPosition { person, request, position } => {
            let data = json!({ "help_request_id": request, "position": position });
            (*person, Frame::text(json!({ "type": "help_position", "data": data }).to_string()))
        }
        Event::AttendanceUpdated { person, enrollment, number, mark } => {
            let data = json!({ "lecture_id": published.course, "enrollment_id": enrollment, "session_number": number,
                "attendance_type": mark.word() });
            (*person, Frame::text(json!({ "type": "attendance_updated", "data": data }).to_string()))
        }
        Event::GradeUpdated { person, enrollment, grade } => {
            let data = json!({ "lecture_id": published.course, "enrollment_id": enrollment, "grade": scores(grade) });
            (*person, Frame::text(json!({ "type": "grade_updated", "data": data }).to_string()))
        }
        Event::CodeJudged { person, submission, question, passed } => {
            let data = json!({ "submission_id": submission, "code_submission_id": question, "is_passed": passed });
            (*person, Frame::text(json!({ "type": "code_judged", "data": data }).to_string()))
        }
        Event::AccessEnds { person, enrollment, ends_ms } => {
            let data =
                json!({ "lecture_id": published.course, "enrollment_id": enrollment, "ends_at": rfc3339(*ends_ms) });
            (*person, Frame::text(json!({ "type": "access_ends", "data": data }).to_string()))
        }
        // Sent if the two stay different people. If they are one person, the client learns it from its login, which is then
        // the other one's.
        Event::StudentSameAs { person, same_as: None } => {
            (*person, Frame::text(json!({ "type": "same_as_settled", "data": { "same_as": null } }).to_string()))
        }
        // An answer is sent as HELP_AVAILABLE instead.
        Event::HelpUpdated { person, request, status, .. } if *status != HelpStatus::Answered => {
            let data = json!({ "help_request_id": request, "status": status.word() });
            (*person, Frame::text(json!({ "type": "help_updated", "data": data }).to_string()))
        }
        _ => return None,
    };
    Some(RoomFrame { if_slow: IfSlow::Wait, ..RoomFrame::unlogged(room::person(person), frame) })
}

fn praise(session: Option<i64>, to: &str, from_name: &str, at_ms: i64) -> Value {
    json!({ "session_id": session, "to": to, "from_name": from_name, "timestamp": rfc3339(at_ms) })
}

pub fn help_claimed(request: i64, helper_name: Option<&str>) -> Frame {
    let data = json!({ "help_request_id": request, "helper_name": helper_name });
    Frame::text(json!({ "type": "help_claimed", "data": data }).to_string())
}

pub fn message_to_me(session: Option<i64>, id: i64, message: &str, from_name: &str, at_ms: i64) -> Frame {
    let data = json!({ "session_id": session, "message_id": id, "message": message, "from_name": from_name, "timestamp": rfc3339(at_ms) });
    Frame::text(json!({ "type": "message_to_me", "data": data }).to_string())
}

/// Leaves e-mail addresses and phone numbers out of a frame, for helpers. `None` if there are none in it.
pub fn without_contacts(frame: &Frame) -> Option<Frame> {
    let has = |key: &[u8]| frame.payload().windows(key.len()).any(|part| part == key);
    if !CONTACTS.iter().any(|key| has(format!("\"{key}\":\"").as_bytes())) {
        return None;
    }
    let mut json: Value = serde_json::from_slice(frame.payload()).unwrap_or_default();
    forget_contacts(&mut json);
    Some(Frame::text(json.to_string()))
}

/// Keys under which frames name an e-mail address or a phone number.
const CONTACTS: [&str; 2] = ["email", "phone"];

fn forget_contacts(json: &mut Value) {
    match json {
        Value::Array(list) => list.iter_mut().for_each(forget_contacts),
        Value::Object(object) => object.iter_mut().for_each(|(key, value)| match CONTACTS.contains(&key.as_str()) {
            true => *value = Value::Null,
            false => forget_contacts(value),
        }),
        _ => {}
    }
}

pub fn help_available(event: &Event) -> Option<Frame> {
    let Event::HelpAvailable { request, item, kind, response, by_hand, help_type, content, voice, picture, .. } = event
    else {
        return None;
    };
    let picture = picture.clone().map(|shown| HelpPicture::from(CallPicture::from(shown)));
    let answer = json!({ "id": response, "answered_by": answered_by(*by_hand), "help_type": help_type,
        "help_content": content, "voice_guide_text": voice, "picture": picture });
    let frame = json!({ "type": "HELP_AVAILABLE", "help_request_id": request, "request_type": kind.word(),
        "subtask_id": item, "help_response": answer });
    Some(Frame::text(frame.to_string()))
}

/// Makes the line of the review timeline, with the same type and data as the frame. `None` if the event is not in the log.
pub fn timeline_line(published: &PublishedEvent, names: &Names) -> Option<EventLine> {
    let (kind, data) = session_event(published, names);
    let position = published.position?;
    let data = RawValue::from_string(data.to_string()).ok()?;
    Some(EventLine { seq: position.seq, prev: position.prev, r#type: kind.into(), data, at: Instant(published.at_ms) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helpers_get_frames_without_contacts_wherever_they_stand() {
        let frame = |data: Value| Frame::text(json!({ "type": "any", "data": data }).to_string());
        let person =
            |email: Value| json!({ "people": [{ "name": "김학생", "email": email, "phone": null }], "step": 3 });
        let reduced = without_contacts(&frame(person(json!("student@example.com")))).unwrap();
        assert_eq!(reduced.payload(), frame(person(Value::Null)).payload());
        assert!(without_contacts(&frame(person(Value::Null))).is_none());
        let told = json!({ "message": "my \"email\":\"student@example.com\"" });
        assert!(without_contacts(&frame(told)).is_none());
    }
}
