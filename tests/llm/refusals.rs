//! What a model cannot, or does not, answer.

use std::time::Duration;

use seam::{config::llm_settings::LlmProvider, llm::model::ModelError};

use super::{FakeModel, ask};

async fn refusal(set: impl FnOnce(&FakeModel)) -> ModelError {
    let fake = FakeModel::start().await;
    set(&fake);
    ask(&fake, LlmProvider::OpenAi).await.unwrap_err()
}

#[tokio::test]
async fn what_may_pass_is_told_from_what_does_not() {
    let mut told = Vec::new();
    for (status, headers) in [
        (401, &[][..]),
        (404, &[]),
        (413, &[]),
        (429, &[("retry-after", "7")]),
        (500, &[]),
        (503, &[("retry-after", "1")]),
    ] {
        told.push(
            refusal(|fake| {
                fake.refuses(status, headers);
            })
            .await
            .to_string(),
        );
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    the model refused the question: 401 Unauthorized: {"error":{"message":"not like this"}}
    the model refused the question: 404 Not Found: {"error":{"message":"not like this"}}
    the model refused the question: 413 Payload Too Large: {"error":{"message":"not like this"}}
    the model cannot answer now: 429 Too Many Requests: {"error":{"message":"not like this"}}
    the model cannot answer now: 500 Internal Server Error: {"error":{"message":"not like this"}}
    the model cannot answer now: 503 Service Unavailable: {"error":{"message":"not like this"}}
    "#);
    let busy = refusal(|fake| {
        fake.refuses(429, &[("retry-after", "7")]);
    })
    .await;
    assert!(matches!(busy, ModelError::Unavailable { after: Some(after), .. } if after == Duration::from_secs(7)));
}

#[tokio::test]
async fn an_answer_of_another_shape_is_none() {
    let mut told = Vec::new();
    for text in ["red, I should think", r#"{"colour": "green"}"#, r#"{"color": "red"}"#, "[]", ""] {
        told.push(
            refusal(|fake| {
                fake.says(text);
            })
            .await
            .to_string(),
        );
    }
    told.push(
        refusal(|fake| {
            fake.babbles();
        })
        .await
        .to_string(),
    );
    insta::assert_snapshot!(told.join("\n"), @r#"
    the model's answer was not as asked: it is no JSON (expected value at line 1 column 1)
    the model's answer was not as asked: value is not one of "red" or "blue" in it
    the model's answer was not as asked: Additional properties are not allowed ('color' was unexpected) in it
    the model's answer was not as asked: value is not of type "object" in it
    the model's answer was not as asked: it is no JSON (EOF while parsing a value at line 1 column 0)
    the model's answer was not as asked: its server answered with something else than JSON
    "#);
}

#[tokio::test]
async fn words_around_it_are_no_harm() {
    let answer = r#"{"colour": "blue"}"#;
    for text in [format!("```json\n{answer}\n```"), format!("<think>Red? No.</think>\nHere it is: {answer}")] {
        let fake = FakeModel::start().await;
        fake.says(text);
        assert_eq!(ask(&fake, LlmProvider::OpenAi).await.unwrap().value["colour"], "blue");
    }
}

#[tokio::test]
async fn what_is_too_long_is_not_read() {
    let long = refusal(|fake| {
        fake.says(format!("{{\"colour\": \"{}\"}}", "x".repeat(300_000)));
    });
    insta::assert_snapshot!(long.await, @"the model's answer was not as asked: it is longer than 262144 bytes");
    let cut = refusal(|fake| {
        fake.breaks_off("{\"colour\": \"re");
    });
    insta::assert_snapshot!(cut.await, @"the model refused the question: its answer is longer than it may be; take a model that thinks less");
}

#[tokio::test]
async fn a_server_that_echoes_the_key_is_not_repeated() {
    let echoed = refusal(|fake| {
        fake.echoes();
    });
    insta::assert_snapshot!(echoed.await, @"the model refused the question: 401 Unauthorized:  [2Jno  Bearer (the key)");
}

#[tokio::test]
async fn nobody_there_may_pass() {
    let mut gone = FakeModel::start().await;
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    gone.url = format!("http://{closed}");
    let error = ask(&gone, LlmProvider::OpenAi).await.unwrap_err();
    insta::assert_snapshot!(error, @"the model cannot answer now: it cannot be reached");
    assert!(matches!(error, ModelError::Unavailable { .. }));
}
