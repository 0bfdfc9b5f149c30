//! What leads to a class: a code that is typed, a key that is scanned, and the poster on the wall.

use futures_util::future::join_all;
use gyosil::failures::Attempts;
use qrcode::{Color, EcLevel, QrCode};
use serde_json::{Value, json};

use crate::classroom::{new_session, running_session};
use crate::harness::people::{PASSWORD, Person, Session};
use crate::harness::process::Process;
use crate::harness::{School, on_both, on_both_with};

const LIMITED: &[&str] = &["--rate-limits", "on"];
const HEARD_A_MINUTE: usize = 60;

async fn looks_up(person: &Person, code: &str) -> crate::harness::people::Reply {
    person.get(&format!("/api/sessions/{code}")).await
}

/// A code never begins with 0: these lead nowhere.
async fn guesses(person: &Person, times: usize) {
    for n in 0..times {
        looks_up(person, &format!("000{n:03}")).await.refused(404, "NOT_FOUND");
    }
}

#[test]
fn a_code_is_six_digits_and_is_typed_in_any_way() {
    on_both(|school| async move {
        let (_, _, session) = new_session(&school, 1).await;
        let code = &session.code;
        assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()) && !code.starts_with('0'), "{code}");
        let (first, rest) = code.split_at(3);
        let wide: String = code.chars().map(|c| char::from_u32(u32::from(c) - 0x30 + 0xff10).unwrap()).collect();
        let typed = [
            format!("{first}-{rest}"),
            format!("{first}%20{rest}"),
            format!("%20{first}%E2%80%93{rest}"),
            format!("{first}%E3%80%80{rest}"),
            wide,
        ];
        for typed in typed {
            let found = looks_up(&school.nobody(), &typed).await.ok();
            assert_eq!((&found["session_id"], &found["session_code"]), (&json!(session.id), &json!(code)), "{typed}");
        }
        for typed in [format!("{code}0"), first.into(), format!("{code}a"), "ACX739".into(), "%00".into(), "-".into()] {
            looks_up(&school.nobody(), &typed).await.refused(404, "NOT_FOUND");
        }
    });
}

/// Sessions that nobody made by hand, open all of them.
const THOUSAND_MORE: &str = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000)
    insert into live_sessions (id, created_ms, course, class, code, join_key, helper_key, title, status, taught_ms)
    select i, created_ms, course, class, 'x' || i, 'y' || i, 'z' || i, title, status, taught_ms from live_sessions, n
    where id = $1";

async fn runs(school: &School, sql: &'static str, args: Vec<gyosil::db::Arg>) -> u64 {
    let mut tx = school.app.db.begin().await.unwrap();
    let changed = tx.run(sql, args).await.unwrap();
    school.app.commit(tx, Vec::new()).await.unwrap();
    changed
}

#[test]
fn a_code_has_a_seventh_digit_while_more_than_a_thousand_sessions_are_open() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        assert_eq!(runs(&school, THOUSAND_MORE, vec![session.id.into()]).await, 1_000);
        let crowded = teacher.opens_session(&lecture).await;
        assert_eq!(crowded.code.len(), 7);
        let found = looks_up(&school.nobody(), &crowded.code).await.ok();
        assert_eq!(found["session_id"], crowded.id);
        runs(&school, "update live_sessions set status = 'REVIEW_MODE' where id <= 1000", Vec::new()).await;
        assert_eq!(teacher.opens_session(&lecture).await.code.len(), 6);
    });
}

