//! The instructor's desk.

use std::ops::Deref;

use gyosil::school::logins;
use serde_json::json;

use crate::harness::School;
use crate::harness::browser::{Browser, Device};
use crate::harness::people::{Person, Session};

#[derive(Clone)]
pub struct Dashboard {
    browser: Browser,
    base: String,
}

impl Deref for Dashboard {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl Dashboard {
    /// Signed in already, by the link that the command line gives.
    pub async fn opens(school: &School, teacher: &Person, path: &str) -> Dashboard {
        let link = Dashboard::link(school, teacher, path).await;
        Dashboard::opens_at(&school.url(""), &link, &Device::desktop()).await
    }

    /// The path of a page, with which the instructor is signed in once.
    pub async fn link(school: &School, teacher: &Person, path: &str) -> String {
        let ticket = logins::make_ticket_for(&school.app, teacher.id).await.unwrap();
        format!("{path}#t={ticket}")
    }

    pub async fn opens_at(base: &str, path: &str, device: &Device) -> Dashboard {
        let browser = Browser::opens("a dashboard", device).await;
        let dashboard = Dashboard { browser, base: base.into() };
        dashboard.visits(path).await;
        dashboard
    }

    /// The live board of a class.
    pub async fn watches(school: &School, teacher: &Person, session: &Session) -> Dashboard {
        let board = Dashboard::opens(school, teacher, &format!("/teach/session/{}", session.id)).await;
        board.is_at("board").await;
        board
    }

    /// Words of the header Connection.
    pub async fn link_is(&self, state: &str) {
        let is = "document.querySelector('#link').dataset.state === arguments[0]";
        self.until_js(&format!("the connection is {state}"), is, vec![serde_json::json!(state)]).await;
    }

    pub async fn visits(&self, path: &str) {
        self.goes_to(&format!("{}{path}", self.base)).await;
    }

    pub async fn signs_in(&self, name: &str, password: &str) {
        self.is_at("signin").await;
        self.types("[autocomplete=username]", name).await;
        self.types("[autocomplete=current-password]", password).await;
        self.clicks("main form button:not([type=button])").await;
    }

    pub async fn presses_button(&self, act: &str) {
        self.clicks(&format!("[data-act={act}]")).await;
    }

    /// To who has waited longest.
    pub async fn answers(&self, words: &str) {
        let call = "[data-call]:first-of-type";
        self.clicks(&format!("{call} [data-act=answer]")).await;
        self.types(&format!("{call} [data-act=answer-text]"), words).await;
        self.clicks(&format!("{call} [data-act=answer-send]")).await;
    }

    /// To the question that came up.
    pub async fn agrees(&self) {
        self.clicks("dialog[open] button[value=yes]").await;
    }

    /// The page of this name is shown.
    pub async fn is_at(&self, page: &str) {
        let is = "document.querySelector('#main')?.dataset.page === arguments[0]";
        self.until_js(&format!("the page is {page}"), is, vec![json!(page)]).await;
    }

    /// What can be done about this learner.
    pub async fn opens_person(&self, learner: i64) {
        self.clicks(&format!("button[data-person='{learner}'], [data-person='{learner}'] button")).await;
        self.shows("dialog[open]", true).await;
    }

    /// This learner's tile says so.
    pub async fn sees(&self, learner: i64, state: &str) {
        let is = "document.querySelector(`[data-person='${arguments[0]}']`)?.dataset.state === arguments[1]";
        self.until_js(&format!("{learner} is {state}"), is, vec![json!(learner), json!(state)]).await;
    }
}
