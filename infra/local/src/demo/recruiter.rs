//! The recruiter prepares a simulation and invites Ada.

use reqwest::Method;
use serde_json::{Value, json};

use crate::demo::DemoFailed;
use crate::demo::answer::Surprise;
use crate::demo::call::{Call, Person, Place};
use crate::demo::stage::Stage;

/// Whom the story is about.
pub(super) const ADA: (&str, &str) = ("Ada Lovelace", "ada@example.com");
const RECRUITER_EMAIL: &str = "recruiter1@local.test";

/// One day's task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Task {
    pub(super) id: u64,
    /// 1 to 5.
    pub(super) day: u64,
}

/// What the recruiter made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Simulation {
    pub(super) id: u64,
    pub(super) tasks: [Task; 5],
}

/// What the recruiter got for inviting Ada.
#[derive(Debug, Clone)]
pub(super) struct Invite {
    pub(super) simulation: u64,
    pub(super) session: u64,
    pub(super) token: String,
    pub(super) url: String,
}

/// The stack answers, and knows the recruiter from the first call on.
pub(super) async fn signs_in(stage: &mut Stage<'_>) -> Result<Person, DemoFailed> {
    let health = Person::nobody().get("/health");
    stage
        .step(&health, |answer| {
            answer.is(200)?;
            answer.shows(&json!({ "status": "ok" }))?;
            Ok(((), "the stack is up".to_owned()))
        })
        .await?;
    let person = ("The recruiter", RECRUITER_EMAIL);
    let recruiter = stage.sign_in(("recruiter", "recruiter"), person).await?;
    stage
        .step(&recruiter.get("/api/auth/me"), |answer| {
            answer.is(200)?;
            answer.shows(&json!({ "email": RECRUITER_EMAIL, "role": "recruiter" }))?;
            let name = answer.text("/name")?;
            Ok(((), format!("the account is {name}'s")))
        })
        .await?;
    Ok(recruiter)
}

/// A colleague of the recruiter's, who is to see nothing of all this.
pub(super) async fn rival_signs_in(stage: &mut Stage<'_>) -> Result<Person, DemoFailed> {
    stage.sign_in(("rival", "recruiter"), ("The rival", "recruiter2@local.test")).await
}

/// A simulation of five days, there by its number at once and in the list soon.
pub(super) async fn creates_a_simulation(
    stage: &mut Stage<'_>,
    recruiter: &Person,
) -> Result<Simulation, DemoFailed> {
    let brief = json!({
        "title": "Rate limits for a small service",
        "role": "Backend Engineer",
        "techStack": "Python, FastAPI",
        "seniority": "Mid",
        "focus": "Clear decisions, small steps, tests that say what is promised.",
        "templateKey": "python-fastapi",
    });
    let simulation = stage
        .step(&recruiter.post("/api/simulations", brief), |answer| {
            answer.is(201)?;
            answer.shows(&json!({ "templateKey": "python-fastapi" }))?;
            let days = answer.list("/tasks")?.iter().filter_map(task).collect::<Vec<_>>();
            let tasks: Result<[Task; 5], _> = days.try_into();
            let tasks = tasks.ok().filter(|tasks| tasks.iter().map(|task| task.day).eq(1..=5));
            let tasks = tasks.ok_or_else(|| Surprise::new("`tasks` for the days 1 to 5"))?;
            let id = answer.number("/id")?;
            Ok((Simulation { id, tasks }, format!("simulation {id} has five tasks")))
        })
        .await?;
    let id = simulation.id;
    stage
        .step(&recruiter.get(format!("/api/simulations/{id}")), |answer| {
            answer.is(200)?;
            let days = (1..=5).map(|day| json!({ "dayIndex": day }));
            answer.shows(&json!({ "id": id, "tasks": days.collect::<Value>() }))?;
            let template = answer.text("/tasks/1/templateRepoFullName")?;
            Ok(((), format!("the code days start from {template}")))
        })
        .await?;
    let listed = json!({ "id": id, "candidateCount": 0 });
    stage
        .until("the simulation in the list", &recruiter.get("/api/simulations"), |answer| {
            answer.is(200)?;
            let row = answer.row("", &listed)?;
            Ok(row.map(|_row| ((), "it is listed, with no candidates".to_owned())))
        })
        .await?;
    Ok(simulation)
}

fn task(shown: &Value) -> Option<Task> {
    Some(Task { id: shown.get("id")?.as_u64()?, day: shown.get("day_index")?.as_u64()? })
}

