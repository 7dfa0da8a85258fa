//! Kinds of phone numbers, as numbering plans tell them apart.

use crate::{PhoneNumber, numbering};

/// What a number is, and so what a call to it may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberKind {
    /// Tied to a place.
    FixedLine,
    /// A mobile phone.
    Mobile,
    /// Either, where a plan does not tell them apart.
    FixedLineOrMobile,
    /// Whoever is called pays.
    TollFree,
    /// The caller pays more than for the call.
    PremiumRate,
    /// Caller and called share the cost.
    SharedCost,
    /// Reached over the internet.
    Voip,
    /// Follows a person, at the caller's cost.
    Personal,
    /// Takes messages only.
    Pager,
    /// One number for all of a company.
    Company,
    /// Where messages are left.
    Voicemail,
    /// Of a range that the plan does not know.
    Unknown,
}

impl PhoneNumber {
    /// Which kind of number it is.
    pub fn kind(&self) -> NumberKind {
        numbering::kind_of(self.as_e164())
    }
    /// The two-letter code of the country whose number it is; `None` for satellite networks and whatever else belongs to no
    /// country.
    pub fn country(&self) -> Option<String> {
        numbering::country_of(self.as_e164())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Region;

    #[test]
    fn numbers_are_told_apart() {
        let cases = [
            ("+966501234567", Some("SA"), NumberKind::Mobile),
            ("+966114651234", Some("SA"), NumberKind::FixedLine),
            ("+9668001234567", Some("SA"), NumberKind::TollFree),
            ("+989121234567", Some("IR"), NumberKind::Mobile),
            ("+971501234567", Some("AE"), NumberKind::Mobile),
            ("+12025550123", Some("US"), NumberKind::FixedLineOrMobile),
            ("+14169671111", Some("CA"), NumberKind::FixedLineOrMobile),
            ("+19002345678", Some("US"), NumberKind::PremiumRate),
            ("+449091234567", Some("GB"), NumberKind::PremiumRate),
            ("+870773111632", None, NumberKind::Mobile),
            ("+881612345678", None, NumberKind::Mobile),
            ("+979123456789", None, NumberKind::PremiumRate),
            ("+80012345678", None, NumberKind::TollFree),
        ];
        for (e164, country, kind) in cases {
            let number = PhoneNumber::parse(e164, Region::SA).unwrap();
            assert_eq!((number.country().as_deref(), number.kind()), (country, kind), "{e164}");
        }
    }
}
