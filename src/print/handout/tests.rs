//! Handouts, read back as text, as places of words and as pixels.

#[cfg(test)]
use std::path::Path;
use std::process::Command;

use super::*;
use crate::print::tests::read_back;

const WORDS: HandoutWords = HandoutWords {
    handout: "유인물",
    review: "복습하기",
    how: "휴대폰 사진기로 네모 그림을 비추면,\n배운 것을 화면에서 다시 볼 수 있어요.",
    question: "풀어 보세요",
    answer: "답",
    yes: "예",
    no: "아니요",
};
const BLUE: [u8; 3] = [20, 60, 160];
const LONG: &str = "아래쪽 가운데에 있는 둥근 단추를 한 번 누르고, 화면이 바뀔 때까지 천천히 기다려 주세요. \
    바뀌지 않으면 손가락을 떼었다가 다시 한 번 누르시면 됩니다. 서두르지 않으셔도 괜찮아요.\n\n\
    화면이 바뀌면 위쪽에 ‘친구’라는 글자가 보여요. 그 글자를 누르면 친구의 이름이 가나다 순서로 나와요.";

fn facts(steps: Vec<HandoutStep>) -> HandoutFacts {
    HandoutFacts {
        title: "카카오톡 기초".into(),
        school: Some("한빛 디지털 배움터".into()),
        review_url: "https://class.example.com/j/482173?k=AbCdEfGhIjK".into(),
        language: "ko",
        words: WORDS,
        steps,
    }
}

fn step(title: &str, guide: &str) -> HandoutStep {
    HandoutStep { title: title.into(), guide: guide.into(), picture: None, question: None }
}

fn png(wide: u32, high: u32, colour: [u8; 3]) -> PrintedPicture {
    let mut bytes = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut bytes, wide, high);
    encoder.set_color(::png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&colour.repeat((wide * high) as usize)).unwrap();
    writer.finish().unwrap();
    PrintedPicture { bytes: bytes.into(), is_png: true }
}

fn picture(wide: u32, high: u32, colour: [u8; 3], marks: Vec<HandoutMark>) -> Option<HandoutPicture> {
    let (width, height) = (wide as f32, high as f32);
    Some(HandoutPicture {
        content: Some(png(wide, high, colour)), description: "홈 화면".into(), width, height, marks
    })
}

fn mark(shape: PrintedShape, from: (f32, f32), to: (f32, f32), label: &str) -> HandoutMark {
    HandoutMark { shape, from, to, size: Some(0.12), number: Some(3), label: label.into() }
}

fn choice(texts: &[&str]) -> Option<HandoutQuestion> {
    let option = |text: &&str| HandoutOption { text: (*text).into(), picture: None };
    let answers = PrintedAnswers::Options(texts.iter().map(option).collect());
    Some(HandoutQuestion { text: "무엇을 누를까요?".into(), answers })
}

