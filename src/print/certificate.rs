//! The certificate: landscape A4, in Korean, with smaller English beside it.

use krilla::Document;
use krilla::image::Image;
use krilla::metadata::{DateTime, Metadata};

use super::canvas::{BLACK, Canvas, GOLD, GREEN, GREY, HIGH, PALE, RED, WIDE, polyline};
use super::job::{CertificateFacts, Overprint, PrintJob, SchoolPictures};
use super::ornament;
use super::paper::{LANDSCAPE, finished, page};
use super::text::{self, TextBox, set_line};
use crate::error::Result;

const MIDDLE: f32 = WIDE / 2.0;
/// The distance from the edge within which no text stands.
const MARGIN: f32 = 72.0;
const INSIDE: f32 = WIDE - 2.0 * MARGIN;
/// The middle of the seal, and of the logo above it.
const SEAL: f32 = WIDE - MARGIN - 50.0;

pub fn print(jobs: &[PrintJob], pictures: &SchoolPictures) -> Result<Vec<u8>> {
    let mut document = Document::new();
    document.set_metadata(match jobs {
        [one] => metadata(one),
        _ => Metadata::new()
            .title("수료증 · Certificates of Completion".into())
            .creator("Gyosil".into())
            .language("ko".into()),
    });
    for job in jobs {
        page(&mut document, LANDSCAPE, |canvas| draw(canvas, job, pictures))?;
    }
    finished(document)
}

fn draw(canvas: &mut Canvas, job: &PrintJob, pictures: &SchoolPictures) -> Result<()> {
    let facts = &job.facts;
    ornament::watermark(canvas);
    ornament::frame(canvas);
    let is_issued = job.overprint != Some(Overprint::Preview);
    head(canvas, facts.number.as_str(), pictures.logo.as_ref());
    let below = body(canvas, facts);
    tables(canvas, facts, below);
    foot(canvas, facts, pictures.signature.as_ref().filter(|_| is_issued));
    if is_issued {
        proof(canvas, job)?;
    }
    if let Some(overprint) = job.overprint {
        across(canvas, overprint);
    }
    Ok(())
}

/// Prints a picture as a test: a file with a valid header may still be broken, which shows only when it is printed.
pub fn try_picture(image: &Image) -> Result<()> {
    let mut document = Document::new();
    page(&mut document, LANDSCAPE, |canvas| {
        canvas.picture(image, 0.0, 0.0, 100.0, 100.0);
        Ok(())
    })?;
    finished(document).map(|_| ())
}

fn metadata(job: &PrintJob) -> Metadata {
    let facts = &job.facts;
    let all = Metadata::new().authors(vec![facts.issuer.clone()]).creator("Gyosil".into()).language("ko".into());
    let all = match job.overprint {
        Some(Overprint::Preview) => all.title("수료증 미리보기 · Preview of a Certificate".into()),
        _ => all.title(format!("수료증 · Certificate of Completion {}", facts.number)).document_id(facts.uuid.clone()),
    };
    let mut parts = facts.issued.split('-').map(|part| part.parse::<u16>().ok());
    match (parts.next().flatten(), parts.next().flatten(), parts.next().flatten()) {
        (Some(year), Some(month), Some(day)) => {
            all.creation_date(DateTime::new(year).month(month as u8).day(day as u8).hour(0).minute(0).second(0))
        }
        _ => all,
    }
}

fn head(canvas: &mut Canvas, number: &str, logo: Option<&Image>) {
    if !number.is_empty() {
        canvas.left(&format!("제 {number} 호"), MARGIN, 84.0, 9.5, GREY);
    }
    if let Some(logo) = logo {
        canvas.picture(logo, SEAL - 65.0, 66.0, 130.0, 50.0);
    }
    canvas.centred("수료증", MIDDLE, 126.0, 46.0, 0.42, GREEN);
    canvas.centred("CERTIFICATE OF COMPLETION", MIDDLE, 148.0, 10.0, 0.34, GOLD);
    ornament::divider(canvas, MIDDLE, 166.0, 120.0);
}

