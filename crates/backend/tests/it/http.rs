//! What surrounds the routes: names, origins, refusals, request ids.

use crate::office::{Office, Person, outgoing, refusal, refused};
use mobilecall_testkit::TestServer;
use reqwest::{Method, StatusCode, header};
use serde_json::Value;

#[tokio::test]
async fn health_says_what_the_server_can_do() {
    let server = TestServer::start().await;
    let response = server.client().get(format!("{}/api/health", server.base_url())).send().await.unwrap();
    let health: Value = response.json().await.unwrap();
    assert_eq!(health["status"], "ok");
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(health["capabilities"], serde_json::json!(["direct", "events"]));
}

#[tokio::test]
async fn a_page_with_a_rebound_name_gets_nothing() {
    let office = Office::open().await;
    let port = office.server.address().port();
    let url = format!("{}/api/health", office.server.base_url());
    let cases = [
        ("evil.example".to_owned(), 421),
        (format!("evil.example:{port}"), 421),
        (format!("127.0.0.1.evil.example:{port}"), 421),
        ("10.1.2.3".to_owned(), 421),
        (format!("localhost:{port}"), 200),
        ("127.0.0.1".to_owned(), 200),
        (format!("[::1]:{port}"), 200),
    ];
    for (host, status) in cases {
        let response = office.server.client().get(&url).header(header::HOST, &host).send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{host}");
        if status == 421 {
            assert_eq!(refusal(response).await, refused(421, "misdirected_request"));
        }
    }
}

#[tokio::test]
async fn only_configured_origins_may_read() {
    let portal = "https://portal.example";
    let office = Office::with(move |config| config.cors_origins = vec![portal.to_owned()]).await;
    let url = format!("{}/api/calls", office.server.base_url());
    let preflight = async |origin: &str, method: &str| {
        let request = office.server.client().request(Method::OPTIONS, &url).header(header::ORIGIN, origin);
        let request = request.header(header::ACCESS_CONTROL_REQUEST_METHOD, method);
        let request = request.header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type");
        request.send().await.unwrap().headers().clone()
    };
    for method in ["POST", "PUT", "PATCH"] {
        let allowed = preflight(portal, method).await;
        assert_eq!(allowed[header::ACCESS_CONTROL_ALLOW_ORIGIN], portal);
        assert!(allowed[header::ACCESS_CONTROL_ALLOW_METHODS].to_str().unwrap().contains(method), "{method}");
        assert!(!allowed.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
        let headers = allowed[header::ACCESS_CONTROL_ALLOW_HEADERS].to_str().unwrap();
        assert!(
            ["authorization", "content-type", "idempotency-key"].iter().all(|name| headers.contains(name)),
            "{headers}"
        );
    }
    for origin in ["https://evil.example", "http://portal.example", "https://portal.example.evil.example", "null"] {
        assert!(!preflight(origin, "PATCH").await.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "{origin}");
    }
    let read = office.server.request(&office.alice.session, Method::GET, "/api/calls").header(header::ORIGIN, portal);
    let read = read.send().await.unwrap();
    assert_eq!(read.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], portal);
    let exposed = read.headers()[header::ACCESS_CONTROL_EXPOSE_HEADERS].to_str().unwrap().to_owned();
    assert!(exposed.contains("mobile-call-sequence") && exposed.contains("link"), "{exposed}");
    // A page must be able to read why it was refused.
    let refused = office.server.client().get(&url).header(header::ORIGIN, portal).send().await.unwrap();
    assert_eq!(refused.status(), 401);
    assert_eq!(refused.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], portal);
}

#[tokio::test]
async fn every_refusal_is_one_of_ours() {
    let office = Office::open().await;
    assert_eq!(refusal(office.get(&office.alice, "/api/nowhere").await).await, refused(404, "not_found"));
    assert_eq!(refusal(office.get(&office.alice, "/").await).await, refused(404, "not_found"));
    let method = office.send(&office.alice, Method::DELETE, "/api/calls", None).await;
    assert!(method.headers()[header::ALLOW].to_str().unwrap().contains("POST"));
    assert_eq!(refusal(method).await, refused(405, "bad_request"));
    let post = |body: &'static str, kind: &'static str| {
        let request = office.server.request(&office.alice.session, Method::POST, "/api/calls");
        request.header(header::CONTENT_TYPE, kind).body(body).send()
    };
    assert_eq!(refusal(post("{", "application/json").await.unwrap()).await, refused(400, "bad_request"));
    assert_eq!(refusal(post("", "application/json").await.unwrap()).await, refused(400, "bad_request"));
    assert_eq!(refusal(post("[]", "application/json").await.unwrap()).await, refused(422, "unprocessable"));
    assert_eq!(refusal(post("\u{0}", "application/json").await.unwrap()).await, refused(400, "bad_request"));
    assert_eq!(refusal(post("{}", "text/plain").await.unwrap()).await, refused(415, "bad_request"));
    for path in ["/api/events", "/signal"] {
        assert_eq!(refusal(office.get(&office.alice, path).await).await, refused(400, "bad_request"), "{path}");
    }
}

