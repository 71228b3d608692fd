//! What the operator decides: read once at the start from flags, the environment and `seam.toml` (in this order of
//! precedence), and passed on from there. Nothing else reads the environment.

use std::{
    net::SocketAddr,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    thread,
};

use secrecy::SecretString;
use url::Url;

use super::{
    github_settings::{self, GitHubSettings},
    llm_settings::{self, LlmSettings},
    sources::{Flags, SettingsError, Sources},
    split_check::{self, SplitCheck},
    values::{parsed, text, url},
    variables::{ALL, DATA_DIR, DATABASE_URL, LISTEN, LOG, LOG_FORMAT, MASTER_KEY, PUBLIC_URL, REDIS_URL, WORKERS},
};
use crate::telemetry::logs;

#[derive(Clone, Debug)]
pub struct Settings {
    /// `SEAM_LISTEN`
    pub listen: SocketAddr,
    /// `DATABASE_URL`; may hold a password.
    pub database_url: SecretString,
    /// `SEAM_DATA_DIR`
    pub data_dir: PathBuf,
    /// `SEAM_PUBLIC_URL`; port 0 stands for the port that the system gave.
    pub public_url: Url,
    /// `SEAM_WORKERS`
    pub workers: NonZeroUsize,
    /// `SEAM_MASTER_KEY`; `None`: the file `master.key` in the data dir.
    pub master_key: Option<SecretString>,
    pub github: GitHubSettings,
    pub log: logs::Options,
    /// `SEAM_REDIS_URL`
    pub redis_url: Option<SecretString>,
    pub llm: Option<LlmSettings>,
    /// What is run on the slices of a plan.
    pub split_check: Option<SplitCheck>,
}

impl Settings {
    /// Reads flags, the environment of this process, and `seam.toml`.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place and what to do.
    pub fn load(flags: &Flags) -> Result<Self, SettingsError> {
        Self::read(flags, &|name| std::env::var(name).ok())
    }

    /// As [`Settings::load`], with the environment given.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place and what to do.
    pub fn read(flags: &Flags, environment: &dyn Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let sources = Sources::read(flags, environment, &ALL)?;
        let listen = parsed(&sources, LISTEN, "write an address and a port, as in 127.0.0.1:8080", |text| {
            text.parse::<SocketAddr>().ok()
        })?
        .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
        let data_dir =
            sources.find(DATA_DIR).map_or_else(|| PathBuf::from("seam-data"), |found| PathBuf::from(text(&found)));
        let public_url = match url(&sources, PUBLIC_URL)? {
            Some(url) => url,
            None => Url::parse(&format!("http://localhost:{}", listen.port())).expect("a host and a port make a URL"),
        };
        let workers = parsed(&sources, WORKERS, "write a number from 1 to 1024, or leave it out", |text| {
            text.parse().ok().filter(|workers: &NonZeroUsize| workers.get() <= 1024)
        })?
        .unwrap_or_else(|| thread::available_parallelism().unwrap_or(NonZeroUsize::MIN));
        let database_url = database_url(&sources, &data_dir)?;
        Ok(Self {
            listen,
            split_check: split_check::read(&sources, &data_dir, &database_url)?,
            database_url,
            data_dir,
            public_url,
            workers,
            master_key: sources.find(MASTER_KEY).map(|found| found.value),
            github: github_settings::read(&sources)?,
            log: log(&sources)?,
            redis_url: sources.find(REDIS_URL).map(|found| found.value),
            llm: llm_settings::read(&sources)?,
        })
    }

    /// The address that the system gave, where port 0 asked for any.
    pub fn listening_on(&mut self, address: SocketAddr) {
        self.listen = address;
        if self.public_url.port() == Some(0) {
            self.public_url.set_port(Some(address.port())).expect("an http URL has a port");
        }
    }
}

