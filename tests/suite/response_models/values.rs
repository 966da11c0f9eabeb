//! How values look in JSON.

use jiff::Timestamp;
use lesson_tests::rust_only;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::json;

// ANCHOR: values
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Open,
    Paid,
}

#[derive(Serialize)]
struct Customer {
    name: String,
}

#[derive(Serialize)]
struct Invoice {
    #[serde(flatten)]
    customer: Customer, // its fields, beside the others
    #[serde(rename = "type")]
    kind: String, // `type` is a keyword
    state: State,
    due: Timestamp,
    amount: Decimal,
}
// ANCHOR_END: values

#[test]
fn rm_33_json_has_the_names_and_values_that_the_attributes_ask_for() {
    rust_only!("calls serde");
    let customer = Customer { name: "Anna".to_owned() };
    let due = "2026-03-29T01:30:00+01:00".parse().expect("a moment");
    let invoice = Invoice {
        customer,
        kind: "invoice".to_owned(),
        state: State::Paid,
        due,
        amount: Decimal::new(1990, 2),
    };
    let text = serde_json::to_string(&invoice).expect("JSON");
    let expected = r#"{"name":"Anna","type":"invoice","state":"paid","due":"2026-03-29T00:30:00Z","amount":"19.90"}"#;
    assert_eq!(text, expected);
    assert_eq!(serde_json::to_value(State::Open).expect("JSON"), json!("open"));
}

#[test]
fn rm_33_a_float_that_is_not_a_number_is_null() {
    rust_only!("calls serde");
    for float in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(serde_json::to_string(&float).expect("JSON"), "null");
    }
}
