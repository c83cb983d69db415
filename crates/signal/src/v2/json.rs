//! A frame of the plaintext export: one JSON object a line, the fields under their JSON names, numbers
//! of 64 bits as text, bytes in base64, named values as words. Becomes the same tree as from the wire.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Fault;
use serde_json::Value;

use super::node::{Item, Kind, Met, Node, Schema};

impl Node {
    /// Decodes a JSON object.
    pub(crate) fn from_json(value: &Value, schema: &'static Schema, met: &mut Met) -> Result<Self, Fault> {
        let Value::Object(object) = value else { return Err(Fault::Unexpected { expected: "an object" }) };
        let mut out = Vec::new();
        for (name, value) in object {
            let Some((number, _, kind)) = schema.fields.iter().find(|(_, n, _)| n == name) else {
                met.unknown_name(schema.name, name);
                continue;
            };
            match value {
                Value::Null => {}
                Value::Array(items) => {
                    for item in items {
                        push(&mut out, *number, *kind, item, met)?;
                    }
                }
                one => push(&mut out, *number, *kind, one, met)?,
            }
        }
        Ok(Self(out))
    }
}

fn push(
    out: &mut Vec<(u32, Item)>,
    number: u32,
    kind: Kind,
    value: &Value,
    met: &mut Met,
) -> Result<(), Fault> {
    met.count()?;
    let item = match kind {
        Kind::Secret | Kind::Unread => return Ok(()),
        Kind::Message(schema) => Item::Node(Node::from_json(value, schema, met)?),
        Kind::Enum(names) => {
            let named = value.as_str().and_then(|s| names.iter().find(|(n, _)| *n == s)).map(|(_, n)| *n);
            // a word nobody knows is a value nobody has
            Item::Int(named.or_else(|| int(value)).unwrap_or(u64::MAX))
        }
        Kind::Int => Item::Int(int(value).ok_or(Fault::Unexpected { expected: "a number" })?),
        Kind::Text => {
            let text = value.as_str().ok_or(Fault::Unexpected { expected: "text" })?;
            Item::Bytes(text.as_bytes().to_vec())
        }
        Kind::Bytes => {
            let text = value.as_str().ok_or(Fault::Unexpected { expected: "base64" })?;
            Item::Bytes(STANDARD.decode(text).map_err(|_| Fault::Unexpected { expected: "base64" })?)
        }
    };
    out.push((number, item));
    Ok(())
}

fn int(value: &Value) -> Option<u64> {
    match value {
        Value::Number(n) => n.as_u64().or_else(|| n.as_i64().map(i64::cast_unsigned)),
        Value::String(s) => s.parse().ok().or_else(|| s.parse().ok().map(i64::cast_unsigned)),
        Value::Bool(b) => Some(u64::from(*b)),
        _ => None,
    }
}
