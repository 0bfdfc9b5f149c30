//! Texts and gestures of learners of seventy: no words of an office or a computer, and nothing but single taps.

use std::process::Command;

use super::{assert_none, files};

/// The books that learners read: the phone, the courses that they take alone, and the page that checks a certificate.
const THEIR_BOOKS: &[&str] = &["texts/learn/", "texts/course/", "texts/check.", "texts/teach/wall."];

const THEIR_PAGES: &[&str] = &["static/learn", "static/course"];

/// Words that a reader stumbles over who has never worked at a computer, by language. What everyone says by now is none of them: the
/// internet, a password, the settings, an app, QR, a button, pressing; and in English a tap, in Korean «저장», in Japanese «保存».
const STUMBLED_OVER: &[(&str, &[&str])] = &[
    (
        "ko",
        &[
            "디바이스",
            "단말",
            "기기",
            "세션",
            "업로드",
            "다운로드",
            "동기화",
            "오류",
            "에러",
            "유효하지",
            "로그인",
            "로그아웃",
            "계정",
            "클릭",
            "터치",
            "스와이프",
            "드래그",
            "더블",
            "탭",
            "팝업",
            "캐시",
            "브라우저",
            "쿠키",
            "서버",
            "네트워크",
            "접속",
            "로딩",
            "새로고침",
            "버튼",
            "아이콘",
            "링크",
            "메뉴",
            "입력",
            "제출",
            "전송",
            "실행",
            "활성",
            "모드",
            "인증",
            "만료",
            "초기화",
            "데이터",
            "파일",
            "프로필",
            "이용자",
            "사용자",
            "해당",
            "요청",
            "응답",
            "처리",
            "권한",
            "스마트폰",
            "자바스크립트",
            "창에서",
            "창으로",
        ],
    ),
    (
        "en",
        &[
            "device",
            "session",
            "upload",
            "download",
            "sync",
            "error",
            "invalid",
            "valid code",
            "log in",
            "login",
            "log out",
            "account",
            "click",
            "swipe",
            "drag",
            "double-tap",
            "double tap",
            "pop-up",
            "popup",
            "cache",
            "browser",
            "cookie",
            "server",
            "network",
            "offline",
            "online",
            "loading",
            "loaded",
            "refresh",
            "icon",
            "link",
            "menu",
            "submit",
            "enable",
            "disable",
            "mode",
            "authenti",
            "data",
            "file",
            "profile",
            "user",
            "request",
            "response",
            "process",
            "permission",
            "javascript",
            "window",
            "tab",
        ],
    ),
    (
        "ja",
        &[
            "デバイス",
            "端末",
            "機器",
            "セッション",
            "アップロード",
            "ダウンロード",
            "同期",
            "エラー",
            "無効",
            "ログイン",
            "ログアウト",
            "サインイン",
            "アカウント",
            "クリック",
            "タップ",
            "スワイプ",
            "ドラッグ",
            "ポップアップ",
            "キャッシュ",
            "ブラウザ",
            "クッキー",
            "サーバ",
            "ネットワーク",
            "アクセス",
            "ロード中",
            "再読み込み",
            "読み込",
            "アイコン",
            "リンク",
            "メニュー",
            "入力",
            "送信",
            "実行",
            "モード",
            "認証",
            "オフライン",
            "オンライン",
            "データ",
            "ファイル",
            "プロフィール",
            "ユーザ",
            "リクエスト",
            "該当",
            "処理",
            "権限",
            "窓",
        ],
    ),
];

