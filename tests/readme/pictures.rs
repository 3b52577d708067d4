//! What README.md shows of a terminal is what the program prints today: each `console` block below a line
//! `<!-- picture: NAME -->` holds a command and its output. `KONCEAL_REGENERATE=1 cargo test --test readme` takes them anew.

use std::fmt::Write as _;
use std::path::Path;

use crate::fixture::{Fixture, made_up_key};
use crate::{read, said};

const MARK: &str = "<!-- picture: ";
/// The columns of a terminal that everything must fit.
const WIDTH: usize = 80;

/// The repository in which a picture's command is run.
fn prepare(name: &str) -> Fixture {
    let fixture = Fixture::empty();
    let client = |key: &str| {
        format!(
            "import os\n\nimport requests\n\nURL = \"https://api.konver.ai\"\nheaders = {{\"X-Api-Key\": {key}}}\n\
             requests.get(URL + \"/v1/company/1\", headers=headers)\n"
        )
    };
    let leaking = client(&format!("\"{}\"", made_up_key()));
    let clean = client("os.environ[\"KONVER_API_KEY\"]");
    fixture.commit("app/main.py", "import app.client\n");
    match name {
        "blocked" | "clean" => {
            assert!(fixture.sh("konceal hook install").status.success());
            fixture.stage("app/client.py", if name == "clean" { &clean } else { &leaking });
        }
        "history" => {
            fixture.commit("app/client.py", &leaking);
            fixture.commit("app/client.py", &clean);
        }
        "help" => {}
        _ => panic!("README.md has a picture {name} that nothing prepares"),
    }
    fixture
}

/// The output without what differs from run to run: how long it took.
fn settled(text: &str) -> String {
    let settle = |line: &str| match line.rsplit_once(" in ") {
        Some((before, time)) if time.ends_with(" s") && line.starts_with("konceal: examined ") => {
            format!("{before} in 0.01 s")
        }
        _ => line.to_owned(),
    };
    text.lines().map(|line| settle(line).trim_end().to_owned() + "\n").collect()
}

/// README.md with each picture taken anew.
fn taken_anew(readme: &str) -> (String, Vec<String>) {
    let mut out = String::new();
    let mut names = Vec::new();
    let mut lines = readme.lines();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let Some(name) = line.strip_prefix(MARK).and_then(|rest| rest.strip_suffix(" -->")) else { continue };
        assert_eq!(lines.next(), Some("```console"), "a console block follows the mark of {name}");
        let command = lines.next().unwrap_or_default();
        let typed = command.strip_prefix("$ ").unwrap_or_else(|| panic!("{name} begins with a command"));
        lines.by_ref().take_while(|line| *line != "```").for_each(drop);
        let output = prepare(name).sh(&format!("{typed} 2>&1"));
        let picture = settled(&said(&output));
        assert!(!picture.contains(&made_up_key()), "{name} shows a key");
        let long: Vec<&str> = picture.lines().filter(|line| line.chars().count() > WIDTH).collect();
        assert!(long.is_empty(), "{name} is too wide: {long:?}");
        write!(out, "```console\n{command}\n{picture}```\n").unwrap();
        names.push(name.to_owned());
    }
    (out, names)
}

#[test]
fn pictures_in_the_readme_are_current() {
    let readme = read("README.md");
    let (wanted, names) = taken_anew(&readme);
    assert_eq!(names, ["blocked", "clean", "history", "help"]);
    if std::env::var_os("KONCEAL_REGENERATE").is_some() {
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"), &wanted).unwrap();
    }
    assert!(wanted == read("README.md"), "KONCEAL_REGENERATE=1 cargo test --test readme takes the pictures anew");
}
