//! Staff of a session, claims on calls, and messages to one learner.

use super::PersonRef;
use super::people::LoggedIn;
use crate::event::StaffRole;
use crate::school::help::HelpRequest;
use crate::school::sessions::helpers::{JoinedHelper, NewHelper};
use crate::school::sessions::messages::SentMessage;
use crate::school::sessions::staff::{Colleague, SessionStaff, StaffMember};
use crate::surfaces::keys::*;
use crate::surfaces::language::translate;

words! {
    pub enum StaffRoleWord for StaffRole {
        /// Sees everyone, claims calls and answers them
        Helper,
        /// May do in the session all that its instructor may
        Host,
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"user_id": 11, "role": "HELPER"}))]
pub struct Invite {
    /// A colleague: an instructor or an administrator of the school
    pub user_id: i64,
    pub role: StaffRoleWord,
}

body! {
    #[schema(example = json!({"name": "박도우미", "key": "q7Zk2mXw0aE"}))]
    pub struct HelperJoin for NewHelper;
    needed {
        name: Name => name,
        /// The key in the QR for helpers
        key: Typed => key = key.into(),
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"subtask_id": 1001}))]
pub struct MarkDone {
    pub subtask_id: i64,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"message": "지금 옆으로 가고 있어요."}))]
pub struct SayToOne {
    pub message: Reason,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"user_id": 1}))]
pub struct Praise {
    /// A participant; everyone when null or left out
    pub user_id: Option<i64>,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"message_id": 77}))]
pub struct MessageRead {
    pub message_id: i64,
}

/// The kind of the phone of a participant.
#[derive(Deserialize)]
pub struct PhoneTold {
    pub kind: PhoneKind,
}

query! {
    pub struct ColleaguesQuery {
        /// A part of the name
        search: Option<SearchText>,
    }
}

answer! {
    #[schema(example = json!({"user_id": 11, "name": "박도우미", "role": "HELPER", "connected": true}))]
    pub struct StaffLine from (StaffMember, bool) as (member, is_connected) {
        user_id: i64 = member.person,
        name: String = member.name,
        /// INSTRUCTOR, CO_TEACHER, HOST or HELPER
        role: String = member.role,
        /// Whether a socket of theirs is open in the session
        connected: bool = is_connected,
    }

    #[schema(example = json!({"staff": [{"user_id": 10, "name": "박강사", "role": "INSTRUCTOR", "connected": true}],
        "helper_url": "http://192.168.0.10:8080/assist/482173?k=q7Zk2mXw0aE"}))]
    pub struct StaffListed from (SessionStaff, &str) as (found, public_url) {
        helper_url: Option<String> = found.shows_key.then(|| found.session.helper_url(public_url)),
        /// The instructor first, then the co-teachers who are connected, then the others in the order of coming
        staff: Vec<StaffLine> = each(found.members),
    }

    #[schema(example = json!({"participant_id": null, "session_id": 1, "user_id": 11, "status": "HELPER",
        "joined_at": "2025-10-28T09:55:00Z", "message": "도우미로 들어왔습니다. 도움을 청하는 분이 보이면 도와드려 주세요."}))]
    pub struct HelperInSession from (i64, i64, i64) as (session, person, joined_ms) {
        /// `null`: a helper is no participant
        #[schema(value_type = Option<i64>)]
        participant_id: Option<i64> = None,
        session_id: i64 = session,
        user_id: i64 = person,
        status: &'static str = StaffRole::Helper.word(),
        joined_at: Instant = Instant(joined_ms),
        message: String = translate("도우미로 들어왔습니다. 도움을 청하는 분이 보이면 도와드려 주세요.").into(),
    }

    pub struct HelperJoined from (JoinedHelper, bool) as (joined, in_body)
    let participant = HelperInSession::from((joined.session, joined.person.id, joined.joined_ms));
    {
        #[serde(flatten)]
        login: LoggedIn = LoggedIn::from((joined.person, joined.tokens, in_body)),
        role: &'static str = StaffRole::Helper.word(),
        participant: HelperInSession = participant,
    }

    #[schema(example = json!({"help_request_id": 5001, "claimed_by": {"id": 11, "name": "박도우미"},
        "claimed_at": "2025-10-28T10:10:00Z"}))]
    pub struct Claim from HelpRequest as r {
        help_request_id: i64 = r.id,
        /// The one who goes there; `null` if nobody does
        claimed_by: Option<PersonRef> = r.claimed_by.zip(r.claimed_name).map(PersonRef::from),
        claimed_at: Option<Instant> = r.claimed_ms.map(Instant),
    }

    #[schema(example = json!({"message_id": 77, "user_id": 3, "message": "지금 옆으로 가고 있어요.",
        "timestamp": "2025-10-28T10:10:00Z"}))]
    pub struct MessageToOneSent from SentMessage as sent {
        message_id: i64 = sent.id,
        user_id: i64 = sent.person,
        message: String = sent.text,
        timestamp: Instant = Instant(sent.at_ms),
    }

    #[schema(example = json!({"user_id": 11, "name": "최강사", "namesake": 1}))]
    pub struct ColleagueLine from Colleague as c {
        user_id: i64 = c.person,
        name: String = c.name,
        /// 1 for the first of this name among the staff, 2 for the second …
        namesake: i64 = c.namesake,
    }

    pub struct Colleagues from Vec<Colleague> as found { colleagues: Vec<ColleagueLine> = each(found) }
}
