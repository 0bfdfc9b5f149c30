//! The settings of a school, from flags and environment variables. A flag overrides its variable.

mod objects;
mod payments;
mod redis;
mod secret;
mod switch;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use clap::{Args, ValueEnum};
use hyper::Uri;
use ipnet::IpNet;

pub use self::objects::{ObjectPlace, ObjectSettings};
pub use self::payments::{PaymentService, PaymentSettings};
pub use self::redis::{RedisAddress, RedisSettings};
pub use self::secret::SecretText;
pub use self::switch::Switch;

const SECRET_MIN_BYTES: usize = 32;
/// The name of a school if none is set.
pub const UNNAMED_SCHOOL: &str = "교실";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Signup {
    Closed,
    Open,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogForm {
    Text,
    Json,
}

#[derive(Debug, Clone, Args)]
pub struct Config {
    /// The address to listen on
    #[arg(long, global = true, env = "GYOSIL_LISTEN", default_value = "0.0.0.0:8080", value_parser = socket_address)]
    pub listen: SocketAddr,
    /// A separate address for the metrics (default: at /metrics, for this machine and trusted proxies only)
    #[arg(long, global = true, env = "GYOSIL_METRICS_LISTEN", value_parser = socket_address)]
    pub metrics_listen: Option<SocketAddr>,
    /// The folder that holds the database and the secrets
    #[arg(long, global = true, env = "GYOSIL_DATA", default_value = "./data")]
    pub data: PathBuf,
    /// The database: sqlite:FILE or postgres://… (default: gyosil.db in the data folder)
    #[arg(long, global = true, env = "GYOSIL_DATABASE", value_parser = database_url)]
    pub database: Option<String>,
    /// The name of this node in the log, among those that share a database
    #[arg(long, global = true, env = "GYOSIL_NODE", default_value = "1")]
    pub node: String,
    #[command(flatten)]
    pub redis: RedisSettings,
    /// The address that phones reach, as printed in QR codes (default: this machine's address in its network)
    #[arg(long, global = true, env = "GYOSIL_PUBLIC_URL", value_parser = public_url)]
    pub public_url: Option<String>,
    /// The secret that signs tokens, at least 32 characters (default: generated once and stored in the data folder)
    #[arg(long, global = true, env = "GYOSIL_JWT_SECRET", hide_env_values = true, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub jwt_secret: Option<String>,
    /// Whether anyone may register as an instructor
    #[arg(long, global = true, env = "GYOSIL_INSTRUCTOR_SIGNUP", default_value = "closed")]
    pub instructor_signup: Signup,
    /// Limits on failed logins and guessed codes
    #[arg(long, global = true, env = "GYOSIL_RATE_LIMITS", default_value = "on")]
    pub rate_limits: Switch,
    /// The number of sockets that one person may have open
    #[arg(long, global = true, env = "GYOSIL_SOCKETS_PER_PERSON", default_value_t = 32, value_parser = at_least_one)]
    pub sockets_per_person: usize,
    /// The number of sockets that one person may have open in one session
    #[arg(long, global = true, env = "GYOSIL_SOCKETS_PER_SESSION", default_value_t = 8, value_parser = at_least_one)]
    pub sockets_per_session: usize,
    /// The school's time zone
    #[arg(long, global = true, env = "GYOSIL_TIMEZONE", default_value = "Asia/Seoul", value_parser = time_zone)]
    pub timezone: String,
    /// Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: addresses or networks, separated by commas
    #[arg(long, global = true, env = "GYOSIL_TRUSTED_PROXIES", value_delimiter = ',', value_parser = network)]
    pub trusted_proxies: Vec<IpNet>,
    /// Origins of other web pages that may call the API, separated by commas
    #[arg(long, global = true, env = "GYOSIL_CORS_ORIGINS", value_delimiter = ',', value_parser = origin)]
    pub cors_origins: Vec<String>,
    /// The certificate chain for HTTPS (PEM)
    #[arg(long, global = true, env = "GYOSIL_TLS_CERT", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The private key for HTTPS (PEM)
    #[arg(long, global = true, env = "GYOSIL_TLS_KEY", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// The school's name, on pages, posters and certificates
    #[arg(long, global = true, env = "GYOSIL_SCHOOL_NAME", default_value = UNNAMED_SCHOOL, value_parser = school_name)]
    pub school_name: String,
    /// The school's logo, on pages, posters and certificates: PNG or JPEG, at most 512 KiB and 2000 pixels on a side
    #[arg(long, global = true, env = "GYOSIL_SCHOOL_LOGO")]
    pub school_logo: Option<PathBuf>,
    /// The picture of a signature or stamp beside the school's name on certificates: PNG or JPEG, with the limits of the logo
    #[arg(long, global = true, env = "GYOSIL_SCHOOL_SIGNATURE")]
    pub school_signature: Option<PathBuf>,
    /// The seed of the Ed25519 key that signs certificates: 32 bytes in base64 (default: generated once and stored in the data folder)
    #[arg(long, global = true, env = "GYOSIL_CERTIFICATE_KEY", hide_env_values = true, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub certificate_key: Option<String>,
    /// The format of the log
    #[arg(long, global = true, env = "GYOSIL_LOG_FORM", default_value = "text")]
    pub log_form: LogForm,
    #[command(flatten)]
    pub clocks: Clocks,
    #[command(flatten)]
    pub bounds: Bounds,
    #[command(flatten)]
    pub storing: ObjectSettings,
    #[command(flatten)]
    pub paying: PaymentSettings,
    #[command(flatten)]
    pub judge_settings: JudgeSettings,
    /// The file of this program, where the process runs another one: a test
    #[arg(skip)]
    pub own_program: Option<PathBuf>,
}

/// Programs of learners, and what runs them.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Judge")]
pub struct JudgeSettings {
    /// Starts a judge beside the server, which runs learners' programs (off: none runs them, or «gyosil judge» does, as a service of its own)
    #[arg(long, global = true, env = "GYOSIL_JUDGE", default_value = "on")]
    pub judge: Switch,
    /// The number of the user as whom learners' programs run where the judge is root, and PDFs are drawn where the server is: nothing else may be this user's
    #[arg(long, global = true, env = "GYOSIL_JUDGE_UID", default_value_t = 61_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub judge_uid: u32,
    /// Number of programs that run at once (default: one on each core)
    #[arg(long, global = true, env = "GYOSIL_JUDGE_CORES", value_parser = at_least_one)]
    pub judge_cores: Option<usize>,
    /// The languages that the judge runs, separated by commas (default: all that work here)
    #[arg(long, global = true, env = "GYOSIL_JUDGE_LANGUAGES", value_delimiter = ',')]
    pub judge_languages: Vec<String>,
}

/// Limits of the work and the space that others may take.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub struct Bounds {
    /// MiB of activity logs that one person may write in an hour
    #[arg(long, global = true, env = "GYOSIL_LOG_HOUR_MB", default_value_t = 5, value_parser = mebibytes())]
    pub log_hour_mb: i64,
    /// MiB of activity logs that one person may write in a day
    #[arg(long, global = true, env = "GYOSIL_LOG_DAY_MB", default_value_t = 50, value_parser = mebibytes())]
    pub log_day_mb: i64,
    /// MiB of activity logs that may be written in one session
    #[arg(long, global = true, env = "GYOSIL_LOG_SESSION_MB", default_value_t = 500, value_parser = mebibytes())]
    pub log_session_mb: i64,
    /// MiB of activity logs that are kept; the oldest beyond that are deleted
    #[arg(long, global = true, env = "GYOSIL_LOG_MAX_MB", default_value_t = 2_048, value_parser = mebibytes())]
    pub log_max_mb: i64,
    /// Connections that one address (IPv6: one /64 network) may have open at once; trusted proxies may have any number
    #[arg(long, global = true, env = "GYOSIL_CONNECTIONS_PER_ADDRESS", default_value_t = 1_024, value_parser = clap::value_parser!(u32).range(1..))]
    pub connections_per_address: u32,
    /// MiB that the file of a video may have
    #[arg(long, global = true, env = "GYOSIL_VIDEO_MAX_MB", default_value_t = 4_096, value_parser = clap::value_parser!(i64).range(1..=65_536))]
    pub video_max_mb: i64,
    /// Uploads of videos that one person may begin in an hour
    #[arg(long, global = true, env = "GYOSIL_UPLOADS_PER_HOUR", default_value_t = 60, value_parser = clap::value_parser!(i64).range(1..))]
    pub uploads_per_hour: i64,
    /// Uploads of videos that one person may have open at once
    #[arg(long, global = true, env = "GYOSIL_UPLOADS_OPEN", default_value_t = 6, value_parser = clap::value_parser!(i64).range(1..))]
    pub uploads_open: i64,
    /// Times in an hour that one person may ask for the addresses of parts (a hundred at once), complete an upload, or announce one
    #[arg(long, global = true, env = "GYOSIL_UPLOAD_STEPS_PER_HOUR", default_value_t = 1_200, value_parser = clap::value_parser!(u32).range(1..))]
    pub upload_steps_per_hour: u32,
    /// Times in an hour that one person may ask for the address at which a stored video plays (each is good for five minutes)
    #[arg(long, global = true, env = "GYOSIL_PLAYS_PER_HOUR", default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..))]
    pub plays_per_hour: u32,
}

