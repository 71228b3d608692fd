//! Every general check comes with files that it must report and files that it must not.

use std::collections::BTreeMap;

use seam::{
    analysis::general::check,
    change::change_set::{FileKind, FileMode},
    domain::finding::Finding,
};
use serde::Deserialize;

use super::sample::{Sample, apply, is_by};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Files {
    reports: Vec<File>,
    clean: Vec<File>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct File {
    path: String,
    #[serde(default)]
    text: String,
    base: Option<String>,
    hex: Option<String>,
    kind: Option<String>,
    size: Option<u64>,
    #[serde(default)]
    executable: bool,
    fixed: Option<String>,
}

impl File {
    fn finding(&self, rule: &str) -> Option<Finding> {
        let bytes = self.hex.as_ref().map_or_else(|| self.text.clone().into_bytes(), |hex| hex::decode(hex).unwrap());
        let sample = match &self.base {
            Some(base) => Sample::modified(&self.path, base, &self.text),
            None => Sample::added(&self.path, bytes),
        };
        let sample = sample.with(|file| {
            let new = file.new.as_mut().unwrap();
            new.size = self.size.unwrap_or(new.size);
            if self.executable {
                new.mode = FileMode::Executable;
            }
            file.kind = match self.kind.as_deref() {
                None => FileKind::Text,
                Some("binary") => FileKind::Binary,
                Some("symlink") => FileKind::Symlink,
                Some(other) => panic!("no such kind: {other}"),
            };
        });
        sample.analyze().findings.into_iter().find(|finding| is_by(finding, rule))
    }
}

#[test]
fn every_check_reports_what_it_must_and_nothing_else() {
    let files: BTreeMap<String, Files> = serde_saphyr::from_str(include_str!("fixtures/general.yml")).unwrap();
    let mut wrong = Vec::new();
    for check in check::all() {
        let id = check.rule.id.as_ref();
        let Some(Files { reports, clean }) = files.get(id) else {
            wrong.push(format!("{id} has no files"));
            continue;
        };
        if reports.len() < 3 || clean.len() < 3 {
            wrong.push(format!("{id}: fewer than three files of a sort"));
        }
        for file in reports {
            let finding = file.finding(id);
            if finding.is_none() {
                wrong.push(format!("{id} misses {file:?}"));
            }
            if let Some(fixed) = &file.fixed {
                let mended =
                    finding.and_then(|finding| finding.suggestion).map(|suggestion| apply(&file.text, &suggestion));
                if mended.as_ref() != Some(fixed) {
                    wrong.push(format!("{id} makes {mended:?} of {file:?}"));
                }
            }
        }
        wrong.extend(
            clean.iter().filter(|file| file.finding(id).is_some()).map(|file| format!("{id} reports {file:?}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
