//! How WebKit draws the window on Linux. By itself it goes by way of OpenGL, which the processor has to imitate where there is
//! no GPU: then each word and level that changes costs several times what it costs to draw it directly.

use std::{env, ffi::OsStr, fs, io, os::unix::process::CommandExt, path::Path, process::Command};

/// Lets WebKit draw without OpenGL, unless it is `0`.
const WITHOUT_OPENGL: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
/// Here are the GPUs, and each that draws has a file with this name and a number.
const GPUS: &str = "/dev/dri";
const RENDER_NODE: &str = "renderD";

/// Lets the processor draw the window directly where there is no GPU. WebKit wants to be told by the environment before
/// anything of it runs, and only a new program has a new environment: so this one starts itself again in its own place, as
/// the same process. It returns if there is nothing to tell, or if that failed.
pub(crate) fn go_without_gpu() -> io::Result<()> {
    if !is_to_be_told(env::var_os(WITHOUT_OPENGL).as_deref(), can_render(Path::new(GPUS))) {
        return Ok(());
    }
    let mut arguments = env::args_os();
    let mut again = Command::new(env::current_exe()?);
    if let Some(name) = arguments.next() {
        again.arg0(name);
    }
    Err(again.args(arguments).env(WITHOUT_OPENGL, "1").exec())
}

/// Whatever somebody has said holds; so does what this program has told itself, which is why it starts again only once.
const fn is_to_be_told(said: Option<&OsStr>, has_gpu: bool) -> bool {
    said.is_none() && !has_gpu
}

/// Whether there is a GPU that we may use.
fn can_render(gpus: &Path) -> bool {
    let Ok(files) = fs::read_dir(gpus) else { return false };
    let mut nodes =
        files.flatten().filter(|file| file.file_name().as_encoded_bytes().starts_with(RENDER_NODE.as_bytes()));
    nodes.any(|node| fs::OpenOptions::new().read(true).write(true).open(node.path()).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webkit_is_told_once_and_only_without_a_gpu() {
        for (said, has_gpu, told) in [
            (None, false, true),
            (None, true, false),
            (Some("1"), false, false),
            (Some("0"), false, false),
            (Some(""), false, false),
            (Some("1"), true, false),
        ] {
            assert_eq!(is_to_be_told(said.map(OsStr::new), has_gpu), told, "{said:?}, GPU: {has_gpu}");
        }
    }

    #[test]
    fn a_gpu_counts_if_it_draws_and_can_be_opened() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let gpus = folder.path().join("dri");
        assert!(!can_render(&gpus), "there is no such folder");
        fs::create_dir(&gpus).expect("the folder is ours");
        assert!(!can_render(&gpus), "the folder is empty");
        fs::write(gpus.join("card0"), "").expect("the folder is ours");
        assert!(!can_render(&gpus), "a screen alone draws nothing");
        std::os::unix::fs::symlink("/nowhere", gpus.join("renderD128")).expect("the folder is ours");
        assert!(!can_render(&gpus), "one that cannot be opened is of no use");
        fs::write(gpus.join("renderD129"), "").expect("the folder is ours");
        assert!(can_render(&gpus));
    }
}
