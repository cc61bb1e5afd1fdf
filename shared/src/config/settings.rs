//! Every setting there is, declared once: the reader reads by these, the documentation lists them.

pub(super) mod mail;

/// A setting of the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The variable's name.
    pub name: &'static str,
    /// What holds when it is not set.
    pub unset: Unset,
    /// What it means, in a sentence.
    pub meaning: &'static str,
    /// Whether it may be in the secret that `TENON_SECRET_ARN` names.
    pub secret: bool,
}

impl Setting {
    /// The same, as one that may be in the secret.
    const fn secret(self) -> Self {
        Self { secret: true, ..self }
    }
}

/// What holds when a setting is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unset {
    /// The process refuses to start.
    Refused,
    /// As if it were set to this.
    Means(&'static str),
    /// What these words say.
    Described(&'static str),
}

/// Settings that belong together.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// What they are about.
    pub title: &'static str,
    /// The settings, in the order in which a reader wants them.
    pub settings: &'static [Setting],
}

const fn must(name: &'static str, meaning: &'static str) -> Setting {
    Setting { name, unset: Unset::Refused, meaning, secret: false }
}

const fn means(name: &'static str, value: &'static str, meaning: &'static str) -> Setting {
    Setting { name, unset: Unset::Means(value), meaning, secret: false }
}

const fn else_(name: &'static str, words: &'static str, meaning: &'static str) -> Setting {
    Setting { name, unset: Unset::Described(words), meaning, secret: false }
}

pub(super) const ENV: Setting =
    means("TENON_ENV", "prod", "Where the process runs: `prod`, `local` or `test`.");
pub(super) const API_PREFIX: Setting =
    means("TENON_API_PREFIX", "/api", "Fixed: any other value is refused.");
pub(super) const BODY_BYTES_MAX: Setting =
    means("TENON_MAX_REQUEST_BODY_BYTES", "1048576", "The largest request body, in bytes.");
pub(super) const PORTAL: Setting = must(
    "TENON_CANDIDATE_PORTAL_BASE_URL",
    "The web client's address: where invite links lead. Without query and fragment.",
);
pub(super) const PUBLIC_API: Setting = else_(
    "TENON_PUBLIC_API_BASE_URL",
    "invite mails hold no link to the page for the GitHub username",
    "Where we are reached from outside, with the stage if there is one. Without query and fragment.",
);
pub(super) const DOCS: Setting =
    means("TENON_DOCS_ENABLED", "true", "Whether the API document and the page `/docs` are there.");
pub(super) const DEBUG_PERF: Setting = means(
    "TENON_DEBUG_PERF",
    "false",
    "Whether the log line of a request also tells its table calls and their time.",
);
pub(super) const SECRET_ARN: Setting = else_(
    "TENON_SECRET_ARN",
    "all settings are in the environment",
    "The ARN of a secret of AWS Secrets Manager: a JSON object of texts by the names of \
     settings that are marked as secret here. What is in the environment wins.",
);
pub(super) const SECRETS_ENDPOINT: Setting =
    else_("TENON_SECRETS_ENDPOINT", "AWS", "Where Secrets Manager is, when not on AWS.");
pub(super) const TLS_ROOTS: Setting = means(
    "TENON_TLS_ROOTS",
    "embedded",
    "Which authorities are believed: `embedded`, Mozilla's, which are compiled in, or `system`, \
     those of the machine or of `SSL_CERT_FILE`. Behind a proxy that opens connections: `system`.",
);

pub(super) const COLLECTOR: Setting = else_(
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "nothing is traced",
    "Who collects traces by OpenTelemetry's protocol over HTTP: the base of its address.",
);

pub(super) const TABLE_NAME: Setting = must("TENON_TABLE_NAME", "The DynamoDB table's name.");
pub(super) const TABLE_ENDPOINT: Setting =
    else_("TENON_TABLE_ENDPOINT", "AWS", "Where the table is, when not on AWS.");
pub(super) const QUEUE_URL: Setting =
    must("TENON_QUEUE_URL", "The URL of the job queue, as SQS gives it.");
pub(super) const QUEUE_ENDPOINT: Setting =
    else_("TENON_QUEUE_ENDPOINT", "AWS", "Where the queue is, when not on AWS.");

pub(super) const AUTH0_DOMAIN: Setting =
    else_("TENON_AUTH0_DOMAIN", "the issuer must be set", "The Auth0 tenant's domain.");
pub(super) const AUTH0_ISSUER: Setting = else_(
    "TENON_AUTH0_ISSUER",
    "`https://<domain>/`",
    "Who issues the tokens we believe; ends in `/`, which is added.",
);
pub(super) const AUTH0_JWKS_URL: Setting = else_(
    "TENON_AUTH0_JWKS_URL",
    "`<issuer>.well-known/jwks.json`",
    "Where the issuer publishes its keys.",
);
pub(super) const AUTH0_AUDIENCE: Setting =
    must("TENON_AUTH0_API_AUDIENCE", "The audience that a token must name.");
