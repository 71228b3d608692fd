//! The JSON Schema of `.github/seam.yml`, generated from [`super::policy::Policy`], with that of a folder's `.seam.yml` at
//! `#/$defs/FolderPolicy`. Editors read it at `/schema/seam.json`, and [`super::policy_file`] checks files against it, so
//! the two cannot disagree.

use std::sync::LazyLock;

use serde_json::Value;

use super::policy::Policy;

static POLICY: LazyLock<Value> = LazyLock::new(|| {
    let mut schema = schemars::schema_for!(Policy);
    schema.insert(
        "title".to_owned(),
        "Seam's settings in a repository: .github/seam.yml; #/$defs/FolderPolicy: .seam.yml in a folder".into(),
    );
    schema.to_value()
});

pub fn policy() -> &'static Value {
    &POLICY
}

/// A folder's `.seam.yml`; its references lead into [`policy`].
pub fn folder() -> &'static Value {
    &POLICY["$defs"]["FolderPolicy"]
}

/// The schema that a `$ref` into `$defs` stands for; `part` itself where it is none.
pub fn resolve<'a>(root: &'a Value, part: &'a Value) -> &'a Value {
    match part["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => root.pointer(pointer).unwrap_or(part),
        None => part,
    }
}

/// The words of an enumeration, however it is written; empty where `part` is none.
pub fn words(part: &Value) -> Vec<&str> {
    let listed = part["enum"].as_array().into_iter().flatten().chain(part.get("const"));
    let mut words: Vec<_> = listed.filter_map(Value::as_str).collect();
    for alternative in part["oneOf"].as_array().into_iter().flatten() {
        words.extend(self::words(alternative));
    }
    words
}
