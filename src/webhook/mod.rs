//! Receives GitHub's webhooks: verify, understand, store, answer.
