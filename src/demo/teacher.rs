//! The instructor of `--auto`. Reads the session's state once a second and does the next thing, so that a person at the
//! dashboard may press a button in between without disturbing it.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::school::{DemoSession, open_session};
use super::welcome;
use crate::app::School;
use crate::error::{Error, Result};
use crate::school::help::answers::{self, HelpType, NewHelpAnswer};
use crate::school::rights::Caller;
use crate::school::sessions::control::{self, Command};
use crate::school::sessions::state::{self, Attendee, Roster};
use crate::school::sessions::{Session, SessionStatus};

const LOOKS_EVERY: Duration = Duration::from_secs(1);
/// The time that the learners get to join.
const STARTS_AFTER: Duration = Duration::from_secs(8);
/// The time that a step lasts at least, however quick the learners are.
const STAYS_AT_LEAST: Duration = Duration::from_secs(7);
/// The time that a step lasts at most, however slow the learners are.
const STAYS_AT_MOST: Duration = Duration::from_secs(25);
const RESTS_FOR: Duration = Duration::from_secs(8);
const SAYS_GOODBYE_FOR: Duration = Duration::from_secs(20);
const LETS_THEM_TRY_FOR: Duration = Duration::from_secs(6);

const HELLO: &str = "어서 오세요! 오늘은 도란톡을 함께 배워 보겠습니다. 천천히 따라오시면 됩니다.";
const REST: &str = "잠깐 쉬었다 하겠습니다. 물 한 잔 드시고, 어깨도 한번 펴 보세요.";
const GO_ON: &str = "다시 시작하겠습니다. 다 쉬셨지요?";
const GOODBYE: &str = "오늘 정말 수고 많으셨습니다. 집에 가셔서 가족에게 인사 한번 보내 보세요!";
const COMING: &str = "제가 지금 자리로 갈게요. 그대로 두고 잠시만 기다려 주세요.";
const PRAISE: [&str; 5] = [
    "잘하셨습니다! 다음으로 넘어가 볼게요.",
    "아주 좋습니다. 하나 더 배워 봅시다.",
    "모두 잘 따라오고 계세요. 이어서 해 보겠습니다.",
    "정말 잘하셨어요! 조금만 더 가 볼까요?",
    "어렵지 않으셨지요? 다음 단계입니다.",
];

pub struct Teacher {
    app: School,
    caller: Caller,
    course: i64,
    sessions: watch::Receiver<DemoSession>,
    /// The session's id, status and step when one of them last changed; `since` is the time of that change.
    seen: (i64, String, Option<i64>),
    since: Instant,
    rested_in: Option<i64>,
    /// An open call for help, and when it was noticed.
    noticed: Option<(i64, Instant)>,
}

impl Teacher {
    pub fn new(app: School, caller: Caller, course: i64, sessions: watch::Receiver<DemoSession>) -> Teacher {
        let (seen, since) = ((0, String::new(), None), Instant::now());
        Teacher { app, caller, course, sessions, seen, since, rested_in: None, noticed: None }
    }

    pub async fn teach(mut self) {
        loop {
            sleep(LOOKS_EVERY).await;
            match self.act().await {
                // Someone pressed a button just now: the next look, a second later, sees the new state.
                Ok(()) | Err(Error::WrongState { .. }) => {}
                Err(error) => tracing::warn!(%error, "the demo's instructor was refused"),
            }
        }
    }