fn mebibytes() -> clap::builder::RangedI64ValueParser<i64> {
    clap::value_parser!(i64).range(1..=16 * 1024 * 1024)
}

/// Every duration that a rule depends on.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Clocks")]
pub struct Clocks {
    /// Seconds until an access token expires
    #[arg(long, global = true, env = "GYOSIL_ACCESS_TTL_S", default_value_t = 1_800, value_parser = clap::value_parser!(i64).range(1..))]
    pub access_ttl_s: i64,
    /// Seconds after which an unused login ends
    #[arg(long, global = true, env = "GYOSIL_REFRESH_TTL_S", default_value_t = 90 * 86_400, value_parser = clap::value_parser!(i64).range(1..))]
    pub refresh_ttl_s: i64,
    /// Seconds on a step after which a student can count as stuck
    #[arg(long, global = true, env = "GYOSIL_STUCK_AFTER_S", default_value_t = 60, value_parser = clap::value_parser!(i64).range(1..))]
    pub stuck_after_s: i64,
    /// Milliseconds that a lost connection may take to come back before the instructor is notified
    #[arg(long, global = true, env = "GYOSIL_PRESENCE_GRACE_MS", default_value_t = 5_000, value_parser = clap::value_parser!(i64).range(0..))]
    pub presence_grace_ms: i64,
    /// Milliseconds between two signs of life of a node. One that gives none for five times as long is dead
    #[arg(long, global = true, env = "GYOSIL_NODE_BEAT_MS", default_value_t = 2_000, hide = true, value_parser = clap::value_parser!(i64).range(20..=60_000))]
    pub node_beat_ms: i64,
    /// Minutes after the start at which joining counts as late
    #[arg(long, global = true, env = "GYOSIL_LATE_AFTER_MIN", default_value_t = 10, value_parser = clap::value_parser!(i64).range(0..))]
    pub late_after_min: i64,
    /// Seconds between two pings of a connection
    #[arg(long, global = true, env = "GYOSIL_PING_S", default_value_t = 25, value_parser = clap::value_parser!(u64).range(1..=300))]
    pub ping_s: u64,
    /// Milliseconds between the request to stop, from which on /readyz says no, and the end of accepting connections: the time in which a load balancer notices
    #[arg(long, global = true, env = "GYOSIL_DRAIN_MS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=300_000))]
    pub drain_ms: u64,
    /// Days after which activity logs are deleted (they can show other people's chats)
    #[arg(long, global = true, env = "GYOSIL_LOG_DAYS", default_value_t = 90, value_parser = clap::value_parser!(i64).range(1..))]
    pub log_days: i64,
    /// Days after the end of a session when the pictures of learners' screens in its calls for help are deleted (0: at its end)
    #[arg(long, global = true, env = "GYOSIL_HELP_PICTURES_DAYS", default_value_t = 7, value_parser = clap::value_parser!(i64).range(0..=3_650))]
    pub help_pictures_days: i64,
}

