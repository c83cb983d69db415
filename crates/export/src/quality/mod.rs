//! The report on a sorting as one page: what was left out, who decided it, what a sample says, whether
//! reviewers agree, what other limits would do, whether the messages resemble those the model learnt
//! from. For readers who are no statisticians; what was not done is said, not left out.
//!
//! Counts and shares come in, a page goes out. It computes no bound and knows no message.

use maud::{Markup, html};

mod report;

pub use report::{
    Counts, Curve, Decided, Drift, Judged, Machine, Material, Measured, Pair, Point, QualityReport, Reading,
};

use crate::page::frame;
use crate::show::{day, plain};
use crate::words::{Lang, Word};

/// The page: HTML in one piece, its style in it, nothing loaded from anywhere.
pub fn quality_page(report: &QualityReport, lang: Lang) -> String {
    let sheet = Sheet { report, lang };
    let mut out = frame(lang, report.marking.as_deref(), lang.say(Word::QTitle), &sheet.body()).into_string();
    out.push('\n');
    out
}

struct Sheet<'a> {
    report: &'a QualityReport,
    lang: Lang,
}

/// Which way a percentage is rounded: never to the side of whoever made it.
#[derive(Clone, Copy)]
enum Round {
    Down,
    Up,
    Near,
}

impl Sheet<'_> {
    fn say(&self, word: Word) -> &'static str {
        self.lang.say(word)
    }

    fn body(&self) -> Markup {
        let r = self.report;
        let period = match &r.period {
            (None, None) => self.say(Word::Everything).to_owned(),
            (from, to) => {
                let say = |d: &Option<String>| d.as_deref().map(|d| day(d, self.lang)).unwrap_or_default();
                format!("{} – {}", say(from), say(to))
            }
        };
        let mode = match r.mode {
            Machine::Sort => Word::QModeSort,
            Machine::Assist => Word::QModeAssist,
            Machine::RulesOnly => Word::QModeRules,
            Machine::Off => Word::QModeOff,
        };
        let fact = |word: Word, value: &str| html! { dt { (self.say(word)) } dd { (plain(value)) } };
        html! {
            header { h1 { (self.say(Word::QTitle)) } p { (self.say(Word::QLead)) } }
            main #main {
                section.short aria-labelledby="short" { h2 #short { (self.say(Word::QShort)) } (self.short()) }
                h2 { (self.say(Word::QOf)) }
                dl {
                    (fact(Word::Custodian, &r.scope))
                    (fact(Word::Period, &period))
                    (fact(Word::QMadeAt, &day(&r.made_at, self.lang)))
                    (fact(Word::ArchiveNumber, &r.archive))
                    (fact(Word::QMode, self.say(mode)))
                    (fact(Word::QModel, &r.model))
                    (fact(Word::QPolicy, &r.policy))
                }
                h2 #counts { (self.say(Word::QCounts)) }
                (self.counts())
                h2 { (self.say(Word::QSample)) }
                (self.sample())
                h2 { (self.say(Word::QAgree)) }
                (self.pair())
                @if let Some(curve) = &r.curve { h2 #curve { (self.say(Word::QCurve)) } (self.curve(curve)) }
                h2 { (self.say(Word::QDrift)) }
                (self.drift())
                h2 #field { (self.say(Word::QField)) }
                (self.field())
                h2 { (self.say(Word::QHow)) }
                p { (self.say(Word::QHowText)) }
            }
        }
    }

    fn short(&self) -> Markup {
        let r = self.report;
        let c = &r.counts;
        let (kept, out) = (c.kept.total() + c.undecided, c.excluded());
        let all = kept + out + c.waiting;
        let counts = [all, kept, out, c.waiting].map(|n| self.number(n));
        html! { ul {
            li { (self.fill(Word::QShortCounts, &counts)) }
            @match &r.sample {
                None => li { strong { (self.say(Word::QShortNone)) } },
                Some(s) if s.judged < s.drawn => {
                    li { strong { (self.fill(Word::QShortOpen, &[s.judged, s.drawn].map(|n| self.number(n)))) } }
                },
                Some(s) => {
                    li { (self.fill(Word::QShortBound, &[
                        self.number(s.judged), self.number(s.found), self.number(s.at_most),
                        self.number(s.pile), self.percent(share(s.at_most, s.pile), Round::Up),
                    ])) }
                    @if let Some(recall) = r.recall_at_least {
                        li { (self.fill(Word::QShortRecall, &[self.percent(recall, Round::Down)])) " " (self.presumed()) }
                    }
                },
            }
            @if r.drift.is_some_and(|d| d.reading == Reading::Drifted) {
                li { strong { (self.say(Word::QShortDrift)) } }
            }
        } }
    }

    fn counts(&self) -> Markup {
        let c = &self.report.counts;
        let cells = |d: Decided| {
            let machine = [d.rule, d.model, d.rule + d.model];
            let machine = if c.rules_apart { &machine[..2] } else { &machine[2..] };
            [machine, &[d.person, d.total()]].concat().into_iter().map(|n| self.number(n))
        };
        let machine = if c.rules_apart { &[Word::QByRule, Word::QByModel][..] } else { &[Word::QByMachine] };
        let heads = [&[Word::QOutcome], machine, &[Word::QByPerson, Word::QTotal]].concat();
        let decided = c.rows().iter().fold(Decided::default(), |sum, (_, d)| sum.plus(*d));
        // a row that no column but the last has a number for
        let only_total = |word: Word, n: u64| {
            html! { tr {
                th scope="row" { (self.say(word)) }
                @for _ in 2..heads.len() { td.n { "–" } }
                td.n { (self.number(n)) }
            } }
        };
        let all = self.number(decided.total() + c.undecided + c.waiting);
        let sums = cells(decided).take(heads.len() - 2).chain([all]);
        html! { div.wide { table aria-labelledby="counts" {
            caption { (self.say(Word::QCountsText)) }
            (self.heads(&heads))
            tbody {
                @for (word, d) in c.rows() {
                    @if word != Word::QUnstated || d.total() > 0 {
                        tr { th scope="row" { (self.say(word)) } @for n in cells(d) { td.n { (n) } } }
                    }
                }
                (only_total(Word::QUndecided, c.undecided))
                (only_total(Word::QWaiting, c.waiting))
                tr.sum { th scope="row" { (self.say(Word::QTotal)) } @for n in sums { td.n { (n) } } }
            }
        } } }
    }

    fn sample(&self) -> Markup {
        let Some(s) = &self.report.sample else { return html! { p { (self.say(Word::QShortNone)) } } };
        let Judged { pile, drawn, judged, blind, found, at_most, seed, rule } = s;
        let fact = |word: Word, value: &str| html! { dt { (self.say(word)) } dd { (plain(value)) } };
        let done = judged >= drawn;
        html! {
            p { (self.say(Word::QSampleText)) }
            @if !done { p { strong { (self.fill(Word::QShortOpen, &[*judged, *drawn].map(|n| self.number(n)))) } } }
            dl {
                @for (word, n) in [
                    (Word::QPile, *pile), (Word::QDrawn, *drawn), (Word::QJudged, *judged),
                    (Word::QBlind, *blind), (Word::QFound, *found),
                ] { (fact(word, &self.number(n))) }
                @if done {
                    (fact(Word::QAtMost, &format!(
                        "{} ({})", self.number(*at_most), self.percent(share(*at_most, *pile), Round::Up)
                    )))
                    @if let Some(recall) = self.report.recall_at_least {
                        (fact(Word::QRecall, &self.percent(recall, Round::Down)))
                    }
                }
                (fact(Word::QSeed, seed))
                (fact(Word::QDrawRule, rule))
            }
            @if done && self.report.recall_at_least.is_some() { p { (self.presumed()) } }
            @if blind < judged {
                p.note { (self.fill(Word::QNotBlind, &[self.number(judged - blind)])) }
            }
            @if *found > 0 { p { (self.say(Word::QFoundText)) } }
        }
    }

    /// What the share of work that was kept rests on, beside the sample.
    fn presumed(&self) -> String {
        let with = |share| self.fill(Word::QPresumed, &[self.percent(share, Round::Near)]);
        self.report.presumed.map(with).unwrap_or_default()
    }

    fn pair(&self) -> Markup {
        let Some(Pair { both, alike, kappa }) = self.report.pair.filter(|p| p.both > 0) else {
            return html! { p { (self.say(Word::QAgreeNone)) } };
        };
        html! { p {
            (self.fill(Word::QAgreeText, &[both, alike].map(|n| self.number(n)))) " "
            @match kappa {
                Some((kappa, least)) => {
                    (self.fill(Word::QKappa, &[self.decimal(kappa, 2), self.decimal(least, 2)]))
                },
                None => { (self.say(Word::QKappaNone)) },
            }
        } }
    }

    fn curve(&self, curve: &Curve) -> Markup {
        let Curve { messages, own, chosen, points } = curve;
        let whose = if *own { Word::QCurveOwn } else { Word::QCurveInvented };
        // the same number, however it was computed
        let is_chosen = |below: f64| chosen.is_some_and(|chosen| (below - chosen).abs() < 1e-9);
        html! {
            p { (self.fill(Word::QCurveText, &[self.number(*messages)])) " " (self.say(whose)) }
            div.wide { table aria-labelledby="curve" {
                (self.heads(&[Word::QBelow, Word::QNotLost, Word::QOthersOut]))
                tbody {
                    @for p in points {
                        tr .chosen[is_chosen(p.below)] {
                            th scope="row" {
                                (self.percent(p.below, Round::Near))
                                @if is_chosen(p.below) { " (" (self.say(Word::QChosen)) ")" }
                            }
                            td.n { (self.percent(p.kept, Round::Down)) }
                            td.n { (self.percent(p.excluded, Round::Near)) }
                        }
                    }
                }
            } }
        }
    }

    fn drift(&self) -> Markup {
        let Some(d) = self.report.drift else { return html! { p { (self.say(Word::QDriftNone)) } } };
        let Drift { messages, index, noise, unknown_then, unknown_now, reading } = d;
        let verdict = match reading {
            Reading::TooFew => Word::QTooFew,
            Reading::Steady => Word::QSteady,
            Reading::Watch => Word::QWatch,
            Reading::Drifted => Word::QDrifted,
        };
        html! {
            p { strong { (self.say(verdict)) } }
            p { (self.fill(Word::QDriftText, &[
                self.decimal(index, 2), self.number(messages), self.decimal(noise, 2),
                self.percent(unknown_now, Round::Near),
            ])) " " @if let Some(then) = unknown_then {
                (self.fill(Word::QUnknownThen, &[self.percent(then, Round::Near)]))
            } }
        }
    }

    fn field(&self) -> Markup {
        let measured = &self.report.measured;
        let heads = [
            Word::QMaterial,
            Word::Messages,
            Word::QNotLost,
            Word::QOthersOut,
            Word::QToReview,
            Word::QDistance,
        ];
        let name = |m: Material| match m {
            Material::SameHand => Word::QSameHand,
            Material::OtherHand => Word::QOtherHand,
            Material::Own => Word::QOwn,
        };
        html! {
            p { (self.say(Word::QFieldText)) }
            @if !measured.is_empty() { div.wide { table aria-labelledby="field" {
                (self.heads(&heads))
                tbody {
                    @for m in measured {
                        tr {
                            th scope="row" { (self.say(name(m.material))) }
                            td.n { (self.number(m.messages)) }
                            td.n {
                                (self.percent(m.kept, Round::Down)) " (" (self.say(Word::QAtLeast)) " "
                                (self.percent(m.at_least, Round::Down)) ")"
                            }
                            td.n { (self.percent(m.excluded, Round::Near)) }
                            td.n { (self.percent(m.review, Round::Near)) }
                            td.n { @match m.distance { Some(d) => { (self.decimal(d, 2)) }, None => { "–" } } }
                        }
                    }
                }
            } } }
            @if !measured.iter().any(|m| m.material == Material::Own) { p { (self.say(Word::QOwnNone)) } }
        }
    }

    fn heads(&self, words: &[Word]) -> Markup {
        html! { thead { tr {
            @for (i, word) in words.iter().enumerate() { th scope="col" .n[i > 0] { (self.say(*word)) } }
        } } }
    }

    fn fill(&self, word: Word, with: &[String]) -> String {
        self.lang.fill(word, &with.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// A count, its thousands apart.
    fn number(&self, n: u64) -> String {
        let digits = n.to_string();
        let apart = if self.lang == Lang::Da { '.' } else { ',' };
        let mut out = String::new();
        for (i, c) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push(apart);
            }
            out.push(c);
        }
        out
    }

    /// A share as a percentage with two decimals at most, rounded as said: 99.996 % is not 100 %.
    fn percent(&self, share: f64, round: Round) -> String {
        let hundredths = share.clamp(0.0, 1.0) * 10_000.0;
        let hundredths = match round {
            Round::Down => (hundredths + 1e-6).floor(),
            Round::Up => (hundredths - 1e-6).ceil().max(0.0) + 0.0,
            Round::Near => hundredths.round(),
        };
        let text = format!("{:.2}", hundredths / 100.0);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        format!("{} %", self.point(text))
    }

    fn decimal(&self, x: f64, places: usize) -> String {
        self.point(&format!("{x:.places$}"))
    }

    fn point(&self, text: &str) -> String {
        if self.lang == Lang::Da { text.replace('.', ",") } else { text.to_owned() }
    }
}

/// A part of a whole; none of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts of messages stay far below 2^53")]
fn share(part: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

#[cfg(test)]
mod tests;
