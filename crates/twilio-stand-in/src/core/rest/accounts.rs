//! What is set up in the account: numbers, applications, caller ids.

use super::{Answer, Fields, Refusal, Reply};
use crate::account::{Application, Instructions, Number, Target, VerifiedNumber};
use crate::core::Cloud;
use crate::core::fields::API_VERSION;
use mobilecall_twilio::{AppSid, PhoneNumberSid, time};
use serde_json::{Value, json};

impl Cloud {
    pub(super) fn show_account(&self) -> Reply {
        Reply::ok(json!({
            "sid": self.account.sid,
            "owner_account_sid": self.account.sid,
            "friendly_name": "Stand-in",
            "status": if self.account.permissions.suspended { "suspended" } else { "active" },
            "type": if self.account.permissions.trial { "Trial" } else { "Full" },
            "auth_token": self.account.auth_token.expose(),
            "subresource_uris": { "calls": self.uri("/Calls.json"), "recordings": self.uri("/Recordings.json") },
            "date_created": time::write(self.now.wall),
            "date_updated": time::write(self.now.wall),
            "uri": format!("/{API_VERSION}/Accounts/{}.json", self.account.sid),
        }))
    }

    /// Calls cost nothing here.
    pub(super) fn show_balance(&self) -> Reply {
        Reply::ok(json!({ "account_sid": self.account.sid, "balance": "100.00", "currency": "USD" }))
    }

    /// There is one key. Its secret is never shown again.
    pub(super) fn show_key(&self, sid: &str) -> Answer {
        let key = self.account.key.sid;
        if key.to_string() != sid {
            return Err(Refusal::NOT_FOUND.into());
        }
        Ok(Reply::ok(json!({
            "sid": key,
            "friendly_name": "Mobile Call",
            "date_created": time::write(self.now.wall),
            "date_updated": time::write(self.now.wall),
        })))
    }

    /// Special and premium numbers may be called nowhere.
    pub(super) fn show_country(&self, code: &str) -> Reply {
        let countries = &self.account.permissions.countries;
        let allowed = countries.is_empty() || countries.iter().any(|it| it.code.eq_ignore_ascii_case(code));
        Reply::ok(json!({
            "iso_code": code,
            "name": code,
            "continent": null,
            "country_codes": countries.iter().filter(|it| it.code == code).map(|it| &it.prefix).collect::<Vec<_>>(),
            "url": format!("{}/v1/DialingPermissions/Countries/{code}", self.api),
            "links": {},
            "low_risk_numbers_enabled": allowed,
            "high_risk_special_numbers_enabled": false,
            "high_risk_tollfraud_numbers_enabled": false,
        }))
    }

    pub(super) fn list_numbers(&self, query: &Fields) -> Answer {
        let wanted = query.get("PhoneNumber");
        let numbers = self.account.numbers.iter().filter(|it| wanted.is_none_or(|wanted| it.number.contains(wanted)));
        let numbers = numbers.map(|number| self.number_json(number)).collect();
        self.page("incoming_phone_numbers", "/IncomingPhoneNumbers", query, numbers)
    }

    pub(super) fn show_number(&self, sid: &str) -> Answer {
        let found = self.account.numbers.iter().find(|number| number.sid.to_string() == sid);
        Ok(Reply::ok(self.number_json(found.ok_or(Refusal::NOT_FOUND)?)))
    }

    pub(super) fn update_number(&mut self, sid: &str, form: &Fields) -> Answer {
        let number = self.account.numbers.iter_mut().find(|number| number.sid.to_string() == sid);
        update(&mut number.ok_or(Refusal::NOT_FOUND)?.voice, form);
        self.show_number(sid)
    }

    fn number_json(&self, number: &Number) -> Value {
        let Number { sid, number, takes_calls, voice } = number;
        let mut shown = json!({
            "sid": sid,
            "account_sid": self.account.sid,
            "friendly_name": number,
            "phone_number": number,
            "capabilities": { "voice": takes_calls, "sms": false, "mms": false, "fax": false },
            "address_requirements": "none",
            "beta": false,
            "emergency_address_status": "unregistered",
            "emergency_status": "Inactive",
            "origin": "twilio",
            "status": "in-use",
            "type": null,
            "voice_receive_mode": "voice",
            "uri": format!("{}.json", self.uri(&format!("/IncomingPhoneNumbers/{sid}"))),
        });
        let unused = ["address_sid", "bundle_sid", "emergency_address_sid", "identity_sid", "sms_application_sid"];
        for name in unused.into_iter().chain(["trunk_sid", "voice_application_sid"]) {
            shown[name] = Value::Null;
        }
        self.add_instructions(&mut shown, voice);
        shown
    }

