//! What goes wrong on purpose: callbacks that come late, several times, in another order or never, and requests to the
//! API that fail.

use crate::core::rest::{Fields, Refusal};
use crate::core::{Webhook, WebhookKind};
use mobilecall_twilio::CallSid;
use std::collections::HashMap;
use std::time::Duration;

/// All that shall go wrong.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    callbacks: Vec<CallbackRule>,
    requests: Vec<RequestRule>,
    wait: Option<Duration>,
    held: HashMap<CallSid, Vec<Webhook>>,
}

/// Which callbacks something happens to.
#[derive(Clone, Debug)]
pub struct CallbackRule {
    /// What they are for; without it, whatever they are for.
    pub kind: Option<WebhookKind>,
    /// Their `CallStatus`, `RecordingStatus` or `StatusCallbackEvent`; without it, any.
    pub status: Option<String>,
    /// What happens.
    pub fault: CallbackFault,
    /// To how many; without it, to all.
    pub times: Option<u32>,
}

/// What happens to a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackFault {
    /// It comes so much later, after those that follow it.
    Late(Duration),
    /// It comes so many times more.
    Repeated(u32),
    /// It comes after the next one about the same call, or never if there is none.
    AfterNext,
    /// It never comes.
    Dropped,
}

/// Which requests to the API are refused, and how.
#[derive(Clone, Debug)]
pub struct RequestRule {
    /// Beginning of the path below the account, such as `Calls`.
    pub path: String,
    /// Of HTTP.
    pub status: u16,
    /// Twilio's, such as 20429.
    pub code: u32,
    /// In words.
    pub message: String,
    /// How many; without it, all.
    pub times: Option<u32>,
}

/// A callback on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) webhook: Webhook,
    pub(crate) after: Duration,
}

impl Faults {
    /// Adds what happens to callbacks. Of several rules for the same callback the first counts.
    #[must_use]
    pub fn callback(mut self, rule: CallbackRule) -> Self {
        self.callbacks.push(rule);
        self
    }

    /// Adds what happens to requests. Of several rules for the same request the first counts.
    #[must_use]
    pub fn request(mut self, rule: RequestRule) -> Self {
        self.requests.push(rule);
        self
    }

    /// Says with each refusal of too many requests when to come again. Twilio documents that only for some of its APIs.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.wait = Some(wait);
        self
    }

    /// When to come again, in whole seconds.
    pub(crate) fn seconds_to_wait(&self) -> Option<u64> {
        self.wait.map(|wait| wait.as_secs())
    }

    /// What is to be sent now that this callback is due, in order.
    pub(crate) fn plan(&mut self, webhook: Webhook) -> Vec<Delivery> {
        let fault = take(&mut self.callbacks, |rule| rule.concerns(&webhook)).map(|rule| rule.fault);
        let call = webhook.call;
        let now = |webhook| Delivery { webhook, after: Duration::ZERO };
        let mut sent = match fault {
            None => vec![now(webhook)],
            Some(CallbackFault::Dropped) => Vec::new(),
            Some(CallbackFault::Late(after)) => vec![Delivery { webhook, after }],
            Some(CallbackFault::Repeated(more)) => vec![now(webhook); more as usize + 1],
            Some(CallbackFault::AfterNext) => {
                self.held.entry(call).or_default().push(webhook);
                return Vec::new();
            }
        };
        sent.extend(self.held.remove(&call).unwrap_or_default().into_iter().map(now));
        sent
    }

    /// How a request to the API is refused, if it is.
    pub(crate) fn refusal(&mut self, path: &[String]) -> Option<Refusal> {
        let path = path.join("/");
        let rule = take(&mut self.requests, |rule| path.starts_with(&rule.path))?;
        Some(Refusal::new(rule.status, rule.code, rule.message))
    }
}

/// A rule that may be used up.
trait Counted: Clone {
    fn times(&self) -> Option<u32>;
    fn times_mut(&mut self) -> &mut Option<u32>;
}

