//! The handle of a running stand-in.

use crate::account::Account;
use crate::core::{Alert, Cloud, Input, Now, PhoneAct, RandomIds};
use crate::driver::{Courier, Front, Message, Owner, client, router};
use crate::faults::Faults;
use crate::media::{Fetch, Room, RoomMessage, Shelf};
use crate::phones::{Phone, PhoneBook, Voice};
use mobilecall_domain::Timestamp;
use mobilecall_transport::{NamedCandidates, PeerAddresses, RestartSockets, TransportConfig};
use mobilecall_twilio::signature::Signer;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Inputs that wait for the cloud.
const CAPACITY: usize = 1024;

/// What a stand-in begins with.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it listens; with port 0 the system chooses.
    pub listen: SocketAddr,
    /// How softphones reach its media.
    pub media: TransportConfig,
    /// The one account there is.
    pub account: Account,
    /// The telephones of the world.
    pub phones: PhoneBook,
    /// What goes wrong.
    pub faults: Faults,
}

impl Config {
    /// On this machine alone.
    pub fn loopback(account: Account) -> Self {
        let (named, restart) = (NamedCandidates::Learned, RestartSockets::Keep);
        let media = TransportConfig { named, restart, ..TransportConfig::loopback() };
        let listen = (Ipv4Addr::LOCALHOST, 0).into();
        Self { listen, media, account, phones: PhoneBook::default(), faults: Faults::default() }
    }

    /// For softphones on this machine, whatever interfaces they use, and in its network.
    pub fn everywhere(listen: SocketAddr, account: Account) -> Self {
        let any = [(Ipv4Addr::UNSPECIFIED, 0).into(), (Ipv6Addr::UNSPECIFIED, 0).into()];
        let media = TransportConfig {
            bind: any.into_iter().chain([(Ipv4Addr::LOCALHOST, 0).into()]).collect(),
            restart: RestartSockets::Keep,
            peers: PeerAddresses::ANY,
            named: NamedCandidates::Learned,
            ..TransportConfig::default()
        };
        Self { listen, media, ..Self::loopback(account) }
    }
}

