//! `twilio-stand-in`: Twilio's cloud on this machine, for trying Mobile Call without an account. It prints the settings to
//! start the server with, and goes on until it is interrupted.

use anyhow::Context as _;
use clap::Parser;
use mobilecall_twilio_stand_in::{Account, Config, LOG_DIRECTIVES, Phone, StandIn, Voice};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tracing_subscriber::EnvFilter;

/// Twilio's cloud on this machine, for trying Mobile Call without an account.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Where it listens.
    #[arg(long, default_value = "127.0.0.1:4010")]
    listen: SocketAddr,
    /// Where the server is that is asked what to do with calls.
    #[arg(long, default_value = "http://127.0.0.1:4000")]
    server: String,
    /// The account's own number.
    #[arg(long, default_value = "+966112345678")]
    number: String,
    /// WAV file with what telephones say once they are answered; without it they murmur for a minute.
    #[arg(long, value_name = "FILE")]
    says: Option<PathBuf>,
}

/// As long as a person takes to see that it rings.
const RINGS: Duration = Duration::from_secs(3);
/// How long telephones murmur.
const MURMUR: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Options { listen, server, number, says } = Options::parse();
    let filter = EnvFilter::new(format!("info,{LOG_DIRECTIVES}"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let server = server.trim_end_matches('/');
    // The same each time, so that a server that was set up for it before still is.
    let account = Account::example(1, &number, server);
    let mut config = Config::everywhere(listen, account);
    let says = says.map_or_else(|| Ok(Voice::murmur(MURMUR)), |file| read(&file))?;
    config.phones.set_others(Phone { rings: RINGS, says: Some(says), ..Phone::default() });
    let stand_in = StandIn::start(config).await?;
    print(&stand_in, server);
    tokio::signal::ctrl_c().await?;
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<Voice> {
    let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Voice::from_wav(&bytes).with_context(|| format!("{} is no WAV file", file.display()))
}

fn print(stand_in: &StandIn, server: &str) {
    let account = stand_in.account();
    let api = stand_in.api_url();
    let settings = [
        ("TWILIO_ACCOUNT_SID", account.sid.to_string()),
        ("TWILIO_AUTH_TOKEN", account.auth_token.expose().clone()),
        ("TWILIO_API_KEY", account.key.sid.to_string()),
        ("TWILIO_API_SECRET", account.key.secret.expose().clone()),
        ("TWILIO_TWIML_APP_SID", account.applications.first().map(|app| app.sid.to_string()).unwrap_or_default()),
        ("TWILIO_PHONE_NUMBER", account.numbers.first().map(|own| own.number.clone()).unwrap_or_default()),
        ("TWILIO_API_URL", api.clone()),
        ("TWILIO_SIGNALING_URL", stand_in.signaling_url()),
        ("PUBLIC_BASE_URL", server.to_owned()),
    ];
    for (name, value) in settings {
        println!("{name}={value}");
    }
    println!(
        "# somebody calls: curl --json '{{\"from\":\"+966501234567\",\"to\":\"+966112345678\"}}' {api}/control/call-in"
    );
}