#[tokio::test]
async fn an_encoded_body_is_refused_as_that() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let office = Office::open().await;
    let (address, token) = (office.server.address(), &office.alice.session.token);
    let body = outgoing("102").to_string();
    let chunked = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let plain = format!("content-length: {}\r\n\r\n{body}", body.len());
    let cases = [
        (format!("content-encoding: gzip\r\n{plain}"), "415"),
        (format!("Content-Encoding: GZIP\r\n{plain}"), "415"),
        (format!("content-encoding: br\r\n{plain}"), "415"),
        (format!("content-encoding: zstd, identity\r\n{plain}"), "415"),
        (format!("content-encoding: identity\r\ncontent-encoding: deflate\r\n{plain}"), "415"),
        (format!("transfer-encoding: gzip, chunked\r\n\r\n{chunked}"), "415"),
        (format!("transfer-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n{chunked}"), "415"),
        // What the body's end would be is not known, which hyper says without a body of ours.
        (format!("transfer-encoding: gzip\r\n\r\n{body}"), "400"),
        (format!("content-encoding: identity\r\n{plain}"), "201"),
        (format!("content-encoding:\r\n{plain}"), "200"),
        (format!("transfer-encoding: Chunked\r\n\r\n{chunked}"), "200"),
    ];
    for (rest, status) in cases {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /api/calls HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\nconnection: close\r\n"
        );
        stream.write_all(format!("{head}{rest}").as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{rest}: {answer}");
        assert!(status != "415" || answer.contains("the body is encoded"), "{rest}: {answer}");
    }
}

