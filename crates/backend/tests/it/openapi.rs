//! The description of the API and its committed copy.

use crate::office::Office;
use std::path::Path;

/// With this in the environment the copy is written anew, as `cargo xtask codegen` does.
const WRITE: &str = "MOBILE_CALL_WRITE_GENERATED";

#[test]
fn the_committed_copy_is_fresh() {
    let copy = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let fresh = mobilecall_backend::openapi_json();
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&copy, fresh).unwrap();
    }
    let committed = std::fs::read_to_string(&copy).unwrap_or_default();
    assert!(committed == fresh, "openapi.json is stale: run this test with {WRITE}=1 and commit the file");
}

#[tokio::test]
async fn the_server_describes_itself() {
    let office = Office::open().await;
    let response = office.get(&office.alice, "/api/openapi.json").await;
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.text().await.unwrap(), mobilecall_backend::openapi_json());
}

#[test]
fn every_refusal_is_described() {
    let document: serde_json::Value = serde_json::from_str(mobilecall_backend::openapi_json()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let mut statuses = vec!["400", "421", "500", "503"];
            if operation.get("requestBody").is_some() {
                statuses.extend(["408", "413", "415", "422"]);
            }
            for status in statuses {
                let schema = &operation["responses"][status]["content"]["application/json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/ErrorBody", "{method} {path} {status}");
            }
        }
    }
}
