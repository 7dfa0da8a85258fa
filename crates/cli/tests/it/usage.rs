//! Wrong use is status 2 and says what would be right.

use crate::{
    office::{NO_SOUND, Office},
    program::run,
};
use mobilecall_testkit::{PASSWORD, TestCertificate};

#[tokio::test]
async fn a_wrong_command_line_is_refused_before_anything_happens() {
    for (arguments, words) in [
        (&[][..], "Usage: mcall"),
        (&["dance"], "dance"),
        (&["call"], "<DESTINATION>"),
        (&["call", "101", "--loudly"], "--loudly"),
        (&["call", "101", "--duration", "10 parsecs"], "write 500ms, 10s or 2m"),
        (&["call", "101", "--duration=-1s"], "cannot be negative"),
        (&["history", "--limit", "many"], "--limit"),
    ] {
        let outcome = run(arguments).await;
        assert_eq!(outcome.code, Some(2), "{arguments:?}: {}", outcome.errors);
        assert!(outcome.errors.contains(words), "{arguments:?}: {}", outcome.errors);
        assert!(outcome.printed.is_empty(), "{:?}", outcome.printed);
    }
}

#[tokio::test]
async fn help_names_every_command_and_every_exit_status() {
    let help = run(["--help"]).await;
    assert_eq!(help.code, Some(0));
    let text = help.printed.join("\n");
    for word in ["call", "listen", "history", "doctor", "demo", "--server <URL>", "MCALL_USERNAME", "6 sign-in refused"]
    {
        assert!(text.contains(word), "{word} in {text}");
    }
    let call = run(["call", "--help"]).await.printed.join("\n");
    for word in ["Place a call", "--audio-in", "--send-digits", "*43"] {
        assert!(call.contains(word), "{word} in {call}");
    }
    assert!(run(["--version"]).await.printed[0].starts_with("mcall "));
}

#[tokio::test]
async fn who_calls_must_be_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (password, empty) = (file("password", PASSWORD), file("empty", "\nsecond line\n"));
    let missing = folder.path().join("missing");
    let missing = missing.to_str().unwrap();
    for (arguments, code, words) in [
        (&["--password-file", &password][..], "badSetting", "--username"),
        (&["--username", "alice"], "badSetting", "--password-file"),
        (&["--username", "alice", "--password-file", missing], "badSetting", "missing cannot be read"),
        (&["--username", "alice", "--password-file", &empty], "badSetting", "on its first line"),
        (
            &["--username", "alice", "--password-file", &password, "--server", "my server"],
            "badServerUrl",
            "write it as",
        ),
        (
            &["--username", "alice", "--password-file", &password, "--ca", missing],
            "badSetting",
            "missing cannot be read",
        ),
        (&["--username", "alice", "--password-file", &password, "--ca", &empty], "badSetting", "no certificate in PEM"),
    ] {
        for command in [&["call", "101"][..], &["listen"], &["history"], &["doctor"]] {
            let outcome = run([command, &["--json"], arguments, &NO_SOUND].concat()).await;
            outcome.failed(2, code, words);
        }
    }
}

#[tokio::test]
async fn files_of_every_system_are_read_or_named_with_their_line() {
    let office = Office::open().await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let utf16 = |text: &str, unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let marked = format!("\u{feff}{PASSWORD}\r\nnotes\r\n");
    for (name, bytes) in [
        ("windows", format!("{PASSWORD}\r\n").into_bytes()),
        ("old-mac", format!("{PASSWORD}\rnotes").into_bytes()),
        ("marked", marked.clone().into_bytes()),
        ("little-endian", utf16(&marked, u16::to_le_bytes)),
        ("big-endian", utf16(&marked, u16::to_be_bytes)),
    ] {
        let outcome = office.run("alice", &["history", "--password-file", &file(name, &bytes)]).await;
        assert_eq!(outcome.code, Some(0), "{name}: {outcome:?}");
    }
    let code_page = file("code-page", b"caf\xe9\n");
    let refused = office.run("alice", &["history", "--password-file", &code_page]).await;
    refused.failed(2, "badSetting", "line 1 is not UTF-8 text: save the file as UTF-8");
    let binary = file("authority.der", b"\x30\x82\n\x03\x30");
    let refused = office.run("alice", &["history", "--ca", &binary]).await;
    refused.failed(2, "badSetting", "authority.der is not in PEM form: it is a certificate in DER form: convert it");
    // Only the blocks of a PEM file count; what authorities write between them is in any code page.
    let certificate = TestCertificate::write(folder.path());
    let pem = std::fs::read(certificate.ca_file()).unwrap();
    let commented = file("authority.pem", &[b"# caf\xe9 \xcd\xf2\n", &pem[..]].concat());
    let accepted = office.run("alice", &["history", "--ca", &commented]).await;
    assert_eq!(accepted.code, Some(0), "{accepted:?}");
}

/// Nobody is rung for digits that cannot be sent.
#[tokio::test]
async fn digits_that_cannot_be_sent_are_refused_before_the_call() {
    let office = Office::open().await;
    let two_hundred = "5".repeat(200);
    for (digits, duration, code, words) in [
        ("12-34", "1s", "badDigit", "'-' is not a key: use 0-9, *, # and A-D"),
        (" ,", "1s", "badDigit", "no key"),
        (&"5".repeat(501), "600s", "badDigit", "at most 500"),
        (&two_hundred, "30s", "badSetting", "takes 46.0 s"),
        ("1,,", "3s", "badSetting", "takes 4.2 s"),
    ] {
        let arguments = ["call", "*43", "--send-digits", digits, "--duration", duration];
        let outcome = office.run("alice", &arguments).await;
        outcome.failed(2, code, words);
        assert_eq!(outcome.story(), ["error"], "{digits}");
    }
}

#[tokio::test]
async fn what_cannot_be_dialed_says_why() {
    let office = Office::open().await;
    // Nobody may sign in that often within a minute.
    let callers = ["alice", "bob"].into_iter().cycle();
    for (caller, (destination, code, words)) in callers.zip([
        ("", "nothingToDial", "type"),
        ("12345678901", "numberTooLong", "too many digits for SA"),
        ("1234567890123456", "numberTooLong", "16 digits"),
        ("050123456", "numberTooShort", "too few digits for SA"),
        ("+444012345678", "malformedNumber", "no such phone number in GB"),
        ("+210501234567", "unknownCountryCode", "no country"),
        ("050a1234567", "badCharacter", "'a' at place 4"),
        ("tel:050a1234567", "badCharacter", "'a' at place 4"),
        ("+96650x", "badCharacter", "'x'"),
        ("a@b@c", "malformedSip", "sip:"),
        (&"9".repeat(300), "tooLongToDial", "long"),
    ]) {
        office.run(caller, &["call", destination]).await.failed(2, code, words);
    }
    let people = office.run("alice", &["call", "12345678901"]).await;
    assert_eq!(people.story(), ["registered", "error"], "nobody was rung");
}

#[tokio::test]
async fn people_read_a_sentence_in_place_of_json() {
    let outcome = run(["call", "101", "--audio-in", "none", "--audio-out", "none"]).await;
    assert_eq!((outcome.code, outcome.printed.len()), (Some(2), 0));
    assert_eq!(outcome.errors, "mcall: say who you are: --username NAME, or MCALL_USERNAME\n");
}
