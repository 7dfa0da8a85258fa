//! The company's account at Twilio, for its administrator.

use crate::{ClientError, Session, http::Request};
use mobilecall_api::twilio::{TwilioAccount, TwilioSettings};

const PATH: &str = "/api/company/twilio";

impl Session {
    /// `GET /api/company/twilio`. Cancel-safe.
    pub async fn twilio_account(&self) -> Result<TwilioAccount, ClientError> {
        Ok(self.request(&Request::get(PATH)).await?.1)
    }

    /// `PUT /api/company/twilio`: all of it, of which secrets that are left out stay. Idempotent.
    pub async fn set_twilio_account(&self, settings: &TwilioSettings) -> Result<TwilioAccount, ClientError> {
        Ok(self.request(&Request::put(PATH, settings)).await?.1)
    }

    /// `DELETE /api/company/twilio`. Not repeated by itself: the second time there is none.
    pub async fn remove_twilio_account(&self) -> Result<(), ClientError> {
        self.request_for_nothing(&Request::delete(PATH)).await
    }
}
