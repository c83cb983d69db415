//! Elements as they open and close, whatever damage does to the tags: a tag that is missing or misspelt
//! costs its own element, not those around it. Depth is bounded. Knows which element may stand in which,
//! and nothing of what they mean.

use model::Fault;

use crate::scanner::{Scanner, Token};

/// Elements that matter to where others end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    Project,
    DecodedData,
    ModelType,
    Model,
    Field,
    MultiField,
    ModelField,
    MultiModelField,
    DataField,
    Value,
    Empty,
    TaggedFiles,
    File,
    Metadata,
    Item,
    ExtraInfo,
    NodeInfo,
    JumpTargets,
    TargetId,
    Bookmarks,
    /// Any other.
    Other,
}

use Element as E;

/// Names of the elements; those of [`E::Other`] are known to stand in reports and hold nothing for us.
const NAMES: &[(&str, Element)] = &[
    ("project", E::Project),
    ("decodedData", E::DecodedData),
    ("modelType", E::ModelType),
    ("model", E::Model),
    ("field", E::Field),
    ("multiField", E::MultiField),
    ("modelField", E::ModelField),
    ("multiModelField", E::MultiModelField),
    ("dataField", E::DataField),
    ("value", E::Value),
    ("empty", E::Empty),
    ("taggedFiles", E::TaggedFiles),
    ("file", E::File),
    ("metadata", E::Metadata),
    ("item", E::Item),
    ("extraInfo", E::ExtraInfo),
    ("nodeInfo", E::NodeInfo),
    ("jumptargets", E::JumpTargets),
    ("targetid", E::TargetId),
    ("entityBookmarks", E::Bookmarks),
    ("extraInfos", E::Other),
    ("sourceInfo", E::Other),
    ("nodeInfos", E::Other),
    ("source", E::Other),
    ("accessInfo", E::Other),
    ("timestamp", E::Other),
    ("sourceExtractions", E::Other),
    ("extractionInfo", E::Other),
    ("caseInformation", E::Other),
    ("images", E::Other),
    ("image", E::Other),
    ("additionalFields", E::Other),
];

fn known(name: &[u8]) -> Option<Element> {
    NAMES.iter().find(|row| row.0.as_bytes() == name).map(|row| row.1)
}

impl Element {
    /// Whether a child may stand in it; unknown children may stand anywhere but in a value.
    fn may_hold(self, child: Self) -> bool {
        match self {
            E::Model => !matches!(child, E::Model | E::ModelType | E::DecodedData | E::Value | E::Empty),
            E::Field | E::MultiField => matches!(child, E::Value | E::Empty | E::Other),
            E::ModelField | E::MultiModelField => matches!(child, E::Model | E::Empty | E::Other),
            E::Value | E::TargetId => false,
            _ => true,
        }
    }
}

/// Most elements open at once.
pub(crate) const MOST_DEPTH: usize = 96;

struct Level {
    element: Element,
    /// Name of an element that is not in the table.
    name: Box<[u8]>,
}

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// An element opens; [`Nest::depth`] counts it, its tag is in the scanner.
    Open(Element),
    /// The innermost element closes; [`Nest::depth`] no longer counts it.
    Close,
    /// Text, when it was asked for.
    Text,
    /// The end of the file, with everything closed.
    End,
}

/// Elements that open and close.
pub(crate) struct Nest {
    pub(crate) scanner: Scanner,
    stack: Vec<Level>,
    /// Levels that close before anything else happens.
    closing: usize,
    /// An opened element that waits until those are closed.
    held: bool,
    /// Elements open beyond the bound.
    beyond: u64,
    /// Tags out of place.
    pub(crate) misplaced: u64,
    /// Whether anything was too deep since this was last taken.
    pub(crate) too_deep: bool,
    /// Where the markup of the last step began.
    pub(crate) began: u64,
}