/// A word on paper: its page, its text, and its box in points.
struct PaperWord {
    page: usize,
    text: String,
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

fn words_of(pdf: &[u8]) -> Vec<PaperWord> {
    let folder = tempfile::tempdir().unwrap();
    let read = read_back(folder.path(), pdf, "-bbox");
    let mut page = 0;
    let mut words = Vec::new();
    for line in read.lines().map(str::trim) {
        if line.starts_with("<page") {
            page += 1;
        }
        let Some(word) = line.strip_prefix("<word ") else { continue };
        let value = |name: &str| -> f32 {
            let rest = word.split_once(&format!("{name}=\"")).unwrap().1;
            rest.split('"').next().unwrap().parse().unwrap()
        };
        let text = word.split_once('>').unwrap().1.trim_end_matches("</word>").to_owned();
        let (left, top, right, bottom) = (value("xMin"), value("yMin"), value("xMax"), value("yMax"));
        words.push(PaperWord { page, text, left, top, right, bottom });
    }
    words
}

fn squeezed(text: &str) -> String {
    text.replace(char::is_whitespace, "")
}

#[test]
fn a_handout_can_be_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = step("카카오톡 열기", LONG);
    first.picture = picture(720, 1600, BLUE, vec![mark(PrintedShape::Ring, (0.5, 0.5), (0.5, 0.5), "여기를 누르세요")]);
    let mut second = step("友だちを探す", "「友だち」を押してください。Then press “Friends”.");
    second.question = choice(&["노란 그림", "파란 그림"]);
    let mut third = step("체온 재기", "");
    let answers = PrintedAnswers::Number { unit: "도".into() };
    third.question = Some(HandoutQuestion { text: "몇 도인가요?".into(), answers });
    let mut fourth = step("사진 보기", "");
    fourth.picture = Some(HandoutPicture { content: None, ..picture(720, 1600, BLUE, Vec::new()).unwrap() });
    fourth.question = Some(HandoutQuestion { text: "보이시나요?".into(), answers: PrintedAnswers::YesNo });
    let text = squeezed(&read_back(folder.path(), &print(&facts(vec![first, second, third, fourth])).unwrap(), "-raw"));
    for words in [
        "카카오톡 기초",
        "한빛 디지털 배움터",
        "복습하기",
        "카카오톡 열기",
        LONG,
        "여기를 누르세요",
        "友だちを探す",
        "「友だち」を押してください。",
        "무엇을 누를까요?",
        "노란 그림",
        "몇 도인가요?",
        "답:",
        "예",
        "아니요",
        "홈 화면",
        "4 / 4",
    ] {
        assert!(text.contains(&squeezed(words)), "{words} is not in {text}");
    }
}

#[test]
fn two_steps_stand_on_a_page_in_large_letters() {
    let steps = (1..=12_usize).map(|n| HandoutStep {
        picture: (n % 3 > 0).then(|| picture(720, if n % 3 == 1 { 1600 } else { 400 }, BLUE, Vec::new()).unwrap()),
        ..step(&format!("단계{n}"), "노란 그림을 한 번 눌러주세요")
    });
    let words = words_of(&print(&facts(steps.collect())).unwrap());
    for n in 1..=12_usize {
        let title = words.iter().find(|word| word.text == format!("단계{n}")).unwrap();
        assert_eq!(title.page, n.div_ceil(2), "step {n}");
        let guide = words.iter().filter(|word| word.page == title.page && word.text == "눌러주세요");
        assert!(guide.clone().count() == 2 && guide.map(|word| word.bottom - word.top).all(|high| high >= 16.0));
        assert!(title.bottom - title.top >= 22.0, "the title of step {n}");
    }
}

/// Titles, guides and questions of any length stay on the paper, and each step in its part of the page.
#[test]
fn nothing_overflows() {
    let words = "가나다라 ".repeat(400);
    for (title, guide) in [
        ("가".repeat(200), "나".repeat(2_000)),
        ("W".repeat(200), "i".repeat(2_000)),
        ("龍".repeat(200), "漢字かな".repeat(500)),
        ("제목".into(), "줄\n".repeat(1_000)),
        ("제목 ".repeat(66), words),
        ("안녕하세요 반갑습니다".into(), LONG.repeat(3)),
    ] {
        let long = |picture| HandoutStep {
            picture,
            question: choice(&[&"답".repeat(200), "짧은 답"]),
            ..step(&title, &guide)
        };
        let label = "긴 이름표 ".repeat(6);
        let marks = || {
            vec![
                mark(PrintedShape::Arrow, (0.98, 0.02), (0.0, 1.0), &label),
                mark(PrintedShape::Number, (0.0, 0.0), (0.0, 0.0), &label),
            ]
        };
        let steps = vec![
            step("앞", "짧은 글"),
            long(None),
            long(picture(90, 200, BLUE, marks())),
            long(picture(400, 20, BLUE, marks())),
            long(picture(20, 4_000, BLUE, marks())),
            step("뒤", "짧은 글"),
            step("끝", "짧은 글"),
        ];
        let found = words_of(&print(&HandoutFacts { title: title.clone(), ..facts(steps) }).unwrap());
        assert!(found.len() > 10);
        for word in &found {
            let is_on_paper =
                word.left >= MARGIN - 6.0 && word.right <= PORTRAIT.wide - MARGIN + 8.0 && word.top >= 20.0;
            assert!(is_on_paper && word.bottom <= PORTRAIT.high - 18.0, "{} at {} {}", word.text, word.left, word.top);
        }
        let top_of =
            |text: &str| found.iter().find(|word| word.text == text).map(|word| (word.page, word.top)).unwrap();
        assert!(top_of("앞").0 == 1 && top_of("뒤").0 == top_of("끝").0 && top_of("뒤").1 + 200.0 < top_of("끝").1);
    }
}

