//! What any directory must do, whether it is in this process or far away.

use async_trait::async_trait;
use mobilecall_backend::{
    Directory, DirectoryError, LocalDirectory, LoginLimits, PersonReport, PresenceChange, Rate, Renewed, Whereabouts,
};
use mobilecall_domain::{CompanyId, NodeId, PresenceState, Reachability, UserId};
use mobilecall_testkit::eventually;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{collections::HashMap, io, net::IpAddr, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    task::AbortHandle,
};

const REGISTERED: Reachability = Reachability { registered: true, busy: false };
const BUSY: Reachability = Reachability { registered: true, busy: true };
const LONG: Duration = Duration::from_secs(600);

/// The largest message that a broker need carry for a company of this test's size.
const MAX_MESSAGE_BYTES: usize = 512;

/// A question, and where the answer goes.
type Asked = (Vec<u8>, oneshot::Sender<Vec<u8>>);

/// A directory in another place: each question and answer is a JSON text.
pub(crate) struct RemoteDirectory {
    questions: mpsc::Sender<Asked>,
    serving: AbortHandle,
}

#[derive(Serialize, Deserialize)]
enum Question {
    Renew(NodeId, String, Duration),
    Leave(NodeId),
    DropSilent,
    Report(NodeId, PersonReport),
    Present(CompanyId),
    Whereabouts(CompanyId, UserId),
    CountSignIn(String, IpAddr),
    Lose,
}

impl RemoteDirectory {
    /// Serves a directory in memory on a task of its own for as long as anybody asks.
    pub(crate) fn start(limits: LoginLimits) -> Self {
        let (questions, mut asked) = mpsc::channel::<Asked>(1);
        let serving = tokio::spawn(async move {
            let mut directory = LocalDirectory::new(limits);
            while let Some((question, reply)) = asked.recv().await {
                let question: Question = serde_json::from_slice(&question).unwrap();
                if let Question::Lose = question {
                    directory = LocalDirectory::new(limits);
                }
                // Whoever asked may have given up.
                let _ = reply.send(answer(&directory, question).await);
            }
        });
        Self { questions, serving: serving.abort_handle() }
    }

    /// Makes it forget everything, as one that keeps nothing on a disk does when it is started again.
    pub(crate) async fn lose(&self) {
        self.ask::<()>(Question::Lose).await.unwrap();
    }

    /// Makes it unreachable.
    pub(crate) fn cut(&self) {
        self.serving.abort();
    }

    async fn ask<T: DeserializeOwned>(&self, question: Question) -> Result<T, DirectoryError> {
        let gone = || DirectoryError(io::Error::from(io::ErrorKind::ConnectionReset).into());
        let (reply, answer) = oneshot::channel();
        let question = serde_json::to_vec(&question).unwrap();
        assert!(question.len() <= MAX_MESSAGE_BYTES, "{} bytes", question.len());
        self.questions.send((question, reply)).await.map_err(|_closed| gone())?;
        let answer = answer.await.map_err(|_closed| gone())?;
        assert!(answer.len() <= MAX_MESSAGE_BYTES, "{} bytes", answer.len());
        Ok(serde_json::from_slice(&answer).unwrap())
    }
}

async fn answer(directory: &LocalDirectory, question: Question) -> Vec<u8> {
    fn json<T: Serialize>(answer: Result<T, DirectoryError>) -> Vec<u8> {
        serde_json::to_vec(&answer.unwrap()).unwrap()
    }
    match question {
        Question::Renew(node, instance, lasts) => json(directory.renew(node, &instance, lasts).await),
        Question::Leave(node) => json(directory.leave(node).await),
        Question::DropSilent => json(directory.drop_silent().await),
        Question::Report(node, said) => json(directory.report(node, said).await),
        Question::Present(company) => json(directory.present(company).await),
        Question::Whereabouts(company, user) => json(directory.whereabouts(company, user).await),
        Question::CountSignIn(username, address) => json(directory.count_sign_in(&username, address).await),
        Question::Lose => json(Ok(())),
    }
}

