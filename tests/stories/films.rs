//! The check of an MP4 before a video is taken: what browsers can play, and files that lie.

mod reading;

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use gyosil::error::VideoFault;
use gyosil::outside::mp4::{INDEX_MAX_BYTES, VideoFacts, inspect};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::harness::film::{Film, FilmTrack, named, numbers, picture_format, sound_format, sound_format_of, spoil};

/// All bytes that may be read of a file: its index, and what is read for the headers of 256 boxes.
const READ_MAX_BYTES: u64 = INDEX_MAX_BYTES + 256 * HEADERS_BYTES;
/// Bytes that are read at once where headers are looked for.
const HEADERS_BYTES: u64 = 64 << 10;
/// Bytes that may be read at once.
const PIECE_MAX_BYTES: u64 = 2 << 20;

/// A file of which only some parts are not zero.
struct SparseFile {
    bytes: u64,
    parts: Vec<(u64, Vec<u8>)>,
    read: AtomicU64,
}

impl SparseFile {
    fn of(bytes: &[u8]) -> SparseFile {
        SparseFile::with(bytes.len() as u64, vec![(0, bytes.to_vec())])
    }

    fn with(bytes: u64, parts: Vec<(u64, Vec<u8>)>) -> SparseFile {
        SparseFile { bytes, parts, read: AtomicU64::new(0) }
    }

    fn read(&self, from: u64, bytes: usize) -> Bytes {
        assert!(bytes as u64 <= PIECE_MAX_BYTES, "{bytes} bytes at once");
        assert!(from + bytes as u64 <= self.bytes, "{bytes} bytes at {from} are beyond the end");
        let read_before = self.read.fetch_add(bytes as u64, Ordering::Relaxed);
        assert!(read_before + bytes as u64 <= READ_MAX_BYTES, "too much was read");
        let mut found = vec![0; bytes];
        for (begin, part) in &self.parts {
            let (first, last) = (from.max(*begin), (from + bytes as u64).min(begin + part.len() as u64));
            if first < last {
                let of_part = &part[(first - begin) as usize..(last - begin) as usize];
                found[(first - from) as usize..(last - from) as usize].copy_from_slice(of_part);
            }
        }
        found.into()
    }

    fn judge(&self) -> Result<VideoFacts, VideoFault> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(inspect(self.bytes, async |from, bytes| Ok(self.read(from, bytes)))).unwrap()
    }
}

fn judge(file: &[u8]) -> Result<VideoFacts, VideoFault> {
    SparseFile::of(file).judge()
}

#[track_caller]
fn is_refused(film: Film, fault: VideoFault) {
    assert_eq!(judge(&film.bytes()), Err(fault));
}

#[track_caller]
fn lasts(film: Film, seconds: i64) {
    assert_eq!(judge(&film.bytes()), Ok(VideoFacts { seconds, starts_late: false }));
}

fn with_picture(change: impl FnOnce(&mut FilmTrack)) -> Film {
    let mut film = Film::default();
    change(film.picture.as_mut().unwrap());
    film
}

fn with_sound(change: impl FnOnce(&mut FilmTrack)) -> Film {
    let mut film = Film::default();
    change(film.sound.as_mut().unwrap());
    film
}

#[track_caller]
fn spoilt_is_broken(kind: &[u8; 4], at: isize, by: &[u8]) {
    let mut file = Film::default().bytes();
    spoil(&mut file, kind, at, by);
    assert_eq!(judge(&file), Err(VideoFault::Broken));
}

#[test]
fn a_film_of_h264_and_aac_lasts_as_long_as_its_samples() {
    lasts(Film::default(), 10);
    // Up to the next second.
    let mut longer = with_picture(|picture| (picture.sample_units, picture.told) = (1_001, 10_010));
    longer.told_ms = 10_010;
    lasts(longer, 11);
    // The sound may last longer than the pictures.
    let mut longer = with_sound(|sound| (sound.samples, sound.told) = (860, 860 * 1_024));
    longer.told_ms = 19_969;
    lasts(longer, 20);
}

