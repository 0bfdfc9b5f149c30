//! The process that draws one page of one PDF. It reads the file, locks itself, and writes the number of pages as soon as it is known,
//! then the text of the page, and the page as a PNG.

use std::fs::File;
use std::io::{self, Read, Write};
use std::mem::ManuallyDrop;
use std::os::fd::AsFd;

use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro::vello_cpu::Pixmap;
use serde::{Deserialize, Serialize};

use super::{drawing, text};
use crate::confined::locks;
use crate::fonts;

/// The first argument of this program started anew as such a process. The second one is the number of the page, from 1 on.
pub const COMMAND: &str = "draw-page";
/// Memory that the process may take besides the file.
const MEMORY_BYTES: u64 = 512 << 20;
pub const CPU_MS: u64 = 10_000;
/// The exit code of a process that failed by itself: it could not lock itself, and read nothing of the PDF.
pub const NOT_RUN: i32 = 70;
/// The exit code of a process that failed at its PDF.
const FAILED: i32 = 71;
/// Lessons go on meanwhile, and come first.
const NICER_BY: libc::c_int = 5;

/// The first line that the process writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PdfHead {
    Pages(usize),
    /// Opens with a password only.
    Locked,
    Unreadable,
}

/// The second line that the process writes. The picture follows.
#[derive(Debug, Serialize, Deserialize)]
pub struct PageHead {
    pub title: String,
    pub text: String,
    /// Nothing is on the page.
    pub is_blank: bool,
}

/// Draws the page, and ends the process.
pub fn run(page: Option<String>) -> ! {
    // A message of a panic would need calls that are locked.
    std::panic::set_hook(Box::new(|_| end(NOT_RUN)));
    end(if run_task(page).is_ok() { 0 } else { FAILED })
}

fn end(exit_code: i32) -> ! {
    // SAFETY: the call takes a number and does not return. Nothing is left to be written.
    unsafe { libc::_exit(exit_code) }
}

fn run_task(page: Option<String>) -> io::Result<()> {
    let Some((page, file, out, font)) = prepare(page) else { end(NOT_RUN) };
    std::panic::set_hook(Box::new(|_| end(FAILED)));
    // Never closed: in debug builds that takes a call which the lock forbids.
    let mut out = ManuallyDrop::new(out);
    let pdf = match Pdf::new(file) {
        Ok(pdf) => pdf,
        Err(error) => return write_line(&mut out, &fault(error)),
    };
    let pages = pdf.pages();
    write_line(&mut out, &PdfHead::Pages(pages.len()))?;
    let Some(page) = page.checked_sub(1).and_then(|at| pages.get(at)) else { return Ok(()) };
    let settings = drawing::settings(font);
    let (letters, height) = drawing::letters(page, &settings);
    let text::PageText { title, text } = text::read(letters, height);
    let drawn = drawing::draw(page, &settings);
    let is_blank = title.is_empty() && is_white(drawn.data_as_u8_slice());
    let png = encode(&drawn).map_err(io::Error::other)?;
    write_line(&mut out, &PageHead { title, text, is_blank })?;
    out.write_all(&png)
}

type Prepared = (usize, Vec<u8>, File, std::borrow::Cow<'static, [u8]>);

/// Takes what the task needs, and locks the process.
fn prepare(page: Option<String>) -> Option<Prepared> {
    let mut file = Vec::new();
    io::stdin().lock().read_to_end(&mut file).ok()?;
    let out = File::from(io::stdout().as_fd().try_clone_to_owned().ok()?);
    let font = fonts::packed(fonts::EAST_ASIAN)?;
    // SAFETY: the call takes a number.
    unsafe { libc::nice(NICER_BY) };
    locks::only_calculate(MEMORY_BYTES, CPU_MS).ok()?;
    Some((page?.parse().ok()?, file, out, font))
}

fn fault(error: LoadPdfError) -> PdfHead {
    match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected | DecryptionError::UnsupportedAlgorithm) => {
            PdfHead::Locked
        }
        _ => PdfHead::Unreadable,
    }
}

fn write_line(out: &mut File, line: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(line)?;
    line.push(b'\n');
    out.write_all(&line)
}

fn is_white(pixels: &[u8]) -> bool {
    const WHITE: [u8; 4_096] = [u8::MAX; 4_096];
    pixels.chunks(WHITE.len()).all(|some| WHITE.starts_with(some))
}

/// Encodes quickly: the picture is decoded at once.
fn encode(drawn: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, drawn.width().into(), drawn.height().into());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(drawn.data_as_u8_slice())?;
    writer.finish()?;
    Ok(file)
}
