//! Learning objectives of a course: what one is able to do after it. They are stored as a JSON list.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::{Error, Result};

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Objective {
    pub description: String,
    /// A sign by which one sees that it is reached.
    pub measurable_outcome: Option<String>,
    /// How deep it goes, in the author's word (`understand`, `apply`).
    pub level: Option<String>,
}

impl Objective {
    pub fn write_all(objectives: &[Objective]) -> String {
        let one = |o: &Objective| json!({ "description": o.description, "measurable_outcome": o.measurable_outcome, "level": o.level });
        Value::from_iter(objectives.iter().map(one)).to_string()
    }

    pub fn read_all(stored: &str) -> Result<Vec<Objective>> {
        serde_json::from_str(stored).map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objectives_are_read_as_they_were_written() {
        let one = Objective { description: "a \"b\"".into(), measurable_outcome: None, level: Some("apply".into()) };
        let all = vec![one.clone(), Objective { measurable_outcome: Some("c".into()), level: None, ..one }];
        assert_eq!(Objective::read_all(&Objective::write_all(&all)).unwrap(), all);
        assert_eq!(Objective::read_all("[]").unwrap(), []);
    }
}