#[test]
fn the_index_at_the_end_is_told() {
    let film = Film { index_last: true, ..Film::default() };
    assert_eq!(judge(&film.bytes()), Ok(VideoFacts { seconds: 10, starts_late: true }));
}

#[test]
fn other_boxes_and_numbers_of_64_bits_are_read() {
    let mut film = with_picture(|picture| picture.is_wide = true);
    film.sound.as_mut().unwrap().is_wide = true;
    film.before = [named(b"free", &[0; 30]), named(b"uuid", &[7; 40])].concat();
    film.in_index = named(b"udta", &[0; 12]);
    // Texts beside the pictures are nobody's concern, however strange they are.
    let texts = FilmTrack { kind: *b"text", formats: Vec::new(), told: 0, samples: 0, ..FilmTrack::picture() };
    let with_texts = Film { sound: Some(texts), ..Film::default() }.index(0);
    let begin = with_texts.windows(4).rposition(|four| four == b"trak").unwrap() - 4;
    film.in_index.extend(&with_texts[begin..]);
    lasts(film, 10);
}

#[test]
fn a_film_of_5_gib_is_read_by_its_headers() {
    const MEDIA_BYTES: u64 = 5 << 30;
    let begin = named(b"ftyp", b"isom\0\0\x02\0");
    let media = [&1u32.to_be_bytes(), &b"mdat"[..], &MEDIA_BYTES.to_be_bytes()].concat();
    let mut film = Film { index_last: true, ..Film::default() };
    for track in film.picture.iter_mut().chain(&mut film.sound) {
        track.is_wide = true;
    }
    let index_at = begin.len() as u64 + MEDIA_BYTES;
    let index = film.index(index_at - 2_000);
    let bytes = index_at + index.len() as u64;
    let file = SparseFile::with(bytes, vec![(0, [begin, media].concat()), (index_at, index)]);
    assert_eq!(file.judge(), Ok(VideoFacts { seconds: 10, starts_late: true }));
    assert!(file.read.load(Ordering::Relaxed) < 2 * HEADERS_BYTES);
}

#[test]
fn a_cut_film_lasts_as_long_as_it_is_shown() {
    for is_wide in [false, true] {
        let mut film = with_picture(|picture| {
            picture.is_wide = is_wide;
            picture.pieces = vec![(500, -1), (2_000, 1_000), (100_000, 9_000)];
        });
        film.sound.as_mut().unwrap().pieces = vec![(1_000, 0)];
        film.told_ms = 3_500;
        lasts(film, 4);
    }
    // A length of 0 means the rest, and a list without pieces the whole.
    let mut film = with_picture(|picture| picture.pieces = vec![(0, 4_000)]);
    film.sound.as_mut().unwrap().pieces = vec![(0, 44_100 * 5)];
    film.told_ms = 6_000;
    lasts(film, 6);
    let film = with_picture(|picture| picture.pieces = vec![(10_000, 0)]);
    let mut file = film.bytes();
    spoil(&mut file, b"elst", 4, &0u32.to_be_bytes());
    assert_eq!(judge(&file), Ok(VideoFacts { seconds: 10, starts_late: false }));
}

#[test]
fn nothing_remains_of_a_film_that_is_cut_away() {
    let mut film = with_picture(|picture| picture.pieces = vec![(5_000, 10_000)]);
    film.sound.as_mut().unwrap().pieces = vec![(5_000, 44_100 * 11)];
    is_refused(film, VideoFault::NoDuration);
    // Nothing is shown, for a long time.
    let mut film = with_picture(|picture| picture.pieces = vec![(u32::MAX, -1)]);
    film.told_ms = u32::MAX;
    is_refused(film, VideoFault::NoDuration);
}

