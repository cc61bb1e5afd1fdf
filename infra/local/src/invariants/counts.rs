//! Counters are the counts, copies are true, and what belongs together is there together.

use shared::domain::candidate_session::CandidateSession;
use shared::domain::run::RunState;
use shared::domain::task::{DAYS, Day};
use shared::domain::workspace::summary::WorkspaceSummary;
use shared::store::keys;

use crate::invariants::broken::Broken;
use crate::invariants::rows::Rows;

pub(super) fn check(rows: &Rows, broken: &mut Vec<Broken>) {
    of_companies(rows, broken);
    of_simulations(rows, broken);
    for session in rows.sessions.values() {
        of_session(session, rows, broken);
    }
    of_submissions(rows, broken);
    of_runs(rows, broken);
}

fn incomplete(item: impl Into<String>, lacks: impl Into<String>) -> Broken {
    Broken::Incomplete { item: item.into(), lacks: lacks.into() }
}

fn of_companies(rows: &Rows, broken: &mut Vec<Broken>) {
    for user in &rows.users {
        if !rows.companies.contains_key(&user.company) {
            broken.push(incomplete(format!("user {}", user.id), "a company"));
        }
        if !rows.reserved.contains(&keys::id_guard(user.id.get()).pk) {
            broken.push(incomplete(format!("user {}", user.id), "a reserved number"));
        }
    }
    for mapped in &rows.domains {
        let company = rows.companies.get(&mapped.company);
        if company.is_none_or(|company| !company.domains.contains(&mapped.domain)) {
            broken.push(incomplete(format!("the mail domain {}", mapped.domain), "its company"));
        }
    }
    for company in rows.companies.values() {
        for domain in &company.domains {
            let is_it =
                rows.domains.iter().any(|it| it.domain == *domain && it.company == company.id);
            if !is_it {
                let item = format!("company {}", company.id);
                broken.push(incomplete(item, format!("the mail domain {domain}")));
            }
        }
    }
}

fn of_simulations(rows: &Rows, broken: &mut Vec<Broken>) {
    for simulation in rows.simulations.values() {
        let invited = rows.sessions.values().filter(|it| it.simulation == simulation.id);
        let are = u64::try_from(invited.count()).unwrap_or(u64::MAX);
        if simulation.candidate_count != are {
            let counter = format!("the candidates of simulation {}", simulation.id);
            broken.push(Broken::Miscounted { counter, says: simulation.candidate_count, are });
        }
    }
    for guard in &rows.guards {
        let session = rows.sessions.get(&guard.session);
        let is_its = session.is_some_and(|session| {
            session.simulation == guard.simulation && session.invite_email == guard.email
        });
        if !is_its {
            let item = format!("an invite to simulation {}", guard.simulation);
            broken.push(incomplete(item, format!("its session {}", guard.session)));
        }
    }
}

fn of_session(session: &CandidateSession, rows: &Rows, broken: &mut Vec<Broken>) {
    let (id, item) = (session.id, format!("session {}", session.id));
    if !rows.simulations.contains_key(&session.simulation) {
        broken.push(incomplete(&item, "its simulation"));
    }
    if !rows.guards.iter().any(|guard| guard.session == id) {
        broken.push(incomplete(&item, "its invite"));
    }
    let whole = rows.plans.get(&id).is_some_and(|plan| plan.tasks.len() == usize::from(DAYS));
    if !whole {
        broken.push(incomplete(&item, "a plan of five tasks"));
    }
    if !rows.clean_ups.contains_key(&id) {
        broken.push(incomplete(&item, "a date to put its repositories away"));
    }
    for day in Day::ALL {
        let handed_in = session.has_handed_in(day);
        match (handed_in, rows.submissions.contains_key(&(id, day))) {
            (true, false) => broken.push(incomplete(&item, format!("a submission of day {day}"))),
            (false, true) => {
                let are = rows.submissions.keys().filter(|(of, _day)| *of == id).count();
                let counter = format!("the days of session {id}");
                let says = session.days_submitted().into();
                let are = u64::try_from(are).unwrap_or(u64::MAX);
                broken.push(Broken::Miscounted { counter, says, are });
            }
            (true, true) | (false, false) => {}
        }
    }
    let told: Vec<_> = session.workspaces.iter().collect();
    let are: Vec<_> = Day::ALL
        .into_iter()
        .filter_map(|day| rows.workspaces.get(&(id, day)).map(WorkspaceSummary::from))
        .collect();
    if told != are.iter().collect::<Vec<_>>() {
        broken.push(Broken::Untrue { item, about: "its workspaces".to_owned() });
    }
}

fn of_submissions(rows: &Rows, broken: &mut Vec<Broken>) {
    for ((session, day), submission) in &rows.submissions {
        let item = format!("submission {} of day {day} of session {session}", submission.id);
        if !rows.sessions.contains_key(session) {
            broken.push(incomplete(&item, "its session"));
        }
        let run = submission.code.as_ref().map(|code| code.run);
        let place = rows.places.get(&submission.id);
        let is_there = place
            .is_some_and(|place| (place.session, place.day, place.run) == (*session, *day, run));
        if !is_there {
            broken.push(incomplete(&item, "its place"));
        }
        let is_code = day.kind().is_code();
        if is_code != submission.code.is_some() {
            broken.push(Broken::Untrue {
                item: item.clone(),
                about: "what was handed in".to_owned(),
            });
        }
        if !is_code && !rows.texts.contains_key(&submission.id) {
            broken.push(incomplete(&item, "its text"));
        }
        let pinned = submission.code.as_ref().map(|code| &code.commit);
        let run = run.and_then(|run| rows.runs.get(&run));
        if pinned.is_some() && run.and_then(|run| run.pinned.as_ref()) != pinned {
            broken.push(incomplete(&item, "a test run of its commit"));
        }
    }
    let known = |id| rows.submissions.values().any(|submission| submission.id == id);
    let wide = rows.texts.keys().copied().chain(rows.patches.iter().map(|it| it.submission));
    for id in wide.chain(rows.places.keys().copied()).filter(|id| !known(*id)) {
        broken.push(incomplete(format!("what is kept of submission {id}"), "the submission"));
    }
}

fn of_runs(rows: &Rows, broken: &mut Vec<Broken>) {
    for run in rows.runs.values() {
        let item = format!("run {}", run.id);
        let workspace = rows.workspaces.get(&(run.session, run.day));
        if workspace.is_none() {
            broken.push(incomplete(&item, "its workspace"));
        }
        if let Some(github_id) = run.github_id()
            && rows.github_runs.get(&github_id) != Some(&run.id)
        {
            broken.push(incomplete(&item, format!("GitHub's run {github_id} as its own")));
        }
        let last = workspace.and_then(|workspace| workspace.last_run.as_ref());
        let is_older = last.is_none_or(|last| last.id < run.id);
        if is_older && matches!(run.state, RunState::Finished { .. }) {
            let item = format!("the workspace of day {} of session {}", run.day, run.session);
            broken.push(Broken::Untrue { item, about: "its newest run".to_owned() });
        }
    }
    for (github_id, run) in rows.github_runs.iter().filter(|(_, run)| !rows.runs.contains_key(run))
    {
        broken.push(incomplete(format!("GitHub's run {github_id}"), format!("our run {run}")));
    }
    for output in rows.outputs.iter().filter(|output| !rows.runs.contains_key(&output.run)) {
        broken.push(incomplete("an output", format!("its run {}", output.run)));
    }
}
