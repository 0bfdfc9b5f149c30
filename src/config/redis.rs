//! The address of the Redis server, or of one server of its cluster, by which several nodes tell each other their news.

use std::path::PathBuf;

use clap::Args;
use redis::{ConnectionAddr, IntoConnectionInfo, ProtocolVersion, RedisConnectionInfo};

use super::secret::{SecretText, secret};

#[derive(Debug, Clone, Args)]
pub struct RedisSettings {
    /// The Redis server that connects several nodes, or one server of its cluster: redis://USER:PASSWORD@HOST:PORT/DATABASE, or rediss:// for TLS; @FILE reads the address from a file
    #[arg(long, global = true, env = "GYOSIL_REDIS", hide_env_values = true, value_parser = secret)]
    pub redis: Option<SecretText>,
    /// The certificates (PEM) that may sign the certificate of a Redis server (default: the authorities that browsers know)
    #[arg(long, global = true, env = "GYOSIL_REDIS_CA", requires = "redis")]
    pub redis_ca: Option<PathBuf>,
}

/// The place of a Redis server, and the login there. Its `Debug` text has no password.
#[derive(Debug, Clone)]
pub struct RedisAddress {
    pub host: String,
    pub port: u16,
    pub is_tls: bool,
    pub login: RedisConnectionInfo,
}

impl RedisSettings {
    /// Whether this node shares its database with others.
    pub fn is_set(&self) -> bool {
        self.redis.is_some()
    }

    /// Returns the address, if several nodes are connected by Redis; `None` also for a wrong address, which `flaw` reports.
    pub fn address(&self) -> Option<RedisAddress> {
        address(self.redis.as_ref()?.text())
    }

    /// Returns what is wrong, without repeating the address: there may be a password in it.
    pub(super) fn flaw(&self) -> Option<&'static str> {
        (self.redis.is_some() && self.address().is_none()).then_some(
            "the value for --redis (GYOSIL_REDIS) must be an address such as redis://user:password@host:6379/0, \
             or rediss:// for TLS, with special characters as %XX",
        )
    }
}

fn address(text: &str) -> Option<RedisAddress> {
    let (scheme, rest) = text.split_once("://")?;
    let is_tls = match scheme {
        "redis" => false,
        "rediss" => true,
        _ => return None,
    };
    if text.contains(['?', '#']) || text.chars().any(char::is_whitespace) {
        return None;
    }
    // The crate is built without TLS, which the links add themselves.
    let info = format!("redis://{rest}").into_connection_info().ok()?;
    let ConnectionAddr::Tcp(host, port) = info.addr() else { return None };
    let login = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3).set_skip_set_lib_name();
    Some(RedisAddress { host: host.clone(), port: *port, is_tls, login }).filter(|address| address.login.db() >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_login_and_a_database() {
        let found = address("rediss://gyosil:p%40ss@redis.example.com:7000/3").unwrap();
        assert_eq!((found.host.as_str(), found.port, found.is_tls), ("redis.example.com", 7_000, true));
        assert_eq!((found.login.username(), found.login.password()), (Some("gyosil"), Some("p@ss")));
        assert_eq!(found.login.db(), 3);
        assert!(!format!("{found:?}").contains("p@ss"));
        let plain = address("redis://localhost").unwrap();
        assert_eq!((plain.port, plain.is_tls, plain.login.db(), plain.login.password()), (6_379, false, 0, None));
        assert_eq!(address("redis://[::1]:6380").unwrap().host, "::1");
    }

    #[test]
    fn a_wrong_address_is_refused_without_its_password() {
        for wrong in [
            "localhost",
            "http://localhost",
            "redis://",
            "redis://localhost/first",
            "redis://localhost/-1",
            "redis+unix:///run/redis.sock",
            "rediss://localhost#insecure",
            "redis://user:topsecret@localhost?protocol=2",
            "redis://user:topsecret@local host",
        ] {
            let settings = RedisSettings { redis: Some(secret(wrong).unwrap()), redis_ca: None };
            let flaw = settings.flaw().unwrap_or_else(|| panic!("{wrong} was taken"));
            assert!(!flaw.contains("topsecret") && !format!("{settings:?}").contains("topsecret"));
        }
    }
}
