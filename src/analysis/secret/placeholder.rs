//! Values that stand where a secret will be: variables, templates, words like `changeme`.

/// Parts of a value, in lower case, that nobody's real credential has.
const WORDS: &[&str] = &[
    "example",
    "sample",
    "changeme",
    "change_me",
    "change-me",
    "placeholder",
    "dummy",
    "redacted",
    "your_",
    "your-",
    "yourkey",
    "yourtoken",
    "yoursecret",
    "yourpass",
    "yourapi",
    "insert",
    "replace",
    "notreal",
    "not-real",
    "not_real",
    "fake",
    "foobar",
    "lorem",
    "xxxx",
    "****",
    "....",
    "____",
    "0000000",
    "1111111",
    "12345678",
    "98765432",
    "abcdefgh",
    "deadbeef",
    "cafebabe",
    "process.env",
    "os.environ",
    "getenv",
    "secrets.",
    "env.",
    "config.",
    "settings.",
    "vault:",
    "arn:aws",
    "undefined",
];

/// Signs of a template or a variable.
const TEMPLATES: &[&str] = &["${", "{{", "}}", "<%", "%>", "%(", "$(", "#{", "@{", "{0}", "{}", "%s", "[["];

/// Longer values are keys and the like, in which a short word may stand by chance.
const LONGEST: usize = 256;

pub fn is_placeholder(value: &str) -> bool {
    if value.len() > LONGEST {
        return TEMPLATES.iter().any(|sign| value.contains(sign));
    }
    let value = value.trim_matches(|c: char| matches!(c, '"' | '\'' | '`'));
    let lower = value.to_ascii_lowercase();
    value.starts_with('$')
        || value.starts_with('<') && value.ends_with('>')
        || value.starts_with('%') && value.ends_with('%')
        || value.starts_with('{') && value.ends_with('}')
        || TEMPLATES.iter().any(|sign| value.contains(sign))
        || WORDS.iter().any(|word| lower.contains(word))
        || is_monotonous(value)
}

/// Three different characters at most, or one that is half of it.
fn is_monotonous(value: &str) -> bool {
    let mut counts = [0_usize; 256];
    for byte in value.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let different = counts.iter().filter(|count| **count > 0).count();
    let most = counts.iter().max().copied().unwrap_or_default();
    value.len() >= 8 && (different <= 3 || most * 2 > value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_told_from_values() {
        for value in
            ["${TOKEN}", "<api key>", "xxxxxxxx", "changeme", "AKIAEXAMPLE12", "%s", "aaaaaaaab", "{{ .Values.key }}"]
        {
            assert!(is_placeholder(value), "{value}");
        }
        assert!(!is_placeholder("qK7x2Vb9LmZ0tRw5YpNcE"));
    }
}
