//! Lists come in pages.

use super::{Fields, Refusal, Reply};
use crate::core::Cloud;
use crate::core::fields::API_VERSION;
use serde_json::{Map, Value, json};

const DEFAULT_SIZE: usize = 50;
const MAX_SIZE: usize = 1000;

impl Cloud {
    /// Where a resource is, below the API's host.
    pub(super) fn uri(&self, path: &str) -> String {
        format!("/{API_VERSION}/Accounts/{}{path}", self.account.sid)
    }

    /// One page of `all`, under the name that Twilio gives such lists.
    pub(in crate::core) fn page(
        &self,
        name: &str,
        path: &str,
        query: &Fields,
        all: Vec<Value>,
    ) -> Result<Reply, Refusal> {
        let size = query.read::<usize>("PageSize")?.unwrap_or(DEFAULT_SIZE).clamp(1, MAX_SIZE);
        let page = query.read::<usize>("Page")?.unwrap_or(0);
        let start = page.saturating_mul(size);
        let has_next = all.len() > start.saturating_add(size);
        let shown: Vec<Value> = all.into_iter().skip(start).take(size).collect();
        let address = |page: usize| Value::String(self.page_uri(path, query, page, size));
        let mut body = Map::new();
        body.insert("page".to_owned(), json!(page));
        body.insert("page_size".to_owned(), json!(size));
        body.insert("start".to_owned(), json!(start));
        body.insert("end".to_owned(), json!((start + shown.len()).saturating_sub(1).max(start)));
        body.insert("uri".to_owned(), address(page));
        body.insert("first_page_uri".to_owned(), address(0));
        body.insert("previous_page_uri".to_owned(), page.checked_sub(1).map_or(Value::Null, address));
        body.insert("next_page_uri".to_owned(), if has_next { address(page + 1) } else { Value::Null });
        body.insert(name.to_owned(), Value::Array(shown));
        Ok(Reply::ok(Value::Object(body)))
    }

    fn page_uri(&self, path: &str, query: &Fields, page: usize, size: usize) -> String {
        let mut text = url::form_urlencoded::Serializer::new(String::new());
        let kept = |name: &str| !matches!(name, "Page" | "PageSize" | "PageToken");
        for (name, value) in query.0.iter().filter(|(name, _)| kept(name)) {
            text.append_pair(name, value);
        }
        text.append_pair("PageSize", &size.to_string());
        text.append_pair("Page", &page.to_string());
        format!("{}.json?{}", self.uri(path), text.finish())
    }
}
