//! Gyosil as the program that is measured: how it is started, and the instructor in it.

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Result;

const OPEN_WITHIN: Duration = Duration::from_secs(30);
pub const EMAIL: &str = "teacher@example.com";
pub const PASSWORD: &str = "only-for-this-load-test";

/// The command that starts Gyosil, or another of its commands, without what would slow the load.
pub fn gyosil(binary: &Path, data: &Path, database: Option<&str>) -> Command {
    let mut command = Command::new(binary);
    command.arg("--data").arg(data).env("GYOSIL_RATE_LIMITS", "off").env("GYOSIL_LOG", "warn");
    command.env("GYOSIL_ACCESS_TTL_S", "36000").env_remove("GYOSIL_DATABASE");
    if let Some(url) = database {
        command.args(["--database", url]);
    }
    command
}

pub fn add_instructor(binary: &Path, data: &Path, database: Option<&str>) -> Result<()> {
    add_person(binary, data, database, EMAIL, "INSTRUCTOR")
}

pub fn add_person(binary: &Path, data: &Path, database: Option<&str>, email: &str, role: &str) -> Result<()> {
    let mut command = gyosil(binary, data, database);
    command.args(["user", "add", "--email", email, "--name", "박강사", "--role", role, "--password-stdin"]);
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().map_err(|e| format!("{}: {e}", binary.display()))?;
    let written = child.stdin.take().map(|mut stdin| stdin.write_all(PASSWORD.as_bytes()));
    if child.wait()?.success() && matches!(written, Some(Ok(()))) {
        Ok(())
    } else {
        Err(format!("{email} could not be added").into())
    }
}

/// Free a moment ago; nobody else asks for ports of this machine so fast.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

pub fn wait_until_open(address: SocketAddr) -> Result<()> {
    let begun = Instant::now();
    while begun.elapsed() < OPEN_WITHIN {
        if TcpStream::connect(address).is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(format!("nobody opened {address}").into())
}
