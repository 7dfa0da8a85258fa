//! The command line, and the environment where it says nothing.

use crate::{
    log::LogFormat,
    media::{MediaPeers, PortRange},
    relays::RelayOptions,
    twilio::TwilioOptions,
};
use clap::{Args, Parser, Subcommand};
use mobilecall_domain::{LineOrder, LineOrderError, Region};
use mobilecall_store::Role;
use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroUsize,
    path::PathBuf,
};

/// The backend of Mobile Call: HTTP API, live events and the direct line.
///
/// Every option can also come from the environment variable beside it or from a TOML file (--config) whose keys are the
/// options' names with _ for -; what begins with twilio stands in a table of that name. The command line wins over the environment, the environment over the file.
/// MOBILE_CALL_LOG says what is logged, for example "debug" or "warn,mobilecall_edge=debug".
#[derive(Parser)]
#[command(name = "mobile-call-server", version)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Options of every command.
#[derive(Debug, Default, Args)]
pub(crate) struct Options {
    /// Address and port to serve; port 0 takes a free one [default: 127.0.0.1:4000]
    #[arg(long, env = "MOBILE_CALL_LISTEN", value_name = "ADDR:PORT", global = true)]
    pub(crate) listen: Option<SocketAddr>,
    /// Database, as sqlite:PATH; the file is made if there is none
    #[arg(long, env = "MOBILE_CALL_DATABASE_URL", value_name = "URL", global = true)]
    pub(crate) database_url: Option<String>,
    /// Certificate chain in PEM; serves TLS together with --tls-key
    #[arg(long, env = "MOBILE_CALL_TLS_CERT", value_name = "FILE", global = true)]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Key of the certificate in PEM
    #[arg(long, env = "MOBILE_CALL_TLS_KEY", value_name = "FILE", global = true)]
    pub(crate) tls_key: Option<PathBuf>,
    /// Address under which softphones reach the media ports, if it is not one of this machine's
    #[arg(long, env = "MOBILE_CALL_ADVERTISE", value_name = "IP", global = true)]
    pub(crate) advertise: Option<IpAddr>,
    /// UDP ports for media, two for each call; open them in the firewall [default: chosen by the system]
    #[arg(long, env = "MOBILE_CALL_MEDIA_PORTS", value_name = "FIRST-LAST", global = true)]
    pub(crate) media_ports: Option<PortRange>,
    /// Where media may be sent, whatever softphones say: loopback, private, public, separated by commas [default: all]
    #[arg(long, env = "MOBILE_CALL_MEDIA_PEERS", value_name = "KINDS", global = true)]
    pub(crate) media_peers: Option<MediaPeers>,
    /// Origin of web pages that may use the API: scheme and host without a path; can be repeated
    #[arg(long, env = "MOBILE_CALL_CORS_ORIGIN", value_name = "ORIGIN", value_delimiter = ',', global = true)]
    pub(crate) cors_origin: Option<Vec<String>>,
    /// Host name to serve besides loopback ones on a loopback address, as behind a proxy; can be repeated
    #[arg(long, env = "MOBILE_CALL_ALLOWED_HOST", value_name = "NAME", value_delimiter = ',', global = true)]
    pub(crate) allowed_host: Option<Vec<String>>,
    /// Connections of one client address at once; more where many people come through one proxy [default: 2048]
    #[arg(long, env = "MOBILE_CALL_CONNECTIONS_PER_ADDRESS", value_name = "NUMBER", global = true)]
    pub(crate) connections_per_address: Option<NonZeroUsize>,
    /// Form of the log on standard error [default: text]
    #[arg(long, env = "MOBILE_CALL_LOG_FORMAT", value_enum, global = true)]
    pub(crate) log_format: Option<LogFormat>,
    #[command(flatten)]
    pub(crate) relays: RelayOptions,
    #[command(flatten)]
    pub(crate) twilio: TwilioOptions,
    /// Configuration file
    #[arg(long, env = "MOBILE_CALL_CONFIG", value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
}

/// What to do instead of serving.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Add and list the people who can sign in
    #[command(subcommand)]
    User(UserCommand),
    /// What holds for a whole company
    #[command(subcommand)]
    Company(CompanyCommand),
    /// Check the account at Twilio: what is right, and what to change where
    ///
    /// Asks Twilio's REST API and changes nothing. Exit status 0 if all is right, 1 if something is to be changed or could not be checked.
    Doctor(Doctor),
}

/// Which account to check.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The account of this company's calls [default: the server's own, as it is set]
    #[arg(long, value_name = "NAME")]
    pub(crate) company: Option<String>,
}

/// What to do about people.
#[derive(Subcommand)]
pub(crate) enum UserCommand {
    /// Add a person
    Add(AddUser),
    /// List people, one a line: user name, name, role, extension, company, separated by tabs
    List(ListUsers),
}

/// What to do about a company.
#[derive(Subcommand)]
pub(crate) enum CompanyCommand {
    /// Show, or set, which kinds of line the company's calls to numbers prefer
    Lines(CompanyLines),
}

/// Whose lines, and in which order.
#[derive(Debug, Args)]
pub(crate) struct CompanyLines {
    /// Name of the company
    #[arg(long)]
    pub(crate) company: String,
    /// The order from now on: sip and twilio, separated by a comma, the preferred first; none for no preference
    #[arg(long, value_name = "KINDS", value_parser = line_order)]
    pub(crate) order: Option<LineOrder>,
}

/// What is said of a company without a preference.
pub(crate) const NO_ORDER: &str = "none";

fn line_order(text: &str) -> Result<LineOrder, String> {
    match text.trim() {
        // As an unset variable in a script gives it.
        "" => Err(format!("it is empty: say {NO_ORDER} for no preference")),
        NO_ORDER => Ok(LineOrder::default()),
        order => order.parse().map_err(|error: LineOrderError| error.to_string()),
    }
}

/// The person to add.
#[derive(Args)]
pub(crate) struct AddUser {
    /// Sign-in name: letters a to z, digits and _
    #[arg(long)]
    pub(crate) username: String,
    /// Display name [default: the user name]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Company to which the person belongs
    #[arg(long)]
    pub(crate) company: String,
    /// Make the company if there is none of that name
    #[arg(long)]
    pub(crate) create_company: bool,
    /// Region of a company that is made: how national phone numbers are read
    #[arg(long, default_value = "SA", value_parser = Region::parse, requires = "create_company")]
    pub(crate) region: Region,
    /// admin, sales_manager, support_manager or agent
    #[arg(long, default_value = "agent")]
    pub(crate) role: Role,
    /// Short number by which colleagues call this person, 2 to 6 digits
    #[arg(long)]
    pub(crate) extension: Option<String>,
    /// File whose first line is the password; - reads it from standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: PathBuf,
}

/// Whom to list.
#[derive(Debug, Args)]
pub(crate) struct ListUsers {
    /// Only this company's people
    #[arg(long)]
    pub(crate) company: Option<String>,
}
