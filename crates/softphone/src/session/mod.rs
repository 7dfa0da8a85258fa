//! Who is signed in: from nobody, by way of signing in, to somebody whose server may or may not be in reach.

mod flow;
mod keep;

pub(crate) use flow::{How, OpenedSession, SignInFlow};
pub(crate) use keep::{Secrets, keep, unused};

use mobilecall_cache::{Account, Cache, CacheError};
use mobilecall_client::{Company, Http, Person, Role, Session, Sync, User};
use mobilecall_domain::LineKind;
use mobilecall_ipc::{ServerChoice, SessionView};
use serde::{Deserialize, Serialize};
use tokio_util::task::AbortOnDropHandle;

/// Names the server inside the app in keys of local data, because its port may change.
const EMBEDDED: &str = "embedded";

/// A person at a server, kept between runs so that the history is there before the server is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Profile {
    /// The server, see [`server_key`].
    pub(crate) server: String,
    /// The person.
    pub(crate) user: User,
    /// Kinds of line that the server gives out, as it last said.
    #[serde(default)]
    pub(crate) available: Vec<LineKind>,
}

/// Where the session stands.
pub(crate) enum SignInState {
    /// Nobody.
    SignedOut,
    /// Somebody is being signed in; dropping the task gives it up.
    SigningIn { _task: AbortOnDropHandle<()> },
    /// Somebody.
    SignedIn(Box<SignedIn>),
}

/// Somebody is signed in.
pub(crate) struct SignedIn {
    pub(crate) profile: Profile,
    pub(crate) account: Account,
    /// The session outlives the program.
    pub(crate) kept: bool,
    /// The server has been reached.
    pub(crate) online: Option<Online>,
    /// Keeps trying to reach it until then.
    pub(crate) _reviving: Option<AbortOnDropHandle<()>>,
}

/// The session at a server that has been reached.
pub(crate) struct Online {
    pub(crate) session: Session,
    pub(crate) sync: Sync,
    /// Stores refresh tokens and notices the session's end.
    pub(crate) _keeper: AbortOnDropHandle<()>,
}

/// What the tasks of the session report.
pub(crate) enum SessionInput {
    /// The embedded server runs.
    ServerStarted(crate::ports::RunningServer),
    /// A session of an earlier run is being revived; until that succeeds the local data is shown.
    Restored { profile: Box<Profile>, account: Account },
    /// The server could not be reached, after so many attempts; they go on.
    NotYet { attempt: u32, why: Option<mobilecall_ipc::Failure> },
    /// Signed in.
    Opened(Box<OpenedSession>),
    /// There is no session to revive at this server.
    NoSession(Http),
    /// Whether that server answers.
    Probed(Result<(), mobilecall_ipc::Failure>),
    /// Could not sign in.
    Failed(mobilecall_ipc::Failure),
    /// The session is in the keyring, or is not.
    Kept(bool),
    /// The session was revoked or ran out.
    Ended,
}

impl Profile {
    pub(crate) fn view(&self, kept: bool) -> SessionView {
        SessionView::SignedIn {
            username: self.user.username.clone(),
            name: self.user.name.clone(),
            company: self.user.company_name.clone(),
            extension: self.user.extension.clone(),
            region: self.user.region.clone(),
            company_lines: self.company_lines(),
            calls_via_phone: self.available.contains(&LineKind::Twilio),
            // Whoever runs the server inside the app administers it.
            sets_up_twilio: self.server == EMBEDDED || self.user.role == Role::Admin,
            kept,
        }
    }

    /// Whether this is the same person at the same server.
    pub(crate) fn is_of(&self, other: &Self) -> bool {
        self.server == other.server && self.user.id == other.user.id
    }

    /// Kinds of line that the company prefers.
    pub(crate) fn company_lines(&self) -> Vec<LineKind> {
        self.user.company_lines.iter().map(|kind| (*kind).into()).collect()
    }

    /// Takes over what changed of the company; says whether anything did.
    pub(crate) fn take_company(&mut self, company: Company) -> bool {
        let Company { id: _, name, lines, available } = company;
        // Where only the rest changed it is not told.
        let available =
            available.map_or_else(|| self.available.clone(), |kinds| kinds.into_iter().map(Into::into).collect());
        let changed = self.user.company_name != name || self.user.company_lines != lines || self.available != available;
        (self.user.company_name, self.user.company_lines, self.available) = (name, lines, available);
        changed
    }

    /// Takes over what changed of the agent; says whether this is the agent and anything did.
    pub(crate) fn take_person(&mut self, person: &Person) -> bool {
        let changed = self.user.id == person.user_id
            && (self.user.name != person.name || self.user.extension != person.extension);
        if changed {
            (self.user.name, self.user.extension) = (person.name.clone(), person.extension.clone());
        }
        changed
    }
}

impl SignInState {
    pub(crate) fn signed_in(&self) -> Option<&SignedIn> {
        match self {
            Self::SignedIn(signed_in) => Some(signed_in),
            Self::SignedOut | Self::SigningIn { .. } => None,
        }
    }

    pub(crate) fn signed_in_mut(&mut self) -> Option<&mut SignedIn> {
        match self {
            Self::SignedIn(signed_in) => Some(signed_in),
            Self::SignedOut | Self::SigningIn { .. } => None,
        }
    }

    pub(crate) fn account(&self) -> Option<&Account> {
        self.signed_in().map(|signed_in| &signed_in.account)
    }

    pub(crate) fn online(&self) -> Option<&Online> {
        self.signed_in().and_then(|signed_in| signed_in.online.as_ref())
    }

    /// The person's region, for numbers without a country code.
    pub(crate) fn region(&self) -> &str {
        self.signed_in().map_or("SA", |signed_in| &signed_in.profile.user.region)
    }
}

/// The name of a server in keys of local data.
pub(crate) fn server_key(server: &ServerChoice) -> String {
    match server {
        ServerChoice::Embedded => EMBEDDED.to_owned(),
        ServerChoice::Remote { url } => {
            mobilecall_client::ServerUrl::parse(url).map_or_else(|_| url.clone(), |url| url.to_string())
        }
    }
}

/// The person last signed in at a server; nobody after a sign-out.
pub(crate) async fn remembered(cache: &Cache, server: &str) -> Result<Option<Profile>, CacheError> {
    Ok(cache.setting::<Option<Profile>>(&profile_setting(server)).await?.flatten())
}

/// The name of the setting that holds the profile of the person last signed in at a server.
pub(crate) fn profile_setting(server: &str) -> String {
    format!("profile {server}")
}