#[test]
fn after_sixty_wrong_codes_only_typing_waits() {
    on_both_with(LIMITED, |school| async move {
        let (_, _, session) = new_session(&school, 1).await;
        let (nobody, student) = (school.nobody(), school.student("김학생").await);
        // A class behind one router types the right one, as often as it likes.
        for _ in 0..HEARD_A_MINUTE + 10 {
            looks_up(&nobody, &session.code).await.is(200);
        }
        guesses(&nobody, HEARD_A_MINUTE).await;
        let (path, name) = (format!("/api/sessions/{}/guest", session.code), json!({ "name": "김순자" }));
        for reply in [
            looks_up(&nobody, "000111").await,
            looks_up(&nobody, &session.code).await,
            looks_up(&nobody, &format!("{}?k=wrongwrong1", session.code)).await,
            nobody.post(&path, name.clone()).await,
            nobody.post("/api/sessions/000111/guest?k=wrongwrong1", name.clone()).await,
        ] {
            assert!(reply.headers.contains_key("retry-after"), "{}", reply.asked);
            reply.refused(429, "TOO_MANY_REQUESTS");
        }
        // Who scanned, and who is signed in, does not wait; neither does a picture.
        let scanned = looks_up(&nobody, &format!("{}?k={}", session.code, session.key)).await.is(200);
        assert_eq!(scanned["session_id"], session.id);
        nobody.post(&format!("{path}?k={}", session.key), name).await.is(201);
        looks_up(&student, &session.code).await.is(200);
        student.post(&format!("/api/sessions/{}/join", session.id), json!({})).await.is(201);
        for picture in [format!("/qr/{}.png?k={}", session.code, session.key), format!("/qr/{}.png", session.code)] {
            nobody.get(&picture).await.is(200);
        }
        // Who is signed in is limited by themselves, and by nobody else.
        guesses(&student, HEARD_A_MINUTE).await;
        looks_up(&student, &session.code).await.refused(429, "TOO_MANY_REQUESTS");
        looks_up(&school.student("이학생").await, &session.code).await.is(200);
        school.later(61);
        looks_up(&nobody, &session.code).await.is(200);
        looks_up(&school.student("박학생").await, &session.code).await.is(200);
    });
}

#[test]
fn simultaneous_guesses_are_limited_like_consecutive_ones() {
    on_both_with(LIMITED, |school| async move {
        let nobody = school.nobody();
        let codes: Vec<String> = (0..200).map(|n| format!("000{n:03}")).collect();
        let replies = join_all(codes.iter().map(|code| looks_up(&nobody, code))).await;
        let heard = replies.iter().filter(|reply| reply.status == 404).count();
        assert_eq!((heard, replies.iter().filter(|reply| reply.status == 429).count()), (HEARD_A_MINUTE, 140));
    });
}

#[test]
fn an_ended_sessions_code_may_lead_to_another_but_its_qr_never_does() {
    on_both(|school| async move {
        let (teacher, lecture, ended) = new_session(&school, 1).await;
        teacher.presses(&ended, "end").await.ok();
        let open = teacher.opens_session(&lecture).await;
        let sql = "update live_sessions set code = $2 where id = $1";
        runs(&school, sql, vec![open.id.into(), ended.code.as_str().into()]).await;
        let found = async |k: &str| {
            let path = format!("{}{k}", ended.code);
            looks_up(&school.nobody(), &path).await.ok()["session_id"].as_i64().unwrap()
        };
        assert_eq!(found("").await, open.id);
        assert_eq!(found(&format!("?k={}", open.key)).await, open.id);
        assert_eq!(found(&format!("?k={}", ended.key)).await, ended.id);
        // Two open ones never share a code.
        let another = teacher.opens_session(&lecture).await;
        let mut tx = school.app.db.begin().await.unwrap();
        assert!(tx.run(sql, vec![another.id.into(), ended.code.as_str().into()]).await.is_err());
    });
}

#[test]
fn the_key_of_a_session_is_shown_only_to_its_instructor() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let (student, stranger) = (school.student("김학생").await, school.another_teacher().await);
        student.joins(&session).await;
        let mut phone = student.follows(&session).await;
        let state = phone.receives("session_state").await;
        let mut shown = vec![state.to_string()];
        let paths = [
            format!("/api/sessions/{}", session.code),
            format!("/api/sessions/{}/current", session.id),
            format!("/api/sessions/{}/events?after=0", session.id),
            format!("/api/sessions/{}/steps", session.id),
            "/api/sessions/my-active".into(),
        ];
        for path in paths {
            shown.push(student.get(&path).await.ok().to_string());
        }
        shown.push(looks_up(&stranger, &session.code).await.ok().to_string());
        assert!(shown.iter().all(|text| !text.contains(&session.key)), "{shown:?}");
        stranger.get(&format!("/api/lectures/{}/sessions", lecture.id)).await.refused(403, "FORBIDDEN");
        let board = teacher.watches(&session).await.receives("session_state").await;
        let join_url = format!("{}{}", school.app.public_url, session.scanned());
        assert_eq!(board["data"]["join_url"], join_url.as_str());
        let listed = teacher.get(&format!("/api/lectures/{}/sessions", lecture.id)).await.ok();
        assert_eq!(listed["results"][0]["join_url"], join_url.as_str());
    });
}

