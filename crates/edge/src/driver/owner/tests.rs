//! The owner of the switch, with transports in memory and its inputs given by hand.

use super::{Message, Owner, OwnerConfig};
use crate::anchor::COMMAND_CAPACITY;
use crate::core::{Input, Rules, SocketId};
use crate::host::{Agent, CallReported, Destination, EdgeHost, HostError, Reachability, Subscriber, TokenRejected};
use async_trait::async_trait;
use mobilecall_domain::{
    CallId, CallRecord, CompanyId, PresenceState, Private, SdpAnswer, SdpOffer, SessionId, UserId,
};
use mobilecall_pstream::client::{Answer, Invite, Listen, Register, Reinvite, TwilioParams};
use mobilecall_pstream::{ClientFrame, params};
use mobilecall_transport::fake::FakeNetwork;
use mobilecall_transport::{MediaTransport, TransportConfig};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

const ALICE: SocketId = SocketId(1);
const BOB: SocketId = SocketId(2);

/// Knows everybody; a token is the name of its owner.
#[derive(Default)]
struct Host {
    reachable: Mutex<HashMap<UserId, Reachability>>,
}

fn user(name: &str) -> UserId {
    UserId::from_uuid(Uuid::from_u128(name.bytes().fold(0, |sum, byte| sum * 256 + u128::from(byte))))
}

fn agent(name: &str) -> Agent {
    Agent { user: user(name), username: name.to_owned(), name: name.to_owned(), extension: None }
}

fn company() -> CompanyId {
    CompanyId::from_uuid(Uuid::from_u128(7))
}

#[async_trait]
impl EdgeHost for Host {
    async fn authenticate(&self, token: &str) -> Result<Subscriber, TokenRejected> {
        Ok(Subscriber {
            company: company(),
            agent: agent(token),
            session: SessionId::from_uuid(user(token).as_uuid()),
            expires_in: Duration::from_secs(3600),
            may_receive: true,
            may_dial: true,
        })
    }

    async fn resolve(&self, _: CompanyId, dialed: &str) -> Result<Destination, HostError> {
        Ok(Destination::Agent { agent: agent(dialed), elsewhere: Vec::new() })
    }

    async fn open_calls(&self, records: Vec<CallRecord>) -> Result<Vec<CallId>, HostError> {
        Ok(records.iter().map(|record| record.id).collect())
    }

    async fn report_calls(&self, _: Vec<CallReported>) -> Result<(), HostError> {
        Ok(())
    }

    async fn reachability_changed(&self, _: CompanyId, user: UserId, now: Reachability) -> Result<(), HostError> {
        self.reachable.lock().unwrap().insert(user, now);
        Ok(())
    }
}

struct Fixture {
    owner: Owner,
    host: Arc<Host>,
    network: FakeNetwork,
    frames: HashMap<SocketId, mpsc::Receiver<String>>,
    /// Sends nothing, but without it the owner would stop.
    _handle: mpsc::Sender<Message>,
}

impl Fixture {
    /// Alice and Bob, registered.
    async fn new() -> Self {
        let (network, host) = (FakeNetwork::new(), Arc::new(Host::default()));
        let transports = crate::anchor::over(network.clone());
        let config = OwnerConfig { rules: Rules::default(), transports, transport: TransportConfig::loopback() };
        let (handle, messages) = mpsc::channel(1);
        let owner = Owner::new(host.clone(), config, messages);
        let mut fixture = Self { owner, host, network, frames: HashMap::new(), _handle: handle };
        for (socket, name) in [(ALICE, "alice"), (BOB, "bob")] {
            let (reply, frames) = oneshot::channel();
            fixture.owner.opened(socket, reply);
            fixture.frames.insert(socket, frames.await.unwrap());
            let token = Private::new(name.to_owned());
            let listen = Listen { token, browser_info: Default::default(), reconnect_timeout: 30 };
            fixture.frame(socket, ClientFrame::Listen(listen));
            fixture.frame(socket, ClientFrame::Register(Register::ON));
            fixture.sent(socket, "ready").await;
        }
        fixture
    }

    fn frame(&mut self, socket: SocketId, frame: ClientFrame) {
        self.owner.input(Input::Frame(socket, Ok(frame)));
    }

    /// Lets the owner work until it sends such a frame; gives the call it is about, if it names one.
    async fn sent(&mut self, socket: SocketId, kind: &str) -> String {
        loop {
            while let Ok(text) = self.frames.get_mut(&socket).unwrap().try_recv() {
                let frame: serde_json::Value = serde_json::from_str(&text).unwrap();
                if frame["type"] == kind {
                    return frame["payload"]["callsid"].as_str().unwrap_or_default().to_owned();
                }
            }
            assert!(self.owner.step().await, "the owner goes on");
        }
    }

    /// What the host has heard once all is told.
    async fn told(&self, name: &str) -> PresenceState {
        let Owner { reachability, host, giving_up, .. } = &self.owner;
        reachability.close();
        reachability.clone().run(Arc::clone(host), giving_up.clone()).await;
        self.host.reachable.lock().unwrap()[&user(name)].presence()
    }
}

#[tokio::test]
async fn what_an_output_causes_at_once_comes_after_the_other_outputs() {
    let mut fixture = Fixture::new().await;
    let (client, _streams) = fixture.network.transport(TransportConfig::loopback());
    let twilio = TwilioParams { params: Some(Private::new(params::encode([("To", "bob")]))) };
    let sdp = client.create_offer().await.unwrap();
    fixture.frame(ALICE, ClientFrame::Invite(Invite { callsid: "TJS1".to_owned(), sdp, twilio }));
    let callsid = fixture.sent(BOB, "invite").await;
    // Nothing else runs meanwhile, so Bob's session takes none of them and finds no room for his answer: it is refused
    // within the step in which it makes him busy.
    for _ in 0..COMMAND_CAPACITY {
        let sdp = SdpOffer::new("v=0");
        fixture.frame(BOB, ClientFrame::Reinvite(Reinvite { callsid: callsid.clone(), sdp }));
    }
    fixture.frame(BOB, ClientFrame::Answer(Answer { callsid, sdp: SdpAnswer::new("v=0") }));
    fixture.sent(ALICE, "hangup").await;
    for name in ["alice", "bob"] {
        assert_eq!(fixture.told(name).await, PresenceState::Available, "{name} is free again");
    }
}