#[tokio::test]
async fn deep_json_is_refused_not_recursed_into() {
    let office = Office::open().await;
    let deep = "[".repeat(20_000);
    let closed = format!("{deep}{}", "]".repeat(20_000));
    let within = format!(r#"{{"customerName": {closed}}}"#);
    let text = "customerName is not of the right kind: it must be a text";
    for (body, status, words) in [
        (deep, None, "the body is not"),
        (closed, Some(422), "the body is not of the right kind: it must be an object"),
        (within, Some(422), text),
    ] {
        let request = office.server.request(&office.alice.session, Method::POST, "/api/calls");
        let response = request.header(header::CONTENT_TYPE, "application/json").body(body).send().await.unwrap();
        let answered = response.status();
        assert!(status.map_or(answered.is_client_error(), |status| answered == status), "{answered}");
        let said: serde_json::Value = response.json().await.unwrap();
        assert!(said["message"].as_str().unwrap().starts_with(words), "{said}");
    }
}

#[tokio::test]
async fn every_answer_names_its_request() {
    let office = Office::open().await;
    let first = office.get(&office.alice, "/api/calls").await;
    let second = office.get(&office.alice, "/api/nowhere").await;
    let id = |response: &reqwest::Response| response.headers()["x-request-id"].to_str().unwrap().to_owned();
    assert_ne!(id(&first), id(&second));
    let request = office.server.request(&office.alice.session, Method::GET, "/api/calls");
    let third = request.header("x-request-id", "chosen-by-a-client").send().await.unwrap();
    assert_ne!(id(&third), "chosen-by-a-client");
}

#[tokio::test]
async fn tls_and_http_2_are_served() {
    let server = TestServer::builder().tls().start().await;
    let company = server.company("Acme").await;
    let user = server.agent(&company, "alice", "101").await;
    let session = server.sign_in(&user).await;
    let alice = Person { user, session };
    let me = server.get(&alice.session, "/api/auth/me").await;
    assert_eq!((me.status(), me.version()), (StatusCode::OK, reqwest::Version::HTTP_2));
    let report = server.request(&alice.session, Method::POST, "/api/calls").json(&outgoing("102"));
    assert_eq!(report.send().await.unwrap().status(), 201);
}

#[tokio::test]
async fn no_answer_is_kept_or_guessed_at() {
    let office = Office::open().await;
    for path in ["/api/calls", "/api/health", "/api/calls/token", "/api/nowhere", "/api/calls?limit=x", "/"] {
        let answer = office.get(&office.alice, path).await;
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store", "{path}");
        assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
    }
}

#[tokio::test]
async fn a_request_names_one_host() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let office = Office::open().await;
    let address = office.server.address();
    let port = address.port();
    let cases = [
        (format!("GET /api/health HTTP/1.1\r\nhost: {address}\r\n"), "200"),
        (format!("GET /api/health HTTP/1.1\r\nhost: {address}\r\nHost: {address}\r\n"), "400"),
        (format!("GET /api/health HTTP/1.1\r\nhost: {address}\r\nhost: evil.example\r\n"), "400"),
        (format!("GET /api/health HTTP/1.1\r\nhost: evil.example\r\nhost: {address}\r\n"), "400"),
        (format!("GET http://{address}/api/health HTTP/1.1\r\nhost: {address}\r\n"), "200"),
        (format!("GET http://{address}/api/health HTTP/1.1\r\nhost: evil.example\r\n"), "400"),
        (format!("GET http://evil@{address}/api/health HTTP/1.1\r\nhost: {address}\r\n"), "400"),
        (format!("GET http://evil@{address}/api/health HTTP/1.1\r\nhost: evil@{address}\r\n"), "400"),
        (format!("GET http://LOCALHOST:{port}/api/health HTTP/1.1\r\nhost: localhost:{port}\r\n"), "200"),
        ("GET /api/health HTTP/1.1\r\n".to_owned(), "400"),
        ("GET /api/health HTTP/1.1\r\nhost:\r\n".to_owned(), "400"),
        ("GET /api/health HTTP/1.1\r\nhost: localhost.\r\n".to_owned(), "200"),
        ("GET /api/health HTTP/1.1\r\nhost:   localhost \r\n".to_owned(), "200"),
        (format!("GET /api/health HTTP/1.1\r\nhost: LocalHost:{port}\r\n"), "200"),
        (format!("GET /api/health HTTP/1.1\r\nhost: evil@{address}\r\n"), "400"),
        (format!("GET /api/health HTTP/1.1\r\nhost: evil:x@{address}\r\n"), "400"),
        (format!("GET /api/health HTTP/1.1\r\nhost: {address}/evil\r\n"), "400"),
        (format!("GET /api/health HTTP/1.1\r\nhost: {address} evil.example\r\n"), "400"),
        ("GET /api/health HTTP/1.1\r\nhost: 127.0.0.1:\r\n".to_owned(), "400"),
        ("GET /api/health HTTP/1.1\r\nhost: 127.0.0.1:x\r\n".to_owned(), "400"),
        ("GET /api/health HTTP/1.1\r\nhost: 127.0.0.1:65536\r\n".to_owned(), "400"),
        ("GET /api/health HTTP/1.1\r\nhost: ::1\r\n".to_owned(), "400"),
        ("GET /api/health HTTP/1.1\r\nhost: [::1\r\n".to_owned(), "400"),
    ];
    for (head, status) in cases {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(format!("{head}connection: close\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{head}: {answer}");
    }
}

#[tokio::test]
async fn refusals_are_in_our_words() {
    let office = Office::open().await;
    let bodies = [
        ("{", "is not JSON"),
        ("[]", "is not of the right kind"),
        ("null", "is not of the right kind"),
        (r#"{"id": 7}"#, "id cannot be '7': it must be a UUID"),
        (r#"{"id": "x"}"#, "id is not of the right kind: it must be a UUID"),
        (r#"{"id": "018f0000-0000-7000-8000-000000000000"}"#, "is missing"),
        (r#"{"id": "018f0000-0000-7000-8000-000000000000", "id": 1}"#, "is there twice"),
        (r#"{"status": 7}"#, "status cannot be '7': it must be one of the words that GET /api/openapi.json lists"),
        (r#"{"direction": {"outbound": null}}"#, "direction is not of the right kind: it must be one of the words"),
        (r#"{"line": {"sip": null}}"#, "line is not of the right kind: it must be one of the words"),
        (r#"{"status": ["busy"]}"#, "status is not of the right kind: it must be one of the words"),
        (r#"{"status": "x"}"#, "status cannot be 'x': it must be one of queued,"),
        (r#"{"direction": null}"#, "direction is not of the right kind"),
        (r#"{"direction": x}"#, "is not JSON"),
        (r#"{"durationSeconds": "7"}"#, "durationSeconds cannot be '7': it must be a whole number from 0"),
        (r#"{"durationSeconds": []}"#, "durationSeconds is not of the right kind: it must be a whole number"),
        (r#"{"answeredAt": 7}"#, "answeredAt cannot be '7': it must be a time such as"),
        (r#"{"endedAt": true}"#, "endedAt cannot be 'true': it must be a time such as"),
        (r#"{"customerName": {}}"#, "customerName is not of the right kind: it must be a text"),
        (r#"{"twilioCallSid": 1.5}"#, "twilioCallSid cannot be '1.5': it must be a text"),
        (r#"{"toNumber": 102}"#, "toNumber cannot be '102': it must be a text"),
    ];
    for (body, expected) in bodies {
        let request = office.server.request(&office.alice.session, Method::POST, "/api/calls");
        let answer = request.header(header::CONTENT_TYPE, "application/json").body(body).send().await.unwrap();
        let message = answer.json::<Value>().await.unwrap()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(expected), "{body}: {message}");
        for foreign in ["deserialize", "struct", "expected", "parse", "EOF", "invalid type"] {
            assert!(!message.contains(foreign), "{body}: {message}");
        }
    }
    let call = office.dial(&office.alice, "102").await;
    let facts = r#"{"durationSeconds": "long"}"#;
    let path = format!("/api/calls/{}", call.id);
    let request = office.server.request(&office.alice.session, Method::PATCH, &path);
    let answer = request.header(header::CONTENT_TYPE, "application/json").body(facts).send().await.unwrap();
    let message = answer.json::<Value>().await.unwrap()["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("durationSeconds cannot be 'long': it must be a whole number"), "{message}");
    for path in ["/api/calls?limit=x", "/api/calls?status=x", "/api/changes?since=-1", "/api/calls/7"] {
        let message = office.get(&office.alice, path).await.json::<Value>().await.unwrap()["message"].to_string();
        assert!(
            !message.contains("deserialize") && !message.contains("digit") && !message.contains("UUID"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn a_body_that_is_not_utf_8_is_not_json() {
    let office = Office::open().await;
    let bodies: [&[u8]; 4] = [b"{\"toNumber\": \"\xff\"}", b"{\"x\": \"\xff\"}", b"[\"\xc3\"]", b"\xff\xfe{\0}\0"];
    for (path, with_session) in [("/api/calls", true), ("/api/auth/login", false)] {
        for body in bodies {
            let url = format!("{}{path}", office.server.base_url());
            let mut request = office.server.client().post(url).header(header::CONTENT_TYPE, "application/json");
            if with_session {
                request = request.bearer_auth(&office.alice.session.token);
            }
            let answer = request.body(body).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{path} {body:?}");
            let said: Value = answer.json().await.unwrap();
            assert_eq!(said["code"], "bad_request", "{path} {body:?}");
            assert_eq!(said["message"], "the body is not JSON: it is not text in UTF-8", "{path} {body:?}");
        }
    }
}

#[tokio::test]
async fn what_opens_no_web_socket_is_told_in_our_words() {
    let office = Office::open().await;
    let upgrade = [
        (header::CONNECTION, "upgrade"),
        (header::UPGRADE, "websocket"),
        (header::SEC_WEBSOCKET_VERSION, "13"),
        (header::SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    for path in ["/signal", "/api/events"] {
        for (left_out, expected) in [
            (header::CONNECTION, "only WebSockets are served here"),
            (header::UPGRADE, "only WebSockets are served here"),
            (header::SEC_WEBSOCKET_VERSION, "send Sec-WebSocket-Version: 13"),
            (header::SEC_WEBSOCKET_KEY, "send Sec-WebSocket-Key"),
        ] {
            let request = office.server.request(&office.alice.session, Method::GET, path);
            let sent = upgrade.iter().filter(|(name, _)| *name != left_out);
            let answer =
                sent.fold(request, |request, (name, value)| request.header(name, *value)).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{path} without {left_out}");
            let said: Value = answer.json().await.unwrap();
            let message = said["message"].as_str().unwrap();
            assert_eq!(said["code"], "bad_request", "{path} without {left_out}");
            assert!(message.contains(expected), "{path} without {left_out}: {message}");
            assert!(!message.contains("did not include") && !message.contains('`'), "{path}: {message}");
        }
    }
}