impl Counted for CallbackRule {
    fn times(&self) -> Option<u32> {
        self.times
    }
    fn times_mut(&mut self) -> &mut Option<u32> {
        &mut self.times
    }
}

impl Counted for RequestRule {
    fn times(&self) -> Option<u32> {
        self.times
    }
    fn times_mut(&mut self) -> &mut Option<u32> {
        &mut self.times
    }
}

/// The first rule that is not used up; it is used once by this.
fn take<R: Counted>(rules: &mut [R], concerns: impl Fn(&R) -> bool) -> Option<R> {
    let rule = rules.iter_mut().find(|rule| rule.times() != Some(0) && concerns(rule))?;
    let found = rule.clone();
    if let Some(times) = rule.times_mut() {
        *times -= 1;
    }
    Some(found)
}

impl CallbackRule {
    fn concerns(&self, webhook: &Webhook) -> bool {
        let form = Fields(webhook.form.clone());
        let says = |name: &str| self.status.as_deref().is_some_and(|status| form.get(name) == Some(status));
        let names = ["CallStatus", "RecordingStatus", "StatusCallbackEvent"];
        self.kind.is_none_or(|kind| kind == webhook.kind) && (self.status.is_none() || names.into_iter().any(says))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Target;

    fn callback(status: &str) -> Webhook {
        Webhook {
            kind: WebhookKind::Status,
            call: CallSid::from_bits(1),
            target: Target::post("http://a/status"),
            form: vec![("CallStatus".to_owned(), status.to_owned())],
        }
    }

    fn rule(status: &str, fault: CallbackFault, times: Option<u32>) -> CallbackRule {
        CallbackRule { kind: Some(WebhookKind::Status), status: Some(status.to_owned()), fault, times }
    }

    fn sent(faults: &mut Faults, status: &str) -> Vec<(String, u64)> {
        let plan = faults.plan(callback(status)).into_iter();
        plan.map(|delivery| (delivery.webhook.form[0].1.clone(), delivery.after.as_secs())).collect()
    }

    #[test]
    fn without_rules_all_is_well() {
        let mut faults = Faults::default();
        assert_eq!(sent(&mut faults, "ringing"), [("ringing".to_owned(), 0)]);
        assert_eq!(faults.refusal(&["Calls".to_owned()]), None);
    }

    #[test]
    fn callbacks_come_late_often_turned_round_or_never() {
        let mut faults = Faults::default()
            .callback(rule("ringing", CallbackFault::AfterNext, Some(1)))
            .callback(rule("in-progress", CallbackFault::Repeated(1), None))
            .callback(rule("busy", CallbackFault::Dropped, None))
            .callback(rule("completed", CallbackFault::Late(Duration::from_secs(9)), None));
        let expected =
            |list: &[(&str, u64)]| list.iter().map(|(it, after)| ((*it).to_owned(), *after)).collect::<Vec<_>>();
        assert_eq!(sent(&mut faults, "ringing"), []);
        let twice = expected(&[("in-progress", 0), ("in-progress", 0), ("ringing", 0)]);
        assert_eq!(sent(&mut faults, "in-progress"), twice);
        assert_eq!(sent(&mut faults, "ringing"), expected(&[("ringing", 0)]), "only once");
        assert_eq!(sent(&mut faults, "busy"), []);
        assert_eq!(sent(&mut faults, "completed"), expected(&[("completed", 9)]));
    }

    #[test]
    fn requests_fail_as_often_as_was_said() {
        let rule = RequestRule {
            path: "Calls".to_owned(),
            status: 429,
            code: 20429,
            message: "Too Many Requests".to_owned(),
            times: Some(1),
        };
        let mut faults = Faults::default().request(rule);
        assert_eq!(faults.refusal(&["Recordings".to_owned()]), None);
        assert_eq!(faults.refusal(&["Calls".to_owned()]), Some(Refusal::new(429, 20429, "Too Many Requests")));
        assert_eq!(faults.refusal(&["Calls".to_owned()]), None);
    }
}
