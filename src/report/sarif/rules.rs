//! The rules of a run as SARIF shows them: why they matter, the fix, how to revoke, and how bad they are.

use std::fmt::Write as _;

use super::level;
use super::model::{Configuration, Help, Message, Rule, RuleProperties};
use crate::finding::{Confidence, Finding, Kind, Severity};
use crate::report::{revoke, wording};
use crate::scan::Outcome;
use crate::secret::Masked;

/// All rules of the run in their order; then those that only findings name.
pub(super) fn descriptors(outcome: &Outcome) -> Vec<Rule> {
    let mut rules: Vec<Rule> = outcome.rules.iter().map(|rule| descriptor(rule)).collect();
    for finding in &outcome.findings {
        if !rules.iter().any(|rule| *rule.id == *finding.rule) {
            rules.push(unlisted(finding));
        }
    }
    rules
}

fn descriptor(rule: &crate::rule::Rule) -> Rule {
    let severity = match rule.kind {
        Kind::Key => Severity::High,
        Kind::File => Severity::Medium,
        Kind::Hygiene => rule.severity,
    };
    let mut markdown = format!("## {}\n\n", rule.title);
    for (heading, text) in [("Why it matters", &rule.why), ("What to do", &rule.fix)] {
        if !text.trim().is_empty() {
            let _ = write!(markdown, "### {heading}\n\n{}\n\n", text.trim());
        }
    }
    if rule.kind == Kind::Key {
        let kind = if rule.id.contains("webhook") { revoke::Kind::Webhook } else { revoke::Kind::ApiKey };
        let _ = write!(markdown, "### Revoke the {}\n\n", kind.noun());
        for (number, step) in kind.steps().iter().enumerate() {
            let _ = writeln!(markdown, "{}. {}", number + 1, step.replace('>', "→"));
        }
    }
    for reference in &rule.references {
        let _ = write!(markdown, "\n- <{reference}>");
    }
    let why = if rule.why.trim().is_empty() { &rule.title } else { &rule.why };
    build(&rule.id, &rule.title, why, severity, rule.confidence, &markdown, rule.references.first())
}

fn unlisted(finding: &Finding<Masked>) -> Rule {
    let help = finding.help.text();
    let markdown = if help.trim().is_empty() { finding.rule.to_string() } else { help.into_owned() };
    build(&finding.rule, &finding.rule, &finding.rule, finding.severity, finding.confidence, &markdown, None)
}

fn build(
    id: &str,
    title: &str,
    why: &str,
    severity: Severity,
    confidence: Confidence,
    markdown: &str,
    reference: Option<&String>,
) -> Rule {
    Rule {
        id: id.to_owned(),
        name: id.split('-').map(wording::capitalized).collect(),
        short_description: Message { text: title.to_owned() },
        full_description: Message { text: why.trim().replace('`', "") },
        help_uri: reference.filter(|uri| uri.starts_with("https://")).cloned(),
        help: Help { text: markdown.replace(['`', '#'], "").trim().to_owned(), markdown: markdown.trim().to_owned() },
        default_configuration: Configuration { level: level(severity) },
        properties: RuleProperties {
            security_severity: match severity {
                Severity::Critical => "9.5",
                Severity::High => "8.5",
                Severity::Medium => "5.5",
                Severity::Low => "2.5",
            },
            precision: match confidence {
                Confidence::High => "very-high",
                Confidence::Medium => "high",
                Confidence::Low => "medium",
            },
            tags: &["security", "secrets", "external/cwe/cwe-798"],
        },
    }
}
