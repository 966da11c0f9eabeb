//! Types that have a counterpart in Pydantic. What each of them reads is in the suite, in
//! `tests/suite/extract/types/table.tsv`; here is what they have in common, and what Pydantic's
//! don't do.

use std::fmt::Debug;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::{NonZeroI8, NonZeroI64, NonZeroI128, NonZeroU8, NonZeroU64};
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::*;

/// A `T`, and something behind it.
#[derive(Deserialize)]
struct Two<T> {
    #[expect(dead_code, reason = "it is only read")]
    first: T,
    #[expect(dead_code, reason = "it is only read")]
    second: i64,
}

/// What a JSON body is refused for: types and places.
async fn faults<T: DeserializeOwned + Send + 'static>(body: Value) -> Vec<(String, Value)> {
    let app = Router::new().route("/", post(async |Json(_): Json<T>| ()));
    let answer = ask(&app, "POST /", JSON, body.to_string().as_bytes()).await;
    let answer: Value = serde_json::from_str(answer.strip_prefix("422 ").unwrap()).unwrap();
    let problems = answer["detail"].as_array().unwrap().iter();
    problems.map(|p| (p["type"].as_str().unwrap().to_owned(), p["loc"].clone())).collect()
}

fn fault(kind: &str, loc: Value) -> (String, Value) {
    (kind.to_owned(), loc)
}

/// The reading goes on behind a `T` that is wrong, missing, or in a list.
async fn goes_on<T: DeserializeOwned + Send + 'static>(wrong: Value, kind: &str) {
    let second = fault("int_parsing", json!(["body", "second"]));
    for (body, kind) in
        [(json!({ "first": wrong, "second": "x" }), kind), (json!({ "second": "x" }), "missing")]
    {
        let first = fault(kind, json!(["body", "first"]));
        assert_eq!(faults::<Two<T>>(body).await, [first, second.clone()]);
    }
    let body = json!({ "first": [wrong, wrong], "second": "x" });
    let item = |index: usize| fault(kind, json!(["body", "first", index]));
    assert_eq!(faults::<Two<Vec<T>>>(body).await, [item(0), item(1), second.clone()]);
    let body = json!({ "first": wrong, "second": "x" });
    let first = fault(kind, json!(["body", "first"]));
    assert_eq!(faults::<Two<Option<T>>>(body).await, [first, second]);
}

/// What a JSON body is read as.
async fn read<T: DeserializeOwned + Debug + Send + 'static>(body: Value) -> String {
    let app = Router::new().route("/", post(async |Json(value): Json<T>| format!("{value:?}")));
    ask(&app, "POST /", JSON, body.to_string().as_bytes()).await
}

/// What the only part of a path is read as.
async fn read_path<T: DeserializeOwned + Debug + Send + 'static>(part: &str) -> String {
    let app = Router::new().route("/{part}", get(async |Path(v): Path<T>| format!("{v:?}")));
    ask(&app, &format!("GET /{part}"), &[], b"").await
}

#[tokio::test]
async fn the_reading_goes_on_behind_types_of_the_standard_library() {
    goes_on::<char>(json!(""), "string_too_short").await;
    goes_on::<Duration>(json!("-P1D"), "greater_than_equal").await;
    goes_on::<IpAddr>(json!("x"), "ip_any_address").await;
    goes_on::<Ipv4Addr>(json!("::"), "ip_v4_address").await;
    goes_on::<Ipv6Addr>(json!("1.2.3.4"), "ip_v6_address").await;
    goes_on::<NonZeroU8>(json!(0), "greater_than").await;
    goes_on::<NonZeroU64>(json!(-1), "greater_than").await;
    goes_on::<NonZeroI64>(json!(0), "value_error").await;
}

#[cfg(feature = "jiff")]
#[tokio::test]
async fn the_reading_goes_on_behind_types_of_jiff() {
    goes_on::<jiff::civil::Date>(json!("x"), "date_from_datetime_parsing").await;
    goes_on::<jiff::civil::Time>(json!([]), "time_type").await;
    goes_on::<jiff::civil::DateTime>(json!(5), "timezone_naive").await;
    goes_on::<jiff::Timestamp>(json!("2024-01-01"), "timezone_aware").await;
    goes_on::<jiff::ZonedDateTime>(json!("2024-01-01"), "timezone_aware").await;
    goes_on::<jiff::SignedDuration>(json!("300"), "time_delta_parsing").await;
    goes_on::<jiff::Span>(json!("300"), "time_delta_parsing").await;
}

