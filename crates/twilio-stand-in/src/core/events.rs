//! What was asked and told about a call, as Twilio shows it afterwards.

use super::Cloud;
use super::fields::Form;
use super::rest::{Answer, Fields};
use crate::account::Target;
use mobilecall_twilio::CallSid;
use serde_json::{Map, Value, json};

/// A request to the customer's server.
pub(super) struct Sent {
    target: Target,
    form: Form,
}

impl Cloud {
    pub(super) fn note_sent(&mut self, call: CallSid, target: &Target, form: &Form) {
        self.sent.entry(call).or_default().push(Sent { target: target.clone(), form: form.clone() });
    }

    /// Nothing until some time after the call's end. What was answered is not kept here.
    pub(super) fn list_events(&self, sid: &str, query: &Fields) -> Answer {
        let sid = self.find_call(sid)?;
        let ended = self.calls.get(&sid).and_then(|call| call.ended);
        let is_shown = ended.is_some_and(|ended| self.now.wall.since(ended) >= self.account.permissions.events_after);
        let sent = self.sent.get(&sid).filter(|_| is_shown);
        let shown = sent.into_iter().flatten().map(shown).collect();
        self.page("events", &format!("/Calls/{sid}/Events"), query, shown)
    }
}

fn shown(Sent { target, form }: &Sent) -> Value {
    let parameters: Map<_, _> = form.iter().map(|(name, value)| (snake_case(name), json!(value))).collect();
    json!({
        "request": { "method": target.method.as_str(), "url": target.url, "parameters": parameters },
        "response": null,
    })
}

/// `CallSid` becomes `call_sid`.
fn snake_case(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for character in name.chars() {
        if character.is_uppercase() && text.ends_with(|before: char| before.is_lowercase() || before.is_ascii_digit()) {
            text.push('_');
        }
        text.extend(character.to_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn names_are_shown_as_twilio_shows_them() {
        for (name, shown) in [("CallSid", "call_sid"), ("From", "from"), ("AddOns", "add_ons"), ("note", "note")] {
            assert_eq!(snake_case(name), shown);
        }
    }
}
