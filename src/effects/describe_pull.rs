//! A description in the body of a pull request, between its marks; what people wrote around it stays.

use super::{attempt::Attempt, error::EffectError, result::EffectResult};
use crate::{domain::ids::PullNumber, github::pulls::PullChange};

/// What stands between these is Seam's.
const BEGIN: &str = "<!-- seam:description:begin -->";
const END: &str = "<!-- seam:description:end -->";

pub(super) async fn perform(
    attempt: &Attempt<'_>,
    pull: PullNumber,
    description: &str,
) -> Result<EffectResult, EffectError> {
    let body = attempt.repository().pull(pull).await?.body.unwrap_or_default();
    attempt.looked();
    let described = put_into(&body, description);
    if described != body {
        let change = PullChange { body: Some(&described), ..PullChange::default() };
        attempt.write(attempt.repository().update_pull(pull, &change)).await?;
    }
    Ok(EffectResult::Described)
}

pub(super) async fn find(
    attempt: &Attempt<'_>,
    pull: PullNumber,
    description: &str,
) -> Result<Option<EffectResult>, EffectError> {
    let body = attempt.repository().pull(pull).await?.body.unwrap_or_default();
    Ok((put_into(&body, description) == body).then_some(EffectResult::Described))
}

/// The body with the description between its marks: in the place of an older one, else at the end. What the author wrote
/// stays as it is.
fn put_into(body: &str, description: &str) -> String {
    let section = format!("{BEGIN}\n{}\n{END}", description.trim());
    let place = body.find(BEGIN).and_then(|start| {
        let end = body[start..].find(END)? + start + END.len();
        Some((start, end))
    });
    match place {
        Some((start, end)) => format!("{}{section}{}", &body[..start], &body[end..]),
        None if body.trim().is_empty() => section,
        None => format!("{}\n\n{section}", body.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_author_wrote_stays() {
        let first = put_into("Hello.\n", "one");
        assert_eq!(first, format!("Hello.\n\n{BEGIN}\none\n{END}"));
        assert_eq!(put_into(&format!("{first}\n\nBye."), "two"), format!("Hello.\n\n{BEGIN}\ntwo\n{END}\n\nBye."));
        assert_eq!(put_into("", "one"), format!("{BEGIN}\none\n{END}"));
        let torn = format!("{BEGIN} torn");
        assert_eq!(put_into(&torn, "one"), format!("{torn}\n\n{BEGIN}\none\n{END}"));
    }
}
