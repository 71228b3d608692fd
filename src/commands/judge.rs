//! Whether a command runs. Pure: who asks and what holds in, a verdict out.

use super::{
    asked::{self, Misuse},
    parse::{Command, Form},
    registry::{self, Offer},
    spec::{Spec, Use},
};
use crate::config::policy::{Policy, Role};

/// Who wrote the command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asker {
    pub login: String,
    pub is_bot: bool,
    /// On the repository; `None` is nothing at all. Not asked of a bot.
    pub role: Option<Role>,
    /// Opened the pull request.
    pub is_author: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Run,
    /// Meant for somebody else, or not to be answered.
    NotOurs,
    /// Addressed to Seam, and not understood: a sentence.
    Misused(String),
    /// This person may not: a sentence.
    Denied(String),
}

/// `offers`: of the operator's workflows, all of them.
pub fn judge(command: &Command, asker: &Asker, policy: &Policy, offers: &[Offer]) -> Verdict {
    let is_addressed = command.form != Form::Bare;
    if asker.is_bot && !policy.commands.bots.contains_key(&asker.login) || !is_addressed && !policy.commands.bare {
        return Verdict::NotOurs;
    }
    match need(command, policy, offers) {
        Ok(need) if may(asker, policy, &need) => Verdict::Run,
        Ok(need) => Verdict::Denied(denial(asker, policy, &need)),
        Err(Misuse(sentence)) if is_addressed && !asker.is_bot => Verdict::Misused(sentence),
        Err(_) => Verdict::NotOurs,
    }
}

/// The offers that the repository of this policy takes.
pub fn enabled<'a>(offers: &'a [Offer], policy: &Policy) -> impl Iterator<Item = &'a Offer> {
    offers.iter().filter(|offer| policy.workflows.contains(&offer.workflow))
}

/// What one use of a command asks of whoever wants it.
pub struct Need {
    /// As in `describe apply`.
    pub name: String,
    pub role: Role,
    pub author: bool,
}

impl Need {
    pub fn of_use(spec: &Spec, way: &Use, policy: &Policy) -> Self {
        Self::of(way.name(spec), spec.name, way.role, way.author, policy)
    }

    pub fn of_offer(offer: &Offer, policy: &Policy) -> Self {
        Self::of(offer.command.clone(), &offer.command, offer.role, false, policy)
    }

    /// `commands.allow` names a use (`describe apply`) or a command with all its uses, and goes before what a command asks
    /// for by itself.
    fn of(name: String, command: &str, role: Role, author: bool, policy: &Policy) -> Self {
        let allow = &policy.commands.allow;
        match allow.get(&name).or_else(|| allow.get(command)) {
            Some(role) => Self { name, role: *role, author: false },
            None => Self { name, role, author },
        }
    }
}

pub fn may(asker: &Asker, policy: &Policy, need: &Need) -> bool {
    role_of(asker, policy) >= Some(need.role) || (need.author && asker.is_author)
}

fn need(command: &Command, policy: &Policy, offers: &[Offer]) -> Result<Need, Misuse> {
    if let Some(asked) = asked::read(command) {
        let asked = asked?;
        return Ok(Need::of_use(asked.spec, asked.way, policy));
    }
    let offered = || enabled(offers, policy);
    match offered().find(|offer| offer.command == command.name) {
        Some(offer) => Ok(Need::of_offer(offer, policy)),
        None => {
            let own = registry::ALL.into_iter().map(|spec| spec.name);
            Err(asked::unknown_command(command, own.chain(offered().map(|offer| offer.command.as_str()))))
        }
    }
}

fn role_of(asker: &Asker, policy: &Policy) -> Option<Role> {
    if asker.is_bot { policy.commands.bots.get(&asker.login).copied() } else { asker.role }
}

fn denial(asker: &Asker, policy: &Policy, need: &Need) -> String {
    let or_author = if need.author { ", or to have opened this pull request" } else { "" };
    let has = role_of(asker, policy).map_or("no", Role::as_str);
    format!(
        "`/{}` needs {} permission on this repository{or_author}; you have {has} permission.",
        need.name,
        need.role.as_str()
    )
}
