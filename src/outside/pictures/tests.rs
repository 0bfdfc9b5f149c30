//! Pictures of every kind, good and bad. The files are made here.

#[cfg(test)]
use image_webp::{ColorType as WebpColors, WebPEncoder};

use super::bounds::must_fit;
use super::exif::Orientation;
use super::*;

type Pixel = [u8; 3];

const RED: Pixel = [220, 20, 30];
const BLUE: Pixel = [10, 40, 200];
const WHITE: Pixel = [255, 255, 255];

/// A left half of red and a right half of blue.
fn halves(width: usize, height: usize) -> Vec<u8> {
    (0..width * height).flat_map(|n| if n % width < width / 2 { RED } else { BLUE }).collect()
}

fn png_file(width: usize, height: usize, colours: ::png::ColorType, pixels: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut file, width as u32, height as u32);
    encoder.set_color(colours);
    encoder.set_depth(::png::BitDepth::Eight);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(pixels).unwrap();
    writer.finish().unwrap();
    file
}

fn jpeg_with(
    width: usize,
    height: usize,
    pixels: &[u8],
    settings: impl FnOnce(&mut jpeg_encoder::Encoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 95);
    settings(&mut encoder);
    encoder.encode(pixels, width as u16, height as u16, jpeg_encoder::ColorType::Rgb).unwrap();
    file
}

fn webp_file(width: usize, height: usize, colours: WebpColors, pixels: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    WebPEncoder::new(&mut file).encode(pixels, width as u32, height as u32, colours).unwrap();
    file
}

/// EXIF with an orientation, and a text of where it was taken.
fn exif(orientation: u8) -> Vec<u8> {
    let entries =
        [[0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0], [0x0e, 1, 2, 0, 4, 0, 0, 0, b'G', b'P', b'S', b'!']];
    [&b"II*\0\x08\0\0\0\x02\0"[..], entries.as_flattened(), &[0; 4]].concat()
}

/// Reads what we have kept, pixel by pixel.
fn shown(file: &[u8]) -> RgbPicture {
    let decoded = decode(file).unwrap();
    assert_eq!(decoded.orientation, Orientation::UPRIGHT);
    shrinking::shrink(decoded.raster, usize::MAX)
}

#[track_caller]
fn must_be_near(picture: &RgbPicture, (x, y): (usize, usize), expected: Pixel) {
    let found = picture.pixels.as_chunks::<3>().0[y * picture.width + x];
    let is_near = found.iter().zip(expected).all(|(found, expected)| found.abs_diff(expected) < 12);
    assert!(is_near, "{found:?} at {x}, {y} instead of {expected:?}");
}

fn fault(file: &[u8]) -> PictureFault {
    prepare(file).expect_err("it is refused")
}

#[test]
fn every_kind_is_kept_with_its_colours() {
    let pixels = halves(60, 40);
    for file in [
        png_file(60, 40, ::png::ColorType::Rgb, &pixels),
        jpeg_with(60, 40, &pixels, |_| {}),
        jpeg_with(60, 40, &pixels, |encoder| encoder.set_progressive(true)),
        webp_file(60, 40, WebpColors::Rgb8, &pixels),
    ] {
        let kept = prepare(&file).unwrap();
        assert_eq!((kept.width, kept.height), (60, 40));
        for kept in [kept.large, kept.small] {
            let shown = shown(&kept);
            assert_eq!((shown.width, shown.height), (60, 40));
            must_be_near(&shown, (10, 20), RED);
            must_be_near(&shown, (50, 20), BLUE);
        }
    }
}

#[test]
fn a_large_picture_becomes_smaller_and_keeps_its_proportions() {
    for (width, height, large, small) in [
        (1_080, 2_400, (720, 1_600), (180, 400)),
        (3_200, 1, (1_600, 1), (400, 1)),
        (1_601, 800, (1_600, 800), (400, 200)),
    ] {
        let kept = prepare(&png_file(width, height, ::png::ColorType::Rgb, &halves(width, height))).unwrap();
        assert_eq!((kept.width, kept.height), large);
        let (large, small_shown) = (shown(&kept.large), shown(&kept.small));
        assert_eq!((large.width, large.height), (kept.width, kept.height));
        assert_eq!((small_shown.width, small_shown.height), small);
        for shown in [large, small_shown] {
            must_be_near(&shown, (0, shown.height / 2), RED);
            must_be_near(&shown, (shown.width - 1, shown.height - 1), BLUE);
        }
    }
}

