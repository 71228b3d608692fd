//! The language model, where one is given.

use secrecy::SecretString;
use url::Url;

use super::{
    sources::{SettingsError, Sources},
    values::{text, url},
    variables::{LLM_API_KEY, LLM_BASE_URL, LLM_MODEL, LLM_PROVIDER},
};

/// The one-provider short form.
#[derive(Clone, Debug)]
pub struct LlmSettings {
    pub provider: String,
    pub model: Option<String>,
    pub api_key: Option<SecretString>,
    pub base_url: Option<Url>,
}

pub(super) fn read(sources: &Sources<'_>) -> Result<Option<LlmSettings>, SettingsError> {
    let Some(provider) = sources.find(LLM_PROVIDER) else {
        if let Some(found) = [LLM_MODEL, LLM_API_KEY, LLM_BASE_URL].into_iter().find_map(|name| sources.find(name)) {
            let problem = "is given, but no provider";
            return Err(SettingsError::new(&found.place, problem, "give SEAM_LLM_PROVIDER as well, or leave it out"));
        }
        return Ok(None);
    };
    Ok(Some(LlmSettings {
        provider: text(&provider).to_owned(),
        model: sources.find(LLM_MODEL).map(|found| text(&found).to_owned()),
        api_key: sources.find(LLM_API_KEY).map(|found| found.value),
        base_url: url(sources, LLM_BASE_URL)?,
    }))
}
