//! The certificate: landscape A4, in Korean, with smaller English beside it.

use krilla::Document;
use krilla::image::Image;
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;

use super::letters::{self, Room, line};
use super::ornament;
use super::sheet::{BLACK, GOLD, GREEN, GREY, HIGH, PALE, RED, Sheet, WIDE, polyline};
use super::{Facts, Mark, Order, Pictures};
use crate::error::{Error, Result};

const MIDDLE: f32 = WIDE / 2.0;
/// The distance from the edge within which no text stands.
const MARGIN: f32 = 72.0;
const INSIDE: f32 = WIDE - 2.0 * MARGIN;
/// The middle of the seal, and of the logo above it.
const SEAL: f32 = WIDE - MARGIN - 50.0;

pub fn print(orders: &[Order], pictures: &Pictures) -> Result<Vec<u8>> {
    let mut document = Document::new();
    document.set_metadata(match orders {
        [one] => metadata(&one.facts),
        _ => Metadata::new()
            .title("수료증 · Certificates of Completion".into())
            .creator("Gyosil".into())
            .language("ko".into()),
    });
    for order in orders {
        page(&mut document, |sheet| draw(sheet, order, pictures))?;
    }
    finished(document)
}

fn draw(sheet: &mut Sheet, order: &Order, pictures: &Pictures) -> Result<()> {
    let facts = &order.facts;
    ornament::watermark(sheet);
    ornament::frame(sheet);
    head(sheet, facts, pictures.logo.as_ref());
    let below = body(sheet, facts);
    tables(sheet, facts, below);
    foot(sheet, facts, pictures.signature.as_ref());
    proof(sheet, order)?;
    if let Some(mark) = order.mark {
        across(sheet, mark);
    }
    Ok(())
}

fn page(document: &mut Document, draw: impl FnOnce(&mut Sheet) -> Result<()>) -> Result<()> {
    let size = PageSettings::from_wh(WIDE, HIGH).ok_or_else(|| Error::internal("no such paper"))?;
    let mut page = document.start_page_with(size);
    let mut sheet = Sheet::new(page.surface());
    let drawn = draw(&mut sheet);
    sheet.finish();
    page.finish();
    drawn
}

fn finished(document: Document) -> Result<Vec<u8>> {
    document.finish().map_err(|e| Error::internal(format!("{e:?}")))
}

/// Prints a picture as a test: a file with a valid header may still be broken, which shows only when it is printed.
pub fn try_picture(image: &Image) -> Result<()> {
    let mut document = Document::new();
    page(&mut document, |sheet| {
        sheet.picture(image, 0.0, 0.0, 100.0, 100.0);
        Ok(())
    })?;
    finished(document).map(|_| ())
}

fn metadata(facts: &Facts) -> Metadata {
    let all = Metadata::new()
        .title(format!("수료증 · Certificate of Completion {}", facts.number))
        .authors(vec![facts.issuer.clone()])
        .creator("Gyosil".into())
        .language("ko".into())
        .document_id(facts.uuid.clone());
    let mut parts = facts.issued.split('-').map(|part| part.parse::<u16>().ok());
    match (parts.next().flatten(), parts.next().flatten(), parts.next().flatten()) {
        (Some(year), Some(month), Some(day)) => {
            all.creation_date(DateTime::new(year).month(month as u8).day(day as u8).hour(0).minute(0).second(0))
        }
        _ => all,
    }
}

fn head(sheet: &mut Sheet, facts: &Facts, logo: Option<&Image>) {
    sheet.left(&format!("제 {} 호", facts.number), MARGIN, 84.0, 9.5, GREY);
    if let Some(logo) = logo {
        sheet.picture(logo, SEAL - 65.0, 66.0, 130.0, 50.0);
    }
    sheet.centred("수료증", MIDDLE, 126.0, 46.0, 0.42, GREEN);
    sheet.centred("CERTIFICATE OF COMPLETION", MIDDLE, 148.0, 10.0, 0.34, GOLD);
    ornament::divider(sheet, MIDDLE, 166.0, 120.0);
}

/// Draws the name, the course and the class. Returns the position of the last line.
fn body(sheet: &mut Sheet, facts: &Facts) -> f32 {
    let name = Room { shrink: 0.5, ..Room::new(35.0, INSIDE - 60.0, 2) };
    // A name takes two lines only if it does not fit in one at half the size.
    let is_long = letters::fit(&facts.name, name).lines.len() > 1;
    let (name, first) = if is_long { (Room::new(19.0, INSIDE, 2), 199.0) } else { (name, 213.0) };
    let y = sheet.fitted(&facts.name, MIDDLE, first, name, BLACK);
    sheet.stroke(polyline([(MIDDLE - 150.0, y + 13.0), (MIDDLE + 150.0, y + 13.0)], false), GOLD, 0.6);
    let said = "위 사람은 아래 과정을 성실히 마쳤으므로 이 증서를 드립니다.";
    sheet.centred(said, MIDDLE, y + 36.0, 12.0, 0.02, BLACK);
    sheet.centred("has successfully completed the course", MIDDLE, y + 51.0, 8.6, 0.06, GREY);
    let course = Room::new(23.0, INSIDE - 40.0, 3);
    let title = letters::fit(&facts.course, course);
    let top = y + 58.0 + title.size * 1.16;
    let mut y = sheet.fitted(&facts.course, MIDDLE, top, course, GREEN);
    if let Some(class) = &facts.class {
        y += 19.0;
        sheet.fitted(class, MIDDLE, y, Room::new(11.0, INSIDE - 80.0, 1), BLACK);
    }
    y
}

