//! Reads `seed.md`: what is under each heading is what the server is held to.

use serde_json::Value;

use crate::written::json;

const TEXT: &str = include_str!("seed.md");

/// One `### POST /api/…` or `### WS /ws/…` with its examples.
#[derive(Debug, Default)]
pub struct Endpoint {
    pub heading: String,
    pub request: Option<Value>,
    /// By status.
    pub answers: Vec<(u16, Value)>,
    /// What a socket says.
    pub frames: Vec<Value>,
}

pub struct Seed {
    pub endpoints: Vec<Endpoint>,
    /// Examples under headings that name no endpoint: the error, the page.
    pub rules: Vec<(String, Value)>,
}

impl Endpoint {
    pub fn is_socket(&self) -> bool {
        self.heading.starts_with("WS ")
    }

    /// The method in lower case, and the path.
    pub fn place(&self) -> (String, &str) {
        let (method, path) = self.heading.split_once(' ').unwrap();
        (method.to_lowercase(), path)
    }

    pub fn answer(&self, status: u16) -> Option<&Value> {
        self.answers.iter().find(|(s, _)| *s == status).map(|(_, example)| example)
    }

    /// Everything that must have been compared before this endpoint is covered.
    pub fn wants(&self) -> Vec<String> {
        let heading = &self.heading;
        if self.answers.is_empty() && self.frames.is_empty() {
            return vec![heading.clone()];
        }
        let answers = self.answers.iter().map(|(status, _)| answer_name(heading, *status));
        let frames = self.frames.iter().map(|f| frame_name(heading, f["type"].as_str().unwrap()));
        answers.chain(frames).collect()
    }
}

pub fn answer_name(heading: &str, status: u16) -> String {
    format!("{heading} → {status}")
}

pub fn frame_name(heading: &str, kind: &str) -> String {
    format!("{heading}: {kind}")
}

impl Seed {
    #[track_caller]
    pub fn endpoint(&self, heading: &str) -> &Endpoint {
        self.endpoints.iter().find(|e| e.heading == heading).unwrap_or_else(|| panic!("the seed has no {heading}"))
    }

    #[track_caller]
    pub fn rule(&self, heading: &str) -> &Value {
        let found = self.rules.iter().find(|(name, _)| name == heading);
        &found.unwrap_or_else(|| panic!("the seed has no {heading}")).1
    }

    pub fn read() -> Seed {
        let mut reader = Reader::default();
        let mut lines = TEXT.lines();
        while let Some(line) = lines.next() {
            if line.starts_with("```json") {
                let block: Vec<&str> = lines.by_ref().take_while(|l| !l.starts_with("```")).collect();
                reader.example(&block.join("\n"));
            } else {
                reader.prose(line);
            }
        }
        Seed { endpoints: reader.endpoints, rules: reader.rules }
    }
}

/// What the next example is.
#[derive(Default, Clone, Copy)]
enum Next {
    #[default]
    Unknown,
    Request,
    Answer(u16),
    Frame,
}

#[derive(Default)]
struct Reader {
    endpoints: Vec<Endpoint>,
    rules: Vec<(String, Value)>,
    /// The heading of a rule, while it is one.
    rule: Option<String>,
    next: Next,
}

impl Reader {
    fn prose(&mut self, line: &str) {
        if let Some(heading) = line.strip_prefix("### ") {
            self.next = Next::Unknown;
            if is_endpoint(heading) {
                self.rule = None;
                self.endpoints.push(Endpoint { heading: heading.trim().into(), ..Endpoint::default() });
            } else {
                self.rule = Some(heading.trim().into());
            }
        } else if line.starts_with("**Request**") {
            self.next = Next::Request;
        } else if let Some(rest) = line.strip_prefix("**Response**") {
            let status = rest.trim_start_matches([' ', '(']).split(' ').next().and_then(|word| word.parse().ok());
            self.next = Next::Answer(status.unwrap_or(200));
        } else if line.starts_with("**수신 메시지") || line.starts_with("**받는 메시지") {
            self.next = Next::Frame;
        }
    }

    fn example(&mut self, text: &str) {
        let example = json(text);
        if let Some(rule) = &self.rule {
            return self.rules.push((rule.clone(), example));
        }
        let endpoint = self.endpoints.last_mut().unwrap_or_else(|| panic!("an example of nothing: {text}"));
        match self.next {
            Next::Request => endpoint.request = Some(example),
            Next::Answer(status) => endpoint.answers.push((status, example)),
            Next::Frame => endpoint.frames.push(example),
            Next::Unknown => panic!("{}: an example of what? {text}", endpoint.heading),
        }
    }
}

fn is_endpoint(heading: &str) -> bool {
    ["GET", "POST", "PUT", "PATCH", "DELETE", "WS"].iter().any(|m| heading.starts_with(&format!("{m} /")))
}

#[test]
fn no_heading_and_no_example_of_the_seed_is_overlooked() {
    let seed = Seed::read();
    let headings = TEXT.lines().filter_map(|l| l.strip_prefix("### ")).filter(|h| h.contains(" /")).count();
    assert_eq!(seed.endpoints.len(), headings);
    assert_eq!((headings, seed.endpoints.iter().filter(|e| e.is_socket()).count()), (45, 5));
    let kept = seed.endpoints.iter().map(|e| usize::from(e.request.is_some()) + e.answers.len() + e.frames.len());
    assert_eq!(kept.sum::<usize>() + seed.rules.len(), TEXT.matches("```json").count());
    let rules: Vec<&str> = seed.rules.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(rules, ["에러 응답 형식", "페이지네이션"]);
}

#[test]
fn examples_are_read_under_the_heading_and_the_status_that_they_stand_under() {
    let seed = Seed::read();
    let mine = seed.endpoint("GET /api/sessions/my-active");
    assert_eq!(mine.answers.iter().map(|(status, _)| *status).collect::<Vec<_>>(), [200, 404]);
    assert_eq!(mine.answer(404).unwrap()["active_session"], Value::Null);
    assert_eq!(seed.endpoint("POST /api/auth/register").answers[0].0, 201);
    let phone = seed.endpoint("WS /ws/session/{session_id}/student/");
    assert_eq!(
        phone.frames.iter().map(|f| f["type"].as_str().unwrap()).collect::<Vec<_>>(),
        ["session_started", "step_changed", "session_paused", "session_resumed", "session_ended"]
    );
    assert_eq!(seed.endpoint("DELETE /api/subtasks/{subtask_id}").wants(), ["DELETE /api/subtasks/{subtask_id}"]);
    let logs = seed.endpoint("POST /api/logs/batch").request.as_ref().unwrap();
    assert_eq!(logs["logs"][1]["event_data"], serde_json::json!({}));
}
