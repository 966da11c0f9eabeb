//! Where in a type which constraints are.
//!
//! A JSON schema is compiled once into a [`Table`]. While a request is read, the notes carry the
//! [`Schema`] of the value that is being read, so that its constraints are applied to the coerced
//! value, and what breaks one is noted beside the problems of types, in the order of declaration.

use std::collections::{HashMap, HashSet};

#[cfg(feature = "rust_decimal")]
use rust_decimal::Decimal;
use serde_json::Value;

use crate::checks::Checks;
use crate::entries::{Place, Step};
use crate::notes::Fault;
use crate::probe::Turn;
use crate::scalar;

/// A compiled schema. Nodes refer to each other by index, for types can be inside themselves.
pub(crate) struct Table {
    nodes: Vec<Node>,
}

/// What is known about one value.
#[derive(Default)]
struct Node {
    /// JSON's names of the types that fit; empty if all do.
    types: Vec<String>,
    /// The values that fit; empty if all do.
    values: Vec<Value>,
    checks: Checks,
    is_set: bool,
    fields: Vec<(String, usize)>,
    required: Vec<String>,
    /// Of a map.
    other_fields: Option<usize>,
    keys: Option<usize>,
    /// Of a tuple.
    first_items: Vec<usize>,
    items: Option<usize>,
    /// All of these hold as well.
    parts: Vec<usize>,
    /// One of these holds as well.
    variants: Vec<usize>,
    /// Whether there is a constraint here or inside.
    is_constrained: bool,
}

impl Node {
    fn inside(&self) -> impl Iterator<Item = usize> {
        let fields = self.fields.iter().map(|(_, field)| field);
        let lists = self.first_items.iter().chain(&self.parts).chain(&self.variants);
        let others = self.other_fields.iter().chain(&self.keys).chain(&self.items);
        fields.chain(lists).chain(others).copied()
    }

    fn field(&self, name: &str) -> Option<usize> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, field)| *field)
    }

    fn item(&self, index: usize) -> Option<usize> {
        self.first_items.get(index).copied().or(self.items)
    }

    fn has_type(&self, value: &Value) -> bool {
        let is = |name: &String| match (name.as_str(), value) {
            ("integer", Value::Number(number)) => !number.is_f64(),
            ("null", Value::Null)
            | ("boolean", Value::Bool(_))
            | ("number", Value::Number(_))
            | ("string", Value::String(_))
            | ("array", Value::Array(_))
            | ("object", Value::Object(_)) => true,
            _ => false,
        };
        self.types.is_empty() || self.types.iter().any(is)
    }

    /// Whether the value has the type and the required fields.
    fn may_be(&self, value: &Value) -> bool {
        let has_value = self.values.is_empty() || self.values.contains(value);
        self.has_type(value)
            && has_value
            && self.required.iter().all(|name| value.get(name).is_some())
    }
}

impl Table {
    /// Compiles a schema; `named` are those that it refers to.
    pub(crate) fn compile(root: &Value, named: &HashMap<String, Value>) -> Result<Self, String> {
        let mut compiler = Compiler { named, known: HashMap::new(), nodes: Vec::new() };
        compiler.node(root)?;
        let mut table = Self { nodes: compiler.nodes };
        table.mark_constrained();
        table.refuse_ambiguous()?;
        Ok(table)
    }

    /// Nothing, if nothing is constrained.
    pub(crate) fn root(&'static self) -> Option<Schema> {
        Schema { table: self, node: 0 }.if_constrained()
    }

    /// Again and again until no more are found: a type that is inside itself leads to itself.
    fn mark_constrained(&mut self) {
        loop {
            let is_new = |node: &Node| {
                let is_constrained = |below: usize| self.nodes[below].is_constrained;
                !node.is_constrained
                    && (!node.checks.is_empty() || node.inside().any(is_constrained))
            };
            let new: Vec<_> = (0..self.nodes.len()).filter(|i| is_new(&self.nodes[*i])).collect();
            if new.is_empty() {
                return;
            }
            for index in new {
                self.nodes[index].is_constrained = true;
            }
        }
    }

    /// serde hands out the fields of a flattened enum one by one, and from one of them nobody can
    /// tell which variant it is.
    fn refuse_ambiguous(&self) -> Result<(), String> {
        for &part in self.nodes.iter().flat_map(|node| &node.parts) {
            let mut seen = HashMap::new();
            for (name, field) in self.fields(part) {
                let other = *seen.entry(name).or_insert(field);
                let is_constrained = |field: usize| self.nodes[field].is_constrained;
                if other != field && (is_constrained(other) || is_constrained(field)) {
                    return Err(format!(
                        "several variants of a flattened enum have a field `{name}`, so its \
                         constraints cannot be enforced: do not flatten the enum"
                    ));
                }
            }
        }
        Ok(())
    }

