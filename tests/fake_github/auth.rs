//! Who asks: App JWTs are really verified, installation tokens really expire, and nobody reaches what was not granted.

use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{
    answer::Answer,
    key::app_key,
    model::{
        app::{Installation, Level, Permissions, Token},
        world::World,
    },
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Actor {
    Nobody,
    /// By its JWT.
    App,
    /// By an installation token.
    Installation {
        token: String,
    },
}

/// What a route asks of the one who calls it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Needs {
    Nothing,
    /// The App's JWT.
    Jwt,
    /// An installation token, whatever it may do.
    Token,
    /// An installation token with these permissions on `{owner}/{repo}`, written as GitHub's
    /// `X-Accepted-GitHub-Permissions`: `a=read,b=write; c=write` (`,` is and, `;` is or).
    Permissions(&'static str),
}

/// Reads the `Authorization` header.
pub(crate) fn authenticate(world: &World, authorization: Option<&str>) -> Result<Actor, Answer> {
    let Some(authorization) = authorization else { return Ok(Actor::Nobody) };
    let (scheme, secret) = authorization.split_once(' ').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") && !scheme.eq_ignore_ascii_case("token") {
        return Err(Answer::error(401, "Bad credentials"));
    }
    if secret.starts_with("ghs_") {
        return match world.tokens.get(secret) {
            Some(token) if token.expires_at > world.now() => Ok(Actor::Installation { token: secret.to_owned() }),
            _ => Err(Answer::error(401, "Bad credentials")),
        };
    }
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Answer::error(401, "Bad credentials"));
    }
    verify_jwt(world, secret).map(|()| Actor::App)
}

/// The rules of <https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app>.
fn verify_jwt(world: &World, jwt: &str) -> Result<(), Answer> {
    let Some(app) = &world.app else { return Err(Answer::error(404, "Integration not found")) };
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let claims = jsonwebtoken::decode::<Value>(jwt, &DecodingKey::from_rsa_der(&app_key().public), &validation)
        .map_err(|_| Answer::error(401, "A JSON web token could not be decoded"))?
        .claims;
    let now = world.now().timestamp();
    let time = "must be a numeric value representing the future time at which the assertion expires";
    match claims["exp"].as_i64() {
        Some(exp) if exp > now && exp <= now + 600 => {}
        Some(exp) if exp > now => {
            return Err(Answer::error(401, "'Expiration time' claim ('exp') is too far in the future"));
        }
        _ => return Err(Answer::error(401, &format!("'Expiration time' claim ('exp') {time}"))),
    }
    if claims["iat"].as_i64().is_none_or(|iat| iat > now) {
        let why = "must be an Integer representing the time that the assertion was issued";
        return Err(Answer::error(401, &format!("'Issued at' claim ('iat') {why}")));
    }
    let issuer = claims["iss"].as_str().map_or_else(|| claims["iss"].to_string(), str::to_owned);
    if issuer == app.client_id || issuer == app.id.to_string() {
        Ok(())
    } else {
        Err(Answer::error(404, "Integration not found"))
    }
}

/// Whether the actor may call a route with these needs on this repository.
pub(crate) fn authorize(world: &World, actor: &Actor, needs: Needs, repository: Option<i64>) -> Result<(), Answer> {
    match (needs, actor) {
        (Needs::Nothing, _) | (Needs::Jwt, Actor::App) => Ok(()),
        (Needs::Jwt, _) => Err(Answer::error(401, "A JSON web token could not be decoded")),
        (_, Actor::Installation { token }) => {
            let token = &world.tokens[token];
            not_suspended(&world.installations[&token.installation])?;
            let Needs::Permissions(accepted) = needs else { return Ok(()) };
            if repository.is_some_and(|repository| !world.reaches(token, repository)) {
                return Err(Answer::not_found());
            }
            if allows(&token.permissions, accepted) {
                return Ok(());
            }
            Err(Answer::error(403, "Resource not accessible by integration")
                .with("x-accepted-github-permissions", accepted))
        }
        (_, Actor::App) => Err(Answer::error(
            403,
            "You must authenticate with an installation access token in order to list repositories for an installation.",
        )),
        (_, Actor::Nobody) => Err(Answer::error(401, "Requires authentication")),
    }
}

pub(crate) fn not_suspended(installation: &Installation) -> Result<(), Answer> {
    match installation.suspended {
        Some(_) => Err(Answer::error(403, "This installation has been suspended")),
        None => Ok(()),
    }
}

/// `accepted` as in [`Needs::Permissions`]. Everybody has `metadata=read`.
fn allows(granted: &Permissions, accepted: &str) -> bool {
    accepted.split(';').any(|all| {
        all.split(',').all(|one| {
            let (name, level) = one.trim().split_once('=').expect("a route writes name=level");
            let level = Level::parse(level).expect("a route writes read or write");
            (name, level) == ("metadata", Level::Read) || granted.get(name).is_some_and(|has| *has >= level)
        })
    })
}

/// A new installation token in the long format: `ghs_APPID_` and a JWT, about 520 characters.
pub(crate) fn mint(world: &mut World, token: Token) -> String {
    let serial = world.new_id();
    let app = world.app.as_ref().map_or(0, |app| app.id);
    let part = |value: &str| BASE64_URL_SAFE_NO_PAD.encode(value);
    let claims = format!(r#"{{"iss":"the fake GitHub","installation":{},"serial":{serial:08}}}"#, token.installation);
    let signature: Vec<u8> = (0..256).map(|index| (serial.wrapping_mul(31 + index) % 251) as u8).collect();
    let text = format!(
        "ghs_{app}_{}.{}.{}",
        part(r#"{"alg":"RS256","typ":"JWT","kid":"not-a-key"}"#),
        part(&claims),
        BASE64_URL_SAFE_NO_PAD.encode(signature)
    );
    world.tokens.insert(text.clone(), token);
    text
}

/// Installation tokens live for an hour.
pub(crate) fn lifetime() -> TimeDelta {
    TimeDelta::hours(1)
}
