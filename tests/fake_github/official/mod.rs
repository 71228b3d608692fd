//! GitHub's own descriptions, where `scripts/fetch-official-data` has put them: without them nothing is checked, and one
//! line says so.

use std::{
    path::{Path, PathBuf},
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
};

pub(crate) mod graphql_schema;
pub(crate) mod openapi;
pub(crate) mod webhook_schema;

/// Nothing is checked, and it takes no time: for measuring. To be set before anything is asked.
pub(crate) static CHECKS_NOTHING: AtomicBool = AtomicBool::new(false);

/// Whether there is anything to check against.
pub(crate) fn is_there() -> bool {
    path("openapi/api.github.com.json").exists()
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/official").join(name)
}

/// A fetched file, or `None`, said once.
fn read(name: &str) -> Option<String> {
    if CHECKS_NOTHING.load(Ordering::Relaxed) {
        return None;
    }
    static SAID: Once = Once::new();
    let text = std::fs::read_to_string(path(name)).ok();
    if text.is_none() {
        SAID.call_once(|| say("validation against GitHub's own descriptions is off: run scripts/fetch-official-data"));
    }
    text
}

/// Past the test harness, which keeps what tests print.
fn say(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{line}");
}
