//! What the program says when it cannot start.

use crate::program::{command, database_url, run};
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Output,
};

#[track_caller]
fn refused(output: &Output, status: i32, message: &str) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{text}");
    assert!(text.contains(message), "{text}");
    assert!(output.stdout.is_empty(), "nothing listens");
}

#[test]
fn wrong_use_is_status_2() {
    refused(&run(&[]), 2, "--database-url sqlite:PATH");
    refused(&run(&["--database-url", "postgres://x"]), 2, "sqlite:PATH");
    refused(&run(&["--listen", "nowhere"]), 2, "--listen");
    refused(&run(&["--media-ports", "9-1"]), 2, "each call needs two");
    refused(&run(&["--no-such-option"]), 2, "--no-such-option");
    let from_environment = command().env("MOBILE_CALL_DATABASE_URL", "mysql:x").output().unwrap();
    refused(&from_environment, 2, "'mysql:x'");
}

#[test]
fn help_and_version() {
    let help = run(&["--help"]);
    assert!(help.status.success());
    let text = String::from_utf8_lossy(&help.stdout);
    for word in ["--listen", "--database-url", "MOBILE_CALL_TLS_CERT", "--media-ports", "user"] {
        assert!(text.contains(word), "{word} in {text}");
    }
    assert!(String::from_utf8_lossy(&run(&["--version"]).stdout).starts_with("mobile-call-server "));
}

#[test]
fn what_is_set_of_twilio_is_checked_at_once_and_never_shown() {
    let secret = "hush0123456789abcdef0123456789ab";
    let help = command().env("TWILIO_AUTH_TOKEN", secret).arg("--help").output().unwrap();
    let text = String::from_utf8_lossy(&help.stdout);
    assert!(text.contains("TWILIO_AUTH_TOKEN") && !text.contains(secret), "{text}");
    let set = ["--database-url", "sqlite::memory:", "--twilio-account-sid", secret, "--public-base-url", "nowhere"];
    let output = command().env("TWILIO_AUTH_TOKEN", "two words").args(set).output().unwrap();
    for name in ["TWILIO_ACCOUNT_SID is wrong", "TWILIO_AUTH_TOKEN is wrong", "PUBLIC_BASE_URL is wrong"] {
        refused(&output, 2, name);
    }
    assert!(!String::from_utf8_lossy(&output.stderr).contains(secret));
}

#[test]
fn a_taken_port_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = holder.local_addr().unwrap().to_string();
    let output = run(&["--listen", &address, "--database-url", &database_url(directory.path())]);
    refused(&output, 1, "another program uses this port: stop it, or choose another port with --listen");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "no database was made");
}

#[test]
fn a_file_that_is_no_database_is_said_and_kept() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("backend.sqlite");
    std::fs::write(&file, "these are notes, not tables ".repeat(100)).unwrap();
    let before = std::fs::read(&file).unwrap();
    let output = run(&["--listen", "127.0.0.1:0", "--database-url", &database_url(directory.path())]);
    refused(&output, 1, "restore a backup, or move it away");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

/// Keys of kinds that are not served, made for this test.
const ED448: &str = "MEcCAQAwBQYDK2VxBDsEOavNH8rm0t3oNljf9fKzy3NSm5gnbLcxzQ5EqTPPpf4g\n\
                     Sh7x8C4hXuDqAl61ZgS9bFU7xmzHT5Bmnw==";
const P521: &str = "MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIAIQDPv4PHjb91/4UF\n\
                    xKSwxdtCZhGLA3tfY1wJJWzKcVOQq099EOj+Z5zPr/F8NMMIU9Gn2PH9yxefjY3o\n\
                    rWNQDaehgYkDgYYABACh7a8Huc2b+vzSjNTRxxPDFdZp2+Ahh8R8GOWn8ehDy1+q\n\
                    hrEDWmUFZAztEGMj3jZDICbBXu8JEH7MPZ0kf4+ebQCOt3wVyOFQ8XMgHrdRtQqZ\n\
                    FzU0eF3JmFeuzrZYZiAeZEsb3jzFzhIeh9NIGTN/Sc0ZcTMC+akgLHpK+CiNlHji\n\
                    iw==";

