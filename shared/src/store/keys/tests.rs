use super::*;

#[test]
fn keys_sort_as_their_ids_and_moments_do() {
    assert_eq!(simulation(SimulationId::new(9)).pk, "SIM#0000000000000009");
    assert!(simulation(SimulationId::new(9)).pk < simulation(SimulationId::new(10)).pk);

    let ninth = lists::row(List::Invites, Place::Number(9));
    assert_eq!(ninth, session(CandidateSessionId::new(9)).pk);

    let nine: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    let later: Timestamp = "2026-03-02T09:00:00.001Z".parse().unwrap();
    assert!(due_job(nine, Uuid::max()).sk < due_until(nine));
    assert!(due_job(later, Uuid::nil()).sk > due_until(nine));
}
