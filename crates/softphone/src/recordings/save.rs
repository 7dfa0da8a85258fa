//! Writing a recording into the folder for downloads.

use super::{Fetch, fetch::Part};
use crate::failure;
use mobilecall_client::RecordingPath;
use mobilecall_ipc::{Failure, SavedFile};
use std::{
    io::{Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// A name with its ending and a number has room in every file system.
const LONGEST_NAME: usize = 100;
/// Files of the same name are numbered; nobody has more.
const MOST_OF_A_NAME: u32 = 1_000;

/// What is to be written, and where.
pub(crate) struct Save {
    pub(crate) folder: PathBuf,
    /// As the agent knows the call.
    pub(crate) name: String,
    pub(crate) fetch: Fetch,
}

impl Save {
    /// The file has its name when all of it is on the disk, and never takes the place of another one.
    pub(crate) async fn run(self) -> Result<SavedFile, Failure> {
        let Self { folder, name, fetch } = self;
        let name = file_name(&name);
        let path = fetch.path().await?;
        let place = folder.clone();
        let mut file = blocking(&folder, move || {
            std::fs::create_dir_all(&place)?;
            tempfile::Builder::new().prefix(".mobile-call-").suffix(".part").tempfile_in(&place)
        })
        .await?;
        file = match &fetch.kept {
            Some(kept) => write(&folder, file, Part::Next(kept.bytes().to_vec())).await?,
            None => fetched(&folder, file, &fetch, &path).await?,
        };
        let place = folder.clone();
        let path = blocking(&folder, move || keep(file, &place, &name)).await?;
        Ok(saved(&path))
    }
}

async fn fetched(
    folder: &Path,
    mut file: NamedTempFile,
    fetch: &Fetch,
    path: &RecordingPath,
) -> Result<NamedTempFile, Failure> {
    let mut written = 0;
    while let Some((part, total)) = fetch.next(path, written).await? {
        written = match &part {
            Part::Next(bytes) => written + bytes.len() as u64,
            Part::Whole(bytes) => bytes.len() as u64,
        };
        file = write(folder, file, part).await?;
        if written >= total {
            break;
        }
    }
    if written == 0 { Err(failure::recording_not_playable()) } else { Ok(file) }
}

async fn write(folder: &Path, mut file: NamedTempFile, part: Part) -> Result<NamedTempFile, Failure> {
    blocking(folder, move || {
        let bytes = match part {
            Part::Next(bytes) => bytes,
            Part::Whole(bytes) => {
                file.as_file().set_len(0)?;
                file.seek(SeekFrom::Start(0))?;
                bytes
            }
        };
        file.write_all(&bytes)?;
        Ok(file)
    })
    .await
}

/// Gives the file its name, or the first numbered one that is free.
fn keep(mut file: NamedTempFile, folder: &Path, name: &str) -> std::io::Result<PathBuf> {
    file.as_file().sync_all()?;
    let ending = ending_of(&file)?;
    for number in 1..=MOST_OF_A_NAME {
        let numbered = if number == 1 { format!("{name}.{ending}") } else { format!("{name} ({number}).{ending}") };
        let path = folder.join(numbered);
        match file.persist_noclobber(&path) {
            Ok(_) => return Ok(path),
            Err(refused) if refused.error.kind() == std::io::ErrorKind::AlreadyExists => file = refused.file,
            Err(refused) => return Err(refused.error),
        }
    }
    Err(std::io::ErrorKind::AlreadyExists.into())
}

/// What the first bytes say that it is; all that is not WAV is MP3.
fn ending_of(file: &NamedTempFile) -> std::io::Result<&'static str> {
    use std::io::Read as _;
    let mut start = Vec::new();
    file.reopen()?.take(4).read_to_end(&mut start)?;
    Ok(if start == b"RIFF" { "wav" } else { "mp3" })
}

/// What every system takes for a file, and no path to somewhere else.
fn file_name(wanted: &str) -> String {
    let plain = |c: char| if c.is_control() || r#"/\:*?"<>|"#.contains(c) { '-' } else { c };
    let name: String = wanted.chars().map(plain).take(LONGEST_NAME).collect();
    let name = name.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if name.is_empty() { "recording".to_owned() } else { name.to_owned() }
}

fn saved(path: &Path) -> SavedFile {
    let said = |name: Option<&std::ffi::OsStr>| name.unwrap_or_default().to_string_lossy().into_owned();
    SavedFile {
        path: path.display().to_string(),
        folder: said(path.parent().and_then(Path::file_name)),
        name: said(path.file_name()),
    }
}

/// Disks may be slow, so none is waited for in an async thread.
async fn blocking<T: Send + 'static>(
    folder: &Path,
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => {
            tracing::warn!(%error, "a recording cannot be saved");
            Err(failure::recording_not_saved(folder))
        }
        Err(panicked) => Err(failure::internal(&panicked)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere_else() {
        for (wanted, name) in [
            ("2026-11-29 14.03 Sara Khan", "2026-11-29 14.03 Sara Khan"),
            ("../../.bashrc", "-..-.bashrc"),
            ("a:b*c?\"<>|\\\n", "a-b-c-------"),
            (" . ", "recording"),
            ("سارة", "سارة"),
        ] {
            assert_eq!(file_name(wanted), name);
        }
        assert_eq!(file_name(&"ا".repeat(300)).chars().count(), LONGEST_NAME);
    }
}