#[test]
fn what_is_no_mp4_is_told_so() {
    let picture = [&b"\x89PNG\r\n\x1a\n"[..], &[0; 40]].concat();
    let web = [&b"\x1aE\xdf\xa3"[..], &[1; 40]].concat();
    let without_type = Film::default().bytes()[24..].to_vec();
    for file in [&b""[..], b"\0", b"\0\0\0\x08fty", b"<html></html>", &picture, &web, &[0; 64], &without_type] {
        assert_eq!(judge(file), Err(VideoFault::NotMp4), "{file:?}");
    }
}

#[test]
fn a_fragmented_film_is_told_so() {
    let film = Film { in_index: named(b"mvex", &numbers(b"trex", &[0; 6])), ..Film::default() };
    is_refused(film, VideoFault::Fragmented);
    let film = Film { before: named(b"moof", &[0; 8]), ..Film::default() };
    is_refused(film, VideoFault::Fragmented);
    // As live recordings are: thousands of pieces, and the index is empty.
    let pieces = [named(b"moof", &[0; 8]), named(b"mdat", &[0; 8])].concat().repeat(5_000);
    let file = [named(b"ftyp", b"iso5\0\0\0\0"), named(b"moov", &[]), pieces].concat();
    assert_eq!(judge(&file), Err(VideoFault::Fragmented));
}

#[test]
fn pictures_must_be_h264() {
    let avc = FilmTrack::picture().formats.remove(0);
    for kind in [b"hvc1", b"hev1", b"vp09", b"av01", b"mp4v", b"encv", b"jpeg"] {
        let mut other = avc.clone();
        other[4..8].copy_from_slice(kind);
        is_refused(with_picture(|picture| picture.formats = vec![other.clone()]), VideoFault::NotH264);
        // Nor may they change to something else on the way.
        is_refused(with_picture(|picture| picture.formats.push(other)), VideoFault::NotH264);
    }
    is_refused(with_picture(|picture| picture.formats = Vec::new()), VideoFault::NotH264);
    for settings in [
        Vec::new(),
        named(b"avcC", &[]),
        named(b"avcC", &[1, 0x42, 0, 0x1e, 0xff, 0xe0, 0]),
        named(b"avcC", &[1, 0x42, 0, 0x1e, 0xff, 0xe1, 0, 4, 0x41, 0x42, 0, 0x1e, 0]),
        named(b"avcC", &[9, 0x42, 0, 0x1e, 0xff, 0xe1, 0, 4, 0x67, 0x42, 0, 0x1e, 0]),
    ] {
        is_refused(
            with_picture(|picture| picture.formats = vec![picture_format(b"avc1", &settings)]),
            VideoFault::NotH264,
        );
    }
    // Pictures of `avc3` bring their settings with them.
    let settings = named(b"avcC", &[1, 0x42, 0, 0x1e, 0xff, 0xe0, 0]);
    lasts(with_picture(|picture| picture.formats = vec![picture_format(b"avc3", &settings)]), 10);
}

#[test]
fn a_film_needs_pictures() {
    is_refused(Film { picture: None, ..Film::default() }, VideoFault::NoVideo);
    is_refused(with_picture(|picture| picture.kind = *b"text"), VideoFault::NoVideo);
    is_refused(Film { picture: None, sound: None, ..Film::default() }, VideoFault::NoVideo);
}

#[test]
fn sound_must_be_aac() {
    // Of MPEG-4, of MPEG-2, with SBR and PS.
    for (kind, aac) in [(0x40, 2), (0x40, 5), (0x40, 29), (0x40, 1), (0x67, 2)] {
        lasts(with_sound(|sound| sound.formats = vec![sound_format(kind, aac)]), 10);
    }
    // Of QuickTime, whose entries are longer.
    for version in [1, 2] {
        lasts(with_sound(|sound| sound.formats = vec![sound_format_of(version, 0x40, 2)]), 10);
    }
    // MP3, which is also said to be a kind of MPEG-4 sound; kinds that browsers do not know; speech.
    for (kind, aac) in [(0x6b, 2), (0x69, 2), (0x40, 31), (0x40, 8), (0x40, 0), (0xdd, 2)] {
        is_refused(with_sound(|sound| sound.formats = vec![sound_format(kind, aac)]), VideoFault::NotAac);
    }
    for kind in [b"Opus", b"fLaC", b"alac", b".mp3", b"enca", b"ac-3"] {
        let mut other = sound_format(0x40, 2);
        other[4..8].copy_from_slice(kind);
        is_refused(with_sound(|sound| sound.formats = vec![other]), VideoFault::NotAac);
    }
    is_refused(Film { sound: None, ..Film::default() }, VideoFault::NotAac);
    is_refused(with_sound(|sound| sound.formats = vec![named(b"mp4a", &[0; 28])]), VideoFault::NotAac);
    is_refused(with_sound(|sound| sound.formats = vec![named(b"mp4a", &[0; 5])]), VideoFault::NotAac);
}

