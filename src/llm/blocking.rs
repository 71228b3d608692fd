//! A model that is asked from a thread that may wait.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::{runtime::Handle, time::sleep};
use tokio_util::sync::CancellationToken;

use super::model::{Answer, Model, ModelError, Question};

/// Between two tries where the provider says nothing else, and at most.
const PAUSE: Duration = Duration::from_secs(2);
const MAX_PAUSE: Duration = Duration::from_secs(30);

pub struct BlockingModel {
    model: Arc<dyn Model>,
    /// Of many threads: the one that asks drives nothing.
    runtime: Handle,
    /// Nobody waits for the answer any more.
    cancellation: CancellationToken,
    failure: OnceLock<String>,
}

impl BlockingModel {
    pub fn new(model: Arc<dyn Model>, runtime: Handle, cancellation: CancellationToken) -> Self {
        Self { model, runtime, cancellation, failure: OnceLock::new() }
    }

    pub fn name(&self) -> &str {
        self.model.name()
    }

    /// The first question that came to nothing, in the provider's words: for whoever configured it, and nobody else.
    pub fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    /// Asks, and once more where that may help. `accept` says what is wrong with an answer of the right shape.
    ///
    /// # Errors
    /// That of the last try.
    pub fn answer<T>(
        &self,
        question: &Question,
        accept: impl Fn(&Answer) -> Result<T, String>,
    ) -> Result<T, ModelError> {
        let answer = self.runtime.block_on(async {
            tokio::select! {
                answer = self.twice(question, accept) => answer,
                () = self.cancellation.cancelled() => Err(ModelError::Refused("nobody waits for it any more".to_owned())),
            }
        });
        if let Err(error) = &answer {
            tracing::warn!(model = self.name(), %error, "a model was asked in vain");
            self.failure.get_or_init(|| error.to_string());
        }
        answer
    }

    async fn twice<T>(
        &self,
        question: &Question,
        accept: impl Fn(&Answer) -> Result<T, String>,
    ) -> Result<T, ModelError> {
        let once = async |question: Question| {
            let answer = self.model.answer(question).await?;
            accept(&answer).map_err(ModelError::BadAnswer)
        };
        match once(question.clone()).await {
            Err(ModelError::Unavailable { after, .. }) => {
                sleep(after.unwrap_or(PAUSE).min(MAX_PAUSE)).await;
                once(question.clone()).await
            }
            Err(ModelError::BadAnswer(what)) => {
                let prompt = format!("{}\n\nYour last answer was not as asked: {what}", question.prompt);
                once(Question { prompt, ..question.clone() }).await
            }
            done => done,
        }
    }
}
