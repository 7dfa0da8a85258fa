//! How the window gets onto the screen: whole, and at no more cost than it must have.

use crate::steps::{CALL_LIMIT, choose_language, ready, turn};
use crate::support::artifacts;
use crate::support::desktop::Desktop;
use crate::support::process::children_of;
use crate::support::webdriver::App;
use std::fs;
use std::path::Path;

/// Linux keeps the first 15 letters of a process's name.
const PAGE: &str = "WebKitWebProces";
/// Lets WebKit draw without OpenGL.
const WITHOUT_OPENGL: &[u8] = b"WEBKIT_DISABLE_DMABUF_RENDERER=1";
/// The threads that imitate a GPU.
const IMITATION: &str = "llvmpipe";
/// What is drawn has the shades of its letters; what is not has the colors of two surfaces at most.
const FEWEST_COLORS: u32 = 10;

#[tokio::test]
async fn the_window_is_drawn_whole_and_no_gpu_is_imitated_for_it() {
    let _turn = turn().await;
    let folder = artifacts("app-drawing");
    let desktop = Desktop::start(&folder);
    let app = App::start(&desktop, &folder.join("app.log")).await;
    ready(&app).await;
    choose_language(&app, "en", "ltr").await;
    let process = desktop.wait_for_app_window().process;
    let light = is_drawn(&app, &desktop, &folder.join("1-light.png")).await;
    imitates_no_gpu(process);

    resize(&app, &desktop, 520, 700).await;
    is_drawn(&app, &desktop, &folder.join("2-larger.png")).await;
    resize(&app, &desktop, 340, 520).await;
    is_drawn(&app, &desktop, &folder.join("3-smaller.png")).await;
    app.script("location.reload()").await;
    ready(&app).await;
    is_drawn(&app, &desktop, &folder.join("4-reloaded.png")).await;

    choose_language(&app, "ar", "rtl").await;
    app.click("tab-settings").await;
    app.click("setting-theme-dark").await;
    app.attribute_becomes("setting-theme-dark", "aria-checked", "true", CALL_LIMIT).await;
    app.click("tab-keypad").await;
    let dark = is_drawn(&app, &desktop, &folder.join("5-arabic-dark.png")).await;
    assert!(dark < light / 2.0, "the dark window has a brightness of {dark}, the light one of {light}");
    imitates_no_gpu(process);
    app.close().await;
}

async fn resize(app: &App<'_>, desktop: &Desktop, width: u32, height: u32) {
    desktop.resize_app(width, height);
    app.page_becomes("return `${innerWidth} x ${innerHeight}`", &format!("{width} x {height}")).await;
}

/// Each quarter of the window shows something. Gives how bright the whole is, from 0 to 1.
async fn is_drawn(app: &App<'_>, desktop: &Desktop, picture: &Path) -> f64 {
    app.screenshot(picture).await;
    let file = picture.to_str().expect("our own name");
    let colors = desktop.output("convert", &[file, "-crop", "2x2@", "-format", "%k ", "info:"]);
    let colors: Vec<u32> = colors.split_whitespace().map(|count| count.parse().expect("a number of colors")).collect();
    assert!(colors.len() == 4 && colors.iter().all(|count| *count >= FEWEST_COLORS), "{file}: {colors:?} colors");
    let brightness = desktop.output("convert", &[file, "-format", "%[fx:mean]", "info:"]);
    brightness.trim().parse().expect("a brightness")
}

/// WebKit is told to draw without OpenGL where there is no GPU, and only there.
fn imitates_no_gpu(app: u32) {
    let named =
        |process: &u32| fs::read_to_string(format!("/proc/{process}/comm")).is_ok_and(|name| name.trim() == PAGE);
    let page = children_of(app).into_iter().find(named).expect("the page has a process of its own");
    let surroundings = fs::read(format!("/proc/{page}/environ")).expect("it runs");
    let told = surroundings.split(|byte| *byte == 0).any(|variable| variable == WITHOUT_OPENGL);
    assert_eq!(
        told,
        !has_gpu(),
        "told to draw without OpenGL, on a machine {} a GPU",
        if told { "with" } else { "without" }
    );
    let threads = fs::read_dir(format!("/proc/{page}/task")).expect("it runs").flatten();
    let names = threads.filter_map(|thread| fs::read_to_string(thread.path().join("comm")).ok());
    let imitations: Vec<_> = names.filter(|name| name.starts_with(IMITATION)).collect();
    assert!(imitations.is_empty(), "{imitations:?} imitate a GPU");
}

/// As the app judges it: a GPU that this user may not open draws nothing for them.
fn has_gpu() -> bool {
    let Ok(files) = fs::read_dir("/dev/dri") else { return false };
    let mut nodes = files.flatten().filter(|file| file.file_name().to_string_lossy().starts_with("renderD"));
    nodes.any(|node| fs::OpenOptions::new().read(true).write(true).open(node.path()).is_ok())
}
