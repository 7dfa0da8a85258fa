//! The C code of SQLite that our programs link: SQLite3 Multiple Ciphers, which is SQLite with encryption.
//!
//! `rusqlite` brings a SQLite without encryption, or SQLCipher, which needs OpenSSL. Its feature `in_gecko` leaves the
//! linking to whoever uses it; this crate does it, and is to be named (`use mobilecall_sqlite3mc as _`) by the crate that
//! uses `rusqlite`. There is nothing to call: encryption is reached through `PRAGMA key`.
//!
//! See <https://utelle.github.io/SQLite3MultipleCiphers/>.
