use serde_json::json;

use super::*;

fn names() -> ClaimNames {
    let named = |claim: &str| format!("https://tenon.ai/{claim}");
    ClaimNames {
        email: named("email"),
        roles: named("roles"),
        permissions: named("permissions"),
        permissions_str: named("permissions_str"),
        name: named("name"),
        email_verified: named("email_verified"),
        github_login: Some(named("github_login")),
    }
}

fn read(claims: &Value) -> Result<Principal, UnusableClaims> {
    principal(claims.as_object().unwrap(), &names())
}

/// The principal of a token that also has a subject and an address.
fn with(key: &str, value: Value) -> Result<Principal, UnusableClaims> {
    let mut claims = json!({"sub": "auth0|1", "email": "ada@example.com"});
    claims[key] = value;
    read(&claims)
}

fn both() -> BTreeSet<Permission> {
    BTreeSet::from([Permission::RecruiterAccess, Permission::CandidateAccess])
}

#[test]
fn a_full_token_gives_a_full_principal() {
    let claims = json!({
        "sub": "auth0|1",
        "https://tenon.ai/email": "  Ada@Example.COM ",
        "email": "other@example.com",
        "name": "Ada Lovelace",
        "email_verified": true,
        "permissions": ["recruiter:access", "other", 7],
    });

    let ada = Principal {
        sub: "auth0|1".to_owned(),
        email: "ada@example.com".to_owned(),
        name: "Ada Lovelace".to_owned(),
        email_verified: Some(true),
        permissions: BTreeSet::from([Permission::RecruiterAccess]),
        github_login: None,
    };
    assert_eq!(read(&claims), Ok(ada));
}

#[test]
fn a_bare_token_is_named_after_its_address_and_may_do_nothing() {
    let principal = with("name", json!(" ")).unwrap();

    assert_eq!(principal.name, "ada");
    assert_eq!(principal.email_verified, None);
    assert_eq!(principal.permissions, BTreeSet::new());
}

#[test]
fn a_github_login_counts_when_it_is_well_formed_and_else_keeps_nobody_out() {
    let claim = "https://tenon.ai/github_login";
    let login = |value: Value| {
        let principal = with(claim, value).unwrap();
        principal.github_login.map(|login| login.as_str().to_owned())
    };

    assert_eq!(login(json!(" Ada-L ")).as_deref(), Some("Ada-L"));
    for odd in [json!(null), json!(""), json!("../x"), json!("-a"), json!(7), json!(["ada"])] {
        assert_eq!(login(odd.clone()), None, "{odd}");
    }
    let unread = ClaimNames { github_login: None, ..names() };
    let claims = json!({"sub": "auth0|1", "email": "ada@example.com", claim: "ada"});
    let principal = principal(claims.as_object().unwrap(), &unread).unwrap();
    assert_eq!(principal.github_login, None);
}

#[test]
fn a_subject_or_an_address_that_is_odd_makes_the_token_unusable() {
    let long = "x".repeat(256);
    for odd in
        [json!(null), json!(""), json!(" "), json!(7), json!(["a"]), json!("a\nb"), json!(long)]
    {
        assert_eq!(with("sub", odd.clone()), Err(UnusableClaims), "{odd}");
        assert_eq!(with("email", odd.clone()), Err(UnusableClaims), "{odd}");
        assert_eq!(with("https://tenon.ai/email", odd.clone()), Err(UnusableClaims), "{odd}");
    }
    assert_eq!(read(&json!({"sub": "a", "https://evil/email": "a@b"})), Err(UnusableClaims));
}

#[test]
fn letters_beyond_ascii_are_not_folded_into_somebody_elses_address() {
    // The Kelvin sign is a capital whose small letter is a plain k.
    let principal = with("email", json!("\u{212A}im@example.com")).unwrap();

    assert_eq!(principal.email, "\u{212A}im@example.com");
}

