//! Several things at the same time.

use tokio::task::JoinSet;

use crate::caller::Answer;

/// Sends all of `requests` at once; the answers come in the order in which they were ready.
pub async fn together<F>(requests: impl IntoIterator<Item = F>) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    all_of(requests).await
}

/// Does all of `work` at once; what came of it, in the order in which it was ready.
pub async fn all_of<F>(work: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    work.into_iter().collect::<JoinSet<_>>().join_all().await
}

/// How many of `answers` have `status`.
pub fn with_status(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}