    pub(super) fn list_applications(&self, query: &Fields) -> Answer {
        let wanted = query.get("FriendlyName");
        let found = self.account.applications.iter().filter(|it| wanted.is_none_or(|wanted| it.name == wanted));
        let found = found.map(|application| self.application_json(application)).collect();
        self.page("applications", "/Applications", query, found)
    }

    pub(super) fn show_application(&self, sid: &str) -> Answer {
        let sid = sid.parse::<AppSid>().map_err(|_| Refusal::NOT_FOUND)?;
        Ok(Reply::ok(self.application_json(self.account.application(sid).ok_or(Refusal::NOT_FOUND)?)))
    }

    pub(super) fn update_application(&mut self, sid: &str, form: &Fields) -> Answer {
        let application = self.account.applications.iter_mut().find(|it| it.sid.to_string() == sid);
        update(&mut application.ok_or(Refusal::NOT_FOUND)?.voice, form);
        self.show_application(sid)
    }

    fn application_json(&self, application: &Application) -> Value {
        let Application { sid, name, voice } = application;
        let mut shown = json!({
            "sid": sid,
            "account_sid": self.account.sid,
            "friendly_name": name,
            "message_status_callback": null,
            "public_application_connect_enabled": false,
            "sms_status_callback": null,
            "uri": format!("{}.json", self.uri(&format!("/Applications/{sid}"))),
        });
        self.add_instructions(&mut shown, voice);
        shown
    }

    fn add_instructions(&self, shown: &mut Value, voice: &Instructions) {
        let url = |target: &Option<Target>| target.as_ref().map(|target| target.url.clone());
        let method = |target: &Option<Target>| target.as_ref().map_or("POST", |target| target.method.as_str());
        shown["api_version"] = json!(API_VERSION);
        shown["date_created"] = json!(time::write(self.now.wall));
        shown["date_updated"] = json!(time::write(self.now.wall));
        shown["voice_url"] = json!(url(&voice.url));
        shown["voice_method"] = json!(method(&voice.url));
        shown["voice_fallback_url"] = json!(url(&voice.fallback));
        shown["voice_fallback_method"] = json!(method(&voice.fallback));
        shown["status_callback"] = json!(url(&voice.status));
        shown["status_callback_method"] = json!(method(&voice.status));
        shown["voice_caller_id_lookup"] = json!(false);
        // Text messages are nothing that is stood in for.
        for (url, method) in [("sms_url", "sms_method"), ("sms_fallback_url", "sms_fallback_method")] {
            (shown[url], shown[method]) = (Value::Null, json!("POST"));
        }
    }

    pub(super) fn list_caller_ids(&self, query: &Fields) -> Answer {
        let wanted = query.get("PhoneNumber");
        let show = |VerifiedNumber { sid, number }: &VerifiedNumber| {
            json!({
                "sid": sid,
                "account_sid": self.account.sid,
                "friendly_name": number,
                "phone_number": number,
                "date_created": time::write(self.now.wall),
                "date_updated": time::write(self.now.wall),
                "uri": format!("{}.json", self.uri(&format!("/OutgoingCallerIds/{sid}"))),
            })
        };
        let found = self.account.verified.iter().filter(|it| wanted.is_none_or(|wanted| it.number == wanted));
        self.page("outgoing_caller_ids", "/OutgoingCallerIds", query, found.map(show).collect())
    }

    /// Names a relay server that is not there: nothing of the stand-in needs one.
    pub(super) fn create_token(&mut self, form: &Fields) -> Reply {
        let (username, password) = (self.secret(), self.secret());
        let url = "turn:127.0.0.1:3478?transport=udp";
        Reply::created(json!({
            "account_sid": self.account.sid,
            "username": username,
            "password": password,
            "ttl": form.get("Ttl").unwrap_or("86400"),
            "ice_servers": [
                { "url": url, "urls": url, "username": username, "credential": password },
            ],
            "date_created": time::write(self.now.wall),
            "date_updated": time::write(self.now.wall),
        }))
    }
}

/// Verifies a number, as its owner does in Twilio's console.
impl Cloud {
    pub(crate) fn verify_number(&mut self, number: &str) {
        if !self.account.is_verified(number) {
            let sid = PhoneNumberSid::from_bits(self.ids.bits());
            self.account.verified.push(VerifiedNumber { sid, number: number.to_owned() });
        }
    }
}

/// Takes over what a form says of the URLs, and leaves the rest.
fn update(voice: &mut Instructions, form: &Fields) {
    let targets = [
        (&mut voice.url, form.target_of("VoiceUrl", "VoiceMethod")),
        (&mut voice.fallback, form.target_of("VoiceFallbackUrl", "VoiceFallbackMethod")),
        (&mut voice.status, form.target("StatusCallback")),
    ];
    for (kept, given) in targets {
        if given.is_some() {
            *kept = given;
        }
    }
}
