//! How every route is called in the recorded events.

/// A request, told in brief.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// What its file is called: `<function>.<route>`.
    pub name: &'static str,
    /// Method, path and query.
    pub call: &'static str,
    /// What the caller says of itself, beside what every client says.
    pub headers: &'static [(&'static str, &'static str)],
    /// What is sent, if something is.
    pub body: &'static str,
    /// How the gateway hands it on.
    pub form: Form,
}

/// In which of its forms the gateway hands a request on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As usual: at the root, the body as text.
    Usual,
    /// Below the path of a stage, which is called `prod`.
    Staged,
    /// The body in base 64.
    Encoded,
    /// With the cookies of a browser.
    WithCookies,
}

type Headers = &'static [(&'static str, &'static str)];

const NOBODY: Headers = &[];
const RECRUITER: Headers = &[("authorization", "Bearer TOKEN")];
const CANDIDATE: Headers = &[("authorization", "Bearer CANDIDATE_TOKEN")];
const SEATED: Headers =
    &[("authorization", "Bearer CANDIDATE_TOKEN"), ("x-candidate-session-id", "SESSION_ID")];
const ADMIN: Headers = &[("x-admin-key", "ADMIN_KEY")];
const FORM: Headers = &[("content-type", "application/x-www-form-urlencoded")];
const PREFLIGHT: Headers = &[
    ("access-control-request-headers", "authorization,content-type"),
    ("access-control-request-method", "POST"),
    ("origin", "http://localhost:3000"),
];
const SIMULATION: &str = r#"{"title":"Payments API","role":"Backend Engineer","techStack":"Python, FastAPI","seniority":"Mid","focus":"Idempotent payments","templateKey":"python-fastapi"}"#;
const INVITE: &str = r#"{"candidateName":"Zoe Example","inviteEmail":"zoe@example.com"}"#;

const fn asks(name: &'static str, call: &'static str, headers: Headers) -> Example {
    sends(name, call, headers, "")
}

const fn sends(
    name: &'static str,
    call: &'static str,
    headers: Headers,
    body: &'static str,
) -> Example {
    Example { name, call, headers, body, form: Form::Usual }
}

const fn formed(example: Example, form: Form) -> Example {
    Example { form, ..example }
}

/// Every recorded request but the webhook, which GitHub's own example is.
pub const ALL: [Example; 47] = [
    asks("auth.health", "GET /health", NOBODY),
    asks("auth.ready", "GET /ready", NOBODY),
    formed(asks("auth.me", "GET /api/auth/me", RECRUITER), Form::WithCookies),
    asks("auth.logout", "POST /api/auth/logout", NOBODY),
    asks("auth.document", "GET /api/openapi.json", NOBODY),
    asks("auth.docs", "GET /docs", NOBODY),
    asks("auth.docs-file", "GET /docs/start.js", NOBODY),
    asks("auth.not-found", "GET /favicon.ico", NOBODY),
    asks("simulations.list", "GET /api/simulations", RECRUITER),
    formed(asks("simulations.list-staged", "GET /api/simulations", RECRUITER), Form::Staged),
    sends("simulations.create", "POST /api/simulations", RECRUITER, SIMULATION),
    formed(
        sends("simulations.create-encoded", "POST /api/simulations", RECRUITER, SIMULATION),
        Form::Encoded,
    ),
    asks("simulations.create-preflight", "OPTIONS /api/simulations", PREFLIGHT),
    asks("simulations.detail", "GET /api/simulations/SIMULATION_ID", RECRUITER),
    asks("simulations.candidates", "GET /api/simulations/SIMULATION_ID/candidates", RECRUITER),
    sends("simulations.invite", "POST /api/simulations/SIMULATION_ID/invite", RECRUITER, INVITE),
    asks(
        "simulations.resend",
        "POST /api/simulations/SIMULATION_ID/candidates/SESSION_ID/invite/resend",
        RECRUITER,
    ),
    asks("candidates.invites", "GET /api/candidate/invites", CANDIDATE),
    asks("candidates.resolve", "GET /api/candidate/session/INVITE_TOKEN", CANDIDATE),
    asks("candidates.claim", "POST /api/candidate/session/INVITE_TOKEN/claim", CANDIDATE),
    asks(
        "candidates.current-task",
        "GET /api/candidate/session/SESSION_ID/current_task",
        CANDIDATE,
    ),
    asks("candidates.username-page", "GET /api/candidate/github/INVITE_TOKEN", NOBODY),
    sends(
        "candidates.give-username",
        "POST /api/candidate/github/INVITE_TOKEN",
        FORM,
        "username=octocat",
    ),
    sends(
        "tasks.init",
        "POST /api/tasks/TASK_ID/codespace/init",
        SEATED,
        r#"{"githubUsername":"octocat"}"#,
    ),
    asks("tasks.status", "GET /api/tasks/TASK_ID/codespace/status", SEATED),
    sends("tasks.run", "POST /api/tasks/TASK_ID/run", SEATED, "{}"),
    asks("tasks.poll", "GET /api/tasks/TASK_ID/run/RUN_ID", SEATED),
    sends(
        "tasks.submit",
        "POST /api/tasks/TASK_ID/submit",
        SEATED,
        r#"{"contentText":"Well thought out."}"#,
    ),
    asks("submissions.list", "GET /api/submissions?simulationId=SIMULATION_ID&limit=20", RECRUITER),
    asks("submissions.detail", "GET /api/submissions/SUBMISSION_ID", RECRUITER),
    asks("submissions.examine", "POST /api/submissions/SUBMISSION_ID/examination", RECRUITER),
    asks("admin.companies", "GET /api/admin/companies", ADMIN),
    sends("admin.add-company", "POST /api/admin/companies", ADMIN, r#"{"name":"Acme"}"#),
    asks("admin.domains", "GET /api/admin/companies/domains", ADMIN),
    sends(
        "admin.map-domain",
        "PUT /api/admin/companies/domains/acme.example",
        ADMIN,
        r#"{"companyId":COMPANY_ID}"#,
    ),
    asks("admin.unmap-domain", "DELETE /api/admin/companies/domains/acme.example", ADMIN),
    asks("admin.template-health", "GET /api/admin/templates/health", ADMIN),
    sends(
        "admin.try-templates",
        "POST /api/admin/templates/health/run",
        ADMIN,
        r#"{"templateKeys":["go-gin"],"waitSeconds":0}"#,
    ),
    asks("admin.tried-templates", "GET /api/admin/templates/health/runs/CHECK_ID", ADMIN),
    asks("admin.cleanup", "GET /api/admin/cleanup", ADMIN),
    asks("admin.metrics", "GET /api/admin/metrics", ADMIN),
    asks("admin.jobs", "GET /api/admin/jobs?state=dead", ADMIN),
    asks("admin.job", "GET /api/admin/jobs/DEAD_JOB_ID", ADMIN),
    sends(
        "admin.redrive-job",
        "POST /api/admin/jobs/DEAD_JOB_ID/redrive",
        ADMIN,
        r#"{"reason":"GitHub is back."}"#,
    ),
    sends(
        "admin.redrive-jobs",
        "POST /api/admin/jobs/redrive",
        ADMIN,
        r#"{"kind":"heed_github","reason":"GitHub is back."}"#,
    ),
    asks("admin.audit", "GET /api/admin/audit?subject=job:DEAD_JOB_ID", ADMIN),
    asks("admin.companies-without-key", "GET /api/admin/companies", NOBODY),
];
