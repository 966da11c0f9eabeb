//! What holds for every header: proptest.

use axum::body::Body;
use axum::http::{HeaderValue, Request};
use proptest::prelude::*;
use tokio::runtime::Builder;
use tower::ServiceExt;

use crate::state::fresh_app;

// ANCHOR: proptest
proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn te_41_no_other_value_opens_the_door(value in header_value()) {
        prop_assume!(value != "coneofsilence");
        prop_assert_eq!(status_with(value), 400);
    }
}

/// Whatever a header can contain: visible ASCII, blanks, and all bytes above.
fn header_value() -> impl Strategy<Value = HeaderValue> {
    let bytes = prop::collection::vec(0x20..=0xff_u8, 0..40);
    bytes.prop_filter_map("a header", |bytes| HeaderValue::from_bytes(&bytes).ok())
}

fn status_with(token: HeaderValue) -> u16 {
    let request = Request::get("/crud/items/foo").header("x-token", token);
    let request = request.body(Body::empty()).unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let response = runtime.block_on(fresh_app().oneshot(request)).unwrap();
    response.status().as_u16()
}
// ANCHOR_END: proptest
