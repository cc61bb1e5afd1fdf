//! What the routes of the templates take.

use shared::domain::id::TemplateCheckId;
use shared::domain::live_check::{CheckRefused, CheckRequest};
use shared::domain::template::TemplateKey;
use shared::domain::text::Invalid;
use shared::error::Error;
use shared::flows::check_templates::Known;
use shared::flows::try_templates::WAIT_SECONDS_MAX;
use shared::http::input::{Reader, Shape, Told};
use shared::http::schema::WholeNumber;
use utoipa::{IntoParams, ToSchema};

/// How long a template may take, in seconds, when nothing is said.
const TIMEOUT_SECONDS: i64 = 180;
/// How many are tried at the same time, when nothing is said.
const CONCURRENCY: i64 = 2;

/// How templates are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Static,
    Live,
}

impl Mode {
    fn parse(text: &str) -> Result<Self, Invalid> {
        match text {
            "static" => Ok(Self::Static),
            "live" => Ok(Self::Live),
            _ => Err(Invalid::new("literal_error", "must be static or live")),
        }
    }
}

/// What to look at.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "tells the document what `Look` reads")]
pub(crate) struct HealthQuery {
    /// `static`; `live` is refused.
    #[param(pattern = "^(static|live)$", required = false, default = "static")]
    mode: String,
    /// Whether templates are looked at that were a short time ago.
    #[param(pattern = "^(1|0|true|false)$", required = false, default = "false")]
    refresh: String,
}

pub(crate) struct Look {
    mode: Mode,
    known: Known,
}

impl Shape for Look {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        let mode = reader.query(&["mode"], Mode::parse);
        let known = reader.query(&["refresh"], |text| match text {
            "1" | "true" => Ok(Known::Never),
            "0" | "false" => Ok(Known::Lately),
            _ => Err(Invalid::new("bool_parsing", "must be 1, 0, true or false")),
        });
        Ok(Self { mode: mode?.unwrap_or(Mode::Static), known: known?.unwrap_or(Known::Lately) })
    }
}

impl Look {
    /// What counts as known, for who only wants to look.
    pub(crate) const fn known(&self) -> Result<Known, Error> {
        match self.mode {
            Mode::Static => Ok(self.known),
            Mode::Live => Err(Error::LiveChecksElsewhere),
        }
    }
}

/// Which templates are to be tried out.
#[derive(ToSchema)]
#[schema(as = TryTemplates)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "tells the document what `Try` reads")]
pub(crate) struct TryDocument {
    /// `live` and nothing else.
    #[schema(pattern = "^live$", default = "live", required = false)]
    mode: String,
    /// Which templates, in the order in which they are answered.
    #[schema(min_items = 1, max_items = 5)]
    template_keys: Vec<TemplateKey>,
    /// How long each may take, in seconds. Less than 1 is 1, more than 600 is 600.
    #[schema(default = 180, required = false)]
    timeout_seconds: WholeNumber,
    /// How many are tried at the same time. Less than 1 is 1, more than 5 is 5.
    #[schema(default = 2, required = false)]
    concurrency: WholeNumber,
    /// How long the request waits for them to be done, in seconds. Less than 0 is 0, more than 12 is
    /// 12.
    #[schema(default = 12, required = false)]
    wait_seconds: WholeNumber,
}

pub(crate) struct Try {
    mode: Mode,
    keys: Vec<String>,
    timeout_seconds: i64,
    concurrency: i64,
    wait_seconds: i64,
}

impl Shape for Try {
    const HAS_BODY: bool = true;

    fn read(reader: &mut Reader) -> Result<Self, Told> {
        let mode = reader.body_if_there("mode", Mode::parse);
        let keys = reader.body_texts("templateKeys");
        let timeout_seconds = reader.body_number("timeoutSeconds");
        let concurrency = reader.body_number("concurrency");
        let wait_seconds = reader.body_number("waitSeconds");
        Ok(Self {
            mode: mode?.unwrap_or(Mode::Live),
            keys: keys?,
            timeout_seconds: timeout_seconds?.unwrap_or(TIMEOUT_SECONDS),
            concurrency: concurrency?.unwrap_or(CONCURRENCY),
            wait_seconds: wait_seconds?.unwrap_or(WAIT_SECONDS_MAX.into()),
        })
    }
}

impl Try {
    /// What is asked for, and how long to wait for it, in seconds.
    pub(crate) fn parse(&self) -> Result<(CheckRequest, u32), CheckRefused> {
        if self.mode == Mode::Static {
            return Err(CheckRefused::NotLive);
        }
        let request = CheckRequest::parse(&self.keys, self.timeout_seconds, self.concurrency)?;
        let wait_seconds = self.wait_seconds.clamp(0, WAIT_SECONDS_MAX.into());
        Ok((request, u32::try_from(wait_seconds).unwrap_or(WAIT_SECONDS_MAX)))
    }
}

pub(crate) struct Tried {
    pub(crate) check: TemplateCheckId,
}

impl Shape for Tried {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        Ok(Self { check: reader.path("checkId", TemplateCheckId::parse)? })
    }
}