impl Config {
    pub fn database_url(&self) -> String {
        self.database.clone().unwrap_or_else(|| format!("sqlite:{}", self.data.join("gyosil.db").display()))
    }

    /// Returns what is wrong with the settings, without repeating the wrong value: a secret must not be logged.
    pub fn flaw(&self) -> Option<&'static str> {
        if self.jwt_secret.as_ref().is_some_and(|secret| secret.len() < SECRET_MIN_BYTES) {
            return Some("the value for --jwt-secret (GYOSIL_JWT_SECRET) must have 32 characters or more");
        }
        let is_no_seed = self.certificate_key.is_some() && self.certificate_seed().is_none();
        let no_seed = "the value for --certificate-key (GYOSIL_CERTIFICATE_KEY) must be 32 bytes in base64";
        is_no_seed
            .then_some(no_seed)
            .or_else(|| self.redis.flaw())
            .or_else(|| self.sharing_flaw())
            .or_else(|| self.storing.flaw())
            .or_else(|| self.paying.flaw())
    }

    /// Returns what is missing for several nodes, which have the database and the secrets in common.
    fn sharing_flaw(&self) -> Option<&'static str> {
        if !self.redis.is_set() {
            return None;
        }
        if self.database_url().starts_with("sqlite:") {
            return Some(
                "--redis (GYOSIL_REDIS) needs a --database (GYOSIL_DATABASE) at postgres://…, which all nodes share",
            );
        }
        let jwt_secret = "--redis (GYOSIL_REDIS) needs GYOSIL_JWT_SECRET: the same on all nodes";
        let certificate_key = "--redis (GYOSIL_REDIS) needs GYOSIL_CERTIFICATE_KEY: the same on all nodes";
        let key_is_missing = self.certificate_key.is_none().then_some(certificate_key);
        self.jwt_secret.is_none().then_some(jwt_secret).or(key_is_missing)
    }

    pub fn certificate_seed(&self) -> Option<[u8; 32]> {
        let text = self.certificate_key.as_deref()?.trim();
        let bytes = STANDARD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text)).ok()?;
        bytes.try_into().ok()
    }

    /// Returns the options with which another command finds this school's data. A password of the database is left out: it
    /// must not be printed.
    pub fn place_options(&self) -> String {
        let data = format!("--data {}", quoted(&self.data.display().to_string()));
        match &self.database {
            Some(url) => format!("{data} --database {}", quoted(&without_password(url))),
            None => data,
        }
    }

    /// Returns the path of the SQLite database of these settings if the file does not exist.
    pub fn missing_database(&self) -> Option<PathBuf> {
        let url = self.database_url();
        let file = PathBuf::from(url.strip_prefix("sqlite:")?.trim_start_matches("//").split('?').next()?);
        (!file.exists()).then_some(file)
    }

    pub fn public_url(&self, bound: SocketAddr) -> String {
        if let Some(url) = &self.public_url {
            return url.clone();
        }
        let scheme = if self.tls_cert.is_some() { "https" } else { "http" };
        let host = if bound.ip().is_unspecified() { lan_address() } else { bound.ip() };
        format!("{scheme}://{}", SocketAddr::new(host, bound.port()))
    }

    pub fn trusts(&self, proxy: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(&proxy))
    }

    pub fn limits_failures(&self) -> bool {
        self.rate_limits == Switch::On
    }
}

