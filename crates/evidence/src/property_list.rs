//! Apple property lists from foreign hands: size, depth and number of values are bounded before
//! anything is built, so that neither a cycle nor a list that refers to itself a billion times costs
//! more than the bound.

use std::io::Cursor;

use model::Fault;
use plist::Value;
use plist::stream::{Event, Reader};

/// Most bytes of a property list.
const MOST_BYTES: usize = 64 << 20;
/// Most values in it, counted where they are used.
const MOST_VALUES: u64 = 2_000_000;
/// Deepest nesting.
const DEEPEST: u32 = 128;

/// Parses a property list, XML or binary.
///
/// # Errors
/// [`Fault`] without anything from the input.
pub fn parse(bytes: &[u8]) -> Result<Value, Fault> {
    if bytes.len() > MOST_BYTES {
        return Err(Fault::TooMuch { what: "bytes of a property list", bound: MOST_BYTES as u64 });
    }
    let (mut values, mut depth, mut fault) = (0, 0_u32, None);
    let events = Reader::new(Cursor::new(bytes)).map_while(|event| {
        values += 1;
        match &event {
            Ok(Event::StartArray(_) | Event::StartDictionary(_)) => depth += 1,
            Ok(Event::EndCollection) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if values > MOST_VALUES {
            fault = Some(Fault::TooMuch { what: "values of a property list", bound: MOST_VALUES });
        }
        if depth > DEEPEST {
            fault = Some(Fault::TooMuch { what: "levels of a property list", bound: u64::from(DEEPEST) });
        }
        fault.is_none().then_some(event)
    });
    let value = Value::from_events(events);
    match fault {
        Some(fault) => Err(fault),
        None => value.map_err(|_| Fault::Unexpected { expected: "a property list" }),
    }
}

/// A keyed archive (`NSKeyedArchiver`): objects refer to each other by number.
pub struct KeyedArchive {
    top: plist::Dictionary,
    objects: Vec<Value>,
}

impl KeyedArchive {
    /// Parses a keyed archive.
    ///
    /// # Errors
    /// [`Fault`] when it is no property list, or none of that kind.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let wrong = || Fault::Unexpected { expected: "a keyed archive" };
        let mut root = parse(bytes)?.into_dictionary().ok_or_else(wrong)?;
        let objects = root.remove("$objects").and_then(Value::into_array).ok_or_else(wrong)?;
        let top = root.remove("$top").and_then(Value::into_dictionary).ok_or_else(wrong)?;
        Ok(Self { top, objects })
    }

    /// The root object.
    pub fn root(&self) -> Option<&Value> {
        self.resolve(self.top.get("root")?)
    }

    /// The object that a value refers to, or the value itself; `None` for a reference that leads
    /// nowhere or to another reference.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> Option<&'a Value> {
        match value {
            Value::Uid(uid) => {
                let object = self.objects.get(usize::try_from(uid.get()).ok()?)?;
                (!matches!(object, Value::Uid(_))).then_some(object)
            }
            other => Some(other),
        }
    }

    /// The bytes of an `NSData`, `NSMutableData`, or plain data.
    pub fn data<'a>(&'a self, value: &'a Value) -> Option<&'a [u8]> {
        match self.resolve(value)? {
            Value::Data(bytes) => Some(bytes),
            Value::Dictionary(d) => match self.resolve(d.get("NS.data")?)? {
                Value::Data(bytes) => Some(bytes),
                _ => None,
            },
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xml(body: &str) -> Vec<u8> {
        format!("<?xml version=\"1.0\"?><plist version=\"1.0\">{body}</plist>").into_bytes()
    }

    #[test]
    fn depth_is_bounded() {
        let deep = |n: usize| xml(&format!("{}{}", "<array>".repeat(n), "</array>".repeat(n)));
        assert!(parse(&deep(100)).is_ok());
        assert!(matches!(parse(&deep(200)), Err(Fault::TooMuch { .. })));
        assert!(matches!(parse(&deep(1_000_000)), Err(Fault::TooMuch { .. })));
    }

    /// A binary list of arrays that each refer twice to the next: 2^40 values from 400 bytes.
    #[test]
    fn doubling_is_bounded() {
        let mut bytes = b"bplist00".to_vec();
        let mut offsets = Vec::new();
        for i in 0..40_u8 {
            offsets.push(u8::try_from(bytes.len()).unwrap());
            bytes.extend([0xa2, i + 1, i + 1]);
        }
        offsets.push(u8::try_from(bytes.len()).unwrap());
        bytes.push(0x09);
        let table = u8::try_from(bytes.len()).unwrap();
        bytes.extend(&offsets);
        bytes.extend([
            0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 41, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            table,
        ]);
        assert!(matches!(parse(&bytes), Err(Fault::TooMuch { .. })));
        // the same shape without doubling is legal: the bound is what stops the first
        for at in &offsets[..40] {
            bytes[usize::from(*at)] = 0xa1;
        }
        assert!(parse(&bytes).is_ok());
    }

    #[test]
    fn a_cycle_is_an_error() {
        let mut bytes = b"bplist00".to_vec();
        bytes.extend([0xa1, 0, 8]);
        bytes.extend([
            0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10,
        ]);
        assert!(matches!(parse(&bytes), Err(Fault::Unexpected { .. })));
    }
}
