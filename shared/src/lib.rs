//! Tenon: everything that is not a route or a trigger.
//!
//! ```text
//!    web client, GitHub ──► API Gateway (HTTP API)                  EventBridge Scheduler
//!                         │                                                  │
//!  functions/  auth simulations candidates tasks submissions admin webhooks sweep
//!                         │                                                  │ overdue jobs
//!                         └── one TransactWriteItems: state + jobs ──► table │
//!                                                                        │   ▼
//!                        stream, new job items only ──► Pipe ──► SQS ──► jobs ──► GitHub, SES
//!                                                                 ▲       │ come back later
//!                                                                 └───────┘
//! ```
//!
//! A request reads, decides and writes once; what must follow is a job in the same write. A job may
//! run twice, die anywhere or arrive late: it is claimed by a conditional write until a deadline,
//! each of its steps is recorded, and what it does elsewhere has a natural key there.
//!
//! | what | its way |
//! | --- | --- |
//! | an invite | session, plan, guard, two workspaces, three jobs: one write; `prepare_workspace` twice, `send_invite` once |
//! | a request with a key | the key is claimed, and the request's own write says in its record what came of it; sent again, it is rendered from the ids kept there |
//! | a repository | its moment is reserved in one bucket of all processes, with the workspace; made or adopted, its first commit found, its candidate let in: a step at a time |
//! | a name that leads nowhere | the repository is looked for once by its number, and followed while it is ours; one that is gone is made anew for who comes for it, and starts where it started should it be there after all |
//! | a claim | the token's tag is checked without a read; one read, one conditional write |
//! | a test run | recorded with its `follow_run` job, then dispatched; GitHub is asked for it every 2 s at most, by all processes together; polls read what is stored |
//! | a submission | the branch head is pinned; submission, run and `examine_submission` are one write; tag, dispatch on the tag, results, comparison follow |
//! | templates tried out | one item and job a template; the intent to dispatch is recorded first, the run joined, and the end of one begins the next |
//! | a call to GitHub | under a token that the process keeps, by one deadline; a read by its `ETag`, and tried once more when its way fails; a change never |
//! | a GitHub account | said by the candidate, asked of GitHub in a job, or read from the token; the session and a job for each repository are one write |
//! | a day that is over | `close_workspace` follows from the submission: the right to push is lowered, then asked for |
//! | old work | the sweep starts `clean_up` for who is due; each repository is looked at before it is archived or deleted |
//! | an examination asked for again | new run, job and audit entry are one write; what was found before is shown until it ends |
//! | a webhook | its signature is checked first; the delivery's number and a `heed_github` job are one write, and the job asks GitHub |
//! | a job that was given up | listed; started again by an admin: the job, what its end had told people, and who did it are one write |
//! | a secret setting | read with the environment, or from Secrets Manager when it is first needed: once a process, by one call for a crowd |
//! | a bounce | SES tells the job queue through EventBridge; the mail's new state and the suppression of its address are one write |
//! | what happens | a line a request, an attempt at a job, a batch, with its metrics in it; jobs are called as the request that they follow from |
//!
//! Imports point one way; a test reads the sources and fails on one against the arrow:
//! domain ← error ← config, clock, mint, ledger, permissions, telemetry ← aws, vault ← store, queue, github, email ← auth, creates, limits, ready ← app ← flows ← jobs ← http.

pub mod domain;

pub mod error;

pub mod clock;
pub mod config;
pub mod ledger;
pub mod mint;
pub mod permissions;
pub mod secret;

pub mod http_client;
pub mod telemetry;

pub mod aws;
pub mod vault;

pub mod email;
pub mod github;
pub mod queue;
pub mod store;

pub mod auth;
pub mod creates;
pub mod limits;
pub mod ready;

pub mod app;

pub mod flows;
pub mod jobs;

pub mod http;