/// Replaces the password in the address of a database.
pub fn without_password(url: &str) -> String {
    let hide = || {
        let (scheme, rest) = url.split_once("://")?;
        let (login, place) = rest.rsplit_once('@')?;
        let (user, _) = login.split_once(':')?;
        Some(format!("{scheme}://{user}:PASSWORD@{place}"))
    };
    hide().unwrap_or_else(|| url.into())
}

/// Quotes a text for a shell, if it needs that.
fn quoted(text: &str) -> String {
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "./_-:@".contains(c));
    if is_plain { text.into() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// Finds the address at which a phone in the same network reaches this machine.
fn lan_address() -> IpAddr {
    let found = if_addrs::get_if_addrs().unwrap_or_default();
    let is_lan = |ip: &IpAddr| matches!(ip, IpAddr::V4(v4) if v4.is_private());
    // The networks of containers and tunnels have private addresses too, but no phone is in them.
    let is_real = |name: &str| !["docker", "br-", "veth", "virbr", "tun", "wg"].iter().any(|p| name.starts_with(p));
    found
        .iter()
        .find(|i| is_real(&i.name) && is_lan(&i.ip()))
        .or_else(|| found.iter().find(|i| i.ip().is_ipv4() && !i.is_loopback()))
        .map_or(IpAddr::from([127, 0, 0, 1]), |i| i.ip())
}

fn socket_address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "an address with a port such as 0.0.0.0:8080 or [::]:8080 is needed".into())
}

