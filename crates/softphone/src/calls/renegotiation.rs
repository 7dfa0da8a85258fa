//! One offer at a time, because an answer does not say to which offer it belongs: what is wished while one is on its way
//! waits until that is settled.

use mobilecall_domain::machine::Reoffer;

/// Offers after the first one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Renegotiation {
    /// An offer is being made, waits for its answer, or the answer is being applied.
    under_way: bool,
    /// What is to be offered after that.
    next: Option<NextOffer>,
}

/// An offer to make now. A later one stands for all before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NextOffer {
    /// In the direction that is set.
    Plain,
    /// With fresh ICE credentials as well.
    Restart,
}

impl Renegotiation {
    /// Something is to be offered.
    pub(crate) fn wish(&mut self, reoffer: Reoffer) -> Option<NextOffer> {
        let wanted = match reoffer {
            Reoffer::Hold(_) => NextOffer::Plain,
            Reoffer::IceRestart => NextOffer::Restart,
        };
        if self.under_way {
            self.next = self.next.max(Some(wanted));
            return None;
        }
        self.under_way = true;
        Some(wanted)
    }

    /// An answer was applied, or the offer came to nothing.
    pub(crate) fn settled(&mut self) -> Option<NextOffer> {
        let next = self.next.take();
        self.under_way = next.is_some();
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_offer_at_a_time_with_everything_wished_meanwhile() {
        use NextOffer::{Plain, Restart};
        let (hold, resume, restart) = (Reoffer::Hold(true), Reoffer::Hold(false), Reoffer::IceRestart);
        let cases: [(&[Reoffer], Option<NextOffer>); 6] = [
            (&[], None),
            (&[hold], Some(Plain)),
            (&[hold, resume], Some(Plain)),
            (&[restart], Some(Restart)),
            (&[restart, hold], Some(Restart)),
            (&[hold, restart, resume], Some(Restart)),
        ];
        for (wishes, next) in cases {
            let mut renegotiation = Renegotiation::default();
            assert_eq!(renegotiation.wish(hold), Some(Plain));
            for wish in wishes {
                assert_eq!(renegotiation.wish(*wish), None, "{wishes:?}");
            }
            assert_eq!(renegotiation.settled(), next, "{wishes:?}");
            if next.is_some() {
                assert_eq!(renegotiation.settled(), None, "{wishes:?}");
            }
            assert_eq!(renegotiation, Renegotiation::default(), "{wishes:?}");
        }
    }
}
