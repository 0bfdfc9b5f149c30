//! The values that all of this surface writes alike.

use serde::{Serialize, Serializer};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

use crate::clock::{self, SECOND_MS};
use crate::school::Window;
use crate::school::progress::units;
use crate::surfaces::keys::*;
use crate::surfaces::schemas::described;

/// A time in milliseconds, written with them: `2025-11-03T10:00:00.000Z`.
#[derive(Debug, Clone, Copy)]
pub struct Time(pub i64);

described!(
    Time,
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .description(Some("An instant, with milliseconds"))
        .examples(["2025-11-03T10:00:00.000Z"])
);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let seconds = clock::rfc3339(self.0);
        let ms = self.0.rem_euclid(SECOND_MS);
        serializer.collect_str(&format_args!("{}.{ms:03}Z", seconds.trim_end_matches('Z')))
    }
}

answer! {
    /// Time that something takes or took.
    #[schema(example = json!({"minutes": 520, "display": "8時間40分"}))]
    pub struct Duration from i64 as minutes {
        minutes: i64 = minutes,
        display: String = display(minutes),
    }
}

fn display(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes}分"),
        (hours, 0) => format!("{hours}時間"),
        (hours, minutes) => format!("{hours}時間{minutes}分"),
    }
}

impl Duration {
    /// Turns seconds into minutes, begun minutes as whole ones.
    pub fn of_seconds(seconds: i64) -> Duration {
        Duration::from(seconds.div_euclid(60) + i64::from(seconds % 60 != 0))
    }
}

answer! {
    #![serde(rename_all = "camelCase")]

    #[schema(example = json!({"total": 87, "limit": 20, "offset": 0, "hasMore": true}))]
    pub struct LearningPagination from (Window, i64) as (window, total) {
        total: i64 = total,
        limit: i64 = window.limit,
        offset: i64 = window.offset,
        has_more: bool = window.has_more(total),
    }

    /// How many of the course's modules are complete.
    #[schema(example = json!({"completedCount": 3, "totalCount": 8, "percentage": 37.5}))]
    pub struct ModulesDone from units::ProgressRate as rate {
        completed_count: i64 = rate.completed,
        total_count: i64 = rate.total,
        /// From 0 to 100
        percentage: f64 = rate.percentage(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_durations_are_written_as_in_the_seed() {
        let time = |ms| serde_json::to_value(Time(ms)).unwrap();
        assert_eq!([time(0), time(1_762_164_000_007)], ["1970-01-01T00:00:00.000Z", "2025-11-03T10:00:00.007Z"]);
        let shown = [0, 40, 60, 90, 480, 1840].map(display);
        assert_eq!(shown, ["0分", "40分", "1時間", "1時間30分", "8時間", "30時間40分"]);
        assert_eq!([0, 1, 60, 61].map(|seconds| Duration::of_seconds(seconds).minutes), [0, 1, 1, 2]);
    }
}
