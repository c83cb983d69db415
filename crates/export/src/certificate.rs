//! A page of facts and a table, to be filed: the certificate of a disposal. Everything is escaped by
//! construction; nothing is loaded, nothing runs. What the facts mean is not known here.

use maud::{DOCTYPE, PreEscaped, html};

use crate::page::{policy, style};
use crate::show::long;

/// The page, in Danish: a title, facts, a table with its headings, and a last sentence.
pub fn certificate<const N: usize>(
    title: &str,
    facts: &[(&str, String)],
    headings: &[&str; N],
    rows: &[[String; N]],
    last: &str,
) -> String {
    html! {
        (DOCTYPE)
        html lang="da" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(policy());
                title { (title) }
                style { (PreEscaped(style())) }
            }
            body {
                header { h1 { (title) } }
                main #main {
                    table {
                        @for (what, value) in facts { tr { th scope="row" { (what) } td class=[long(value)] { (value) } } }
                    }
                    div.wide { table {
                        thead { tr { @for heading in headings { th scope="col" { (heading) } } } }
                        tbody { @for row in rows { tr { @for cell in row {
                            td class=[one_line(cell).or(long(cell))] { (cell) }
                        } } } }
                    } }
                    p { (last) }
                    p { "Dato ____________________  Underskrift ______________________________" }
                    p { "Dato ____________________  Underskrift ______________________________" }
                }
            }
        }
    }
    .into_string()
}

/// The class of a cell that stays on one line: `12`, `2026-03`, `2026-03-31`.
fn one_line(cell: &str) -> Option<&'static str> {
    (cell.len() <= 10 && cell.bytes().all(|b| b.is_ascii_digit() || b == b'-')).then_some("date")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_escaped() {
        let page =
            certificate("T", &[("Kopi", "<script>".to_owned())], &["A"], &[["a&b".to_owned()]], "Slut");
        assert!(page.contains("&lt;script&gt;") && page.contains("a&amp;b") && !page.contains("<script"));
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("default-src 'none'"));
    }
}
