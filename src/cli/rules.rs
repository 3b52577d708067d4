//! `konceal rules`: what is looked for, and each rule's own examples run as tests.

mod examples;

use std::fmt::Write;

use std::path::Path;

use super::args::{Rules, RulesFrom};
use super::environment::Environment;
use super::error::Error;
use super::exit::ExitStatus;
use super::govern::Disk;
use super::{run, stdout};
use crate::finding::Kind;
use crate::rule::{Example, Origin, Rule, RuleSet};
use crate::source::git::Repository;

/// Carries the command out.
pub fn run(command: &Rules, environment: &Environment) -> Result<ExitStatus, Error> {
    match command {
        Rules::List { from } => stdout::print(&list(&in_force(from, environment)?))?,
        Rules::Show { id, from } => match in_force(from, environment)?.get(id) {
            Some(rule) => stdout::print(&shown(rule))?,
            None => return Err(Error::Usage(format!("{id} is no rule; `konceal rules list` names them"))),
        },
        Rules::Test { file: None, from } => {
            let rules = in_force(from, environment)?;
            return test(&rules, rules.iter().map(|rule| &**rule));
        }
        Rules::Test { file: Some(file), from } => {
            let wrong = |why: String| Error::File { file: file.clone(), why };
            let place = environment.folder(from.directory.as_deref()).join(file);
            let bytes = std::fs::read(place).map_err(|error| wrong(error.kind().to_string()))?;
            let text = String::from_utf8(bytes).map_err(|_| wrong("is no rule: not UTF-8".into()))?;
            let built_in = RuleSet::built_in();
            // A copy of a built-in rule is tested as what it is.
            let copied = Rule::parse(&text, Origin::BuiltIn).ok().filter(|rule| built_in.get(&rule.id).is_some());
            if let Some(rule) = copied {
                return test(&built_in, [&rule].into_iter());
            }
            let rules = built_in
                .with(std::slice::from_ref(&text), Origin::User)
                .map_err(|(_, error)| wrong(error.to_string()))?;
            return test(&rules, rules.iter().map(|rule| &**rule).filter(|rule| rule.origin == Origin::User));
        }
    }
    Ok(ExitStatus::Clean)
}

/// The built-in rules, and those of the configuration that governs the place.
pub(super) fn in_force(from: &RulesFrom, environment: &Environment) -> Result<RuleSet, Error> {
    let folder = environment.folder(from.directory.as_deref());
    let repository = Repository::find(&environment.git(from.directory.as_ref().map(|_| folder.as_path())))?;
    let root = repository.as_ref().and_then(Repository::workdir).map_or_else(|| folder.clone(), Path::to_owned);
    run::rules_in_force(&from.configuration, environment, &Disk { root: &root })
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
    if let Some(search) = &rule.search {
        let _ = writeln!(out, "pattern {}", search.regex.as_str());
    }
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
    let mut text = example.filled(&|_, _| Some("<the key>".into())).0;
    for beside in &example.beside {
        let end = if text.ends_with('\n') { "" } else { "\n" };
        let _ = write!(text, "{end}\nand beside it, {}\n\n{}", beside.path, beside.text);
    }
    text
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