#[test]
fn the_key_stands_in_no_log() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("school.db").display());
    let flags = ["--instructor-signup", "open"];
    let server = Process::serves(folder.path(), &database, &flags);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (session, poster) = runtime.block_on(async {
        let nobody = Person::nobody_at(server.address);
        let new = json!({ "email": "t@example.com", "password": PASSWORD, "name": "박강사", "role": "INSTRUCTOR" });
        nobody.post("/api/auth/register", new).await.is(201);
        let teacher = nobody.logs_in("t@example.com", PASSWORD).await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let session = teacher.opens_session(&lecture).await;
        let k = format!("?k={}", session.key);
        nobody.get(&session.scanned()).await.is(200);
        nobody.get(&format!("/qr/{}.svg{k}", session.code)).await.is(200);
        looks_up(&nobody, &format!("{}{k}", session.code)).await.is(200);
        nobody.post(&format!("/api/sessions/{}/guest{k}", session.code), json!({ "name": "김순자" })).await.is(201);
        let poster = poster(&teacher, lecture.id).await;
        for looks_like_l in ["l", "L", "I", "1"] {
            nobody.get(&format!("/{looks_like_l}/{poster}")).await.is(200);
        }
        nobody.get(&format!("/qr/l/{poster}.svg")).await.is(200);
        (session, poster)
    });
    let log = server.log();
    assert!(log.contains("/l/{code}") && !log.contains(&poster), "{log}");
    assert!(log.contains(&format!("/api/sessions/{}/guest", session.code)), "{log}");
    assert!(!log.contains(&session.key), "{log}");
}

/// How the lecture of a teacher is known: its poster's code.
async fn poster(teacher: &Person, lecture: i64) -> String {
    let lecture = teacher.get(&format!("/api/lectures/{lecture}")).await.ok();
    lecture["poster_code"].as_str().unwrap().to_owned()
}

/// Where someone who opens this address is sent.
async fn is_sent(school: &School, path: &str) -> (u16, String) {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let answer = http.get(school.url(path)).send().await.unwrap();
    let place = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
    (answer.status().as_u16(), place.unwrap_or_default())
}

#[test]
fn a_poster_on_the_wall_leads_to_the_session_of_the_moment() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let code = poster(&teacher, lecture.id).await;
        let leads = async || is_sent(&school, &format!("/l/{code}")).await;
        assert_eq!(leads().await, (200, String::new()));
        let first = teacher.opens_session(&lecture).await;
        assert_eq!(leads().await, (303, first.scanned()));
        let second = teacher.opens_session(&lecture).await;
        assert_eq!(leads().await, (303, second.scanned()));
        // One that runs goes before one that waits.
        teacher.starts(&first, lecture.steps[0]).await;
        assert_eq!(leads().await, (303, first.scanned()));
        teacher.presses(&first, "end").await.ok();
        assert_eq!(leads().await, (303, second.scanned()));
        // As one types it.
        let (a, b) = code.split_at(4);
        assert_eq!(is_sent(&school, &format!("/l/{}-{b}", a.to_lowercase())).await, (303, second.scanned()));
        for looks_like_l in ["L", "I", "1"] {
            assert_eq!(is_sent(&school, &format!("/{looks_like_l}/{code}")).await, (303, second.scanned()));
        }
        let page = school.http.get(school.url(&second.scanned())).send().await.unwrap();
        assert_eq!(page.status(), 200);
        assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
        assert_eq!(page.headers()["referrer-policy"], "no-referrer");
    });
}

#[test]
fn the_poster_of_a_lecture_is_shown_only_to_its_instructor_and_the_lecture_code_leads_nowhere() {
    on_both(|school| async move {
        let (teacher, lecture, _) = new_session(&school, 1).await;
        let code = poster(&teacher, lecture.id).await;
        assert!(code.len() == 12 && code.bytes().all(|b| b"ACDEFGHJKMNPQRTWXY34679".contains(&b)), "{code}");
        let path = format!("/api/lectures/{}", lecture.id);
        let student = school.student("김학생").await;
        student.enrolls(&lecture).await;
        for person in [&school.nobody(), &student, &school.another_teacher().await] {
            let list = person.get("/api/lectures").await.ok();
            for seen in [person.get(&path).await.ok(), list["lectures"][0].clone()] {
                assert_eq!((&seen["poster_code"], &seen["join_url"]), (&Value::Null, &Value::Null), "{seen}");
                assert!(!seen.to_string().contains(&code));
            }
            let portal = person.get(&format!("/api/v1/courses/{}", lecture.id)).await.ok();
            assert!(!portal.to_string().contains(&code), "{portal}");
        }
        for person in [&teacher, &school.admin().await] {
            let seen = person.get("/api/lectures").await.ok()["lectures"][0].clone();
            assert_eq!(seen["join_url"], format!("{}/l/{code}", school.app.public_url).as_str());
        }
        let public = teacher.get(&path).await.ok()["code"].as_str().unwrap().to_owned();
        assert_eq!(is_sent(&school, &format!("/l/{public}")).await.0, 404);
        school.nobody().get(&format!("/qr/l/{public}.png")).await.refused(404, "NOT_FOUND");
    });
}