#[test]
fn a_long_lecture_is_printed_once_with_all_of_its_steps() {
    let one = picture(720, 1600, BLUE, Vec::new()).unwrap();
    let content = || Some(PrintedPicture { bytes: one.content.as_ref().unwrap().bytes.clone(), is_png: true });
    let steps = (1..=300).map(|n| HandoutStep {
        picture: Some(HandoutPicture { content: content(), ..picture(1, 1, BLUE, Vec::new()).unwrap() }),
        ..step(&format!("단계{n}"), LONG)
    });
    let pdf = print(&facts(steps.collect())).unwrap();
    assert!(pdf.len() < 3_000_000, "{} bytes", pdf.len());
    let words = words_of(&pdf);
    assert!((1..=300).all(|n| words.iter().any(|word| word.text == format!("단계{n}"))));
}

#[test]
fn the_same_facts_give_the_same_bytes() {
    let make = |label: &str| {
        let marks = vec![mark(PrintedShape::Swipe, (0.5, 0.9), (0.5, 0.1), label)];
        print(&facts(vec![HandoutStep { picture: picture(72, 160, BLUE, marks), ..step("밀기", LONG) }])).unwrap()
    };
    assert!(make("위로") == make("위로"));
    assert!(make("위로") != make("아래로"));
}

#[test]
fn a_jpeg_is_printed_as_it_is() {
    let mut file = Vec::new();
    let pixels: Vec<u8> = (0..60 * 60 * 3).map(|n| (n * 7 % 251) as u8).collect();
    jpeg_encoder::Encoder::new(&mut file, 85).encode(&pixels, 60, 60, jpeg_encoder::ColorType::Rgb).unwrap();
    let content = Some(PrintedPicture { bytes: file.clone().into(), is_png: false });
    let shown = HandoutPicture { content, ..picture(60, 60, BLUE, Vec::new()).unwrap() };
    let pdf = print(&facts(vec![HandoutStep { picture: Some(shown), ..step("사진", "") }])).unwrap();
    assert!(pdf.windows(file.len()).any(|part| part == file));
}

#[test]
fn a_tap_on_the_qr_opens_the_review() {
    let pdf = print(&facts(vec![step("사진", "")])).unwrap();
    let link = b"(https://class.example.com/j/482173?k=AbCdEfGhIjK)";
    assert!(pdf.windows(link.len()).any(|part| part == link));
}

#[test]
fn a_broken_picture_is_told_in_words() {
    for bytes in [&b"no picture"[..], b""] {
        let content = Some(PrintedPicture { bytes: bytes.into(), is_png: true });
        let shown = HandoutPicture { content, ..picture(60, 60, BLUE, Vec::new()).unwrap() };
        let words = words_of(&print(&facts(vec![HandoutStep { picture: Some(shown), ..step("사진", "") }])).unwrap());
        assert!(words.iter().any(|word| word.text == "홈"));
    }
}

// Marks, as they are seen.

struct Pixels {
    wide: usize,
    bytes: Vec<u8>,
}