pub(super) const AUTH0_ALGORITHMS: Setting =
    means("TENON_AUTH0_ALGORITHMS", "RS256", "Fixed: any other value is refused.");
pub(super) const AUTH0_LEEWAY: Setting = means(
    "TENON_AUTH0_LEEWAY_SECONDS",
    "60",
    "How far clocks may differ, in seconds; at most 300.",
);
pub(super) const AUTH0_JWKS_TTL: Setting = means(
    "TENON_AUTH0_JWKS_CACHE_TTL_SECONDS",
    "3600",
    "How long the issuer's keys are kept, in seconds.",
);
pub(super) const AUTH0_NAMESPACE: Setting = means(
    "TENON_AUTH0_CLAIM_NAMESPACE",
    "https://tenon.ai",
    "The prefix of our claims in a token.",
);
pub(super) const AUTH0_EMAIL_CLAIM: Setting =
    else_("TENON_AUTH0_EMAIL_CLAIM", "`<namespace>/email`", "The claim with the e-mail address.");
pub(super) const AUTH0_ROLES_CLAIM: Setting =
    else_("TENON_AUTH0_ROLES_CLAIM", "`<namespace>/roles`", "The claim with the roles.");
pub(super) const AUTH0_PERMISSIONS_CLAIM: Setting = else_(
    "TENON_AUTH0_PERMISSIONS_CLAIM",
    "`<namespace>/permissions`",
    "The claim with the permissions, where `permissions` is no list.",
);
pub(super) const AUTH0_REQUIRE_VERIFIED: Setting = means(
    "TENON_AUTH0_REQUIRE_EMAIL_VERIFIED",
    "false",
    "Whether a candidate's token that does not say that its address is verified is refused.",
);
pub(super) const AUTH0_GITHUB_LOGIN_CLAIM: Setting = else_(
    "TENON_AUTH0_GITHUB_LOGIN_CLAIM",
    "no such claim is read",
    "The claim with a candidate's GitHub username.",
);
pub(super) const INVITE_KEYS: Setting = must(
    "TENON_INVITE_TOKEN_KEYS",
    "Keys of invite tokens: `<version 0-255>:<base64 of 32 bytes or more>`, separated by commas. \
     The highest version makes new tokens, all of them are accepted.",
)
.secret();
pub(super) const ADMIN_KEY: Setting =
    else_("TENON_ADMIN_API_KEY", "no admin routes", "What `X-Admin-Key` must say on `/api/admin`.")
        .secret();
/// Two names for one switch.
pub(super) const DEV_BYPASS: [Setting; 2] = [
    means(
        "DEV_AUTH_BYPASS",
        "false",
        "Whether unsigned development identities are believed, from this machine only. Refused \
         outside `TENON_ENV=local`.",
    ),
    means("TENON_DEV_AUTH_BYPASS", "false", "The same."),
];

pub(super) const RATE_LIMITS: Setting = else_(
    "TENON_RATE_LIMIT_ENABLED",
    "on, but off in `local` and `test`",
    "Whether requests are limited.",
);
pub(super) const TRUSTED_PROXIES: Setting = else_(
    "TENON_TRUSTED_PROXY_CIDRS",
    "none",
    "Networks of proxies whose `X-Forwarded-For` is believed: a JSON array or a comma list.",
);
pub(super) const CORS_ORIGINS: Setting = else_(
    "TENON_CORS_ALLOW_ORIGINS",
    "none; `http://localhost:3000` and `http://127.0.0.1:3000` in `local` and `test`",
    "Origins whose pages may call us: a JSON array or a comma list.",
);
pub(super) const CORS_PATTERN: Setting = else_(
    "TENON_CORS_ALLOW_ORIGIN_REGEX",
    "none",
    "A regular expression; an origin that it matches from end to end may call us too.",
);

pub(super) const GITHUB_API_BASE: Setting =
    means("TENON_GITHUB_API_BASE", "https://api.github.com", "The address of GitHub's API.");
pub(super) const GITHUB_TOKEN: Setting = else_(
    "TENON_GITHUB_TOKEN",
    "a GitHub App must be set",
    "The token we show to GitHub. Either this or a GitHub App.",
)
.secret();
pub(super) const GITHUB_APP_ID: Setting = else_(
    "TENON_GITHUB_APP_ID",
    "the token is used",
    "The id, or the client id, of the GitHub App that we are.",
);
pub(super) const GITHUB_APP_KEY: Setting = else_(
    "TENON_GITHUB_APP_PRIVATE_KEY",
    "refused with an App",
    "The App's private key: PEM, its line ends as they are or written as `\\n`.",
)
.secret();
pub(super) const GITHUB_APP_INSTALLATION: Setting = else_(
    "TENON_GITHUB_APP_INSTALLATION_ID",
    "looked up by the repository's owner",
    "The App's one installation to use.",
);
pub(super) const GITHUB_CREATES_SECOND: Setting = means(
    "TENON_GITHUB_CREATES_PER_SECOND",
    "1",
    "How many creating calls we make to GitHub in a second, over all processes; 0 for no limit.",
);
pub(super) const GITHUB_CREATES_MINUTE: Setting =
    means("TENON_GITHUB_CREATES_PER_MINUTE", "60", "The same, in a minute.");
