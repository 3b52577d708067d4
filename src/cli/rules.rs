//! `konceal rules`: what is looked for.

use std::fmt::Write;

use super::args::Rules;
use super::environment::Environment;
use super::error::Error;
use super::exit::ExitStatus;
use super::stdout;
use crate::finding::Kind;
use crate::rule::{Rule, RuleSet};

/// Carries the command out.
pub fn run(command: &Rules, _environment: &Environment) -> Result<ExitStatus, Error> {
    let rules = RuleSet::built_in();
    match command {
        Rules::List => stdout::print(&list(&rules))?,
        Rules::Show { id } => match rules.get(id) {
            Some(rule) => stdout::print(&shown(rule))?,
            None => return Err(Error::Usage(format!("{id} is no rule; `konceal rules list` names them"))),
        },
    }
    Ok(ExitStatus::Clean)
}

/// One line a rule: id, severity, title.
fn list(rules: &RuleSet) -> String {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let row = |rule: &std::sync::Arc<Rule>| format!("{:width$}  {:8}  {}\n", rule.id, severity(rule), rule.title);
    rules.iter().map(row).collect()
}

/// What its findings are worth.
fn severity(rule: &Rule) -> &'static str {
    match rule.kind {
        Kind::Key => "high",
        Kind::File => "low to medium",
        Kind::Hygiene => rule.severity.name(),
    }
}

/// Everything about a rule.
fn shown(rule: &Rule) -> String {
    let mut out = format!("{}: {}\n", rule.id, rule.title);
    let _ = writeln!(out, "severity {}, confidence {} at most", severity(rule), rule.confidence.name());
    section(&mut out, "Why", &rule.why);
    section(&mut out, "Fix", &rule.fix);
    references(&mut out, rule);
    out
}

/// Why a rule is there, what it finds, and what to do.
pub(super) fn explanation(rule: &Rule) -> String {
    let mut out = format!("{}: {}\n", rule.id, rule.title);
    section(&mut out, "Why it matters", &rule.why);
    section(&mut out, "How to fix it", &rule.fix);
    references(&mut out, rule);
    out
}

fn section(out: &mut String, title: &str, text: &str) {
    if !text.trim().is_empty() {
        let _ = write!(out, "\n{title}\n");
        for line in text.trim().lines() {
            let _ = writeln!(out, "{}", format!("    {line}").trim_end());
        }
    }
}

fn references(out: &mut String, rule: &Rule) {
    if !rule.references.is_empty() {
        section(out, "See also", &rule.references.join("\n"));
    }
}
