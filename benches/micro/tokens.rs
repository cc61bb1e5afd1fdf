//! Access tokens, invite tokens and cursors, made and checked.

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::Criterion;
use shared::domain::id::CandidateSessionId;
use shared::domain::invite_token::{InviteClaim, InviteKeys};
use shared::domain::page::{Cursor, List};

use crate::desk::{DESK, GOOD_CLAIMS, GOOD_HEADER};

pub(crate) fn all(criterion: &mut Criterion) {
    access(criterion);
    invites(criterion);
    cursors(criterion);
}

fn access(criterion: &mut Criterion) {
    let desk = &*DESK;
    let good = desk.signed(GOOD_HEADER, GOOD_CLAIMS);
    let (said, _) = good.rsplit_once('.').unwrap();
    let forged = format!("{said}.{}", "A".repeat(342));
    let unknown = desk.signed(br#"{"alg":"RS256","kid":"unknown"}"#, GOOD_CLAIMS);
    assert!(desk.verify(&good).is_ok() && desk.verify(&forged).is_err());
    let mut group = criterion.benchmark_group("access token");
    group.bench_function("good", |it| it.iter(|| desk.verify(black_box(&good))));
    group.bench_function("forged", |it| it.iter(|| desk.verify(black_box(&forged))));
    group.bench_function("unknown key", |it| it.iter(|| desk.verify(black_box(&unknown))));
    group.bench_function("no token", |it| it.iter(|| desk.verify(black_box("not.a.token"))));
    group.finish();
}

fn invites(criterion: &mut Criterion) {
    let keys = InviteKeys::new(&BTreeMap::from([(1, vec![1; 32])])).unwrap();
    let session = CandidateSessionId::new(244_525_093_895_757);
    let claim = InviteClaim { key_version: 1, session, generation: 1 };
    let token = keys.token(claim).unwrap();
    let forged = "A".repeat(43);
    let mut group = criterion.benchmark_group("invite token");
    group.bench_function("made", |it| it.iter(|| keys.token(black_box(claim))));
    group.bench_function("good", |it| it.iter(|| keys.read(black_box(token.expose()))));
    group.bench_function("forged", |it| it.iter(|| keys.read(black_box(&forged))));
    group.finish();
}

fn cursors(criterion: &mut Criterion) {
    let cursor = Cursor::after(List::Candidates, 244_525_093_895_757);
    let text = cursor.encode();
    let mut group = criterion.benchmark_group("cursor");
    group.bench_function("made", |it| it.iter(|| black_box(cursor).encode()));
    let read = |text| Cursor::parse(List::Candidates, text);
    group.bench_function("good", |it| it.iter(|| read(black_box(&text))));
    group.finish();
}
