//! Anyone may ask whether a certificate is good: by its UUID, by its number and code, or, to see little, by its number.

use std::net::IpAddr;

use super::{CERTIFICATE, Certificate, State};
use crate::app::School;
use crate::db::{Arg, args};
use crate::error::{Error, Result};
use crate::failures::Against;

/// What the number alone shows: numbers can be guessed.
pub struct Glimpse {
    pub number: String,
    pub state: State,
    pub course: String,
    pub masked_name: String,
}

pub async fn seen_by_uuid(app: &School, uuid: &str, from: IpAddr) -> Result<Certificate> {
    find(app, "t.uuid = $1", args![uuid.trim().to_ascii_lowercase()], from).await
}

/// A wrong code and an unknown number look the same.
pub async fn seen_by_code(app: &School, number: &str, code: &str, from: IpAddr) -> Result<Certificate> {
    find(app, "t.number = $1 and t.code = $2", args![typed(number), typed(code)], from).await
}

pub async fn seen_by_number(app: &School, number: &str, from: IpAddr) -> Result<Glimpse> {
    let found = find(app, "t.number = $1", args![typed(number)], from).await?;
    let facts = found.printed()?;
    let masked_name = if found.erased { facts.name } else { masked(&facts.name) };
    Ok(Glimpse { number: found.number.clone(), state: found.state(app.now_ms()), course: facts.course, masked_name })
}

async fn find(app: &School, which: &str, what: Vec<Arg>, from: IpAddr) -> Result<Certificate> {
    let against = Against::CertificatesFrom(from);
    app.failures.check(&against, app.now_ms())?;
    let found = app.db.maybe(format!("{CERTIFICATE} where {which}"), what).await?;
    found.ok_or_else(|| {
        app.failures.count(&against, app.now_ms());
        Error::NotFound("Certificate")
    })
}

/// As people copy it from paper.
fn typed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase()
}

/// 김*자, 남**수, 김*; J*** S***: whoever knows the name finds it again, and nobody else.
fn masked(name: &str) -> String {
    let words: Vec<String> = name.split_whitespace().map(masked_word).collect();
    words.join(" ")
}

fn masked_word(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let is_spelt = letters.iter().all(|c| !is_east_asian(*c));
    match letters.as_slice() {
        [] => String::new(),
        // How long a spelt name is says too much of it.
        [first, ..] if is_spelt => format!("{first}***"),
        [_] => "*".into(),
        [first, _] => format!("{first}*"),
        [first, between @ .., last] => format!("{first}{}{last}", "*".repeat(between.len())),
    }
}

/// Written in syllables or in characters, of which a name has few.
fn is_east_asian(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_masked() {
        let names = [
            ("김민자", "김*자"),
            ("김민", "김*"),
            ("남궁민수", "남**수"),
            ("龍", "*"),
            ("髙橋 さくら", "髙* さ*ら"),
            ("John Smith", "J*** S***"),
            ("Łukasz", "Ł***"),
            ("Nguyễn Thị Ánh", "N*** T*** Á***"),
        ];
        for (name, expected) in names {
            assert_eq!(masked(name), expected);
        }
    }
}
