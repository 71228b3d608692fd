//! How random a text looks.

/// Shannon entropy in bits per byte: 0 for one repeated character, about 3.5 for English, 4 for random hexadecimal,
/// below 6 for random base64.
pub fn shannon(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = text.len() as f64;
    let share = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / length);
    share.map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_tells_random_from_repeated() {
        assert_eq!(shannon(""), 0.0);
        assert_eq!(shannon("aaaa"), 0.0);
        assert_eq!(shannon("abcd"), 2.0);
        assert!(shannon("correct horse battery") < shannon("qK7x2Vb9LmZ0tRw5YpNcE"));
    }
}
