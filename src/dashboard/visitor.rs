//! Who looks at a page. Pages of executions quote private code, so that they are shown to operators only: to who came
//! with the token that Seam printed, and to this very machine as long as nobody else can reach the server.

use std::net::SocketAddr;

use axum::{
    extract::ConnectInfo,
    http::{HeaderMap, header, request::Parts},
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use url::{Host, Url};
use uuid::Uuid;

use super::signed::Signer;
use crate::telemetry::clock::Clock;

const COOKIE: &str = "seam_session";
const SESSION_LASTS: TimeDelta = TimeDelta::hours(24);
/// Who passes a request on says so in one of these.
const FORWARDED: [&str; 6] =
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"];

/// One sign-in of an operator's browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session(pub Uuid);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visitor {
    /// Came with the printed token.
    Operator(Session),
    /// Sits at this machine, which serves nobody else.
    Local,
    Stranger,
}

impl Visitor {
    pub fn may_read(&self) -> bool {
        *self != Self::Stranger
    }
}

/// Tells visitors apart.
#[derive(Clone)]
pub struct Doorkeeper {
    signer: Signer,
    clock: Clock,
    public_url: Url,
}

impl Doorkeeper {
    pub fn new(signer: Signer, clock: Clock, public_url: Url) -> Self {
        Self { signer, clock, public_url }
    }

    /// The `Set-Cookie` of a new session.
    pub fn open(&self) -> String {
        let value = self.signer.sign(COOKIE, &Session(Uuid::new_v4()), self.clock.now() + SESSION_LASTS);
        let secure = if self.public_url.scheme() == "https" { "; Secure" } else { "" };
        // Lax, not Strict: GitHub leads back here.
        format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}", SESSION_LASTS.num_seconds())
    }

    /// `served_locally`: no address is known by which anybody else reaches this server.
    pub fn visitor(&self, parts: &Parts, served_locally: bool) -> Visitor {
        if let Some(session) = cookies(&parts.headers)
            .filter(|(name, _)| *name == COOKIE)
            .find_map(|(_, value)| self.signer.accept(COOKIE, value, self.clock.now()).ok())
        {
            return Visitor::Operator(session);
        }
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let from_here = peer.is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
        if served_locally && is_loopback(&self.public_url) && from_here && asks_for_this_machine(&parts.headers) {
            return Visitor::Local;
        }
        Visitor::Stranger
    }
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|header| header.to_str().ok());
    all.flat_map(|header| header.split(';')).filter_map(|cookie| cookie.trim().split_once('='))
}

/// The browser itself asked for `localhost`: nothing stands in between, and no page of another site points its own name here.
fn asks_for_this_machine(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let asked = Url::parse(&format!("http://{host}")).is_ok_and(|url| is_loopback(&url));
    asked && !FORWARDED.iter().any(|name| headers.contains_key(*name))
}

/// Whether only this machine can reach a URL.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use chrono::Utc;

    use super::*;

    fn visitor(public_url: &str, peer: &str, headers: &[(&str, &str)], served_locally: bool) -> Visitor {
        let url = Url::parse(public_url).unwrap();
        let keeper = Doorkeeper::new(Signer::new([1; 32]), Clock::manual(Utc::now()), url);
        let mut request = Request::get("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut parts = request.body(()).unwrap().into_parts().0;
        parts.extensions.insert(ConnectInfo(format!("{peer}:5000").parse::<SocketAddr>().unwrap()));
        keeper.visitor(&parts, served_locally)
    }

    #[test]
    fn the_machine_itself_is_trusted_only_where_it_serves_nobody_else() {
        let local = ("http://localhost:8080", "127.0.0.1", [("host", "localhost:8080")]);
        assert_eq!(visitor(local.0, local.1, &local.2, true), Visitor::Local);
        assert_eq!(visitor(local.0, "[::1]", &local.2, true), Visitor::Local);
        for (why, seen) in [
            ("another machine", visitor(local.0, "192.0.2.7", &local.2, true)),
            ("a public address", visitor("https://seam.example.com", local.1, &local.2, true)),
            ("an address from set-up", visitor(local.0, local.1, &local.2, false)),
            ("a name pointed here", visitor(local.0, local.1, &[("host", "evil.example.com")], true)),
            ("no name", visitor(local.0, local.1, &[], true)),
            ("passed on", visitor(local.0, local.1, &[local.2[0], ("x-forwarded-for", "192.0.2.7")], true)),
        ] {
            assert_eq!(seen, Visitor::Stranger, "{why}");
        }
    }

    #[test]
    fn a_cookie_is_an_operator_until_it_is_old() {
        let clock = Clock::manual(Utc::now());
        let url = Url::parse("https://seam.example.com").unwrap();
        let keeper = Doorkeeper::new(Signer::new([1; 32]), clock.clone(), url);
        let cookie = keeper.open();
        assert!(cookie.contains("; HttpOnly; SameSite=Lax;") && cookie.ends_with("; Secure"), "{cookie}");
        let cookie = cookie.split_once(';').unwrap().0;
        let request = Request::get("/").header("cookie", format!("a=b; {cookie}; {COOKIE}=forged"));
        let parts = request.body(()).unwrap().into_parts().0;
        assert!(matches!(keeper.visitor(&parts, false), Visitor::Operator(_)));
        clock.advance(SESSION_LASTS);
        assert_eq!(keeper.visitor(&parts, false), Visitor::Stranger);
    }
}