/// One invite, however often the button is pressed.
pub(super) async fn invites_ada(
    stage: &mut Stage<'_>,
    recruiter: &Person,
    simulation: &Simulation,
) -> Result<Invite, DemoFailed> {
    let invite = stage
        .step(&invitation(recruiter, simulation), |answer| {
            answer.is(200)?;
            answer.shows(&json!({ "outcome": "created" }))?;
            let session = answer.number("/candidateSessionId")?;
            let (token, url) = (answer.text("/token")?, answer.text("/inviteUrl")?);
            let invite = Invite { simulation: simulation.id, session, token, url };
            Ok((invite, format!("Ada is invited: session {session}")))
        })
        .await?;
    stage
        .step(&invitation(recruiter, simulation), |answer| {
            answer.is(200)?;
            answer.shows(&json!({
                "outcome": "resent",
                "candidateSessionId": invite.session,
                "token": invite.token,
                "inviteUrl": invite.url,
            }))?;
            Ok(((), "asked twice: the same session and link".to_owned()))
        })
        .await?;
    let row = json!({ "candidateSessionId": invite.session, "status": "not_started" });
    stage
        .until("Ada among the candidates", &candidates(recruiter, &invite), |answer| {
            answer.is(200)?;
            let Some(row) = answer.row("", &row)? else { return Ok(None) };
            let mail = row.get("inviteEmailStatus").and_then(Value::as_str);
            match mail.filter(|mail| matches!(*mail, "queued" | "sent")) {
                Some(mail) => Ok(Some(((), format!("Ada is listed; her mail is {mail}")))),
                None => Err(Surprise::new("`inviteEmailStatus` queued or sent")),
            }
        })
        .await?;
    Ok(invite)
}

fn invitation(recruiter: &Person, simulation: &Simulation) -> Call {
    let (name, email) = ADA;
    let body = json!({ "candidateName": name, "inviteEmail": email });
    recruiter.post(format!("/api/simulations/{}/invite", simulation.id), body)
}

/// The list with Ada's row.
pub(super) fn candidates(recruiter: &Person, invite: &Invite) -> Call {
    recruiter.get(format!("/api/simulations/{}/candidates", invite.simulation))
}

/// What is somebody else's is not there.
pub(super) async fn hides_it_from_the_rival(
    stage: &mut Stage<'_>,
    rival: &Person,
    simulation: &Simulation,
) -> Result<(), DemoFailed> {
    let call = rival.get(format!("/api/simulations/{}", simulation.id));
    stage
        .step(&call, |answer| {
            answer.refuses(404, "SIMULATION_NOT_FOUND")?;
            Ok(((), "the rival does not learn that it exists".to_owned()))
        })
        .await
}

/// One mail arrives, although Ada was invited twice.
pub(super) async fn sees_the_mail_go_out(
    stage: &mut Stage<'_>,
    recruiter: &Person,
    invite: &Invite,
) -> Result<(), DemoFailed> {
    let mailbox = Call::anonymous("ada", (Place::Mailbox, Method::GET), "/mail.json", None);
    let (_name, email) = ADA;
    stage
        .until("a mail with the invite's link", &mailbox, |answer| {
            answer.is(200)?;
            Ok(mails_with(answer.list("")?, email, &invite.url).next().map(|mail| {
                let subject = mail.get("subject").and_then(Value::as_str).unwrap_or("no subject");
                ((), format!("mail for Ada: {subject}"))
            }))
        })
        .await?;
    let row = json!({ "candidateSessionId": invite.session, "inviteEmailStatus": "sent" });
    stage
        .until("the mail as sent", &candidates(recruiter, invite), |answer| {
            answer.is(200)?;
            let row = answer.row("", &row)?;
            Ok(row.map(|_row| ((), "her mail is sent".to_owned())))
        })
        .await?;
    stage
        .step(&mailbox, |answer| {
            answer.is(200)?;
            match mails_with(answer.list("")?, email, &invite.url).count() {
                1 => Ok(((), "and there is exactly one".to_owned())),
                _ => Err(Surprise::new("exactly one mail with the invite's link")),
            }
        })
        .await
}

fn mails_with<'a>(
    mails: &'a [Value],
    email: &'a str,
    link: &'a str,
) -> impl Iterator<Item = &'a Value> {
    let holds = |mail: &Value, list: &str, text: &str| {
        let list = mail.get(list).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().filter_map(Value::as_str).any(|one| one.contains(text)))
    };
    mails.iter().filter(move |mail| holds(mail, "to", email) && holds(mail, "links", link))
}

/// Whoever is done is done.
pub(super) async fn cannot_invite_ada_again(
    stage: &mut Stage<'_>,
    recruiter: &Person,
    simulation: &Simulation,
) -> Result<(), DemoFailed> {
    stage
        .step(&invitation(recruiter, simulation), |answer| {
            answer.refuses(409, "CANDIDATE_ALREADY_COMPLETED")?;
            answer.shows(&json!({ "error": { "code": "candidate_already_completed" } }))?;
            Ok(((), "no second invite for who has finished".to_owned()))
        })
        .await
}
