//! As much of JSON Schema as the lesson's description uses. Any other keyword is a panic.

use serde_json::Value;

/// Keywords that don't decide which values are valid.
const NOTES: [&str; 4] = ["title", "description", "default", "format"];

/// What's wrong with `value`, by this `schema` of the OpenAPI `document`.
///
/// It's stricter than JSON Schema in one point: a key that isn't described is wrong, too.
pub fn faults(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for (keyword, expected) in schema.as_object().expect("a schema") {
        match keyword.as_str() {
            "$ref" => {
                let pointer = expected.as_str().and_then(|link| link.strip_prefix('#'));
                let target = document.pointer(pointer.expect("a link into the document"));
                faults.extend(self::faults(document, target.expect("its target"), value));
            }
            "type" => faults.extend(type_fault(expected, value)),
            "anyOf" => {
                let mut schemas = expected.as_array().expect("schemas").iter();
                if !schemas.any(|schema| self::faults(document, schema, value).is_empty()) {
                    faults.push(format!("{value} is none of {expected}"));
                }
            }
            "items" => {
                for item in value.as_array().into_iter().flatten() {
                    faults.extend(self::faults(document, expected, item));
                }
            }
            "required" => {
                for key in expected.as_array().expect("names") {
                    if value.get(key.as_str().expect("a name")).is_none() {
                        faults.push(format!("{key} is missing"));
                    }
                }
            }
            "properties" => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    match expected.get(key) {
                        Some(schema) => faults.extend(self::faults(document, schema, value)),
                        None => faults.push(format!("{key} is not described")),
                    }
                }
            }
            note if NOTES.contains(&note) => {}
            other => panic!("teach this test the keyword {other}"),
        }
    }
    faults
}

fn type_fault(expected: &Value, value: &Value) -> Option<String> {
    let actual = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = match expected {
        Value::Array(types) => types.iter().any(|expected| expected == actual),
        one => one == actual,
    };
    (!fits).then(|| format!("{value} isn't {expected}"))
}