#[test]
fn a_photo_is_kept_as_jpeg_and_a_drawing_as_png() {
    let drawing = prepare(&png_file(400, 400, ::png::ColorType::Rgb, &halves(400, 400))).unwrap();
    assert_eq!(
        (drawing.kind, &drawing.large[..4], &drawing.small[..4]),
        (PictureKind::Png, &b"\x89PNG"[..], &b"\x89PNG"[..])
    );
    let mut noise = 7_u32;
    let photo: Vec<u8> = (0..400 * 400 * 3)
        .map(|_| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (noise >> 24) as u8
        })
        .collect();
    let photo = prepare(&png_file(400, 400, ::png::ColorType::Rgb, &photo)).unwrap();
    assert_eq!((photo.kind, &photo.large[..3]), (PictureKind::Jpeg, &b"\xff\xd8\xff"[..]));
}

#[test]
fn a_picture_is_turned_upright_and_loses_what_else_its_file_says() {
    let pixels = halves(60, 40);
    let in_jpeg = |turn| jpeg_with(60, 40, &pixels, |encoder| encoder.add_exif_metadata(&exif(turn)).unwrap());
    let in_png = |turn| {
        let mut info = ::png::Info::with_size(60, 40);
        (info.color_type, info.bit_depth) = (::png::ColorType::Rgb, ::png::BitDepth::Eight);
        info.exif_metadata = Some(exif(turn).into());
        let mut file = Vec::new();
        let mut encoder = ::png::Encoder::with_info(&mut file, info).unwrap();
        encoder.add_text_chunk("Location".into(), "GPS!".into()).unwrap();
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&pixels).unwrap();
        writer.finish().unwrap();
        file
    };
    let in_webp = |turn| {
        let mut file = Vec::new();
        let mut encoder = WebPEncoder::new(&mut file);
        encoder.set_exif_metadata(exif(turn));
        encoder.encode(&pixels, 60, 40, WebpColors::Rgb8).unwrap();
        file
    };
    // Turned by a quarter to the right, what was left is above.
    for file in [in_jpeg(6), in_png(6), in_webp(6)] {
        assert!(file.windows(4).any(|bytes| bytes == b"GPS!"));
        let kept = prepare(&file).unwrap();
        assert_eq!((kept.width, kept.height), (40, 60));
        for file in [kept.large, kept.small] {
            assert!(!file.windows(4).any(|bytes| bytes == b"GPS!" || bytes == b"Exif"));
            let shown = shown(&file);
            must_be_near(&shown, (20, 10), RED);
            must_be_near(&shown, (20, 50), BLUE);
        }
    }
    for (turn, left) in [(1, RED), (2, BLUE), (3, BLUE), (4, RED), (9, RED)] {
        let kept = prepare(&in_jpeg(turn)).unwrap();
        assert_eq!((kept.width, kept.height), (60, 40), "{turn}");
        must_be_near(&shown(&kept.large), (10, 20), left);
    }
    for (turn, above) in [(5, RED), (6, RED), (7, BLUE), (8, BLUE)] {
        let kept = prepare(&in_jpeg(turn)).unwrap();
        assert_eq!((kept.width, kept.height), (40, 60), "{turn}");
        must_be_near(&shown(&kept.large), (20, 10), above);
    }
}