#[test]
fn the_first_track_that_plays_counts() {
    let mut film = Film::default();
    let jpeg = FilmTrack { formats: vec![picture_format(b"jpeg", &[])], ..FilmTrack::picture() };
    let cover = Film { picture: Some(jpeg), sound: None, ..Film::default() }.index(0);
    let begin = cover.windows(4).position(|four| four == b"trak").unwrap() - 4;
    film.in_index = cover[begin..].to_vec();
    lasts(film, 10);
}

#[test]
fn the_sound_settings_are_read_to_their_end() {
    // A stream that names others: its address and its clock stand before the decoder.
    let mut format = sound_format(0x40, 2);
    let flags_at = format.windows(4).position(|four| four == b"esds").unwrap() + 4 + 4 + 5 + 2;
    format[flags_at] = 0xe0;
    let others = [0, 0, 3, b'a', b'b', b'c', 0, 0];
    format.splice(flags_at + 1..flags_at + 1, others);
    for (kind, at) in [(b"mp4a", 0), (b"esds", 36)] {
        let longer = u32::from_be_bytes(format[at..at + 4].try_into().unwrap()) + others.len() as u32;
        assert_eq!(&format[at + 4..at + 8], kind);
        format[at..at + 4].copy_from_slice(&longer.to_be_bytes());
    }
    let stream_length_at = flags_at - 3;
    format[stream_length_at] += others.len() as u8;
    lasts(with_sound(|sound| sound.formats = vec![format.clone()]), 10);
    // An address that is longer than the rest.
    format[flags_at + 3] = 0xff;
    is_refused(with_sound(|sound| sound.formats = vec![format]), VideoFault::NotAac);
    // A length without an end.
    let mut format = sound_format(0x40, 2);
    format[stream_length_at] = 0x80;
    is_refused(with_sound(|sound| sound.formats = vec![format]), VideoFault::NotAac);
}

#[test]
fn a_duration_that_is_not_known_or_not_true_is_refused() {
    for told in [0, 1_000, 7_000, 13_000, u64::from(u32::MAX)] {
        is_refused(with_picture(|picture| picture.told = told), VideoFault::NoDuration);
        is_refused(Film { told_ms: told as u32, ..Film::default() }, VideoFault::NoDuration);
        is_refused(with_sound(|sound| sound.told = told * 44), VideoFault::NoDuration);
    }
    is_refused(with_picture(|picture| (picture.is_wide, picture.told) = (true, u64::MAX)), VideoFault::NoDuration);
    // Two seconds are the inaccuracy of old programs.
    lasts(with_picture(|picture| picture.told = 11_900), 10);
    is_refused(with_picture(|picture| picture.units_per_second = 0), VideoFault::NoDuration);
    is_refused(with_picture(|picture| picture.samples = 0), VideoFault::NoDuration);
    is_refused(with_picture(|picture| picture.sample_units = 0), VideoFault::NoDuration);
    is_refused(with_picture(|picture| picture.sample_units = u32::MAX), VideoFault::NoDuration);
}

