//! The company's account at Twilio, for its administrator: asked for and set beside the owner, and kept nowhere here.

use super::Core;
use crate::{
    failure,
    message::{ReplyTo, answer},
    post::Post,
};
use mobilecall_client::{SecretState, Session, SyncEvent, TwilioAccount, TwilioSettings, TwilioSource};
use mobilecall_ipc::{self as ipc, Failure, Reply};

impl Core {
    pub(crate) fn twilio_account(&self, reply: ReplyTo) {
        self.ask_server(reply, |session, _| async move {
            let account = session.twilio_account().await.map_err(|error| failure::of_client(&error))?;
            Ok(Reply::TwilioAccount { account: view(account) })
        });
    }

    pub(crate) fn set_twilio_account(&self, values: ipc::TwilioValues, reply: ReplyTo) {
        let settings = settings(values);
        self.ask_server(reply, |session, post| async move {
            let set = session.set_twilio_account(&settings).await;
            let account = set.map_err(|error| failure::of_twilio_settings(&error))?;
            tell_company(&session, &post).await;
            Ok(Reply::TwilioAccount { account: view(account) })
        });
    }

    pub(crate) fn remove_twilio_account(&self, reply: ReplyTo) {
        self.ask_server(reply, |session, post| async move {
            session.remove_twilio_account().await.map_err(|error| failure::of_client(&error))?;
            tell_company(&session, &post).await;
            Ok(Reply::Done)
        });
    }

    fn ask_server<F>(&self, reply: ReplyTo, ask: impl FnOnce(Session, Post) -> F)
    where
        F: Future<Output = Result<Reply, Failure>> + Send + 'static,
    {
        let Some(online) = self.sign_in.online() else {
            return answer(reply, Err(failure::server_out_of_reach(self.shown.snapshot())));
        };
        let asked = ask(online.session.clone(), self.post());
        tokio::spawn(async move { answer(reply, asked.await) });
    }
}

/// Which lines the server gives out is another matter now. It is asked for again with the next connection if not now.
async fn tell_company(session: &Session, post: &Post) {
    match session.company().await {
        Ok(company) => post.sync(SyncEvent::Company(company)).await,
        Err(error) => tracing::debug!(%error, "what the company has now is not known yet"),
    }
}

fn view(account: TwilioAccount) -> ipc::TwilioAccountView {
    ipc::TwilioAccountView {
        source: match account.source {
            TwilioSource::Company => ipc::TwilioSource::Company,
            TwilioSource::Server => ipc::TwilioSource::Server,
            TwilioSource::None => ipc::TwilioSource::None,
        },
        account_sid: account.account_sid,
        auth_token: secret(account.auth_token),
        phone_number: account.phone_number,
        api_key: account.api_key,
        api_secret: secret(account.api_secret),
        twiml_app_sid: account.twiml_app_sid,
        public_base_url: account.public_base_url,
        region: account.region,
        edge: account.edge,
    }
}

fn secret(SecretState { set, ends_in }: SecretState) -> ipc::SecretView {
    ipc::SecretView { set, ends_in }
}

fn settings(values: ipc::TwilioValues) -> TwilioSettings {
    TwilioSettings {
        account_sid: Some(values.account_sid),
        auth_token: values.auth_token,
        phone_number: Some(values.phone_number),
        api_key: Some(values.api_key),
        api_secret: values.api_secret,
        twiml_app_sid: Some(values.twiml_app_sid),
        public_base_url: Some(values.public_base_url),
        region: values.region,
        edge: values.edge,
    }
}
