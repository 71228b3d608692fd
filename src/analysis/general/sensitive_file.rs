//! Files whose name says that they hold credentials.

use crate::{
    analysis::{
        draft::Draft,
        file_view::FileView,
        language,
        rule_info::{InTests, RuleInfo},
    },
    domain::{
        finding::{Category, Confidence, Severity, Source},
        ledger::FileStatus,
    },
};

use super::check::{Check, Needs, Surroundings};

pub fn check() -> Check {
    let rule = RuleInfo {
        id: "gen/sensitive-file".into(),
        severity: Severity::Error,
        category: Category::Security,
        confidence: Confidence::High,
        source: Source::General,
        cwe: (&[538]).into(),
        summary: "A file of this name usually holds credentials.".into(),
        help: "Take it out of the change, name it in .gitignore, and replace what it held if it was pushed.".into(),
        url: None,
        in_tests: InTests::Lower,
    };
    Check { rule, needs: Needs::Name, run }
}

fn run<'r>(rule: &'r RuleInfo, view: &FileView<'_>, _: &Surroundings<'_>) -> Vec<Draft<'r>> {
    if !matches!(view.change.status, FileStatus::Added | FileStatus::Renamed | FileStatus::Copied) {
        return Vec::new();
    }
    let Some((what, severity)) = kind(&view.path, view.name()) else { return Vec::new() };
    let mut draft = Draft::about_file(rule, view.name()).with_message(format!("This is {what}. {}", rule.help));
    draft.severity = severity;
    vec![draft]
}

/// By its path a file usually holds credentials, whatever became of it in a change.
pub fn is_one(path: &str) -> bool {
    kind(path, path.rsplit('/').next().unwrap_or(path)).is_some()
}

fn kind(path: &str, name: &str) -> Option<(&'static str, Severity)> {
    let name = name.to_ascii_lowercase();
    let is_model = ["example", "sample", "template", "dist", "defaults", "schema", "tpl", "test", "ci"]
        .iter()
        .any(|word| name.split(['.', '-', '_']).any(|part| part == *word));
    let found = match name.as_str() {
        "id_rsa" | "id_dsa" | "id_ecdsa" | "id_ed25519" => ("a private SSH key", Severity::Error),
        ".git-credentials" | ".netrc" | "_netrc" | ".pgpass" | ".my.cnf" => ("a file of passwords", Severity::Error),
        ".htpasswd" => ("a file of password hashes", Severity::Warning),
        "kubeconfig" => ("access to a Kubernetes cluster", Severity::Error),
        "credentials" if path.contains(".aws/") => ("a file of AWS keys", Severity::Error),
        ".dockercfg" => ("a file of registry credentials", Severity::Error),
        "terraform.tfstate" | "terraform.tfstate.backup" => {
            ("a Terraform state, which holds secrets in clear", Severity::Error)
        }
        ".env" => ("a file of environment variables, usually secret ones", Severity::Warning),
        _ if name.starts_with(".env.") => ("a file of environment variables, usually secret ones", Severity::Warning),
        _ => match language::ending(&name)? {
            "p12" | "pfx" | "jks" | "keystore" | "bks" => ("a key store", Severity::Error),
            "kdbx" | "kdb" | "agilekeychain" => ("a password safe", Severity::Error),
            "ppk" => ("a private SSH key", Severity::Error),
            "tfstate" => ("a Terraform state, which holds secrets in clear", Severity::Error),
            "ovpn" => ("a VPN configuration, often with its key", Severity::Warning),
            _ => return None,
        },
    };
    (!is_model).then_some(found)
}
