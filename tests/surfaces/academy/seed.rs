//! Reads `seed.md`, the tables of URLs and the entities of the seed as they were given.

use std::collections::BTreeMap;

const TEXT: &str = include_str!("seed.md");

/// A field of an entity: its type, and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityField {
    pub r#type: &'static str,
    pub name: &'static str,
}

/// Lists the endpoints, such as `GET /courses/major-categories/{pk}/`, in the order of the seed.
pub fn headings() -> Vec<String> {
    let mut found = Vec::new();
    for row in TEXT.lines().filter(|line| line.starts_with("| ") && line.contains("| /")) {
        let cells: Vec<String> = row.split('|').map(|cell| cell.replace("<br/>", "").trim().to_owned()).collect();
        let mut methods: Vec<&str> = cells[1].split('/').collect();
        // One row lists GET alone, and says that one creates there too.
        if methods == ["GET"] && cells[3].contains("생성") {
            methods.push("POST");
        }
        let part = |part: &str| match part.split_once(':') {
            Some((_, name)) => format!("{{{name}}}"),
            None => part.to_owned(),
        };
        let path: Vec<String> = cells[2].split('/').map(part).collect();
        found.extend(methods.iter().map(|method| format!("{method} {}", path.join("/"))));
    }
    found
}

/// Reads the entities of the diagram, by name.
pub fn entities() -> BTreeMap<&'static str, Vec<EntityField>> {
    let mut found = BTreeMap::new();
    let mut lines = TEXT.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let Some(name) = line.strip_suffix(" {").filter(|name| !name.contains(' ')) else { continue };
        let fields = lines.by_ref().take_while(|line| *line != "}").map(|line| {
            let mut words = line.split_whitespace();
            let (Some(r#type), Some(name)) = (words.next(), words.next()) else { panic!("no field: {line}") };
            EntityField { r#type, name }
        });
        found.insert(name, fields.collect());
    }
    found
}

#[test]
fn the_seed_is_read_whole() {
    let (headings, entities) = (headings(), entities());
    assert_eq!((headings.len(), entities.len()), (81, 20));
    let of = |base: &str| headings.iter().filter(|heading| heading.contains(&format!(" {base}/"))).count();
    let bases =
        ["/accounts", "/courses", "/videos", "/progress", "/missions", "/payment", "/certificates", "/dashboards"];
    assert_eq!(bases.map(of), [9, 16, 7, 4, 29, 5, 4, 7]);
    for heading in [
        "PATCH /accounts/change-role/{user_id}/",
        "GET /certificates/preview/{course_type}/{course_id}/",
        "POST /missions/code-submissions/",
        "DELETE /missions/multiple-choice-questions/{id}/",
        "GET /missions/major/{major_id}/{minor_id}/{mid_or_final}/mcqs/",
    ] {
        assert!(headings.iter().any(|found| found == heading), "{heading} in {headings:#?}");
    }
    let types: std::collections::BTreeSet<&str> = entities.values().flatten().map(|field| field.r#type).collect();
    let known = ["boolean", "date", "datetime", "duration", "float", "int", "string", "text", "uuid"];
    assert_eq!(types.into_iter().collect::<Vec<_>>(), known);
    let visit =
        [("date", "date"), ("int", "student_unique_visitors"), ("int", "student_total_views"), ("text", "unique_ips")];
    assert_eq!(entities["DailyVisit"], visit.map(|(r#type, name)| EntityField { r#type, name }));
}