    /// A node with its parts, and with all variants if `variants` says so.
    fn family(&self, index: usize, variants: bool) -> Vec<usize> {
        let mut family = vec![index];
        let mut next = 0;
        while let Some(&member) = family.get(next) {
            let node = &self.nodes[member];
            let variants = if variants { node.variants.as_slice() } else { &[] };
            let new: Vec<_> = node.parts.iter().chain(variants).copied().collect();
            family.extend(
                new.into_iter().filter(|index| !family.contains(index)).collect::<Vec<_>>(),
            );
            next += 1;
        }
        family
    }

    fn fields(&self, index: usize) -> impl Iterator<Item = (&str, usize)> {
        let fields = self.family(index, true).into_iter().flat_map(|i| &self.nodes[i].fields);
        fields.map(|(name, field)| (name.as_str(), *field))
    }

    /// Which of the variants a value is. The only one of its type, with the right tag, or with all
    /// of its fields is it even if the rest does not fit: that is what gets reported. Otherwise it
    /// is the one that serde takes, the first that fits.
    fn variant(&self, variants: &[usize], value: &Value) -> Option<usize> {
        // What is left of an `Option` is coerced, so it need not fit.
        let is_null = |variant: &&usize| self.nodes[**variant].types == ["null"];
        let variants = variants.iter().filter(|variant| is_null(variant) == value.is_null());
        let only = |is_it: &dyn Fn(&&usize) -> bool| {
            let mut found = variants.clone().filter(is_it);
            found.next().filter(|_| found.next().is_none()).copied()
        };
        only(&|_| true)
            .or_else(|| only(&|variant| self.has_type(**variant, value)))
            .or_else(|| only(&|variant| self.has_tag(**variant, value)))
            .or_else(|| only(&|variant| self.may_be(**variant, value)))
            .or_else(|| variants.clone().copied().find(|variant| self.fits(*variant, value)))
    }

    /// Whether all fields that only have one possible value have it, and there are any.
    fn has_tag(&self, index: usize, value: &Value) -> bool {
        let family = self.family(index, false);
        let fields = family.iter().flat_map(|member| &self.nodes[*member].fields);
        let mut tags =
            fields.filter_map(|(name, field)| match self.nodes[*field].values.as_slice() {
                [tag] => Some(value.get(name) == Some(tag)),
                _ => None,
            });
        tags.next().is_some_and(|is_right| is_right && tags.all(|is_right| is_right))
    }

    fn has_type(&self, index: usize, value: &Value) -> bool {
        self.family(index, false).iter().all(|member| self.nodes[*member].has_type(value))
    }

    fn may_be(&self, index: usize, value: &Value) -> bool {
        self.family(index, false).iter().all(|member| self.nodes[*member].may_be(value))
    }

    /// Whether a value that is not coerced has this type, whatever the constraints say.
    fn fits(&self, index: usize, value: &Value) -> bool {
        let node = &self.nodes[index];
        let all = |below: Option<usize>, value: &Value| below.is_none_or(|i| self.fits(i, value));
        let inside = match value {
            Value::Object(object) => object
                .iter()
                .all(|(name, value)| all(node.field(name).or(node.other_fields), value)),
            Value::Array(items) => {
                items.iter().enumerate().all(|(index, value)| all(node.item(index), value))
            }
            _ => true,
        };
        inside
            && node.may_be(value)
            && node.parts.iter().all(|part| self.fits(*part, value))
            && (node.variants.is_empty() || node.variants.iter().any(|i| self.fits(*i, value)))
    }
}

/// What a table says about one value.
#[derive(Clone, Copy)]
pub(crate) struct Schema {
    table: &'static Table,
    node: usize,
}

/// What is wrong inside a value that was read as a whole.
pub(crate) struct Breach<'v> {
    /// From the inside out.
    pub(crate) places: Vec<Place<'v>>,
    pub(crate) fault: Fault,
    pub(crate) value: &'v Value,
}

impl Schema {
    fn if_constrained(self) -> Option<Self> {
        self.table.nodes[self.node].is_constrained.then_some(self)
    }

    fn to(self, node: Option<usize>) -> Option<Self> {
        Self { node: node?, ..self }.if_constrained()
    }