/// Prints `book key text` for each text of these books; of a text that is made while the page runs, what is written in its code.
const TEXTS: &str = r#"
    const { readFileSync } = require("fs");
    const walk = (file, value, path) => {
        if (typeof value === "object" && value !== null) for (const key of Object.keys(value)) walk(file, value[key], [...path, key]);
        else console.log([file, path.join("."), written(value)].join("\t"));
    };
    const quoted = (code) => [...code.matchAll(/`((?:[^`$]|\$(?!\{))*(?:\$\{[^}]*\}(?:[^`$]|\$(?!\{))*)*)`|"([^"]*)"/g)].map(([, made = "", fixed = ""]) => made.replaceAll(/\$\{[^}]*\}/g, " ") + fixed);
    const written = (value) => (typeof value === "function" ? quoted(String(value)).join(" ") : String(value)).replaceAll(/\s+/g, " ");
    for (const file of process.argv.slice(1)) {
        import(`data:text/javascript;base64,${readFileSync(file).toString("base64")}`).then((book) => walk(file, book.default, []));
    }
"#;

/// A text of a book: `(its book without the language, the language, its key, what it says)`.
fn texts() -> Vec<(String, String, String, String)> {
    let books = files("static/texts", &["js"])
        .into_iter()
        .filter(|book| THEIR_BOOKS.iter().any(|one| book.name().contains(one)));
    let read =
        Command::new("node").args(["-e", TEXTS]).args(books.map(|book| book.path)).output().expect("node is here");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let lines = String::from_utf8(read.stdout).unwrap();
    let texts = lines.lines().map(|line| {
        let [path, key, text] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let book = path.split_once("/static/texts/").unwrap().1.trim_end_matches(".js");
        let (book, language) = book.rsplit_once('.').unwrap();
        (book.to_owned(), language.to_owned(), key.to_owned(), text.to_owned())
    });
    texts.collect()
}

/// Whether the word begins there. Words of English are found where they begin; Korean and Japanese ones anywhere.
fn says(language: &str, text: &str, word: &str) -> bool {
    let text = text.to_lowercase();
    let begins = |at: usize| language != "en" || !text[..at].ends_with(char::is_alphabetic);
    text.match_indices(&word.to_lowercase()).any(|(at, _)| begins(at))
}

#[test]
fn learners_read_no_words_of_an_office_or_a_computer() {
    let all = texts();
    assert!(all.len() > 800, "only {} texts were found", all.len());
    let mut faults = Vec::new();
    for (book, language, key, text) in &all {
        let (_, words) = STUMBLED_OVER.iter().find(|(one, _)| one == language).unwrap();
        let found = words.iter().filter(|word| says(language, text, word));
        faults.extend(found.map(|word| format!("{book}.{language} {key}: «{word}» in «{text}»")));
    }
    for page in THEIR_PAGES.iter().flat_map(|folder| files(folder, &["html"])) {
        let read = read_of(&page.text);
        for (language, words) in STUMBLED_OVER {
            let found = words.iter().filter(|word| says(language, &read, word));
            faults.extend(found.map(|word| format!("{}: «{word}»", page.name())));
        }
    }
    assert_none("words that learners stumble over", faults);
}

/// Returns the text of a page that is read without its script. The last words are for the person who helps.
fn read_of(html: &str) -> String {
    let mut read = String::new();
    for piece in html.split_once("<body").unwrap().1.split('<') {
        let (tag, words) = piece.split_once('>').unwrap_or(("", piece));
        if !tag.starts_with("!--") {
            read.push_str(words);
        }
    }
    read.replace("(JavaScript is off.)", "")
}

/// More than a single tap, a sound that begins by itself, or a page that can be neither turned nor enlarged.
const NOT_ON_THEIR_PAGES: &[&str] = &[
    "dblclick",
    "touchstart",
    "touchmove",
    "gesturestart",
    "pointermove",
    "dragstart",
    "\"wheel\"",
    "autoplay",
    "new Audio",
    "AudioContext",
    "user-scalable",
    "maximum-scale",
    "orientation\"",
    "orientation.lock",
];

#[test]
fn all_pages_of_learners_work_by_single_taps_make_no_sound_by_themselves_and_can_be_turned_and_enlarged() {
    let mut faults = Vec::new();
    for folder in THEIR_PAGES.iter().chain(&["static/check", "static/shared"]) {
        for file in files(folder, &["js", "html", "css", "webmanifest"]) {
            let found = NOT_ON_THEIR_PAGES.iter().filter(|word| file.text.contains(**word));
            faults.extend(found.map(|word| format!("{}: {word}", file.name())));
        }
    }
    assert_none("not on a page of learners", faults);
}
