//! Whom we load: this machine, and nobody else.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// A load generator pointed at someone else's server is an attack, so that no other address can even be written.
pub fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address = match text.strip_prefix("localhost:") {
        Some(port) => {
            let port = port.parse().map_err(|_| format!("{port} is no port"))?;
            SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
        }
        None => text.parse().map_err(|_| format!("{text} is no address such as 127.0.0.1:8080"))?,
    };
    if address.ip().is_loopback() { Ok(address) } else { Err(format!("{address} is not this machine's loopback")) }
}

pub fn loopback_url(text: &str) -> Result<SocketAddr, String> {
    let host = text.strip_prefix("http://").ok_or("it must begin with http://")?;
    loopback(host.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_can_be_a_target() {
        for other in ["192.168.0.10:80", "0.0.0.0:80", "8.8.8.8:80", "example.com:80", "[2001:db8::1]:80"] {
            assert!(loopback(other).is_err(), "{other}");
            assert!(loopback_url(&format!("http://{other}")).is_err(), "{other}");
        }
        for own in ["127.0.0.1:80", "127.1.2.3:80", "localhost:80", "[::1]:80"] {
            assert!(loopback(own).is_ok(), "{own}");
            assert!(loopback_url(&format!("http://{own}/")).is_ok(), "{own}");
        }
        assert!(loopback_url("https://127.0.0.1:80").is_err());
        assert!(loopback_url("http://127.0.0.1:80@example.com").is_err());
    }
}
