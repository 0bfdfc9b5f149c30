//! Reading the file of a picture. Whoever has its name may see it: phones in a lesson, and browsers that keep it.

use bytes::Bytes;

use super::on_step::{FOLDER, key};
use crate::app::School;
use crate::db::args;
use crate::error::{Error, Noun, Result};
use crate::outside::objects::READ_MAX_BYTES;

const NAME_DIGITS: usize = 32;

/// A file of a picture.
pub struct ServedPicture {
    pub bytes: Bytes,
    pub is_png: bool,
}

/// Reads a file by its name, such as `9f3c….jpg` or `9f3c…-small.jpg`. The store is asked only for what is there, and only once by all
/// who ask at the same moment.
pub async fn read(app: &School, file: &str) -> Result<ServedPicture> {
    let (name, kind) = parted(file).ok_or(Error::NotFound(Noun::Picture))?;
    let reading = async {
        let sql = "select id from pictures where name = $1 and kind = $2 and status = 'STORED'";
        let found: Option<(i64,)> = app.db.maybe(sql, args![name, kind]).await?;
        found.ok_or(Error::NotFound(Noun::Picture))?;
        read_stored(app, file).await
    };
    Ok(ServedPicture { bytes: app.pictures.get(file, reading).await?, is_png: kind == "png" })
}

/// Reads a file of a picture that a step names: nobody asks whether it is there.
pub(in crate::school) async fn read_named(app: &School, file: &str) -> Result<Bytes> {
    app.pictures.get(file, read_stored(app, file)).await
}

/// Reads a file of a picture from the store, and keeps nothing of it in memory.
pub(in crate::school) async fn read_stored(app: &School, file: &str) -> Result<Bytes> {
    let bytes = app.objects.read(&key(FOLDER, file), 0, READ_MAX_BYTES).await;
    bytes.map_err(|error| error.instead_of(Noun::Picture))
}

/// Parts the name of a file into that of its picture, and its kind.
pub(in crate::school) fn parted(file: &str) -> Option<(&str, &str)> {
    let (stem, kind) = file.rsplit_once('.')?;
    let name = stem.strip_suffix("-small").unwrap_or(stem);
    let is_digit = |b: u8| b.is_ascii_digit() || matches!(b, b'a'..=b'f');
    let is_ours = name.len() == NAME_DIGITS && name.bytes().all(is_digit) && matches!(kind, "jpg" | "png");
    is_ours.then_some((name, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_pictures_are_looked_for() {
        let name = "0123456789abcdef0123456789abcdef";
        for (file, kind) in [(format!("{name}.jpg"), "jpg"), (format!("{name}-small.png"), "png")] {
            assert_eq!(parted(&file), Some((name, kind)));
        }
        for file in [
            name,
            "a.jpg",
            ".jpg",
            "0123456789abcdef0123456789abcdeF.jpg",
            "0123456789abcdef0123456789abcdef.gif",
            "0123456789abcdef0123456789abcdef-small-small.jpg",
            "0123456789abcdef0123456789abcde/.jpg",
            "../../0123456789abcdef0123456789.jpg",
        ] {
            assert_eq!(parted(file), None, "{file}");
        }
    }
}
