//! Whether this machine can keep a program inside.

use std::{io::Write as _, sync::Once};

use seam::sandbox::runner::Sandbox;

/// The sandbox by the real program; `None`, and one line on the terminal, where the kernel has none.
pub(crate) fn sandbox() -> Option<Sandbox> {
    if let Err(why) = Sandbox::available() {
        static SAID: Once = Once::new();
        // Not `eprintln!`: the test harness would keep it to itself.
        SAID.call_once(|| drop(writeln!(std::io::stderr(), "note: tests of the sandbox did not run: {why}")));
        return None;
    }
    Some(Sandbox::by(env!("CARGO_BIN_EXE_seam")))
}
