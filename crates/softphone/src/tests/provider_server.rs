//! A server whose provider of telephone calls is played by a test.

use axum::Router;
use mobilecall_backend::TwilioSettings;
use mobilecall_testkit::TestServer;

const SETTINGS: [(&str, &str); 7] = [
    ("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000009f3c"),
    ("TWILIO_AUTH_TOKEN", "0123456789abcdef0123456789abcdef"),
    ("TWILIO_PHONE_NUMBER", "+966112345678"),
    ("TWILIO_API_KEY", "SK00000000000000000000000000005e1f"),
    ("TWILIO_API_SECRET", "abcdefghijklmnopqrstuvwxyz012345"),
    ("TWILIO_TWIML_APP_SID", "AP0000000000000000000000000000a11c"),
    ("PUBLIC_BASE_URL", "https://calls.example.com"),
];

/// A server for the company Acme that asks `provider`.
pub(crate) async fn server_with(provider: Router) -> TestServer {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    // It ends with the test's runtime.
    tokio::spawn(async move { axum::serve(listener, provider).await.unwrap() });
    let with_account = move |config: &mut mobilecall_backend::BackendConfig| {
        let value = |name: &str| SETTINGS.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        config.twilio.settings = TwilioSettings::read(value).unwrap();
        config.twilio.company = Some("Acme".to_owned());
        config.twilio.api_url = Some(url);
    };
    TestServer::builder().config(with_account).start().await
}
