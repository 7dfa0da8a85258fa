//! The relay that the stack's TURN client believes to talk with: a value without I/O. It grants everything, since the
//! real one is asked elsewhere, and keeps nobody waiting but for the address.

use bytes::Bytes;
use rtc::stun::attributes::{ATTR_NONCE, ATTR_REALM, ATTR_USERNAME};
use rtc::stun::error_code::{CODE_INSUFFICIENT_CAPACITY, CODE_UNAUTHORIZED, ErrorCode};
use rtc::stun::message::{
    CLASS_ERROR_RESPONSE, CLASS_INDICATION, CLASS_REQUEST, CLASS_SUCCESS_RESPONSE, Getter as _, METHOD_ALLOCATE,
    METHOD_CHANNEL_BIND, METHOD_CREATE_PERMISSION, METHOD_DATA, METHOD_REFRESH, METHOD_SEND, Message, MessageClass,
    MessageType, Method, Setter, TransactionId, is_stun_message,
};
use rtc::stun::textattrs::TextAttribute;
use rtc::turn::proto::chandata::ChannelData;
use rtc::turn::proto::channum::ChannelNumber;
use rtc::turn::proto::data::Data;
use rtc::turn::proto::lifetime::Lifetime;
use rtc::turn::proto::peeraddr::PeerAddress;
use rtc::turn::proto::relayaddr::RelayedAddress;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

/// Nothing runs out here; the client refreshes twice in this time.
const LIFETIME: Duration = Duration::from_secs(3600);
/// Any text does.
const WORD: &str = "mobile-call";

/// What comes of a message of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Reply(Vec<u8>),
    /// For the real relay.
    Send {
        peer: SocketAddr,
        payload: Bytes,
    },
    /// The stack gives its address back.
    Release(Vec<u8>),
}

/// Our end of the stack's TURN client.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    address: Address,
    peer_of: HashMap<u16, SocketAddr>,
    channel_of: HashMap<SocketAddr, u16>,
}

#[derive(Debug, Default)]
enum Address {
    /// Not known yet, nor asked for.
    #[default]
    Unknown,
    /// The request that waits.
    Wanted(TransactionId),
    At(SocketAddr),
    /// There is none.
    Refused,
}

impl Counter {
    /// A datagram that the stack sent; what is not TURN is left out.
    pub(crate) fn handle(&mut self, datagram: &[u8]) -> Option<Action> {
        if ChannelData::is_channel_data(datagram) {
            let mut data = ChannelData { raw: datagram.to_vec(), ..ChannelData::default() };
            data.decode().ok()?;
            let peer = *self.peer_of.get(&data.number.0)?;
            return Some(Action::Send { peer, payload: data.data.into() });
        }
        let message = read(datagram)?;
        match message.typ.class {
            CLASS_REQUEST => self.request(&message),
            CLASS_INDICATION if message.typ.method == METHOD_SEND => {
                let mut data = Data::default();
                data.get_from(&message).ok()?;
                Some(Action::Send { peer: peer(&message)?, payload: data.0.into() })
            }
            _ => None,
        }
    }

    /// There is an address. Returns the answer to the request that waits for it.
    pub(crate) fn allocated(&mut self, address: SocketAddr) -> Option<Vec<u8>> {
        match std::mem::replace(&mut self.address, Address::At(address)) {
            Address::Wanted(request) => allocation(request, address),
            Address::Unknown | Address::At(_) | Address::Refused => None,
        }
    }

    /// There will be no address, or it is gone.
    pub(crate) fn refuse(&mut self) -> Option<Vec<u8>> {
        match std::mem::replace(&mut self.address, Address::Refused) {
            Address::Wanted(request) => error(request, METHOD_ALLOCATE, CODE_INSUFFICIENT_CAPACITY, Vec::new()),
            Address::Unknown | Address::At(_) | Address::Refused => None,
        }
    }

    /// What a peer sent, as the stack wants it.
    pub(crate) fn packet(&self, from: SocketAddr, payload: &[u8]) -> Option<Vec<u8>> {
        if let Some(channel) = self.channel_of.get(&from) {
            let mut data =
                ChannelData { data: payload.to_vec(), number: ChannelNumber(*channel), ..ChannelData::default() };
            data.encode();
            return Some(data.raw);
        }
        let peer = Box::new(PeerAddress { ip: from.ip(), port: from.port() });
        build(TransactionId::new(), METHOD_DATA, CLASS_INDICATION, vec![peer, Box::new(Data(payload.to_vec()))])
    }

