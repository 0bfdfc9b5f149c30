//! What a school prints: from plain facts to the bytes of a PDF. Knows no school, no database and no web.

mod certificate;
mod letters;
mod ornament;
mod sheet;

use std::path::Path;
use std::sync::Arc;

use krilla::image::Image;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

pub use letters::missing;

use crate::error::{Error, Result};

/// What a certificate says. Its JSON is what is kept, what is signed and what is printed: a field may be added, with a
/// default, but none lost or renamed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub number: String,
    pub uuid: String,
    pub code: String,
    pub name: String,
    pub course: String,
    pub class: Option<String>,
    /// Dates are days of the school's own zone: `2026-11-21`.
    pub starts: Option<String>,
    pub ends: Option<String>,
    pub minutes: Option<i64>,
    pub total_score: Option<f64>,
    pub attendance_score: Option<f64>,
    pub progress_score: Option<f64>,
    pub assessment_score: Option<f64>,
    pub completed: String,
    pub issued: String,
    pub expires: Option<String>,
    pub issuer: String,
    pub instructor: String,
}

/// What is printed across a certificate that is good no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Expired,
    Revoked,
}

/// One sheet to print.
#[derive(Debug, Clone)]
pub struct Order {
    pub facts: Facts,
    /// What the QR opens, and where the same can be looked up by hand.
    pub qr: String,
    pub lookup: String,
    pub mark: Option<Mark>,
}

/// The pictures of a school. A missing one is left out.
#[derive(Clone, Default)]
pub struct Pictures {
    logo: Option<Image>,
    signature: Option<Image>,
}

/// Printing is work for a processor, so few print at once, on threads of their own, and few wait for it.
const PRINTING_MAX_SHEETS: usize = 2;
const WAITING_MAX_SHEETS: usize = 64;
const PICTURE_MAX_BYTES: u64 = 512 * 1024;
const PICTURE_MAX_PX: u32 = 2_000;

pub struct Press {
    pictures: Pictures,
    waiting: Arc<Semaphore>,
    printing: Arc<Semaphore>,
}

impl Press {
    /// Reads the pictures of the settings, and refuses those that could not be printed later.
    pub fn open(logo: Option<&Path>, signature: Option<&Path>) -> Result<Press> {
        let picture = |flag: &str, path: Option<&Path>| path.map(|path| read(flag, path)).transpose();
        let pictures =
            Pictures { logo: picture("--school-logo", logo)?, signature: picture("--school-signature", signature)? };
        let waiting = Arc::new(Semaphore::new(WAITING_MAX_SHEETS));
        Ok(Press { pictures, waiting, printing: Arc::new(Semaphore::new(PRINTING_MAX_SHEETS)) })
    }

    /// The PDF. The same order gives the same bytes.
    pub async fn print(&self, order: Order) -> Result<Vec<u8>> {
        let place = self.waiting.clone().try_acquire_owned().map_err(|_| Error::Busy { retry_after_s: 2 })?;
        let turn = self.printing.clone().acquire_owned().await.map_err(Error::internal)?;
        let pictures = self.pictures.clone();
        let work = move || {
            // Held until it is printed, also when whoever asked has hung up.
            let _held = (place, turn);
            certificate::print(&order, &pictures)
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
    }
}

fn read(flag: &str, path: &Path) -> Result<Image> {
    let wrong = |why: &str| Error::internal(format!("{flag} {}: {why}", path.display()));
    let bytes = std::fs::metadata(path).map_err(|e| wrong(&e.to_string()))?.len();
    if bytes > PICTURE_MAX_BYTES {
        return Err(wrong("the picture is larger than 512 KiB"));
    }
    let bytes = std::fs::read(path).map_err(|e| wrong(&e.to_string()))?;
    let image = match bytes.as_slice() {
        [0x89, b'P', b'N', b'G', ..] => Image::from_png(bytes.into(), true),
        [0xff, 0xd8, ..] => Image::from_jpeg(bytes.into(), true),
        _ => return Err(wrong("a PNG or JPEG picture is needed")),
    };
    let image = image.map_err(|_| wrong("the picture cannot be read"))?;
    let (wide, high) = image.size();
    if wide.max(high) > PICTURE_MAX_PX {
        return Err(wrong("the picture is larger than 2000 pixels on a side"));
    }
    certificate::try_picture(&image).map_err(|_| wrong("the picture cannot be read"))?;
    Ok(image)
}

#[cfg(test)]
mod tests;
