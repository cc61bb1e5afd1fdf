//! The table is restored to a moment in the middle of a case, after the case has come to its end.

use jiff::SignedDuration;
use local::invariants::promises::Promises;
use serde_json::Value;
use tests::restored::Restored;
use tests::story::Story;

use super::ending::{promised, sent};
use super::play::{Play, elsewhere};

/// More rounds than it takes until nothing is left to do; each is a minute.
const ROUNDS_MAX: usize = 40;

/// A session of the restored table, how many mails were asked for, and whether the newest had gone out.
struct Known {
    id: String,
    mails: u32,
    sent: bool,
}

/// What is wrong once the table is restored to its copy, and its jobs and the sweeper have gone on until
/// nothing is left.
pub(super) async fn restored_wrong(play: &Play) -> Vec<String> {
    let story = &play.stage.story;
    let restored = story.restored(&play.copy.items).await;
    let made_since = elsewhere(story) - play.copy.elsewhere;
    let known: Vec<_> = restored.items("CS").iter().map(known).collect();
    let before = sent(story);
    let mut wrong = run_dry(story, &restored).await;
    for (key, times) in sent(story) {
        let times_before = before.get(&key).copied().unwrap_or(0);
        let had_gone = known.iter().any(|it| it.sent && key == format!("{}-{}", it.id, it.mails));
        if times > times_before + usize::from(!had_gone) {
            wrong.push(format!("mail {key} went out {times_before} times, and then {times}"));
        }
    }
    let mut evidence = restored.evidence(story);
    // Whoever was invited after the moment is gone, and whatever mail was asked for after it.
    let is_known = |name: &str| known.iter().any(|it| name.contains(&it.id));
    evidence.github.repositories.retain(|it| is_known(&it.name));
    evidence.mails.retain(|mail| {
        let key = mail.content.tags.iter().find(|tag| tag.name == "key").unwrap();
        let (session, number) = key.value.split_once('-').unwrap();
        let number: u32 = number.parse().unwrap();
        known.iter().any(|it| it.id == session && number <= it.mails)
    });
    let made = evidence.github.repositories.len();
    if made != known.len() * 2 {
        wrong.push(format!("{made} repositories of {} sessions", known.len()));
    }
    // A mail and a run of after the moment may be there once more than the table knows.
    let lost_answers = u64::try_from(made_since).unwrap();
    let accepted = promised(play, play.copy.step);
    let broken = evidence.broken(&Promises { accepted, lost_answers });
    wrong.extend(broken.iter().map(ToString::to_string));
    wrong.iter().map(|it| format!("restored to step {}: {it}", play.copy.step)).collect()
}

fn known(item: &Value) -> Known {
    Known {
        id: item["id"]["N"].as_str().unwrap().to_owned(),
        mails: item["mail"]["M"]["number"]["N"].as_str().unwrap().parse().unwrap(),
        sent: item["mail"]["M"]["status"]["S"] == "sent",
    }
}

async fn run_dry(story: &Story, restored: &Restored) -> Vec<String> {
    let is_left = |job: &Value| job["state"]["M"]["state"]["S"] != "done";
    for _ in 0..ROUNDS_MAX {
        restored.worker.sweep().await.unwrap();
        restored.worker.settle().await.unwrap();
        story.accept_invitations("ada");
        if !restored.items("JOB").iter().any(is_left) {
            return Vec::new();
        }
        story.clock.advance(SignedDuration::from_mins(1));
    }
    let left = restored.items("JOB").into_iter().filter(is_left);
    left.map(|job| format!("a job has no end: {job}")).collect()
}
