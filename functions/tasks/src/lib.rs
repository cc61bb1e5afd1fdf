//! A candidate's work on the task of a day: workspace, test runs, handing in.

mod body;
mod view;

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::domain::id::{RunId, TaskId};
use shared::domain::limit::{INIT, POLL, RUN, SUBMIT};
use shared::error::{Error, Noun};
use shared::flows::await_workspace::await_workspace;
use shared::flows::name_github_account::name_github_account;
use shared::flows::once::Once;
use shared::flows::open_desk::{code_task_of, open_desk, task_of};
use shared::flows::start_run::start_run;
use shared::flows::submit_task::submit_task;
use shared::http::extract::{Keyed, SeatedCandidate};
use shared::http::input::Input;
use shared::http::respond::Created;
use shared::http::routes::Routes;
use shared::http::schema::{IdempotencyKey, Problem, SessionHeader};
use shared::operations;

/// The routes of this group.
pub fn router() -> Routes {
    Routes::new()
        .with(operations!(init))
        .with(operations!(status))
        .with(operations!(run))
        .with(operations!(poll))
        .with(operations!(submit))
}

/// The day's workspace, once it is made; remembers the candidate's GitHub account.
#[utoipa::path(
    post, path = "/api/tasks/{taskId}/codespace/init", tag = "tasks",
    operation_id = "initWorkspace", security(("bearer" = ["candidate:access"])),
    params(("taskId" = TaskId, Path, description = "The day's task."), SessionHeader), request_body = body::InitDocument,
    responses(
        (status = 200, description = "The workspace.", body = view::Made),
        (status = 400, description = "A rule of the days forbids it.", body = Problem),
        (status = 409, description = "The workspace is being made; `details` says how far it is.", body = Problem),
    )
)]
async fn init(
    State(app): State<App>,
    SeatedCandidate(candidate): SeatedCandidate,
    Input(input): Input<body::Init>,
) -> Result<Json<view::Made>, Error> {
    let limit = INIT.of(&[&candidate.claimant().sub, &input.session]);
    let desk = app.limits.beside(limit, open_desk(&app, &candidate, input.session)).await?;
    let task = task_of(desk.get(), input.task)?;
    desk.get().session.value.is_current(task.day)?;
    let day = code_task_of(desk.get(), input.task)?.day;
    let username = input.username()?;
    let desk = name_github_account(&app, &candidate, desk, username.as_ref()).await?;
    let workspace = desk.get().workspace(day);
    let workspace = workspace.ok_or(Error::WorkspaceMissing { on_status: false })?;
    await_workspace(&app, workspace).await?;
    Ok(Json(view::Made::new(&desk.get().session.value, &workspace.value)?))
}

/// The day's workspace and what its newest test run said.
#[utoipa::path(
    get, path = "/api/tasks/{taskId}/codespace/status", tag = "tasks",
    operation_id = "getWorkspace", security(("bearer" = ["candidate:access"])),
    params(("taskId" = TaskId, Path, description = "The day's task."), SessionHeader),
    responses(
        (status = 200, description = "The workspace.", body = view::Status),
        (status = 409, description = "The workspace is being made; `details` says how far it is.", body = Problem),
    )
)]
async fn status(
    State(app): State<App>,
    SeatedCandidate(candidate): SeatedCandidate,
    Input(input): Input<body::OnTask>,
) -> Result<Json<view::Status>, Error> {
    let desk = open_desk(&app, &candidate, input.session).await?;
    let task = task_of(desk.get(), input.task)?;
    let workspace = desk.get().workspace(task.day);
    let workspace = workspace.ok_or(Error::WorkspaceMissing { on_status: true })?;
    await_workspace(&app, workspace).await?;
    let workspace = &workspace.value;
    let last = match &workspace.last_run {
        Some(last) => app.store.run_with_output(last.id).await?,
        None => None,
    };
    Ok(Json(view::Status::new(&desk.get().session.value, workspace, last)?))
}