impl Nest {
    pub(crate) fn new(scanner: Scanner) -> Self {
        Self {
            scanner,
            stack: Vec::new(),
            closing: 0,
            held: false,
            beyond: 0,
            misplaced: 0,
            too_deep: false,
            began: 0,
        }
    }

    /// Begins anew at an offset, with nothing open.
    pub(crate) fn go_to(&mut self, offset: u64) {
        self.scanner.go_to(offset);
        self.stack.clear();
        (self.closing, self.held, self.beyond) = (0, false, 0);
    }

    /// Begins anew at an offset inside an element of this kind.
    pub(crate) fn go_inside(&mut self, offset: u64, element: Element) {
        self.go_to(offset);
        self.stack.push(Level { element, name: Box::default() });
    }

    /// Where the next step begins.
    pub(crate) fn here(&self) -> u64 {
        if self.held { self.began } else { self.scanner.offset() }
    }

    /// How many elements are open.
    pub(crate) fn depth(&self) -> usize {
        self.stack.len()
    }

    /// Places that are not as the format has them.
    pub(crate) fn damage(&self) -> u64 {
        self.scanner.damage + self.misplaced
    }

    fn push(&mut self) -> Step {
        let name = self.scanner.tag.name();
        let element = known(name).unwrap_or(E::Other);
        let unknown = element == E::Other && known(name).is_none();
        let name = if unknown { name.into() } else { Box::default() };
        self.stack.push(Level { element, name });
        self.closing = usize::from(self.scanner.tag.empty);
        Step::Open(element)
    }

    /// How many levels must close before `child` can stand: none where that would lead out of everything.
    fn misplacing(&self, child: Element) -> usize {
        let found = self.stack.iter().rev().position(|l| l.element.may_hold(child));
        found.unwrap_or(0)
    }

    /// The next step.
    pub(crate) fn step(&mut self, keep: bool) -> Result<Step, Fault> {
        loop {
            if self.closing > 0 {
                self.closing -= 1;
                self.stack.pop();
                return Ok(Step::Close);
            }
            if std::mem::take(&mut self.held) {
                return Ok(self.push());
            }
            let began = self.scanner.offset();
            match self.scanner.next(keep)? {
                Token::End if self.stack.is_empty() => return Ok(Step::End),
                Token::End => {
                    self.scanner.cut = true;
                    self.closing = self.stack.len();
                }
                Token::Text if keep && self.beyond == 0 => return Ok(Step::Text),
                Token::Text => {}
                Token::Open => {
                    self.began = began;
                    if self.beyond > 0 || self.stack.len() >= MOST_DEPTH {
                        self.beyond += u64::from(!self.scanner.tag.empty);
                        self.too_deep = true;
                        continue;
                    }
                    let element = known(self.scanner.tag.name()).unwrap_or(E::Other);
                    self.closing = self.misplacing(element);
                    if self.closing > 0 {
                        self.misplaced += 1;
                        self.held = true;
                        continue;
                    }
                    return Ok(self.push());
                }
                Token::Close if self.beyond > 0 => self.beyond -= 1,
                Token::Close => self.closing = self.closes(),
            }
        }
    }

    /// How many levels a closing tag closes.
    fn closes(&mut self) -> usize {
        let name = self.scanner.tag.name();
        let element = known(name);
        let fits = |l: &Level| match element {
            Some(E::Other) | None => {
                l.element == E::Other && (l.name.as_ref() == name || element.is_some() && l.name.is_empty())
            }
            Some(e) => l.element == e,
        };
        let Some(top) = self.stack.last() else {
            self.misplaced += 1;
            return 0;
        };
        if fits(top) {
            return 1;
        }
        self.misplaced += 1;
        // an opening tag that one changed byte made unknown, or a closing one
        if element.is_some() && is_near(&top.name, name) {
            return 1;
        }
        if element.is_none() {
            return usize::from(NAMES.iter().any(|(n, e)| *e == top.element && is_near(n.as_bytes(), name)));
        }
        self.stack.iter().rev().position(fits).map_or(0, |i| i + 1)
    }