    fn parts(self) -> impl Iterator<Item = &'static Node> {
        self.table.family(self.node, false).into_iter().map(move |i| &self.table.nodes[i])
    }

    /// What is said about the value that is one step further down.
    pub(crate) fn at(self, turn: &Turn<'_>) -> Option<Self> {
        self.to(match turn {
            Turn::Name(name) => self.field(name),
            Turn::Content { name, .. } => self.field(name),
            Turn::Index(index) => self.item(*index),
            Turn::Choice(index) => Some(self.choice(*index)),
        })
    }

    /// What is said about a candidate of a union: the variant with its number, if there are any.
    fn choice(self, index: usize) -> usize {
        let variants = |node: usize| self.table.nodes[node].variants.as_slice();
        let is_null = |node: usize| self.table.nodes[node].types == ["null"];
        let node = match *variants(self.node) {
            // The union is in an `Option`.
            [null, union] if is_null(null) && !variants(union).is_empty() => union,
            [union, null] if is_null(null) && !variants(union).is_empty() => union,
            _ => self.node,
        };
        variants(node).get(index).copied().unwrap_or(node)
    }

    /// Whether anything is said about a field of this name.
    pub(crate) fn has(self, name: &str) -> bool {
        self.field(name).is_some()
    }

    fn field(self, name: &str) -> Option<usize> {
        let in_parts = self.parts().find_map(|part| part.field(name));
        let in_variants = || {
            let mut fields = self.table.fields(self.node);
            fields.find(|(field, _)| *field == name).map(|(_, field)| field)
        };
        in_parts.or_else(in_variants).or_else(|| self.parts().find_map(|part| part.other_fields))
    }

    /// A tuple of parameters has them in the order of its fields.
    fn item(self, index: usize) -> Option<usize> {
        let field = |part: &Node| part.fields.get(index).map(|(_, field)| *field);
        self.parts().find_map(|part| part.item(index).or_else(|| field(part)))
    }

    /// What is said about the keys of a map.
    pub(crate) fn keys(self) -> Option<Self> {
        self.to(self.parts().find_map(|part| part.keys))
    }

    /// What is said about this value, if it depends on the value.
    pub(crate) fn of(self, value: &Value) -> Option<Self> {
        let mut node = self.node;
        loop {
            let variants = &self.table.nodes[node].variants;
            if variants.is_empty() {
                return self.to(Some(node));
            }
            node = self.table.variant(variants, value)?;
        }
    }

    pub(crate) fn int(self, int: i128) -> Result<(), Fault> {
        self.parts().try_for_each(|part| part.checks.int(int))
    }

    pub(crate) fn float(self, float: f64) -> Result<(), Fault> {
        self.parts().try_for_each(|part| part.checks.float(float))
    }

    #[cfg(feature = "rust_decimal")]
    pub(crate) fn decimal(self, decimal: Decimal) -> Result<(), Fault> {
        self.parts().try_for_each(|part| part.checks.decimal(decimal))
    }

    pub(crate) fn text(self, text: &str) -> Result<(), Fault> {
        self.parts().try_for_each(|part| part.checks.text(text))
    }

    /// Whether there are too many of these items. Of a set, those count that are valid and differ.
    pub(crate) fn too_many(self, items: &[Value]) -> Option<Fault> {
        self.parts().find_map(|part| match part.is_set {
            true => part.checks.too_many_members(self.members(items)),
            false => part.checks.too_many_items(items.len()),
        })
    }

    /// Whether there are too few of these items, which are all valid.
    pub(crate) fn too_few(self, items: &[Value]) -> Option<Fault> {
        self.parts().find_map(|part| match part.is_set {
            true => part.checks.too_few_members(self.members(items)),
            false => part.checks.too_few_items(items.len()),
        })
    }

    /// Whether there are too many or too few of a map's values, which are all valid.
    pub(crate) fn properties(self, length: usize) -> Option<Fault> {
        self.parts().find_map(|part| part.checks.properties(length))
    }

    /// How many different members a set has, once they are coerced.
    fn members(self, items: &[Value]) -> usize {
        let item = self.item(0).map(|node| Self { node, ..self });
        let coerced = |value: &Value| match item {
            Some(item) => item.coerced(value).ok(),
            None => Some(value.clone()),
        };
        items.iter().filter_map(coerced).collect::<HashSet<_>>().len()
    }

    fn is_a(self, name: &str) -> bool {
        self.parts().any(|part| part.types.iter().any(|known| known == name))
    }

    /// The value once it is coerced, or what is wrong with it. Of a list or an object nobody knows,
    /// and what cannot be coerced is not judged here.
    pub(crate) fn coerced(self, value: &Value) -> Result<Value, Option<Fault>> {
        if self.is_a("integer") {
            let int = scalar::int(value).map_err(|_| None)?;
            self.int(int)?;
            Ok(int.to_string().into())
        } else if self.is_a("number") {
            let float = scalar::float(value).map_err(|_| None)?;
            self.float(float)?;
            Ok(float.into())
        } else if self.is_a("boolean") {
            scalar::bool(value).map(Value::from).map_err(|_| None)
        } else if let Some(text) = value.as_str() {
            self.text(text)?;
            Ok(text.into())
        } else {
            Ok(value.clone())
        }
    }

    /// Judges a value that serde reads as a whole, to look at it later.
    pub(crate) fn breaches(self, value: &Value) -> Vec<Breach<'_>> {
        let mut found = Vec::new();
        self.find_breaches(value, &mut found);
        found
    }

    fn find_breaches<'v>(self, value: &'v Value, found: &mut Vec<Breach<'v>>) {
        let before = found.len();
        let fault = match value {
            Value::Null => None,
            Value::Array(items) => self.too_many(items).or_else(|| {
                for (index, value) in items.iter().enumerate() {
                    self.find_below(Step::Index(index), Turn::Index(index), value, found);
                }
                self.too_few(items).filter(|_| found.len() == before)
            }),
            Value::Object(object) => {
                for (name, value) in object {
                    let (step, turn) = (Step::Name(name.into()), Turn::Name(name.into()));
                    self.find_below(step, turn, value, found);
                }
                self.properties(object.len()).filter(|_| found.len() == before)
            }
            value => self.coerced(value).err().flatten(),
        };
        found.extend(fault.map(|fault| Breach { places: Vec::new(), fault, value }));
    }

    fn find_below<'v>(
        self,
        step: Step<'v>,
        turn: Turn<'v>,
        value: &'v Value,
        found: &mut Vec<Breach<'v>>,
    ) {
        let before = found.len();
        if let Some(below) = self.at(&turn).and_then(|below| below.of(value)) {
            below.find_breaches(value, found);
        }
        let place = Place { step, turn };
        found[before..].iter_mut().for_each(|breach| breach.places.push(place.clone()));
    }
}

