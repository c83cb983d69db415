//! Names from `AddressBook.sqlitedb`: base tables only, since the full-text ones need Apple's own
//! tokenizer. A number matches as E.164, then by its last eight digits where they are unique; two
//! persons behind one address give no name but a doubt.

use std::collections::HashMap;
use std::sync::Arc;

use evidence::{Database, column};
use model::{Address, Sensitive, SourceError, Text};

/// Property numbers of ABMultiValue.
const PHONE: i64 = 3;
const EMAIL: i64 = 4;

/// Most cards that are read.
const MOST_CARDS: usize = 200_000;

/// What an address leads to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Named {
    /// One person.
    One(Text),
    /// Several persons with different names.
    Several,
}

/// Names by address.
#[derive(Debug, Default)]
pub(crate) struct Contacts {
    by_address: HashMap<String, (i64, Named)>,
    by_tail: HashMap<String, (i64, Named)>,
}

impl Contacts {
    /// Reads all cards.
    pub(crate) fn read(database: &Database) -> Result<Self, SourceError> {
        let columns = database.columns("ABPerson")?;
        if columns.is_empty() || database.columns("ABMultiValue")?.is_empty() {
            return Ok(Self::default());
        }
        let or_null = |name: &str| if columns.contains(name) { name.to_owned() } else { "NULL".to_owned() };
        let names =
            ["First", "Middle", "Last", "Nickname", "Organization", "DisplayName"].map(or_null).join(", ");
        let link = or_null("PersonLink");
        let sql = format!("SELECT ROWID, {link}, {names} FROM ABPerson LIMIT {MOST_CARDS}");
        let of = |e| database.failed("ABPerson", &e);
        let mut statement = database.connection().prepare(&sql).map_err(of)?;
        let mut rows = statement.query([]).map_err(of)?;
        let mut persons: HashMap<i64, (i64, Text)> = HashMap::new();
        while let Some(row) = rows.next().map_err(of)? {
            let Ok(id) = column::<i64>(row, 0) else { continue };
            let text = |i| column::<Option<String>>(row, i).ok().flatten().filter(|t| !t.trim().is_empty());
            let full: Vec<String> = [text(2), text(3), text(4)].into_iter().flatten().collect();
            let name = if full.is_empty() {
                text(5).or_else(|| text(6)).or_else(|| text(7))
            } else {
                Some(full.join(" "))
            };
            let Some(name) = name else { continue };
            // cards of one person are linked; a negative link means none
            let link = column::<Option<i64>>(row, 1).ok().flatten().filter(|link| *link >= 0);
            let person = link.map_or(-1 - id, |link| link);
            persons.insert(id, (person, Sensitive::new(Arc::from(name.trim()))));
        }
        let of = |e| database.failed("ABMultiValue", &e);
        let sql = format!(
            "SELECT record_id, value FROM ABMultiValue WHERE property IN ({PHONE}, {EMAIL}) ORDER BY record_id, UID"
        );
        let mut statement = database.connection().prepare(&sql).map_err(of)?;
        let mut rows = statement.query([]).map_err(of)?;
        let mut contacts = Self::default();
        while let Some(row) = rows.next().map_err(of)? {
            let person = column::<i64>(row, 0).ok().and_then(|id| persons.get(&id));
            let (Some((person, name)), Ok(Some(value))) = (person, column::<Option<String>>(row, 1)) else {
                continue;
            };
            let Some(address) = Address::parse(&value) else { continue };
            if let Some(tail) = tail(&address) {
                add(&mut contacts.by_tail, tail, *person, name);
            }
            add(&mut contacts.by_address, address.into_string(), *person, name);
        }
        Ok(contacts)
    }

    /// Who is behind an address.
    pub(crate) fn name(&self, address: &Address) -> Option<&Named> {
        let direct = self.by_address.get(address.as_str());
        let found = direct.or_else(|| self.by_tail.get(&tail(address)?));
        found.map(|(_, named)| named)
    }
}

fn add(map: &mut HashMap<String, (i64, Named)>, key: String, person: i64, name: &Text) {
    map.entry(key)
        .and_modify(|(known, named)| {
            let same = *known == person || *named == Named::One(name.clone());
            if !same {
                *named = Named::Several;
            }
        })
        .or_insert_with(|| (person, Named::One(name.clone())));
}

/// The last eight digits of a number.
fn tail(address: &Address) -> Option<String> {
    match address {
        Address::Phone(number) if number.len() > 8 => number.get(number.len() - 8..).map(str::to_owned),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use evidence::{Evidence, open_tree};

    use super::*;

    /// Address books of public phones, nearly all of whose cards lie in the log.
    #[test]
    fn public_address_books_have_their_known_names() {
        let Some(samples) = crate::samples::ios("") else { return };
        let expected = std::fs::read(samples.join("expected-addressbook.json")).unwrap();
        let expected: serde_json::Value = serde_json::from_slice(&expected).unwrap();
        let mut compared = 0;
        for (phone, below) in [
            ("josh_ios15_ffs", "filesystem2/mobile"),
            ("mvs_ios_2023", "private/var/mobile"),
            ("belkasoft_ctf6_ios_device1", "private/var/mobile"),
        ] {
            let zip = samples.join(format!("ileapp/testdata.addressBook.addressBook.{phone}.zip"));
            let tree = open_tree(&zip).unwrap();
            let part = |end: &str| {
                let path = format!("{below}/Library/AddressBook/AddressBook.sqlitedb{end}");
                let bytes = tree.get(&path).unwrap().unwrap();
                Evidence { name: "AddressBook.sqlitedb".to_owned(), bytes, sha256: [0; 32] }
            };
            let database = Database::open(&part(""), Some(&part("-wal"))).unwrap();
            let contacts = Contacts::read(&database).unwrap();
            let table = &expected[phone];
            let columns: Vec<&str> =
                table["headers"].as_array().unwrap().iter().map(|h| h.as_str().unwrap()).collect();
            let rows = table["data"].as_array().unwrap();
            assert_eq!(contacts.by_address.is_empty(), rows.is_empty(), "{phone}");
            for row in rows {
                let of =
                    |column: &str| columns.iter().position(|c| *c == column).and_then(|at| row[at].as_str());
                let name =
                    [of("First Name"), of("Last Name")].into_iter().flatten().collect::<Vec<_>>().join(" ");
                let several = [of("Phone Numbers"), of("Email addresses")];
                for value in several.into_iter().flatten().flat_map(|v| v.split('\r')) {
                    let address = Address::parse(value.split_once(": ").unwrap().1).unwrap();
                    if name.is_empty() {
                        continue;
                    }
                    let found = contacts.name(&address);
                    assert_eq!(found, Some(&Named::One(Sensitive::new(Arc::from(name.as_str())))), "{phone}");
                    compared += 1;
                }
            }
        }
        assert!(compared >= 8, "{compared}");
    }
}
