//! What a phone says while its message is on its way: praise comes after the commit, and never before.

use serde_json::json;

use crate::classroom::{Class, STEPS};
use crate::harness::School;
use crate::phone::Phone;
use crate::run_story;

/// Every write of such rows fails, as on a full disk.
async fn refuses_to_write(school: &School, table: &str) {
    let sql = format!(
        "create trigger full_disk before insert on {table} begin select raise(abort, 'database or disk is full'); end"
    );
    changes_schema(school, sql).await;
}

async fn writes_again(school: &School) {
    changes_schema(school, "drop trigger full_disk".into()).await;
}

async fn changes_schema(school: &School, sql: String) {
    let mut tx = school.app.db.begin().await.unwrap();
    tx.run(sql, Vec::new()).await.unwrap();
    school.app.commit(tx, Vec::new()).await.unwrap();
}

#[test]
fn done_is_praised_after_the_commit_and_the_wait_is_shown() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.link_is(&["open"]).await;
        // The only writer of the database is taken: no write ends.
        let frozen = school.app.db.begin().await.unwrap();
        phone.taps("done").await;
        phone.is_sending_done().await;
        assert!(!phone.has(".note.good").await, "praised before the commit");
        phone.reads("보내고 있어요…").await;
        phone.keeps_screenshot("phone-sending").await;
        assert!(!phone.has(".note.good").await, "praised before the commit");
        drop(frozen);
        phone.shows(".note.good", true).await;
        phone.shows("[data-act=done]", false).await;
        assert_eq!(class.person("김순자").await["subtask_status"], "COMPLETED");
    });
}

#[test]
fn a_phone_sends_again_on_the_same_socket_what_a_full_disk_did_not_take() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.link_is(&["open"]).await;
        phone.at_each_page(SOCKETS).await;
        phone.reloads().await;
        phone.link_is(&["open"]).await;
        refuses_to_write(&school, "item_progress").await;
        phone.taps("done").await;
        phone.reads("보내고 있어요…").await;
        phone.until_js("it was sent twice", "gyosilSent('progress').length >= 2", vec![]).await;
        assert!(!phone.has(".note.good").await, "praised before the commit");
        writes_again(&school).await;
        phone.shows(".note.good", true).await;
        let [sockets, keys]: [usize; 2] = phone
            .js("return [gyosilSockets.length, new Set(gyosilSent('progress').map((m) => m.key)).size]", vec![])
            .await;
        assert_eq!((sockets, keys), (1, 1), "one socket, one key");
        assert_eq!(class.person("김순자").await["subtask_status"], "COMPLETED");
    });
}

#[test]
fn a_call_for_help_is_sent_again_until_it_is_written() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        class.goes_to(1).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[1].0).await;
        phone.link_is(&["open"]).await;
        refuses_to_write(&school, "help_requests").await;
        phone.taps("help").await;
        phone.reads("보내고 있어요…").await;
        assert!(!phone.text().await.contains("선생님께 알려 드렸어요"), "told before the commit");
        writes_again(&school).await;
        phone.reads("선생님께 알려 드렸어요").await;
        assert!(class.person("김순자").await["open_help_request_id"].is_i64());
    });
}

#[test]
fn a_lasting_refusal_is_explained_in_words() {
    run_story(|school| async move {
        let class = Class::runs(&school).await;
        let phone = Phone::joins(&school, &class.session, "김순자").await;
        phone.is_at(STEPS[0].0).await;
        phone.at_each_page(SOCKETS).await;
        phone.reloads().await;
        phone.link_is(&["open"]).await;
        // The socket that the phone holds says no, as it would for a step that is no more.
        let refused =
            json!({ "type": "error", "status": 404, "error": { "code": "NOT_FOUND", "message": "", "details": {} } });
        let _: Option<bool> = phone.js("gyosilAnswers(arguments[0])", vec![refused]).await;
        phone.taps("done").await;
        phone.reads("이 단계는 선생님이 바꾸셨거나 지우셨어요").await;
        phone.shows("[data-act=done]:not([aria-disabled=true])", true).await;
    });
}

/// Writes down what goes through the sockets of a page. `gyosilAnswers(frame)` answers the next progress instead of the server.
const SOCKETS: &str = "window.gyosilSockets = []; const sent = []; let instead = null;
    window.gyosilSent = (type) => sent.filter((message) => message.type === type);
    window.gyosilAnswers = (frame) => { instead = frame; };
    const Real = window.WebSocket;
    window.WebSocket = class extends Real {
        constructor(...given) { super(...given); gyosilSockets.push(this); }
        send(text) {
            const message = JSON.parse(text);
            sent.push(message);
            if (message.type !== 'progress' || !instead) return super.send(text);
            const data = JSON.stringify({ ...instead, id: message.id });
            setTimeout(() => this.onmessage({ data }));
        }
    };";
