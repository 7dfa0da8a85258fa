//! What a company prefers is shown and set.

use crate::program::{add_user, database_url, run};

#[test]
fn the_order_of_lines_is_shown_and_set() {
    let directory = tempfile::tempdir().unwrap();
    let url = database_url(directory.path());
    for company in ["Acme", "Big Corp", "Zenith"] {
        let username = company.to_lowercase().replace(' ', "_");
        let added = add_user(directory.path(), &["--username", &username, "--company", company, "--create-company"]);
        assert!(added.status.success(), "{added:?}");
    }
    let lines = |company: &str, order: &[&str]| {
        run(&[&["company", "lines", "--database-url", &url, "--company", company], order].concat())
    };
    let printed = |company: &str, order: &[&str]| {
        let done = lines(company, order);
        assert!(done.status.success(), "{done:?}");
        String::from_utf8(done.stdout).unwrap()
    };
    assert_eq!(printed("Acme", &[]), "none\n");
    assert_eq!(printed("Big  Corp\u{200f} ", &[]), "none\n", "as it is typed or pasted");
    assert_eq!(printed("Acme", &["--order", "sip, twilio"]), "sip,twilio\n");
    assert_eq!(printed("Acme", &[]), "sip,twilio\n");
    for (company, order, status, message) in [
        ("Acme", ["--order", "isdn"], 2, "'isdn' is not a kind of line"),
        ("Acme", ["--order", "sip,sip"], 2, "names sip twice"),
        ("Acme", ["--order", "direct"], 2, "leave it out"),
        ("Acme", ["--order", ""], 2, "say none for no preference"),
        ("Acme", ["--order", " "], 2, "say none for no preference"),
        ("Nowhere", ["--order", "sip"], 1, "no company 'Nowhere': there is 'Acme', 'Big Corp', 'Zenith'"),
    ] {
        let refused = lines(company, &order);
        let text = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(status), "{order:?}: {text}");
        assert!(text.contains(message), "{order:?}: {text}");
    }
    assert_eq!((printed("Acme", &[]).as_str(), printed("Zenith", &[]).as_str()), ("sip,twilio\n", "none\n"));
    assert_eq!(printed("Acme", &["--order", "none"]), "none\n");
}
