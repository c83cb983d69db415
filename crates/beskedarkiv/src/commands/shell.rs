//! What the shell around the program wants: completions, man pages, help.

use std::fs;
use std::io::Write;

use clap_mangen::Man as Page;

use super::Context;
use crate::args;
use crate::failure::Failure;

/// `completions SHELL`: the script on standard output.
pub(super) fn completions(a: &args::Completions, at: &Context<'_>) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(a.shell, &mut args::tree(at.out.texts()), "beskedarkiv", &mut script);
    print(&script)
}

/// `man [DIR]`: a page for the program and each command into a folder, or the program's page on
/// standard output.
pub(super) fn man(a: &args::Man, at: &Context<'_>) -> Result<u8, Failure> {
    let mut tree = args::tree(at.out.texts());
    tree.build();
    let Some(dir) = &a.dir else {
        let mut page = Vec::new();
        Page::new(tree).render(&mut page).map_err(|e| Failure::output(&e))?;
        return print(&page);
    };
    let fault = |error: std::io::Error| {
        Failure::usage("write").with("path", dir.display().to_string()).with("why", error.kind().to_string())
    };
    fs::create_dir_all(dir).map_err(fault)?;
    clap_mangen::generate_to(tree, dir).map_err(fault)?;
    at.out.line("done-man", &[("path", dir.display().to_string().into())])?;
    Ok(0)
}

/// `help [COMMAND...]`: what `COMMAND --help` says.
pub(super) fn help(a: &args::Help, at: &Context<'_>) -> Result<u8, Failure> {
    let mut tree = args::tree(at.out.texts());
    tree.build();
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