#[cfg(feature = "rust_decimal")]
#[tokio::test]
async fn the_reading_goes_on_behind_a_decimal() {
    goes_on::<rust_decimal::Decimal>(json!(true), "decimal_type").await;
}

#[cfg(feature = "url")]
#[tokio::test]
async fn the_reading_goes_on_behind_a_url() {
    goes_on::<url::Url>(json!("/a"), "url_parsing").await;
}

#[cfg(feature = "uuid")]
#[tokio::test]
async fn the_reading_goes_on_behind_a_uuid() {
    goes_on::<uuid::Uuid>(json!("x"), "uuid_parsing").await;
    goes_on::<uuid::NonNilUuid>(json!("x"), "uuid_parsing").await;
}

#[tokio::test]
async fn keys_of_maps_are_read_alike() {
    let body = json!({ "first": { "1.2.3.4": "1", "5": "2", "::1": 3 }, "second": "x" });
    let expected = [
        fault("ip_v4_address", json!(["body", "first", "5"])),
        fault("ip_v4_address", json!(["body", "first", "::1"])),
        fault("int_parsing", json!(["body", "second"])),
    ];
    assert_eq!(faults::<Two<BTreeMap<Ipv4Addr, i64>>>(body).await, expected);

    let body = json!({ " +1 ": "a", "2": "b" });
    assert_eq!(read::<BTreeMap<NonZeroU8, char>>(body).await, "200 {1: 'a', 2: 'b'}");
}

#[tokio::test]
async fn the_only_part_of_a_path_is_read_alike() {
    assert_eq!(read_path::<NonZeroU8>("%205").await, "200 5");
    assert_eq!(read_path::<Duration>("PT1.5S").await, "200 1.5s");
    assert_eq!(read_path::<char>("%C3%A9").await, "200 'é'");
    let expected = problem_with(
        "greater_than",
        json!(["path", "part"]),
        "Input should be greater than 0",
        json!("0"),
        json!({ "gt": 0 }),
    );
    assert_eq!(read_path::<NonZeroU8>("0").await, invalid([expected]));
}

#[tokio::test]
async fn integers_that_are_not_zero_have_the_bounds_of_their_type() {
    assert_eq!(read::<Vec<NonZeroI8>>(json!([-128, "127"])).await, "200 [-128, 127]");
    assert_eq!(read::<NonZeroU64>(json!(u64::MAX)).await, format!("200 {}", u64::MAX));
    let most = i128::MAX.to_string();
    assert_eq!(read::<NonZeroI128>(json!(most)).await, format!("200 {most}"));
    let bounds = [
        fault("less_than_equal", json!(["body", 0])),
        fault("greater_than_equal", json!(["body", 1])),
        fault("int_type", json!(["body", 2])),
    ];
    assert_eq!(faults::<Vec<NonZeroI8>>(json!([128, -129, null])).await, bounds);
    let size = [fault("int_parsing_size", json!(["body"]))];
    assert_eq!(faults::<NonZeroU64>(json!("18446744073709551616")).await, size);
    let zero = problem_with(
        "value_error",
        json!(["body"]),
        "Value error, must not be zero",
        json!("0"),
        json!({ "error": {} }),
    );
    assert_eq!(read::<NonZeroI8>(json!("0")).await, invalid([zero]));
}

#[tokio::test]
async fn a_duration_is_also_read_as_serde_writes_it() {
    let duration = Duration::new(1, 500_000_000);
    assert_eq!(read::<Duration>(json!(duration)).await, "200 1.5s");
    assert_eq!(read::<Duration>(json!("PT1.5S")).await, "200 1.5s");
    assert_eq!(read::<Duration>(json!(1.5)).await, "200 1.5s");
    let expected = [problem("missing", json!(["body", "nanos"]), json!({ "secs": 1 }))];
    assert_eq!(read::<Duration>(json!({ "secs": 1 })).await, invalid(expected));
}