fn database_url(text: &str) -> Result<String, String> {
    let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|p| text.starts_with(p));
    if !known {
        return Err("it must begin with sqlite: or postgres://".into());
    }
    if text.starts_with("sqlite:") && (text.contains(":memory:") || text.contains("mode=memory")) {
        return Err(
            "a database in memory would be lost at the end, and each connection would have its own: name a file".into(),
        );
    }
    Ok(text.into())
}

/// Reads the address of a database of PostgreSQL.
pub fn postgres_url(text: &str) -> Result<String, String> {
    let is_postgres = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
    if is_postgres { Ok(text.into()) } else { Err("it must begin with postgres://".into()) }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "a whole number from 1 is needed".into())
}

fn network(text: &str) -> Result<IpNet, String> {
    let one = text.parse::<IpAddr>().map(IpNet::from);
    one.or_else(|_| text.parse())
        .map_err(|_| "it is no address such as 127.0.0.1 and no network such as 10.0.0.0/8".into())
}

fn public_url(text: &str) -> Result<String, String> {
    match text.parse::<Uri>() {
        Ok(uri) if is_web(&uri) => Ok(text.trim_end_matches('/').into()),
        _ => Err("an address such as https://class.example.com is needed".into()),
    }
}

fn origin(text: &str) -> Result<String, String> {
    let bare = text.trim_end_matches('/');
    match bare.parse::<Uri>() {
        Ok(uri) if is_web(&uri) && uri.path() == "/" && uri.query().is_none() => Ok(bare.into()),
        _ => Err("an origin such as https://app.example.com is needed".into()),
    }
}

fn is_web(uri: &Uri) -> bool {
    matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
}

fn school_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    let fits = (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits { Ok(name.into()) } else { Err("1 to 100 characters on one line are needed".into()) }
}

fn time_zone(text: &str) -> Result<String, String> {
    jiff::tz::TimeZone::get(text).map(|_| text.into()).map_err(|_| "it is no time zone such as Asia/Seoul".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_database_has_no_password() {
        for (given, printed) in [
            ("postgres://gyosil:p@ss:w@rd@db.example.com/school", "postgres://gyosil:PASSWORD@db.example.com/school"),
            ("postgresql://gyosil@db.example.com/school", "postgresql://gyosil@db.example.com/school"),
            ("postgres:///school?host=/run/postgresql", "postgres:///school?host=/run/postgresql"),
            ("sqlite:/var/lib/gyosil/school.db", "sqlite:/var/lib/gyosil/school.db"),
        ] {
            assert_eq!(without_password(given), printed);
        }
    }

    #[test]
    fn a_path_with_spaces_is_quoted_for_a_shell() {
        assert_eq!(quoted("./data"), "./data");
        assert_eq!(quoted("/srv/it's here"), r"'/srv/it'\''s here'");
    }

    #[test]
    fn a_database_is_a_file_or_a_server() {
        for good in ["sqlite:gyosil.db", "sqlite:///var/lib/gyosil/gyosil.db", "postgres://localhost/school"] {
            assert_eq!(database_url(good).as_deref(), Ok(good), "{good}");
        }
        for bad in ["sqlite::memory:", "sqlite://:memory:", "sqlite:x.db?mode=memory", "mysql://localhost/school"] {
            assert!(database_url(bad).is_err(), "{bad}");
        }
    }
}
