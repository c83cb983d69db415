//! Patterns of names: `*` and `?` within a part of a path, `**` over parts. Linear but for `*`, whose
//! work is bounded by the product of the lengths.

/// Whether a name fits a pattern; case matters.
pub(crate) fn fits(pattern: &str, name: &str) -> bool {
    let (p, n): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    // which beginnings of the pattern fit the name so far
    let mut now = vec![false; p.len() + 1];
    now[0] = true;
    spread(&p, &mut now);
    for c in n {
        let mut next = vec![false; p.len() + 1];
        for (at, step) in p.iter().enumerate().filter(|(at, _)| now[*at]) {
            match step {
                '*' => {
                    let over = p.get(at + 1) == Some(&'*') || (at > 0 && p[at - 1] == '*');
                    if over || c != '/' {
                        next[at] = true;
                    }
                }
                '?' => next[at + 1] |= c != '/',
                same => next[at + 1] |= *same == c,
            }
        }
        spread(&p, &mut next);
        now = next;
    }
    now[p.len()]
}

/// A `*` may stand for nothing, and `**/` for no folder.
fn spread(p: &[char], at: &mut [bool]) {
    for i in 0..p.len() {
        if at[i] && p[i] == '*' {
            at[i + 1] = true;
            if p.get(i + 1) == Some(&'*') && p.get(i + 2) == Some(&'/') && (i == 0 || p[i - 1] == '/') {
                at[i + 3] = true;
            }
        }
    }
}

/// Whether a name fits one of the patterns.
pub(crate) fn any(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|p| fits(p, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, name: &str, expected: bool) {
        assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
    }

    #[test]
    fn patterns() {
        check("*.csv", "a.csv", true);
        check("*.csv", "b/a.csv", false);
        check("**/*.csv", "b/c/a.csv", true);
        check("**/*.csv", "a.csv", true);
        check("besked?.csv", "besked1.csv", true);
        check("bilag/**", "bilag/x/y.pdf", true);
        check("**", "x/y", true);
        check("*", "", true);
        check("a", "b", false);
        check("[x].csv", "[x].csv", true);
    }
}
