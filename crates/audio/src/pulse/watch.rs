//! Noticing that devices come, go or become the system's choice.

use super::{
    connection::{Connection, Fault, Message, Socket},
    devices,
};
use crate::DeviceList;
use pulseaudio::protocol::{Command, SubscriptionMask};

/// A connection that tells of changes; ended from elsewhere by [`Watching::end`].
pub(crate) struct Watching(Socket);

impl Watching {
    pub(crate) fn end(&self) {
        self.0.shut_down();
    }
}

/// Connects and hands out how to end it, then tells the devices at first and after each change, until the server goes
/// away. Without a server it returns at once.
pub(crate) fn watch(begun: impl FnOnce(Watching), mut tell: impl FnMut(DeviceList)) {
    let outcome = Connection::open().and_then(|mut connection| {
        super::seen();
        begun(Watching(connection.share()?));
        let wanted = SubscriptionMask::SINK | SubscriptionMask::SOURCE | SubscriptionMask::SERVER;
        connection.order(&Command::Subscribe(wanted))?;
        loop {
            connection.limit_answers()?;
            tell(devices::list(&mut connection)?);
            connection.wait_without_limit()?;
            wait(&mut connection)?;
        }
    });
    match outcome {
        Ok(never) => never,
        Err(Fault::NoServer) => {}
        Err(fault) => {
            super::seen();
            tracing::debug!(%fault, "the sound server tells of no more changes");
        }
    }
}

fn wait(connection: &mut Connection) -> Result<(), Fault> {
    while !std::mem::take(&mut connection.told) {
        if let Message::Changed = connection.next()? {
            return Ok(());
        }
    }
    Ok(())
}