#[async_trait]
impl Directory for RemoteDirectory {
    async fn renew(&self, node: NodeId, instance: &str, lasts: Duration) -> Result<Renewed, DirectoryError> {
        self.ask(Question::Renew(node, instance.to_owned(), lasts)).await
    }
    async fn leave(&self, node: NodeId) -> Result<Vec<PresenceChange>, DirectoryError> {
        self.ask(Question::Leave(node)).await
    }
    async fn drop_silent(&self) -> Result<Vec<PresenceChange>, DirectoryError> {
        self.ask(Question::DropSilent).await
    }
    async fn report(&self, node: NodeId, said: PersonReport) -> Result<Option<PresenceChange>, DirectoryError> {
        self.ask(Question::Report(node, said)).await
    }
    async fn present(&self, company: CompanyId) -> Result<HashMap<UserId, PresenceState>, DirectoryError> {
        self.ask(Question::Present(company)).await
    }
    async fn whereabouts(&self, company: CompanyId, user: UserId) -> Result<Vec<Whereabouts>, DirectoryError> {
        self.ask(Question::Whereabouts(company, user)).await
    }
    async fn count_sign_in(&self, username: &str, address: IpAddr) -> Result<Option<Duration>, DirectoryError> {
        self.ask(Question::CountSignIn(username.to_owned(), address)).await
    }
}

fn limits() -> LoginLimits {
    LoginLimits { per_person: Rate::new(1, LONG), ..LoginLimits::default() }
}

/// Both kinds.
fn directories() -> [Arc<dyn Directory>; 2] {
    [Arc::new(LocalDirectory::new(limits())), Arc::new(RemoteDirectory::start(limits()))]
}

fn said(company: CompanyId, user: UserId, reachability: Reachability) -> PersonReport {
    PersonReport { company, user, reachability }
}

#[tokio::test]
async fn what_nodes_say_is_joined() {
    for directory in directories() {
        let (one, two, company) = (NodeId::generate(), NodeId::generate(), CompanyId::generate());
        let (alice, basil) = (UserId::generate(), UserId::generate());
        for (node, instance) in [(one, "one"), (two, "two")] {
            assert!(!directory.renew(node, instance, LONG).await.unwrap().kept, "it is new");
            assert!(directory.renew(node, instance, LONG).await.unwrap().kept);
        }
        let say = async |node, user, reachability| {
            directory.report(node, said(company, user, reachability)).await.unwrap().map(|change| change.presence)
        };
        assert_eq!(say(one, alice, REGISTERED).await, Some(PresenceState::Available));
        assert_eq!(say(two, alice, BUSY).await, Some(PresenceState::Busy));
        assert_eq!(say(one, alice, BUSY).await, None);
        assert_eq!(say(two, basil, REGISTERED).await, Some(PresenceState::Available));
        let expected = HashMap::from([(alice, PresenceState::Busy), (basil, PresenceState::Available)]);
        assert_eq!(directory.present(company).await.unwrap(), expected);
        assert!(directory.present(CompanyId::generate()).await.unwrap().is_empty());
        let found = directory.whereabouts(company, basil).await.unwrap();
        assert_eq!(found, [Whereabouts { node: two, reachability: REGISTERED }]);

        let left = directory.leave(two).await.unwrap();
        assert_eq!(left, [PresenceChange { company, user: basil, presence: PresenceState::Offline }]);
        assert_eq!(say(two, basil, REGISTERED).await, None, "it has no lease");
        assert_eq!(directory.present(company).await.unwrap(), HashMap::from([(alice, PresenceState::Busy)]));
        let again = directory.renew(NodeId::generate(), "one", LONG).await.unwrap();
        let offline = PresenceChange { company, user: alice, presence: PresenceState::Offline };
        assert_eq!(again, Renewed { kept: false, changes: vec![offline] }, "its earlier run is over");
    }
}

#[tokio::test]
async fn what_a_silent_node_said_is_dropped() {
    for directory in directories() {
        let (living, dead, company, alice) =
            (NodeId::generate(), NodeId::generate(), CompanyId::generate(), UserId::generate());
        directory.renew(living, "living", LONG).await.unwrap();
        directory.renew(dead, "dead", Duration::from_millis(20)).await.unwrap();
        directory.report(living, said(company, alice, REGISTERED)).await.unwrap();
        directory.report(dead, said(company, alice, BUSY)).await.unwrap();
        let dropped = eventually("the end of a lease", async || {
            Some(directory.drop_silent().await.unwrap()).filter(|changes| !changes.is_empty())
        });
        assert_eq!(dropped.await[0].presence, PresenceState::Available, "the living node still has her");
        assert!(!directory.renew(dead, "dead", LONG).await.unwrap().kept, "it must say everything again");
        assert!(directory.renew(living, "living", LONG).await.unwrap().kept);
    }
}

#[tokio::test]
async fn tries_to_sign_in_are_counted_for_all_nodes() {
    for directory in directories() {
        let count = async |name| directory.count_sign_in(name, IpAddr::from([192, 0, 2, 1])).await.unwrap();
        assert_eq!(count("alice").await, None);
        assert!(count("alice").await.is_some_and(|wait| wait <= LONG));
        assert_eq!(count("basil").await, None);
    }
}
