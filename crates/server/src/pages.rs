//! The web pages, which are in the program itself: `ui/web` as it was built.

use mobilecall_backend::WebPages;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../ui/web/dist"]
struct Built;

/// All of them.
pub(crate) fn embedded() -> WebPages {
    WebPages::new(Built::iter().map(|name| {
        let file = Built::get(&name).expect("a listed file is there");
        (name, file.data)
    }))
}
