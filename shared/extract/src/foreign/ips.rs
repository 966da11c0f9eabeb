//! IP addresses: those of Python's `ipaddress`, and Pydantic's `IPvAnyAddress`.

use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_json::Value;

use super::{Form, Table};
use crate::notes::Fault;

pub(super) fn add_to(table: &mut Table) {
    table.add_text::<Ipv4Addr>("0.0.0.0", |value| {
        let fault = Fault::new("ip_v4_address", "Input is not a valid IPv4 address");
        read(value, v4, fault)
    });
    table.add_text::<Ipv6Addr>("::", |value| {
        let fault = Fault::new("ip_v6_address", "Input is not a valid IPv6 address");
        read(value, v6, fault)
    });
    table.add_exact::<IpAddr>(Form::Text("::".into()), |value| {
        let fault = Fault::new("ip_any_address", "value is not a valid IPv4 or IPv6 address");
        let any =
            |value: &Value| v4(value).map(IpAddr::from).or_else(|| v6(value).map(IpAddr::from));
        read(value, any, fault)
    });
}

fn read<T: Display>(
    value: &Value,
    read: impl Fn(&Value) -> Option<T>,
    fault: Fault,
) -> Result<Form<'_>, Fault> {
    let address = read(value).ok_or(fault)?;
    Ok(Form::Text(address.to_string().into()))
}

fn v4(value: &Value) -> Option<Ipv4Addr> {
    match value {
        Value::String(text) => text.parse().ok(),
        _ => u32::try_from(int(value)?).ok().map(Ipv4Addr::from),
    }
}

fn v6(value: &Value) -> Option<Ipv6Addr> {
    match value {
        Value::String(text) => text.parse().ok(),
        _ => int(value).map(|int| Ipv6Addr::from(u128::from(int))),
    }
}

/// An address as one number. In Python a truth value is one, too.
fn int(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_bool().map(u64::from))
}
