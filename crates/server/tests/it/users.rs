//! People are added and listed.

use crate::program::{add_user, database_url, run};

#[test]
fn people_are_added_and_listed() {
    let directory = tempfile::tempdir().unwrap();
    let alice =
        ["--username", "Alice", "--name", "Alice Doe", "--company", "Acme", "--create-company", "--extension", "101"];
    let added = add_user(directory.path(), &alice);
    assert!(added.status.success(), "{added:?}");
    assert_eq!(String::from_utf8_lossy(&added.stdout), "added agent alice to Acme, extension 101\n");
    let boss = add_user(directory.path(), &["--username", "boss", "--company", "Acme", "--role", "admin"]);
    assert!(boss.status.success(), "{boss:?}");
    let milad = ["--username", "milad", "--name", "می\u{200c}لاد", "--company", "Acme"];
    assert!(add_user(directory.path(), &milad).status.success(), "joiners belong to Persian names");
    let list = run(&["user", "list", "--database-url", &database_url(directory.path())]);
    let expected = "alice\tAlice Doe\tagent\t101\tAcme\nboss\tboss\tadmin\t-\tAcme\n\
                    milad\tمی\u{200c}لاد\tagent\t-\tAcme\n";
    assert_eq!(String::from_utf8_lossy(&list.stdout), expected);
}

#[test]
fn what_cannot_be_added_is_said_and_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let first = ["--username", "alice", "--company", "Acme", "--create-company", "--extension", "101"];
    assert!(add_user(directory.path(), &first).status.success());
    let marked = format!("Zoe{}", "\u{301}".repeat(200));
    let cases: [(&[&str], i32, &str); 13] = [
        (&["--username", "alice", "--company", "New", "--create-company"], 1, "this user name is taken"),
        (&["--username", "basil", "--company", "Acme", "--extension", "101"], 1, "this extension is taken"),
        (&["--username", "basil", "--company", "Nowhere"], 1, "add --create-company"),
        (&["--username", "ba sil", "--company", "Acme"], 2, "is not a user name"),
        (&["--username", "basil", "--company", "Acme", "--extension", "1"], 2, "is not an extension"),
        (&["--username", "basil", "--company", "Acme", "--role", "king"], 2, "is not a role"),
        (&["--username", "basil", "--company", "Acme", "--name", "Sara\u{202e} nimda"], 2, "turns the direction"),
        (&["--username", "basil", "--company", "Acme", "--name", "\u{2066}Basil"], 2, "turns the direction"),
        (&["--username", "basil", "--company", "Acme", "--name", "\u{3164} \u{200b}"], 2, "can be seen"),
        (&["--username", "basil", "--company", "X\u{202d}", "--create-company"], 2, "turns the direction"),
        (&["--username", "basil", "--company", "Acme", "--name", &marked], 2, "under many marks"),
        (&["--username", "basil", "--company", &marked, "--create-company"], 2, "under many marks"),
        (&["--username", "basil", "--company", "X", "--create-company", "--region", "ZZ"], 2, "is not a region"),
    ];
    for (arguments, status, message) in cases {
        let refused = add_user(directory.path(), arguments);
        let text = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(status), "{arguments:?}: {text}");
        assert!(text.contains(message), "{arguments:?}: {text}");
    }
    let list = run(&["user", "list", "--database-url", &database_url(directory.path())]);
    assert_eq!(String::from_utf8_lossy(&list.stdout), "alice\talice\tagent\t101\tAcme\n");
}

#[test]
fn a_database_of_an_older_version_is_left_to_its_server() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("backend.sqlite");
    std::fs::write(&file, include_bytes!("../../../store-sqlite/tests/fixtures/server-0.1.sqlite")).unwrap();
    let before = std::fs::read(&file).unwrap();
    let url = database_url(directory.path());
    let added = add_user(directory.path(), &["--username", "new", "--company", "Acme"]);
    for refused in [added, run(&["user", "list", "--database-url", &url])] {
        let text = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{text}");
        assert!(text.contains("version 1") && text.contains("start the new one"), "{text}");
        assert_eq!(std::fs::read(&file).unwrap(), before);
    }
    drop(crate::program::Server::start(directory.path(), &[]));
    assert!(run(&["user", "list", "--database-url", &url]).status.success(), "the server brought it up to date");
}

#[test]
fn a_password_file_of_any_system_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let url = database_url(directory.path());
    let file = directory.path().join("password.txt");
    let path = file.to_str().unwrap();
    let marked = "\u{feff}correct horse battery\r\nnotes\r\n";
    let utf16: Vec<u8> = marked.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let user = |name: &str| {
        let who = ["user", "add", "--database-url", &url, "--username", name, "--company", "A", "--create-company"];
        run(&[&who[..], &["--password-file", path]].concat())
    };
    for (name, bytes) in [("sara", marked.as_bytes()), ("omar", b"correct horse battery\rnotes"), ("lina", &utf16)] {
        std::fs::write(&file, bytes).unwrap();
        let added = user(name);
        assert!(added.status.success(), "{name}: {added:?}");
    }
    std::fs::write(&file, b"caf\xe9\n").unwrap();
    let refused = user("rami");
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("line 1 is not UTF-8 text: save the file as UTF-8"));
}

#[test]
fn an_empty_password_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let url = database_url(directory.path());
    let arguments =
        ["user", "add", "--database-url", &url, "--username", "a", "--company", "A", "--password-file", "-"];
    let refused = run(&arguments);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("the password is empty"));
}