    fn request(&mut self, message: &Message) -> Option<Action> {
        let id = message.transaction_id;
        match message.typ.method {
            METHOD_ALLOCATE => self.allocate(message).map(Action::Reply),
            METHOD_CREATE_PERMISSION => granted(id, METHOD_CREATE_PERMISSION, Vec::new()).map(Action::Reply),
            METHOD_CHANNEL_BIND => {
                let mut channel = ChannelNumber::default();
                channel.get_from(message).ok()?;
                let peer = peer(message)?;
                self.peer_of.insert(channel.0, peer);
                self.channel_of.insert(peer, channel.0);
                granted(id, METHOD_CHANNEL_BIND, Vec::new()).map(Action::Reply)
            }
            METHOD_REFRESH => {
                let mut asked = Lifetime(LIFETIME);
                asked.get_from(message).ok()?;
                let ends = asked.0.is_zero();
                let lifetime = Lifetime(if ends { Duration::ZERO } else { LIFETIME });
                let reply = granted(id, METHOD_REFRESH, vec![Box::new(lifetime)])?;
                Some(if ends { Action::Release(reply) } else { Action::Reply(reply) })
            }
            _ => None,
        }
    }

    /// The stack asks without a user name first, and expects to be asked for it.
    fn allocate(&mut self, message: &Message) -> Option<Vec<u8>> {
        let id = message.transaction_id;
        if !message.contains(ATTR_USERNAME) {
            let words: Vec<Box<dyn Setter>> = vec![
                Box::new(TextAttribute::new(ATTR_REALM, WORD.to_owned())),
                Box::new(TextAttribute::new(ATTR_NONCE, WORD.to_owned())),
            ];
            return error(id, METHOD_ALLOCATE, CODE_UNAUTHORIZED, words);
        }
        match &mut self.address {
            Address::Unknown | Address::Wanted(_) => {
                self.address = Address::Wanted(id);
                None
            }
            Address::At(address) => allocation(id, *address),
            Address::Refused => error(id, METHOD_ALLOCATE, CODE_INSUFFICIENT_CAPACITY, Vec::new()),
        }
    }
}

fn read(datagram: &[u8]) -> Option<Message> {
    if !is_stun_message(datagram) {
        return None;
    }
    let mut message = Message::new();
    message.raw = datagram.to_vec();
    message.decode().ok()?;
    Some(message)
}

fn peer(message: &Message) -> Option<SocketAddr> {
    let mut peer = PeerAddress::default();
    peer.get_from(message).ok()?;
    Some(SocketAddr::new(peer.ip, peer.port))
}

fn allocation(id: TransactionId, address: SocketAddr) -> Option<Vec<u8>> {
    let relayed = RelayedAddress { ip: address.ip(), port: address.port() };
    granted(id, METHOD_ALLOCATE, vec![Box::new(relayed), Box::new(Lifetime(LIFETIME))])
}

fn granted(id: TransactionId, method: Method, attributes: Vec<Box<dyn Setter>>) -> Option<Vec<u8>> {
    build(id, method, CLASS_SUCCESS_RESPONSE, attributes)
}

fn error(id: TransactionId, method: Method, code: ErrorCode, mut more: Vec<Box<dyn Setter>>) -> Option<Vec<u8>> {
    more.insert(0, Box::new(code));
    build(id, method, CLASS_ERROR_RESPONSE, more)
}

fn build(id: TransactionId, method: Method, class: MessageClass, attributes: Vec<Box<dyn Setter>>) -> Option<Vec<u8>> {
    let mut setters: Vec<Box<dyn Setter>> = vec![Box::new(id), Box::new(MessageType::new(method, class))];
    setters.extend(attributes);
    let mut message = Message::new();
    match message.build(&setters) {
        Ok(()) => Some(message.raw),
        Err(error) => {
            tracing::error!(%error, "a message for the stack's TURN client cannot be written");
            None
        }
    }
}

#[cfg(test)]
mod tests;
