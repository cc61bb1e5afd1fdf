//! Proofs of who is calling. Only this module makes them.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::auth::claims::{Permission, Principal};
use crate::auth::dev::{self, DevIdentities, Shown};
use crate::auth::token::{TokenError, Verifier};
use crate::domain::candidate_session::Claimant;
use crate::domain::company::{Company, CompanyKind};
use crate::domain::id::{CompanyId, UserId};
use crate::domain::mail_domain::MailDomain;
use crate::domain::repository::GitHubUsername;
use crate::domain::user::User;
use crate::error::Error;
use crate::mint::Mint;
use crate::store::transaction::{Transaction, Written, settled};
use crate::store::{Store, keys};

/// Somebody who may act as a recruiter.
#[derive(Debug, Clone)]
pub struct Recruiter {
    user: User,
}

impl Recruiter {
    /// The recruiter's account.
    pub const fn user(&self) -> &User {
        &self.user
    }

    /// The number of the recruiter's account.
    pub const fn id(&self) -> UserId {
        self.user.id
    }
}

/// Somebody who may act as a candidate. No account is needed.
#[derive(Debug, Clone)]
pub struct Candidate {
    sub: String,
    email: String,
    verified: bool,
    github_login: Option<GitHubUsername>,
}

impl Candidate {
    /// The GitHub account that their token says is theirs.
    pub const fn github_login(&self) -> Option<&GitHubUsername> {
        self.github_login.as_ref()
    }

    /// What counts when an invite is claimed.
    pub fn claimant(&self) -> Claimant<'_> {
        Claimant { sub: &self.sub, email: &self.email, verified: self.verified }
    }
}

/// How many recruiters a process remembers.
const REMEMBERED_MAX: usize = 1_000;
/// For how long: an account changes only by hand.
const REMEMBERED_FOR: SignedDuration = SignedDuration::from_mins(5);

/// What a candidate's token means that does not say whether its address is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsaid {
    /// That it is.
    Verified,
    /// That it is not.
    Unverified,
}

/// Lets people in: verifies tokens, and knows recruiters' accounts.
#[derive(Debug, Clone)]
pub struct Gate {
    verifier: Verifier,
    unsaid: Unsaid,
    store: Store,
    mint: Mint,
    remembered: Arc<Mutex<HashMap<String, (User, Timestamp)>>>,
}

impl Gate {
    /// A gate that believes `verifier`.
    pub fn new(verifier: Verifier, unsaid: Unsaid, store: Store, mint: Mint) -> Self {
        Self { verifier, unsaid, store, mint, remembered: Arc::default() }
    }

    /// Lets a recruiter in. On first sight the account is made, bound to the token's subject.
    /// In development `x-dev-user-email` says who it is, whatever else is shown.
    pub async fn recruiter(&self, shown: Shown<'_>, now: Timestamp) -> Result<Recruiter, Error> {
        match (shown.dev_identities, shown.dev_user) {
            (DevIdentities::Believed, Some(email)) => return self.dev_user(email).await,
            (DevIdentities::OnlyFromHere, Some(_)) => return Err(Error::DevIdentityFromElsewhere),
            (_, None) | (DevIdentities::Worthless, Some(_)) => {}
        }
        let principal = self.verified(shown, now).await?;
        if !principal.permissions.contains(&Permission::RecruiterAccess) {
            return Err(Error::RecruiterRequired);
        }
        if let Some(user) = self.remembered(&principal.sub, now) {
            return Ok(Recruiter { user });
        }
        let user = settled(|| self.account(&principal, now)).await?;
        self.remember(&user, now);
        Ok(Recruiter { user })
    }

    /// Lets a candidate in.
    pub async fn candidate(&self, shown: Shown<'_>, now: Timestamp) -> Result<Candidate, Error> {
        let principal = self.verified(shown, now).await?;
        if !principal.permissions.contains(&Permission::CandidateAccess) {
            return Err(Error::CandidateRequired);
        }
        let unsaid = self.unsaid == Unsaid::Verified;
        let verified = principal.email_verified.unwrap_or(unsaid);
        let Principal { sub, email, github_login, .. } = principal;
        Ok(Candidate { sub, email, verified, github_login })
    }

    /// The recruiter with this address among those that development knows. None is made.
    async fn dev_user(&self, email: &str) -> Result<Recruiter, Error> {
        let sub = dev::subject(email).ok_or(Error::DevUserNotFound)?;
        let found = self.store.user(&sub).await?.ok_or(Error::DevUserNotFound)?;
        Ok(Recruiter { user: found.value })
    }

    async fn verified(&self, shown: Shown<'_>, now: Timestamp) -> Result<Principal, Error> {
        let bearer = shown.bearer.ok_or(Error::NotAuthenticated)?;
        if shown.dev_identities == DevIdentities::Believed
            && let Some(principal) = dev::principal(bearer)
        {
            return Ok(principal);
        }
        self.verifier.verify(bearer, now).await.map_err(|error| match error {
            TokenError::ProviderUnavailable { retry_after_seconds } => {
                Error::AuthProviderUnavailable(retry_after_seconds)
            }
            refused => Error::TokenRefused(refused.to_string()),
        })
    }

    /// The account of `principal`, made if need be.
    async fn account(&self, principal: &Principal, now: Timestamp) -> Result<Option<User>, Error> {
        if let Some(found) = self.store.user(&principal.sub).await? {
            return Ok(Some(found.value));
        }
        let shared = self.company_of(principal).await?;
        let (company, company_name, personal) = if let Some((company, name)) = shared {
            (company, name, None)
        } else {
            let personal = self.personal_company(principal, now);
            (personal.id, personal.name.clone(), Some(personal))
        };
        let user = User {
            id: UserId::new(self.mint.id(now)),
            sub: principal.sub.clone(),
            name: principal.name.clone(),
            email: principal.email.clone(),
            company,
            company_name,
            created_at: now,
        };
        let mut write = Transaction::new().create(&user)?.guard(&keys::id_guard(user.id.get()));
        if let Some(personal) = personal {
            write = write.create(&personal)?;
        }
        match self.store.write(write, &self.mint).await? {
            Written::Yes => Ok(Some(user)),
            Written::Refused => Ok(None),
        }
    }

    /// The company of the principal's mail domain, unless the address is known to be unverified.
    async fn company_of(
        &self,
        principal: &Principal,
    ) -> Result<Option<(CompanyId, String)>, Error> {
        match MailDomain::of_address(&principal.email) {
            Some(domain) if principal.email_verified != Some(false) => {
                let found = self.store.company_of_domain(&domain).await?;
                Ok(found.map(|found| (found.value.company, found.value.company_name)))
            }
            _ => Ok(None),
        }
    }

    fn personal_company(&self, principal: &Principal, now: Timestamp) -> Company {
        let id = CompanyId::new(self.mint.id(now));
        let (name, kind) = (principal.name.clone(), CompanyKind::Personal);
        Company { id, name, kind, domains: BTreeSet::new(), created_at: now }
    }

    fn remembered(&self, sub: &str, now: Timestamp) -> Option<User> {
        let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let (user, since) = remembered.get(sub)?;
        (now.duration_since(*since) < REMEMBERED_FOR).then(|| user.clone())
    }

    fn remember(&self, user: &User, now: Timestamp) {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED_MAX {
            remembered.clear();
        }
        remembered.insert(user.sub.clone(), (user.clone(), now));
    }
}
