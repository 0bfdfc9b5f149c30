//! The fonts in the program, packed: the first has Korean, Japanese, Chinese and common Latin letters; the second the rest of Latin,
//! Greek and Cyrillic.

use std::borrow::Cow;
use std::io::Read as _;

use flate2::read::GzDecoder;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets/fonts/"]
struct FontFiles;

pub const EAST_ASIAN: &str = "NotoSerifCJKkr-Regular.otf.gz";
pub const EUROPEAN: &str = "NotoSerif-Regular.ttf.gz";

/// Returns a font as it is packed. A debug build reads it from its file.
pub fn packed(name: &str) -> Option<Cow<'static, [u8]>> {
    Some(FontFiles::get(name)?.data)
}

pub fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut font = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut font).ok()?;
    Some(font)
}
