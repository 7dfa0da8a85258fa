//! The company: what everybody of it may know, and what its administrators decide.

use crate::calls::{LineKind, known_kinds};
use mobilecall_domain::CompanyId;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// Answer of `GET /api/company` and `PUT /api/company/lines`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Company {
    /// Key.
    #[schema(value_type = String, format = "uuid")]
    pub id: CompanyId,
    /// Display name.
    pub name: String,
    /// Which kinds of line calls to numbers take, the preferred first. Empty if the company has no preference.
    #[serde(deserialize_with = "known_kinds")]
    pub lines: Vec<LineKind>,
    /// Which kinds of line the server gives out credentials for. Not told where only the rest changed, as in the change log.
    #[serde(default, deserialize_with = "some_known_kinds", skip_serializing_if = "Option::is_none")]
    pub available: Option<Vec<LineKind>>,
}

fn some_known_kinds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<LineKind>>, D::Error> {
    known_kinds(deserializer).map(Some)
}

/// Body of `PUT /api/company/lines`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompanyLines {
    /// Which kinds of line calls to numbers take, the preferred first: `sip` and `twilio`, each at most once. Empty for
    /// no preference.
    pub lines: Vec<LineKind>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_is_spelled_as_the_rest() {
        let json = r#"{"id":"018f0000-0000-7000-8000-00000000abcd","name":"Acme","lines":["sip","twilio"]}"#;
        let company: Company = serde_json::from_str(json).expect("a company");
        assert_eq!(company.lines, [LineKind::Sip, LineKind::Twilio]);
        assert_eq!(
            (company.available.as_ref(), serde_json::to_string(&company).expect("JSON")),
            (None, json.to_owned())
        );
        let available = json.replace("\"lines\"", "\"available\":[\"direct\",\"fax\"],\"lines\"");
        let company: Company = serde_json::from_str(&available).expect("a company");
        assert_eq!(company.available, Some(vec![LineKind::Direct]));
    }

    #[test]
    fn a_kind_of_a_newer_server_is_left_out() {
        let json = r#"{"id":"018f0000-0000-7000-8000-00000000abcd","name":"Acme","lines":["isdn","sip"]}"#;
        let company: Company = serde_json::from_str(json).expect("a company");
        assert_eq!(company.lines, [LineKind::Sip]);
        let no_list = json.replace(r#"["isdn","sip"]"#, "[1]");
        serde_json::from_str::<Company>(&no_list).expect_err("a kind is a word");
    }

    #[test]
    fn an_order_is_nothing_else() {
        let order: CompanyLines = serde_json::from_str(r#"{"lines":[]}"#).expect("no preference");
        assert_eq!(order.lines, []);
        for json in ["[]", "{}", r#"{"lines":null}"#, r#"{"lines":["isdn"]}"#, r#"{"lines":[],"name":"Acme"}"#] {
            serde_json::from_str::<CompanyLines>(json).expect_err(json);
        }
    }
}
