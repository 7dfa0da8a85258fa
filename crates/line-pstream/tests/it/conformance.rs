//! The suite that every line passes.

use crate::{
    registered,
    server::{Peer, Server},
};
use async_trait::async_trait;
use mobilecall_domain::{Address, Private, Region, SdpAnswer, SdpOffer};
use mobilecall_line::{
    Line,
    conformance::{self, FarEnd, THEIR_ANSWER, THEIR_OFFER},
};
use mobilecall_pstream::{
    CallSid, ClientFrame, ServerFrame, TemporarySid, WireError, code, params,
    server::{Answer, Cancel, Hangup, Ringing},
};
use uuid::Uuid;

/// Tells the connection's task what the far end does, and hears from it what the line does.
struct FarSide {
    peer: Peer,
    calls: u128,
    temporary: String,
}

impl FarSide {
    fn sid(&self) -> CallSid {
        CallSid::from_uuid(Uuid::from_u128(self.calls))
    }
    /// The next frame that is not about the registration.
    async fn next(&mut self) -> ClientFrame {
        loop {
            match self.peer.frame().await {
                ClientFrame::Register(register) => {
                    let reply = if register.media.audio { ServerFrame::Ready } else { ServerFrame::Offline };
                    self.peer.send(reply).await;
                }
                frame => return frame,
            }
        }
    }
}

#[async_trait]
impl FarEnd for FarSide {
    async fn called(&mut self) -> (Address, SdpOffer) {
        let ClientFrame::Invite(invite) = self.next().await else { panic!("expected an invite") };
        self.calls += 1;
        let temporary = Uuid::parse_str(invite.callsid.strip_prefix("TJS").unwrap()).unwrap();
        assert_eq!(TemporarySid::from_uuid(temporary).as_str(), invite.callsid);
        self.temporary = invite.callsid;
        let query = invite.twilio.params.unwrap();
        assert!(params::find(query.expose(), "CallId").unwrap().parse::<Uuid>().is_ok());
        let destination = params::find(query.expose(), "To").unwrap();
        (Address::parse(&destination, Region::SA).unwrap(), invite.sdp)
    }
    async fn ring(&mut self) {
        self.peer.send(ServerFrame::Ringing(Ringing { callsid: self.sid(), sdp: None })).await;
    }
    async fn answer(&mut self) {
        let reconnect = Some(Private::new("token".to_owned()));
        let answer = Answer { callsid: self.sid(), sdp: Some(SdpAnswer::new(THEIR_ANSWER)), reconnect, record: None };
        self.peer.send(ServerFrame::Answer(answer)).await;
    }
    async fn refuse(&mut self) {
        let error = Some(WireError::new(code::BUSY, "busy"));
        self.peer.send(ServerFrame::Hangup(Hangup { callsid: Some(self.temporary.clone()), error })).await;
    }
    async fn call(&mut self) {
        self.calls += 1;
        let sid = self.sid();
        self.peer.call(sid.as_str(), THEIR_OFFER).await;
    }
    async fn accepted(&mut self) -> SdpAnswer {
        let ClientFrame::Answer(answer) = self.next().await else { panic!("expected an answer") };
        assert_eq!(answer.callsid, self.sid().as_str());
        self.peer.answer(&answer.callsid, None, "token").await;
        answer.sdp
    }
    async fn cancel(&mut self) {
        self.peer.send(ServerFrame::Cancel(Cancel { callsid: self.sid(), reason: None })).await;
    }
    async fn hang_up(&mut self) {
        self.peer.send(ServerFrame::Hangup(Hangup { callsid: Some(self.sid().0), error: None })).await;
    }
    async fn left(&mut self) {
        match self.next().await {
            ClientFrame::Hangup(hangup) => assert_eq!(hangup.callsid, self.sid().as_str()),
            ClientFrame::Reject(reject) => assert_eq!(reject.callsid, self.sid().as_str()),
            other => panic!("expected the line to leave, got {other:?}"),
        }
    }
    async fn answer_reoffer(&mut self) -> SdpOffer {
        let ClientFrame::Reinvite(again) = self.next().await else { panic!("expected a reinvite") };
        assert_eq!(again.callsid, self.sid().as_str());
        self.peer.answer(&again.callsid, Some(THEIR_ANSWER), "token").await;
        again.sdp
    }
    async fn unregistered(&mut self) {
        assert!(!self.peer.registration().await);
        self.peer.send(ServerFrame::Offline).await;
        assert_eq!(self.peer.text().await, None, "nothing needs the connection any more");
    }
}

#[tokio::test]
async fn the_line_passes_the_suite() {
    let server = Server::start().await;
    let (line, mut events, peer) = registered(&server).await;
    let mut far_side = FarSide { peer, calls: 0, temporary: String::new() };
    assert_eq!(line.kind(), mobilecall_domain::LineKind::Direct);
    conformance::run_registered(&line, &mut events, &mut far_side).await;
}
