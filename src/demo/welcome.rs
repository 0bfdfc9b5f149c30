//! The text that the demo prints on the terminal.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;

use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};

use super::lecture;
use super::school::{DemoSchool, Options, TEACHER_EMAIL, TEACHER_NAME};
use crate::app::School;
use crate::error::{Error, Result};
use crate::school::logins;

/// Prints a line. A closed terminal is not an error.
pub fn print_line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

pub async fn print_welcome(app: &School, demo: &DemoSchool, options: &Options, bound: SocketAddr) -> Result<()> {
    let url = &app.public_url;
    let DemoSchool { session, password, .. } = demo;
    let ticket = logins::make_ticket_for(app, demo.teacher.id).await?;
    let join = session.join_url(url);
    let (title, steps) = (lecture::TITLE, lecture::steps());

    print_line("");
    print_line("  교실 · Gyosil: a class to try out");
    print_line("");
    print_line(&format!("  «{title}» with {TEACHER_NAME}, in {steps} steps. {}", describe_learners(options)));
    print_line("");
    print_line("  The instructor's dashboard, signed in (once, within 10 minutes):");
    print_line(&format!("    {url}/teach/session/{}#t={ticket}", session.id));
    print_line(&format!("  later: {url}/teach   {TEACHER_EMAIL}   {password}"));
    print_line("");
    print_line(&format!("  Come in yourself, with a phone in the same network: code {}", with_spaces(&session.code)));
    print_line(&format!("    {join}"));
    if bound.ip().is_loopback() {
        print_line("  (It listens on this machine only. For phones: --listen 0.0.0.0:8080)");
    }
    print_line("");
    print_line(&qr(&join)?);
    print_line(&format!("  API        {url}/docs"));
    print_line(&format!("  Data       {} (emptied at each start of the demo)", app.config.data.display()));
    print_line("  Stop       Ctrl-C");
    print_line("");
    Ok(())
}

/// Writes a code as it is shown everywhere: 482 173.
pub fn with_spaces(code: &str) -> String {
    let (first, rest) = code.split_at_checked(3).unwrap_or((code, ""));
    format!("{first} {rest}")
}

fn describe_learners(options: &Options) -> String {
    let come = match options.learners {
        0 => "No simulated learners.".into(),
        1 => "One simulated learner is coming in.".into(),
        many => format!("{many} simulated learners are coming in."),
    };
    let next = if options.auto { "It runs by itself: watch." } else { "Press «start» at the dashboard." };
    format!("{come} {next}")
}

/// Draws a QR for the terminal. Scanners need dark on light: in a terminal with colours both are set; any other terminal is
/// taken to be dark, so its dark modules are left blank.
fn qr(text: &str) -> Result<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).map_err(Error::internal)?;
    let has_colours = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let (dark, light) = if has_colours { (Dense1x2::Dark, Dense1x2::Light) } else { (Dense1x2::Light, Dense1x2::Dark) };
    let picture = code.render::<Dense1x2>().dark_color(dark).light_color(light).build();
    let (on, off) = if has_colours { ("\x1b[38;5;16;48;5;231m", "\x1b[0m") } else { ("", "") };
    Ok(picture.lines().map(|row| format!("    {on}{row}{off}\n")).collect())
}

pub fn print_goodbye() {
    print_line("");
    print_line("  Everyone goes home. 안녕히 가세요!");
}
