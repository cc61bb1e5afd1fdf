//! Several requests at the same time.

use tokio::task::JoinSet;

use crate::caller::Answer;

/// Sends all of `requests` at once; the answers come in the order in which they were ready.
pub async fn together<F>(requests: impl IntoIterator<Item = F>) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    requests.into_iter().collect::<JoinSet<_>>().join_all().await
}

/// How many of `answers` have `status`.
pub fn with_status(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}
