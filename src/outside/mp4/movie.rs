//! Judges the index of an MP4: what its tracks are, and how long they last.

use super::boxes::{Content, Judged};
use super::samples;
use crate::error::VideoFault;

const SECOND_MS: u128 = 1_000;
/// A video that says to be longer counts as one that lies about it.
const LONGEST_MS: u128 = 24 * 3_600 * SECOND_MS;
/// By how much the durations that a file tells may differ from each other: this, and two hundredths of the longer one.
const DIFFERS_MAX_MS: u128 = 2 * SECOND_MS;

/// The header of the movie or of a track: how many time units a second has, and how many it lasts.
#[derive(Debug, Clone, Copy)]
struct TimeHeader {
    units_per_second: u32,
    units: u64,
}

/// The parts of a track that are checked: its kind, the list of its formats, and its tables.
struct Mp4Track<'a> {
    whole: Content<'a>,
    media: Content<'a>,
    kind: [u8; 4],
    table: Content<'a>,
}

/// Judges the content of `moov`. Returns how long the video plays, in seconds, rounded up.
pub(super) fn seconds(index: &[u8], file_bytes: u64) -> Judged<i64> {
    let index = Content(index);
    if index.find(b"mvex")?.is_some() {
        return Err(VideoFault::Fragmented);
    }
    let movie = TimeHeader::read(index.need(b"mvhd")?)?;
    let mut tracks = Vec::new();
    for part in index.boxes() {
        let (kind, content) = part?;
        if kind == *b"trak" {
            tracks.extend(Mp4Track::read(content)?);
        }
    }
    let picture = first_of(&tracks, b"vide", VideoFault::NoVideo, VideoFault::NotH264, is_h264)?;
    let sound = first_of(&tracks, b"soun", VideoFault::NotAac, VideoFault::NotAac, is_aac)?;
    let plays_ms = picture.plays_ms(movie, file_bytes)?.max(sound.plays_ms(movie, file_bytes)?);
    if plays_ms == 0 || plays_ms > LONGEST_MS || differ(movie.ms()?, plays_ms) {
        return Err(VideoFault::NoDuration);
    }
    i64::try_from(plays_ms.div_ceil(SECOND_MS)).map_err(|_| VideoFault::NoDuration)
}

/// Returns the first track of the kind that browsers can play, as they choose it too.
fn first_of<'t, 'a>(
    tracks: &'t [Mp4Track<'a>],
    kind: &[u8; 4],
    if_none: VideoFault,
    if_other: VideoFault,
    is_playable: fn(Content<'_>) -> Judged<bool>,
) -> Judged<&'t Mp4Track<'a>> {
    let mut fault = if_none;
    for track in tracks.iter().filter(|track| track.kind == *kind) {
        if is_playable(track.table.need(b"stsd")?)? {
            return Ok(track);
        }
        fault = if_other;
    }
    Err(fault)
}

impl TimeHeader {
    /// Reads `mvhd` or `mdhd`: version 1 has times of 64 bits.
    fn read(header: Content<'_>) -> Judged<TimeHeader> {
        let (units_per_second, units) = match header.u8(0)? {
            0 => (header.u32(12)?, u64::from(header.u32(16)?)),
            1 => (header.u32(20)?, header.u64(24)?),
            _ => return Err(VideoFault::Broken),
        };
        Ok(TimeHeader { units_per_second, units })
    }

    fn to_ms(self, units: u128) -> Judged<u128> {
        // Units are sums of products of two numbers of 32 bits: a thousandfold of them fits.
        (units * SECOND_MS).checked_div(u128::from(self.units_per_second)).ok_or(VideoFault::NoDuration)
    }

    /// Returns the duration that is told. A live recording tells none.
    fn ms(self) -> Judged<u128> {
        if self.units == 0 { Err(VideoFault::NoDuration) } else { self.to_ms(u128::from(self.units)) }
    }
}

