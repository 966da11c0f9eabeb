//! `char`: Pydantic's `Annotated[str, Field(min_length=1, max_length=1)]`.

use serde_json::{Value, json};

use super::{Form, Table};
use crate::notes::Fault;

pub(super) fn add_to(table: &mut Table) {
    table.add_exact::<char>(Form::Text("?".into()), read);
}

fn read(value: &Value) -> Result<Form<'_>, Fault> {
    let Some(text) = value.as_str() else {
        return Err(Fault::new("string_type", "Input should be a valid string"));
    };
    match text.chars().count() {
        1 => Ok(Form::Text(text.into())),
        0 => Err(Fault::with_ctx(
            "string_too_short",
            "String should have at least 1 character".into(),
            json!({ "min_length": 1 }),
        )),
        _ => Err(Fault::with_ctx(
            "string_too_long",
            "String should have at most 1 character".into(),
            json!({ "max_length": 1 }),
        )),
    }
}
