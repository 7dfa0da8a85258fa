//! Build script: bundles the window, the icons and the permissions into the program.

use std::path::Path;
use tauri_build::{AppManifest, Attributes};

fn main() {
    println!("cargo:rerun-if-changed=ui/window/dist");
    println!("cargo:rerun-if-changed=src-tauri/permissions");
    assert!(
        Path::new("ui/window/dist/index.html").is_file(),
        "the window is not built yet (ui/window/dist is missing): run `cargo xtask run`, or `npm ci && npm run build` in ui/"
    );
    let attributes = Attributes::new()
        .capabilities_path_pattern("src-tauri/capabilities/**/*.json")
        .app_manifest(AppManifest::new().permissions_path_pattern("src-tauri/permissions/**/*.toml"));
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("{error:#}");
    }
}
