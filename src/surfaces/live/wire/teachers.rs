//! Those who teach a lecture: its instructor, and the co-teachers with whom it is shared.

use crate::school::courses::teachers::CourseTeacher;
use crate::surfaces::keys::*;

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"user_id": 11}))]
pub struct NewTeacher {
    /// A colleague: an instructor or an administrator of the school
    pub user_id: i64,
}

answer! {
    #[schema(example = json!({"user_id": 11, "name": "최강사", "is_owner": false, "since": "2025-10-28T10:00:00Z"}))]
    pub struct TeacherLine from CourseTeacher as t {
        user_id: i64 = t.person,
        name: String = t.name,
        /// Whether this is the instructor of the lecture, and not a co-teacher
        is_owner: bool = t.is_owner,
        /// The time since which the lecture is shared; of its instructor, the time at which it was made
        since: Instant = Instant(t.since_ms),
    }

    /// Instructor first, then the co-teachers in the order of the sharing
    pub struct Teachers from Vec<CourseTeacher> as found { teachers: Vec<TeacherLine> = each(found) }
}
