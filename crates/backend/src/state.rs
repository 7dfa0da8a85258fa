//! What every handler reaches.

use crate::{
    announce::{AnnouncedChanges, Announcer},
    config::BackendConfig,
    directory::Directory,
    event_socket::SocketSlots,
    health::DatabaseCheck,
    hub::Hub,
    node::NodeLease,
    passwords::Passwords,
    presence::NodePresence,
    relays::TwilioRelays,
    slots::Slots,
    tokens::Tokens,
    twilio::rest::Rest,
};
use mobilecall_edge::Edge;
use mobilecall_store::Store;
use std::{net::IpAddr, sync::Arc};
use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The parts of a backend.
pub(crate) struct State {
    pub(crate) config: BackendConfig,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) passwords: Passwords,
    /// What nodes share.
    pub(crate) directory: Arc<dyn Directory>,
    /// This node's part in the directory.
    pub(crate) presence: NodePresence,
    /// Tells every node.
    pub(crate) announcer: Arc<dyn Announcer>,
    /// Tells those who listen on this node.
    pub(crate) hub: Arc<Hub>,
    /// This node's lease.
    pub(crate) lease: NodeLease,
    /// Whether the database answers and takes writes.
    pub(crate) database_check: DatabaseCheck,
    /// Announces what is written, as long as it is held.
    #[expect(dead_code, reason = "held so that the store goes on telling it")]
    pub(crate) announced_changes: Arc<AnnouncedChanges>,
    /// The direct line.
    pub(crate) edge: Edge,
    /// The way to Twilio.
    pub(crate) rest: Rest,
    /// Twilio's relays, as far as they were asked for.
    pub(crate) twilio_relays: TwilioRelays,
    /// Room for event sockets.
    pub(crate) event_sockets: SocketSlots,
    /// Signaling sockets that have shown no token yet.
    pub(crate) unknown_phones: Slots<IpAddr>,
    /// Room for those who sign in.
    pub(crate) sign_ins: Arc<Semaphore>,
    /// Room for requests.
    pub(crate) requests: Arc<Semaphore>,
    /// The API's description. A function, because it is made from the routes, which stand above this.
    pub(crate) description: fn() -> &'static str,
    /// Cancelled when the server begins to shut down.
    pub(crate) closing: CancellationToken,
    /// Open event sockets.
    pub(crate) tasks: TaskTracker,
}

/// How handlers hold it.
pub(crate) type Shared = Arc<State>;
