//! `cargo dev templates`: the template repositories are checked from a terminal.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use clap::{ArgGroup, Args, ValueEnum};
use shared::clock::Clock;
use shared::config::{ConfigErrors, GitHubConfig};
use shared::domain::id::TemplateCheckId;
use shared::domain::live_check::{CheckRequest, LiveCheck, LiveState};
use shared::domain::template::TemplateKey;
use shared::domain::template_health::HealthCode;
use shared::flows::inspect_template::inspect_template;
use shared::flows::try_template::Trial;
use shared::github::{GitHub, Settings};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// With what the program ends when it cannot begin, as when it is called wrongly.
pub const CANNOT_BEGIN: u8 = 2;

/// What is to be checked, and how.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("which").required(true).args(["all", "template_keys"])))]
pub struct Asked {
    /// `static` looks at files, `live` runs the workflow and reads what it leaves.
    #[arg(long, value_enum, default_value_t = Mode::Static)]
    mode: Mode,
    /// Check every template of the catalogue.
    #[arg(long)]
    all: bool,
    /// Check these templates; several after blanks or commas.
    #[arg(long, value_name = "KEY", num_args = 1.., value_delimiter = ',', value_parser = key)]
    template_keys: Vec<TemplateKey>,
    /// How many templates are checked at the same time.
    #[arg(long, value_name = "COUNT", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    concurrency: u32,
    /// How long one template may take, in seconds: 1 to 600.
    #[arg(long, value_name = "SECONDS", default_value_t = 180, value_parser = clap::value_parser!(u32).range(1..=600))]
    timeout_seconds: u32,
}

/// How templates are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    Static,
    Live,
}

fn key(text: &str) -> Result<TemplateKey, String> {
    TemplateKey::parse(text).map_err(|invalid| invalid.message)
}

/// Why nothing was checked. No value of a setting is shown: it may be a secret.
#[derive(Debug, thiserror::Error)]
pub enum CannotBegin {
    /// The settings of GitHub are wrong.
    #[error(transparent)]
    Settings(#[from] ConfigErrors),
    /// There can be no connection at all.
    #[error("cannot make an HTTP client")]
    Http(#[from] reqwest::Error),
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All templates are well.
    AllOk,
    /// Some are not.
    SomeFailed,
    /// It was interrupted before all were checked.
    Interrupted,
}

impl Ended {
    /// With what the program ends.
    pub const fn code(self) -> u8 {
        match self {
            Self::AllOk => 0,
            Self::SomeFailed | Self::Interrupted => 1,
        }
    }
}

/// Checks what is asked for on the GitHub that `settings` name, and tells `out`: a line for each
/// template as it ends, then how many are well and a line for each that is not.
pub async fn run(
    asked: &Asked,
    settings: &BTreeMap<String, String>,
    out: &mut impl Write,
    interrupted: impl Future<Output = ()>,
) -> Result<Ended, CannotBegin> {
    let local = |name: &str| (name == "TENON_ENV").then(|| "local".to_owned());
    let lookup = |name: &str| settings.get(name).cloned().or_else(|| local(name));
    let (config, identity) = GitHubConfig::from_lookup(&lookup)?;
    let clock = Clock::System;
    let settings = Settings::new(&config, identity.into());
    let github = GitHub::new(shared::http_client::build()?, settings, clock.clone()).patient();
    let trial = Trial { github, clock };
    Ok(check(asked, &trial, &config.workflow_file, out, interrupted).await)
}

/// What was found of a template.
struct Found {
    position: usize,
    template: TemplateKey,
    errors: Vec<HealthCode>,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes: Vec<_> = self.errors.iter().map(|code| code.as_str()).collect();
        write!(f, "{}: {}", self.template, codes.join(", "))
    }
}

async fn check(
    asked: &Asked,
    trial: &Trial,
    workflow_file: &str,
    out: &mut impl Write,
    interrupted: impl Future<Output = ()>,
) -> Ended {
    let templates = if asked.all { TemplateKey::ALL.to_vec() } else { asked.template_keys.clone() };
    let count = templates.len();
    let mut wanted = templates.into_iter().enumerate();
    let workflow_file: Arc<str> = workflow_file.into();
    let (mut work, mut found) = (JoinSet::new(), Vec::new());
    let mut interrupted = Box::pin(interrupted);
    let most = usize::try_from(asked.concurrency).unwrap_or(usize::MAX);
    loop {
        let free = most.saturating_sub(work.len());
        for (position, template) in wanted.by_ref().take(free) {
            let limits = (asked.mode, asked.timeout_seconds);
            let (trial, file) = (trial.clone(), Arc::clone(&workflow_file));
            work.spawn(async move {
                let errors = checked(&trial, template, &file, limits).await;
                Found { position, template, errors }
            });
        }
        tokio::select! {
            ended = work.join_next() => match ended {
                None => break,
                Some(Ok(one)) => {
                    tell(out, format_args!("[{:>2}/{count}] {}", found.len() + 1, verdict(&one)));
                    found.push(one);
                }
                // What panicked is missing at the end, which is not well.
                Some(Err(_panicked)) => {}
            },
            () = &mut interrupted => break,
        }
    }
    summed_up(found, count, out)
}

/// Tells how many of `count` templates are well, and which are not.
fn summed_up(mut found: Vec<Found>, count: usize, out: &mut impl Write) -> Ended {
    let ok = found.iter().filter(|one| one.errors.is_empty()).count();
    tell(out, format_args!("\n{ok}/{count} ok"));
    found.sort_by_key(|one| one.position);
    for failing in found.iter().filter(|one| !one.errors.is_empty()) {
        tell(out, format_args!("{failing}"));
    }
    if found.len() < count {
        tell(out, format_args!("{} not checked", count - found.len()));
        return Ended::Interrupted;
    }
    if ok == count { Ended::AllOk } else { Ended::SomeFailed }
}

fn verdict(found: &Found) -> String {
    if found.errors.is_empty() { format!("{}: ok", found.template) } else { found.to_string() }
}

/// What is wrong with `template`.
async fn checked(
    trial: &Trial,
    template: TemplateKey,
    workflow_file: &str,
    (mode, timeout_seconds): (Mode, u32),
) -> Vec<HealthCode> {
    if mode == Mode::Static {
        let deadline = Instant::now() + Duration::from_secs(timeout_seconds.into());
        return inspect_template(&trial.github, template, workflow_file, deadline).await.errors;
    }
    let request = CheckRequest { templates: vec![template], timeout_seconds, concurrency: 1 };
    let now = trial.clock.now();
    let nobodys = TemplateCheckId::new(0);
    let mut errors = Vec::new();
    for check in LiveCheck::all_of(&request, nobodys, workflow_file, now) {
        if let LiveState::Over { verdict, .. } = trial.to_the_end(check).await.state {
            errors.extend(verdict.errors);
        }
    }
    errors
}

fn tell(out: &mut impl Write, line: fmt::Arguments<'_>) {
    // Nobody listening is no reason to end.
    let _ = writeln!(out, "{line}");
}

#[cfg(test)]
mod tests;
