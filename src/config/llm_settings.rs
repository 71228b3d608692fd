//! The language model, where one is given.

use secrecy::SecretString;
use url::Url;

use super::{
    sources::{Flags, SettingsError, Sources},
    values::{parsed, url},
    variables::{LLM_API_KEY, LLM_BASE_URL, LLM_MODEL, LLM_PROVIDER},
};

/// The one-provider short form.
#[derive(Clone, Debug)]
pub struct LlmSettings {
    /// `SEAM_LLM_PROVIDER`
    pub provider: LlmProvider,
    /// `SEAM_LLM_MODEL`
    pub model: String,
    /// `SEAM_LLM_API_KEY`; a server on this machine may need none.
    pub api_key: Option<SecretString>,
    /// `SEAM_LLM_BASE_URL`, without a slash at the end of its path.
    pub base_url: Url,
}

/// Whose protocol is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LlmProvider {
    /// And every server that speaks its protocol, at another address.
    OpenAi,
    /// OpenAI's protocol at a resource's own address, which ends in `/openai/v1`.
    Azure,
    Anthropic,
    Gemini,
    /// By OpenAI's protocol: the native one drops the shape of an answer.
    Ollama,
    /// With a key of Bedrock's own, at a region's address.
    Bedrock,
}

impl LlmProvider {
    pub const ALL: [Self; 6] = [Self::OpenAi, Self::Azure, Self::Anthropic, Self::Gemini, Self::Ollama, Self::Bedrock];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Azure => "azure",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Ollama => "ollama",
            Self::Bedrock => "bedrock",
        }
    }

    /// Where it is asked, when nobody said otherwise.
    const fn base_url(self) -> Result<&'static str, &'static str> {
        match self {
            Self::OpenAi => Ok("https://api.openai.com/v1"),
            Self::Anthropic => Ok("https://api.anthropic.com/v1"),
            Self::Gemini => Ok("https://generativelanguage.googleapis.com/v1beta"),
            Self::Ollama => Ok("http://localhost:11434/v1"),
            Self::Azure => Err("give the resource's address, as in https://NAME.openai.azure.com/openai/v1"),
            Self::Bedrock => Err("give the region's address, as in https://bedrock-runtime.eu-central-1.amazonaws.com"),
        }
    }
}

impl LlmSettings {
    /// Those of this process alone, for a command that needs no server's.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place and what to do.
    pub fn of_environment() -> Result<Option<Self>, SettingsError> {
        // A file would be that of whatever folder somebody stands in, perhaps a stranger's.
        read(&Sources::without_file(&Flags::default(), &|name| std::env::var(name).ok()))
    }
}

pub(super) fn read(sources: &Sources<'_>) -> Result<Option<LlmSettings>, SettingsError> {
    let known = LlmProvider::ALL.map(LlmProvider::as_str).join(", ");
    let remedy = format!("write one of {known}; openai with SEAM_LLM_BASE_URL for any other that speaks its protocol");
    let provider = parsed(sources, LLM_PROVIDER, &remedy, |text| {
        LlmProvider::ALL.into_iter().find(|provider| provider.as_str() == text)
    })?;
    let Some(provider) = provider else {
        if let Some(found) = [LLM_MODEL, LLM_API_KEY, LLM_BASE_URL].into_iter().find_map(|name| sources.find(name)) {
            let problem = "is given, but no provider";
            return Err(SettingsError::new(&found.place, problem, "give SEAM_LLM_PROVIDER as well, or leave it out"));
        }
        return Ok(None);
    };
    let missing = |name: &str, remedy: &str| {
        SettingsError::new(name, format!("is not given, and {} needs it", provider.as_str()), remedy)
    };
    // What stands before `::` would be taken for a provider.
    let model = parsed(sources, LLM_MODEL, "write the name without ::", |text| {
        (!text.contains("::")).then(|| text.to_owned())
    })?;
    let Some(model) = model else {
        return Err(missing(LLM_MODEL.variable, "give the model's name as its provider writes it"));
    };
    let own = url(sources, LLM_BASE_URL)?;
    let api_key = sources.find(LLM_API_KEY).map(|found| found.value);
    // Whoever runs an own server may have left it open.
    let is_own = provider == LlmProvider::Ollama || (provider == LlmProvider::OpenAi && own.is_some());
    if api_key.is_none() && !is_own {
        return Err(missing(LLM_API_KEY.variable, "give the key that the provider made"));
    }
    let base_url = match (own, provider.base_url()) {
        (Some(url), _) => url,
        (None, Ok(url)) => Url::parse(url).expect("a constant URL"),
        (None, Err(remedy)) => return Err(missing(LLM_BASE_URL.variable, remedy)),
    };
    Ok(Some(LlmSettings { provider, model, api_key, base_url }))
}
