//! A PDF becomes steps: each page a picture, with its title and its text.

use std::time::{Duration, Instant};

use reqwest::Response;
use serde_json::{Value, json};

use crate::harness::people::{Lecture, Person, Reply};
use crate::harness::{Backend, School, on, on_both, pdf, picture, until};

fn path(lecture: &Lecture) -> String {
    format!("/api/lectures/{}/pictures/pdf", lecture.id)
}

/// A busy machine draws slowly.
const PATIENCE: Duration = Duration::from_secs(200);

async fn asks(school: &School, person: &Person, lecture: &Lecture, pdf: Vec<u8>) -> Response {
    let mut request = school.http.post(school.url(&path(lecture))).timeout(PATIENCE).header("accept-language", "ko");
    if let Some(token) = &person.token {
        request = request.bearer_auth(token);
    }
    request.body(pdf).send().await.unwrap()
}

/// Sends a PDF that has one page at most, or is refused.
async fn sends(school: &School, person: &Person, lecture: &Lecture, pdf: Vec<u8>) -> Reply {
    let response = asks(school, person, lecture, pdf).await;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let json = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Reply { status, json, headers, asked: format!("POST {}", path(lecture)) }
}

/// Sends a PDF, and reads its pages as they come.
async fn begins(school: &School, person: &Person, lecture: &Lecture, pdf: Vec<u8>) -> Pages {
    let response = asks(school, person, lecture, pdf).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    Pages { response, read: Vec::new() }
}

struct Pages {
    response: Response,
    read: Vec<u8>,
}

impl Pages {
    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(end) = self.read.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.read.drain(..=end).collect();
                return Some(serde_json::from_slice(&line).unwrap());
            }
            self.read.extend_from_slice(&self.response.chunk().await.unwrap()?);
        }
    }

    async fn all(mut self) -> Vec<Value> {
        let mut all = Vec::new();
        while let Some(page) = self.next().await {
            all.push(page);
        }
        assert!(self.read.is_empty(), "half a line");
        all
    }
}

#[test]
fn each_page_of_a_pdf_becomes_a_picture_with_its_text() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let pages = begins(&school, &teacher, &lecture, pdf::deck()).await.all().await;
        let told =
            |page: &Value| (page["page"].clone(), page["of"].clone(), page["title"].clone(), page["text"].clone());
        let lines = "1. 노란 그림을 누르세요.\n2. 사진을 고르세요.";
        assert_eq!(told(&pages[0]), (json!(1), json!(3), json!("사진 보내기"), json!(lines)));
        assert_eq!(told(&pages[1]), (json!(2), json!(3), json!("office"), json!("")));
        assert_eq!(pages.len(), 2, "a blank page at the end");
        for page in &pages {
            assert_eq!((&page["left_out"], page.get("error")), (&json!(0), None));
            let shown = school.http.get(school.url(page["picture"]["url"].as_str().unwrap())).send().await.unwrap();
            assert_eq!(picture::size(&shown.bytes().await.unwrap()), (1_600, 900));
        }

        let step = json!({ "title": pages[0]["title"], "guide_text": pages[0]["text"],
            "pictures": [{ "picture": pages[0]["picture"]["picture"] }] });
        let steps = format!("/api/tasks/{}/subtasks", lecture.task);
        let made = teacher.post(&steps, step).await.is(201);
        assert_eq!(made["pictures"][0]["url"], pages[0]["picture"]["url"]);
    });
}

#[test]
fn letters_of_fonts_that_are_not_in_the_pdf_are_drawn_and_read() {
    on(Backend::Sqlite, &[], |school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let text = "BT /F2 40 Tf 50 300 Td <D55CAE00> Tj ET BT /F1 20 Tf 50 250 Td (Helvetica) Tj ET";
        let file = pdf::pages(&["", text, "0 0 1 rg 0 0 600 400 re f"], (600, 400));
        let pages = begins(&school, &teacher, &lecture, file).await.all().await;
        assert_eq!(pages.len(), 3, "a blank page that is not at the end is a page");
        assert_eq!((&pages[1]["title"], &pages[1]["text"]), (&json!("한글"), &json!("Helvetica")));
        assert_eq!((&pages[2]["title"], &pages[2]["text"]), (&json!(""), &json!("")));
        let mut sizes = Vec::new();
        for page in &pages {
            let shown = school.http.get(school.url(page["picture"]["url"].as_str().unwrap())).send().await.unwrap();
            sizes.push(shown.bytes().await.unwrap().len());
        }
        assert!(sizes[1] > sizes[0] + 1_000, "letters take room: {sizes:?}");
    });
}

#[test]
fn only_the_instructor_of_a_lecture_sends_a_pdf() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let (stranger, student) = (school.another_teacher().await, school.student("김학생").await);
        sends(&school, &stranger, &lecture, pdf::deck()).await.refused(403, "FORBIDDEN");
        sends(&school, &student, &lecture, pdf::deck()).await.refused(403, "INSTRUCTOR_ONLY");
        sends(&school, &school.nobody(), &lecture, pdf::deck()).await.refused(401, "UNAUTHORIZED");
        let nothing = Lecture { id: 999_999, ..lecture };
        sends(&school, &teacher, &nothing, pdf::deck()).await.refused(404, "NOT_FOUND");
    });
}

