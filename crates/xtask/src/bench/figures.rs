//! Many measurements of one thing as a few figures.

/// Least, middle, 95th and 99th percentile (nearest rank).
#[derive(Debug, PartialEq)]
pub(crate) struct Figures {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) p95: f64,
    pub(crate) p99: f64,
}

impl Figures {
    /// Of at least one measurement.
    pub(crate) fn of(mut measured: Vec<f64>) -> Self {
        assert!(!measured.is_empty(), "figures of nothing");
        measured.sort_by(f64::total_cmp);
        let rank = |share: f64| measured[((share * measured.len() as f64).ceil() as usize).max(1) - 1];
        Self { min: measured[0], median: rank(0.5), p95: rank(0.95), p99: rank(0.99) }
    }
}

#[cfg(test)]
mod tests {
    use super::Figures;

    #[test]
    fn ranks_are_nearest() {
        let measured = (1..=20).rev().map(f64::from).collect();
        assert_eq!(Figures::of(measured), Figures { min: 1.0, median: 10.0, p95: 19.0, p99: 20.0 });
        assert_eq!(Figures::of(vec![7.0]), Figures { min: 7.0, median: 7.0, p95: 7.0, p99: 7.0 });
    }
}