fn database_url(sources: &Sources<'_>, data_dir: &Path) -> Result<SecretString, SettingsError> {
    let Some(found) = sources.find(DATABASE_URL) else {
        return Ok(format!("sqlite://{}", data_dir.join("seam.db").display()).into());
    };
    let value = text(&found);
    if !["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| value.starts_with(scheme)) {
        let problem = "its value is no database URL that Seam knows";
        return Err(SettingsError::new(&found.place, problem, "write sqlite://PATH or postgres://USER@HOST/DATABASE"));
    }
    let has_password = Url::parse(value).is_ok_and(|url| url.password().is_some());
    if found.place.starts_with("--") && has_password {
        let problem = "the URL holds a password, and every user of this machine can read a command line";
        return Err(SettingsError::new(&found.place, problem, "give it in DATABASE_URL or in seam.toml"));
    }
    Ok(value.into())
}

fn log(sources: &Sources<'_>) -> Result<logs::Options, SettingsError> {
    let filter =
        parsed(sources, LOG, "write error, warn, info, debug or trace, or a filter like seam=debug,info", |text| {
            logs::check_filter(text).ok().map(|()| text.to_owned())
        })?;
    let format = parsed(sources, LOG_FORMAT, "write text or json", |text| match text {
        "text" => Some(logs::Format::Text),
        "json" => Some(logs::Format::Json),
        _ => None,
    })?;
    Ok(logs::Options { filter, format: format.unwrap_or_else(logs::Format::of_stderr) })
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, fs};

    use secrecy::ExposeSecret as _;

    use super::*;

    fn read(flags: &Flags, environment: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let environment: HashMap<_, _> = environment.iter().copied().collect();
        Settings::read(flags, &|name| environment.get(name).map(|value| (*value).to_owned()))
    }

    fn refusal(environment: &[(&str, &str)]) -> String {
        read(&Flags::default(), environment).unwrap_err().to_string()
    }

    fn file(text: &str) -> (tempfile::TempDir, Flags) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seam.toml");
        fs::write(&path, text).unwrap();
        (folder, Flags { config: Some(path), ..Flags::default() })
    }

    #[test]
    fn with_nothing_given_the_defaults_of_the_contract_hold() {
        let settings = read(&Flags::default(), &[]).unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(settings.database_url.expose_secret(), "sqlite://seam-data/seam.db");
        assert_eq!(settings.public_url.as_str(), "http://localhost:8080/");
        assert_eq!(settings.github.api_url.as_str(), "https://api.github.com/");
        assert_eq!(settings.github.web_url.as_str(), "https://github.com/");
        assert!(settings.github.app.is_none() && settings.github.webhook_secret.is_none() && settings.llm.is_none());
        assert_eq!(settings.log.filter, None);
    }

    #[test]
    fn a_flag_goes_before_a_variable_before_the_file_before_the_default() {
        let (_folder, mut flags) = file("listen = \"0.0.0.0:3\"\nworkers = 3\n[log]\nfilter = \"warn\"\n");
        flags.listen = Some("0.0.0.0:1".to_owned());
        let settings = read(&flags, &[("SEAM_LISTEN", "0.0.0.0:2"), ("SEAM_WORKERS", "2"), ("SEAM_LOG", "")]).unwrap();
        assert_eq!(settings.listen.port(), 1);
        assert_eq!(settings.workers.get(), 2);
        assert_eq!(settings.log.filter.as_deref(), Some("warn"));
        assert_eq!(settings.public_url.as_str(), "http://localhost:1/");
    }

    #[test]
    fn the_api_belongs_to_the_web_address() {
        let api = |url| read(&Flags::default(), &[("SEAM_GITHUB_URL", url)]).unwrap().github.api_url.to_string();
        assert_eq!(api("https://github.example.com/"), "https://github.example.com/api/v3");
        assert_eq!(api("https://octo.ghe.com"), "https://api.octo.ghe.com/");
    }

    #[test]
    fn an_error_names_the_place_and_the_way_out() {
        insta::assert_snapshot!(refusal(&[("SEAM_LISTEN", "8080")]), @r#"SEAM_LISTEN: "8080" is not understood; write an address and a port, as in 127.0.0.1:8080"#);
        insta::assert_snapshot!(refusal(&[("SEAM_PUBLIC_URL", "seam.example.com")]), @r#"SEAM_PUBLIC_URL: "seam.example.com" is not understood; write a URL, as in https://seam.example.com"#);
        insta::assert_snapshot!(refusal(&[("SEAM_GITHUB_APP_ID", "7")]), @"SEAM_GITHUB_PRIVATE_KEY: SEAM_GITHUB_APP_ID is given, but this is not; give both, or neither and open the set-up page");
        insta::assert_snapshot!(refusal(&[("SEAM_LLM_MODEL", "x")]), @"SEAM_LLM_MODEL: is given, but no provider; give SEAM_LLM_PROVIDER as well, or leave it out");
        let llm = |rest: &[(&str, &str)]| refusal(&[rest, &[("SEAM_LLM_MODEL", "x")][..]].concat());
        insta::assert_snapshot!(llm(&[("SEAM_LLM_PROVIDER", "acme")]), @r#"SEAM_LLM_PROVIDER: "acme" is not understood; write one of openai, azure, anthropic, gemini, ollama, bedrock; openai with SEAM_LLM_BASE_URL for any other that speaks its protocol"#);
        insta::assert_snapshot!(refusal(&[("SEAM_LLM_PROVIDER", "openai")]), @"SEAM_LLM_MODEL: is not given, and openai needs it; give the model's name as its provider writes it");
        insta::assert_snapshot!(llm(&[("SEAM_LLM_PROVIDER", "anthropic")]), @"SEAM_LLM_API_KEY: is not given, and anthropic needs it; give the key that the provider made");
        insta::assert_snapshot!(llm(&[("SEAM_LLM_PROVIDER", "azure"), ("SEAM_LLM_API_KEY", "k")]), @"SEAM_LLM_BASE_URL: is not given, and azure needs it; give the resource's address, as in https://NAME.openai.azure.com/openai/v1");
        let own = [("SEAM_LLM_PROVIDER", "ollama"), ("SEAM_LLM_MODEL", "x")];
        assert!(read(&Flags::default(), &own).unwrap().llm.is_some());
        let (folder, flags) = file("[github]\n\nwebhok_secret = \"x\"\n");
        let error = read(&flags, &[]).unwrap_err().to_string().replace(folder.path().to_str().unwrap(), "");
        insta::assert_snapshot!(error, @"/seam.toml:3: the key github.webhok_secret is not known; did you mean github.webhook_secret?");
        let (folder, flags) = file("listen = \n");
        let error = read(&flags, &[]).unwrap_err().to_string().replace(folder.path().to_str().unwrap(), "");
        insta::assert_snapshot!(error, @"/seam.toml:1: not valid TOML (string values must be quoted, expected literal string); mend this line");
    }

    #[test]
    fn a_secret_is_in_no_error_and_in_no_debug_text() {
        let secret = ["not", "a", "key"].join("-");
        let environment = [("SEAM_GITHUB_APP_ID", "7"), ("SEAM_GITHUB_PRIVATE_KEY", secret.as_str())];
        assert!(!refusal(&environment).contains(&secret));
        assert!(!refusal(&[("DATABASE_URL", &format!("mysql://user:{secret}@host/db"))]).contains(&secret));
        let flags = Flags { database_url: Some(format!("postgres://user:{secret}@host/db")), ..Flags::default() };
        assert!(!read(&flags, &[]).unwrap_err().to_string().contains(&secret));
        let settings = read(&Flags::default(), &[("SEAM_GITHUB_WEBHOOK_SECRET", &secret)]).unwrap();
        assert!(!format!("{settings:?}").contains(&secret));
    }

    #[test]
    fn a_private_key_is_given_as_text_or_as_a_path() {
        let pem = format!("-----BEGIN RSA {key}-----\nAAAA\n-----END RSA {key}-----\n", key = "PRIVATE KEY");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.pem");
        fs::write(&path, &pem).unwrap();
        for given in [pem.trim(), &pem.replace('\n', "\\n"), path.to_str().unwrap()] {
            let settings =
                read(&Flags::default(), &[("SEAM_GITHUB_APP_ID", "7"), ("SEAM_GITHUB_PRIVATE_KEY", given)]).unwrap();
            let app = settings.github.app.unwrap();
            assert_eq!(app.private_key.expose_secret().trim(), pem.trim());
        }
    }
}
