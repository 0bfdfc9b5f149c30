//! `gyosil move`: carries a school from SQLite to PostgreSQL, and tells what else must be carried over.

use std::path::Path;

use crate::config::{Config, ObjectPlace, without_password};
use crate::db::{MovedTable, move_school};
use crate::error::{Error, Result};
use crate::private;

pub async fn run(config: Config, to: &str) -> Result<()> {
    let from = config.database_url();
    if !from.starts_with("sqlite:") {
        return Err(Error::internal("a school is moved from SQLite: this one is in PostgreSQL already"));
    }
    // No server starts meanwhile, and none serves it now.
    let _taken = private::take_folder(&config.data)?;
    println!("Moving {from} to {} …", without_password(to));
    let moved = move_school(&from, to).await?;
    print_tables(&moved);
    print_rest(&config, to);
    Ok(())
}

fn print_tables(moved: &[MovedTable]) {
    let width = moved.iter().map(|table| table.name.len()).max().unwrap_or_default();
    println!();
    println!("{:<width$}  {:>10}  hash of both", "table", "rows");
    for MovedTable { name, rows, hash } in moved {
        println!("{name:<width$}  {rows:>10}  {hash}");
    }
    let rows: u64 = moved.iter().map(|table| table.rows).sum();
    println!();
    println!("All {} tables were moved: {rows} rows, which are the same on both sides.", moved.len());
}

/// Tells what is not in the database, and how it comes along.
fn print_rest(config: &Config, to: &str) {
    let data = config.data.display();
    println!();
    println!("Not in the database, and not moved:");
    println!(
        "  the secret of tokens       {}",
        secret(&config.data, "jwt-secret", "GYOSIL_JWT_SECRET", config.jwt_secret.is_some())
    );
    println!(
        "  the key of certificates    {}",
        secret(&config.data, "certificate-key", "GYOSIL_CERTIFICATE_KEY", config.certificate_key.is_some())
    );
    match config.storing.objects {
        ObjectPlace::Bucket(_) => println!("  videos and pictures        stay in their bucket: give the same settings"),
        ObjectPlace::Folder => println!(
            "  videos and pictures        are in {data}/objects: several servers need them in a bucket (--objects s3://…)"
        ),
    }
    println!();
    println!("One server on the same data folder finds all of it there:");
    println!("  gyosil serve --data {data} --database {}", without_password(to));
    println!("The SQLite database stays as it is. Keep it as a backup, and serve from it no more.");
}

fn secret(data: &Path, file: &str, variable: &str, is_set: bool) -> String {
    match is_set {
        true => format!("is set: give the same {variable} to every server"),
        false => format!("on other machines: {variable}=\"$(cat {})\"", data.join(file).display()),
    }
}