#[test]
fn a_long_name_is_cut_and_control_characters_are_dropped() {
    assert_eq!(with("name", json!("A\u{0}d\na")).unwrap().name, "Ada");
    assert_eq!(with("name", json!("é".repeat(201))).unwrap().name, "é".repeat(200));
    assert_eq!(with("name", json!(7)), Err(UnusableClaims));
}

#[test]
fn the_claim_that_denies_a_verified_address_is_believed() {
    let verified = |plain: Value, named: Value| {
        let claims = json!({
            "sub": "a", "email": "a@b", "email_verified": plain,
            "https://tenon.ai/email_verified": named,
        });
        read(&claims).map(|principal| principal.email_verified)
    };

    assert_eq!(verified(json!(true), json!(null)), Ok(Some(true)));
    assert_eq!(verified(json!(true), json!(false)), Ok(Some(false)));
    assert_eq!(verified(json!(false), json!(true)), Ok(Some(false)));
    assert_eq!(verified(json!("false"), json!(null)), Err(UnusableClaims));
}

#[test]
fn permissions_come_from_the_first_source_that_has_any() {
    let granted = |key: &str, value| with(key, value).map(|principal| principal.permissions);
    let list = json!(["recruiter:access", "candidate:access"]);

    assert_eq!(granted("permissions", list.clone()), Ok(both()));
    assert_eq!(granted("https://tenon.ai/permissions", list), Ok(both()));
    let words = json!("recruiter:access, candidate:access");
    assert_eq!(granted("https://tenon.ai/permissions_str", words), Ok(both()));
    assert_eq!(granted("roles", json!(["recruiter", "candidate"])), Ok(both()));
}

#[test]
fn an_empty_list_of_permissions_leaves_the_word_to_the_string_and_then_to_the_roles() {
    let mut claims = json!({
        "sub": "auth0|1", "email": "ada@example.com", "permissions": [],
        "https://tenon.ai/permissions": ["recruiter:access"], "roles": ["recruiter"],
    });
    let recruiter = BTreeSet::from([Permission::RecruiterAccess]);
    let candidate = BTreeSet::from([Permission::CandidateAccess]);

    assert_eq!(read(&claims).unwrap().permissions, recruiter);
    claims["https://tenon.ai/permissions_str"] = json!(" candidate:access,");
    assert_eq!(read(&claims).unwrap().permissions, candidate);
    claims["https://tenon.ai/permissions_str"] = json!("something:else");
    assert_eq!(read(&claims).unwrap().permissions, BTreeSet::new());
}

#[test]
fn a_permission_or_a_role_of_an_odd_type_makes_the_token_unusable() {
    let names = ["permissions", "https://tenon.ai/permissions", "roles", "https://tenon.ai/roles"];
    for odd in [json!(7), json!(true), json!({"recruiter": true})] {
        for name in names {
            assert_eq!(with(name, odd.clone()), Err(UnusableClaims), "{name} {odd}");
        }
        let text = with("https://tenon.ai/permissions_str", odd.clone());
        assert_eq!(text, Err(UnusableClaims), "{odd}");
    }
    let text = with("https://tenon.ai/permissions_str", json!(["recruiter:access"]));
    assert_eq!(text, Err(UnusableClaims));
}

#[test]
fn only_the_configured_claim_and_the_plain_one_hold_an_address() {
    let claims = json!({
        "sub": "auth0|1", "email": "ada@example.com", "https://evil.example/email": "eve@b.co",
    });

    assert_eq!(read(&claims).unwrap().email, "ada@example.com");
}

#[test]
fn roles_and_permissions_are_matched_whole_and_in_their_own_case() {
    let granted = |key: &str, value| with(key, value).map(|principal| principal.permissions);

    for role in ["non-recruiter", "Recruiter", "recruiters", "candidate "] {
        assert_eq!(granted("roles", json!([role])), Ok(BTreeSet::new()), "{role}");
    }
    assert_eq!(granted("permissions", json!(["xrecruiter:access"])), Ok(BTreeSet::new()));
    assert_eq!(granted("roles", json!("recruiter")), Ok(BTreeSet::new()));
    assert_eq!(granted("roles", json!(7)), Err(UnusableClaims));
}