#[test]
fn bad_tls_files_are_said() {
    let directory = tempfile::tempdir().unwrap();
    let good = mobilecall_testkit::TestCertificate::write(directory.path());
    let other = tempfile::tempdir().unwrap();
    let stranger = mobilecall_testkit::TestCertificate::write(other.path());
    let text = directory.path().join("text.pem");
    std::fs::write(&text, "no PEM").unwrap();
    let missing = directory.path().join("missing.pem");
    let (certificate, key) = (good.certificate_file(), good.key_file());
    let bytes = |name: &str, bytes: &[u8]| {
        let path = directory.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let der = bytes("cert.der", b"\x30\x82\x03\x0b\x30\x82\x01\xf3");
    let der_key = bytes("key.der", b"\x30\x82\x04\xbd\x02\x01\x00\x30");
    let store = bytes("all.pfx", b"\x30\x82\x09\x71\x02\x01\x03\x30");
    // Beyond the comment, it is only the wrong key that is found.
    let commented =
        bytes("commented.pem", &[b"# caf\xe9\r\n", &std::fs::read(&certificate).unwrap()[..], b"\xe4\n"].concat());
    let in_one_line = |name: &str, file: &Path| {
        let text = std::fs::read_to_string(file).unwrap().replace('\n', "");
        bytes(name, text.as_bytes())
    };
    let one_line = in_one_line("one-line.pem", &certificate);
    let key_in_one_line = in_one_line("key-in-one-line.pem", &key);
    let no_end = bytes("no-end.pem", b"-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n");
    let sealed =
        bytes("sealed.pem", b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n");
    let request = bytes("request.der", b"\x30\x81\x8b\x30\x3f\x02\x01\x00\x30\x0c\x31\x0a\x30\x08");
    let public = bytes("public.der", b"\x30\x0a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00");
    let pem = |name: &str, base64: &str| {
        let text = format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n");
        bytes(name, text.as_bytes())
    };
    let ed448 = pem("ed448.pem", ED448);
    let p521 = pem("p521.pem", P521);
    let endless = PathBuf::from("/dev/zero");
    let cases = [
        (&certificate, &key_in_one_line, "has no END line of its own"),
        (&one_line, &key, "has no END line of its own"),
        (&certificate, &no_end, "has no END line of its own"),
        (&certificate, &sealed, "no private key without a password"),
        (&certificate, &endless, "larger than any certificate or key"),
        (&der, &key, "cert.der is not in PEM form: it is a certificate in DER form"),
        (&certificate, &der_key, "key.der is not in PEM form: it is a key in DER form"),
        (&request, &key, "request.der is not in PEM form: it is a certificate signing request"),
        (&public, &key, "public.der is not in PEM form: it is a public key"),
        (&certificate, &public, "public.der is not in PEM form: it is a public key"),
        (
            &certificate,
            &ed448,
            "ed448.pem cannot be used: it is damaged, or of a kind that is not served here: use RSA",
        ),
        (&certificate, &p521, "p521.pem cannot be used: it is damaged, or of a kind that is not served here: use RSA"),
        (&store, &key, "all.pfx is not in PEM form: it is a PKCS #12 store"),
        (&commented, &stranger.key_file(), "do not fit together"),
        (&missing, &key, "missing.pem cannot be read"),
        (&certificate, &missing, "missing.pem cannot be read"),
        (&text, &key, "holds no certificate"),
        (&certificate, &text, "text.pem cannot be used: it has no private key"),
        (&certificate, &stranger.key_file(), "do not fit together"),
    ];
    for (certificate, key, message) in cases {
        let url = database_url(directory.path());
        let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
        let tls = ["--tls-cert", certificate, "--tls-key", key];
        let outcome = run(&[&["--listen", "127.0.0.1:0", "--database-url", &url], &tls[..]].concat());
        refused(&outcome, 1, message);
        let said = String::from_utf8_lossy(&outcome.stderr);
        let shows_bytes = said.split(", ").filter(|part| part.parse::<u8>().is_ok()).count() > 3;
        assert!(!shows_bytes && !said.contains("BEGIN"), "what is in a file is shown: {said}");
    }
}
