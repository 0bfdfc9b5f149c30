//! Printing of certificates: one by its UUID, or those of a class together.

use std::net::IpAddr;

use super::{CERTIFICATE, Certificate, CertificateState, public_by_uuid};
use crate::app::School;
use crate::db::args;
use crate::error::{Error, Noun, Result};
use crate::print::{CertificateFacts, Overprint, PrintJob};
use crate::school::rights::{self, Caller};

/// The most certificates of a class in one file.
const FILE_MAX_CERTIFICATES: i64 = 200;

/// Prints a certificate. If it is expired or revoked, that is printed across it.
pub(super) async fn print(app: &School, certificate: &Certificate) -> Result<Vec<u8>> {
    app.printer.print_certificates(vec![print_job(app, certificate)?]).await
}

/// Prints facts as a certificate would be if it were issued now, without anything that could be checked.
pub(super) async fn print_preview(app: &School, mut facts: CertificateFacts) -> Result<Vec<u8>> {
    for text in [&mut facts.number, &mut facts.uuid, &mut facts.code] {
        text.clear();
    }
    let job = PrintJob { facts, qr: String::new(), lookup: String::new(), overprint: Some(Overprint::Preview) };
    app.printer.print_certificates(vec![job]).await
}

/// Finds a certificate by its UUID, for anyone, and prints it.
pub async fn pdf(app: &School, uuid: &str, from: IpAddr) -> Result<(Certificate, Vec<u8>)> {
    let found = public_by_uuid(app, uuid, from).await?;
    let bytes = print(app, &found).await?;
    Ok((found, bytes))
}

/// Prints the valid certificates of a class, ordered by name, 200 in a file (for staff of the course). The first file is
/// part 1.
pub async fn class_pdf(app: &School, caller: &Caller, (course, class): (i64, i64), part: i64) -> Result<Vec<u8>> {
    let mut tx = app.db.read().await?;
    rights::find_taught_class(&mut tx, caller, course, class).await?;
    let sql = format!(
        "{CERTIFICATE} where e.class = $1 and t.unit is null and t.revoked_ms is null
        and (t.expires_ms is null or t.expires_ms > $2) and p.deleted_ms is null
        order by p.name, t.id limit $3 offset $4"
    );
    let args = args![class, app.now_ms(), FILE_MAX_CERTIFICATES, (part - 1) * FILE_MAX_CERTIFICATES];
    let found: Vec<Certificate> = tx.all(sql, args).await?;
    drop(tx);
    if found.is_empty() {
        return Err(Error::NotFound(Noun::Certificate));
    }
    let jobs = found.iter().map(|one| print_job(app, one)).collect::<Result<Vec<PrintJob>>>()?;
    app.printer.print_certificates(jobs).await
}

fn print_job(app: &School, certificate: &Certificate) -> Result<PrintJob> {
    let lookup = format!("{}/certificates", app.public_url);
    Ok(PrintJob {
        facts: certificate.printed()?,
        qr: format!("{lookup}?number={}&code={}", certificate.number, certificate.code),
        lookup,
        overprint: match certificate.state(app.now_ms()) {
            CertificateState::Valid => None,
            CertificateState::Expired => Some(Overprint::Expired),
            CertificateState::Revoked => Some(Overprint::Revoked),
        },
    })
}
