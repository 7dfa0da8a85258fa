//! The history, with the server and without.

use crate::{
    office::Office,
    program::{Outcome, run},
};
use mobilecall_testkit::call;
use serde_json::Value;

fn calls(outcome: &Outcome) -> Vec<Value> {
    outcome.events().into_iter().filter(|event| event["event"] == "call").collect()
}

#[tokio::test]
async fn the_history_is_there_also_without_the_server() {
    let office = Office::open().await;
    let folder = office.folder().join("data");
    let data = ["--data-dir", folder.to_str().unwrap()];
    let called = office.run("alice", &[&["call", "*43", "--duration", "1s"], &data[..]].concat()).await;
    assert_eq!(office.run("alice", &[&["call", "102"], &data[..]].concat()).await.code, Some(4));
    let id = called.last("summary")["call_id"].clone();

    let online = office.run("alice", &[&["history"], &data[..]].concat()).await;
    assert_eq!(online.code, Some(0), "{online:?}");
    let rows = calls(&online);
    assert_eq!(rows.len(), online.printed.len(), "nothing but calls");
    let addresses: Vec<_> = rows.iter().map(|row| row["address"].as_str().unwrap()).collect();
    assert_eq!(addresses, ["102", "*43"], "newest first");
    let echo = &rows[1];
    assert_eq!((&echo["call_id"], echo["disposition"].as_str()), (&id, Some("answered")));
    assert_eq!((echo["direction"].as_str(), echo["synced"].as_bool()), (Some("outgoing"), Some(true)));
    assert!(echo["duration_seconds"].is_number() && echo["started_at"].as_str().unwrap().ends_with('Z'), "{echo}");

    // Another device of the same person learns it from the server.
    assert_eq!(calls(&office.run("alice", &["history"]).await), rows);
    let missed = calls(&office.run("bob", &["history", "--missed"]).await);
    assert_eq!((missed.len(), missed[0]["address"].as_str()), (1, Some("101")), "{missed:?}");

    let line = |username: &str, more: &[&str]| office.line(username, &[&["history"], more].concat());
    let (alice, alice_found) = (line("alice", &data), line("alice", &[&data[..], &["--search", "43"]].concat()));
    let (alice_one, alice_missed) =
        (line("alice", &[&data[..], &["--limit", "1"]].concat()), line("alice", &[&data[..], &["--missed"]].concat()));
    let (alice_elsewhere, bob) = (line("alice", &[]), line("bob", &data));
    let _directory = office.server.stop().await;

    let offline = run(&alice).await;
    assert_eq!((offline.code, offline.story()), (Some(0), vec!["problem".to_owned(), "call".to_owned()]));
    let problem = offline.last("problem");
    assert_eq!(problem["code"], "serverUnreachable");
    assert!(problem["message"].as_str().unwrap().ends_with("what is known here is printed"), "{problem}");
    let known: Vec<_> = calls(&offline).iter().map(|row| row["call_id"].clone()).collect();
    assert_eq!(known, rows.iter().map(|row| row["call_id"].clone()).collect::<Vec<_>>());
    assert_eq!(calls(&run(alice_found).await)[0]["address"], "*43");
    assert_eq!(calls(&run(alice_one).await)[0]["address"], "102");
    assert_eq!(calls(&run(alice_missed).await).len(), 0);
    let people = run(alice.iter().filter(|word| *word != "--json")).await;
    assert!(people.printed[0].starts_with("Note: the server http://127.0.0.1:"), "{people:?}");
    assert!(people.printed[2].contains("  to Echo test (*43)  Answered, "), "{people:?}");

    run(alice_elsewhere).await.failed(3, "serverUnreachable", "does not answer");
    run(bob).await.failed(3, "serverUnreachable", "does not answer");
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_used_is_told_and_left_alone() {
    let office = Office::open().await;
    let data = office.folder().join("data");
    std::fs::create_dir(&data).unwrap();
    let file = data.join("cache.sqlite");
    let text = "these are notes, not tables ".repeat(100);
    std::fs::write(&file, &text).unwrap();
    let arguments = ["history", "--data-dir", data.to_str().unwrap()];
    office.run("alice", &arguments).await.failed(1, "databaseUnreadable", "cache.sqlite");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

fn ids(calls: &[Value], name: &str) -> Vec<String> {
    let mut ids: Vec<_> = calls.iter().map(|call| call[name].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

/// What a person types, and which call it is to find at least.
const TYPED: [(&str, Option<usize>); 27] = [
    ("+966 (0)50 123 4567", Some(0)),
    ("050\u{a0}123\u{a0}4567", Some(0)),
    ("050\u{2011}123\u{2011}4567", Some(0)),
    ("０５０１２３", Some(0)),
    ("tel:+966501234567", Some(0)),
    ("00966 0501234567", Some(0)),
    ("+966501234567", Some(0)),
    ("\u{2068}+966501234567\u{2069}", Some(0)),
    ("050.123.4567\u{200e}", Some(0)),
    ("٠٥٠١٢٣", Some(0)),
    ("+44 (0)20 7946 0018", Some(1)),
    ("احمد رييس", Some(1)),
    ("على", Some(2)),
    ("0507654321", Some(3)),
    ("JOSE strasse", Some(3)),
    ("o'brien", Some(4)),
    ("Client:Bob", Some(4)),
    ("*43", Some(5)),
    // Bob's extension, where his calls are kept by his user name, and by the extension.
    ("102", Some(4)),
    ("102", Some(6)),
    ("102", Some(7)),
    ("١٠٢", Some(6)),
    // One's own.
    ("101", Some(6)),
    ("client:bob", Some(6)),
    ("5", None),
    ("haddad layla", None),
    ("", None),
];

/// The device and the server search for themselves, and must not differ: whatever a person types finds the same calls.
#[tokio::test]
async fn a_search_finds_the_same_calls_on_the_device_and_at_the_server() {
    let office = Office::open().await;
    let alice = &office.alice.user;
    let with =
        |number: &str, name: &str| call(alice.company_id, alice.id).between("101", number).customer(name).build();
    let records = [
        with("+966501234567", "Layla Haddad"),
        with("+442079460018", "أحمد رئيس"),
        with("+966551234567", "علی رضایی"),
        with("(050) 765-4321", "José Straße"),
        with("client:bob", "O’Brien"),
        call(alice.company_id, alice.id).between("101", "*43").build(),
        call(alice.company_id, alice.id).incoming().between("client:bob", "101").build(),
        call(alice.company_id, alice.id).between("client:alice", "102").build(),
        call(alice.company_id, alice.id).incoming().between("client:bobby", "101").build(),
    ];
    office.server.import(&records).await;
    let session = office.server.sign_in(&office.alice).await;
    let data = office.folder().join("data");
    let data = data.to_str().unwrap();
    let search = async |typed: &str| {
        let url = format!("{}/api/calls", office.server.base_url());
        let asked = office.server.client().get(url).bearer_auth(&session.token).query(&[("q", typed)]).send().await;
        ids(&asked.unwrap().json::<Vec<Value>>().await.unwrap(), "id")
    };
    let mut at_server = Vec::new();
    for (typed, number) in TYPED {
        let found = search(typed).await;
        if let Some(number) = number {
            assert!(found.contains(&records[number].id.to_string()), "{typed}: {found:?}");
        }
        at_server.push(found);
    }
    assert_eq!(calls(&office.run("alice", &["history", "--data-dir", data]).await).len(), records.len());
    // The server counts sign-ins, and the device searches in what it has.
    let line = |typed| office.line("alice", &["history", "--data-dir", data, "--search", typed]);
    let lines = TYPED.map(|(typed, _)| line(typed));
    let _directory = office.server.stop().await;
    for (line, at_server) in lines.iter().zip(at_server) {
        let here = run(line).await;
        assert_eq!(ids(&calls(&here), "call_id"), at_server, "{line:?}: {here:?}");
    }
}
