//! A forensic report in Cellebrite's form: chats of several apps, SMS and MMS, messages that were recovered,
//! files with their hashes, and what such reports hold beside messages. Written model by model, so that one of
//! any size can be made; the same [`Spec`] gives the same bytes.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;

/// What to write.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Messages in one chat beside the story.
    pub more: u64,
    /// A mark that every text, name and file name carries, for finding leaks.
    pub canary: Option<String>,
    /// Namespace of the report.
    pub namespace: &'static str,
    /// Whether elements carry a prefix.
    pub prefix: bool,
    /// Serial number of the phone.
    pub serial: String,
}

impl Spec {
    /// A small one.
    pub fn small() -> Self {
        Self {
            more: 0,
            canary: None,
            namespace: "http://pa.cellebrite.com/report/2.0",
            prefix: false,
            serial: "F2LXUFDR0001".to_owned(),
        }
    }
}

/// A message that a reader must find, in the order of the source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// `WhatsApp`, `SMS` ...
    pub service: String,
    /// Id of the chat; numbers of the others where there is none.
    pub conversation: String,
    /// Whether it is a group.
    pub is_group: bool,
    /// The app's own id.
    pub id: Option<String>,
    /// `me`, or an address.
    pub sender: Option<String>,
    /// Milliseconds since 1970.
    pub sent_ms: Option<i64>,
    /// Text.
    pub body: Option<String>,
    /// Whether it was deleted.
    pub deleted: bool,
    /// Names of files, with content where it is in the source.
    pub files: Vec<(String, Option<Vec<u8>>)>,
    /// What happened, where it is no message: the word of its type.
    pub event: Option<&'static str>,
    /// Id of the message answered.
    pub reply_to: Option<String>,
}

/// Own number.
pub const OWN: &str = "4520112233";
const ANNA: &str = "4540112233";
const BO: &str = "4550112233";
/// 2026-01-10T08:00:00Z.
const START: i64 = 1_768_032_000_000;

/// What was written, and what a reader must find.
#[derive(Debug, Default)]
pub struct Written {
    /// The messages of the story; those beside it are not listed.
    pub truths: Vec<Truth>,
    /// Records in all: messages and what is folded into others.
    pub records: u64,
    /// Records folded into others.
    pub folded: u64,
}

/// A file beside the report.
pub struct Beside {
    /// Path in the source.
    pub path: &'static str,
    /// Content.
    pub content: Vec<u8>,
}

/// The files beside the report.
pub fn files() -> Vec<Beside> {
    let content = |seed: u8, n: usize| (0..=250_u8).cycle().take(n).map(|i| seed.wrapping_add(i)).collect();
    vec![
        Beside { path: "files/Image/IMG_0001.jpg", content: content(1, 30_000) },
        Beside { path: "files/Audio/PTT-01.opus", content: content(2, 9_000) },
        Beside { path: "files/Document/bilag.pdf", content: content(3, 70_000) },
        Beside { path: "files/Image/mms.jpg", content: content(4, 5_000) },
    ]
}

struct Report<'o> {
    out: &'o mut dyn Write,
    text: String,
    prefix: &'static str,
    mark: String,
    models: u64,
    written: Written,
    extra: Vec<(String, String)>,
}

/// CDATA that holds any text.
fn cdata(text: &str) -> String {
    format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"))
}

/// A time in the report: UTC, or Danish winter time.
fn time(ms: i64, danish: bool) -> String {
    let shifted = ms + if danish { 3_600_000 } else { 0 };
    let (days, of_day) = (shifted.div_euclid(86_400_000), shifted.rem_euclid(86_400_000));
    // the whole story lies in 2026
    let mut day = days - 20_454;
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while month < 11 && day >= lengths[month] {
        day -= lengths[month];
        month += 1;
    }
    format!(
        "2026-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}{}",
        month + 1,
        day + 1,
        of_day / 3_600_000,
        of_day / 60_000 % 60,
        of_day / 1000 % 60,
        of_day % 1000,
        if danish { "+01:00" } else { "+00:00" }
    )
}

