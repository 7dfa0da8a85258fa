//! Another process that holds a database.

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

/// Holds the database until it is dropped.
pub(crate) struct Holder(Child);

impl Holder {
    pub(crate) fn of(database: &Path) -> Self {
        let mut command = Command::new("python3");
        command.args(["-c", HOLD]).arg(database).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut holder = command.spawn().unwrap();
        let mut said = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "held\n");
        Self(holder)
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // It has nothing more to do than to end.
        let _ = self.0.wait();
    }
}
