//! Who sits there, for what a plug-in of age asks: on the terminal where there is one, else nobody answers. What it says
//! is a program's own text, already without anything that a terminal would obey.

use std::io::{BufRead, Write};
use std::sync::Arc;

use pipeline::personal::Person;
use zeroize::Zeroizing;

use crate::secret::can_ask;

/// The terminal.
pub(crate) struct Terminal;

impl Terminal {
    pub(crate) fn person() -> Arc<dyn Person> {
        Arc::new(Self)
    }
}

fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "age: {text}");
}

fn line(question: &str) -> Option<String> {
    say(question);
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).ok()?;
    Some(line.trim_end_matches(['\r', '\n']).to_owned())
}

impl Person for Terminal {
    fn told(&self, message: &str) {
        say(message);
    }

    fn agrees(&self, message: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        let no = no.unwrap_or("-");
        let answer = can_ask().then(|| line(&format!("{message} [1 {yes} / 2 {no}]")))?;
        answer.map(|answer| answer == "1")
    }

    fn answers(&self, question: &str) -> Option<String> {
        can_ask().then(|| line(question)).flatten()
    }

    fn confides(&self, question: &str) -> Option<Zeroizing<String>> {
        let ask = || rpassword::prompt_password(format!("age: {question} ")).ok().map(Zeroizing::new);
        can_ask().then(ask).flatten()
    }
}