/// Draws the name, the course or its unit, and the class. Returns the position of the last line.
fn body(canvas: &mut Canvas, facts: &CertificateFacts) -> f32 {
    let name = TextBox { shrink: 0.5, ..TextBox::new(35.0, INSIDE - 60.0, 2) };
    // A name takes two lines only if it does not fit in one at half the size.
    let is_long = text::set_block(&facts.name, name).lines.len() > 1;
    let (name, first) = if is_long { (TextBox::new(19.0, INSIDE, 2), 199.0) } else { (name, 213.0) };
    let y = canvas.fitted(&facts.name, MIDDLE, first, name, BLACK);
    canvas.stroke(polyline([(MIDDLE - 150.0, y + 13.0), (MIDDLE + 150.0, y + 13.0)], false), GOLD, 0.6);
    let (title, korean, english) = match &facts.unit {
        Some(unit) => {
            (unit, "위 사람은 아래 단원을 성실히 마쳤으므로 이 증서를 드립니다.", "has successfully completed the unit")
        }
        None => (
            &facts.course,
            "위 사람은 아래 과정을 성실히 마쳤으므로 이 증서를 드립니다.",
            "has successfully completed the course",
        ),
    };
    canvas.centred(korean, MIDDLE, y + 36.0, 12.0, 0.02, BLACK);
    canvas.centred(english, MIDDLE, y + 51.0, 8.6, 0.06, GREY);
    let place = TextBox::new(23.0, INSIDE - 40.0, 3);
    let top = y + 58.0 + text::set_block(title, place).size * 1.16;
    let mut y = canvas.fitted(title, MIDDLE, top, place, GREEN);
    if facts.unit.is_some() {
        let course = format!("과정: {}", facts.course);
        y = canvas.fitted(&course, MIDDLE, y + 20.0, TextBox::new(12.0, INSIDE - 80.0, 2), BLACK);
    }
    if let Some(class) = &facts.class {
        y += 19.0;
        canvas.fitted(class, MIDDLE, y, TextBox::new(11.0, INSIDE - 80.0, 1), BLACK);
    }
    y
}

/// The position of the date of issue. Everything below it has a fixed place.
const DATE: f32 = 466.0;

fn tables(canvas: &mut Canvas, facts: &CertificateFacts, below: f32) {
    let (about, scores) = (about(facts), scores(facts));
    let high = if scores.is_empty() { 34.0 } else { 74.0 };
    // A little above the middle of the free space between the title and the date.
    let free = (DATE - 26.0 - high - below - 15.0).max(0.0);
    let top = below + 15.0 + free * 0.45;
    row(canvas, &about, top);
    if !scores.is_empty() {
        row(canvas, &scores, top + 40.0);
    }
}

type TableCell = (&'static str, &'static str, String);

fn about(facts: &CertificateFacts) -> Vec<TableCell> {
    let mut cells: Vec<TableCell> = Vec::new();
    match (&facts.starts, &facts.ends) {
        (Some(starts), Some(ends)) if starts != ends => {
            cells.push(("기간", "Period", format!("{} – {}", dots(starts), dots(ends))))
        }
        (Some(day), _) | (None, Some(day)) => cells.push(("기간", "Period", dots(day))),
        (None, None) => {}
    }
    if let Some(minutes) = facts.minutes {
        cells.push(("학습 시간", "Hours", hours(minutes)));
    }
    cells.push(("수료일", "Completed", dots(&facts.completed)));
    cells.push(("강사", "Instructor", facts.instructor.clone()));
    if let Some(expires) = &facts.expires {
        cells.push(("유효 기한", "Valid until", dots(expires)));
    }
    cells
}

fn scores(facts: &CertificateFacts) -> Vec<TableCell> {
    let all = [
        ("총점", "Total", facts.total_score),
        ("출석", "Attendance", facts.attendance_score),
        ("진도", "Progress", facts.progress_score),
        ("평가", "Assessment", facts.assessment_score),
    ];
    all.into_iter().filter_map(|(ko, en, score)| Some((ko, en, points(score?)))).collect()
}

/// Writes a score with at most two decimals, without zeros at the end.
fn points(score: f64) -> String {
    let text = format!("{score:.2}");
    format!("{}점", text.trim_end_matches('0').trim_end_matches('.'))
}

fn hours(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("{rest}분"),
        (whole, 0) => format!("{whole}시간"),
        (whole, rest) => format!("{whole}시간 {rest}분"),
    }
}

