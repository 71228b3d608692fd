//! What is about to be registered, for whom, and at which address: chosen on the set-up page, posted to GitHub, and
//! recognised when GitHub leads back.

use axum::http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::visitor::{Session, is_loopback};
use crate::config::app_manifest::AppManifest;

/// What GitHub allows.
const LONGEST_NAME: usize = 34;

/// The fields of the set-up page; an empty one counts as not given.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Choice {
    name: Option<String>,
    organization: Option<String>,
    address: Option<String>,
}

/// A choice that was looked at. Serialises to what the page shows.
#[derive(Debug, Serialize)]
pub(super) struct Registration {
    pub(super) name: String,
    /// Empty for the person's own account.
    pub(super) organization: String,
    /// Empty where there is none that GitHub could reach.
    pub(super) address: String,
    /// Why it cannot be registered like this, by field.
    pub(super) wrong: Wrong,
    #[serde(skip)]
    url: Option<Url>,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Wrong {
    pub(super) name: Option<&'static str>,
    pub(super) organization: Option<&'static str>,
    pub(super) address: Option<String>,
}

/// What GitHub gives back unchanged: it binds the answer to the browser that asked.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) session: Session,
    pub(super) address: Url,
    /// The operator knows that there is an App already.
    pub(super) again: bool,
}

impl State {
    pub(super) const PURPOSE: &str = "registration";
}

/// This server and its GitHub.
pub(super) struct Places<'a> {
    /// From the settings, or from an earlier set-up.
    pub(super) address: &'a Url,
    pub(super) github: &'a Url,
}

impl Registration {
    pub(super) fn new(choice: &Choice, places: &Places<'_>, headers: &HeaderMap, session: &Session) -> Self {
        let given =
            |field: &Option<String>| field.as_deref().map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned);
        let organization = given(&choice.organization).unwrap_or_default();
        // The form sends its own suggestion back, also when another owner was chosen.
        let name = given(&choice.name).filter(|name| *name != suggested_name(places.github, "", session));
        let name = name.unwrap_or_else(|| suggested_name(places.github, &organization, session));
        let unreachable = |url: &Url| is_loopback(url) && !is_loopback(places.github);
        let (address, url) = match given(&choice.address) {
            Some(text) => (text.clone(), server_address(&text)),
            None => {
                let guess = address_in(headers).filter(|_| unreachable(places.address));
                let url = guess.unwrap_or_else(|| places.address.clone());
                let url = Some(url).filter(|url| !unreachable(url));
                (url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned()).unwrap_or_default(), url)
            }
        };
        let mut wrong = Wrong::default();
        if name.chars().count() > LONGEST_NAME {
            wrong.name = Some("GitHub allows 34 characters at most.");
        }
        if !organization.is_empty() && !is_organization(&organization) {
            wrong.organization = Some("This is no name of an organisation: it has letters, digits and single hyphens.");
        }
        wrong.address = match &url {
            // Nobody has said anything yet.
            None if address.is_empty() => None,
            None => Some("Write the whole address, as in https://seam.example.com.".to_owned()),
            Some(url) if unreachable(url) => Some(format!(
                "{} cannot reach {} on this machine. Give the address by which it reaches this server from outside.",
                places.github.host_str().unwrap_or("GitHub"),
                url.host_str().unwrap_or_default(),
            )),
            Some(_) => None,
        };
        Self { name, organization, address, wrong, url }
    }

    /// `None` as long as something is wrong.
    pub(super) fn address(&self) -> Option<&Url> {
        self.url.as_ref().filter(|_| self.wrong == Wrong::default())
    }

    /// Where the manifest is posted.
    pub(super) fn action(&self, github: &Url, state: &str) -> String {
        let github = github.as_str().trim_end_matches('/');
        match self.organization.as_str() {
            "" => format!("{github}/settings/apps/new?state={state}"),
            organization => format!("{github}/organizations/{organization}/settings/apps/new?state={state}"),
        }
    }

    pub(super) fn manifest(&self, address: &Url) -> Value {
        let mut manifest = AppManifest::built_in().registration(address);
        manifest["name"] = self.name.as_str().into();
        manifest
    }
}