/// Starts the tests; the answer does not wait for them.
#[utoipa::path(
    post, path = "/api/tasks/{taskId}/run", tag = "tasks",
    operation_id = "startRun", security(("bearer" = ["candidate:access"])),
    params(("taskId" = TaskId, Path, description = "The day's task."), SessionHeader), request_body = body::RunDocument,
    responses(
        (status = 200, description = "The run, to be asked for.", body = view::Run),
        (status = 400, description = "Not a code day, or no such branch.", body = Problem),
        (status = 409, description = "The workspace is being made.", body = Problem),
        (status = 502, description = "GitHub failed us.", body = Problem),
    )
)]
async fn run(
    State(app): State<App>,
    SeatedCandidate(candidate): SeatedCandidate,
    Input(input): Input<body::Run>,
) -> Result<Json<view::Run>, Error> {
    let limit = RUN.of(&[&candidate.claimant().sub, &input.session]);
    let desk = app.limits.beside(limit, open_desk(&app, &candidate, input.session)).await?;
    let run = start_run(&app, &desk, input.task, input.branch.as_deref()).await?;
    Ok(Json(view::Run::new(&run, None, app.clock.now())))
}

/// How a test run stands, as far as it is known: GitHub is not asked.
#[utoipa::path(
    get, path = "/api/tasks/{taskId}/run/{runId}", tag = "tasks",
    operation_id = "getRun", security(("bearer" = ["candidate:access"])),
    params(
        ("taskId" = TaskId, Path, description = "The day's task."),
        ("runId" = RunId, Path, description = "The test run."), SessionHeader,
    ),
    responses(
        (status = 200, description = "The run as it stands.", body = view::Run),
        (status = 400, description = "Not a code day, or no workspace.", body = Problem),
    )
)]
async fn poll(
    State(app): State<App>,
    SeatedCandidate(candidate): SeatedCandidate,
    Input(input): Input<body::Poll>,
) -> Result<Json<view::Run>, Error> {
    let limit = POLL.of(&[&candidate.claimant().sub, &input.session]);
    let desk = app.limits.beside(limit, open_desk(&app, &candidate, input.session)).await?;
    let task = code_task_of(desk.get(), input.task)?;
    desk.get().workspace(task.day).ok_or(Error::WorkspaceMissing { on_status: false })?;
    let found = app.store.run_with_output(input.run).await?;
    let ours = found.filter(|(run, _)| run.session == input.session && run.task == input.task);
    let (run, output) = ours.ok_or(Error::NotFound(Noun::Run))?;
    Ok(Json(view::Run::new(&run, output.as_ref(), app.clock.now())))
}

/// Hands in the day; tests and comparison follow.
#[utoipa::path(
    post, path = "/api/tasks/{taskId}/submit", tag = "tasks",
    operation_id = "submitTask", security(("bearer" = ["candidate:access"])),
    params(("taskId" = TaskId, Path, description = "The day's task."), SessionHeader, IdempotencyKey),
    request_body = body::SubmitDocument,
    responses(
        (status = 201, description = "The day is handed in.", body = view::Submitted),
        (status = 400, description = "A rule of the days forbids it.", body = Problem),
        (status = 409, description = "Handed in before, or not to be had yet.", body = Problem),
        (status = 502, description = "GitHub failed us.", body = Problem),
    )
)]
async fn submit(
    State(app): State<App>,
    SeatedCandidate(candidate): SeatedCandidate,
    Keyed(key): Keyed,
    Input(input): Input<body::Submit>,
) -> Result<Once<Created<view::Submitted>>, Error> {
    let body::Submit { session, task, answer } = &input;
    let limit = SUBMIT.of(&[&candidate.claimant().sub, session]);
    let desk = app.limits.beside(limit, open_desk(&app, &candidate, *session)).await?;
    let on = (desk, *task);
    let submitted = submit_task(&app, &candidate, on, answer, key.as_ref()).await?;
    Ok(submitted.map(|submission| Created(view::Submitted::from(&submission))))
}