pub(super) const GITHUB_CREATES_HOUR: Setting =
    means("TENON_GITHUB_CREATES_PER_HOUR", "450", "The same, in an hour.");
pub(super) const GITHUB_WEBHOOK_SECRETS: Setting = else_(
    "TENON_GITHUB_WEBHOOK_SECRETS",
    "webhooks are refused",
    "The secrets GitHub signs its webhooks with, separated by commas: one, or two while the secret \
     is changed.",
)
.secret();
pub(super) const GITHUB_CLEANUP: Setting = means(
    "TENON_GITHUB_CLEANUP_ENABLED",
    "false",
    "Whether repositories of old simulations are archived, and later deleted.",
);
pub(super) const GITHUB_ARCHIVE_DAYS: Setting = means(
    "TENON_GITHUB_ARCHIVE_AFTER_DAYS",
    "30",
    "Days after the end of a candidate's work until the repositories are archived.",
);
pub(super) const GITHUB_DELETE_DAYS: Setting = means(
    "TENON_GITHUB_DELETE_AFTER_DAYS",
    "180",
    "Days after the end of a candidate's work until the repositories are deleted; not below those \
     until they are archived.",
);
pub(super) const GITHUB_ORG: Setting =
    else_("TENON_GITHUB_ORG", "the template's owner", "Who owns the candidates' repositories.");
pub(super) const GITHUB_WORKFLOW: Setting = means(
    "TENON_GITHUB_ACTIONS_WORKFLOW_FILE",
    "tenon-ci.yml",
    "The workflow that runs the tests: a file name in `.github/workflows`.",
);
pub(super) const GITHUB_PROTECTED: Setting = means(
    "TENON_GITHUB_PROTECTED_PATHS",
    ".github/workflows/,tests/",
    "Path prefixes that decide how tests are run: a change there is reported as tampering, unless it \
     is a test that was added.",
);
pub(super) const GITHUB_PREFIX: Setting = means(
    "TENON_GITHUB_REPO_PREFIX",
    "tenon-ws-",
    "What a candidate's repository's name begins with.",
);

/// Every setting that is read.
pub const ALL: [Group; 6] = [
    Group {
        title: "The service",
        settings: &[
            ENV,
            SECRET_ARN,
            SECRETS_ENDPOINT,
            TLS_ROOTS,
            API_PREFIX,
            PORTAL,
            PUBLIC_API,
            BODY_BYTES_MAX,
            DOCS,
            DEBUG_PERF,
            COLLECTOR,
        ],
    },
    Group {
        title: "Table and queue",
        settings: &[TABLE_NAME, TABLE_ENDPOINT, QUEUE_URL, QUEUE_ENDPOINT],
    },
    Group {
        title: "Who is let in",
        settings: &[
            AUTH0_DOMAIN,
            AUTH0_ISSUER,
            AUTH0_JWKS_URL,
            AUTH0_AUDIENCE,
            AUTH0_ALGORITHMS,
            AUTH0_LEEWAY,
            AUTH0_JWKS_TTL,
            AUTH0_NAMESPACE,
            AUTH0_EMAIL_CLAIM,
            AUTH0_ROLES_CLAIM,
            AUTH0_PERMISSIONS_CLAIM,
            AUTH0_REQUIRE_VERIFIED,
            AUTH0_GITHUB_LOGIN_CLAIM,
            INVITE_KEYS,
            ADMIN_KEY,
            DEV_BYPASS[0],
            DEV_BYPASS[1],
        ],
    },
    Group {
        title: "Limits and origins",
        settings: &[RATE_LIMITS, TRUSTED_PROXIES, CORS_ORIGINS, CORS_PATTERN],
    },
    Group {
        title: "GitHub",
        settings: &[
            GITHUB_API_BASE,
            GITHUB_TOKEN,
            GITHUB_APP_ID,
            GITHUB_APP_KEY,
            GITHUB_APP_INSTALLATION,
            GITHUB_ORG,
            GITHUB_WORKFLOW,
            GITHUB_PROTECTED,
            GITHUB_PREFIX,
            GITHUB_CREATES_SECOND,
            GITHUB_CREATES_MINUTE,
            GITHUB_CREATES_HOUR,
            GITHUB_WEBHOOK_SECRETS,
            GITHUB_CLEANUP,
            GITHUB_ARCHIVE_DAYS,
            GITHUB_DELETE_DAYS,
        ],
    },
    mail::GROUP,
];

/// Settings of the service we replace that are not read, and why.
pub const RETIRED: [(&str, &str); 5] = [
    ("TENON_DATABASE_URL", "The table takes the database's place."),
    ("TENON_DATABASE_URL_SYNC", "The table takes the database's place."),
    ("TENON_GITHUB_TEMPLATE_OWNER", "Every template of the catalogue names its owner."),
    ("TENON_CANDIDATE_CONNECTION_NAME", "It had no effect before either."),
    ("TENON_RECRUITER_CONNECTION_NAME", "It had no effect before either."),
];
