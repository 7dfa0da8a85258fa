//! The company: what everybody of it may know, and what its administrators decide.

use crate::calls::{LineKind, known_kinds};
use mobilecall_domain::CompanyId;
use serde::{Deserialize, Serialize};
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
        assert_eq!(serde_json::to_string(&company).expect("JSON"), json);
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
