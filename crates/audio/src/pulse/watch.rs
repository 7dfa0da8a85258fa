//! Noticing that devices come, go or become the system's choice.

use super::{
    connection::{Connection, Fault, Message, Socket},
    devices,
};
use crate::DeviceList;
use pulseaudio::protocol::{Command, SubscriptionMask};
use std::convert::Infallible;

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
    let mut connection = match Connection::open() {
        Ok(connection) => connection,
        Err(Fault::NoServer) => return,
        // It lets nobody in, so it is none that will come back.
        Err(fault) => return tracing::debug!(%fault, "the sound server tells of no changes"),
    };
    super::reached();
    let Err(fault) = follow(&mut connection, begun, &mut tell);
    super::reached();
    tracing::debug!(%fault, "the sound server tells of no more changes");
}

/// Tells the devices until the connection ends.
fn follow(
    connection: &mut Connection,
    begun: impl FnOnce(Watching),
    tell: &mut impl FnMut(DeviceList),
) -> Result<Infallible, Fault> {
    begun(Watching(connection.share()?));
    let wanted = SubscriptionMask::SINK | SubscriptionMask::SOURCE | SubscriptionMask::SERVER;
    connection.order(&Command::Subscribe(wanted))?;
    loop {
        connection.limit_answers()?;
        let list = devices::list(connection)?;
        super::reached_as(list.backend);
        tell(list);
        connection.wait_without_limit()?;
        wait(connection)?;
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
