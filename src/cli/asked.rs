//! The language model that a command on a work tree may ask: that of whoever sits at the terminal, by variables, and never from a
//! file, which could be the repository's.

use std::sync::Arc;

use anyhow::Context as _;
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

use crate::{
    config::llm_settings::LlmSettings,
    github::client::install_crypto_provider,
    llm::{blocking::BlockingModel, connected::ConnectedModel},
};

pub(super) struct Asked {
    pub(super) model: BlockingModel,
    /// What its connections live on.
    _runtime: Runtime,
}

/// `None` where none is named.
pub(super) fn model() -> anyhow::Result<Option<Asked>> {
    let Some(settings) = LlmSettings::of_environment()? else { return Ok(None) };
    install_crypto_provider();
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let model = ConnectedModel::new(&settings).context("the language model cannot be used")?;
    let model = BlockingModel::new(Arc::new(model), runtime.handle().clone(), CancellationToken::new());
    Ok(Some(Asked { model, _runtime: runtime }))
}
