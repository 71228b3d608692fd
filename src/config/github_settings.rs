//! Which GitHub, and as which App.

use std::{fs, io::Read as _};

use secrecy::SecretString;
use url::Url;

use super::{
    sources::{Found, SettingsError, Sources},
    values::{parsed, text, url},
    variables::{API_URL, APP_ID, PREVIOUS_WEBHOOK_SECRET, PRIVATE_KEY, WEB_URL, WEBHOOK_SECRET},
};

#[derive(Clone, Debug)]
pub struct GitHubSettings {
    /// `SEAM_GITHUB_APP_ID` with `SEAM_GITHUB_PRIVATE_KEY`; `None`: from set-up.
    pub app: Option<AppSettings>,
    /// `SEAM_GITHUB_WEBHOOK_SECRET`; `None`: from set-up.
    pub webhook_secret: Option<SecretString>,
    /// `SEAM_GITHUB_WEBHOOK_SECRET_PREVIOUS`: accepted as well while the secret is being changed.
    pub previous_webhook_secret: Option<SecretString>,
    /// `SEAM_GITHUB_API_URL`, without a slash at the end of its path.
    pub api_url: Url,
    /// `SEAM_GITHUB_URL`, without a slash at the end of its path.
    pub web_url: Url,
}

#[derive(Clone, Debug)]
pub struct AppSettings {
    pub app_id: i64,
    /// PEM text.
    pub private_key: SecretString,
}

pub(super) fn read(sources: &Sources<'_>) -> Result<GitHubSettings, SettingsError> {
    let web_url = match url(sources, WEB_URL)? {
        Some(url) => url,
        None => Url::parse("https://github.com").expect("a constant URL"),
    };
    let api_url = match url(sources, API_URL)? {
        Some(url) => url,
        None => api_of(&web_url),
    };
    let app_id = parsed(sources, APP_ID, "write the number that the App's page shows as App ID", |text| {
        text.parse::<i64>().ok().filter(|id| *id > 0)
    })?;
    let private_key = sources.find(PRIVATE_KEY).map(|found| private_key(&found)).transpose()?;
    let app = match (app_id, private_key) {
        (Some(app_id), Some(private_key)) => Some(AppSettings { app_id, private_key }),
        (None, None) => None,
        (given, _) => {
            let (there, missing) = if given.is_some() { (APP_ID, PRIVATE_KEY) } else { (PRIVATE_KEY, APP_ID) };
            let problem = format!("{} is given, but this is not", there.variable);
            return Err(SettingsError::new(
                missing.variable,
                problem,
                "give both, or neither and open the set-up page",
            ));
        }
    };
    Ok(GitHubSettings {
        app,
        webhook_secret: sources.find(WEBHOOK_SECRET).map(|found| found.value),
        previous_webhook_secret: sources.find(PREVIOUS_WEBHOOK_SECRET).map(|found| found.value),
        api_url,
        web_url,
    })
}

/// github.com and its data-residency hosts have the API on a host of its own, GitHub Enterprise Server under a path.
fn api_of(web_url: &Url) -> Url {
    let mut api = web_url.clone();
    let host = web_url.host_str().unwrap_or_default().to_owned();
    if host == "github.com" || host.ends_with(".ghe.com") {
        api.set_host(Some(&format!("api.{host}"))).expect("a host with a prefix is a host");
    } else {
        api.set_path(&format!("{}/api/v3", web_url.path().trim_end_matches('/')));
    }
    api
}

/// PEM text (also with `\n` written out, as some hosts of variables keep it), or the path of a file with it.
fn private_key(found: &Found) -> Result<SecretString, SettingsError> {
    let value = text(found);
    let pem = if value.starts_with("-----BEGIN") {
        value.replace("\\n", "\n")
    } else {
        let mut pem = String::new();
        let read = fs::File::open(value).and_then(|file| file.take(64 * 1024).read_to_string(&mut pem));
        if let Err(error) = read {
            // What stands there may be a key without its first line: it is not shown.
            let problem = format!("is neither PEM text nor the path of a readable file ({})", error.kind());
            return Err(SettingsError::new(&found.place, problem, "give the .pem file that GitHub made, or its text"));
        }
        pem
    };
    if !pem.contains("PRIVATE KEY-----") {
        let problem = "holds no private key";
        return Err(SettingsError::new(&found.place, problem, "give the .pem file that GitHub made, or its text"));
    }
    Ok(pem.into())
}
