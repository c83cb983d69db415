//! Writes a body as Messages keeps it: a typedstream of an attributed string.

/// A run of text.
pub(crate) struct Run<'a> {
    /// Its text; U+FFFC for a file.
    pub(crate) text: &'a str,
    /// Guid of the file.
    pub(crate) file: Option<&'a str>,
    /// Further attributes that are strings.
    pub(crate) also: &'a [(&'a str, &'a str)],
}

/// The archive under construction: shared strings and objects are numbered from 0x92 on.
struct Writer {
    out: Vec<u8>,
    strings: Vec<String>,
    objects: Vec<Option<String>>,
}

const FIRST: usize = 0x92;

impl Writer {
    fn length(&mut self, n: usize) {
        match u8::try_from(n) {
            Ok(n) if n < 0x80 => self.out.push(n),
            _ => match u16::try_from(n) {
                Ok(n) => {
                    self.out.push(0x81);
                    self.out.extend(n.to_le_bytes());
                }
                Err(_) => {
                    self.out.push(0x82);
                    self.out.extend(u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes());
                }
            },
        }
    }

    fn reference(&mut self, number: usize) {
        // numbers are signed bytes that begin at -110
        match u8::try_from(FIRST + number) {
            Ok(byte) => self.out.push(byte),
            Err(_) => {
                self.out.push(0x81);
                let value = i16::try_from(FIRST + number).unwrap_or(i16::MAX) - 256;
                self.out.extend(value.to_le_bytes());
            }
        }
    }

    fn shared(&mut self, s: &str) {
        if let Some(number) = self.strings.iter().position(|known| known == s) {
            return self.reference(number);
        }
        self.strings.push(s.to_owned());
        self.out.push(0x84);
        self.length(s.len());
        self.out.extend(s.as_bytes());
    }

    /// Begins an object of a class whose chain of superclasses follows.
    fn begin(&mut self, chain: &[(&str, u8)]) {
        self.out.push(0x84);
        self.objects.push(None);
        for (class, version) in chain {
            if let Some(number) = self.objects.iter().position(|o| o.as_deref() == Some(class)) {
                return self.reference(number);
            }
            self.out.push(0x84);
            self.shared(class);
            self.out.push(*version);
            self.objects.push(Some((*class).to_owned()));
        }
        self.out.push(0x85);
    }

    fn end(&mut self) {
        self.out.push(0x86);
    }

    fn string(&mut self, s: &str) {
        self.begin(&[("NSString", 1), ("NSObject", 0)]);
        self.shared("+");
        self.length(s.len());
        self.out.extend(s.as_bytes());
        self.end();
    }

    fn number(&mut self, n: u8) {
        self.begin(&[("NSNumber", 0), ("NSValue", 0), ("NSObject", 0)]);
        self.shared("*");
        match self.objects.iter().position(|o| o.as_deref() == Some("*i")) {
            Some(number) => self.reference(number),
            None => {
                self.out.push(0x84);
                self.objects.push(Some("*i".to_owned()));
                self.shared("i");
            }
        }
        self.shared("i");
        self.out.push(n);
        self.end();
    }
}

/// The body of these runs; each is a part of the message.
pub(crate) fn body(runs: &[Run<'_>]) -> Vec<u8> {
    let mut w =
        Writer { out: b"\x04\x0bstreamtyped\x81\xe8\x03".to_vec(), strings: Vec::new(), objects: Vec::new() };
    w.shared("@");
    w.begin(&[("NSAttributedString", 0), ("NSObject", 0)]);
    w.shared("@");
    w.string(&runs.iter().map(|r| r.text).collect::<String>());
    for (part, run) in (0_u8..).zip(runs) {
        w.shared("iI");
        w.out.push(part + 1);
        w.length(run.text.encode_utf16().count());
        w.shared("@");
        w.begin(&[("NSDictionary", 0), ("NSObject", 0)]);
        w.shared("i");
        w.length(1 + usize::from(run.file.is_some()) + run.also.len());
        w.shared("@");
        w.string("__kIMMessagePartAttributeName");
        w.shared("@");
        w.number(part);
        if let Some(guid) = run.file {
            w.shared("@");
            w.string("__kIMFileTransferGUIDAttributeName");
            w.shared("@");
            w.string(guid);
        }
        for (key, value) in run.also {
            w.shared("@");
            w.string(key);
            w.shared("@");
            w.string(value);
        }
        w.end();
    }
    w.end();
    w.out
}
