//! The template repositories: fourteen little projects whose tests fail until they are worked on.
//!
//! Each has a README that tells what to do, one source file, three cases in `tests/cases.json` (one
//! passes from the start), and the workflow that judges them here and on the real GitHub.

use jiff::Timestamp;
use serde_json::json;

use crate::documents::DocumentsError;
use crate::github::archive::Files;
use crate::github::objects::Object;
use crate::github::repository::Visibility;
use crate::github::results::CASES_PATH;
use crate::github::users::{BOT_LOGIN, TEMPLATE_OWNER, UserKind};
use crate::github::world::{NewRepository, World};

/// The line that makes every case of every template pass, wherever in the source file it stands.
/// The README tells it.
pub const SOLUTION: &str = "GET /limits: more than 60 requests a minute answer 429";

const WORKFLOW_PATH: &str = ".github/workflows/tenon-ci.yml";
const WORKFLOW: &str = include_str!("templates/tenon-ci.yml");
/// 2025-01-06T09:00:00Z: always the same day, so that the templates' SHAs are the same everywhere.
const MADE_AT_SECONDS: i64 = 1_736_154_000;

/// One template repository of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// Without its owner, `tenon-hire-dev`.
    pub repository: &'static str,
    pub title: &'static str,
    /// The path of the file to work on.
    pub source: &'static str,
    language: Language,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Python,
    TypeScript,
    Java,
    Go,
    CSharp,
}

/// The catalogue, in its order.
pub const TEMPLATES: [Template; 14] = {
    use Language::{CSharp, Go, Java, Python, TypeScript};
    const JAVA: &str = "src/main/java/dev/tenon/Application.java";
    const fn template(
        repository: &'static str,
        title: &'static str,
        source: &'static str,
        language: Language,
    ) -> Template {
        Template { repository, title, source, language }
    }
    [
        template("tenon-template-python-fastapi", "Python (FastAPI)", "app/main.py", Python),
        template(
            "tenon-template-node-express-ts",
            "Node.js (Express, TS)",
            "src/app.ts",
            TypeScript,
        ),
        template("tenon-template-node-nest-ts", "Node.js (NestJS, TS)", "src/main.ts", TypeScript),
        template("tenon-template-java-springboot", "Java (Spring Boot)", JAVA, Java),
        template("tenon-template-go-gin", "Go (Gin)", "main.go", Go),
        template("tenon-template-dotnet-webapi", ".NET (Web API)", "Program.cs", CSharp),
        template(
            "tenon-template-monorepo-nextjs-nest",
            "Monorepo (Next.js + NestJS)",
            "apps/api/src/main.ts",
            TypeScript,
        ),
        template(
            "tenon-template-monorepo-nextjs-fastapi",
            "Monorepo (Next.js + FastAPI)",
            "apps/api/main.py",
            Python,
        ),
        template(
            "tenon-template-monorepo-react-express",
            "Monorepo (React + Express)",
            "apps/api/src/app.ts",
            TypeScript,
        ),
        template(
            "tenon-template-monorepo-react-springboot",
            "Monorepo (React + Spring Boot)",
            "apps/api/src/main/java/dev/tenon/Application.java",
            Java,
        ),
        template(
            "tenon-template-monorepo-expo-fastapi",
            "Mobile Fullstack (Expo + FastAPI)",
            "apps/api/main.py",
            Python,
        ),
        template(
            "tenon-template-mobile-backend-fastapi",
            "Mobile Backend (FastAPI)",
            "app/main.py",
            Python,
        ),
        template(
            "tenon-template-ml-backend-fastapi",
            "ML Backend (FastAPI)",
            "app/main.py",
            Python,
        ),
        template("tenon-template-ml-infra-mlops", "ML Infra / MLOps", "pipeline/serve.py", Python),
    ]
};

impl Language {
    fn source(self) -> &'static str {
        match self {
            Self::Python => include_str!("templates/main.py"),
            Self::TypeScript => include_str!("templates/app.ts"),
            Self::Java => include_str!("templates/Application.java"),
            Self::Go => include_str!("templates/main.go"),
            Self::CSharp => include_str!("templates/Program.cs"),
        }
    }

    fn comment(self) -> &'static str {
        match self {
            Self::Python => "#",
            Self::TypeScript | Self::Java | Self::Go | Self::CSharp => "//",
        }
    }
}

impl Template {
    /// The source file with the work done: what a candidate would push.
    pub fn solved(self) -> String {
        format!("{}\n{} {SOLUTION}\n", self.language.source(), self.language.comment())
    }

    fn contents(self) -> [(&'static str, String); 4] {
        let Self { title, source, language, .. } = self;
        let comment = language.comment();
        let readme = format!(
            "# {title}\n\nA small HTTP service. `{source}` is the file to work on, `{CASES_PATH}` says \
             what is expected of it, and the `Tenon CI` workflow judges it.\n\n## The task\n\nThe \
             health check works. What is missing is a rate limit: a route `/limits` that tells the \
             limit, and the answer 429 for who exceeds it.\n\n## How the cases judge\n\nA case passes \
             when its file contains its text. To see all of them pass, add this line to \
             `{source}`:\n\n```\n{comment} {SOLUTION}\n```\n"
        );
        let case = |name: &str, contains: &str| json!({ "name": name, "file": source, "contains": contains });
        let cases = json!([
            case("the health check answers", "/health"),
            case("the limit can be asked for", "/limits"),
            case("too many requests are refused", "429"),
        ]);
        [
            ("README.md", readme),
            (source, language.source().to_owned()),
            (CASES_PATH, format!("{cases:#}\n")),
            (WORKFLOW_PATH, WORKFLOW.to_owned()),
        ]
    }
}

/// Makes the templates that are not there yet, and the accounts everything needs.
pub fn seed(world: &mut World) -> Result<(), DocumentsError> {
    let made_at = Timestamp::from_second(MADE_AT_SECONDS).unwrap_or_default();
    world.mention(BOT_LOGIN, UserKind::User, made_at)?;
    for template in TEMPLATES {
        if world.repository(TEMPLATE_OWNER, template.repository).is_some() {
            continue;
        }
        let mut files = Files::new();
        for (path, content) in template.contents() {
            files.insert(path.to_owned(), world.archive.put(Object::Blob(content.into_bytes()))?);
        }
        let new = NewRepository {
            owner: TEMPLATE_OWNER.to_owned(),
            name: template.repository.to_owned(),
            description: Some(format!("Tenon template: {}", template.title)),
            visibility: Visibility::Public,
            is_template: true,
            template: None,
            branches: vec![("main".to_owned(), files)],
        };
        world.create_repository(new, made_at)?;
    }
    Ok(())
}
