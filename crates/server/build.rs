//! Build script: sees to it that the web pages in the program are those that were built last.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=../../ui/web/dist");
    assert!(
        Path::new("../../ui/web/dist/index.html").is_file(),
        "the web pages are not built yet (ui/web/dist is missing): run `cargo xtask run`, or `npm ci && npm run build` in ui/"
    );
}
