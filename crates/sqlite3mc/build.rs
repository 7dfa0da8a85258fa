//! Compiles the amalgamation with the options that our programs need.

/// What of SQLite is compiled in, and how. See <https://sqlite.org/compile.html>.
const OPTIONS: &[(&str, &str)] = &[
    ("SQLITE_CORE", "1"),
    ("SQLITE_ENABLE_FTS5", "1"),
    // Each connection is used by one thread at a time, so it needs no lock of its own.
    ("SQLITE_THREADSAFE", "2"),
    // Counting what is allocated takes one lock for all threads, and nobody reads the count.
    ("SQLITE_DEFAULT_MEMSTATUS", "0"),
    ("SQLITE_DEFAULT_FOREIGN_KEYS", "1"),
    // `VACUUM INTO` takes the key of the copy from a URI.
    ("SQLITE_USE_URI", "1"),
    // Temporary tables would be written to the disk in the clear.
    ("SQLITE_TEMP_STORE", "3"),
    ("SQLITE_DQS", "0"),
    ("SQLITE_LIKE_DOESNT_MATCH_BLOBS", "1"),
    ("SQLITE_OMIT_LOAD_EXTENSION", "1"),
    ("SQLITE_OMIT_SHARED_CACHE", "1"),
    ("SQLITE_ENABLE_API_ARMOR", "1"),
];

/// Whatever Unix has and Windows has not.
const UNIX: &[(&str, &str)] = &[("HAVE_USLEEP", "1"), ("HAVE_LOCALTIME_R", "1")];

/// Ciphers beside ChaCha20-Poly1305, the only one we use.
const UNUSED_CIPHERS: &[&str] = &["AES_128_CBC", "AES_256_CBC", "SQLCIPHER", "RC4", "ASCON128", "AEGIS"];

fn main() {
    let directory = sqlite3mc_src::source_dir();
    let mut build = cc::Build::new();
    build.file(directory.join(sqlite3mc_src::SOURCE_FILE)).include(directory).warnings(false);
    for (name, value) in OPTIONS {
        build.define(name, *value);
    }
    if std::env::var_os("CARGO_CFG_UNIX").is_some() {
        for (name, value) in UNIX {
            build.define(name, *value);
        }
    }
    for cipher in UNUSED_CIPHERS {
        build.define(&format!("HAVE_CIPHER_{cipher}"), "0");
    }
    build.cargo_metadata(false).compile("sqlite3mc");

    let out = std::env::var("OUT_DIR").expect("cargo tells where to build");
    println!("cargo::rustc-link-search=native={out}");
    // Wholly, because some linkers look for a symbol only in what comes after its use, and the order is not ours.
    println!("cargo::rustc-link-lib=static:+whole-archive=sqlite3mc");
    println!("cargo::rerun-if-changed=build.rs");
}
