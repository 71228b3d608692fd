//! The known word that a misspelt one was probably meant to be, for error messages.

/// `None` where nothing known is near enough to be a likely slip of the keyboard.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(steps, _)| *steps <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance in characters, two neighbours swapped being one step; words longer than any key are not compared.
fn distance(a: &str, b: &str) -> usize {
    if a.len() > 100 {
        return usize::MAX;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["listen", "database_url", "public_url"];
        assert_eq!(nearest("lisen", known), Some("listen"));
        assert_eq!(nearest("databse_ulr", known), Some("database_url"));
        assert_eq!(nearest("lisetn", known), Some("listen"));
        assert_eq!(nearest("workers", known), None);
        assert_eq!(nearest(&"x".repeat(1_000_000), known), None);
    }
}
