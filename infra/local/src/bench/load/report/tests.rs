use super::*;

fn cell(route: Route, rows: u64, clients: u32, p50_us: u64) -> Cell {
    let timed = Timed { requests: 7, p50_us, p99_us: p50_us * 2, ..Timed::default() };
    Cell { route, rows, clients, timed, weight: Weight::default() }
}

#[test]
fn a_page_is_compared_with_the_fewest_rows_that_fill_it_and_with_the_fewest_clients() {
    let cells = [
        (Route::Candidates, 10, 1, 1_000),
        (Route::Candidates, 1_000, 1, 2_000),
        (Route::Candidates, 10_000, 1, 2_200),
        (Route::Candidates, 10_000, 8, 9_000),
        (Route::CandidatesTen, 10, 1, 1_000),
        (Route::CandidatesTen, 10_000, 1, 1_300),
    ];
    let cells = cells.map(|(route, rows, clients, p50)| cell(route, rows, clients, p50)).to_vec();
    let growth = Report { cells, days: Vec::new() }.growth();

    let told: Vec<_> = growth.iter().map(|it| (it.fewest.0, it.ratio(), it.compares())).collect();
    assert_eq!(told, [(1_000, 110, true), (10, 130, true)]);
}

#[test]
fn what_shows_more_is_not_compared_and_one_number_of_rows_is_no_growth() {
    let whole = [(10, 1_000), (10_000, 30_000)];
    let whole = whole.map(|(rows, p50)| cell(Route::CandidatesWhole, rows, 1, p50)).to_vec();
    let growth = Report { cells: whole, days: Vec::new() }.growth();
    assert_eq!(growth.iter().map(|it| (it.ratio(), it.compares())).next(), Some((3_000, false)));

    let one = Report { cells: vec![cell(Route::Me, 10, 1, 1)], days: Vec::new() };
    assert_eq!(one.growth(), []);
}

#[test]
fn a_read_a_write_and_a_webhook_have_their_own_budgets_and_many_clients_only_that_of_webhooks() {
    let slow_read = slow(&cell(Route::Me, 10, 1, 3_001));
    let told = "GET /api/auth/me with 10 rows takes 3001 µs, and may take 3000";
    assert_eq!(slow_read.as_deref(), Some(told));
    assert_eq!(slow(&cell(Route::Me, 10, 1, 3_000)), None);
    assert_eq!(slow(&cell(Route::Me, 10, 8, 30_000)), None);
    assert_eq!(slow(&cell(Route::Claim, 10, 1, 6_000)), None);
    assert!(slow(&cell(Route::Claim, 10, 1, 6_001)).is_some());
    assert_eq!(slow(&cell(Route::Webhook, 10, 8, 25_000)), None);
    assert!(slow(&cell(Route::Webhook, 10, 8, 25_001)).is_some());
    assert_eq!(slow(&cell(Route::CandidatesWhole, 10, 1, 90_000)), None);
}

#[test]
fn too_much_memory_is_told_whatever_the_build() {
    let mut cells = vec![cell(Route::Health, 10, 1, 1)];
    cells[0].timed.rss_kib = 40_961;
    let told = Report { cells, days: Vec::new() }.over_budget();
    assert_eq!(told, ["the memory in KiB is 40961, and may be 40960"]);
}

#[test]
fn a_line_tells_times_in_milliseconds_and_memory_in_mebibytes() {
    let mut cell = cell(Route::Claim, 10_000, 8, 1_234);
    cell.timed.rss_kib = 20_480;
    cell.weight = Weight {
        table_calls: 2.0,
        table_us: 750.0,
        read_units: 1.0,
        write_units: 3.5,
        github_calls: 0.0,
    };
    let line = cell.to_string();
    let words: Vec<_> = line.split_whitespace().collect();
    let expected = [
        "POST",
        "…/{token}/claim",
        "10000",
        "8",
        "7",
        "0",
        "1.23",
        "0.00",
        "2.47",
        "0.00",
        "20.0",
        "2.0",
        "0.75",
        "1.0",
        "3.5",
        "0.0",
    ];
    assert_eq!(words, expected);
}
