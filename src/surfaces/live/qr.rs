//! QR pictures of the addresses that lead to a session: its own, that of its helpers, and that of its lecture's poster.
//!
//! A picture is drawn from the address alone, without the database. So it does not reveal whether a code exists, nobody has
//! to wait for it, and it holds a key only if the caller sent that key.

use axum::http::{HeaderMap, header};
use axum::response::Response;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use super::wire::sessions::QrKey;
use super::{Path, Result};
use crate::app::School;
use crate::error::{Error, Noun};
use crate::school::courses::normalize_poster_code;
use crate::school::sessions::codes::normalize_code;
use crate::surfaces::body::query;
use crate::surfaces::texts::Within;
use crate::tag;
use crate::web;

const MODULE_PX: i64 = 8;
const QUIET_MODULES: usize = 4;
/// Cache header: the same address always gives the same picture. Only browsers may cache it, since it may hold a key.
const CACHED: &str = "private, max-age=86400";
const KEY_LETTERS: usize = 11;
const POSTER_LETTERS: usize = 12;

query! {
    pub struct Size {
        /// Pixels of one module (8)
        size: Option<Within<1, 64>>,
    }
}

/// Draws the QR of a session: `/qr/482173.png` or `.svg`. It contains the session's key if `k` has it, as in `qr_code_url`.
#[utoipa::path(get, path = "/qr/{file}",
    params(("file" = String, Path, description = "The session's code with .png or .svg"), Size, QrKey),
    responses((status = 200, description = "The picture", content((Vec<u8> = "image/png"), (String = "image/svg+xml"))), (status = 304, description = "As `If-None-Match` has it")),
    security(()))]
pub async fn picture(
    app: School,
    headers: HeaderMap,
    Path(file): Path<String>,
    size: Size,
    scanned: QrKey,
) -> Result<Response> {
    of_session(&app, "j", &file, scanned, &size, &headers)
}

/// Draws the QR by which people come to help in a session: `/qr/assist/482173.png` or `.svg`. It contains the key of helpers if `k` has it, as in `helper_url`.
#[utoipa::path(get, path = "/qr/assist/{file}",
    params(("file" = String, Path, description = "The session's code with .png or .svg"), Size, QrKey),
    responses((status = 200, description = "The picture", content((Vec<u8> = "image/png"), (String = "image/svg+xml"))), (status = 304, description = "As `If-None-Match` has it")),
    security(()))]
pub async fn helpers(
    app: School,
    headers: HeaderMap,
    Path(file): Path<String>,
    size: Size,
    scanned: QrKey,
) -> Result<Response> {
    of_session(&app, "assist", &file, scanned, &size, &headers)
}

/// Draws the address of a page of a session.
fn of_session(
    app: &School,
    page: &str,
    file: &str,
    scanned: QrKey,
    size: &Size,
    headers: &HeaderMap,
) -> Result<Response> {
    let (code, kind) = parted(file)?;
    let code = Some(normalize_code(code)).filter(|code| (6..=7).contains(&code.len()));
    let code = code.ok_or(Error::NotFound(Noun::Picture))?;
    let key = scanned.k.map_or(Ok(String::new()), |key| in_address(&key.0))?;
    drawn(&format!("{}/{page}/{code}{key}", app.public_url), kind, size, headers)
}

fn in_address(key: &str) -> Result<String, Error> {
    let fits = key.len() == KEY_LETTERS && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if fits { Ok(format!("?k={key}")) } else { Err(Error::bad_as_sent("k", "it is no key of a session")) }
}

/// Draws the QR of a lecture's poster: `/qr/l/ACDEFGHJKMNP.png` or `.svg`.
#[utoipa::path(get, path = "/qr/l/{file}",
    params(("file" = String, Path, description = "The code of the lecture's poster with .png or .svg"), Size),
    responses((status = 200, description = "The picture", content((Vec<u8> = "image/png"), (String = "image/svg+xml"))), (status = 304, description = "As `If-None-Match` has it")),
    security(()))]
pub async fn poster(app: School, headers: HeaderMap, Path(file): Path<String>, size: Size) -> Result<Response> {
    let (code, kind) = parted(&file)?;
    let code = Some(normalize_poster_code(code)).filter(|code| code.len() == POSTER_LETTERS);
    let code = code.ok_or(Error::NotFound(Noun::Picture))?;
    drawn(&format!("{}/l/{code}", app.public_url), kind, &size, &headers)
}

fn parted(file: &str) -> Result<(&str, &str), Error> {
    file.rsplit_once('.').ok_or(Error::NotFound(Noun::Picture))
}

fn drawn(url: &str, kind: &str, size: &Size, headers: &HeaderMap) -> Result<Response> {
    let module_px = size.size.as_ref().map_or(MODULE_PX, |s| s.0);
    let mime = match kind {
        "png" => "image/png",
        "svg" => "image/svg+xml",
        _ => return Err(Error::NotFound(Noun::Picture)),
    };
    let tag = format!("\"{}-{module_px}\"", tag::of(url.as_bytes()));
    let head = [(header::CONTENT_TYPE, mime), (header::CACHE_CONTROL, CACHED)];
    web::tagged(headers, &tag, head, || {
        Ok(match kind {
            "png" => png(url, module_px as usize)?,
            _ => svg(url, module_px as u32)?.into_bytes(),
        })
    })
}

fn code(text: &str) -> Result<QrCode, Error> {
    QrCode::with_error_correction_level(text, EcLevel::M).map_err(Error::internal)
}

pub fn svg(text: &str, module_px: u32) -> Result<String, Error> {
    let image = code(text)?.render::<svg::Color>().module_dimensions(module_px, module_px).build();
    Ok(image)
}

/// Draws a text as a QR picture: black on white, one bit for each pixel, with the quiet zone that scanners need.
fn png(text: &str, module_px: usize) -> Result<Vec<u8>, Error> {
    let code = code(text)?;
    let modules = code.width();
    let width = (modules + 2 * QUIET_MODULES) * module_px;
    let stride = width.div_ceil(8);
    let colors = code.to_colors();
    let mut pixels = vec![0xFF_u8; stride * QUIET_MODULES * module_px];
    pixels.reserve(stride * width - pixels.len());
    for line in colors.chunks(modules) {
        let mut row = vec![0xFF_u8; stride];
        for (n, _) in line.iter().enumerate().filter(|(_, color)| **color == qrcode::Color::Dark) {
            let left = (n + QUIET_MODULES) * module_px;
            for x in left..left + module_px {
                row[x / 8] &= !(0x80 >> (x % 8));
            }
        }
        for _ in 0..module_px {
            pixels.extend_from_slice(&row);
        }
    }
    pixels.resize(stride * width, 0xFF);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, width as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    // Fast, since anyone may ask for pictures; and most rows equal the row above.
    encoder.set_compression(png::Compression::Fast);
    encoder.set_filter(png::Filter::Up);
    let mut writer = encoder.write_header().map_err(Error::internal)?;
    writer.write_image_data(&pixels).map_err(Error::internal)?;
    writer.finish().map_err(Error::internal)?;
    Ok(bytes)
}
