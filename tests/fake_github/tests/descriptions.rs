//! The table of routes and GitHub's own description.

use std::collections::BTreeMap;

use serde_json::json;

use crate::fake_github::{
    answer::Answer,
    official::{
        self,
        openapi::{check_answer, check_request},
    },
    route,
};

#[test]
fn every_route_is_an_operation_of_github() {
    for route in route::all() {
        let problems = check_request(route.method, route.path, &BTreeMap::new(), &serde_json::Value::Null);
        assert!(
            problems.iter().all(|one| one == "the body is missing"),
            "{} {}: {problems:?}",
            route.method,
            route.path
        );
    }
}

#[test]
fn misspelled_fields_wrong_types_and_unknown_parameters_are_seen() {
    if !official::is_there() {
        return;
    }
    let path = "/repos/{owner}/{repo}/pulls/{pull_number}/reviews";
    let body = json!({ "evnt": "COMMENT", "body": 7, "comments": [{ "path": "a", "line": "ten" }] });
    insta::assert_snapshot!(check_request("POST", path, &BTreeMap::new(), &body).join("\n"), @r#"
    body: unknown field evnt
    body/body: 7 is not of type "string"
    body/comments/0: "body" is a required property
    body/comments/0/line: "ten" is not of type "integer"
    "#);
    let query = [("per_page", "many"), ("pagee", "1")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    insta::assert_snapshot!(check_request("GET", path, &query.into(), &serde_json::Value::Null).join("\n"), @r#"
    unknown query parameter pagee
    query parameter per_page=many is not {"type":"integer","default":30}
    "#);
    let wrong = Answer::ok(json!({ "id": "one" }));
    assert!(!check_answer("POST", path, &wrong).is_empty());
}
