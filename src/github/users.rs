//! People, organisations and bots, as they stand in answers.

use serde::Deserialize;

use crate::domain::ids::AccountId;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct User {
    pub id: AccountId,
    /// A bot's ends in `[bot]` here.
    pub login: String,
    #[serde(rename = "type", default)]
    pub kind: String,
}

impl User {
    pub fn is_bot(&self) -> bool {
        self.kind == "Bot"
    }

    pub fn is_organization(&self) -> bool {
        self.kind == "Organization"
    }
}
