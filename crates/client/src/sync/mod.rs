//! Keeping the local history and the server's in step.
//!
//! [`plan()`] decides and does nothing; [`apply`] does one step and may be stopped anywhere; [`synchronize`] repeats both
//! until nothing is left. [`Sync`] runs them at the right moments: at the start, when something waits here, when the
//! server announces a change, and every 30 seconds while no announcements can be had. Of a direct call, which the server
//! writes itself, nothing is pushed that its announcement already tells. What a round costs grows with
//! what changed, not with what there is.
//!
//! Of people only user names and extensions are kept here, by which their calls are found. The team is asked for when
//! the server is reached, and who changed since, which the same pages and events of the change log tell, is passed on
//! row by row: a change costs one row for each device, where asking for the team again would have everybody of a
//! company ask for everybody at the same moment. What changes of the company itself is passed on likewise: every
//! sign-in brings it, and the engine keeps it with who is signed in.

mod driver;
mod execute;
mod plan;

pub use driver::{Sync, SyncEvent, SyncStatus};
pub use execute::{Applied, SyncError, apply, synchronize};
pub use plan::{Local, Operation, Remote, plan};
