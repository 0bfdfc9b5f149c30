//! Prints certificates and handouts: from plain facts to the bytes of a PDF. Uses no school, no database and no web.

mod canvas;
mod certificate;
mod handout;
mod job;
mod ornament;
mod paper;
mod text;

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use krilla::image::Image;
use tokio::sync::Semaphore;

pub use handout::{
    HandoutFacts, HandoutMark, HandoutOption, HandoutPicture, HandoutQuestion, HandoutStep, HandoutWords,
    PrintedAnswers, PrintedPicture, PrintedShape,
};
pub use job::{CertificateFacts, Overprint, PrintJob, SchoolPictures};
pub use text::missing;

use crate::error::{Error, Result};
use crate::tag;

/// Printing uses a whole processor, so few print at once, on threads of their own, and few may wait.
const PRINTING_MAX_DOCUMENTS: usize = 2;
const WAITING_MAX_DOCUMENTS: usize = 64;
const PICTURE_MAX_BYTES: u64 = 512 * 1024;
const PICTURE_MAX_PX: u32 = 2_000;

/// The file of a picture, unchanged, for web pages.
pub struct PictureFile {
    pub bytes: Bytes,
    pub mime: &'static str,
    /// A hash that changes with the content.
    pub tag: String,
}

/// Prints what the school puts on paper.
pub struct Printer {
    pictures: SchoolPictures,
    /// The school's logo, for web pages.
    pub logo: Option<PictureFile>,
    waiting: Arc<Semaphore>,
    printing: Arc<Semaphore>,
}

impl Printer {
    /// Reads the pictures of the settings. Fails on a picture that could not be printed later.
    pub fn open(logo: Option<&Path>, signature: Option<&Path>) -> Result<Printer> {
        let picture = |flag: &str, path: Option<&Path>| path.map(|path| read(flag, path)).transpose();
        let (logo, signature) = (picture("--school-logo", logo)?, picture("--school-signature", signature)?);
        let (logo, logo_file) = logo.unzip();
        let pictures = SchoolPictures { logo, signature: signature.map(|(image, _)| image) };
        let waiting = Arc::new(Semaphore::new(WAITING_MAX_DOCUMENTS));
        Ok(Printer { pictures, logo: logo_file, waiting, printing: Arc::new(Semaphore::new(PRINTING_MAX_DOCUMENTS)) })
    }

    /// Prints a PDF with one page for each certificate. The same orders give the same bytes.
    pub async fn print_certificates(&self, jobs: Vec<PrintJob>) -> Result<Vec<u8>> {
        let pictures = self.pictures.clone();
        self.print(move || certificate::print(&jobs, &pictures)).await
    }

    /// Prints the handout of a lecture. The same facts give the same bytes.
    pub async fn print_handout(&self, facts: HandoutFacts) -> Result<Vec<u8>> {
        self.print(move || handout::print(&facts)).await
    }