/// The position of the date of issue. Everything below it has a fixed place.
const DATE: f32 = 466.0;

fn tables(sheet: &mut Sheet, facts: &Facts, below: f32) {
    let (about, scores) = (about(facts), scores(facts));
    let high = if scores.is_empty() { 34.0 } else { 74.0 };
    // A little above the middle of the free space between the title and the date.
    let free = (DATE - 26.0 - high - below - 15.0).max(0.0);
    let top = below + 15.0 + free * 0.45;
    row(sheet, &about, top);
    if !scores.is_empty() {
        row(sheet, &scores, top + 40.0);
    }
}

type Cell = (&'static str, &'static str, String);

fn about(facts: &Facts) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    match (&facts.starts, &facts.ends) {
        (Some(starts), Some(ends)) => cells.push(("기간", "Period", format!("{} – {}", dots(starts), dots(ends)))),
        (Some(day), None) | (None, Some(day)) => cells.push(("기간", "Period", dots(day))),
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

fn scores(facts: &Facts) -> Vec<Cell> {
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

fn row(sheet: &mut Sheet, cells: &[Cell], y: f32) {
    let wide = |cell: &Cell| line(&cell.2, 0.0).width.clamp(6.0, 16.0) * 11.0 + 44.0;
    let whole: f32 = cells.iter().map(wide).sum();
    let scale = ((INSIDE - 20.0) / whole).min(1.0);
    let mut x = MIDDLE - whole * scale / 2.0;
    for (n, cell) in cells.iter().enumerate() {
        let width = wide(cell) * scale;
        if n > 0 {
            sheet.stroke(polyline([(x, y + 2.0), (x, y + 30.0)], false), PALE, 0.9);
        }
        let (ko, en) = (line(cell.0, 0.04), line(cell.1, 0.04));
        let label = ko.width * 8.6 + 5.0 + en.width * 7.4;
        let left = x + (width - label) / 2.0;
        sheet.set(&ko, left, y + 9.0, 8.6, GOLD);
        sheet.set(&en, left + ko.width * 8.6 + 5.0, y + 9.0, 7.4, GREY);
        sheet.fitted(&cell.2, x + width / 2.0, y + 27.0, Room::new(12.0, width - 12.0, 1), BLACK);
        x += width;
    }
}

/// Draws the date of issue, the issuer, the signature and the seal.
fn foot(sheet: &mut Sheet, facts: &Facts, signature: Option<&Image>) {
    sheet.centred(&in_words(&facts.issued), MIDDLE, DATE, 12.5, 0.04, BLACK);
    let issuer = Room::new(22.0, 330.0, 2);
    let block = letters::fit(&facts.issuer, issuer);
    let y = if block.lines.len() > 1 { 491.0 } else { 499.0 };
    let last = sheet.fitted(&facts.issuer, MIDDLE, y, issuer, BLACK);
    if let Some(signature) = signature {
        let wide = block.lines.last().map_or(0.0, |l| l.width) * block.size;
        let x = (MIDDLE + wide / 2.0 - 8.0).min(MIDDLE + 122.0);
        sheet.picture(signature, x, last - 34.0, 92.0, 48.0);
    }
    ornament::seal(sheet, SEAL, 460.0);
}

fn in_words(date: &str) -> String {
    let parts: Vec<&str> = date.split('-').map(|part| part.trim_start_matches('0')).collect();
    match parts.as_slice() {
        [year, month, day] => format!("{year}년 {month}월 {day}일"),
        _ => date.to_owned(),
    }
}

/// Draws the QR and the numbers with which anyone can verify the certificate.
fn proof(sheet: &mut Sheet, order: &Order) -> Result<()> {
    const SIDE: f32 = 84.0;
    let (x, y) = (MARGIN - 8.0, 432.0);
    ornament::qr(sheet, &order.qr, x, y, SIDE)?;
    sheet.centred("진위 확인  Verify", x + SIDE / 2.0, y + SIDE + 4.0, 7.6, 0.04, GREY);
    let facts = &order.facts;
    let text = format!("{}   ·   {}   ·   {}", order.lookup, facts.number, facts.code);
    sheet.fitted(&text, MIDDLE, HIGH - 62.0, Room::new(7.6, INSIDE - 190.0, 1), GREY);
    sheet.fitted(&facts.uuid, MIDDLE, HIGH - 52.5, Room::new(6.4, INSIDE - 190.0, 1), GREY);
    Ok(())
}

fn across(sheet: &mut Sheet, mark: Mark) {
    let text = match mark {
        Mark::Expired => "유효 기간 만료 EXPIRED",
        Mark::Revoked => "취소됨 REVOKED",
    };
    let block = letters::fit(text, Room::new(96.0, 700.0, 1));
    sheet.turned(MIDDLE, HIGH / 2.0, -24.0, |sheet| {
        for line in &block.lines {
            sheet.set_faint(line, -line.width * block.size / 2.0, block.size * 0.35, block.size, RED, 0.34);
        }
    });
}
