//! What a proof shows of a message, as JSON: the fields of the groups that are shown, under the names of
//! the JSON form. A field of which any part lies in a hidden group is left out, so that hidden is never
//! taken for absent.

use serde_json::{Map, Value};

use super::{FIELDS, GROUPS, decode};
use crate::place::Fault;

/// The shown fields of a message, from its groups in the order of [`GROUPS`]; `None` for a hidden one.
///
/// # Errors
/// [`Fault`] when a group is not what is written.
pub fn shown(groups: [Option<&[u8]>; 7]) -> Result<Map<String, Value>, Fault> {
    let message = decode::decode_shown(groups)?;
    let mut line = Vec::new();
    crate::wire::write_line(&mut line, &message, None);
    let mut fields: Map<String, Value> =
        serde_json::from_slice(&line).map_err(|_| Fault::Unexpected { expected: "a line of JSON" })?;
    let hidden = |group| GROUPS.iter().zip(groups).any(|(g, bytes)| *g == group && bytes.is_none());
    for (name, _) in FIELDS.iter().filter(|(_, group)| hidden(*group)) {
        fields.remove(*name);
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::super::{Encoded, Group, encode_into, tests_full};
    use super::*;

    #[test]
    fn hidden_is_left_out_and_shown_is_as_it_was() {
        let message = tests_full();
        let mut groups = Encoded::default();
        encode_into(&message, &mut groups);
        let all = shown(groups.each_ref().map(|g| Some(g.as_slice()))).unwrap();
        let mut line = Vec::new();
        crate::wire::write_line(&mut line, &message, None);
        assert_eq!(Value::Object(all.clone()), serde_json::from_slice::<Value>(&line).unwrap());
        for (i, group) in GROUPS.iter().enumerate() {
            let mut some = groups.each_ref().map(|g| Some(g.as_slice()));
            some[i] = None;
            let fields = shown(some).unwrap();
            for (name, value) in &all {
                let gone = FIELDS.iter().any(|(field, of)| field == name && of == group);
                assert_eq!(fields.get(name), (!gone).then_some(value), "{name} without {group:?}");
            }
        }
        assert_eq!(shown([None; 7]).unwrap(), Map::new());
        assert!(shown([Some(&[0xff]), None, None, None, None, None, None]).is_err());
        assert!(GROUPS.iter().all(|g| *g != Group::Verdict));
    }
}
