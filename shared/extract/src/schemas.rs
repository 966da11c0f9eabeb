//! The types of this crate in an OpenAPI document.

use std::borrow::Cow;

// What the derive of `ToSchema` asks of the arguments of a generic type, as in `Vec<Secret>`.
use utoipa::__dev::ComposeSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, Schema, SchemaFormat, SchemaType, Type};
use utoipa::{IntoParams, ToSchema};

use crate::{Ruled, Secret};

impl<T: ComposeSchema> ComposeSchema for Ruled<T> {
    fn compose(generics: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        generics.first().cloned().unwrap_or_else(|| T::compose(generics))
    }
}

impl<T: ToSchema + ComposeSchema> ToSchema for Ruled<T> {
    fn name() -> Cow<'static, str> {
        T::name()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        T::schemas(schemas);
    }
}

impl<T: IntoParams> IntoParams for Ruled<T> {
    fn into_params(parameter_in: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        T::into_params(parameter_in)
    }
}

/// A string is a password there.
impl<T: ComposeSchema> ComposeSchema for Secret<T> {
    fn compose(generics: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        let mut schema = generics.first().cloned().unwrap_or_else(|| T::compose(generics));
        if let RefOr::T(Schema::Object(object)) = &mut schema
            && object.schema_type == SchemaType::Type(Type::String)
        {
            object.format.get_or_insert(SchemaFormat::KnownFormat(KnownFormat::Password));
            object.write_only = Some(true);
        }
        schema
    }
}

impl<T: ToSchema + ComposeSchema> ToSchema for Secret<T> {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        T::schemas(schemas);
    }
}
