//! Every syntax rule comes with snippets that it must report and snippets that it must not.

use std::{fs, path::Path};

use seam::analysis::ast::{embedded, rule_set};
use serde::Deserialize;

use super::sample::{Sample, apply, is_by};

/// `rules/ast/<language>/<rule>.test.yml`, ast-grep's form with `fixed` added.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Snippets {
    id: String,
    /// Where the snippets stand, for rules that ask; else a made-up path of the language.
    path: Option<String>,
    valid: Vec<String>,
    invalid: Vec<String>,
    #[serde(default)]
    fixed: Vec<Fixed>,
}

#[derive(Deserialize)]
struct Fixed {
    before: String,
    after: String,
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/ast"))
}

fn default_path(folder: &str) -> &'static str {
    match folder {
        "python" => "src/shop.py",
        "javascript" => "src/shop.js",
        "typescript" => "src/shop.ts",
        "rust" => "src/shop.rs",
        "go" => "shop/shop.go",
        other => panic!("no path for snippets in {other}"),
    }
}

#[test]
fn every_rule_compiles_for_each_of_its_languages() {
    rule_set::check_embedded().unwrap();
}

#[test]
fn the_list_of_embedded_rules_is_that_of_the_folder() {
    let mut listed: Vec<String> =
        embedded::RULES.iter().map(|rule| format!("{}/{}.yml", rule.folder, rule.name)).collect();
    let mut found = Vec::new();
    for language in fs::read_dir(folder()).unwrap() {
        let language = language.unwrap();
        for file in fs::read_dir(language.path()).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            if !name.ends_with(".test.yml") {
                found.push(format!("{}/{name}", language.file_name().to_str().unwrap()));
            }
        }
    }
    listed.sort();
    found.sort();
    assert_eq!(listed, found);
}

#[test]
fn every_rule_reports_what_it_must_and_nothing_else() {
    let mut wrong = Vec::new();
    for rule in embedded::RULES {
        let file = folder().join(rule.folder).join(format!("{}.test.yml", rule.name));
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let snippets: Snippets =
            serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        if snippets.id.split_once('/').unwrap().1 != rule.name || !rule.yaml.contains(&format!("id: {}\n", snippets.id))
        {
            wrong.push(format!("{}: the id differs from the file's name", snippets.id));
        }
        if snippets.valid.len() < 3 || snippets.invalid.len() < 3 {
            wrong.push(format!("{}: fewer than three snippets of a sort", snippets.id));
        }
        let path = snippets.path.as_deref().unwrap_or_else(|| default_path(rule.folder));
        let reports = |snippet: &str| {
            let analysis = Sample::added(path, snippet).analyze();
            analysis.findings.into_iter().find(|finding| is_by(finding, &snippets.id))
        };
        for snippet in &snippets.invalid {
            if reports(snippet).is_none() {
                wrong.push(format!("{} misses:\n{snippet}", snippets.id));
            }
        }
        for snippet in &snippets.valid {
            if reports(snippet).is_some() {
                wrong.push(format!("{} reports in error:\n{snippet}", snippets.id));
            }
        }
        for Fixed { before, after } in &snippets.fixed {
            let suggestion = reports(before).and_then(|finding| finding.suggestion);
            let Some(suggestion) = suggestion else {
                wrong.push(format!("{} suggests nothing for:\n{before}", snippets.id));
                continue;
            };
            let mended = apply(before, &suggestion);
            if mended.trim_end() != after.trim_end() {
                wrong.push(format!("{} makes of\n{before}\nthis:\n{mended}", snippets.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
