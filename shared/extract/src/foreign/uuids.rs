//! `uuid::Uuid`: Python's `UUID`.

use serde_json::Value;
use uuid::Uuid;

use super::{Form, Table, parsing};
use crate::notes::Fault;

pub(super) fn add_to(table: &mut Table) {
    // Not nil: `NonNilUuid` reads itself as a `Uuid`.
    table.add_text::<Uuid>("00000000-0000-4000-8000-000000000000", read);
}

fn read(value: &Value) -> Result<Form<'_>, Fault> {
    let msg = "UUID input should be a string, bytes or UUID object";
    let text = value.as_str().ok_or(Fault::new("uuid_type", msg))?;
    // Pydantic parses with the same crate and shows what that says.
    Uuid::parse_str(text).map_err(|error| {
        parsing("uuid_parsing", "Input should be a valid UUID", &error.to_string())
    })?;
    Ok(Form::Text(text.into()))
}
