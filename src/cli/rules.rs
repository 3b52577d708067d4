//! `konceal rules`: what is looked for, and each rule's own examples run as tests.

mod examples;

use std::fmt::Write;

use super::args::Rules;
use super::environment::Environment;
use super::error::Error;
use super::exit::ExitStatus;
use super::stdout;
use crate::finding::Kind;
use crate::rule::{Example, Origin, Rule, RuleSet};

/// Carries the command out.
pub fn run(command: &Rules, environment: &Environment) -> Result<ExitStatus, Error> {
    let rules = RuleSet::built_in();
    match command {
        Rules::List => stdout::print(&list(&rules))?,
        Rules::Show { id } => match rules.get(id) {
            Some(rule) => stdout::print(&shown(rule))?,
            None => return Err(Error::Usage(format!("{id} is no rule; `konceal rules list` names them"))),
        },
        Rules::Test { file: None } => return test(&rules, rules.iter().map(|rule| &**rule)),
        Rules::Test { file: Some(file) } => {
            let wrong = |why: String| Error::File { file: file.clone(), why };
            let bytes =
                std::fs::read(environment.directory.join(file)).map_err(|error| wrong(error.kind().to_string()))?;
            let text = std::str::from_utf8(&bytes).map_err(|_| wrong("is no rule: not UTF-8".into()))?;
            let rule = Rule::parse(text, Origin::User).map_err(|error| wrong(error.to_string()))?;
            return test(&rules, [&rule].into_iter());
        }
    }
    Ok(ExitStatus::Clean)
}

/// Runs the examples of these rules, and says what was tested.
fn test<'a>(rules: &RuleSet, tested: impl Iterator<Item = &'a Rule>) -> Result<ExitStatus, Error> {
    let (mut text, mut failed) = (String::new(), 0);
    for rule in tested {
        let tested = examples::test(rules, rule);
        text.push_str(&tested.text);
        failed += usize::from(!tested.hold);
    }
    stdout::print(&text)?;
    if failed == 0 { Ok(ExitStatus::Clean) } else { Err(Error::Usage(format!("the examples of {failed} rules fail"))) }
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
    let (examples, counterexamples) = (rule.examples.len(), rule.counterexamples.len());
    let _ =
        writeln!(out, "\n{examples} examples and {counterexamples} counterexamples (`konceal rules test` runs them)");
    references(&mut out, rule);
    out
}

/// Why a rule is there, what it finds, and what to do.
pub(super) fn explanation(rule: &Rule) -> String {
    let mut out = format!("{}: {}\n", rule.id, rule.title);
    section(&mut out, "Why it matters", &rule.why);
    if let Some(example) = rule.examples.first() {
        section(&mut out, &format!("For example, {}", example.path), &blanked(example));
    }
    section(&mut out, "How to fix it", &rule.fix);
    references(&mut out, rule);
    out
}

/// An example for people, with words where the key would be.
fn blanked(example: &Example) -> String {
    example.with_key("<the key>")
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
