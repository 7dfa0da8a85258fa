//! Lists, which come in pages.

use super::{AnswerError, Request, request::Host};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Something that Twilio lists.
pub trait Listed: DeserializeOwned {
    /// The field of the page that has the list.
    const FIELD: &'static str;
}

/// One page of a list, and where the next is. There are at most 1000 entries on a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Why further entries could not be read. One that Twilio writes in a new way must not hide all the others.
    pub unreadable: Vec<String>,
    /// The path of the next page as Twilio gave it; `None` at the end.
    pub next: Option<String>,
}

#[derive(Deserialize)]
struct RawPage {
    next_page_uri: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl<T: Listed> Page<T> {
    /// Reads the answer.
    pub fn read(json: &str) -> Result<Self, AnswerError> {
        let RawPage { next_page_uri, mut rest } = Request::answer(json)?;
        let list = rest.remove(T::FIELD).ok_or(AnswerError::NoList(T::FIELD))?;
        let next = next_page_uri.filter(|uri| !uri.is_empty());
        let mut page = Self { items: Vec::new(), unreadable: Vec::new(), next };
        for entry in serde_json::from_value::<Vec<Value>>(list)? {
            match serde_json::from_value(entry) {
                Ok(item) => page.items.push(item),
                Err(error) => page.unreadable.push(error.to_string()),
            }
        }
        Ok(page)
    }

    /// The request for the next page; `None` at the end, and for a path that is not of this API, so that the
    /// credentials go nowhere else.
    pub fn next_request(&self) -> Option<Request> {
        let path = self.next.as_deref().filter(|path| path.starts_with("/2010-04-01/Accounts/"))?;
        Some(Request::get_at(Host::Api, path.to_owned()))
    }
}
