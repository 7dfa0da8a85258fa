//! The web pages are in the program: it serves them wherever it is started.

use crate::program::Server;
use reqwest::header;

#[tokio::test]
async fn the_start_page_and_its_parts_are_in_the_program() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path(), &[]);
    let client = mobilecall_testkit::plain_client();
    let page = client.get(&server.url).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert_eq!(page.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
    let page = page.text().await.unwrap();
    assert!(
        !page.contains("<style") && !page.contains("<script>"),
        "the policy forbids what stands in the page: {page}"
    );
    let parts: Vec<&str> = page.split('"').filter(|value| value.starts_with("/assets/")).collect();
    assert!(parts.len() >= 3, "a script, a style sheet and an icon: {page}");
    for part in parts {
        let answer = client.get(format!("{}{part}", server.url)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{part}");
        assert!(answer.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"), "{part}");
    }
}
