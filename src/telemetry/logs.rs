//! Logs go to standard error, so that standard output stays free for what a command prints.

use std::{io::IsTerminal as _, panic};

use tracing_subscriber::{EnvFilter, filter::ParseError, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// A level, or a filter in `tracing`'s syntax: `seam=debug,info`. `None`: what suits the command.
    pub filter: Option<String>,
    pub format: Format,
}

impl Format {
    /// Text on a terminal, JSON for a collector of logs.
    pub fn of_stderr() -> Self {
        if std::io::stderr().is_terminal() { Self::Text } else { Self::Json }
    }
}

/// Whether a text is a filter that [`init`] can use.
pub fn check_filter(filter: &str) -> Result<(), ParseError> {
    EnvFilter::builder().parse(filter).map(|_| ())
}

/// Starts logging for this process, panics included; `usual` is the filter where the operator gave none. A second call
/// changes nothing.
///
/// # Errors
/// When the filter cannot be understood.
pub fn init(options: &Options, usual: &str) -> Result<(), ParseError> {
    let filter = EnvFilter::builder().parse(options.filter.as_deref().unwrap_or(usual))?;
    let registry = tracing_subscriber::registry().with(filter);
    let started = match options.format {
        Format::Text => {
            let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            registry.with(fmt::layer().with_writer(std::io::stderr).with_ansi(colour)).try_init()
        }
        Format::Json => registry.with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr)).try_init(),
    };
    if started.is_ok() {
        panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(place, "panic: {}", panic.payload_as_str().unwrap_or("no message"));
        }));
    }
    Ok(())
}
