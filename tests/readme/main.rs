//! What README.md tells users to type, works: each `sh` block is run in a fixture repository with the built program, or is listed
//! here by its first line with what else it needs. What it shows of a terminal is what the program prints today (pictures.rs).
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

#[path = "../support/dice.rs"]
mod dice;
mod fixture;
mod pictures;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use fixture::{Fixture, made_up_key};

/// Blocks that need another program or the network, by their first line.
const ELSEWHERE: &[(&str, &str)] = &[
    ("cargo install --locked --path .", "builds a release with cargo; the action does the same"),
    ("cargo install --locked --git ADDRESS-OF-THIS-REPOSITORY", "cargo and the network"),
    ("docker build -t konceal .", "docker; hadolint reads the Dockerfile in tests/clients/workflows.sh"),
    (
        "pre-commit install --hook-type pre-commit --hook-type pre-merge-commit --hook-type pre-push --hook-type commit-msg",
        "the pre-commit framework: tests/clients/precommit.py",
    ),
    ("echo 'konceal hook run pre-commit' >> .husky/pre-commit", "husky"),
    ("konceal verify --env KONVER_API_KEY", "the API"),
    ("cargo run --release -- scan", "builds a release with cargo"),
];

/// What stands before a block that is to be run where a key was committed.
const WITH_A_KEY: &str = "<!-- with a key: exit ";

/// A block of commands.
struct Block {
    line: usize,
    /// The exit code of every line, in a repository with a key; 0 in one without if there is none.
    with_a_key: Option<i32>,
    commands: Vec<String>,
}

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    let mut before = "";
    for (number, line) in (1..).zip(text.lines()) {
        match &mut open {
            Some(_) if line == "```" => found.extend(open.take()),
            Some(block) => block.commands.push(line.to_owned()),
            None if line == "```sh" => {
                let code = before.strip_prefix(WITH_A_KEY).and_then(|rest| rest.strip_suffix(" -->"));
                let with_a_key = code.map(|code| code.parse().unwrap());
                open = Some(Block { line: number, with_a_key, commands: Vec::new() });
            }
            None => {}
        }
        before = line;
    }
    assert!(open.is_none(), "a block of README.md is not closed");
    found
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn every_block_of_the_readme_works_or_is_listed() {
    let mut unused: BTreeSet<&str> = ELSEWHERE.iter().map(|(first, _)| *first).collect();
    let mut wrong = String::new();
    let mut run = 0;
    for block in blocks(&read("README.md")) {
        let first = block.commands.first().map_or("", String::as_str);
        if ELSEWHERE.iter().any(|(listed, _)| *listed == first) {
            unused.remove(first);
            continue;
        }
        let fixture = Fixture::new(block.with_a_key.is_some());
        let wanted = block.with_a_key.unwrap_or(0);
        for line in &block.commands {
            if !line.starts_with("konceal ") && !line.contains("| konceal ") {
                writeln!(wrong, "README.md:{}: neither run nor listed: {line}", block.line).unwrap();
                continue;
            }
            let output = fixture.sh(line);
            run += 1;
            if output.status.code() != Some(wanted) {
                let code = output.status.code();
                writeln!(wrong, "README.md:{}: {line}: {code:?}, not {wanted}: {}", block.line, said(&output)).unwrap();
            }
            assert!(!said(&output).contains(&made_up_key()), "{line} prints a key");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(unused.is_empty(), "listed, but not in README.md: {unused:?}");
    assert!(run > 10, "only {run} lines were run");
}

#[test]
fn every_option_of_a_scan_is_in_the_readme() {
    let help = Command::new(env!("CARGO_BIN_EXE_konceal")).args(["scan", "--help"]).output().unwrap();
    let readme = read("README.md");
    let help = String::from_utf8(help.stdout).unwrap();
    let options = help.lines().filter_map(|line| line.trim_start().split("--").nth(1).filter(|_| line.contains(" --")));
    let names: BTreeSet<&str> = options
        .filter_map(|option| option.split(|c: char| !c.is_ascii_lowercase() && c != '-').next())
        .filter(|name| !["", "help", "quiet", "verbose"].contains(name))
        .collect();
    assert!(names.len() > 15, "{names:?}");
    let missing: Vec<&&str> = names.iter().filter(|name| !readme.contains(&format!("--{name}"))).collect();
    assert!(missing.is_empty(), "not in README.md: {missing:?}");
}

#[test]
fn every_command_is_in_the_readme() {
    let help = Command::new(env!("CARGO_BIN_EXE_konceal")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names: BTreeSet<&str> = commands
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.len() > 5, "{names:?}");
    let readme = read("README.md");
    let missing: Vec<&&str> = names.iter().filter(|name| !readme.contains(&format!("`konceal {name}"))).collect();
    assert!(missing.is_empty(), "not in README.md: {missing:?}");
}

#[test]
fn every_input_and_output_of_the_action_is_in_the_readme() {
    let readme = read("README.md");
    let action = read("action.yml");
    let names: Vec<&str> = action
        .lines()
        .take_while(|line| *line != "runs:")
        .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'))
        .filter(|name| !name.starts_with(' '))
        .collect();
    assert!(names.len() > 10, "{names:?}");
    let missing: Vec<&&str> = names.iter().filter(|name| !readme.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "not in README.md: {missing:?}");
}

#[test]
fn files_that_the_documents_link_to_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "docs/architecture.md",
        "docs/what-it-misses.md",
    ] {
        let folder = root.join(name).parent().unwrap().to_owned();
        for target in read(name).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(target.contains("://") || folder.join(target).exists(), "{name} links to {target}");
        }
    }
}

#[test]
fn the_tree_of_konceal_itself_is_clean() {
    let arguments = ["-C", env!("CARGO_MANIFEST_DIR"), "--no-known-keys", "--color", "never"];
    let output = Command::new(env!("CARGO_BIN_EXE_konceal")).arg("scan").args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}
