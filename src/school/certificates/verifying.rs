//! Verification of certificates by anyone: by UUID, by number and code, or by number alone, which shows less.

use std::net::IpAddr;

use super::{CERTIFICATE, Certificate, CertificateState};
use crate::app::School;
use crate::db::{Arg, args};
use crate::error::{Error, Noun, Result};
use crate::failures::Attempts;

/// The part of a certificate that is shown for the number alone, since numbers can be guessed.
pub struct PublicCertificate {
    pub number: String,
    pub state: CertificateState,
    pub course: String,
    pub unit: Option<String>,
    pub masked_name: String,
}

pub async fn public_by_uuid(app: &School, uuid: &str, from: IpAddr) -> Result<Certificate> {
    find(app, "t.uuid = $1", args![uuid.trim().to_ascii_lowercase()], from).await
}

/// Finds a certificate by its number and code. A wrong code and an unknown number give the same error.
pub async fn public_by_code(app: &School, number: &str, code: &str, from: IpAddr) -> Result<Certificate> {
    find(app, "t.number = $1 and t.code = $2", args![normalized(number), normalized(code)], from).await
}

pub async fn public_by_number(app: &School, number: &str, from: IpAddr) -> Result<PublicCertificate> {
    let found = find(app, "t.number = $1", args![normalized(number)], from).await?;
    let facts = found.printed()?;
    let masked_name = if found.erased { facts.name } else { masked(&facts.name) };
    Ok(PublicCertificate {
        number: found.number.clone(),
        state: found.state(app.now_ms()),
        course: facts.course,
        unit: facts.unit,
        masked_name,
    })
}

async fn find(app: &School, condition: &str, args: Vec<Arg>, from: IpAddr) -> Result<Certificate> {
    let attempts = Attempts::CertificatesFrom(from);
    app.failures.check(&attempts, app.now_ms())?;
    let found = app.db.maybe(format!("{CERTIFICATE} where {condition}"), args).await?;
    found.ok_or_else(|| {
        app.failures.count(&attempts, app.now_ms());
        Error::NotFound(Noun::Certificate)
    })
}

/// Normalizes text that a person copied from paper: without spaces, in capital letters.
fn normalized(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase()
}

/// Masks a name: 김*자, 남**수, 김*; J*** S***. People who know the name recognize it, and nobody else can read it.
fn masked(name: &str) -> String {
    let words: Vec<String> = name.split_whitespace().map(masked_word).collect();
    words.join(" ")
}

fn masked_word(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let is_spelt = letters.iter().all(|c| !is_east_asian(*c));
    match letters.as_slice() {
        [] => String::new(),
        // The length of a name in an alphabet would reveal too much of it.
        [first, ..] if is_spelt => format!("{first}***"),
        [_] => "*".into(),
        [first, _] => format!("{first}*"),
        [first, between @ .., last] => format!("{first}{}{last}", "*".repeat(between.len())),
    }
}

/// Is the character a syllable or an ideograph of East Asia? Names written in these have few characters.
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