#[tokio::test]
async fn a_type_around_another_is_read_as_that_one() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is only read and shown")]
    struct Host(IpAddr);

    assert_eq!(read::<Host>(json!(16_909_060)).await, "200 Host(1.2.3.4)");
    assert_eq!(read::<Box<IpAddr>>(json!("::1")).await, "200 ::1");
}

#[tokio::test]
async fn a_secret_that_is_refused_is_not_shown() {
    let answer = read::<Secret<IpAddr>>(json!("hunter2")).await;
    assert!(answer.contains(r#""input":"**********""#) && !answer.contains("hunter2"), "{answer}");
}

#[cfg(feature = "jiff")]
#[tokio::test]
async fn nanoseconds_are_kept() {
    let duration = read::<jiff::SignedDuration>(json!("-PT0.123456789S")).await;
    assert_eq!(duration, "200 123ms 456µs 789ns ago");
    let timestamp = read::<jiff::Timestamp>(json!("1970-01-01T00:00:00.1234567891Z")).await;
    assert_eq!(timestamp, "200 1970-01-01T00:00:00.123456789Z");
    let time = read::<jiff::civil::Time>(json!("00:00:00,000000001")).await;
    assert_eq!(time, "200 00:00:00.000000001");
}

#[cfg(feature = "jiff")]
#[tokio::test]
async fn a_span_keeps_its_months_and_a_duration_has_none() {
    assert_eq!(read::<jiff::Span>(json!("P1Y2M3DT4H")).await, "200 1y 2mo 3d 4h");
    assert_eq!(read::<jiff::Span>(json!("-1 day, 02:00:00")).await, "200 1d 7200s ago");
    assert_eq!(read::<jiff::SignedDuration>(json!("P1M")).await, "200 720h");
}

#[cfg(feature = "jiff")]
#[tokio::test]
async fn a_zoned_time_keeps_its_offset() {
    let zoned = read::<jiff::ZonedDateTime>(json!("2024-06-19 12:30-01:30")).await;
    assert_eq!(zoned, "200 2024-06-19T12:30:00-01:30[-01:30]");
    let annotated = json!("2024-06-19T12:30:00+02:00[+02:00]");
    let zoned = read::<jiff::ZonedDateTime>(annotated).await;
    assert_eq!(zoned, "200 2024-06-19T12:30:00+02:00[+02:00]");
}

#[cfg(feature = "rust_decimal")]
#[tokio::test]
async fn a_decimal_is_what_was_sent_or_refused() {
    use rust_decimal::Decimal;

    for (sent, decimal) in [
        ("0.10", "0.10"),
        ("-79228162514264337593543950335", "-79228162514264337593543950335"),
        ("7.9228162514264337593543950335", "7.9228162514264337593543950335"),
        ("1.500000000000000000000000000000000000", "1.5000000000000000000000000000"),
        ("1e28", "10000000000000000000000000000"),
    ] {
        assert_eq!(read::<Decimal>(json!(sent)).await, format!("200 {decimal}"));
    }
    for (sent, kind) in [
        ("79228162514264337593543950336", "decimal_max_digits"),
        ("7.9228162514264337593543950336", "decimal_max_digits"),
        ("1e999999999", "decimal_max_digits"),
        ("0.00000000000000000000000000001", "decimal_max_places"),
        ("1e-999999999", "decimal_max_places"),
    ] {
        assert_eq!(faults::<Decimal>(json!(sent)).await, [fault(kind, json!(["body"]))], "{sent}");
    }
    // Of a larger number, serde_json keeps 17 digits.
    assert_eq!(read::<Decimal>(json!(u64::MAX)).await, format!("200 {}", u64::MAX));
    let app = Router::new().route("/", post(async |Json(v): Json<Decimal>| v.to_string()));
    for body in ["18446744073709551617", "-9223372036854775809"] {
        let answer = ask(&app, "POST /", JSON, body.as_bytes()).await;
        assert!(answer.starts_with(r#"422 {"detail":[{"type":"decimal_max_digits""#), "{answer}");
    }
}
