//! Help in the language of the texts: every command and flag takes its line from the locales.
//!
//! `cmd-<path>` is a command's line, `more-<path>` what stands below its full help,
//! `arg-<path>-<flag>` or else `arg-<flag>` a flag's line. Knows no command by name.

use clap::{Arg, ArgAction, Command};

use crate::texts::Texts;

/// `command` with everything it says in the language of `texts`; `path` is its name below the
/// program, words joined by `-`.
pub(crate) fn localise(command: Command, texts: &Texts, path: &str) -> Command {
    let own = if path.is_empty() { "program" } else { path };
    let usage = texts.say("heading-usage", &[]);
    let mut command = command
        .about(texts.say(&format!("cmd-{own}"), &[]))
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .subcommand_help_heading(texts.say("heading-commands", &[]))
        .subcommand_value_name(texts.say("value-command", &[]))
        .help_template(format!("{{about-with-newline}}\n{usage} {{usage}}\n\n{{all-args}}{{after-help}}\n"))
        .arg(flag("help", 'h', ArgAction::Help));
    if path.is_empty() {
        command = command.arg(flag("version", 'V', ArgAction::Version));
    }
    if let Some(more) = texts.find(&format!("more-{own}"), &[]) {
        command = command.after_long_help(more);
    }
    command.mut_args(|arg| described(arg, texts, path)).mut_subcommands(|sub| {
        let below =
            if path.is_empty() { sub.get_name().to_owned() } else { format!("{path}-{}", sub.get_name()) };
        localise(sub, texts, &below)
    })
}

/// The tree as clap completes it, with usage lines in the language of `texts`: clap's own word for
/// options is English. What reads the lines, help and manual pages, then says the same.
pub(crate) fn built(mut command: Command, texts: &Texts) -> Command {
    command.build();
    with_usage(command, texts)
}

fn with_usage(mut command: Command, texts: &Texts) -> Command {
    let usage = command.render_usage().ansi().to_string();
    // clap: the first word is its own "Usage:", and further forms stand below its end
    let (_, usage) = usage.split_once(' ').unwrap_or_default();
    let indent = " ".repeat(texts.say("heading-usage", &[]).chars().count() + 1);
    let usage = usage
        .replace("[OPTIONS]", &format!("[{}]", texts.say("value-options", &[])))
        .replace("\n       ", &format!("\n{indent}"));
    command.override_usage(usage).mut_subcommands(|sub| with_usage(sub, texts))
}

fn flag(name: &'static str, short: char, action: ArgAction) -> Arg {
    Arg::new(name).long(name).short(short).action(action)
}

/// The key under which the help of `arg` of the command `path` stands.
fn key_of(arg: &Arg, texts: &Texts, path: &str) -> String {
    let name = arg.get_long().map_or_else(|| arg.get_id().as_str().replace('_', "-"), str::to_owned);
    let own = format!("arg-{path}-{name}");
    if texts.find(&own, &[]).is_some() { own } else { format!("arg-{name}") }
}

fn described(arg: Arg, texts: &Texts, path: &str) -> Arg {
    let heading = match (arg.is_positional(), arg.is_global_set() || is_common(&arg)) {
        (true, _) => "heading-arguments",
        (false, true) => "heading-common",
        (false, false) => "heading-options",
    };
    let mut line = texts.say(&key_of(&arg, texts, path), &[]);
    let takes = arg.get_action().takes_values();
    if takes && !arg.get_possible_values().is_empty() {
        let values: Vec<_> = arg.get_possible_values().iter().map(|v| v.get_name().to_owned()).collect();
        line.push_str(&format!(" [{}]", values.join(", ")));
    }
    if let Some(name) = arg.get_env() {
        line.push_str(&format!(" [{}]", name.to_string_lossy()));
    }
    arg.help(line)
        .help_heading(texts.say(heading, &[]))
        .hide_possible_values(takes)
        .hide_env(takes)
        .hide_default_value(takes)
}

fn is_common(arg: &Arg) -> bool {
    matches!(arg.get_id().as_str(), "help" | "version")
}

#[cfg(test)]
mod tests {
    use crate::lang::Lang;
    use crate::texts::Texts;

    /// Lines of help that are a bare key: a text is missing.
    fn missing(command: &clap::Command, found: &mut Vec<String>) {
        let bare = |text: Option<&clap::builder::StyledStr>| {
            let text = text.map(ToString::to_string).unwrap_or_default();
            (text.starts_with("cmd-") || text.starts_with("arg-") || text.is_empty()).then_some(text)
        };
        found.extend(bare(command.get_about()).map(|t| format!("{}: {t}", command.get_name())));
        for arg in command.get_arguments() {
            found.extend(
                bare(arg.get_help()).map(|t| format!("{} {}: {t}", command.get_name(), arg.get_id())),
            );
        }
        for sub in command.get_subcommands() {
            missing(sub, found);
        }
    }

    #[test]
    fn every_command_and_flag_is_described() {
        for lang in [Lang::Da, Lang::En] {
            let mut found = Vec::new();
            missing(&crate::args::tree(&Texts::new(lang)), &mut found);
            assert_eq!(found, Vec::<String>::new(), "{lang:?}");
        }
    }

    /// The usage line of a command below the program.
    fn usage(lang: Lang, words: &[&str]) -> String {
        let mut tree = crate::args::tree(&Texts::new(lang));
        let command = words.iter().fold(&mut tree, |c, w| c.find_subcommand_mut(w).unwrap());
        command.render_usage().to_string()
    }

    #[test]
    fn usage_is_in_the_language() {
        let check = |lang, words: &[&str], expected: &str| assert_eq!(usage(lang, words), expected);
        check(Lang::Da, &["job", "check"], "Usage: beskedarkiv job check [TILVALG] <JOB>");
        check(Lang::En, &["job", "check"], "Usage: beskedarkiv job check [OPTIONS] <JOB>");
        check(Lang::Da, &["job"], "Usage: beskedarkiv job [TILVALG] <KOMMANDO>");
    }

    #[test]
    fn a_missing_line_is_noticed() {
        let command = clap::Command::new("x").about("y").arg(clap::Arg::new("z"));
        let mut found = Vec::new();
        missing(&crate::help::localise(command, &Texts::new(Lang::En), "no-such"), &mut found);
        assert!(found.iter().any(|line| line.contains("arg-z")), "{found:?}");
    }
}
