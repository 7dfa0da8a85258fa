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

#[test]
fn commands_about_what_is_there_make_no_database() {
    let directory = tempfile::tempdir().unwrap();
    let url = database_url(directory.path());
    let nowhere = format!("sqlite:{}", directory.path().join("missing/backend.sqlite").display());
    let empty = directory.path().join("empty.sqlite");
    std::fs::write(&empty, "").unwrap();
    let empty_url = format!("sqlite:{}", empty.display());
    let password = directory.path().join("password");
    std::fs::write(&password, "correct horse battery\n").unwrap();
    let files = || std::fs::read_dir(directory.path()).unwrap().count();
    let before = files();
    let commands: [&[&str]; 5] = [
        &["user", "list"],
        &["user", "list", "--company", "Acme"],
        &["company", "lines", "--company", "Acme"],
        &["company", "lines", "--company", "Acme", "--order", "sip"],
        &["user", "add", "--username", "a", "--company", "Acme", "--password-file", password.to_str().unwrap()],
    ];
    for url in [&url, &nowhere, &empty_url] {
        for command in commands {
            let refused = run(&[command, &["--database-url", url]].concat());
            let text = String::from_utf8_lossy(&refused.stderr);
            assert_eq!((refused.status.code(), files()), (Some(1), before), "{command:?} {url}: {text}");
            assert!(text.contains(url.strip_prefix("sqlite:").unwrap()), "{command:?}: {text}");
            assert!(text.contains("there is none at this path: check the path"), "{command:?}: {text}");
        }
    }
    assert_eq!(std::fs::read(&empty).unwrap(), b"");
}

#[test]
fn a_company_that_is_not_there_is_told_with_those_that_are() {
    let directory = tempfile::tempdir().unwrap();
    let url = database_url(directory.path());
    let list = || {
        let refused = run(&["user", "list", "--database-url", &url, "--company", "Acmee"]);
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        String::from_utf8(refused.stderr).unwrap()
    };
    drop(crate::program::Server::start(directory.path(), &[]));
    let told = list();
    assert!(
        told.contains("no company 'Acmee': there is none yet: 'user add' makes one with --create-company"),
        "{told}"
    );
    let first = ["--username", "alice", "--company", "Acme", "--create-company"];
    assert!(add_user(directory.path(), &first).status.success());
    let told = list();
    assert!(told.contains("no company 'Acmee': there is 'Acme'"), "{told}");
}

#[test]
fn a_company_that_several_commands_make_at_once_is_one() {
    for round in 0..4 {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        // To begin with also the database is made by whoever comes first.
        let has_database = round % 2 == 0;
        if has_database {
            assert!(
                add_user(path, &["--username", "first", "--company", "Other", "--create-company"]).status.success()
            );
        }
        let (url, password) = (database_url(path), path.join("shared"));
        std::fs::write(&password, "correct horse battery\n").unwrap();
        let add = |number: usize| {
            let username = format!("person{number}");
            let who = ["user", "add", "--database-url", &url, "--username", &username, "--company", "Acme"];
            run(&[&who[..], &["--create-company", "--password-file", password.to_str().unwrap()]].concat())
        };
        let added = std::thread::scope(|scope| {
            let add = &add;
            let running: Vec<_> = (0..8).map(|number| scope.spawn(move || add(number))).collect();
            running.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        for outcome in added {
            assert!(outcome.status.success(), "{outcome:?}");
        }
        let list = run(&["user", "list", "--database-url", &database_url(path), "--company", "Acme"]);
        assert_eq!(String::from_utf8_lossy(&list.stdout).lines().count(), 8, "{list:?}");
    }
    let directory = tempfile::tempdir().unwrap();
    let make = ["--username", "alice", "--company", "Acme Corp", "--create-company"];
    assert!(add_user(directory.path(), &make).status.success());
    for (username, company) in [("basil", "Acme  Corp"), ("carol", "\u{200f}Acme\u{a0}Corp "), ("dana", "Acme\tCorp")] {
        for make in [&[][..], &["--create-company"]] {
            let username = format!("{username}{}", make.len());
            let who = ["--username", &username, "--company", company];
            let added = add_user(directory.path(), &[&who[..], make].concat());
            assert!(added.status.success(), "{added:?}");
        }
    }
}