impl Pixels {
    /// The first page, with two pixels for each point.
    fn of(pdf: &[u8]) -> Pixels {
        let folder = tempfile::tempdir().unwrap();
        let (file, page) = (folder.path().join("handout.pdf"), folder.path().join("page"));
        std::fs::write(&file, pdf).unwrap();
        let options = ["-png", "-r", "144", "-singlefile"];
        assert!(Command::new("pdftoppm").args(options).arg(&file).arg(&page).status().unwrap().success());
        let file = std::fs::File::open(page.with_extension("png")).unwrap();
        let mut reader = ::png::Decoder::new(std::io::BufReader::new(file)).read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let wide = reader.next_frame(&mut bytes).unwrap().width as usize;
        Pixels { wide, bytes }
    }

    /// The box around all pixels near this colour: left, top, right and bottom, in points.
    fn area_of(&self, colour: [u8; 3]) -> Option<[f32; 4]> {
        let is_near = |pixel: &[u8]| pixel.iter().zip(colour).all(|(a, b)| a.abs_diff(b) < 10);
        let found = self.bytes.chunks(3).enumerate().filter(|(_, pixel)| is_near(pixel));
        found.map(|(n, _)| ((n % self.wide) as f32 / 2.0, (n / self.wide) as f32 / 2.0)).fold(None, |area, (x, y)| {
            let [left, top, right, bottom] = area.unwrap_or([x, y, x, y]);
            Some([left.min(x), top.min(y), right.max(x), bottom.max(y)])
        })
    }

    fn at(&self, x: f32, y: f32) -> [u8; 3] {
        let n = ((y * 2.0).round() as usize * self.wide + (x * 2.0).round() as usize) * 3;
        [self.bytes[n], self.bytes[n + 1], self.bytes[n + 2]]
    }
}

const RED: [u8; 3] = [224, 0, 77];

fn seen(ground: [u8; 3], marks: Vec<HandoutMark>) -> Pixels {
    let shown = HandoutStep { picture: picture(900, 900, ground, marks), ..step("그림", "") };
    Pixels::of(&print(&facts(vec![shown])).unwrap())
}

#[test]
fn marks_stand_in_the_picture_where_the_phone_shows_them() {
    let bare = seen(BLUE, Vec::new());
    assert!(bare.area_of(RED).is_none());
    let [left, top, right, bottom] = bare.area_of(BLUE).unwrap();
    let (wide, high) = (right - left, bottom - top);
    assert!((wide - high).abs() < 2.0 && wide > 200.0);
    let line = 2.0;
    for (shape, from, to, expected) in [
        (PrintedShape::Ring, (0.25, 0.5), (0.0, 0.0), [0.13, 0.38, 0.37, 0.62]),
        (PrintedShape::Box, (0.8, 0.7), (0.2, 0.4), [0.2, 0.4, 0.8, 0.7]),
        (PrintedShape::Arrow, (0.2, 0.9), (0.8, 0.5), [0.2, 0.5, 0.8, 0.9]),
        (PrintedShape::Swipe, (0.3, 0.8), (0.6, 0.3), [0.3, 0.3, 0.6, 0.8]),
        (PrintedShape::Number, (0.5, 0.5), (0.0, 0.0), [0.5, 0.5, 0.5, 0.5]),
    ] {
        let marked = seen(BLUE, vec![mark(shape, from, to, "")]).area_of(RED).unwrap();
        let more = match shape {
            PrintedShape::Number => 14.0,
            PrintedShape::Swipe => 9.0,
            _ => line,
        };
        let places =
            [left + expected[0] * wide, top + expected[1] * high, left + expected[2] * wide, top + expected[3] * high];
        for (n, (found, place)) in marked.into_iter().zip(places).enumerate() {
            assert!((found - place).abs() <= more, "{shape:?}: side {n} is at {found}, not at {place}");
        }
    }
}