#[test]
fn every_turn_brings_each_corner_to_its_place() {
    // 1 2 3
    // 4 5 6
    let picture = || RgbPicture { width: 3, height: 2, pixels: (1..=6).flat_map(|n| [n; 3]).collect() };
    for (turn, expected) in [
        (1, [1, 2, 3, 4, 5, 6]),
        (2, [3, 2, 1, 6, 5, 4]),
        (3, [6, 5, 4, 3, 2, 1]),
        (4, [4, 5, 6, 1, 2, 3]),
        (5, [1, 4, 2, 5, 3, 6]),
        (6, [4, 1, 5, 2, 6, 3]),
        (7, [6, 3, 5, 2, 4, 1]),
        (8, [3, 6, 2, 5, 1, 4]),
    ] {
        let turned = Orientation::of_exif(&exif(turn)).turn(picture());
        let found: Vec<u8> = turned.pixels.iter().step_by(3).copied().collect();
        assert_eq!(found, expected, "{turn}");
        assert_eq!(turned.width, if turn >= 5 { 2 } else { 3 });
    }
    for broken in [
        &b""[..],
        b"II*\0",
        b"II*\0\xff\xff\xff\xff",
        b"II*\0\x08\0\0\0\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x02",
    ] {
        assert_eq!(Orientation::of_exif(broken), Orientation::UPRIGHT);
    }
}

#[test]
fn what_one_could_look_through_stands_on_white() {
    let clear: Vec<u8> = [[0, 0, 0, 0], [RED[0], RED[1], RED[2], 255]].concat();
    let grey: Vec<u8> = vec![0, 0, 100, 255];
    for (file, second) in [
        (png_file(2, 1, ::png::ColorType::Rgba, &clear), RED),
        (png_file(2, 1, ::png::ColorType::GrayscaleAlpha, &grey), [100; 3]),
        (webp_file(2, 1, WebpColors::Rgba8, &clear), RED),
    ] {
        let decoded = shrinking::shrink(decode(&file).unwrap().raster, 2);
        must_be_near(&decoded, (0, 0), WHITE);
        must_be_near(&decoded, (1, 0), second);
    }
}

#[test]
fn a_bomb_is_refused_by_its_head() {
    // A file of a few bytes that says it has 100 million pixels.
    let head = |width: u32, height: u32| {
        let mut file = Vec::new();
        let mut encoder = ::png::Encoder::new(&mut file, width, height);
        encoder.set_color(::png::ColorType::Rgb);
        drop(encoder.write_header().unwrap());
        file
    };
    assert_eq!(fault(&head(10_000, 10_000)), PictureFault::TooManyPixels);
    assert_eq!(fault(&head(u32::MAX >> 1, 1)), PictureFault::TooManyPixels);
    assert_eq!(fault(&head(30_000, 1)), PictureFault::TooManyPixels);
    let mut jpeg = jpeg_with(16, 16, &halves(16, 16), |_| {});
    let frame = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert_eq!(fault(&jpeg), PictureFault::TooManyPixels);
    let mut webp = webp_file(16, 16, WebpColors::Rgb8, &halves(16, 16));
    webp[21..25].copy_from_slice(&[0xfe, 0xbf, 0xff, 0x0f]);
    assert_eq!(fault(&webp), PictureFault::TooManyPixels);
}

/// Builds an extended WebP of 16 × 16 whose frame says that it has 16,383 × 16,383.
fn webp_with_larger_frame() -> Vec<u8> {
    let chunk = |name: &[u8; 4], content: &[u8]| [name, &(content.len() as u32).to_le_bytes()[..], content].concat();
    let canvas = [0, 0, 0, 0, 15, 0, 0, 15, 0, 0];
    let frame = [0x10, 0, 0, 0x9d, 0x01, 0x2a, 0xff, 0x3f, 0xff, 0x3f, 0, 0];
    let chunks = [&b"WEBP"[..], &chunk(b"VP8X", &canvas), &chunk(b"VP8 ", &frame)].concat();
    chunk(b"RIFF", &chunks)
}

#[test]
fn a_frame_larger_than_its_picture_is_refused_before_it_gets_room() {
    let file = webp_with_larger_frame();
    assert!(image_webp::WebPDecoder::new(std::io::Cursor::new(&file)).is_ok(), "the decoder itself does not see it");
    assert_eq!(fault(&file), PictureFault::Broken);
}

#[test]
fn ordinary_pictures_fit_into_the_room_of_one() {
    for (size, channels, decoder_bytes) in [((4_000, 3_000), 3, 3), ((4_000, 3_000), 4, 4), ((1_440, 3_200), 4, 12)] {
        assert!(must_fit(size, channels, decoder_bytes).is_ok(), "{size:?}: an ordinary photo or picture of a screen");
    }
}