impl<'a> Mp4Track<'a> {
    /// Reads a `trak`. `None` if it is no medium that is played in time.
    fn read(track: Content<'a>) -> Judged<Option<Mp4Track<'a>>> {
        let media = track.need(b"mdia")?;
        let kind = media.need(b"hdlr")?.kind(8)?;
        if kind != *b"vide" && kind != *b"soun" {
            return Ok(None);
        }
        let table = media.need(b"minf")?.need(b"stbl")?;
        Ok(Some(Mp4Track { whole: track, media, kind, table }))
    }

    /// Returns how long the track plays. What its header tells must fit its samples, and these must lie within the file.
    fn plays_ms(&self, movie: TimeHeader, file_bytes: u64) -> Judged<u128> {
        let header = TimeHeader::read(self.media.need(b"mdhd")?)?;
        let (units, samples) = samples::durations(self.table)?;
        samples::must_lie_within(file_bytes, self.table, samples)?;
        let media_ms = header.to_ms(units)?;
        if differ(header.ms()?, media_ms) {
            return Err(VideoFault::NoDuration);
        }
        match self.whole.find(b"edts")? {
            Some(edits) => edited_ms(edits.need(b"elst")?, movie, header, media_ms),
            None => Ok(media_ms),
        }
    }
}

/// Returns how long a track plays that is cut: the list says which pieces of it are shown, and for how long nothing is.
fn edited_ms(list: Content<'_>, movie: TimeHeader, track: TimeHeader, media_ms: u128) -> Judged<u128> {
    let is_long = match list.u8(0)? {
        0 => false,
        1 => true,
        _ => return Err(VideoFault::Broken),
    };
    let pieces = list.rows(4, if is_long { 20 } else { 12 })?;
    if pieces.len() == 0 {
        return Ok(media_ms);
    }
    let mut total_ms: u128 = 0;
    for piece in pieces {
        let (units, begins_at) = if is_long {
            (piece.u64(0)?, piece.u64(8)? as i64)
        } else {
            (piece.u32(0)?.into(), i64::from(piece.u32(4)? as i32))
        };
        let piece_ms = movie.to_ms(units.into())?;
        total_ms += match u64::try_from(begins_at) {
            Ok(begins_at) => {
                let left_ms = media_ms.saturating_sub(track.to_ms(begins_at.into())?);
                // A length of 0 means the rest.
                if units == 0 { left_ms } else { piece_ms.min(left_ms) }
            }
            // Nothing is shown.
            Err(_) => piece_ms,
        };
    }
    Ok(total_ms)
}

fn differ(a_ms: u128, b_ms: u128) -> bool {
    a_ms.abs_diff(b_ms) > DIFFERS_MAX_MS + a_ms.max(b_ms) / 50
}

/// Tells whether all formats of a track are H.264 whose settings are there.
fn is_h264(formats: Content<'_>) -> Judged<bool> {
    all_formats(formats, |kind, format| {
        // Behind 78 bytes, of which the size of the picture is a part.
        let Some(settings) = format.from(78).and_then(|parts| parts.find(b"avcC")).unwrap_or(None) else {
            return false;
        };
        let is_of_version_1 = settings.u8(0) == Ok(1);
        let has_settings_of_sequence =
            settings.u8(5).is_ok_and(|count| count & 0x1f > 0) && settings.u8(8).is_ok_and(|unit| unit & 0x1f == 7);
        // The pictures of `avc3` bring their settings with them.
        is_of_version_1 && (kind == *b"avc3" || (kind == *b"avc1" && has_settings_of_sequence))
    })
}

/// Tells whether all formats of a track are AAC.
fn is_aac(formats: Content<'_>) -> Judged<bool> {
    let is_old_table = formats.u8(0)? == 0;
    all_formats(formats, |kind, format| {
        kind == *b"mp4a"
            && sound_settings(format, is_old_table).is_ok_and(|settings| has_aac(settings).unwrap_or(false))
    })
}

fn all_formats(formats: Content<'_>, is_good: impl Fn([u8; 4], Content<'_>) -> bool) -> Judged<bool> {
    let mut any = false;
    for format in formats.from(8)?.boxes() {
        let (kind, format) = format?;
        if !is_good(kind, format) {
            return Ok(false);
        }
        any = true;
    }
    Ok(any)
}

/// Returns the content of `esds`. QuickTime has longer entries, and puts it into a box `wave`.
fn sound_settings(format: Content<'_>, is_old_table: bool) -> Judged<Content<'_>> {
    let begin = match format.u16(8)? {
        1 if is_old_table => 44,
        2 if is_old_table => 64,
        _ => 28,
    };
    let parts = format.from(begin)?;
    match parts.find(b"wave")? {
        Some(wave) => wave.need(b"esds"),
        None => parts.need(b"esds"),
    }
}

/// Tells whether an `esds` describes AAC. It is made of descriptors: a byte for the kind, the length, the content.
fn has_aac(settings: Content<'_>) -> Judged<bool> {
    let stream = descriptor(settings.from(4)?, 3)?;
    let flags = stream.u8(2)?;
    let depends = if flags & 0x80 > 0 { 2 } else { 0 };
    let address = if flags & 0x40 > 0 { 1 + usize::from(stream.u8(3 + depends)?) } else { 0 };
    let clock = if flags & 0x20 > 0 { 2 } else { 0 };
    let decoder = descriptor(stream.from(3 + depends + address + clock)?, 4)?;
    match decoder.u8(0)? {
        // AAC as MPEG-2 had it.
        0x66..=0x68 => Ok(true),
        // MPEG-4 sound: its own settings begin with the kind, of 5 bits. Main, LC, SSR and LTP; with SBR; with PS.
        0x40 => Ok(matches!(descriptor(decoder.from(13)?, 5)?.u8(0)? >> 3, 1..=5 | 29)),
        _ => Ok(false),
    }
}

/// Returns the content of the descriptor that is there, which must be of the kind.
fn descriptor(content: Content<'_>, kind: u8) -> Judged<Content<'_>> {
    if content.u8(0)? != kind {
        return Err(VideoFault::Broken);
    }
    let mut length = 0;
    for at in 1..=4 {
        let byte = content.u8(at)?;
        length = length << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return content.from(at + 1)?.0.get(..length).map(Content).ok_or(VideoFault::Broken);
        }
    }
    Err(VideoFault::Broken)
}