    /// Does the work of a document in its turn. Fails with `Busy` if `WAITING_MAX_DOCUMENTS` are waiting or printed already.
    async fn print(&self, work: impl FnOnce() -> Result<Vec<u8>> + Send + 'static) -> Result<Vec<u8>> {
        let place = self.waiting.clone().try_acquire_owned().map_err(|_| Error::Busy { retry_after_s: 2 })?;
        let turn = self.printing.clone().acquire_owned().await.map_err(Error::internal)?;
        let work = move || {
            // Held until the PDF is printed, even if the caller was cancelled.
            let _held = (place, turn);
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
    }
}

fn read(flag: &str, path: &Path) -> Result<(Image, PictureFile)> {
    let wrong = |why: &str| Error::internal(format!("{flag} {}: {why}", path.display()));
    let bytes = std::fs::metadata(path).map_err(|e| wrong(&e.to_string()))?.len();
    if bytes > PICTURE_MAX_BYTES {
        return Err(wrong("the picture is larger than 512 KiB"));
    }
    let bytes = Bytes::from(std::fs::read(path).map_err(|e| wrong(&e.to_string()))?);
    let file = |mime| PictureFile { bytes: bytes.clone(), mime, tag: tag::of(&bytes) };
    let (file, image) = match &*bytes {
        [0x89, b'P', b'N', b'G', ..] => (file("image/png"), Image::from_png(bytes.to_vec().into(), true)),
        [0xff, 0xd8, ..] => (file("image/jpeg"), Image::from_jpeg(bytes.to_vec().into(), true)),
        _ => return Err(wrong("a PNG or JPEG picture is needed")),
    };
    let image = image.map_err(|_| wrong("the picture cannot be read"))?;
    let (wide, high) = image.size();
    if wide.max(high) > PICTURE_MAX_PX {
        return Err(wrong("the picture is larger than 2000 pixels on a side"));
    }
    certificate::try_picture(&image).map_err(|_| wrong("the picture cannot be read"))?;
    Ok((image, file))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn job(name: &str, course: &str) -> PrintJob {
        PrintJob {
            facts: CertificateFacts {
                number: "CERT-20261121-ACDEFG".into(),
                uuid: "7b0e3c0a-5d0f-4f5e-9a53-0c1d2e3f4a5b".into(),
                code: "VER-ACDEFGHJKMNP".into(),
                name: name.into(),
                course: course.into(),
                unit: None,
                class: Some("2026년 가을 월요일 저녁반".into()),
                starts: Some("2026-09-01".into()),
                ends: Some("2026-11-20".into()),
                minutes: Some(1_230),
                total_score: Some(92.5),
                attendance_score: Some(100.0),
                progress_score: Some(95.0),
                assessment_score: Some(87.25),
                completed: "2026-11-20".into(),
                issued: "2026-11-21".into(),
                expires: None,
                issuer: "한빛 디지털 배움터".into(),
                instructor: "박강사".into(),
            },
            qr: "https://class.example.com/certificates?number=CERT-20261121-ACDEFG&code=VER-ACDEFGHJKMNP".into(),
            lookup: "https://class.example.com/certificates".into(),
            overprint: None,
        }
    }

    fn printed(job: &PrintJob) -> Vec<u8> {
        certificate::print(std::slice::from_ref(job), &SchoolPictures::default()).unwrap()
    }

    const NAMES: &[&str] = &[
        "김민자",
        "뷁똠햏",
        "남궁 서연",
        "髙橋 さくら",
        "王小明",
        "龍",
        "𠮷野家 喆瑄",
        "佐々木 ヴィクトリア",
        "欧阳锋",
        "Nguyễn Thị Ánh Tuyết",
        "Łukasz Žižek",
        "Ольга Ивановна Щёкина",
        "Ελένη Παπαδοπούλου",
        "İbrahim Ağaoğlu",
        "Maximiliana Konstantinopoulou-Featherstonehaugh de la Fuente",
    ];
    const LONG: &str = "어르신을 위한 스마트폰 활용 종합 과정: 사진과 영상 편집, 안전한 인터넷 뱅킹, 키오스크 주문, \
        병원 예약과 교통 앱, 가족과의 영상 통화, 그리고 개인정보를 지키는 여러 가지 습관까지 차근차근 함께 배우는 열두 주";

    #[test]
    fn no_letter_is_missing() {
        for name in NAMES.iter().chain([&LONG]) {
            assert!(missing(name).is_empty(), "{name}: {:?}", missing(name));
        }
        let sheet = "수료증 제 호 CERTIFICATE OF COMPLETION 0123456789.–·점시간분년월일〓 취소됨 유효 기간 만료 EXPIRED REVOKED 미리보기 PREVIEW 단원: ";
        assert!(missing(sheet).is_empty());
        assert_eq!(missing("김 👩‍🏫"), ['👩', '🏫']);
    }

    #[test]
    fn a_printed_certificate_can_be_read_back_and_is_small() {
        let folder = tempfile::tempdir().unwrap();
        for name in NAMES {
            let pdf = printed(&job(name, "스마트폰 첫걸음 · スマートフォン入門 · 智能手机入门"));
            assert!(pdf.len() < 200_000, "{name}: {} bytes", pdf.len());
            let text = text_of(folder.path(), &pdf);
            for word in [
                name,
                "CERT-20261121-ACDEFG",
                "VER-ACDEFGHJKMNP",
                "박강사",
                "20시간 30분",
                "92.5점",
                "87.25점",
                "智能手机入门",
            ] {
                assert!(text.contains(word), "{word} is not in {text}");
            }
        }
    }

    #[test]
    fn a_sheet_of_a_unit_names_the_unit_and_its_course() {
        let folder = tempfile::tempdir().unwrap();
        for (unit, course) in [("변수와 자료형", "파이썬 기초"), (LONG, LONG)] {
            let mut sheet = job("김민자", course);
            sheet.facts.unit = Some(unit.into());
            (sheet.facts.total_score, sheet.facts.attendance_score) = (None, None);
            (sheet.facts.progress_score, sheet.facts.assessment_score) = (None, None);
            let text = text_of(folder.path(), &printed(&sheet)).replace(char::is_whitespace, "");
            for words in [unit, &format!("과정: {course}"), "위 사람은 아래 단원을", "completed the unit"] {
                let words = words.replace(char::is_whitespace, "");
                assert!(text.contains(&words), "{words} is not in {text}");
            }
        }
    }

    #[test]
    fn a_preview_says_so_and_shows_nothing_that_could_be_checked() {
        let folder = tempfile::tempdir().unwrap();
        let issued = job("김민자", "파이썬 기초");
        let mut preview = PrintJob { overprint: Some(Overprint::Preview), ..issued.clone() };
        for text in [&mut preview.facts.number, &mut preview.facts.uuid, &mut preview.facts.code] {
            text.clear();
        }
        let text = read_back(folder.path(), &printed(&preview), "-raw");
        assert!(text.contains("김민자") && text.contains("파이썬 기초") && text.contains("PREVIEW"), "{text}");
        for words in ["진위 확인", "Verify", "class.example.com", "CERT-", "VER-", " 호"] {
            assert!(!text.contains(words), "{words} is in {text}");
            assert!(read_back(folder.path(), &printed(&issued), "-raw").contains(words), "{words}");
        }
    }

    #[test]
    fn decomposed_letters_are_composed_and_unknown_ones_are_marked() {
        let folder = tempfile::tempdir().unwrap();
        let composed = text::set_line("김각", 0.0);
        let decomposed = text::set_line("\u{1100}\u{1175}\u{11b7}\u{1100}\u{1161}\u{11a8}", 0.0);
        assert_eq!(composed.width, decomposed.width);
        assert!(text_of(folder.path(), &printed(&job("김👩", "과정"))).contains("김〓"));
    }

    #[test]
    fn a_long_text_shrinks_and_wraps_and_never_overflows() {
        for text in NAMES.iter().copied().chain([LONG, &"가".repeat(200), &"W".repeat(200), &"龍 ".repeat(100)]) {
            for text_box in [text::TextBox::new(23.0, 660.0, 3), text::TextBox::new(12.0, 90.0, 1)] {
                let block = text::set_block(text, text_box);
                assert!((1..=text_box.lines).contains(&block.lines.len()));
                for line in &block.lines {
                    let wide = line.width * block.size;
                    assert!(wide <= text_box.width || block.size <= 3.0, "{text}: {wide} at {}", block.size);
                }
            }
        }
    }

    #[test]
    fn the_same_facts_give_the_same_bytes() {
        let job = job("김민자", "스마트폰 첫걸음");
        assert!(printed(&job) == printed(&job));
        assert!(printed(&job) != printed(&PrintJob { overprint: Some(Overprint::Revoked), ..job.clone() }));
    }

    #[test]
    fn a_picture_is_read_at_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logo.png");
        let opens = || Printer::open(Some(&path), None).map(|_| ()).map_err(|e| e.to_string());
        assert!(opens().unwrap_err().contains("--school-logo"));
        std::fs::write(&path, "no picture").unwrap();
        assert!(opens().unwrap_err().contains("PNG or JPEG"));
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 2, 2);
        encoder.set_color(png::ColorType::Rgba);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&[90; 16]).unwrap();
        writer.finish().unwrap();
        std::fs::write(&path, &bytes).unwrap();
        opens().unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 20]).unwrap();
        assert!(opens().unwrap_err().contains("cannot be read"));
    }

    fn text_of(folder: &Path, pdf: &[u8]) -> String {
        read_back(folder, pdf, "-layout")
    }

    pub(in crate::print) fn read_back(folder: &Path, pdf: &[u8], order: &str) -> String {
        let file = folder.join("sheet.pdf");
        std::fs::write(&file, pdf).unwrap();
        let read = Command::new("pdftotext").args([order, "-enc", "UTF-8"]).arg(&file).arg("-").output();
        String::from_utf8(read.expect("pdftotext is installed").stdout).unwrap()
    }

    /// Writes sample sheets, for work on the design: `GYOSIL_SHEETS=folder cargo test --lib sample_sheets_are_written_for_review`.
    #[test]
    fn sample_sheets_are_written_for_review() {
        let Some(folder) = std::env::var_os("GYOSIL_SHEETS") else { return };
        for (n, name) in NAMES.iter().enumerate() {
            let course = if n % 3 == 1 { LONG } else { "스마트폰 첫걸음" };
            std::fs::write(Path::new(&folder).join(format!("{n:02}.pdf")), printed(&job(name, course))).unwrap();
        }
        let crowded = printed(&job(&"Featherstonehaugh ".repeat(8), LONG));
        std::fs::write(Path::new(&folder).join("crowded.pdf"), crowded).unwrap();
        let mut plain = job("王小明", "Introduction to Live Classrooms");
        let facts = &mut plain.facts;
        (facts.class, facts.minutes, facts.total_score, facts.attendance_score) = (None, None, None, None);
        (facts.progress_score, facts.assessment_score) = (None, None);
        plain.overprint = Some(Overprint::Revoked);
        std::fs::write(Path::new(&folder).join("plain.pdf"), printed(&plain)).unwrap();
    }
}
