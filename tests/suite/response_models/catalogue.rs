//! The description at `/openapi.json`, the page at `/docs`, and whether they're true.

use std::collections::BTreeSet;

use lesson_tests::{TestServer, expect, fastapi, rust};
use serde_json::Value;

use super::schema;
use super::start;

async fn description(server: &TestServer) -> Value {
    let answer = server.get("/openapi.json").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.content_type(), Some("application/json"));
    serde_json::from_str(&answer.text().await).expect("JSON")
}

/// The schema of a path's answers with a status, as the description has it.
fn schema_of<'a>(description: &'a Value, path: &str, status: u16) -> &'a Value {
    let operation = &description["paths"][path]["get"];
    &operation["responses"][status.to_string()]["content"]["application/json"]["schema"]
}

/// The schema of a path's 200, with its link followed.
fn item_schema<'a>(description: &'a Value, path: &str) -> &'a Value {
    let link = schema_of(description, path, 200)["$ref"].as_str();
    let link = link.unwrap_or_else(|| panic!("the description has no schema of {path}'s 200"));
    let pointer = link.strip_prefix('#').expect("a link into the document");
    description.pointer(pointer).expect("the link's target")
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().filter_map(Value::as_str).collect()
}

#[tokio::test]
async fn rm_25_the_description_is_made_from_the_types() {
    let server = start().await;
    let description = description(&server).await;
    assert_eq!(description["openapi"], "3.1.0");
    assert_eq!(description["info"]["title"], "Catalogue");
    assert_eq!(description["info"]["version"], "1.0.0");

    let item = item_schema(&description, "/catalogue/items/{item_id}");
    let properties: Vec<_> = item["properties"].as_object().expect("properties").keys().collect();
    assert_eq!(properties, ["name", "description", "price", "tax", "tags"], "an item's fields");
    let all = vec!["name", "description", "price", "tax", "tags"];
    let required = expect(rust(all), fastapi(vec!["name", "price"]));
    assert_eq!(names(&item["required"]), required, "the item's fields that are always there");

    let given = item_schema(&description, "/catalogue/items/{item_id}/given");
    let required = names(&given["required"]);
    assert_eq!(required, ["name", "price"], "the fields that an item as given always has");

    let summary = item_schema(&description, "/catalogue/items/{item_id}/summary");
    let required = expect(rust(["name", "description"]), fastapi(["name", "price"]));
    assert_eq!(names(&summary["required"]), required, "the fields that a summary always has");

    let parameter = &description["paths"]["/catalogue/items/{item_id}"]["get"]["parameters"][0];
    assert_eq!((&parameter["name"], &parameter["in"]), (&"item_id".into(), &"path".into()));
    assert_eq!(parameter["required"], true);
}

#[tokio::test]
async fn rm_25_only_fields_that_can_be_null_are_described_so() {
    let server = start().await;
    let description = description(&server).await;
    for path in ["/catalogue/items/{item_id}", "/catalogue/items/{item_id}/given"] {
        let properties = &item_schema(&description, path)["properties"];
        for (property, nullable) in [("description", true), ("tax", false), ("tags", false)] {
            let schema = &properties[property];
            let faults = schema::faults(&description, schema, &Value::Null);
            assert_eq!(faults.is_empty(), nullable, "may {property} of {path} be null? {schema}");
        }
    }
}

// ANCHOR: fits
#[tokio::test]
async fn rm_26_every_answer_fits_the_description() {
    let server = start().await;
    let description = description(&server).await;
    let paths = description["paths"].as_object().expect("paths").keys();
    let described: Vec<_> = paths.filter(|path| path.starts_with("/catalogue/")).collect();
    assert_eq!(described.len(), 3, "{described:?}");
    for path in described {
        for id in ["foo", "bar", "baz", "extra", "nope"] {
            let answer = server.get(&path.replace("{item_id}", id)).await;
            let status = answer.status;
            assert_eq!(status, if id == "nope" { 404 } else { 200 }, "{path} {id}");
            let body: Value = serde_json::from_str(&answer.text().await).expect("JSON");
            let faults = schema::faults(&description, schema_of(&description, path, status), &body);
            if status == 200 && path.ends_with("/summary") {
                // FastAPI describes the whole model, and sends what `include` leaves of it.
                let missing = vec![r#""price" is missing"#];
                assert_eq!(faults, expect(rust(vec![]), fastapi(missing)), "{path} {id}: {body}");
            } else {
                assert_eq!(faults, [""; 0], "{path} {id}: {body}");
            }
        }
    }
}
// ANCHOR_END: fits

#[tokio::test]
async fn rm_27_a_route_is_described_if_it_is_registered_with_routes() {
    let server = start().await;
    let description = description(&server).await;
    let paths = description["paths"].as_object().expect("paths");
    let described: BTreeSet<_> = paths.keys().map(String::as_str).collect();
    for path in ["", "/given", "/summary"] {
        assert!(described.contains(format!("/catalogue/items/{{item_id}}{path}").as_str()));
    }
    let other = described.contains("/exclude-unset/items/{item_id}");
    assert_eq!(other, expect(rust(false), fastapi(true)));
}

#[tokio::test]
async fn rm_28_the_page_loads_nothing_from_elsewhere() {
    let server = start().await;
    let page = expect(rust("/docs/"), fastapi("/docs"));
    let answer = server.get(page).await;
    assert_eq!(answer.status, 200);
    assert!(answer.content_type().is_some_and(|kind| kind.starts_with("text/html")));
    let html = answer.text().await;
    let links = linked(&html);
    assert!(links.iter().any(|link| link.ends_with("swagger-ui-bundle.js")), "{links:?}");
    assert!(links.iter().any(|link| link.ends_with("swagger-ui.css")), "{links:?}");
    let elsewhere = links.iter().any(|link| link.starts_with("http"));
    assert_eq!(elsewhere, expect(rust(false), fastapi(true)), "{links:?}");
    for link in links.iter().filter(|link| !link.starts_with("http")) {
        let path = format!("/docs/{}", link.trim_start_matches("./"));
        assert_eq!(server.get(&path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn rm_28_the_page_shows_this_description_and_asks_no_validator() {
    let server = start().await;
    let initializer = expect(rust("/docs/swagger-initializer.js"), fastapi("/docs"));
    let answer = server.get(initializer).await;
    assert_eq!(answer.status, 200, "{initializer}");
    let script: String = answer.text().await.split_whitespace().collect();
    let url = expect(rust(r#""url":"/openapi.json""#), fastapi("url:'/openapi.json'"));
    assert!(script.contains(url), "{script}");
    let no_validator = script.contains(r#""validatorUrl":"none""#);
    let expected = expect(rust(true), fastapi(false));
    assert_eq!(no_validator, expected, "does the page ask no validator? {script}");
}

#[tokio::test]
async fn rm_28_docs_redirects_to_the_page() {
    let server = start().await;
    let answer = server.get("/docs").await;
    assert_eq!(answer.status, expect(rust(303), fastapi(200)));
    assert_eq!(answer.header("location"), expect(rust(Some("/docs/")), fastapi(None)));
}

/// What the page loads: the values of `src` and, in `link` elements, `href`.
fn linked(html: &str) -> Vec<String> {
    let attributes = html.split([' ', '<', '>']);
    let values = attributes.filter_map(|part| {
        let value = part.strip_prefix("src=\"").or_else(|| part.strip_prefix("href=\""))?;
        Some(value.trim_end_matches('"').to_owned())
    });
    values.collect()
}