#[test]
fn a_renewed_poster_leads_nowhere_by_its_old_address() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let path = format!("/api/lectures/{}/poster-code", lecture.id);
        let old = poster(&teacher, lecture.id).await;
        for person in [school.student("김학생").await, school.another_teacher().await] {
            assert_eq!(person.post(&path, json!({})).await.status, 403);
        }
        let new = teacher.post(&path, json!({})).await.ok()["poster_code"].as_str().unwrap().to_owned();
        assert_eq!((&new, new != old), (&poster(&teacher, lecture.id).await, true));
        let page = school.http.get(school.url(&format!("/l/{old}"))).send().await.unwrap();
        assert_eq!(page.status(), 404);
        assert!(page.text().await.unwrap().contains("이 포스터는 이제 쓰지 않아요"));
        assert_eq!(is_sent(&school, &format!("/l/{new}")).await, (303, session.scanned()));
        // Who is in the class stays, and who has its own QR comes in.
        looks_up(&school.nobody(), &format!("{}?k={}", session.code, session.key)).await.is(200);
    });
}

#[test]
fn wrong_poster_codes_count_like_wrong_session_codes_and_the_right_one_never_waits() {
    on_both_with(LIMITED, |school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let code = poster(&teacher, lecture.id).await;
        for n in 0..HEARD_A_MINUTE {
            assert_eq!(is_sent(&school, &format!("/l/WRONG{n}")).await.0, 404);
        }
        assert_eq!(is_sent(&school, "/l/WRONG").await.0, 429);
        looks_up(&school.nobody(), &session.code).await.refused(429, "TOO_MANY_REQUESTS");
        assert_eq!(is_sent(&school, &format!("/l/{code}")).await, (303, session.scanned()));
    });
}

/// Black and white, module by module, out of a picture with modules of this many pixels.
fn modules(png: &[u8], size: usize) -> Vec<Vec<bool>> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let width = info.width as usize;
    assert_eq!((width % size, info.height as usize), (0, width));
    (0..width / size)
        .map(|y| (0..width / size).map(|x| pixels[y * size * info.line_size + x * size] < 128).collect())
        .collect()
}

fn expected(url: &str) -> Vec<Vec<bool>> {
    const QUIET: usize = 4;
    let code = QrCode::with_error_correction_level(url, EcLevel::M).unwrap();
    let width = code.width() + 2 * QUIET;
    let dark = |x: usize, y: usize| {
        let inside = |n: usize| (QUIET..width - QUIET).contains(&n);
        inside(x) && inside(y) && code[(x - QUIET, y - QUIET)] == Color::Dark
    };
    (0..width).map(|y| (0..width).map(|x| dark(x, y)).collect()).collect()
}

async fn picture(school: &School, path: &str) -> (String, Vec<u8>, String) {
    let answer = school.http.get(school.url(path)).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let (kind, tag) = (header("content-type"), header("etag"));
    assert!(header("cache-control").contains("max-age"));
    (kind, answer.bytes().await.unwrap().to_vec(), tag)
}

