//! `url::Url`: Pydantic's `AnyUrl`.

use serde_json::Value;
use url::Url;

use super::{Form, Table, parsing};
use crate::notes::Fault;

pub(super) fn add_to(table: &mut Table) {
    table.add_text::<Url>("url:", read);
}

fn read(value: &Value) -> Result<Form<'_>, Fault> {
    let text =
        value.as_str().ok_or(Fault::new("url_type", "URL input should be a string or URL"))?;
    let fault = |error: &str| parsing("url_parsing", "Input should be a valid URL", error);
    if text.is_empty() {
        return Err(fault("input is empty"));
    }
    // Pydantic parses with the same crate and shows what that says.
    Url::parse(text).map_err(|error| fault(&error.to_string()))?;
    Ok(Form::Text(text.into()))
}