#[test]
fn a_picture_in_hundreds_of_scans_is_refused() {
    let file = jpeg_with(64, 64, &halves(64, 64), |encoder| encoder.set_progressive(true));
    let last = file.windows(2).rposition(|marker| marker == [0xff, 0xda]).unwrap();
    let scan = &file[last..file.len() - 2];
    let many = [&file[..file.len() - 2], &scan.repeat(SCANS), &file[file.len() - 2..]].concat();
    assert!(prepare(&file).is_ok());
    assert_eq!(fault(&many), PictureFault::Broken);
}

const SCANS: usize = 500;

#[test]
fn a_scan_for_each_colour_is_refused_and_not_shown_in_wrong_colours() {
    let in_scans = |encoder: &mut jpeg_encoder::Encoder<&mut Vec<u8>>| encoder.set_optimized_huffman_tables(true);
    let file = jpeg_with(64, 64, &halves(64, 64), in_scans);
    assert_eq!(file.windows(2).filter(|marker| *marker == [0xff, 0xda]).count(), 3);
    assert_eq!(fault(&file), PictureFault::Broken);
}

#[test]
fn a_file_that_was_cut_is_refused() {
    let pixels = halves(200, 200);
    for file in [
        png_file(200, 200, ::png::ColorType::Rgb, &pixels),
        jpeg_with(200, 200, &pixels, |_| {}),
        webp_file(200, 200, WebpColors::Rgb8, &pixels),
    ] {
        for bytes in [12, 20, 30, file.len() / 2, file.len() * 9 / 10] {
            assert!(prepare(&file[..bytes]).is_err(), "{bytes} of {}", file.len());
        }
    }
}

#[test]
fn what_is_no_picture_is_refused_whatever_it_is_called() {
    for file in [
        &b""[..],
        b"GIF89a\x01\0\x01\0\0\0\0;",
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7",
        b"BM",
        b"RIFF\0\0\0\0WAVE",
        b"\0\0\0\x1cftypheic",
    ] {
        assert_eq!(fault(file), PictureFault::NoPicture);
    }
}

#[test]
fn nothing_of_a_file_but_its_pixels_goes_further() {
    let script = b"<script>alert(1)</script>";
    let has_script = |file: &[u8]| file.windows(script.len()).any(|bytes| bytes == script);
    let pixels = halves(60, 40);
    let mut in_comment = jpeg_with(60, 40, &pixels, |encoder| encoder.add_app_segment(1, script.to_vec()).unwrap());
    in_comment.extend_from_slice(script);
    let behind = [&png_file(60, 40, ::png::ColorType::Rgb, &pixels)[..], script].concat();
    let webp_behind = [&webp_file(60, 40, WebpColors::Rgb8, &pixels)[..], script].concat();
    for file in [in_comment, behind, webp_behind] {
        assert!(has_script(&file));
        let kept = prepare(&file).unwrap();
        assert!(!has_script(&kept.large) && !has_script(&kept.small));
        must_be_near(&shown(&kept.large), (10, 20), RED);
    }
}

#[test]
fn a_moving_webp_is_refused() {
    let chunk = |name: &[u8; 4], content: &[u8]| [name, &(content.len() as u32).to_le_bytes()[..], content].concat();
    let still = webp_file(16, 16, WebpColors::Rgb8, &halves(16, 16));
    let mut frame = vec![0; 16];
    (frame[6], frame[9]) = (15, 15);
    frame.extend_from_slice(&still[12..]);
    let chunks = [
        &b"WEBP"[..],
        &chunk(b"VP8X", &[2, 0, 0, 0, 15, 0, 0, 15, 0, 0]),
        &chunk(b"ANIM", &[0; 6]),
        &chunk(b"ANMF", &frame),
    ];
    assert_eq!(fault(&chunk(b"RIFF", &chunks.concat())), PictureFault::Moving);
}

#[test]
fn a_moving_png_is_refused() {
    let pixels = halves(16, 16);
    let mut file = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut file, 16, 16);
    encoder.set_color(::png::ColorType::Rgb);
    encoder.set_animated(2, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    for _ in 0..2 {
        writer.write_image_data(&pixels).unwrap();
    }
    writer.finish().unwrap();
    assert_eq!(fault(&file), PictureFault::Moving);
}
