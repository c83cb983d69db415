//! The columns of the provider's tables, by name, to rows. A column that a copy lacks is absent; one that
//! is not known here is kept as it is.

use serde_json::Value;

use crate::json::Columns;
use crate::mms::{Addr, Mms};
use crate::sms::Sms;

impl Sms {
    /// From the columns of `sms`; what is left stays in `columns`.
    pub fn take(columns: &mut Columns) -> Self {
        Self {
            address: columns.text("address"),
            date: columns.number("date"),
            date_sent: columns.number("date_sent"),
            kind: columns.number("type"),
            status: columns.number("status"),
            subject: columns.text("subject"),
            body: columns.text("body"),
            ..Self::default()
        }
    }

    /// Puts what was left of the columns into the row.
    pub fn settle(&mut self, columns: Columns) {
        let (doubts, raw) = columns.finish();
        self.doubts.extend(doubts);
        self.raw.extend(raw);
    }
}

impl Mms {
    /// From the columns of `pdu`; what is left stays in `columns`.
    pub fn take(columns: &mut Columns) -> Self {
        Self {
            date: columns.number("date"),
            date_sent: columns.number("date_sent"),
            msg_box: columns.number("msg_box"),
            m_type: columns.number("m_type"),
            m_id: columns.text("m_id"),
            tr_id: columns.text("tr_id"),
            subject: columns.text("sub"),
            subject_charset: columns.number("sub_cs"),
            ..Self::default()
        }
    }

    /// Puts what was left of the columns into the row.
    pub fn settle(&mut self, columns: Columns) {
        let (doubts, raw) = columns.finish();
        self.doubts.extend(doubts);
        self.raw.extend(raw);
    }
}

impl Addr {
    /// From an object with `address`, `type`, `charset`.
    pub fn take(value: Value) -> Option<Self> {
        let Value::Object(map) = value else { return None };
        let mut columns = Columns::of(map);
        let address = columns.text("address")?;
        Some(Self { address, kind: columns.number("type").unwrap_or(0), charset: columns.number("charset") })
    }
}
