//! Twilio's cloud on this machine, and a server that is set up with it.

use crate::process;
use crate::project::Project;
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

/// Where both listen. The stand-in must know the server before it starts and the server the stand-in, so neither is chosen
/// by the system; they are not those of other examples.
const STAND_IN: &str = "127.0.0.1:4030";
const SERVER: &str = "127.0.0.1:4031";
/// Who can sign in, with the extension.
const PEOPLE: [(&str, &str); 2] = [("sara", "101"), ("omar", "102")];
const PASSWORD: &str = "try it by hand";
const COMPANY: &str = "Acme";
/// Somebody's telephone.
const CALLER: &str = "+966501234567";

/// Both, as long as this lives.
pub(super) struct Cloud {
    folder: PathBuf,
    server: Running,
    _stand_in: Running,
}

/// A program that ends with this one. What it keeps is begun anew the next time, so it need not end in order.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        if let Err(error) = self.0.kill().and_then(|()| self.0.wait()) {
            eprintln!("a program goes on running: {error}");
        }
    }
}

/// Starts both and says what can be done.
pub(super) fn start(project: &Project) -> Result<Cloud> {
    let folder = project.target.join("twilio-stand-in");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("could not empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    let url = format!("http://{SERVER}");
    let mut command = Command::new(project.binary("twilio-stand-in"));
    command.args(["--listen", STAND_IN, "--server", &url]);
    let (stand_in, said) = start_one(&mut command)?;
    let said = until(said, |line| line.starts_with('#'))?;
    add_people(project, &folder)?;
    let mut command = server(project, &folder);
    command.args(["--listen", SERVER]).envs(settings(&said.before));
    let (server, output) = start_one(&mut command)?;
    let listening = until(output, |line| line.starts_with("listening on "))?;
    let number = settings(&said.before).find(|(name, _)| *name == "TWILIO_PHONE_NUMBER").map(|(_, number)| number);
    println!("{}", advice(&folder, number.context("the stand-in has a number")?));
    for rest in [said.rest, listening.rest] {
        pass_on(rest);
    }
    Ok(Cloud { folder, server, _stand_in: stand_in })
}

impl Cloud {
    /// Waits until the server ends, as it does when it is interrupted.
    pub(super) fn wait(&mut self) -> Result<()> {
        let status = self.server.0.wait().context("could not wait for the server")?;
        if status.success() { Ok(()) } else { bail!("the server ended: {status}") }
    }

    /// Gives the app a folder of its own, so that it leaves alone what a person has in theirs.
    pub(super) fn tell<'a>(&self, app: &'a mut Command) -> &'a mut Command {
        app.env("MOBILE_CALL_DATA_DIR", self.folder.join("app"))
    }
}

fn server(project: &Project, folder: &Path) -> Command {
    let mut command = Command::new(project.binary("mobile-call-server"));
    command.arg("--database-url").arg(format!("sqlite:{}", folder.join("calls.sqlite").display()));
    command
}

fn add_people(project: &Project, folder: &Path) -> Result<()> {
    let password = password_file(folder);
    fs::write(&password, PASSWORD).context("could not write the password")?;
    for (name, extension) in PEOPLE {
        let mut command = server(project, folder);
        command.args(["user", "add", "--username", name, "--extension", extension, "--company", COMPANY]);
        command.arg("--create-company").arg("--password-file").arg(&password);
        process::checked_output(&mut command)?;
    }
    Ok(())
}

fn password_file(folder: &Path) -> PathBuf {
    folder.join("password.txt")
}

fn start_one(command: &mut Command) -> Result<(Running, ChildStdout)> {
    let mut child = process::start(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let output = child.stdout.take().context("its output is a pipe")?;
    Ok((Running(child), output))
}

/// What a program said.
struct Said {
    before: Vec<String>,
    rest: BufReader<ChildStdout>,
}

/// Reads up to a certain line; fails if the program ends before, which then has said why.
fn until(output: ChildStdout, found: impl Fn(&str) -> bool) -> Result<Said> {
    let mut rest = BufReader::new(output);
    let mut before = Vec::new();
    loop {
        let mut line = String::new();
        if rest.read_line(&mut line).context("could not read what a program says")? == 0 {
            bail!("a program ended before it was ready; what it said stands above");
        }
        let line = line.trim_end();
        if found(line) {
            return Ok(Said { before, rest });
        }
        before.push(line.to_owned());
    }
}

/// Lines such as `TWILIO_ACCOUNT_SID=AC…`.
fn settings(lines: &[String]) -> impl Iterator<Item = (&str, &str)> {
    lines.iter().filter_map(|line| line.split_once('='))
}

/// Shows what is said from now on; a pipe that nobody reads would hold the program up.
fn pass_on(output: BufReader<ChildStdout>) {
    std::thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            println!("{line}");
        }
    });
}

/// How a person tries it.
fn advice(folder: &Path, number: &str) -> String {
    let password = password_file(folder);
    let [(sara, _), (omar, _)] = PEOPLE;
    let control = format!("http://{STAND_IN}/control");
    format!(
        "
Twilio's cloud is stood in for at http://{STAND_IN}, and the server http://{SERVER} is set up with it.

In the app, or in a browser at http://{SERVER}, sign in at http://{SERVER} as {sara} or {omar}; password: {PASSWORD}
Without a window:
  cargo run --bin mcall -- listen --auto-answer --line twilio --server http://{SERVER} --username {sara} \\
    --password-file {file} --audio-in none --audio-out heard.wav

Call any number of Saudi Arabia, such as {CALLER}: somebody answers and speaks.
Let a telephone call the company's number {number}:
  curl --json '{{\"from\":\"{CALLER}\",\"to\":\"{number}\"}}' {control}/call-in
The telephone hangs up, presses a key, or is busy the next time:
  curl --json '{{\"number\":\"{CALLER}\"}}' {control}/hang-up
  curl --json '{{\"number\":\"{CALLER}\",\"keys\":\"5\"}}' {control}/press
  curl --json '{{\"number\":\"{CALLER}\",\"then\":\"is-busy\"}}' {control}/phone
What it heard, and what Twilio would find wrong with the server:
  curl -o heard.wav {control}/heard/{CALLER}
  curl {control}/alerts

Ctrl+C ends all of it.
",
        file = password.display(),
    )
}

#[cfg(test)]
mod tests {
    use super::{advice, settings};
    use std::path::Path;

    #[test]
    fn settings_are_what_has_a_value() {
        let lines = ["TWILIO_API_KEY=SK1", "nothing", "PUBLIC_BASE_URL=http://a/?b=c"].map(str::to_owned);
        let expected = [("TWILIO_API_KEY", "SK1"), ("PUBLIC_BASE_URL", "http://a/?b=c")];
        assert_eq!(settings(&lines).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_person_is_told_how_a_telephone_calls() {
        let said = advice(Path::new("folder"), "+966112345678");
        let wanted =
            r#"curl --json '{"from":"+966501234567","to":"+966112345678"}' http://127.0.0.1:4030/control/call-in"#;
        assert!(said.contains(wanted), "{said}");
    }
}
