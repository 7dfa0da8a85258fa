//! Which way audio flows, and the arithmetic of offer and answer on it.

/// Which way audio flows (RFC 8866 §6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaDirection {
    /// Both ways.
    SendRecv,
    /// We only send: we hold them.
    SendOnly,
    /// We only receive: they hold us.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl MediaDirection {
    /// Whether audio flows from here.
    pub const fn sends(self) -> bool {
        match self {
            Self::SendRecv | Self::SendOnly => true,
            Self::RecvOnly | Self::Inactive => false,
        }
    }

    /// Whether audio flows to here.
    pub const fn receives(self) -> bool {
        match self {
            Self::SendRecv | Self::RecvOnly => true,
            Self::SendOnly | Self::Inactive => false,
        }
    }

    /// The same agreement seen from the other end.
    pub const fn mirrored(self) -> Self {
        Self::of(self.receives(), self.sends())
    }

    /// What both this and `other` allow.
    pub const fn and(self, other: Self) -> Self {
        Self::of(self.sends() && other.sends(), self.receives() && other.receives())
    }

    const fn of(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    /// The attribute of a session description.
    pub(crate) const fn attribute(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    pub(crate) fn from_attribute(name: &str) -> Option<Self> {
        [Self::SendRecv, Self::SendOnly, Self::RecvOnly, Self::Inactive].into_iter().find(|it| it.attribute() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::MediaDirection::{self, *};

    #[test]
    fn an_answer_mirrors_the_offer_as_far_as_we_wish() {
        let cases = [
            // offered, our wish, our answer
            (SendRecv, SendRecv, SendRecv),
            (SendOnly, SendRecv, RecvOnly),
            (RecvOnly, SendRecv, SendOnly),
            (Inactive, SendRecv, Inactive),
            (SendRecv, SendOnly, SendOnly),
            (SendOnly, SendOnly, Inactive),
            (RecvOnly, SendOnly, SendOnly),
            (SendRecv, Inactive, Inactive),
        ];
        for (offered, wish, answer) in cases {
            assert_eq!(offered.mirrored().and(wish), answer, "{offered:?} {wish:?}");
        }
    }

    #[test]
    fn attributes_read_back() {
        for direction in [SendRecv, SendOnly, RecvOnly, Inactive] {
            assert_eq!(MediaDirection::from_attribute(direction.attribute()), Some(direction));
        }
        assert_eq!(MediaDirection::from_attribute("ptime"), None);
    }
}
