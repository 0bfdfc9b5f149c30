//! A network namespace on this machine with one wire to us, so that what runs in it comes to the school over an address
//! that is not its own, as every phone does.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::process::Command;
use std::sync::atomic::{AtomicU8, Ordering};

static BUILT: AtomicU8 = AtomicU8::new(0);

#[derive(PartialEq)]
pub struct Namespace {
    name: String,
    our_end: String,
    number: u8,
}

impl Namespace {
    /// `None` where this process may not make one, which is said aloud.
    pub fn builds() -> Option<Namespace> {
        if !may_build() {
            let why = "\nSKIPPED: a story on plain http needs a network namespace, and this process may not make one\n\
                       (CAP_NET_ADMIN and CAP_SYS_ADMIN are missing). Run it as root.\n\n";
            // Past the test's own capture: someone should see it.
            let _ = std::io::stderr().write_all(why.as_bytes());
            return None;
        }
        let number = BUILT.fetch_add(1, Ordering::Relaxed);
        let process = std::process::id();
        let space =
            Namespace { name: format!("gyosil-{process}-{number}"), our_end: format!("gy{process}x{number}"), number };
        let (name, ours, theirs) = (space.name.as_str(), space.our_end.as_str(), "out");
        ip(&["netns", "add", name]);
        ip(&["link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", name]);
        ip(&["addr", "add", &format!("{}/30", space.gateway()), "dev", ours]);
        ip(&["link", "set", ours, "up"]);
        ip(&["-n", name, "addr", "add", &format!("{}/30", space.address()), "dev", theirs]);
        ip(&["-n", name, "link", "set", "lo", "up"]);
        ip(&["-n", name, "link", "set", theirs, "up"]);
        Some(space)
    }

    /// Where it finds us.
    pub fn gateway(&self) -> IpAddr {
        self.at(1)
    }

    /// Where we find it.
    pub fn address(&self) -> IpAddr {
        self.at(2)
    }

    fn at(&self, host: u8) -> IpAddr {
        let own = (std::process::id() % 16_384) as u16 * 4;
        let [high, low] = own.to_be_bytes();
        Ipv4Addr::new(10, 200 + self.number % 50, high, low + host).into()
    }

    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name, program]);
        command
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // The wire goes with it.
        let _ = Command::new("ip").args(["netns", "del", &self.name]).status();
        let _ = Command::new("ip").args(["link", "del", &self.our_end]).stderr(std::process::Stdio::null()).status();
    }
}

fn may_build() -> bool {
    const NET_ADMIN: u64 = 1 << 12;
    const SYS_ADMIN: u64 = 1 << 21;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let held = status.lines().find_map(|line| line.strip_prefix("CapEff:")).map(str::trim).unwrap_or_default();
    let held = u64::from_str_radix(held, 16).unwrap_or_default();
    held & NET_ADMIN != 0 && held & SYS_ADMIN != 0
}

fn ip(words: &[&str]) {
    let done = Command::new("ip").args(words).output().expect("tests/run installs iproute2");
    assert!(done.status.success(), "ip {}: {}", words.join(" "), String::from_utf8_lossy(&done.stderr));
}
