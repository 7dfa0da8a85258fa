//! Commands of windows.

use super::Core;
use crate::{failure, history, journal::Entry, message::ReplyTo, message::answer, preview, session::unused, settings};
use mobilecall_ipc::{Command, Failure, HistoryQuery, Reply, Settings};
use mobilecall_line::CallParameters;

impl Core {
    /// Carries out a command. Those whose outcome takes time take the reply with them.
    pub(crate) async fn command(&mut self, command: Command, reply: ReplyTo) {
        let outcome = match command {
            Command::SignIn { username, password } => return self.sign_in(username, password, reply).await,
            Command::History { query } => return self.history(query, reply).await,
            Command::AudioDevices => return self.audio_devices(reply),
            Command::SignOut => {
                self.sign_out().await;
                Ok(Reply::Done)
            }
            Command::Connect => {
                self.connect().await;
                Ok(Reply::Done)
            }
            Command::Disconnect => {
                self.disconnect().await;
                Ok(Reply::Done)
            }
            Command::Preview { text, line } => {
                let lines = self.lines.candidates();
                Ok(Reply::Preview { preview: preview::preview(&text, self.dialing(&lines, line)) })
            }
            Command::SaveRecording { call, name } => return self.save_recording(call, name, reply),
            Command::CallViaPhone { destination } => self.call_via_phone(&destination).map(|()| Reply::Done),
            Command::ForgetPhoneCall => {
                self.forget_phone_call();
                Ok(Reply::Done)
            }
            Command::TwilioAccount => return self.twilio_account(reply),
            Command::SetTwilioAccount { values } => return self.set_twilio_account(values, reply),
            Command::RemoveTwilioAccount => return self.remove_twilio_account(reply),
            Command::PlayRecording { call } => self.play_recording(call).map(|()| Reply::Done),
            Command::PauseRecording => {
                self.pause_recording();
                Ok(Reply::Done)
            }
            Command::SeekRecording { position_ms } => {
                self.seek_recording(position_ms);
                Ok(Reply::Done)
            }
            Command::SetRecordingSpeed { percent } => {
                self.set_recording_speed(percent);
                Ok(Reply::Done)
            }
            Command::CloseRecording => {
                self.close_recording();
                Ok(Reply::Done)
            }
            Command::SyncNow => self.sync_now(),
            Command::ChangeSettings { settings } => self.change_settings(settings).await.map(|()| Reply::Done),
            Command::PlaceCall { destination, line, parameters } => {
                let parameters = CallParameters(parameters.into_iter().collect());
                self.place_call(&destination, line, parameters).await.map(|call| Reply::Call { call })
            }
            Command::Answer { call } => self.answer(call).await.map(|()| Reply::Done),
            Command::Decline { call } => self.decline(call).await.map(|()| Reply::Done),
            Command::Ignore { call } => self.ignore(call).await.map(|()| Reply::Done),
            Command::SendMessage { call, content } => {
                self.send_message(call, content).map(|message| Reply::Message { message })
            }
            Command::HangUp { call } => self.hang_up(call).await.map(|()| Reply::Done),
            Command::SetMute { call, muted } => self.set_mute(call, muted).await.map(|()| Reply::Done),
            Command::SetHold { call, held } => self.set_hold(call, held).await.map(|()| Reply::Done),
            Command::SendDigits { call, digits } => self.send_digits(call, &digits).map(|()| Reply::Done),
            Command::Transfer { call, destination } => self.transfer(call, &destination).map(|()| Reply::Done),
            Command::JoinCalls { call, consulted } => self.join_calls(call, consulted).map(|()| Reply::Done),
            Command::SetLevelMeter { on } => {
                self.set_level_meter(on);
                Ok(Reply::Done)
            }
            Command::PlayTestTone => {
                self.play_test_tone();
                Ok(Reply::Done)
            }
        };
        answer(reply, outcome);
    }

    fn sync_now(&self) -> Result<Reply, Failure> {
        let signed_in = self.sign_in.signed_in().ok_or_else(failure::not_signed_in)?;
        match &signed_in.online {
            Some(online) => online.sync.now(),
            None => self.hurry.notify_waiters(),
        }
        Ok(Reply::Done)
    }

    /// Reads the page beside the owner, so that a search through many calls delays nothing.
    async fn history(&mut self, query: HistoryQuery, reply: ReplyTo) {
        let Some(account) = self.sign_in.account().cloned() else {
            return answer(reply, Err(failure::not_signed_in()));
        };
        if query.seen {
            let seen = Entry::Seen { account: account.clone() };
            if let Err(failure) = self.write(seen).await {
                self.shown.problem(failure);
            }
        }
        let team = self.shown.snapshot().team.clone();
        let post = self.post();
        tokio::spawn(async move {
            let page = history::page(&account, query, &team).await;
            post.page(reply, page).await;
        });
    }

    /// Removes what the keyring holds of lines that are gone.
    fn remove_secrets(&self, names: Vec<String>) {
        let (secrets, post) = (self.secrets.clone(), self.post());
        self.closing_tasks.spawn(async move {
            let mut kept = false;
            for name in names {
                if let Err(error) = secrets.remove(name).await {
                    tracing::warn!(%error, "the secret of a line could not be removed from the keyring");
                    kept = true;
                }
            }
            if kept {
                post.problem(failure::keyring_keeps_secret()).await;
            }
        });
    }

    async fn change_settings(&mut self, wanted: Settings) -> Result<(), Failure> {
        let wanted = settings::check(wanted, self.sign_in.region())?;
        let server_changes = wanted.server != self.settings.server;
        if server_changes && self.calls.any_alive() {
            return Err(failure::not_now("end the call before changing the server"));
        }
        self.check_lines(&wanted)?;
        if self.config.settings.is_none() {
            let (name, value) = settings::stored(&wanted, &self.lines_aside)?;
            self.write(Entry::Setting { cache: self.cache.clone(), name, value }).await?;
            self.secrets.lines_are(&wanted.lines);
            self.remove_secrets(unused(&self.settings.lines, &wanted.lines));
        }
        let before = std::mem::replace(&mut self.settings, wanted.clone());
        self.shown.settings(wanted);
        self.apply_sound_settings(&before);
        if self.settings.lines != before.lines {
            self.describe_lines();
        }
        if server_changes {
            self.change_server(&before.server).await;
        }
        Ok(())
    }
}
