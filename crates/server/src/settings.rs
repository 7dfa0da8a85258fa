//! The settings: command line over environment over file over defaults.

use crate::{
    arguments::Options,
    database::DatabaseUrl,
    log::LogFormat,
    media::{MediaPeers, PortRange},
    relays::RelayOptions,
    twilio::{TwilioOptions, TwilioTable},
    usage::UsageError,
};
use mobilecall_backend::{RelayServers, TwilioConfig};
use mobilecall_domain::text_file;
use serde::Deserialize;
use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 4000);

/// Everything that is set.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) listen: SocketAddr,
    pub(crate) database: DatabaseUrl,
    /// Certificate and key.
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    pub(crate) advertise: Option<IpAddr>,
    pub(crate) media_ports: Option<PortRange>,
    pub(crate) media_peers: Option<MediaPeers>,
    pub(crate) cors_origins: Vec<String>,
    pub(crate) allowed_hosts: Vec<String>,
    pub(crate) connections_per_address: Option<NonZeroUsize>,
    pub(crate) log_format: LogFormat,
    pub(crate) relays: Option<RelayServers>,
    pub(crate) twilio: TwilioConfig,
}

/// The configuration file.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    listen: Option<SocketAddr>,
    database_url: Option<String>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    advertise: Option<IpAddr>,
    media_ports: Option<PortRange>,
    media_peers: Option<MediaPeers>,
    cors_origin: Option<Vec<String>>,
    allowed_host: Option<Vec<String>>,
    connections_per_address: Option<NonZeroUsize>,
    log_format: Option<LogFormat>,
    relay: Option<Vec<String>>,
    relay_secret: Option<String>,
    twilio: TwilioTable,
    public_base_url: Option<String>,
    trust_forwarded: Option<bool>,
    secret_key_file: Option<PathBuf>,
}

impl Settings {
    /// Reads the file, if one is named, and fills in the defaults.
    pub(crate) fn gather(options: Options) -> Result<Self, UsageError> {
        let file = options.config.as_deref().map(read).transpose()?.unwrap_or_default();
        let url = options.database_url.or(file.database_url);
        let url = url.ok_or_else(|| UsageError::new("no database is named: add --database-url sqlite:PATH"))?;
        let tls = match (options.tls_cert.or(file.tls_cert), options.tls_key.or(file.tls_key)) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            (Some(_), None) => return Err(UsageError::new("a certificate needs its key: add --tls-key FILE")),
            (None, Some(_)) => return Err(UsageError::new("a key needs its certificate: add --tls-cert FILE")),
        };
        let cors_origins = options.cors_origin.or(file.cors_origin).unwrap_or_default();
        cors_origins.iter().try_for_each(|origin| check_origin(origin))?;
        let database = DatabaseUrl::parse(&url)?;
        let twilio = options.twilio.over(file.twilio);
        let twilio = TwilioOptions {
            public_base_url: twilio.public_base_url.or(file.public_base_url),
            trust_forwarded: twilio.trust_forwarded.or(file.trust_forwarded),
            secret_key_file: twilio.secret_key_file.or(file.secret_key_file),
            ..twilio
        };
        let relays = RelayOptions {
            relay: options.relays.relay.or(file.relay),
            relay_secret: options.relays.relay_secret.or(file.relay_secret),
        };
        Ok(Self {
            relays: relays.servers()?,
            twilio: twilio.config(&database)?,
            listen: options.listen.or(file.listen).unwrap_or(DEFAULT_LISTEN),
            database,
            tls,
            advertise: options.advertise.or(file.advertise),
            media_ports: options.media_ports.or(file.media_ports),
            media_peers: options.media_peers.or(file.media_peers),
            cors_origins,
            allowed_hosts: options.allowed_host.or(file.allowed_host).unwrap_or_default(),
            connections_per_address: options.connections_per_address.or(file.connections_per_address),
            log_format: options.log_format.or(file.log_format).unwrap_or_default(),
        })
    }
}

fn read(path: &Path) -> Result<File, UsageError> {
    let about = |problem: &dyn std::fmt::Display| {
        UsageError::new(format!("the configuration file {} cannot be used: {problem}", path.display()))
    };
    let bytes = std::fs::read(path).map_err(|error| about(&error))?;
    let text = text_file::decode(&bytes).map_err(|error| about(&error))?;
    toml::from_str(&text).map_err(|error| about(&error))
}