#[test]
fn a_file_that_is_no_pdf_or_locked_or_too_large_is_refused() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let refusals = [
            (b"\x89PNG\r\n\x1a\n".to_vec(), 400, "PDF 파일이 아닙니다"),
            (b"%PDF-1.7\nand nothing else".to_vec(), 400, "파일을 읽을 수 없습니다"),
            (pdf::locked(), 400, "비밀번호 없이"),
            (vec![b' '; (30 << 20) + 1], 413, ""),
        ];
        for (file, status, why) in refusals {
            let reply = sends(&school, &teacher, &lecture, file).await;
            assert_eq!(reply.status, status, "{}", reply.json);
            assert!(reply.json.to_string().contains(why), "{}", reply.json);
        }
        let half = pdf::deck()[..20_000].to_vec();
        let status = sends(&school, &teacher, &lecture, half).await.status;
        assert!(status == 200 || status == 400, "{status}");
    });
}

#[test]
fn a_page_that_is_made_to_break_its_reader_fails_alone() {
    on(Backend::Sqlite, &[], |school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let ok = "BT /F1 20 Tf 50 250 Td (fine) Tj ET";
        let hostile = pdf::pages(&["/X Do", ok], (600, 400));
        let pages = begins(&school, &teacher, &lecture, hostile).await.all().await;
        assert_eq!(pages[0]["error"]["code"], "PAGE_REFUSED");
        assert!(pages[0]["error"]["message"].as_str().unwrap().contains("너무 복잡"), "{}", pages[0]);
        assert_eq!((&pages[0]["page"], pages[0].get("picture")), (&json!(1), None));
        assert_eq!((&pages[1]["title"], pages[1].get("error")), (&json!("fine"), None));

        let pages = begins(&school, &teacher, &lecture, pdf::packed_page(2_048)).await.all().await;
        assert_eq!(pages[0]["error"]["code"], "PAGE_REFUSED", "2 GiB in a few KiB: {pages:?}");

        let nested = format!("{}{}", "q ".repeat(200_000), "[".repeat(200_000));
        let pages = begins(&school, &teacher, &lecture, pdf::pages(&[&nested, ok], (600, 400))).await.all().await;
        assert_eq!(pages.last().unwrap()["title"], "fine");

        let huge = pdf::pages(&[ok], (14_400, 14_400));
        let pages = begins(&school, &teacher, &lecture, huge).await.all().await;
        assert_eq!((&pages[0]["picture"]["width"], &pages[0]["picture"]["height"]), (&json!(1_600), &json!(1_600)));
        let thin = pdf::pages(&["0 0 14400 1 re f"], (14_400, 1));
        let pages = begins(&school, &teacher, &lecture, thin).await.all().await;
        assert_eq!((&pages[0]["picture"]["width"], &pages[0]["picture"]["height"]), (&json!(1_600), &json!(1)));
    });
}

#[test]
fn pages_beyond_the_bound_are_told_and_left_out() {
    on(Backend::Sqlite, &[], |school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let file = pdf::pages(&["0 0 10 10 re f"; 152], (60, 40));
        let first = begins(&school, &teacher, &lecture, file).await.next().await.unwrap();
        assert_eq!((&first["of"], &first["left_out"]), (&json!(150), &json!(2)));
    });
}

/// Tells whether a process draws this page, of whichever PDF.
fn is_drawn(page: usize) -> bool {
    let own = std::process::id();
    let words = format!("draw-page\0{page}\0");
    let children = std::fs::read_dir("/proc").unwrap().flatten().filter(|entry| {
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse().ok());
        parent == Some(own)
    });
    children
        .map(|child| std::fs::read(child.path().join("cmdline")).unwrap_or_default())
        .any(|line| String::from_utf8_lossy(&line).contains(&words))
}

#[test]
fn a_caller_who_hangs_up_ends_the_drawing() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        // No other story has a page of this number.
        const ENDLESS: usize = 9;
        let mut contents = vec!["0 0 10 10 re f"; ENDLESS - 1];
        contents.extend(["/X Do"; 100]);
        let file = pdf::pages(&contents, (60, 40));
        let mut pages = begins(&school, &teacher, &lecture, file).await;
        for page in 1..ENDLESS {
            assert_eq!(pages.next().await.unwrap()["page"], page);
        }
        until("the page without end", async || is_drawn(ENDLESS).then_some(())).await;
        sends(&school, &teacher, &lecture, pdf::deck()).await.refused(503, "BUSY");
        let hung_up = Instant::now();
        drop(pages);
        until("the end of the process", async || (!is_drawn(ENDLESS)).then_some(())).await;
        assert!(hung_up.elapsed() < Duration::from_secs(5), "it ended by itself: {:?}", hung_up.elapsed());
        let again = || async {
            Some(sends(&school, &teacher, &lecture, pdf::page("again")).await).filter(|reply| reply.status == 200)
        };
        let again = until("a turn", async || again().await).await;
        assert_eq!(again.json["title"], "again");
        assert!(!is_drawn(ENDLESS + 1), "the pages after it are not drawn");
    });
}

#[test]
fn two_pdfs_are_drawn_at_once_and_others_are_told_to_wait() {
    on(Backend::Sqlite, &[], |school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let other = school.another_teacher().await;
        let others = other.makes_lecture("사진 찍기", 1).await;
        let third = school.admin().await;
        let endless = pdf::pages(&["0 0 10 10 re f", "/X Do", "/X Do"], (60, 40));
        let mut begun = Vec::new();
        for (person, lecture) in [(&teacher, &lecture), (&other, &others)] {
            let mut pages = begins(&school, person, lecture, endless.clone()).await;
            assert_eq!(pages.next().await.unwrap()["page"], 1);
            begun.push(pages);
        }
        let reply = sends(&school, &third, &lecture, pdf::deck()).await;
        assert_eq!(reply.headers["retry-after"], "10");
        reply.refused(503, "BUSY");
        begun.pop();
        let turn =
            || async { Some(sends(&school, &third, &lecture, pdf::deck()).await).filter(|reply| reply.status == 200) };
        until("a turn", async || turn().await).await;
    });
}
