//! Other processes at a database, as that of an administrator or of a backup.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// Says when it holds the database, and lets go when its input ends.
const HOLD: &str = "
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute('BEGIN EXCLUSIVE')
print('held', flush=True)
sys.stdin.read()
database.execute('ROLLBACK')
";

const CHANGE: &str = "
import sqlite3, sys
sqlite3.connect(sys.argv[1], isolation_level=None).executescript(sys.argv[2])
";

/// Another process that holds a database, until this is dropped.
#[derive(Debug)]
pub struct HeldDatabase(Child);

impl HeldDatabase {
    /// Holds the database at this path.
    ///
    /// # Panics
    /// If it cannot be held.
    pub fn at(path: &Path) -> Self {
        let mut command = Command::new("python3");
        command.args(["-c", HOLD]).arg(path).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut holder = command.spawn().expect("python3 starts");
        let mut said = String::new();
        let mut output = BufReader::new(holder.stdout.take().expect("it is piped"));
        output.read_line(&mut said).expect("what the holder says can be read");
        assert_eq!(said, "held\n", "the database can be held");
        Self(holder)
    }
}

impl Drop for HeldDatabase {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // It has nothing more to do than to end.
        let _ = self.0.wait();
    }
}

/// Lets another process run statements on the database at this path.
///
/// # Panics
/// If they fail.
pub fn change_database(path: &Path, statements: &str) {
    let status = Command::new("python3").args(["-c", CHANGE]).arg(path).arg(statements).status();
    assert!(status.expect("python3 starts").success(), "the database can be changed: {statements}");
}
