//! `twilio-stand-in`: Twilio's cloud on this machine, for trying Mobile Call without an account. It prints the settings to
//! start the server with, and goes on until it is interrupted.

use clap::Parser;
use mobilecall_twilio_stand_in::{Account, Config, LOG_DIRECTIVES, StandIn};
use std::net::SocketAddr;
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
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Options { listen, server, number } = Options::parse();
    let filter = EnvFilter::new(format!("info,{LOG_DIRECTIVES}"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let server = server.trim_end_matches('/');
    // The same each time, so that a server that was set up for it before still is.
    let account = Account::example(1, &number, server);
    let stand_in = StandIn::start(Config::everywhere(listen, account)).await?;
    print(&stand_in, server);
    tokio::signal::ctrl_c().await?;
    Ok(())
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
