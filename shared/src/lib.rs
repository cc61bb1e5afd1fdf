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
//! | a claim | the token's tag is checked without a read; one read, one conditional write |
//! | a test run | recorded with its `follow_run` job, then dispatched; polls read what is stored |
//! | a submission | the branch head is pinned; submission, run and `examine_submission` are one write; tag, dispatch on the tag, results, comparison follow |
//! | a webhook | its signature is checked first; the delivery's number and a `heed_github` job are one write, and the job asks GitHub |
//! | a bounce | SES tells the job queue through EventBridge; the mail's new state and the suppression of its address are one write |
//!
//! Imports point one way; a test reads the sources and fails on one against the arrow:
//! domain ← error ← config, clock, mint, ledger ← store, queue, github, email ← auth, limits ← app ← flows ← jobs ← http.

pub mod domain;

pub mod error;

pub mod clock;
pub mod config;
pub mod ledger;
pub mod mint;
pub mod secret;
pub mod telemetry;

pub mod email;
pub mod github;
pub mod http_client;
pub mod queue;
pub mod store;

pub mod auth;
pub mod limits;

pub mod app;

pub mod flows;
pub mod jobs;

pub mod http;
