//! One offer at a time: what is wished while an offer is on its way waits for its answer.

use mobilecall_domain::machine::Reoffer;

/// Offers after the first one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Renegotiation {
    /// An offer is being made or waits for its answer.
    under_way: bool,
    /// Something changed meanwhile, so that another offer is needed.
    again: bool,
}

/// An offer to make now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NextOffer {
    /// In the direction that is set.
    Plain,
    /// With fresh ICE credentials as well.
    Restart,
}

impl Renegotiation {
    /// Something is to be offered. A restart does not wait: it is wished for because nothing comes through, so the
    /// answer to an offer before it may never come.
    pub(crate) fn wish(&mut self, reoffer: Reoffer) -> Option<NextOffer> {
        match reoffer {
            Reoffer::IceRestart => {
                self.under_way = true;
                self.again = false;
                Some(NextOffer::Restart)
            }
            Reoffer::Hold(_) if self.under_way => {
                self.again = true;
                None
            }
            Reoffer::Hold(_) => {
                self.under_way = true;
                Some(NextOffer::Plain)
            }
        }
    }

    /// An offer was answered, or came to nothing.
    pub(crate) fn done(&mut self) -> Option<NextOffer> {
        self.under_way = std::mem::take(&mut self.again);
        self.under_way.then_some(NextOffer::Plain)
    }

    /// Signaling was lost: an offer that was on its way is made anew when it is back, without being asked.
    pub(crate) fn interrupted(&mut self) {
        self.again = self.under_way;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_offer_at_a_time_and_the_last_wish_wins() {
        let mut renegotiation = Renegotiation::default();
        assert_eq!(renegotiation.wish(Reoffer::Hold(true)), Some(NextOffer::Plain));
        assert_eq!(renegotiation.wish(Reoffer::Hold(false)), None);
        assert_eq!(renegotiation.wish(Reoffer::Hold(true)), None);
        assert_eq!(renegotiation.done(), Some(NextOffer::Plain), "with the direction as it is by then");
        assert_eq!(renegotiation.done(), None);
        assert_eq!(renegotiation.wish(Reoffer::Hold(false)), Some(NextOffer::Plain));
    }

    #[test]
    fn a_restart_does_not_wait() {
        let mut renegotiation = Renegotiation::default();
        renegotiation.wish(Reoffer::Hold(true));
        assert_eq!(renegotiation.wish(Reoffer::IceRestart), Some(NextOffer::Restart));
        assert_eq!(renegotiation.wish(Reoffer::IceRestart), Some(NextOffer::Restart));
        assert_eq!(renegotiation.done(), None);
    }

    #[test]
    fn an_offer_lost_with_the_signaling_is_made_anew() {
        let mut renegotiation = Renegotiation::default();
        renegotiation.interrupted();
        assert_eq!(renegotiation.done(), None, "nothing was on its way");
        renegotiation.wish(Reoffer::Hold(true));
        renegotiation.interrupted();
        assert_eq!(renegotiation.done(), Some(NextOffer::Plain));
    }
}
