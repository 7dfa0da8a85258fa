//! Sound: sessions with softphones, telephones in memory, recordings.

mod leg;
mod room;
mod sounds;
mod studio;
mod wav;

pub(crate) use room::{Room, RoomMessage};
pub use wav::SoundError;

use crate::phones::Voice;
use bytes::Bytes;
use mobilecall_twilio::RecordingSid;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};

/// Fetches the sound at a URL; nothing where there is none.
pub(crate) type Fetch = Arc<dyn Fn(String) -> Pin<Box<dyn Future<Output = Option<Voice>> + Send>> + Send + Sync>;

/// Where finished recordings are kept, as WAV files.
#[derive(Clone, Default)]
pub(crate) struct Shelf(Arc<Mutex<HashMap<RecordingSid, Bytes>>>);

impl Shelf {
    pub(crate) fn get(&self, sid: RecordingSid) -> Option<Bytes> {
        self.kept().get(&sid).cloned()
    }
    fn put(&self, sid: RecordingSid, file: Vec<u8>) {
        self.kept().insert(sid, file.into());
    }
    fn kept(&self) -> MutexGuard<'_, HashMap<RecordingSid, Bytes>> {
        self.0.lock().expect("nothing panics while it holds the lock")
    }
}
