//! Answers that were read before, by their full address, until they are asked for again: GitHub says
//! 304 to who knows the present one, and does not count it against the limit.
//!
//! A kept answer is only ever given out after GitHub confirmed it for the token of that moment. To
//! GitHub an `ETag` is one token's: after a new token the first read of each address is a whole one.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use reqwest::header::HeaderValue;
use url::Url;

/// The most answers.
const ANSWERS_MAX: usize = 128;
/// The largest answer that is kept, in bytes.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// The most bytes of all answers together.
const BYTES_MAX: usize = 4 * 1024 * 1024;
/// The longest `ETag`, in bytes. GitHub's are some 70.
const ETAG_BYTES_MAX: usize = 256;

/// The body of an answer of status 200, and what GitHub calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptAnswer {
    pub(crate) etag: HeaderValue,
    pub(crate) body: Bytes,
}

/// The answers of one process, within limits; the one not asked for the longest makes room.
#[derive(Debug, Default)]
pub(crate) struct KeptAnswers(Mutex<VecDeque<(Url, KeptAnswer)>>);

impl KeptAnswers {
    /// The answer of `url`, which then is the last to make room.
    pub(crate) fn find(&self, url: &Url) -> Option<KeptAnswer> {
        let mut all = self.lock();
        let (url, answer) = take(&mut all, url)?;
        all.push_back((url, answer.clone()));
        Some(answer)
    }

    /// Keeps `answer` for `url` in place of an older one.
    pub(crate) fn keep(&self, url: &Url, answer: KeptAnswer) {
        let mut all = self.lock();
        take(&mut all, url);
        if answer.body.len() > ANSWER_BYTES_MAX || answer.etag.len() > ETAG_BYTES_MAX {
            return;
        }
        all.push_back((url.clone(), answer));
        while all.len() > ANSWERS_MAX || bytes(&all) > BYTES_MAX {
            all.pop_front();
        }
    }

    /// Forgets what is no longer ours to see.
    pub(crate) fn forget(&self, url: &Url) {
        take(&mut self.lock(), url);
    }

    // Every change is one step, so a panic leaves nothing half done.
    fn lock(&self) -> MutexGuard<'_, VecDeque<(Url, KeptAnswer)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take(all: &mut VecDeque<(Url, KeptAnswer)>, url: &Url) -> Option<(Url, KeptAnswer)> {
    let place = all.iter().position(|(known, _)| known == url)?;
    all.remove(place)
}

fn bytes(all: &VecDeque<(Url, KeptAnswer)>) -> usize {
    all.iter().map(|(_, answer)| answer.body.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(name: &str) -> Url {
        format!("https://api.github.com/repos/acme/{name}").parse().unwrap()
    }

    fn answer(body: impl Into<Bytes>) -> KeptAnswer {
        KeptAnswer { etag: HeaderValue::from_static("\"a\""), body: body.into() }
    }

    #[test]
    fn an_answer_is_kept_for_its_address_until_it_is_forgotten() {
        let kept = KeptAnswers::default();
        kept.keep(&url("ws"), answer("old"));
        kept.keep(&url("ws"), answer("new"));

        assert_eq!(kept.find(&url("ws")), Some(answer("new")));
        for other in ["other", "ws?page=2", "ws/", "WS"] {
            assert_eq!(kept.find(&url(other)), None, "{other}");
        }
        kept.forget(&url("ws"));
        assert_eq!(kept.find(&url("ws")), None);
    }

    #[test]
    fn the_answer_not_asked_for_the_longest_makes_room() {
        let kept = KeptAnswers::default();
        for number in 0..ANSWERS_MAX {
            kept.keep(&url(&number.to_string()), answer("x"));
        }
        assert!(kept.find(&url("0")).is_some());

        kept.keep(&url("one more"), answer("x"));

        let found = ["0", "1", "2", "one more"].map(|name| kept.find(&url(name)).is_some());
        assert_eq!(found, [true, false, true, true]);
    }

    #[test]
    fn all_answers_together_have_a_limit_and_a_large_one_is_not_kept_at_all() {
        let kept = KeptAnswers::default();
        let large = answer(vec![0; ANSWER_BYTES_MAX]);
        for number in 0..=BYTES_MAX / ANSWER_BYTES_MAX {
            kept.keep(&url(&number.to_string()), large.clone());
        }
        assert_eq!(["0", "1"].map(|name| kept.find(&url(name)).is_some()), [false, true]);

        kept.keep(&url("1"), answer(vec![0; ANSWER_BYTES_MAX + 1]));
        assert_eq!(kept.find(&url("1")), None);
    }
}
