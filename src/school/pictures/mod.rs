//! Pictures of steps. An instructor sends one to a lecture, and steps name it: the pixels are in the store, under a name that nobody
//! can guess and that is never used twice. It stays as long as a step names it, and one day longer.

pub mod naming;
mod on_step;
pub mod reading;
pub(in crate::school) mod reception;
pub mod removal;
mod upload;

pub use self::naming::{FOR_ALL, NamedPicture};
pub use self::on_step::{
    MarkShape, NONE, PictureMark, StepPicture, StoredPicture, marks_of_json, marks_to_json, of_json,
};
pub(in crate::school) use self::on_step::{key, to_json};
pub use self::reading::{ServedPicture, read};
pub(in crate::school) use self::reading::{parted, read_named, read_stored};
pub(in crate::school) use self::upload::OF_COURSE_MAX_PICTURES;
pub use self::upload::{FILE_MAX_BYTES, PictureUpload, begin};
