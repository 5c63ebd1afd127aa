//! The description against the routes, the committed file and the manual.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::serve::problem::Kind;

fn description() -> Value {
    serde_json::from_str(&document()).expect("the description is JSON")
}

#[test]
fn the_committed_description_is_the_one_that_is_served() {
    let committed = include_str!("../../../openapi.json");
    assert!(
        committed == document(),
        "crates/ridecode/openapi.json is not what the handlers say; run: \
         cargo run -- serve --print-openapi > crates/ridecode/openapi.json"
    );
}

#[test]
fn every_route_is_described_and_every_description_is_a_route() {
    let description = description();
    let paths = description["paths"].as_object().expect("paths");
    let described: BTreeSet<String> = paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().expect("an item");
            methods
                .keys()
                .map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let routed: BTreeSet<String> = ROUTES
        .iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(described, routed);
}

#[test]
fn every_operation_says_who_may_call_it_and_what_a_problem_looks_like() {
    let description = description();
    for route in ROUTES {
        let method = route.method.as_str().to_lowercase();
        let operation = &description["paths"][route.path][method];
        let problem = "/responses/default/content/application~1problem+json";
        assert!(operation.pointer(problem).is_some(), "{}", route.path);
        let secured = operation.get("security").is_some();
        let needs = !matches!(route.access, Access::Anyone | Access::Signed);
        assert_eq!(secured, needs, "{}", route.path);
        let text = operation.to_string();
        let takes_key = text.contains("Idempotency-Key");
        let keyed = matches!(route.repeat, Repeat::ByKey | Repeat::ByOwnKey);
        assert_eq!(takes_key, keyed, "{}", route.path);
    }
}

#[test]
fn the_manual_names_every_path_and_every_problem() {
    let manual = include_str!("../../../../../docs/operating.md");
    for route in ROUTES.iter().filter(|route| route.path != "/") {
        let path = route.path.trim_end_matches("/{name}");
        assert!(
            manual.contains(path),
            "docs/operating.md does not name {path}"
        );
    }
    for kind in Kind::ALL {
        let row = format!("| `{}` | {} |", kind.name(), kind.status().as_u16());
        assert!(manual.contains(&row), "docs/operating.md has no row {row}");
    }
}
