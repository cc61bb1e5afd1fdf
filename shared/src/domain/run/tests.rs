use super::*;

pub(crate) fn run() -> Run {
    Run {
        id: RunId::new(1),
        session: CandidateSessionId::new(12),
        task: TaskId::new(41),
        day: Day::new(2).unwrap(),
        repository: RepositoryName::parse("acme/ws").unwrap(),
        repository_id: 7,
        git_ref: "main".to_owned(),
        pinned: None,
        requested_at: at("09:00:00"),
        tagged: false,
        slot: None,
        asked_at: None,
        looked_at: None,
        refused: 0,
        missing_since: None,
        state: RunState::Requested,
    }
}

fn at(time: &str) -> Timestamp {
    format!("2026-03-02T{time}Z").parse().unwrap()
}

fn ending(attempt: u32) -> Ending {
    let commit = CommitSha::parse(&"a".repeat(40)).unwrap();
    Ending { github_id: 5, attempt, commit, conclusion: Conclusion::Success }
}

#[test]
fn github_is_asked_at_most_every_two_seconds_whosever_clock_is_ahead() {
    let looked = run().looked_at(at("09:00:02")).unwrap();

    let wait = |time| looked.clone().looked_at(at(time)).unwrap_err().as_millis();
    assert_eq!([wait("09:00:02"), wait("09:00:03.999"), wait("08:59:00")], [2_000, 1, 2_000]);
    assert_eq!(looked.clone().looked_at(at("09:00:04")).unwrap().looked_at, Some(at("09:00:04")));
}

#[test]
fn results_that_cannot_be_read_are_tried_for_ten_minutes_anew_for_each_attempt() {
    let ended = run().unread(&ending(1), at("09:00:10")).unwrap();
    assert_eq!((ended.status(), ended.github_status()), (ResultStatus::Running, "completed"));

    assert!(ended.clone().unread(&ending(1), at("09:10:09")).is_some());
    assert!(ended.clone().unread(&ending(1), at("09:10:10")).is_none());
    assert!(ended.clone().unread(&ending(2), at("09:10:10")).is_some());

    let over = ended.given_up(at("09:10:10"));
    assert_eq!((over.github_id(), over.status()), (Some(5), ResultStatus::Error));
    let problem = ArtifactProblem::DownloadFailed;
    let RunState::Finished { report, .. } = over.state else { panic!() };
    assert_eq!(report, ReportState::Unreadable { problem });
}

#[test]
fn the_results_of_an_attempt_count_until_there_is_a_later_one() {
    let second = run().unread(&ending(2), at("09:00:10")).unwrap();

    let passed = |run: &Run| [1, 2, 3].map(|attempt| run.has_passed(&ending(attempt)));
    assert_eq!(passed(&second), [true, false, false]);
    assert_eq!(passed(&run()), [false, false, false]);
}

#[test]
fn a_client_is_asked_to_wait_two_four_eight_and_fifteen_seconds() {
    let asked = ["09:00:00", "09:00:02", "09:00:06", "09:00:14", "10:00:00"]
        .map(|time| run().poll_after_ms(format!("2026-03-02T{time}Z").parse().unwrap()));
    assert_eq!(asked, [2_000, 4_000, 8_000, 15_000, 15_000].map(Some));

    let over = run().failed(RunFailure::NeverEnded, "2026-03-02T09:00:00Z".parse().unwrap());
    assert_eq!(over.poll_after_ms("2026-03-02T09:00:00Z".parse().unwrap()), None);
}