/// Why a stand-in does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened at.
    #[error("{0} cannot be listened at: choose another with --listen")]
    Listen(SocketAddr, #[source] std::io::Error),
    /// No client for webhooks.
    #[error("no HTTP client could be made")]
    Client(#[from] reqwest::Error),
}

/// A running stand-in for Twilio's cloud. It ends when it is dropped.
pub struct StandIn {
    address: SocketAddr,
    front: Front,
    cut: watch::Sender<u64>,
    silent: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for StandIn {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl StandIn {
    /// Starts one; must be called within a tokio runtime.
    ///
    /// # Errors
    /// If it cannot listen.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let Config { listen, media, account, phones, faults } = config;
        let refused = |error| StartError::Listen(listen, error);
        let listener = TcpListener::bind(listen).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let faults = Arc::new(Mutex::new(faults));
        let courier = Courier::new(client()?, Signer::new(&account.auth_token), Arc::clone(&faults));
        let (shelf, started) = (Shelf::default(), Instant::now());
        let (owner, messages) = mpsc::channel(CAPACITY);
        let (sounds, inputs) = mpsc::unbounded_channel();
        let (studio, room) = Room::new(media, fetch(&courier), shelf.clone(), sounds);
        let ((cut, cuts), (silent, silence)) = (watch::channel(0), watch::channel(false));
        let front = Front {
            owner,
            room: room.clone(),
            shelf,
            faults,
            account: Arc::new(account.clone()),
            cut: cuts,
            silent: silence,
            sockets: Arc::new(AtomicU64::new(1)),
        };
        let now = Now { monotonic: Duration::ZERO, wall: Timestamp::now() };
        let cloud = Cloud::new(account, phones, format!("http://{address}"), Box::new(RandomIds), now);
        let routes = router(front.clone());
        let serving = async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::error!(%error, "the stand-in serves no longer");
            }
        };
        let tasks = vec![
            tokio::spawn(Owner::new(cloud, started, courier, room, messages, inputs).run()),
            tokio::spawn(studio.run()),
            tokio::spawn(serving),
        ];
        Ok(Self { address, front, cut, silent, tasks })
    }

    /// Where the API is, in place of `https://api.twilio.com`.
    pub fn api_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where softphones connect, in place of `wss://voice-js.roaming.twilio.com/signal`.
    pub fn signaling_url(&self) -> String {
        format!("ws://{}/signal", self.address)
    }

    /// The account as it was given.
    pub fn account(&self) -> &Account {
        &self.front.account
    }

    /// Says what the telephone of a number, in E.164, does when it is called.
    pub async fn set_phone(&self, number: impl Into<String>, phone: Phone) {
        let number = number.into();
        self.visit(move |cloud| cloud.phones.set(number, phone)).await;
    }

    /// The telephone `from` calls the account's number `to`.
    pub async fn call_in(&self, from: impl Into<String>, to: impl Into<String>) {
        self.act(PhoneAct::Calls { from: from.into(), to: to.into() }).await;
    }

    /// Whoever has the telephone answers.
    pub async fn answer(&self, number: impl Into<String>) {
        self.act(PhoneAct::Answers(number.into())).await;
    }

    /// Whoever has the telephone hangs up, or refuses.
    pub async fn hang_up(&self, number: impl Into<String>) {
        self.act(PhoneAct::HangsUp(number.into())).await;
    }

    /// Whoever has the telephone presses keys.
    pub async fn press(&self, number: impl Into<String>, keys: impl Into<String>) {
        self.act(PhoneAct::Presses(number.into(), keys.into())).await;
    }

    /// What a telephone has heard in its last call so far, and the keys among it.
    pub async fn heard(&self, number: impl Into<String>) -> (Voice, String) {
        let (reply, answer) = oneshot::channel();
        self.front.room.send(RoomMessage::Heard(number.into(), reply)).await.expect(RUNS);
        answer.await.expect(RUNS)
    }

    /// What went wrong in the application so far, as Twilio's console would show it.
    pub async fn alerts(&self) -> Vec<Alert> {
        self.visit(|cloud| cloud.alerts().to_vec()).await
    }

    /// Somebody shows that the number is theirs, in Twilio's console.
    pub async fn verify_number(&self, number: impl Into<String>) {
        let number = number.into();
        self.visit(move |cloud| cloud.verify_number(&number)).await;
    }

    /// Refuses the next call of a softphone with a wire code, such as 31002.
    pub async fn refuse_next_call(&self, code: u32) {
        self.visit(move |cloud| cloud.refuse_next(code)).await;
    }

    /// What goes wrong from now on.
    pub fn set_faults(&self, faults: Faults) {
        *self.front.faults.lock().expect("nothing panics while it holds the lock") = faults;
    }

    /// Breaks all connections of softphones without a word.
    pub fn cut_connections(&self) {
        self.cut.send_modify(|times| *times += 1);
    }

    /// Sends softphones no heartbeat any more, or sends it again.
    pub fn set_silent(&self, silent: bool) {
        self.silent.send_replace(silent);
    }

    /// Ends all calls of softphones with a wire code, such as 53405.
    pub async fn fail_calls(&self, code: u32) {
        self.visit(move |cloud| cloud.fail_calls(code)).await;
    }

    async fn act(&self, act: PhoneAct) {
        self.front.owner.send(Message::Input(Input::Phone(act))).await.expect(RUNS);
    }

    async fn visit<T: Send + 'static>(&self, work: impl FnOnce(&mut Cloud) -> T + Send + 'static) -> T {
        self.front.visit(work).await.expect(RUNS)
    }
}

const RUNS: &str = "the stand-in runs until it is dropped";

/// Fetches sounds for `<Play>`.
fn fetch(courier: &Courier) -> Fetch {
    let sender = courier.sender();
    Arc::new(move |url| {
        let sender = sender.clone();
        Box::pin(async move { sender.sound(url).await })
    })
}