/// Writes a date as `2026. 9. 1.`
fn dots(date: &str) -> String {
    let parts: Vec<String> = date.split('-').map(|part| format!("{}.", part.trim_start_matches('0'))).collect();
    parts.join(" ")
}

fn row(canvas: &mut Canvas, cells: &[TableCell], y: f32) {
    let wide = |cell: &TableCell| set_line(&cell.2, 0.0).width.clamp(6.0, 16.0) * 11.0 + 44.0;
    let whole: f32 = cells.iter().map(wide).sum();
    let scale = ((INSIDE - 20.0) / whole).min(1.0);
    let mut x = MIDDLE - whole * scale / 2.0;
    for (n, cell) in cells.iter().enumerate() {
        let width = wide(cell) * scale;
        if n > 0 {
            canvas.stroke(polyline([(x, y + 2.0), (x, y + 30.0)], false), PALE, 0.9);
        }
        let (ko, en) = (set_line(cell.0, 0.04), set_line(cell.1, 0.04));
        let label = ko.width * 8.6 + 5.0 + en.width * 7.4;
        let left = x + (width - label) / 2.0;
        canvas.set(&ko, left, y + 9.0, 8.6, GOLD);
        canvas.set(&en, left + ko.width * 8.6 + 5.0, y + 9.0, 7.4, GREY);
        canvas.fitted(&cell.2, x + width / 2.0, y + 27.0, TextBox::new(12.0, width - 12.0, 1), BLACK);
        x += width;
    }
}

/// Draws the date of issue, the issuer, the signature and the seal.
fn foot(canvas: &mut Canvas, facts: &CertificateFacts, signature: Option<&Image>) {
    canvas.centred(&in_words(&facts.issued), MIDDLE, DATE, 12.5, 0.04, BLACK);
    let issuer = TextBox::new(22.0, 330.0, 2);
    let block = text::set_block(&facts.issuer, issuer);
    let y = if block.lines.len() > 1 { 491.0 } else { 499.0 };
    let last = canvas.fitted(&facts.issuer, MIDDLE, y, issuer, BLACK);
    if let Some(signature) = signature {
        let wide = block.lines.last().map_or(0.0, |l| l.width) * block.size;
        let x = (MIDDLE + wide / 2.0 - 8.0).min(MIDDLE + 122.0);
        canvas.picture(signature, x, last - 34.0, 92.0, 48.0);
    }
    ornament::seal(canvas, SEAL, 460.0);
}

fn in_words(date: &str) -> String {
    let parts: Vec<&str> = date.split('-').map(|part| part.trim_start_matches('0')).collect();
    match parts.as_slice() {
        [year, month, day] => format!("{year}년 {month}월 {day}일"),
        _ => date.to_owned(),
    }
}

/// Draws the QR and the numbers with which anyone can verify the certificate.
fn proof(canvas: &mut Canvas, job: &PrintJob) -> Result<()> {
    const SIDE: f32 = 84.0;
    let (x, y) = (MARGIN - 8.0, 432.0);
    ornament::qr(canvas, &job.qr, x, y, SIDE)?;
    canvas.centred("진위 확인  Verify", x + SIDE / 2.0, y + SIDE + 4.0, 7.6, 0.04, GREY);
    let facts = &job.facts;
    let text = format!("{}   ·   {}   ·   {}", job.lookup, facts.number, facts.code);
    canvas.fitted(&text, MIDDLE, HIGH - 62.0, TextBox::new(7.6, INSIDE - 190.0, 1), GREY);
    canvas.fitted(&facts.uuid, MIDDLE, HIGH - 52.5, TextBox::new(6.4, INSIDE - 190.0, 1), GREY);
    Ok(())
}

fn across(canvas: &mut Canvas, overprint: Overprint) {
    let (text, colour) = match overprint {
        Overprint::Preview => ("미리보기 PREVIEW", GREY),
        Overprint::Expired => ("유효 기간 만료 EXPIRED", RED),
        Overprint::Revoked => ("취소됨 REVOKED", RED),
    };
    let block = text::set_block(text, TextBox::new(96.0, 700.0, 1));
    canvas.turned(MIDDLE, HIGH / 2.0, -24.0, |canvas| {
        for line in &block.lines {
            canvas.set_faint(line, -line.width * block.size / 2.0, block.size * 0.35, block.size, colour, 0.34);
        }
    });
}