#[test]
fn a_film_lasts_a_day_at_most() {
    const DAY_S: u32 = 86_400;
    let lasting = |seconds: u32| {
        let mut film = with_picture(|picture| {
            (picture.sample_units, picture.told) = (seconds * 100, u64::from(seconds) * 1_000);
        });
        film.told_ms = seconds * 1_000;
        film
    };
    lasts(lasting(DAY_S), DAY_S.into());
    is_refused(lasting(DAY_S + 1), VideoFault::NoDuration);
}

#[test]
fn samples_must_lie_within_the_file() {
    is_refused(with_picture(|picture| picture.moved_by = 5_000), VideoFault::Broken);
    is_refused(with_picture(|picture| (picture.is_wide, picture.moved_by) = (true, u64::MAX / 2)), VideoFault::Broken);
    is_refused(with_sound(|sound| sound.moved_by = 1), VideoFault::Broken);
    for (kind, at, number) in [
        // One more chunk than there are places; and more than there can be.
        (b"stco", 4, 4),
        (b"stco", 4, u32::MAX),
        // Sizes that are larger than the file, and numbers of samples that do not fit each other.
        (b"stsz", 4, 100_000),
        (b"stsz", 4, u32::MAX),
        (b"stsz", 8, 11),
        (b"stsz", 8, u32::MAX),
        (b"stsz", 4, 0),
        (b"stts", 4, 2),
        (b"stts", 4, u32::MAX),
        (b"stts", 8, 9),
        // Chunks that begin at 2, hold more than all, or nothing, or go backwards.
        (b"stsc", 8, 2),
        (b"stsc", 12, 1_000),
        (b"stsc", 12, 0),
        (b"stsc", 20, 1),
        (b"stsc", 20, 7),
        (b"stsc", 4, 3),
        (b"stsc", 4, 0),
    ] {
        spoilt_is_broken(kind, at, &number.to_be_bytes());
    }
    // Samples that lie on each other, so that a small file says to be a long film.
    let film = with_picture(|picture| picture.sample_bytes = 50);
    let mut file = film.bytes();
    let bytes = file.len() as u32;
    spoil(&mut file, b"stsz", 4, &(bytes / 9).to_be_bytes());
    spoil(&mut file, b"stco", 8, &[0; 12]);
    assert_eq!(judge(&file), Err(VideoFault::Broken));
}

#[test]
fn boxes_that_do_not_fit_are_broken() {
    for kind in [b"moov", b"mdat", b"mvhd", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"stts"] {
        for size in [2, 7, u32::MAX, 1 << 31] {
            spoilt_is_broken(kind, -8, &u32::to_be_bytes(size));
        }
    }
    for kind in [b"mvhd", b"mdia", b"mdhd", b"hdlr", b"minf", b"stbl", b"stsd", b"stts", b"stsc", b"stsz", b"stco"] {
        // As if it were not there.
        spoilt_is_broken(kind, -4, b"free");
    }
    for kind in [b"moov", b"mdat"] {
        spoilt_is_broken(kind, -4, b"free");
    }
    spoilt_is_broken(b"ftyp", -8, &u32::MAX.to_be_bytes());
    for kind in [b"mvhd", b"mdhd"] {
        spoilt_is_broken(kind, 0, &[2]);
    }
}

#[test]
fn sizes_of_64_bits_do_not_overflow() {
    for size in [0, 8, 15, 1 << 40, 1 << 63, u64::MAX - 8, u64::MAX] {
        let huge = [&1u32.to_be_bytes(), &b"free"[..], &size.to_be_bytes(), &[0; 16]].concat();
        is_refused(Film { before: huge.clone(), ..Film::default() }, VideoFault::Broken);
        is_refused(Film { in_index: huge, ..Film::default() }, VideoFault::Broken);
    }
}

