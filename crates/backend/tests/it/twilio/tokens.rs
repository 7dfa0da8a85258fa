//! Tokens for Twilio's signaling.

use super::{ALL, APP, KEY, office, settings};
use crate::office::{Office, refusal, refused};
use mobilecall_api::calls::{LineKind, VoiceToken};
use mobilecall_domain::Timestamp;
use mobilecall_twilio::token;
use serde_json::Value;

const PATH: &str = "/api/calls/token";

#[tokio::test]
async fn twilio_takes_the_token_of_an_agent() {
    let office = office().await;
    for query in ["?line=twilio", "", "?identity=alice", "?line=twilio&identity=alice"] {
        let answer: VoiceToken = office.read(&office.alice, &format!("{PATH}{query}")).await;
        assert_eq!((answer.line, answer.identity.as_str(), answer.expires_in), (LineKind::Twilio, "alice", 3600));
        assert_eq!(answer.signaling, "wss://voice-js.roaming.twilio.com/signal");
        let needed = settings(&ALL).for_tokens().unwrap();
        let claims = token::verify(&needed, &answer.token, Timestamp::now()).unwrap();
        let voice = claims.grants.voice.unwrap();
        assert_eq!((claims.grants.identity.as_str(), claims.iss.to_string().as_str()), ("alice", KEY));
        assert_eq!(claims.exp - claims.iat, 3600);
        assert_eq!(voice.outgoing.unwrap().application_sid.to_string(), APP);
        assert!(voice.incoming.unwrap().allow);
    }
    let direct: VoiceToken = office.read(&office.alice, &format!("{PATH}?line=direct")).await;
    assert_eq!((direct.line, direct.signaling.as_str()), (LineKind::Direct, "/signal"));
}

#[tokio::test]
async fn an_identity_is_ones_own_or_a_colleagues_if_an_administrator_asks() {
    let office = office().await;
    let token = async |who, query: &str| office.get(who, &format!("{PATH}?{query}")).await;
    for query in ["line=twilio&identity=alice", "identity=alice"] {
        let answer: VoiceToken = token(&office.boss, query).await.json().await.unwrap();
        assert_eq!((answer.identity.as_str(), answer.line), ("alice", LineKind::Twilio));
    }
    for (who, query) in [
        (&office.alice, "line=twilio&identity=basil"),
        (&office.alice, "line=twilio&identity=Alice"),
        (&office.alice, "line=twilio&identity="),
        (&office.zboss, "line=twilio&identity=zoe"),
        (&office.boss, "line=twilio&identity=zoe"),
        (&office.boss, "line=twilio&identity=nobody"),
        // A direct token ends with its session, so nobody can have another's.
        (&office.boss, "line=direct&identity=alice"),
    ] {
        assert_eq!(refusal(token(who, query).await).await, refused(403, "forbidden"), "{query}");
    }
    assert_eq!(refusal(token(&office.alice, "line=sip").await).await, refused(422, "unprocessable"));
    assert_eq!(refusal(token(&office.alice, "line=fax").await).await, refused(400, "bad_request"));
}

#[tokio::test]
async fn what_is_missing_is_named_and_old_pages_have_the_direct_line() {
    for missing in ["TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_TWIML_APP_SID"] {
        let office = Office::with(move |config| {
            let set: Vec<_> = ALL.into_iter().filter(|(name, _)| *name != missing).collect();
            config.twilio.settings = settings(&set);
        })
        .await;
        let response = office.get(&office.alice, &format!("{PATH}?line=twilio")).await;
        assert_eq!(response.status(), 422);
        let said: Value = response.json().await.unwrap();
        let message = said["message"].as_str().unwrap();
        assert!(message.starts_with(&format!("Missing {missing}: ")), "{message}");
        let old: VoiceToken = office.read(&office.alice, PATH).await;
        assert_eq!(old.line, LineKind::Direct);
    }
    let office = Office::open().await;
    let none: Value = office.get(&office.alice, &format!("{PATH}?line=twilio")).await.json().await.unwrap();
    assert_eq!(none["message"].as_str().unwrap().lines().count(), 4, "{none}");
}
