//! Notices devices that come and go.

use crate::{
    clock::Ticker,
    device::{DeviceList, devices},
};

/// The list is looked at every two seconds: one question to the sound server.
const TICKS: u32 = 200;

/// Watches the devices until it is dropped.
#[derive(Debug)]
pub struct DeviceWatch {
    _ticker: Ticker,
}

/// Tells `changed` the list of devices now and whenever it is another one. It is called on a thread of its own.
pub fn watch_devices(changed: impl FnMut(DeviceList) + Send + 'static) -> std::io::Result<DeviceWatch> {
    let watcher = Watcher { changed: Box::new(changed), last: None, ticks: 0 };
    Ok(DeviceWatch { _ticker: Ticker::start("device-watch", watcher, Watcher::tick, drop)? })
}

struct Watcher {
    changed: Box<dyn FnMut(DeviceList) + Send>,
    last: Option<DeviceList>,
    ticks: u32,
}

impl Watcher {
    fn tick(&mut self, passed: u32) {
        self.ticks += passed;
        if self.last.is_some() && self.ticks < TICKS {
            return;
        }
        self.ticks = 0;
        let list = devices();
        if self.last.as_ref() != Some(&list) {
            self.last = Some(list.clone());
            (self.changed)(list);
        }
    }
}
