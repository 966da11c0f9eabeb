//! Integers that are not zero. Those without a sign are Pydantic's `PositiveInt`.

use std::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8,
    NonZeroU16, NonZeroU32, NonZeroU64, NonZeroUsize,
};

use serde_json::{Value, json};

use super::{Form, Table};
use crate::notes::Fault;
use crate::scalar;

pub(super) fn add_to(table: &mut Table) {
    macro_rules! add {
        ($read:ident: $($nonzero:ty,)*) => {$(
            table.add_exact::<$nonzero>(Form::Int(1), |value| {
                $read(value, <$nonzero>::MIN.get() as i128, <$nonzero>::MAX.get() as i128)
            });
        )*};
    }
    add!(positive: NonZeroU8, NonZeroU16, NonZeroU32, NonZeroU64, NonZeroUsize,);
    add!(
        not_zero: NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize,
    );
}

fn positive(value: &Value, min: i128, max: i128) -> Result<Form<'_>, Fault> {
    let int = scalar::in_bounds(scalar::int(value)?, i128::MIN, max)?;
    if int < min {
        let msg = "Input should be greater than 0";
        return Err(Fault::with_ctx("greater_than", msg.into(), json!({ "gt": 0 })));
    }
    Ok(Form::Int(int))
}

/// Pydantic has no constraint for this: it's what a validator of one's own would say.
fn not_zero(value: &Value, min: i128, max: i128) -> Result<Form<'_>, Fault> {
    match scalar::in_bounds(scalar::int(value)?, min, max)? {
        0 => {
            let msg = "Value error, must not be zero";
            Err(Fault::with_ctx("value_error", msg.into(), json!({ "error": {} })))
        }
        int => Ok(Form::Int(int)),
    }
}