/// Names of Apps are unique on all of github.com; on a server of one's own the short one is free.
fn suggested_name(github: &Url, organization: &str, session: &Session) -> String {
    let name = &AppManifest::built_in().name;
    if github.host_str() != Some("github.com") {
        return name.clone();
    }
    let tail = match organization {
        "" => session.0.simple().to_string()[..6].to_owned(),
        organization => organization.to_owned(),
    };
    format!("{name} {tail}").chars().take(LONGEST_NAME).collect()
}

fn is_organization(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    name.len() <= 39 && !name.starts_with('-') && name.bytes().all(allowed)
}

fn server_address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    (matches!(url.scheme(), "http" | "https") && plain && url.host_str().is_some()).then_some(url)
}

/// The address that the browser used, as a suggestion: the person sees it before anything is done with it.
fn address_in(headers: &HeaderMap) -> Option<Url> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text("x-forwarded-host").or_else(|| text(header::HOST.as_str()))?;
    let scheme = text("x-forwarded-proto").filter(|scheme| *scheme == "https").unwrap_or("http");
    server_address(&format!("{scheme}://{host}")).filter(|url| !is_loopback(url) && url.path() == "/")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn registration(choice: Choice, address: &str, github: &str, host: &str) -> Registration {
        let (address, github) = (Url::parse(address).unwrap(), Url::parse(github).unwrap());
        let headers = HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]);
        let session = Session(Uuid::from_u128(0x1234_5678 << 96));
        Registration::new(&choice, &Places { address: &address, github: &github }, &headers, &session)
    }

    const GITHUB: &str = "https://github.com";
    const HERE: &str = "http://localhost:8080";

    #[test]
    fn an_address_that_github_cannot_reach_is_asked_for() {
        let local = registration(Choice::default(), HERE, GITHUB, "localhost:8080");
        assert_eq!((local.address(), local.address.as_str(), local.wrong.address.as_deref()), (None, "", None));
        let insisted = Choice { address: Some(HERE.to_owned()), ..Choice::default() };
        let local = registration(insisted, HERE, GITHUB, "localhost:8080");
        assert!(local.address().is_none());
        insta::assert_snapshot!(local.wrong.address.unwrap(), @"github.com cannot reach localhost on this machine. Give the address by which it reaches this server from outside.");
        let seen_from_outside = registration(Choice::default(), HERE, GITHUB, "seam.example.com");
        assert_eq!(seen_from_outside.address().unwrap().as_str(), "http://seam.example.com/");
        let settings_are_right = registration(Choice::default(), "https://a.example.com", GITHUB, "b.example.com");
        assert_eq!(settings_are_right.address().unwrap().as_str(), "https://a.example.com/");
        let both_on_this_machine = registration(Choice::default(), HERE, "http://127.0.0.1:9", "localhost:8080");
        assert!(both_on_this_machine.address().is_some());
    }

    #[test]
    fn it_is_posted_to_the_account_that_was_chosen() {
        let mine = registration(Choice::default(), "https://a.example.com", GITHUB, "x");
        assert_eq!(mine.action(&Url::parse(GITHUB).unwrap(), "S"), "https://github.com/settings/apps/new?state=S");
        assert_eq!(mine.name, "Seam 123456");
        let choice = Choice { organization: Some(" octo-org ".to_owned()), ..Choice::default() };
        let theirs = registration(choice, "https://a.example.com", "https://github.example.com", "x");
        assert_eq!(
            theirs.action(&Url::parse("https://github.example.com/").unwrap(), "S"),
            "https://github.example.com/organizations/octo-org/settings/apps/new?state=S"
        );
        assert_eq!(theirs.name, "Seam");
    }

    #[test]
    fn what_is_no_organisation_or_address_is_refused() {
        for organization in ["../settings", "a b", "a/b", "a?b", "-a", "é", &"a".repeat(40)] {
            let choice = Choice { organization: Some(organization.to_owned()), ..Choice::default() };
            assert!(registration(choice, "https://a.example.com", GITHUB, "x").address().is_none(), "{organization}");
        }
        for address in
            ["seam.example.com", "ftp://a", "https://a?b", "https://user@a", "javascript:alert(1)", "https://"]
        {
            let choice = Choice { address: Some(address.to_owned()), ..Choice::default() };
            assert!(registration(choice, "https://a.example.com", GITHUB, "x").address().is_none(), "{address}");
        }
    }
}