    /// Passes over what is left of the element at this depth.
    pub(crate) fn leave(&mut self, depth: usize) -> Result<(), Fault> {
        while self.stack.len() >= depth {
            if self.step(false)? == Step::End {
                break;
            }
        }
        Ok(())
    }

    /// The text of the element that was just opened, which is then closed.
    pub(crate) fn text(&mut self) -> Result<String, Fault> {
        let depth = self.depth();
        let mut out = String::new();
        loop {
            match self.step(true)? {
                Step::Text if self.depth() == depth => {
                    if out.len() + self.scanner.text.len() > crate::scanner::MOST_TEXT {
                        self.scanner.odd.too_long = true;
                    } else if out.is_empty() {
                        // the buffer is handed over: texts are most of a report
                        out = std::mem::take(&mut self.scanner.text);
                    } else {
                        out.push_str(&self.scanner.text);
                    }
                }
                Step::Close if self.depth() < depth => return Ok(out),
                Step::End => return Ok(out),
                Step::Open(_) | Step::Close | Step::Text => {}
            }
        }
    }
}

/// Whether two names differ in one byte.
fn is_near(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).filter(|(a, b)| a != b).count() == 1
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn shown(text: &str) -> (String, u64) {
        let mut nest = Nest::new(Scanner::new(Arc::new(text.as_bytes().to_vec())));
        let mut out = String::new();
        loop {
            match nest.step(true).unwrap() {
                Step::End => return (out, nest.damage()),
                Step::Text => out.push_str(&nest.scanner.text),
                Step::Close => out.push(')'),
                Step::Open(_) => {
                    out.push_str(&String::from_utf8_lossy(nest.scanner.tag.name()));
                    out.push('(');
                }
            }
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &str, damage: u64) {
        assert_eq!(shown(text), (expected.to_owned(), damage), "{text}");
    }

    #[test]
    fn whole() {
        check("<model><field><value>x</value></field></model>", "model(field(value(x)))", 0);
        check("<model><field><empty/></field><x><y/></x></model>", "model(field(empty())x(y()))", 0);
        check("<model><modelField><model/></modelField></model>", "model(modelField(model()))", 0);
    }

    #[test]
    fn damaged_tags_cost_their_own_element() {
        let all = "model(field(value(x))field(value(y)))";
        let field = "<field><value>y</value></field></model>";
        check(
            &format!("<model><field><value>x?/value></field>{field}"),
            "model(field(value(x?/value>))field(value(y)))",
            1,
        );
        check(&format!("<model><field><value>x</valuf></field>{field}"), all, 1);
        check(&format!("<model><field><value>x</value></fielf>{field}"), all, 1);
        check(&format!("<model><field><value>x</value>{field}"), all, 1);
        check(
            &format!("<model><fjeld><value>x</value></field>{field}"),
            "model(fjeld(value(x))field(value(y)))",
            1,
        );
        check(
            &format!("<model><field><vblue>x</value></field>{field}"),
            "model(field(vblue(x))field(value(y)))",
            1,
        );
        check("<model><field><value>x", "model(field(value(x)))", 0);
        check("</model><model></field></model>", "model()", 2);
    }

    #[test]
    fn a_model_that_is_not_closed_ends_where_the_next_begins() {
        let one = "<multiModelField><model><field><value>x</value></field>";
        check(
            &format!("{one}<model></model></multiModelField>"),
            "multiModelField(model(field(value(x)))model())",
            1,
        );
    }

    #[test]
    fn depth_is_bounded() {
        let deep = "<a>".repeat(100_000);
        let (out, _) = shown(&deep);
        assert_eq!(out.len(), MOST_DEPTH * 3);
        let text = format!("{}{}<model/>", "<a>".repeat(500), "</a>".repeat(500));
        assert!(shown(&text).0.ends_with(")model()"));
    }
}