struct Compiler<'s> {
    named: &'s HashMap<String, Value>,
    known: HashMap<&'s str, usize>,
    nodes: Vec<Node>,
}

impl<'s> Compiler<'s> {
    fn node(&mut self, schema: &'s Value) -> Result<usize, String> {
        if let Some(name) = schema["$ref"].as_str() {
            return self.named(name);
        }
        let index = self.reserve();
        self.nodes[index] = self.compile(schema)?;
        Ok(index)
    }

    /// A place for a node that is not compiled yet, so that it can be inside itself.
    fn reserve(&mut self) -> usize {
        self.nodes.push(Node::default());
        self.nodes.len() - 1
    }

    fn compile(&mut self, schema: &'s Value) -> Result<Node, String> {
        let list = |key: &str| schema[key].as_array().map(Vec::as_slice).unwrap_or_default();
        let texts = |key: &str| match &schema[key] {
            Value::String(text) => vec![text.clone()],
            value => value.as_array().into_iter().flatten().filter_map(text).collect(),
        };
        let mut parts = self.nodes_of(list("allOf"))?;
        if let Some(name) = schema["$ref"].as_str() {
            parts.push(self.named(name)?);
        }
        let mut variants = self.nodes_of(list("oneOf"))?;
        variants.extend(self.nodes_of(list("anyOf"))?);
        let mut fields = Vec::new();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let field = self.node(field).map_err(|error| format!("{name}: {error}"))?;
            fields.push((name.clone(), field));
        }
        Ok(Node {
            types: texts("type"),
            values: list("enum").to_vec(),
            checks: Checks::parse(schema)?,
            is_set: schema["uniqueItems"] == true,
            fields,
            required: texts("required"),
            other_fields: self.one_of(&schema["additionalProperties"])?,
            keys: self.one_of(&schema["propertyNames"])?,
            first_items: self.nodes_of(list("prefixItems"))?,
            items: self.one_of(&schema["items"])?,
            parts,
            variants,
            is_constrained: false,
        })
    }

    fn nodes_of(&mut self, schemas: &'s [Value]) -> Result<Vec<usize>, String> {
        schemas.iter().map(|schema| self.node(schema)).collect()
    }

    /// Where a schema can also be a `true` or `false`, or left out.
    fn one_of(&mut self, schema: &'s Value) -> Result<Option<usize>, String> {
        schema.is_object().then(|| self.node(schema)).transpose()
    }

    fn named(&mut self, location: &'s str) -> Result<usize, String> {
        let name = location.strip_prefix("#/components/schemas/").unwrap_or(location);
        if let Some(index) = self.known.get(name) {
            return Ok(*index);
        }
        let schema = self.named.get(name).ok_or_else(|| {
            format!(
                "nobody knows the schema `{name}` that it refers to: for a parameter write \
                 #[param(inline)], and of a type that is inside itself make a field of a struct"
            )
        })?;
        let index = self.reserve();
        self.known.insert(name, index);
        self.nodes[index] = self.compile(schema)?;
        Ok(index)
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
