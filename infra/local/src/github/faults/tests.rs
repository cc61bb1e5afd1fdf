use super::*;

fn faults(all: impl IntoIterator<Item = Fault>) -> Faults {
    let faults = Faults::default();
    lock(&faults.0).faults.extend(all);
    faults
}

fn kinds(faults: &Faults, operations: &[&str]) -> Vec<Option<Kind>> {
    operations.iter().map(|operation| faults.deal(operation).map(|dealt| dealt.kind)).collect()
}

#[test]
fn a_fault_befalls_the_calls_it_names_and_then_no_more() {
    let faults = faults([
        Fault::times(Kind::Cut, 2).on("GET run"),
        Fault::once(Kind::NoDetails),
        Fault::once(Kind::Empty),
    ]);

    let calls = ["GET branch", "GET run", "POST dispatches", "GET run", "GET run"];
    let dealt = kinds(&faults, &calls);

    let (cut, empty) = (Some(Kind::Cut), Some(Kind::Empty));
    assert_eq!(dealt, [empty, cut, Some(Kind::NoDetails), cut, None]);
}

#[test]
fn a_share_befalls_so_many_calls_and_the_same_ones_for_the_same_seed() {
    let share = Fault { percent: Some(10), ..Fault::always(Kind::ServerError) };
    let drawn = |seed: u64| {
        let faults = faults([share.clone()]);
        lock(&faults.0).chance = Chance::from(seed);
        kinds(&faults, &["GET run"; 1_000])
    };

    let first = drawn(7);

    assert_eq!(first, drawn(7));
    assert_ne!(first, drawn(8));
    let hit = first.iter().flatten().count();
    assert!((80..=120).contains(&hit), "{hit}");
}

#[test]
fn chaos_deals_every_fault_that_passes_to_calls_it_is_about() {
    let faults = Faults::default();
    lock(&faults.0).chaos = 10;
    let operations = ["POST generate", "GET runs", "POST dispatches", "GET artifact", "GET user"];

    let mut dealt = BTreeMap::<_, std::collections::BTreeSet<Kind>>::new();
    for operation in operations.iter().cycle().take(20_000) {
        dealt.entry(*operation).or_default().extend(faults.deal(operation).map(|it| it.kind));
    }

    let any: Vec<Kind> = Kind::all().iter().copied().filter(|it| it.concerns().is_none()).collect();
    assert_eq!(dealt["GET user"], any.iter().copied().collect());
    let all: std::collections::BTreeSet<Kind> = dealt.into_values().flatten().collect();
    let missing: Vec<_> = Kind::all().iter().filter(|kind| !all.contains(kind)).collect();
    assert_eq!(missing, [&Kind::ArtifactExpired]);
}

#[test]
fn a_repository_is_not_ready_for_as_many_calls_as_was_said() {
    let faults = Faults::default();
    faults.delay("Acme/One", Dealt { kind: Kind::NotReadyNull, measure: 2 });

    let seen = ["acme/one", "acme/two", "acme/one", "acme/one"].map(|name| faults.unready(name));

    let unready = Some(Kind::NotReadyNull);
    assert_eq!(seen, [unready, None, unready, None]);
}

#[test]
fn a_fault_is_ordered_by_its_name_and_its_share() {
    let ordered = |text: &str| text.parse::<Fault>();

    let cut = Fault { percent: Some(7), ..Fault::always(Kind::Cut) };
    assert_eq!(ordered("cut=7"), Ok(cut));
    let always = Fault { percent: Some(100), ..Fault::always(Kind::BadGateway) };
    assert_eq!(ordered("bad-gateway"), Ok(always));
    assert_eq!(ordered("cut=101"), Err("the share is a number up to 100".to_owned()));
    let unknown = ordered("boredom").unwrap_err();
    assert!(unknown.starts_with("there is no such fault; there are latency, "), "{unknown}");
}
