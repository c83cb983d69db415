//! What the shell around the program wants: completions, man pages, help.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_mangen::Man as Page;

use super::Context;
use crate::args;
use crate::failure::Failure;
use crate::texts::Texts;

/// `completions SHELL`: the script on standard output.
pub(super) fn completions(a: &args::Completions, at: &Context<'_>) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(a.shell, &mut args::tree(at.out.texts()), "beskedarkiv", &mut script);
    print(&script)
}

/// `man [DIR]`: a page for the program and each command into a folder, or the program's page on
/// standard output.
pub(super) fn man(a: &args::Man, at: &Context<'_>) -> Result<u8, Failure> {
    let texts = at.out.texts();
    let tree = args::tree(texts);
    let Some(dir) = &a.dir else {
        return print(page(&tree, texts).map_err(|e| Failure::output(&e))?.as_bytes());
    };
    let fault = |error: std::io::Error| {
        Failure::usage("write").with("path", dir.display().to_string()).with("why", error.kind().to_string())
    };
    fs::create_dir_all(dir).map_err(fault)?;
    pages(&tree, texts, dir).map_err(fault)?;
    at.out.line("done-man", &[("path", dir.display().to_string().into())])?;
    Ok(0)
}

/// The page of a command and of every command below it.
fn pages(command: &Command, texts: &Texts, dir: &Path) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    fs::write(dir.join(format!("{name}.1")), page(command, texts)?)?;
    command.get_subcommands().try_for_each(|sub| pages(sub, texts, dir))
}

/// One page, with headings in the language of `texts`: those that the renderer sets are English, and
/// it has none for exit codes.
fn page(command: &Command, texts: &Texts) -> io::Result<String> {
    let mut page = Vec::new();
    let source = format!("beskedarkiv {}", env!("CARGO_PKG_VERSION"));
    Page::new(command.clone()).source(source).render(&mut page)?;
    let exit = texts.say("man-exit", &[]);
    let mut out = String::new();
    for line in String::from_utf8_lossy(&page).lines() {
        let key = match line {
            ".SH NAME" => "man-name",
            ".SH SYNOPSIS" => "man-synopsis",
            ".SH DESCRIPTION" => "man-description",
            ".SH EXTRA" => "man-notes",
            _ => "",
        };
        match line.strip_suffix(':') {
            _ if !key.is_empty() => out.push_str(&format!(".SH {}", texts.say(key, &[]))),
            Some(words) if words == exit => out.push_str(&format!(".SH \"{}\"", exit.to_uppercase())),
            _ => out.push_str(line),
        }
        out.push('\n');
    }
    Ok(out)
}

/// `help [COMMAND...]`: what `COMMAND --help` says.
pub(super) fn help(a: &args::Help, at: &Context<'_>) -> Result<u8, Failure> {
    let mut tree = args::tree(at.out.texts());
    let mut command = &mut tree;
    for word in &a.command {
        command = command.find_subcommand_mut(word).ok_or_else(|| Failure::usage("no-command"))?;
    }
    let text = command.render_long_help();
    print(text.to_string().as_bytes())
}

fn print(bytes: &[u8]) -> Result<u8, Failure> {
    std::io::stdout().write_all(bytes).map_err(|e| Failure::output(&e))?;
    Ok(0)
}
