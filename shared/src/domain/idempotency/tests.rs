use super::*;

const NINE: &str = "2026-03-02T09:00:00Z";

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).unwrap()
}

fn request(key_text: &str, input: &str) -> KeyedRequest {
    KeyedRequest::new(&key(key_text), "auth0|ada", Operation::CreateSimulation, input.as_bytes())
}

#[test]
fn a_key_has_1_to_255_printable_characters() {
    let longest = "k".repeat(255);
    for good in ["k", "a key, with; signs=\"1\"", "~", longest.as_str()] {
        assert_eq!(key(good).0, good);
    }
    let too_long = "k".repeat(256);
    for bad in ["", "ä", "a\tb", "a\u{7f}", "a\0", too_long.as_str()] {
        assert_eq!(IdempotencyKey::parse(bad), Err(NotAKey), "{bad:?}");
    }
}

#[test]
fn a_quoted_key_is_the_bare_one() {
    let longest = "k".repeat(255);
    assert_eq!(key("\"k\""), key("k"));
    assert_eq!(key(&format!("\"{longest}\"")), key(&longest));
    assert_eq!(key(r#""a\"b\\c""#).0, r#"a"b\c"#);
    for bad in ["\"", "\"\"", "\"k", "\"k\"x", "\"k\";p=1", "\"a\"b\"", r#""k\"#, r#""\k""#] {
        assert_eq!(IdempotencyKey::parse(bad), Err(NotAKey), "{bad:?}");
    }
}

#[test]
fn a_scope_is_one_subject_one_route_and_one_key() {
    let scope = |subject: &str, operation, key_text: &str| {
        KeyedRequest::new(&key(key_text), subject, operation, b"{}").scope
    };
    let first = Operation::Invite(SimulationId::new(1));
    let scopes = [
        scope("a", first, "k"),
        scope("b", first, "k"),
        scope("a", first, "l"),
        scope("a", Operation::Invite(SimulationId::new(2)), "k"),
        scope("a", Operation::Submit(TaskId::new(1)), "k"),
        scope("a", Operation::CreateSimulation, "k"),
    ];
    for (number, one) in scopes.iter().enumerate() {
        assert!(!scopes[number + 1..].contains(one), "{number}");
    }
    assert_eq!(scopes[0], scope("a", first, "\"k\""));
    assert_eq!(scopes[0].len(), 43);
}

#[test]
fn a_record_means_something_until_its_request_is_dead_or_a_day_has_passed() {
    let nine: Timestamp = NINE.parse().unwrap();
    let at = |seconds| nine + SignedDuration::from_secs(seconds);
    let (ours, other) = (request("k", "{}"), request("k", "[]"));
    let under_way = IdempotencyRecord::<u64>::under_way(&ours, nine);
    let done = under_way.clone().done(7);

    assert_eq!(under_way.standing(&ours, at(29)), Standing::UnderWay);
    assert_eq!(under_way.standing(&other, at(29)), Standing::Other);
    assert_eq!(under_way.standing(&ours, at(30)), Standing::Over);
    assert_eq!(under_way.standing(&other, at(30)), Standing::Over);
    assert_eq!(done.standing(&ours, at(86_399)), Standing::Done(7));
    assert_eq!(done.standing(&other, at(86_399)), Standing::Other);
    assert_eq!(done.standing(&ours, at(86_400)), Standing::Over);
    assert_eq!(done.expires_at_epoch, at(86_400).as_second());
}