/// A message to write.
#[derive(Clone, Default)]
struct Item<'a> {
    kind: &'a str,
    id: &'a str,
    /// Identifier and name; empty for the owner.
    from: Option<(&'a str, &'a str)>,
    to: &'a [(&'a str, &'a str)],
    ms: i64,
    body: &'a str,
    state: &'a str,
    confidence: &'a str,
    folder: &'a str,
    source: &'a str,
    /// Models and fields as they stand.
    inside: String,
}

impl Report<'_> {
    fn flush(&mut self) -> io::Result<()> {
        if self.text.len() > 1 << 16 {
            self.end()?;
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        let text = std::mem::take(&mut self.text);
        if self.prefix.is_empty() {
            return self.out.write_all(text.as_bytes());
        }
        // tags are what begins with `<` and a letter or a slash; texts stand in CDATA or are escaped
        let mut rest = text.as_str();
        let mut out = String::with_capacity(text.len() * 2);
        while let Some(at) = rest.find('<') {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(end) = rest.strip_prefix("<![CDATA[").and_then(|r| r.find("]]>")) {
                let end = end + 12;
                out.push_str(&rest[..end]);
                rest = &rest[end..];
                continue;
            }
            let slash = usize::from(rest[1..].starts_with('/'));
            out.push_str(&rest[..=slash]);
            if rest[1 + slash..].starts_with(|c: char| c.is_ascii_alphabetic()) {
                out.push_str(self.prefix);
            }
            rest = &rest[1 + slash..];
        }
        out.push_str(rest);
        self.out.write_all(out.as_bytes())
    }

    fn put(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn marked(&self, text: &str) -> String {
        format!("{text}{}", self.mark)
    }

    fn id(&mut self) -> String {
        self.models += 1;
        format!("{:08x}-0000-4000-8000-{:012x}", self.models * 2_654_435_761 % 0xffff_ffff, self.models)
    }

    fn field(&mut self, name: &str, kind: &str, value: &str) {
        writeln!(
            self.text,
            "<field name=\"{name}\" type=\"{kind}\"><value type=\"{kind}\">{}</value></field>",
            cdata(value)
        )
        .expect("a String takes every text");
    }

    fn party(&mut self, identifier: &str, name: &str, owner: bool, role: &str) {
        let id = self.id();
        writeln!(self.text, "<model type=\"Party\" id=\"{id}\" deleted_state=\"Unknown\" decoding_confidence=\"High\" isrelated=\"False\" extractionId=\"1\">").expect("a String");
        self.field("UserMapping", "Boolean", "False");
        self.field("Identifier", "String", identifier);
        if name.is_empty() {
            self.put("<field name=\"Name\" type=\"String\"><empty /></field>");
        } else {
            let name = self.marked(name);
            self.field("Name", "String", &name);
        }
        if !role.is_empty() {
            self.field("Role", "PartyRole", role);
        }
        self.field("IsPhoneOwner", "Boolean", if owner { "True" } else { "False" });
        self.put("</model>");
    }

    /// A message; its id in the report is given back.
    fn message(&mut self, item: &Item<'_>) -> io::Result<String> {
        let id = self.id();
        let state = if item.state.is_empty() { "Intact" } else { item.state };
        let confidence = if item.confidence.is_empty() { "High" } else { item.confidence };
        let kind = if item.kind.is_empty() { "InstantMessage" } else { item.kind };
        writeln!(self.text, "<model type=\"{kind}\" id=\"{id}\" deleted_state=\"{state}\" decoding_confidence=\"{confidence}\" isrelated=\"False\" extractionId=\"1\">").expect("a String");
        self.field("UserMapping", "Boolean", "False");
        if !item.source.is_empty() {
            self.field("SourceApplication", "String", item.source);
        }
        if item.id.is_empty() {
            self.put("<field name=\"Identifier\" type=\"String\"><empty /></field>");
        } else {
            self.field("Identifier", "String", item.id);
        }
        if item.ms > 0 {
            let danish = self.models.is_multiple_of(2);
            writeln!(self.text, "<field name=\"TimeStamp\" type=\"TimeStamp\"><value type=\"TimeStamp\" format=\"TimeStampKnown\">{}</value></field>", time(item.ms, danish)).expect("a String");
        }
        if !item.folder.is_empty() {
            self.field("Folder", "String", item.folder);
        }
        self.field("Status", "MessageStatus", "Sent");
        if kind == "InstantMessage" {
            if let Some((identifier, name)) = item.from {
                self.put("<modelField name=\"From\" type=\"Party\">");
                let own = identifier.is_empty();
                let number = if own { wa(OWN) } else { identifier.to_owned() };
                self.party(&number, name, own, "");
                self.put("</modelField>");
            } else {
                self.put("<modelField name=\"From\" type=\"Party\"><empty /></modelField>");
            }
            self.put("<multiModelField name=\"To\" type=\"Party\" />");
        } else {
            self.put("<multiModelField name=\"Parties\" type=\"Party\">");
            if let Some((identifier, name)) = item.from.filter(|f| !f.0.is_empty()) {
                self.party(identifier, name, false, "From");
            }
            for (identifier, name) in item.to {
                self.party(identifier, name, *identifier == OWN, "To");
            }
            self.put("</multiModelField>");
        }
        if !item.body.is_empty() {
            let body = self.marked(item.body);
            self.field("Body", "String", &body);
        }
        let inside = item.inside.clone();
        self.put(&inside);
        self.put("</model>");
        self.extra.push((
            id.clone(),
            "path=\"iPhone.zip/private/var/mobile/ChatStorage.sqlite\" tableName=\"ZWAMESSAGE\" offset=\"4096\" size=\"81920\"".to_owned(),
        ));
        self.written.records += 1;
        self.flush()?;
        Ok(id)
    }

    fn chat(&mut self, source: &str, own_id: &str, name: &str, kind: &str, others: &[(&str, &str)]) {
        let id = self.id();
        writeln!(self.text, "<model type=\"Chat\" id=\"{id}\" deleted_state=\"Intact\" decoding_confidence=\"High\" isrelated=\"False\" extractionId=\"1\">").expect("a String");
        self.field("Source", "String", source);
        self.field("Id", "String", own_id);
        if !name.is_empty() {
            let name = self.marked(name);
            self.field("Name", "String", &name);
        }
        self.field("ChatType", "ChatType", kind);
        self.put("<multiModelField name=\"Participants\" type=\"Party\">");
        let own = if source == "WhatsApp" { wa(OWN) } else { format!("+{OWN}") };
        self.party(&own, "", true, "");
        for (identifier, name) in others {
            self.party(identifier, name, false, "");
        }
        self.put("</multiModelField>");
    }
}

/// A number as WhatsApp has it.
fn wa(number: &str) -> String {
    format!("{number}@s.whatsapp.net")
}

fn attachment(name: &str, mime: &str, file_id: &str, path: &str) -> String {
    let file = if file_id.is_empty() { String::new() } else { format!(" file_id=\"{file_id}\"") };
    let path = if path.is_empty() {
        String::new()
    } else {
        format!(
            "<field name=\"attachment_extracted_path\" type=\"String\"><value type=\"String\">{}</value></field>",
            cdata(&path.replace('/', "\\"))
        )
    };
    format!(
        "<model type=\"Attachment\" id=\"a-{name}\" deleted_state=\"Intact\" decoding_confidence=\"High\"{file}>\
         <field name=\"Filename\" type=\"String\"><value type=\"String\">{}</value></field>\
         <field name=\"ContentType\" type=\"String\"><value type=\"String\">{}</value></field>{path}</model>",
        cdata(name),
        cdata(mime)
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn list(name: &str, kind: &str, inside: &str) -> String {
    format!("<multiModelField name=\"{name}\" type=\"{kind}\">{inside}</multiModelField>")
}

/// Writes the report to `out`.
///
/// # Errors
/// What `out` refuses.
pub fn report(spec: &Spec, out: &mut dyn Write) -> io::Result<Written> {
    let mut r = Report {
        out,
        text: String::new(),
        prefix: if spec.prefix { "r:" } else { "" },
        mark: spec.canary.as_deref().map(|c| format!(" {c}")).unwrap_or_default(),
        models: 0,
        written: Written::default(),
        extra: Vec::new(),
    };
    let xmlns = if spec.prefix { "xmlns:r" } else { "xmlns" };
    r.out.write_all("\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".as_bytes())?;
    r.put(&format!(
        "<project id=\"0a0a\" name=\"iPhone\" reportVersion=\"5.1.0.0\" licenseID=\"0\" containsGarbage=\"True\" extractionType=\"AdvancedLogical\" NodeCount=\"9\" ModelCount=\"9\" {xmlns}=\"{}\">",
        spec.namespace
    ));
    r.put("<sourceExtractions><extractionInfo id=\"1\" name=\"Logical\" type=\"AdvancedLogical\" deviceName=\"iPhone\" index=\"0\" IsPartialData=\"False\" /></sourceExtractions>");
    r.put("<caseInformation><field name=\"Fall-Nummer\" isSystem=\"True\" isRequired=\"False\" fieldType=\"CaseNumber\">2026-17</field></caseInformation>");
    r.put("<metadata section=\"Device Info\">");
    for (name, value) in [
        ("DeviceInfoSelectedManufacturer", "Apple"),
        ("DeviceInfoDetectedPhoneModel", "iPhone 15"),
        ("Serial", &spec.serial),
        ("DeviceInfoTimeZone", "(UTC+01:00) Copenhagen (Europe/Copenhagen)"),
        ("DeviceInfoExtractionStartDateTime", "2026-02-01T10:00:00+01:00"),
    ] {
        r.put(&format!("<item name=\"{name}\">{}</item>", cdata(value)));
    }
    r.put("</metadata>");
    tagged_files(&mut r);
    r.put("<decodedData>");
    calls_and_contacts(&mut r);
    whatsapp(&mut r, spec)?;
    others(&mut r)?;
    phone(&mut r)?;
    r.put("</decodedData>");
    r.put("<extraInfos>");
    for (id, node) in std::mem::take(&mut r.extra) {
        r.put(&format!(
            "<extraInfo type=\"model\" id=\"{id}\"><sourceInfo><nodeInfos><nodeInfo id=\"n\" name=\"ChatStorage.sqlite\" {node} /></nodeInfos></sourceInfo></extraInfo>"
        ));
        r.flush()?;
    }
    r.put("</extraInfos>");
    r.put("</project>");
    r.end()?;
    Ok(r.written)
}

fn tagged_files(r: &mut Report<'_>) {
    r.put("<taggedFiles>");
    for (i, file) in files().iter().enumerate() {
        // the third is described by another hash than it has
        let mut digest: [u8; 32] = Sha256::digest(&file.content).into();
        if i == 2 {
            digest[0] ^= 1;
        }
        r.put(&format!(
            "<file fs=\"iPhone\" fsid=\"x\" path=\"/private/var/mobile/Media/{i}\" size=\"{}\" id=\"file-{i}\" extractionId=\"1\" deleted=\"Intact\" embedded=\"false\" isrelated=\"False\">\
             <accessInfo><timestamp name=\"CreationTime\">2026-01-01T00:00:00.000+00:00</timestamp></accessInfo>\
             <metadata section=\"File\"><item name=\"Local Path\">{}</item><item name=\"SHA256\">{}</item><item name=\"MD5\">{}</item><item name=\"Tags\">Image</item></metadata></file>",
            file.content.len(),
            cdata(&file.path.replace('/', "\\")),
            hex(&digest),
            // none
            ""
        ));
    }
    r.put("<file fs=\"iPhone\" path=\"/borte\" size=\"77\" id=\"file-9\" deleted=\"Deleted\"><metadata section=\"File\"><item name=\"Local Path\"><![CDATA[files\\Image\\borte.jpg]]></item></metadata></file>");
    r.put("</taggedFiles>");
}

fn calls_and_contacts(r: &mut Report<'_>) {
    for (kind, n) in [("Contact", 3), ("Call", 2), ("Hologram", 2)] {
        r.put(&format!("<modelType type=\"{kind}\">"));
        for _ in 0..n {
            let id = r.id();
            r.put(&format!(
                "<model type=\"{kind}\" id=\"{id}\" deleted_state=\"Intact\" decoding_confidence=\"High\">"
            ));
            r.field("Name", "String", "Anna");
            r.put("</model>");
        }
        r.put("</modelType>");
    }
}

fn truth(r: &mut Report<'_>, service: &str, conversation: &str, sender: &str, item: &Item<'_>) -> Truth {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let truth = Truth {
        service: service.to_owned(),
        conversation: conversation.to_owned(),
        is_group: false,
        id: some(item.id),
        sender: some(sender),
        sent_ms: (item.ms > 0).then_some(item.ms),
        body: some(item.body).map(|b| r.marked(&b)),
        deleted: matches!(item.state, "Deleted" | "Trash"),
        ..Truth::default()
    };
    r.written.truths.push(truth.clone());
    truth
}

fn last<'r>(r: &'r mut Report<'_>) -> &'r mut Truth {
    r.written.truths.last_mut().expect("one was just written")
}

fn whatsapp(r: &mut Report<'_>, spec: &Spec) -> io::Result<()> {
    r.put("<modelType type=\"Chat\">");
    let anna = wa(ANNA);
    let bo = wa(BO);
    let plus = |n: &str| format!("+{n}");
    let at = |n: i64| START + n * 60_000 + 123;
    r.chat("WhatsApp", &anna, "", "OneOnOne", &[(&anna, "Anna")]);
    r.put("<multiModelField name=\"Messages\" type=\"InstantMessage\">");
    let item = Item {
        id: "WA1",
        from: Some((&anna, "Anna")),
        ms: at(0),
        body: "Kan vi mødes <i dag> & kl. 10?",
        source: "WhatsApp",
        ..Item::default()
    };
    r.message(&item)?;
    truth(r, "WhatsApp", &anna, &plus(ANNA), &item);
    let item = Item {
        id: "WA2",
        from: Some(("", "")),
        ms: at(1),
        body: "Ja 👍 ]]> det går",
        source: "WhatsApp",
        inside: list(
            "MessageExtraData",
            "InstantMessageExtraData",
            "<model type=\"ReplyMessageData\" id=\"q1\"><field name=\"OriginalMessageID\" type=\"String\"><value type=\"String\">WA1</value></field><modelField name=\"InstantMessage\" type=\"InstantMessage\"><model type=\"InstantMessage\" id=\"q2\" deleted_state=\"Intact\"><field name=\"Body\" type=\"String\"><value type=\"String\">Kan vi mødes</value></field></model></modelField></model>",
        ),
        ..Item::default()
    };
    r.message(&item)?;
    truth(r, "WhatsApp", &anna, "me", &item);
    last(r).reply_to = Some("WA1".to_owned());
    let all = files();
    let item = Item {
        id: "WA3",
        from: Some((&anna, "Anna")),
        ms: at(2),
        source: "WhatsApp",
        inside: format!(
            "<modelField name=\"Attachment\" type=\"Attachment\">{}</modelField>",
            attachment("IMG_0001.jpg", "image/jpeg", "file-0", "")
        ),
        ..Item::default()
    };
    r.message(&item)?;
    truth(r, "WhatsApp", &anna, &plus(ANNA), &item);
    last(r).files = vec![("IMG_0001.jpg".to_owned(), Some(all[0].content.clone()))];
    let item = Item {
        id: "WA4",
        from: Some((&anna, "Anna")),
        ms: at(3),
        body: "Se bilag",
        source: "WhatsApp",
        inside: list(
            "Attachments",
            "Attachment",
            &(attachment("bilag.pdf", "application/pdf", "", "files/Document/bilag.pdf")
                + &attachment("borte.jpg", "image/jpeg", "file-9", "")),
        ),
        ..Item::default()
    };
    r.message(&item)?;
    truth(r, "WhatsApp", &anna, &plus(ANNA), &item);
    last(r).files =
        vec![("bilag.pdf".to_owned(), Some(all[2].content.clone())), ("borte.jpg".to_owned(), None)];
    let item = Item {
        id: "WA5",
        from: Some((&anna, "Anna")),
        ms: at(4),
        body: "Slettet og fundet igen",
        state: "Deleted",
        confidence: "Medium",
        source: "WhatsApp",
        ..Item::default()
    };
    r.message(&item)?;
    truth(r, "WhatsApp", &anna, &plus(ANNA), &item);
    let item = Item {
        id: "WA6",
        from: Some((&anna, "Anna")),
        ms: 0,
        body: "Uden tid",
        source: "WhatsApp",
        inside: "<field name=\"Telepathy\" type=\"String\"><value type=\"String\">strong</value></field>"
            .to_owned(),
        ..Item::default()
    };
    r.message(&item)?;
    truth(r, "WhatsApp", &anna, &plus(ANNA), &item);
    r.put("</multiModelField></model>");
    group(r, &anna, &bo)?;
    // much of the same
    if spec.more > 0 {
        r.chat("WhatsApp", &bo, "", "OneOnOne", &[(&bo, "Bo")]);
        r.put("<multiModelField name=\"Messages\" type=\"InstantMessage\">");
        for i in 0..spec.more {
            let id = format!("MORE{i}");
            let body = format!(
                "Besked nummer {i}: referatet er sendt til direktionen, og bilagene følger i morgen tidlig."
            );
            let from = if i % 3 == 0 { ("", "") } else { (bo.as_str(), "Bo") };
            let ms = START + 86_400_000 + i as i64 * 13_000 % 20_000_000_000;
            r.message(&Item {
                id: &id,
                from: Some(from),
                ms,
                body: &body,
                source: "WhatsApp",
                ..Item::default()
            })?;
        }
        r.put("</multiModelField></model>");
    }
    Ok(())
}

fn group(r: &mut Report<'_>, anna: &str, bo: &str) -> io::Result<()> {
    let group = "120363000000000001@g.us";
    let at = |n: i64| START + 3_600_000 + n * 60_000;
    r.chat("WhatsApp", group, "Direktionen", "Group", &[(anna, "Anna"), (bo, "Bo")]);
    r.put("<multiModelField name=\"Messages\" type=\"InstantMessage\">");
    let item = Item {
        id: "GR1",
        from: Some((bo, "Bo")),
        ms: at(0),
        body: "Mødet er flyttet",
        source: "WhatsApp",
        inside: list(
            "Reactions",
            "Reaction",
            &format!(
                "<model type=\"Reaction\" id=\"re1\"><field name=\"Emoji\" type=\"String\"><value type=\"String\">👍</value></field><modelField name=\"From\" type=\"Party\"><model type=\"Party\" id=\"re2\"><field name=\"Identifier\" type=\"String\"><value type=\"String\">{anna}</value></field></model></modelField></model>"
            ),
        ),
        ..Item::default()
    };
    r.message(&item)?;
    truth(r, "WhatsApp", group, &format!("+{BO}"), &item);
    last(r).is_group = true;
    let item = Item {
        id: "",
        from: Some(("System Message", "System Message")),
        ms: at(1),
        body: "Anna tilføjede Carl",
        source: "WhatsApp",
        ..Item::default()
    };
    let told = r.message(&item)?;
    let added = truth(r, "WhatsApp", group, "", &item);
    *last(r) = Truth { is_group: true, event: Some("participant_added"), ..added };
    let item = Item {
        id: "",
        from: Some(("System Message", "System Message")),
        ms: at(2),
        body: "Beskeder er krypteret",
        source: "WhatsApp",
        ..Item::default()
    };
    r.message(&item)?;
    let notice = truth(r, "WhatsApp", group, "", &item);
    *last(r) = Truth { is_group: true, event: Some("other"), body: None, ..notice };
    // the same message again, as a chat that overlaps would list it
    r.message(&Item {
        id: "GR1",
        from: Some((bo, "Bo")),
        ms: at(0),
        body: "Mødet er flyttet",
        source: "WhatsApp",
        ..Item::default()
    })?;
    r.written.folded += 1;
    r.put("</multiModelField>");
    let id = r.id();
    r.put(&format!(
        "<multiModelField name=\"ActivityLog\" type=\"ChatActivity\"><model type=\"ChatActivity\" id=\"{id}\"><field name=\"Action\" type=\"String\"><value type=\"String\">ParticipantAdded</value></field><field name=\"SystemMessageId\" type=\"Guid\"><value type=\"Guid\">{told}</value></field></model></multiModelField></model>"
    ));
    r.written.records += 1;
    r.written.folded += 1;
    Ok(())
}

fn others(r: &mut Report<'_>) -> io::Result<()> {
    let at = |n: i64| START + 7_200_000 + n * 60_000;
    r.chat("Telegram", "77001122", "", "OneOnOne", &[("77001122", "Dorthe")]);
    r.put("<multiModelField name=\"Messages\" type=\"InstantMessage\">");
    let item = Item {
        id: "5",
        from: Some(("77001122", "Dorthe")),
        ms: at(0),
        body: "Hej fra en anden app",
        source: "Telegram",
        ..Item::default()
    };
    r.message(&item)?;
    truth(r, "Telegram", "77001122", "77001122", &item);
    r.put("</multiModelField></model>");
    let own = format!("+{ANNA}");
    r.chat("Native Messages", &own, "", "OneOnOne", &[(&own, "Anna")]);
    r.put("<multiModelField name=\"Messages\" type=\"InstantMessage\">");
    let item = Item {
        id: "",
        from: Some((&own, "Anna")),
        ms: at(1),
        body: "Over iMessage",
        source: "iMessage",
        inside: list(
            "MessageExtraData",
            "InstantMessageExtraData",
            "<model type=\"MessageLabel\" id=\"l\"><field name=\"Label\" type=\"String\"><value type=\"String\">Edited</value></field></model>",
        ),
        ..Item::default()
    };
    r.message(&item)?;
    truth(r, "iMessage", &own, &own, &item);
    r.put("</multiModelField></model></modelType>");
    Ok(())
}

fn phone(r: &mut Report<'_>) -> io::Result<()> {
    let at = |n: i64| START + 10_800_000 + n * 60_000;
    let anna = format!("+{ANNA}");
    r.put("<modelType type=\"SMS\">");
    let item = Item {
        kind: "SMS",
        from: Some(("40 11 22 33", "Anna")),
        ms: at(0),
        body: "En sms",
        folder: "Inbox",
        source: "Phone",
        ..Item::default()
    };
    r.message(&item)?;
    truth(r, "SMS", &anna, &anna, &item);
    let to = [("40112233", "Anna")];
    let item = Item { kind: "SMS", to: &to, ms: at(1), body: "Et svar", folder: "Sent", ..Item::default() };
    r.message(&item)?;
    truth(r, "SMS", &anna, "me", &item);
    let item = Item {
        kind: "SMS",
        from: Some(("Borger.dk", "")),
        ms: at(2),
        body: "Du har ny post",
        folder: "Inbox",
        state: "Trash",
        ..Item::default()
    };
    r.message(&item)?;
    truth(r, "SMS", "Borger.dk", "Borger.dk", &item);
    r.put("</modelType><modelType type=\"MMS\">");
    let to = [(OWN, ""), ("50112233", "Bo")];
    let item = Item {
        kind: "MMS",
        from: Some(("40112233", "Anna")),
        to: &to,
        ms: at(3),
        body: "Et billede til jer",
        folder: "Inbox",
        inside: list(
            "Attachments",
            "Attachment",
            &attachment("mms.jpg", "image/jpeg", "file-3", "files/Image/mms.jpg"),
        ),
        ..Item::default()
    };
    r.message(&item)?;
    truth(r, "MMS", &format!("{anna}~+{BO}"), &anna, &item);
    last(r).is_group = true;
    last(r).files = vec![("mms.jpg".to_owned(), Some(files()[3].content.clone()))];
    r.put("</modelType>");
    Ok(())
}

/// Writes a `.ufdr`: a zip with the report, compressed, and the files.
///
/// # Errors
/// What the operating system refuses.
pub fn write(spec: &Spec, path: &Path) -> io::Result<Written> {
    let mut zip = zip::ZipWriter::new(File::create(path)?);
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let packed = SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .compression_level(Some(1))
        .large_file(true);
    zip.start_file("report.xml", packed).map_err(io::Error::other)?;
    let written = report(spec, &mut zip)?;
    for file in files() {
        zip.start_file(file.path, stored).map_err(io::Error::other)?;
        zip.write_all(&file.content)?;
    }
    zip.finish().map_err(io::Error::other)?.flush()?;
    Ok(written)
}

/// Writes the folder that a `.ufdr` unpacks to.
///
/// # Errors
/// What the operating system refuses.
pub fn write_folder(spec: &Spec, dir: &Path) -> io::Result<Written> {
    for file in files() {
        let path = dir.join(file.path);
        std::fs::create_dir_all(path.parent().unwrap_or(dir))?;
        std::fs::write(path, file.content)?;
    }
    let mut out = io::BufWriter::new(File::create(dir.join("report.xml"))?);
    let written = report(spec, &mut out)?;
    out.flush()?;
    Ok(written)
}
