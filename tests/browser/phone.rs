//! A learner's phone, and the person who holds it.

use std::ops::Deref;

use serde_json::{Value, json};

use crate::harness::School;
use crate::harness::browser::{Browser, Device};
use crate::harness::people::Session;

#[derive(Clone)]
pub struct Phone {
    browser: Browser,
    /// Where this phone finds the school.
    base: String,
}

impl Deref for Phone {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl Phone {
    /// A phone that was never here before.
    pub async fn opens(school: &School, path: &str) -> Phone {
        Phone::opens_at(&school.url(""), path, &Device::phone()).await
    }

    pub async fn opens_at(base: &str, path: &str, device: &Device) -> Phone {
        let phone = Phone { browser: Browser::opens("a phone", device).await, base: base.into() };
        phone.visits(path).await;
        phone
    }

    /// … and its owner comes to the class.
    pub async fn joins(school: &School, session: &Session, name: &str) -> Phone {
        Phone::joins_at(&school.url(""), session, name, &Device::phone()).await
    }

    pub async fn joins_at(base: &str, session: &Session, name: &str, device: &Device) -> Phone {
        let phone = Phone::opens_at(base, &session.scanned(), device).await;
        phone.types_name(name).await;
        phone.taps("enter").await;
        phone
    }

    pub async fn visits(&self, path: &str) {
        self.goes_to(&format!("{}{path}", self.base)).await;
    }

    pub async fn types_name(&self, name: &str) {
        self.sees("name").await;
        self.types("main input", name).await;
    }

    pub async fn taps(&self, act: &str) {
        self.clicks(&format!("[data-act={act}]")).await;
    }

    /// The screen of this name is shown.
    pub async fn sees(&self, screen: &str) {
        self.sees_one_of(&[screen]).await;
    }

    pub async fn sees_one_of(&self, screens: &[&str]) {
        let is = "arguments[0].includes(document.querySelector('main')?.dataset.screen)";
        self.until_js(&format!("the screen is {screens:?}"), is, vec![json!(screens)]).await;
    }

    pub async fn screen(&self) -> String {
        self.js("return document.querySelector('main')?.dataset.screen ?? ''", vec![]).await
    }

    /// The step of this title is shown.
    pub async fn is_at(&self, title: &str) {
        self.sees("step").await;
        let is = "document.querySelector('main h1')?.innerText.trim() === arguments[0]";
        self.until_js(&format!("the step is «{title}»"), is, vec![json!(title)]).await;
    }

    /// Something else than this is shown: another step, or another screen.
    pub async fn leaves(&self, title: &str) {
        let has = "document.querySelector('main h1')?.innerText.trim() !== arguments[0]";
        self.until_js(&format!("it goes on from «{title}»"), has, vec![json!(title)]).await;
    }

    /// «Done» was tapped, and the server has not said that it is written.
    pub async fn is_sending_done(&self) {
        self.shows("[data-act=done][aria-disabled=true]", true).await;
    }

    /// What it says of its connection: `open`, `waiting`, `offline` …
    pub async fn link_is(&self, states: &[&str]) {
        let is = "arguments[0].includes(document.querySelector('#link').dataset.state)";
        self.until_js(&format!("the connection is {states:?}"), is, vec![json!(states)]).await;
    }

    /// The page is on the phone's own shelf.
    pub async fn is_kept(&self) {
        let whole = "navigator.serviceWorker?.controller?.state === 'activated'";
        self.until_js("the page is kept on the phone", whole, vec![]).await;
    }

    /// The person puts it away, and takes it out again.
    pub async fn is_closed_and_opened(&self, path: &str) -> Phone {
        let phone = Phone { browser: self.browser.is_closed_and_opened().await, base: self.base.clone() };
        phone.visits(path).await;
        phone
    }

    /// Every sentence that the phone has said aloud.
    pub async fn heard(&self) -> Vec<Value> {
        self.js("return gyosilTest.heard", vec![]).await
    }

    pub async fn hears(&self, words: &str) {
        let is = "gyosilTest.heard.some(({ words }) => words.includes(arguments[0]))";
        self.until_js(&format!("«{words}» is said aloud"), is, vec![json!(words)]).await;
    }
}
