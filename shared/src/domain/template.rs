//! The template catalog: what a simulation's code days start from.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::repository::RepositoryName;
use crate::domain::text::Invalid;

/// Whose templates they are.
pub const OWNER: &str = "tenon-hire-dev";

/// A key of the catalog, in catalog order; the first is the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TemplateKey {
    #[default]
    PythonFastapi,
    NodeExpressTs,
    NodeNestTs,
    JavaSpringboot,
    GoGin,
    DotnetWebapi,
    MonorepoNextjsNest,
    MonorepoNextjsFastapi,
    MonorepoReactExpress,
    MonorepoReactSpringboot,
    MobileFullstackExpoFastapi,
    MobileBackendFastapi,
    MlBackendFastapi,
    MlInfraMlops,
}

impl TemplateKey {
    /// Every key, in catalog order.
    pub const ALL: [Self; 14] = [
        Self::PythonFastapi,
        Self::NodeExpressTs,
        Self::NodeNestTs,
        Self::JavaSpringboot,
        Self::GoGin,
        Self::DotnetWebapi,
        Self::MonorepoNextjsNest,
        Self::MonorepoNextjsFastapi,
        Self::MonorepoReactExpress,
        Self::MonorepoReactSpringboot,
        Self::MobileFullstackExpoFastapi,
        Self::MobileBackendFastapi,
        Self::MlBackendFastapi,
        Self::MlInfraMlops,
    ];

    /// The key as the client writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PythonFastapi => "python-fastapi",
            Self::NodeExpressTs => "node-express-ts",
            Self::NodeNestTs => "node-nest-ts",
            Self::JavaSpringboot => "java-springboot",
            Self::GoGin => "go-gin",
            Self::DotnetWebapi => "dotnet-webapi",
            Self::MonorepoNextjsNest => "monorepo-nextjs-nest",
            Self::MonorepoNextjsFastapi => "monorepo-nextjs-fastapi",
            Self::MonorepoReactExpress => "monorepo-react-express",
            Self::MonorepoReactSpringboot => "monorepo-react-springboot",
            Self::MobileFullstackExpoFastapi => "mobile-fullstack-expo-fastapi",
            Self::MobileBackendFastapi => "mobile-backend-fastapi",
            Self::MlBackendFastapi => "ml-backend-fastapi",
            Self::MlInfraMlops => "ml-infra-mlops",
        }
    }

    /// Reads a key, surrounding white space aside, case mattering.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let wanted = text.trim();
        Self::ALL.into_iter().find(|key| key.as_str() == wanted).ok_or_else(|| {
            let allowed = Self::allowed().join(", ");
            Invalid::new("value_error", format!("Invalid templateKey. Allowed: {allowed}"))
        })
    }

    /// Every key in alphabetical order, for error texts.
    pub fn allowed() -> Vec<&'static str> {
        let mut keys = Self::ALL.map(Self::as_str).to_vec();
        keys.sort_unstable();
        keys
    }

    /// The template repository.
    pub fn repository(self) -> RepositoryName {
        let name = match self {
            // The one repository that is not named after its key.
            Self::MobileFullstackExpoFastapi => "monorepo-expo-fastapi",
            other => other.as_str(),
        };
        RepositoryName::trusted(OWNER, &format!("tenon-template-{name}"))
    }
}

impl fmt::Display for TemplateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_trimmed_and_exact() {
        assert_eq!(TemplateKey::parse(" go-gin "), Ok(TemplateKey::GoGin));
        assert_eq!(TemplateKey::default().as_str(), "python-fastapi");
        let refused = TemplateKey::parse("Go-Gin").unwrap_err();
        assert!(
            refused.message.starts_with("Invalid templateKey. Allowed: dotnet-webapi, go-gin,")
        );
    }

    #[test]
    fn every_key_is_stored_as_it_is_written() {
        for key in TemplateKey::ALL {
            let stored = serde_json::to_string(&key).unwrap();
            assert_eq!(stored, format!("\"{key}\""));
        }
    }

    #[test]
    fn the_expo_template_has_a_name_of_its_own() {
        assert_eq!(
            TemplateKey::MobileFullstackExpoFastapi.repository().to_string(),
            "tenon-hire-dev/tenon-template-monorepo-expo-fastapi"
        );
    }
}
