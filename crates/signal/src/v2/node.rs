//! A message of Signal's backup protobuf as a tree, decoded by a table of fields: the same tree from
//! the wire and from the plaintext export's JSON. What the table does not know is named by its path and
//! counted, and secrets are dropped before anybody can hand them on. Knows no meaning of any field.

use std::collections::BTreeMap;

use model::Fault;

use crate::proto::{Fields, Value};

/// Deepest nesting.
const DEPTH: usize = 12;
/// Most values in one frame.
const MOST: usize = 500_000;

/// What a field holds.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// Any number, a truth value among them.
    Int,
    /// A number with names in JSON.
    Enum(&'static [(&'static str, u64)]),
    Text,
    Bytes,
    Message(&'static Schema),
    /// A key, a credential or a PIN: never kept.
    Secret,
    /// Known, and of no use here.
    Unread,
}

/// A field of a message: number, name in JSON, kind.
pub(crate) type Field = (u32, &'static str, Kind);

/// A type of message.
pub(crate) struct Schema {
    pub(crate) name: &'static str,
    pub(crate) fields: &'static [Field],
}

/// A value of a tree.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    Int(u64),
    Bytes(Vec<u8>),
    Node(Node),
}

/// A message as a tree.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Node(pub(crate) Vec<(u32, Item)>);

/// What decoding met beside the tree.
#[derive(Debug, Default)]
pub(crate) struct Met {
    /// Paths of unknown fields and how often: `ChatItem.23`.
    pub(crate) unknown: BTreeMap<String, u64>,
    values: usize,
}

impl Met {
    fn unknown(&mut self, path: String) {
        if self.unknown.len() < 200 || self.unknown.contains_key(&path) {
            *self.unknown.entry(path).or_default() += 1;
        }
    }

    /// Notes a field of JSON that the table does not know.
    pub(crate) fn unknown_name(&mut self, schema: &str, name: &str) {
        self.unknown(format!("{schema}.{}", crate::draft::code(name)));
    }

    /// Counts a value.
    pub(crate) fn count(&mut self) -> Result<(), Fault> {
        self.values += 1;
        if self.values > MOST {
            Err(Fault::TooMuch { what: "values in a frame", bound: MOST as u64 })
        } else {
            Ok(())
        }
    }

    /// Before the next frame.
    pub(crate) fn next_frame(&mut self) {
        self.values = 0;
    }
}

impl Node {
    /// Decodes a message from the wire.
    pub(crate) fn decode(bytes: &[u8], schema: &'static Schema, met: &mut Met) -> Result<Self, Fault> {
        Self::at_depth(bytes, schema, met, 0)
    }

    fn at_depth(bytes: &[u8], schema: &'static Schema, met: &mut Met, depth: usize) -> Result<Self, Fault> {
        if depth > DEPTH {
            return Err(Fault::TooMuch { what: "levels in a frame", bound: DEPTH as u64 });
        }
        let mut out = Vec::new();
        for field in Fields::of(bytes) {
            let (number, value) = field?;
            met.count()?;
            let Some((_, _, kind)) = schema.fields.iter().find(|(n, _, _)| *n == number) else {
                met.unknown(format!("{}.{number}", schema.name));
                continue;
            };
            let item = match (kind, value) {
                (Kind::Secret | Kind::Unread, _) => continue,
                (Kind::Message(inner), Value::Bytes(b)) => {
                    Item::Node(Self::at_depth(b, inner, met, depth + 1)?)
                }
                (Kind::Int | Kind::Enum(_), Value::Bytes(b)) => {
                    // numbers packed together (proto3)
                    let mut rest = b;
                    while !rest.is_empty() {
                        let (n, taken) = crate::proto::varint(rest)?;
                        met.count()?;
                        out.push((number, Item::Int(n)));
                        rest = &rest[taken..];
                    }
                    continue;
                }
                (Kind::Text | Kind::Bytes, Value::Bytes(b)) => Item::Bytes(b.to_vec()),
                (Kind::Int | Kind::Enum(_), value) => Item::Int(value.int()),
                (Kind::Text | Kind::Bytes | Kind::Message(_), _) => {
                    return Err(Fault::Unexpected { expected: "bytes in a field" });
                }
            };
            out.push((number, item));
        }
        Ok(Self(out))
    }

    /// The last message of a field.
    pub(crate) fn node(&self, number: u32) -> Option<&Self> {
        self.nodes(number).last()
    }

    /// Every message of a field.
    pub(crate) fn nodes(&self, number: u32) -> impl DoubleEndedIterator<Item = &Self> {
        self.0.iter().filter(move |(n, _)| *n == number).filter_map(|(_, i)| match i {
            Item::Node(node) => Some(node),
            Item::Int(_) | Item::Bytes(_) => None,
        })
    }

    /// The last number of a field; `None` when absent.
    pub(crate) fn int(&self, number: u32) -> Option<u64> {
        self.0.iter().rev().find(|(n, _)| *n == number).and_then(|(_, i)| match i {
            Item::Int(value) => Some(*value),
            Item::Bytes(_) | Item::Node(_) => None,
        })
    }

    /// The last number of a field as a time or id; 0 when absent.
    pub(crate) fn signed(&self, number: u32) -> i64 {
        self.int(number).unwrap_or(0).cast_signed()
    }

    /// The last bytes of a field, when there are any.
    pub(crate) fn bytes(&self, number: u32) -> Option<&[u8]> {
        self.0.iter().rev().find(|(n, _)| *n == number).and_then(|(_, i)| match i {
            Item::Bytes(value) if !value.is_empty() => Some(value.as_slice()),
            _ => None,
        })
    }

    /// The last text of a field, when there is any.
    pub(crate) fn text(&self, number: u32) -> Option<String> {
        self.bytes(number).map(|b| String::from_utf8_lossy(b).into_owned())
    }

    /// The first field that holds a message: which one of several is set.
    pub(crate) fn one_of(&self, numbers: impl Fn(u32) -> bool) -> Option<(u32, &Self)> {
        self.0.iter().rev().filter(|(n, _)| numbers(*n)).find_map(|(n, i)| match i {
            Item::Node(node) => Some((*n, node)),
            Item::Int(_) | Item::Bytes(_) => None,
        })
    }
}