#[test]
fn a_mark_is_seen_on_light_and_dark_pictures() {
    for ground in [[255, 255, 255], [0, 0, 0], RED] {
        let pixels = seen(ground, vec![mark(PrintedShape::Ring, (0.5, 0.5), (0.5, 0.5), "")]);
        let frame = seen(BLUE, Vec::new()).area_of(BLUE).unwrap();
        let (x, y) = ((frame[0] + frame[2]) / 2.0, (frame[1] + frame[3]) / 2.0);
        let across: Vec<[u8; 3]> = (0..160).map(|n| pixels.at(x + n as f32 / 2.0, y)).collect();
        for colour in [[255, 255, 255], [20, 22, 26], RED] {
            assert!(
                across.iter().any(|one| one.iter().zip(colour).all(|(a, b)| a.abs_diff(b) < 24)),
                "{colour:?} on {ground:?}"
            );
        }
    }
}

/// Writes a sample, for work on the design: `GYOSIL_SHEETS=folder cargo test --lib a_sample_handout_is_written_for_review`.
#[test]
fn a_sample_handout_is_written_for_review() {
    let Some(folder) = std::env::var_os("GYOSIL_SHEETS") else { return };
    let folder = Path::new(&folder);
    let from_file = |name: &str, marks| {
        let bytes = std::fs::read(folder.join(name)).ok()?;
        let is_png = name.ends_with("png");
        let content = PrintedPicture { bytes: bytes.into(), is_png };
        let (width, height) = content.image().map(|image| image.size())?;
        Some(HandoutPicture {
            content: Some(content),
            description: "홈 화면".into(),
            width: width as f32,
            height: height as f32,
            marks,
        })
    };
    let ring = || vec![mark(PrintedShape::Ring, (0.5, 0.55), (0.5, 0.55), "여기를 누르세요")];
    let many = vec![
        mark(PrintedShape::Box, (0.1, 0.2), (0.9, 0.35), "이름이 보여요"),
        mark(PrintedShape::Arrow, (0.2, 0.6), (0.75, 0.45), "여기로"),
        mark(PrintedShape::Number, (0.15, 0.85), (0.0, 0.0), "먼저"),
        mark(PrintedShape::Swipe, (0.6, 0.9), (0.6, 0.7), "위로 미세요"),
    ];
    let mut steps = vec![
        HandoutStep {
            picture: from_file("tall.png", ring()),
            ..step("휴대폰 홈 화면에서 도란톡 열기", "노란 도란톡 그림을 한 번 눌러주세요. 두 번 누르지 않으셔도 돼요.")
        },
        HandoutStep { picture: from_file("tall.png", many), ..step("친구 찾기", LONG) },
        HandoutStep {
            picture: from_file("wide.png", ring()),
            ..step("컴퓨터 화면 보기", "오른쪽 위에 있는 단추를 눌러주세요.")
        },
        step("그림이 없는 단계", LONG),
        HandoutStep {
            question: choice(&["노란 그림", "파란 그림", "아무것도 누르지 않아요"]),
            picture: from_file("tall.png", ring()),
            ..step("무엇을 누를까요", "아래 문제를 풀어 보세요.")
        },
        step("아주 긴 글이 있는 단계", &LONG.repeat(4)),
        HandoutStep {
            question: Some(HandoutQuestion {
                text: "체온은 몇 도인가요?".into(),
                answers: PrintedAnswers::Number { unit: "도".into() },
            }),
            ..step("体温を測る", "体温計を脇にはさんで、音が鳴るまで待ってください。")
        },
        HandoutStep {
            question: Some(HandoutQuestion {
                text: "노란 그림이 보이시나요?".into(), answers: PrintedAnswers::YesNo
            }),
            ..step("확인하기", "")
        },
        HandoutStep {
            picture: from_file("square.jpg", ring()),
            ..step("사진 보기", "사진을 한 번 누르면 크게 보여요.")
        },
    ];
    if let Some(question) = &mut steps[4].question {
        let picture = || {
            std::fs::read(folder.join("square.jpg"))
                .ok()
                .map(|bytes| PrintedPicture { bytes: bytes.into(), is_png: false })
        };
        if let PrintedAnswers::Options(options) = &mut question.answers {
            options.iter_mut().take(2).for_each(|option| option.picture = picture());
        }
    }
    std::fs::write(folder.join("handout.pdf"), print(&facts(steps)).unwrap()).unwrap();
}