#[test]
fn no_part_of_a_film_is_taken_for_the_whole() {
    for index_last in [false, true] {
        let file = Film { index_last, ..Film::default() }.bytes();
        for length in 0..file.len() {
            assert!(judge(&file[..length]).is_err(), "{length} of {} bytes", file.len());
        }
    }
    // Pictures that reach to the end of the file, however long it is: the samples say how long it must be.
    let mut file = Film::default().bytes();
    spoil(&mut file, b"mdat", -8, &[0; 4]);
    assert!(judge(&file).is_ok());
    file.truncate(file.len() - 1);
    assert_eq!(judge(&file), Err(VideoFault::Broken));
}

#[test]
fn there_is_one_index() {
    let index = Film::default().index(0);
    is_refused(Film { before: index, ..Film::default() }, VideoFault::Broken);
}

#[test]
fn boxes_are_counted() {
    // With `ftyp`, the index and the pictures.
    let free = |count| Film { before: named(b"free", &[]).repeat(count), ..Film::default() };
    lasts(free(253), 10);
    is_refused(free(254), VideoFault::Broken);
    is_refused(free(10_000), VideoFault::Broken);
}

#[test]
fn boxes_nested_to_death_are_not_followed() {
    const DEPTH: u32 = 20_000;
    let kinds = [b"trak", b"mdia", b"minf", b"stbl"].into_iter().cycle();
    let headers = kinds.zip((1..=DEPTH).rev()).map(|(kind, depth)| [&(8 * depth).to_be_bytes(), &kind[..]].concat());
    let nested = headers.collect::<Vec<_>>().concat();
    is_refused(Film { in_index: nested, ..Film::default() }, VideoFault::Broken);
}

#[test]
fn a_large_index_is_read_and_a_larger_one_is_not() {
    let index_bytes = Film::default().index(0).len() as u64 - 8;
    let filled = |bytes: u64| Film { in_index: named(b"free", &vec![0; bytes as usize]), ..Film::default() };
    let most = INDEX_MAX_BYTES - index_bytes - 8;
    lasts(filled(most), 10);
    is_refused(filled(most + 1), VideoFault::HeadTooLarge);
    // Said to be large in a file that is large.
    let begin = [named(b"ftyp", b"isom\0\0\x02\0"), [&0xf000_0000u32.to_be_bytes(), &b"moov"[..]].concat()].concat();
    let media = named(b"mdat", &[0; 8]);
    let media_at = 16 + 0xf000_0000;
    let file = SparseFile::with(media_at + 16, vec![(0, begin), (media_at, media)]);
    assert_eq!(file.judge(), Err(VideoFault::HeadTooLarge));
    assert!(file.read.load(Ordering::Relaxed) < HEADERS_BYTES + 100);
}

#[test]
fn a_million_empty_tracks_are_refused() {
    let tracks = named(b"trak", &[]).repeat(1_000_000);
    is_refused(Film { in_index: tracks, ..Film::default() }, VideoFault::Broken);
}

#[test]
fn spoilt_films_are_judged_without_panic_and_within_the_limits() {
    let films: Vec<Vec<u8>> = [false, true]
        .into_iter()
        .map(|is_wide| {
            let mut film = with_picture(|picture| (picture.is_wide, picture.pieces) = (is_wide, vec![(10_000, 0)]));
            film.sound.as_mut().unwrap().is_wide = is_wide;
            film.index_last = is_wide;
            film.bytes()
        })
        .collect();
    let config = Config { cases: 4_000, failure_persistence: None, rng_seed: RngSeed::Fixed(14), ..Config::default() };
    let bytes = prop_oneof![Just(0u8), Just(1), Just(0x7f), Just(0x80), Just(0xff), any::<u8>()];
    let spoilt = (0..films.len(), prop::collection::vec((any::<prop::sample::Index>(), bytes), 1..12));
    let outcome = TestRunner::new(config).run(&spoilt, |(film, changes)| {
        let mut file = films[film].clone();
        for (place, byte) in changes {
            let at = place.index(file.len());
            file[at] = byte;
        }
        // A changed file that is accepted still has a duration within the limits.
        if let Ok(facts) = judge(&file) {
            prop_assert!((1..=86_400).contains(&facts.seconds));
        }
        Ok(())
    });
    outcome.unwrap();
}
