//! Which grammar reads a file. Only languages whose grammar is compiled in are named here: asking
//! `ast-grep-language` for another one panics.

pub use ast_grep_language::SupportLang as Language;

/// Languages with a grammar, and the file endings they are known by.
const LANGUAGES: &[(Language, &[&str])] = &[
    (Language::Rust, &["rs"]),
    (Language::Python, &["py", "pyi", "pyw"]),
    (Language::Go, &["go"]),
    (Language::JavaScript, &["js", "jsx", "mjs", "cjs"]),
    (Language::TypeScript, &["ts", "mts", "cts"]),
    (Language::Tsx, &["tsx"]),
    (Language::Java, &["java"]),
    (Language::C, &["c", "h"]),
    (Language::Cpp, &["cc", "cpp", "cxx", "hh", "hpp", "hxx"]),
    (Language::CSharp, &["cs"]),
    (Language::Ruby, &["rb", "rake"]),
    (Language::Php, &["php"]),
];

/// Those that there are syntax rules for; of the others only declarations are read.
const WITH_RULES: [Language; 6] =
    [Language::Rust, Language::Python, Language::Go, Language::JavaScript, Language::TypeScript, Language::Tsx];

/// The language of a path by its ending; `None` where no grammar is compiled in.
pub fn of_path(path: &str) -> Option<Language> {
    let ending = ending(path)?;
    LANGUAGES.iter().find(|(_, endings)| endings.contains(&ending)).map(|(language, _)| *language)
}

/// There are syntax rules for it.
pub fn has_rules(language: Language) -> bool {
    WITH_RULES.contains(&language)
}

/// What follows the last dot of the file's name, if that is not all of it.
pub fn ending(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, ending)| ending)
}

/// A grammar for it is compiled in.
pub fn is_compiled_in(language: Language) -> bool {
    LANGUAGES.iter().any(|(known, _)| *known == language)
}

#[cfg(test)]
mod tests {
    use ast_grep_language::LanguageExt as _;

    use super::*;

    #[test]
    fn every_language_named_has_its_grammar() {
        for (language, _) in LANGUAGES {
            assert!(language.get_ts_language().node_kind_count() > 0);
        }
    }

    #[test]
    fn a_dot_file_has_no_ending() {
        assert_eq!(ending("a/.py"), None);
        assert_eq!(ending("a.b/c"), None);
        assert_eq!(of_path("src/a.b.tsx"), Some(Language::Tsx));
    }
}