#[test]
fn a_picture_holds_the_key_for_those_who_have_it_and_tells_nobody_whether_a_code_leads_anywhere() {
    on_both_with(&["--public-url", "https://class.example.com"], |school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let Session { code, key, .. } = &session;
        let url = format!("https://class.example.com{}", session.scanned());
        for size in [1, 3, 8, 64] {
            let (kind, png, _) = picture(&school, &format!("/qr/{code}.png?size={size}&k={key}")).await;
            assert_eq!(kind, "image/png");
            assert!(modules(&png, size) == expected(&url), "size {size}");
        }
        let (_, png, tag) = picture(&school, &format!("/qr/{code}.png?k={key}")).await;
        assert!(modules(&png, 8) == expected(&url), "8 is the usual size");
        let width = |size: usize| format!("width=\"{}\"", expected(&url).len() * size);
        for size in [2, 10] {
            let (kind, svg, _) = picture(&school, &format!("/qr/{code}.svg?size={size}&k={key}")).await;
            let svg = String::from_utf8(svg).unwrap();
            assert_eq!(kind, "image/svg+xml");
            assert!(svg.contains("<svg") && svg.contains(&width(size)), "{size}: {svg:.200}");
        }
        let again = school.http.get(school.url(&format!("/qr/{code}.png?k={key}"))).header("if-none-match", &tag);
        let again = again.send().await.unwrap();
        assert_eq!((again.status().as_u16(), again.headers()["etag"].to_str().unwrap()), (304, tag.as_str()));
        assert_eq!(again.headers()["cache-control"], "private, max-age=86400");
        // Who has the code alone gets a picture of the code alone; and so does who guesses.
        for code in [code, "000000", "1234567"] {
            let (_, png, _) = picture(&school, &format!("/qr/{code}.png")).await;
            assert!(modules(&png, 8) == expected(&format!("https://class.example.com/j/{code}")), "{code}");
        }
        let (_, png, _) = picture(&school, &format!("/qr/assist/{code}.png?k={key}")).await;
        assert!(modules(&png, 8) == expected(&format!("https://class.example.com/assist/{code}?k={key}")));
        let posted = poster(&teacher, lecture.id).await;
        let (kind, png, _) = picture(&school, &format!("/qr/l/{posted}.png")).await;
        assert_eq!(kind, "image/png");
        assert!(modules(&png, 8) == expected(&format!("https://class.example.com/l/{posted}")));
        for no_picture in
            ["assist/12345.png", "l/NO-SUCH.png", "l/NO-SUCH", &format!("l/{posted}.gif"), &format!("l/{code}.png")]
        {
            school.nobody().get(&format!("/qr/{no_picture}")).await.refused(404, "NOT_FOUND");
        }
        for no_picture in ["NOCODE.png", "12345.png", "12345678.svg", "NOCODE", &format!("{code}.gif"), code] {
            school.nobody().get(&format!("/qr/{no_picture}")).await.refused(404, "NOT_FOUND");
        }
        for (query, field) in [
            ("size=0", "size"),
            ("size=65", "size"),
            ("size=-1", "size"),
            ("size=x", "size"),
            ("k=short", "k"),
            ("k=%22%3E%3Cscript%3E", "k"),
            ("k=12345678901%26", "k"),
        ] {
            let path = format!("/qr/{code}.png?{query}");
            assert_eq!(school.nobody().get(&path).await.refused(400, "INVALID_REQUEST")["field"], field, "{query}");
        }
    });
}

#[test]
fn guests_guess_no_more_codes_than_their_address() {
    on_both_with(&["--rate-limits", "on"], |school| async move {
        let (teacher, _, session) = new_session(&school, 1).await;
        let guests = [school.guest(&session, "하나").await, school.guest(&session, "둘").await];
        let mut missed = 0;
        for n in 0..70 {
            missed += usize::from(looks_up(&guests[n % 2], &format!("{:07}", 1_000_000 + n)).await.status == 404);
        }
        assert_eq!(missed, 60);
        looks_up(&guests[0], &session.code).await.refused(429, "TOO_MANY_REQUESTS");
        looks_up(&guests[0], &format!("{}?k={}", session.code, session.key)).await.is(200);
        // A person with an account does not wait for guests, but for all persons with accounts at this address.
        looks_up(&teacher, &session.code).await.is(200);
        let known = Attempts::KnownCodesFrom(std::net::Ipv4Addr::LOCALHOST.into());
        for _ in 0..600 {
            school.app.failures.take_for_good(&known, school.app.now_ms()).unwrap();
        }
        looks_up(&teacher, &session.code).await.refused(429, "TOO_MANY_REQUESTS");
    });
}

#[test]
fn guests_who_scan_are_counted_too_and_a_hall_of_two_thousand_comes_in() {
    on_both_with(&["--rate-limits", "on"], |school| async move {
        let (_, _, session) = new_session(&school, 1).await;
        let asks = async |if_name_is_here: &str| {
            let path = format!("/api/sessions/{}/guest?k={}", session.code, session.key);
            let body = json!({ "name": "김순자", "if_name_is_here": if_name_is_here });
            school.nobody().post(&path, body).await
        };
        asks("ASK").await.is(201);
        let scanned = Attempts::ScannedGuestsFrom(std::net::Ipv4Addr::LOCALHOST.into());
        for _ in 0..2_998 {
            school.app.failures.take_for_good(&scanned, school.app.now_ms()).unwrap();
        }
        asks("ASK").await.refused(409, "NAME_IS_HERE");
        asks("ASK").await.refused(429, "TOO_MANY_REQUESTS");
        school.later(600);
        asks("OTHER").await.is(201);
    });
}