    async fn act(&mut self) -> Result<()> {
        let session = self.sessions.borrow().id;
        let (session, roster) = state::participants(&self.app, &self.caller, session).await?;
        let stands = (session.id, session.status.clone(), session.step);
        if stands != self.seen {
            (self.seen, self.since) = (stands, Instant::now());
        }
        let stood = self.since.elapsed();
        match SessionStatus::parse(&session.status) {
            Some(SessionStatus::Waiting) if stood >= STARTS_AFTER => {
                self.command(&session, Command::Start { first: None, message: some_text(HELLO) }).await?;
                welcome::print_line(&format!("  ▶ class {} begins", welcome::with_spaces(&session.code)));
                Ok(())
            }
            Some(SessionStatus::InProgress) => {
                self.answer_calls(&roster.attendees).await?;
                self.lead(&session, &roster, stood).await
            }
            Some(SessionStatus::Paused) if stood >= RESTS_FOR => {
                self.command(&session, Command::Resume { message: some_text(GO_ON) }).await
            }
            Some(SessionStatus::Review) if stood >= SAYS_GOODBYE_FOR => self.open_next().await,
            _ => Ok(()),
        }
    }

    async fn command(&self, session: &Session, command: Command) -> Result<()> {
        control::command(&self.app, &self.caller, session.id, command, None).await.map(|_| ())
    }

    /// Goes on to the next step when it is time, and after the last one ends the session. Pauses once, halfway.
    async fn lead(&mut self, session: &Session, roster: &Roster, stood: Duration) -> Result<()> {
        let here: Vec<_> = roster.attendees.iter().filter(|a| roster.present.contains_key(&a.person)).collect();
        let done = here.iter().filter(|a| a.step_status.as_deref() == Some("COMPLETED")).count();
        let most_are_done = !here.is_empty() && done * 10 >= here.len() * 8;
        if stood < STAYS_AT_MOST && (stood < STAYS_AT_LEAST || !most_are_done) {
            return Ok(());
        }
        let steps = state::steps(&self.app, &self.caller, session.id).await?;
        let place = steps.iter().position(|step| Some(step.id) == session.step).unwrap_or(0);
        if (place + 1) * 2 >= steps.len() && self.rested_in != Some(session.id) {
            self.rested_in = Some(session.id);
            welcome::print_line("    a short rest");
            return self.command(session, Command::Pause { message: some_text(REST) }).await;
        }
        let title = steps.get(place).map_or("", |step| step.title.as_str());
        welcome::print_line(&format!(
            "    {:>2}/{} {title}: {done} of {} are done",
            place + 1,
            steps.len(),
            here.len()
        ));
        if place + 1 >= steps.len() {
            welcome::print_line("  ■ the class is over; the next one opens in a moment");
            return self.command(session, Command::End { message: some_text(GOODBYE) }).await;
        }
        let message = PRAISE.get(place % PRAISE.len()).copied().and_then(some_text);
        self.command(session, Command::NextStep { next: None, message }).await
    }

    /// Answers the calls for help that stay open for `LETS_THEM_TRY_FOR`, one at a time, with a visit.
    async fn answer_calls(&mut self, people: &[Attendee]) -> Result<()> {
        let waits = |request: i64| people.iter().any(|a| a.open_help == Some(request));
        match self.noticed {
            Some((request, since)) if waits(request) => {
                if since.elapsed() < LETS_THEM_TRY_FOR {
                    return Ok(());
                }
                self.noticed = None;
                let (content, voice) = (COMING.to_owned(), some_text(COMING));
                let answer = NewHelpAnswer { help_type: HelpType::Visit, content, voice };
                answers::respond(&self.app, &self.caller, request, answer).await.map(|_| ())
            }
            _ => {
                self.noticed = people.iter().filter_map(|a| a.open_help).min().map(|id| (id, Instant::now()));
                Ok(())
            }
        }
    }

    async fn open_next(&mut self) -> Result<()> {
        let session = open_session(&self.app, &self.caller, self.course).await?;
        let url = &self.app.public_url;
        welcome::print_line("");
        welcome::print_line(&format!(
            "  The next class: {url}/teach/session/{}   join: {}",
            session.id,
            session.join_url(url)
        ));
        // The learners find the new session within about a second. Waiting anew keeps it from being opened twice until then.
        self.since = Instant::now();
        Ok(())
    }
}

fn some_text(text: &str) -> Option<String> {
    Some(text.to_owned())
}
