//! Rows made of items, and items of rows.

use std::hint::black_box;

use criterion::{BatchSize, Criterion};
use shared::store::item::{Entity, Stored, item_of};

use crate::rows;

pub(crate) fn all(criterion: &mut Criterion) {
    both_ways(criterion, "simulation", &rows::simulation(1));
    both_ways(criterion, "candidate session", &rows::session(1));
    both_ways(criterion, "256 KiB of text", &rows::text());
    both_ways(criterion, "160 kB of patches in 300 files", &rows::patches());
}

fn both_ways<T: Entity>(criterion: &mut Criterion, name: &str, row: &T) {
    let mut group = criterion.benchmark_group("item");
    group.bench_function(format!("{name}, written"), |it| {
        it.iter(|| item_of(black_box(row), 7).unwrap());
    });
    let item = item_of(row, 7).unwrap();
    group.bench_function(format!("{name}, read"), |it| {
        let read = |item| Stored::<T>::from_item(item).unwrap();
        it.iter_batched(|| item.clone(), read, BatchSize::SmallInput);
    });
    group.finish();
}
