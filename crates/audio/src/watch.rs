//! Noticing that devices come, go or become the system's choice.

use crate::{DeviceList, devices};
use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread::JoinHandle,
    time::Duration,
};

/// How often the devices are looked through where nobody tells of changes.
const INTERVAL: Duration = Duration::from_secs(2);
/// How often a sound server that went away is looked for: a call hears nothing meanwhile.
#[cfg(target_os = "linux")]
const RETURN_INTERVAL: Duration = Duration::from_millis(250);

/// Watches until it is dropped.
#[derive(Debug)]
pub struct DeviceWatch {
    stop: Option<Sender<()>>,
    #[cfg(target_os = "linux")]
    server: std::sync::Arc<server::Ending>,
    thread: Option<JoinHandle<()>>,
}

/// Tells the devices as they are now, and again whenever they change, on a thread of its own.
pub fn watch_devices(changed: impl FnMut(DeviceList) + Send + 'static) -> std::io::Result<DeviceWatch> {
    let (stop, stopped) = channel();
    let mut told = Told { last: None, changed };
    #[cfg(target_os = "linux")]
    {
        let server = std::sync::Arc::<server::Ending>::default();
        let ending = std::sync::Arc::clone(&server);
        let thread = spawn(move || {
            loop {
                crate::pulse::watch(|watching| ending.begun(watching), |list| told.tell(list));
                if matches!(stopped.try_recv(), Err(std::sync::mpsc::TryRecvError::Disconnected)) {
                    return;
                }
                let away = crate::pulse::is_away();
                // Not later: who opens a device meanwhile finds the same.
                told.tell(devices());
                if !pause(&stopped, if away { RETURN_INTERVAL } else { INTERVAL }) {
                    return;
                }
            }
        })?;
        Ok(DeviceWatch { stop: Some(stop), server, thread: Some(thread) })
    }
    #[cfg(not(target_os = "linux"))]
    {
        let thread = spawn(move || {
            told.tell(devices());
            while pause(&stopped, INTERVAL) {
                told.tell(devices());
            }
        })?;
        Ok(DeviceWatch { stop: Some(stop), thread: Some(thread) })
    }
}

fn spawn(work: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name("sound-devices".to_owned()).spawn(work)
}

/// `false` when the watch has ended.
fn pause(stopped: &Receiver<()>, length: Duration) -> bool {
    matches!(stopped.recv_timeout(length), Err(RecvTimeoutError::Timeout))
}

struct Told<F> {
    last: Option<DeviceList>,
    changed: F,
}

impl<F: FnMut(DeviceList)> Told<F> {
    fn tell(&mut self, list: DeviceList) {
        if self.last.as_ref() != Some(&list) {
            self.last = Some(list.clone());
            (self.changed)(list);
        }
    }
}

#[cfg(target_os = "linux")]
mod server {
    use crate::pulse::Watching;
    use std::sync::{Mutex, PoisonError};

    /// Ends the watching of a sound server, also of one that is only begun afterwards.
    #[derive(Default)]
    pub(super) struct Ending(Mutex<State>);

    #[derive(Default)]
    struct State {
        ended: bool,
        watching: Option<Watching>,
    }

    impl std::fmt::Debug for Ending {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Ending")
        }
    }

    impl Ending {
        pub(super) fn begun(&self, watching: Watching) {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if state.ended {
                watching.end();
            }
            state.watching = Some(watching);
        }

        pub(super) fn end(&self) {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.ended = true;
            if let Some(watching) = state.watching.take() {
                watching.end();
            }
        }
    }
}

impl Drop for DeviceWatch {
    fn drop(&mut self) {
        drop(self.stop.take());
        #[cfg(target_os = "linux")]
        self.server.end();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that watches the sound devices panicked");
        }
    }
}
