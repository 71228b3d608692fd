//! Reads one value of the operator's, whatever it came from.

use secrecy::ExposeSecret as _;
use url::Url;

use super::sources::{Found, Name, SettingsError, Sources};

pub(super) fn text(found: &Found) -> &str {
    found.value.expose_secret().trim()
}

/// A value that is no secret: an error shows it.
pub(super) fn parsed<T>(
    sources: &Sources<'_>,
    name: Name,
    remedy: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, SettingsError> {
    let Some(found) = sources.find(name) else { return Ok(None) };
    match parse(text(&found)) {
        Some(value) => Ok(Some(value)),
        None => Err(SettingsError::new(&found.place, format!("{:?} is not understood", text(&found)), remedy)),
    }
}

/// An `http` or `https` URL without user, query and fragment; a slash at the end of its path is dropped.
pub(super) fn url(sources: &Sources<'_>, name: Name) -> Result<Option<Url>, SettingsError> {
    parsed(sources, name, "write a URL, as in https://seam.example.com", |text| {
        let mut url = Url::parse(text).ok()?;
        let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        if !matches!(url.scheme(), "http" | "https") || !plain || url.fragment().is_some() || url.host_str().is_none() {
            return None;
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Some(url)
    })
}
