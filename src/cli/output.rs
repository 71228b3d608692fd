//! Standard output and standard error of commands.

use std::{
    fmt::Display,
    io::{ErrorKind, Write as _},
};

use anyhow::Context as _;

/// Writes to standard output. A reader that has seen enough, as in `seam review | head`, is no error.
pub(super) fn write(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("the output cannot be written"),
        _ => Ok(()),
    }
}

/// One line each on standard error.
pub(super) fn tell(lines: &[impl Display]) {
    for line in lines {
        // Nobody is left to be told when standard error is closed.
        let _ = writeln!(anstream::stderr(), "seam: {line}");
    }
}
