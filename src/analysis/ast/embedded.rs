//! The one list of the syntax rules that are part of Seam. A test compares it with the folder.

/// One file of `rules/ast`.
#[derive(Clone, Copy, Debug)]
pub struct EmbeddedRule {
    /// The folder, which says for which languages the rule is.
    pub folder: &'static str,
    pub name: &'static str,
    pub yaml: &'static str,
}

macro_rules! embedded {
    ($($folder:literal: [$($name:literal),* $(,)?])*) => {
        &[$($(EmbeddedRule {
            folder: $folder,
            name: $name,
            yaml: include_str!(concat!("../../../rules/ast/", $folder, "/", $name, ".yml")),
        }),*),*]
    };
}

pub const RULES: &[EmbeddedRule] = embedded! {
    "go": [
        "defer-in-loop",
        "exec-shell-nonliteral",
        "http-server-no-timeout",
        "math-rand-secret",
        "response-before-err-check",
        "sql-sprintf",
        "ssh-insecure-host-key",
        "template-html-nonliteral",
        "tls-insecure",
        "waitgroup-add-in-goroutine",
        "weak-cipher",
        "zip-slip",
    ]
    "javascript": [
        "async-for-each",
        "async-promise-executor",
        "child-process-nonliteral",
        "cookie-insecure",
        "cors-wildcard-credentials",
        "electron-node-integration",
        "eval-new-function",
        "inner-html-nonliteral",
        "jwt-unverified",
        "math-random-secret",
        "nan-compare",
        "nosql-injection",
        "open-redirect",
        "post-message-wildcard",
        "regexp-from-input",
        "request-data-in-path",
        "request-data-in-url",
        "sql-template",
        "tls-verify-off",
        "typeof-typo",
        "weak-hash",
    ]
    "python": [
        "archive-extractall",
        "async-blocking-call",
        "cookie-insecure",
        "debug-enabled",
        "eval-nonliteral",
        "except-swallow",
        "http-no-timeout",
        "insecure-temp-file",
        "is-literal",
        "jwt-no-verify",
        "mutable-default-arg",
        "non-constant-time-compare",
        "open-redirect",
        "request-data-in-path",
        "request-data-in-url",
        "return-in-finally",
        "sql-nonliteral-execute",
        "subprocess-shell-nonliteral",
        "tls-verify-off",
        "unescaped-html",
        "unsafe-deserialization",
        "weak-hash",
        "weak-random-secret",
        "yaml-unsafe-load",
    ]
    "rust": [
        "blocking-in-async",
        "command-shell-format",
        "danger-accept-invalid-certs",
        "let-underscore-drops-guard",
        "lock-guard-across-await",
        "sql-format-query",
        "transmute",
        "uninit-memory",
        "unsafe-without-safety-comment",
        "unwrap-on-external-input",
    ]
};
