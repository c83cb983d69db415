//! Keyed archives (`NSKeyedArchiver`) as Messages keeps what an app showed.

use std::io;

use plist::{Dictionary, Uid, Value};

use crate::list;

/// An object to archive.
pub(crate) enum Node {
    Text(String),
    Yes(bool),
    /// An `NSURL`.
    Address(String),
    /// An object that keeps its keys itself.
    Object(&'static str, Vec<(&'static str, Node)>),
    /// An `NSDictionary`.
    Map(Vec<(&'static str, Node)>),
    /// An `NSArray`.
    List(Vec<Node>),
}

impl Node {
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

fn uid(n: usize) -> Value {
    Value::Uid(Uid::new(n as u64))
}

fn class(objects: &mut Vec<Value>, name: &str) -> Value {
    let mut d = Dictionary::new();
    d.insert("$classname".into(), name.into());
    d.insert("$classes".into(), Value::Array(vec![name.into(), "NSObject".into()]));
    objects.push(d.into());
    uid(objects.len() - 1)
}

/// Adds an object and gives its reference.
fn add(objects: &mut Vec<Value>, node: Node) -> Value {
    let at = objects.len();
    objects.push(Value::Boolean(false));
    let mut d = Dictionary::new();
    let value = match node {
        Node::Text(text) => Value::String(text),
        Node::Yes(yes) => Value::Boolean(yes),
        Node::Address(url) => {
            d.insert("NS.base".into(), uid(0));
            d.insert("NS.relative".into(), add(objects, Node::Text(url)));
            d.insert("$class".into(), class(objects, "NSURL"));
            d.into()
        }
        Node::Object(name, members) => {
            for (key, member) in members {
                d.insert(key.into(), add(objects, member));
            }
            d.insert("$class".into(), class(objects, name));
            d.into()
        }
        Node::Map(members) => {
            let (mut keys, mut values) = (Vec::new(), Vec::new());
            for (key, member) in members {
                keys.push(add(objects, Node::text(key)));
                values.push(add(objects, member));
            }
            d.insert("NS.keys".into(), Value::Array(keys));
            d.insert("NS.objects".into(), Value::Array(values));
            d.insert("$class".into(), class(objects, "NSMutableDictionary"));
            d.into()
        }
        Node::List(members) => {
            let members = members.into_iter().map(|m| add(objects, m)).collect();
            d.insert("NS.objects".into(), Value::Array(members));
            d.insert("$class".into(), class(objects, "NSArray"));
            d.into()
        }
    };
    objects[at] = value;
    uid(at)
}

/// The archive of an object, as a binary property list.
pub(crate) fn archive(root: Node) -> io::Result<Vec<u8>> {
    let mut objects = vec!["$null".into()];
    let mut top = Dictionary::new();
    top.insert("root".into(), add(&mut objects, root));
    let mut d = Dictionary::new();
    d.insert("$version".into(), Value::from(100_000));
    d.insert("$archiver".into(), "NSKeyedArchiver".into());
    d.insert("$top".into(), top.into());
    d.insert("$objects".into(), Value::Array(objects));
    let mut out = Vec::new();
    Value::from(d).to_writer_binary(&mut out).map_err(list)?;
    Ok(out)
}
