//! Rounding of the numbers that people read.

/// Rounds to so many decimals.
pub fn rounded(number: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (number * scale).round() / scale
}

/// Returns the share that a part is of all, from 0 to 1 with four decimals; 0 if there is nothing.
pub fn share(part: i64, all: i64) -> f64 {
    if all == 0 { 0.0 } else { rounded(part as f64 / all as f64, 4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_rounded_to_its_decimals() {
        assert_eq!(
            [rounded(33.333, 2), rounded(-0.125, 2), rounded(66.66, 1), rounded(2.0, 0)],
            [33.33, -0.13, 66.7, 2.0]
        );
        assert_eq!([share(1, 3), share(2, 3), share(3, 3), share(0, 0)], [0.3333, 0.6667, 1.0, 0.0]);
    }
}