/// An origin has no path and no final slash; with one, no browser would ever match it.
fn check_origin(origin: &str) -> Result<(), UsageError> {
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    if host.is_some_and(|host| !host.is_empty() && host.chars().all(is_plain)) {
        return Ok(());
    }
    Err(UsageError::new(format!("'{origin}' is not an origin: write it as https://portal.example, without a path")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    fn options(arguments: &[&str]) -> Options {
        let line = ["mobile-call-server"].iter().chain(arguments);
        crate::arguments::Arguments::try_parse_from(line).unwrap().options
    }

    fn problem(arguments: &[&str]) -> String {
        Settings::gather(options(arguments)).unwrap_err().to_string()
    }

    #[test]
    fn defaults_fill_what_is_not_said() {
        let settings = Settings::gather(options(&["--database-url", "sqlite:x.sqlite"])).unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:4000");
        assert!(settings.tls.is_none() && settings.media_ports.is_none() && settings.cors_origins.is_empty());
        assert_eq!(settings.log_format, LogFormat::Text);
    }

    #[test]
    fn the_command_line_wins_over_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("server.toml");
        let text = r#"
            listen = "0.0.0.0:5000"
            database_url = "sqlite:file.sqlite"
            media_ports = "40000-40099"
            media_peers = "private"
            cors_origin = ["https://portal.example"]
            connections_per_address = 9000
            log_format = "json"
            relay = ["turn:relay.example.com:3478?transport=udp", "turns:relay.example.com:443"]
            relay_secret = "north"
        "#;
        std::fs::write(&file, text).unwrap();
        let line = ["--config", file.to_str().unwrap(), "--listen", "127.0.0.1:6000"];
        let settings = Settings::gather(options(&line)).unwrap();
        let shown = format!("{settings:?}");
        assert!(shown.contains("turns:relay.example.com:443") && !shown.contains("north"), "{shown}");
        assert_eq!(settings.listen.to_string(), "127.0.0.1:6000");
        assert_eq!(settings.database, DatabaseUrl::File("file.sqlite".into()));
        assert_eq!(settings.media_ports.unwrap().ports(), 40000..=40099);
        assert!(settings.media_peers.is_some_and(|peers| peers.0.private && !peers.0.loopback && !peers.0.public));
        assert_eq!(settings.cors_origins, ["https://portal.example"]);
        assert_eq!(settings.log_format, LogFormat::Json);
        assert_eq!(settings.connections_per_address.map(NonZeroUsize::get), Some(9000));
    }

    #[test]
    fn a_file_written_on_any_system_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("server.toml");
        let text = "\u{feff}listen = \"127.0.0.1:5000\"\r\ndatabase_url = \"sqlite:x.sqlite\"\r\n";
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [text.as_bytes(), text.replace('\n', "").as_bytes(), &utf16] {
            std::fs::write(&file, bytes).unwrap();
            let settings = Settings::gather(options(&["--config", file.to_str().unwrap()])).unwrap();
            assert_eq!(settings.listen.to_string(), "127.0.0.1:5000");
        }
        std::fs::write(&file, b"# ours\n# caf\xe9\n").unwrap();
        assert!(problem(&["--config", file.to_str().unwrap()]).contains("line 2 is not UTF-8 text"));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("server.toml");
        std::fs::write(&file, "listne = \"0.0.0.0:5000\"").unwrap();
        let database = ["--database-url", "sqlite:x.sqlite"];
        let with = |more: &[&'static str]| [&database, more].concat();
        assert!(problem(&[]).contains("--database-url sqlite:PATH"));
        assert!(problem(&["--config", file.to_str().unwrap()]).contains("unknown field `listne`"));
        assert!(problem(&["--config", "/nowhere/server.toml"]).contains("/nowhere/server.toml"));
        assert!(problem(&["--database-url", "postgres://x"]).contains("sqlite:PATH"));
        assert!(problem(&with(&["--tls-cert", "c.pem"])).contains("--tls-key"));
        assert!(problem(&with(&["--tls-key", "k.pem"])).contains("--tls-cert"));
        assert!(problem(&with(&["--relay", "turn:relay.example.com"])).contains("--relay-secret"));
        assert!(problem(&with(&["--relay-secret", "north"])).contains("--relay turn:"));
        let wrong = problem(&with(&["--relay", "relay.example.com", "--relay-secret", "north"]));
        assert!(wrong.contains("'relay.example.com' is no relay") && !wrong.contains("north"), "{wrong}");
        for origin in ["portal.example", "https://portal.example/", "*", "https://"] {
            assert!(problem(&with(&["--cors-origin", origin])).contains("is not an origin"), "{origin}");
        }
    }
}
