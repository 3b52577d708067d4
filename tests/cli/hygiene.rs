//! Hygiene: in audits, and in scans that ask for it.

use super::support::{Fixture, Repository, Run, codes, leak, made_up_key};

/// Rule, path and line of each hygiene finding of a scan that asks for them.
fn said(repository: &Repository<'_>) -> Vec<(String, String, u64)> {
    of(&repository.konceal(&["scan", "--hygiene", "--format", "json"]))
}

fn of(run: &Run) -> Vec<(String, String, u64)> {
    let json = run.json();
    let findings = json["findings"].as_array().unwrap().iter().filter(|finding| finding["kind"] == "hygiene");
    let text = |finding: &serde_json::Value, field: &str| finding[field].as_str().unwrap().to_owned();
    findings.map(|it| (text(it, "rule_id"), text(it, "path"), it["line"].as_u64().unwrap())).collect()
}

fn one(rule: &str, path: &str, line: u64) -> Vec<(String, String, u64)> {
    vec![(rule.into(), path.into(), line)]
}

#[test]
fn habits_are_told_where_asked_for_and_ignored_files_are_fine() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.put("app.js", "const key = process.env.NEXT_PUBLIC_KONVER_API_KEY;\n");
    repository.write(".env", "KONVER_API_KEY=\n");
    let places = |args: &[&str]| repository.konceal(args).places("hygiene");
    let both = [(".env".to_owned(), 1), ("app.js".to_owned(), 1)];
    assert_eq!(places(&["scan", "--hygiene", "--format", "json"]), both);
    assert_eq!(places(&["audit", "--format", "json"]), both);
    assert_eq!(places(&["scan", "--format", "json"]), []);
    repository.write(".gitignore", ".env\n");
    assert_eq!(places(&["scan", "--hygiene", "--format", "json"]), both[1..]);
    assert_eq!(repository.konceal(&["scan", "--hygiene"]).code, 1);
}

#[test]
fn a_marker_accepts_a_habit() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.put("app.js", "const key = process.env.NEXT_PUBLIC_KONVER_API_KEY; // konceal:allow demo\n");
    let run = repository.konceal(&["scan", "--hygiene", "--format", "json"]);
    assert_eq!((run.code, run.places("hygiene").len()), (0, 0));
    assert_eq!(run.json()["suppressed"]["inline"], 1);
    let second = "process.env.NEXT_PUBLIC_KONVER_API_KEY; // konceal:allow demo\nprocess.env.VITE_KONVER_TOKEN;\n";
    repository.put("app.js", second);
    assert_eq!(said(&repository), one("public-env-prefix", "app.js", 2), "a marker accepts its own line alone");
}

#[test]
fn a_habit_is_accepted_by_configuration_and_baseline_and_switched_off() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.put("app.js", "const key = process.env.NEXT_PUBLIC_KONVER_API_KEY;\n");
    let run = repository.konceal(&["scan", "--hygiene", "--format", "json"]);
    let json = run.json();
    let finding = &json["findings"][0];
    assert_eq!((finding["severity"].as_str(), finding["source"].as_str()), (Some("medium"), Some("worktree")));
    let fingerprint = finding["fingerprint"].as_str().unwrap();
    repository.write(".konceal.toml", format!("[allow]\nfingerprints = [\"{fingerprint}\"]\n"));
    let run = repository.konceal(&["scan", "--hygiene", "--format", "json"]);
    assert_eq!((run.code, run.json()["suppressed"]["config"].as_u64()), (0, Some(1)));
    repository.write(".konceal.toml", "[rules]\ndisable = [\"public-env-prefix\"]\n");
    assert_eq!(said(&repository), []);
}

#[test]
fn a_file_that_only_this_machine_ignores() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.put("app.js", "1\n");
    repository.write("api/.env", format!("PORT=1\n{}", leak(&made_up_key(1))));
    repository.write(".git/info/exclude", "*.env\n");
    assert_eq!(said(&repository), one("dotenv-ignored-locally", "api/.env", 2));
    assert_eq!(of(&repository.konceal(&["audit", "--format", "json"])), said(&repository));
    repository.write(".git/info/exclude", "");
    let global = fixture.write("ignore", ".env\n");
    repository.git(&["config", "core.excludesFile", global.to_str().unwrap()]);
    assert_eq!(said(&repository), one("dotenv-ignored-locally", "api/.env", 2), "named by the configuration");
    repository.git(&["config", "--unset", "core.excludesFile"]);
    fixture.write("home/.config/git/ignore", ".env\n");
    assert_eq!(said(&repository), one("dotenv-ignored-locally", "api/.env", 2), "the default place");
    repository.write("api/.gitignore", ".env\n");
    assert_eq!(said(&repository), []);
    repository.write("api/.gitignore", "!.env\n");
    assert_eq!(said(&repository), one("dotenv-not-ignored", "api/.env", 2), "a nearer rule takes it back");
    repository.write(".konceal.toml", "[dotenv]\nallow = [\".env\"]\n");
    assert_eq!(said(&repository), []);
}

#[test]
fn an_ignored_file_in_the_build_context() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.write(".gitignore", ".env*\n");
    repository.put("Dockerfile", "FROM node:22\nCOPY . /app\n");
    repository.write("web/.env.local", leak(&made_up_key(1)));
    assert_eq!(said(&repository), one("dotenv-in-image", "web/.env.local", 1));
    let run = repository.konceal(&["scan", "--hygiene", "--format", "json"]);
    let json = run.json();
    let message = json["findings"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("`COPY .` on line 2 of Dockerfile takes this file"), "{message}");
    assert!(message.contains("into the image,"), "{message}");
    assert_eq!(json["coverage"]["files"], 2, "an ignored file is asked for its names, and not scanned");
    repository
        .write("Dockerfile", "FROM node:22 AS built\nCOPY . /app\nFROM node:22\nCOPY --from=built /app/dist /app\n");
    let run = repository.konceal(&["scan", "--hygiene", "--format", "json"]);
    let json = run.json();
    let message = json["findings"][0]["message"].as_str().unwrap();
    assert!(message.contains("into a stage of the build"), "{message}");
    repository.write(".dockerignore", ".env.local\n");
    assert_eq!(said(&repository).len(), 1, "a pattern of Docker's holds at the root only");
    repository.write(".dockerignore", "**/.env*\n");
    assert_eq!(said(&repository), []);
    repository.write("Dockerfile.dockerignore", "node_modules\n");
    assert_eq!(said(&repository).len(), 1, "the Dockerfile's own list goes before the context's");
}

#[test]
fn a_file_that_would_be_published() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.write(".gitignore", ".env\n");
    repository.write(".npmignore", "src\n");
    repository.put("package.json", "{\"name\": \"a\", \"version\": \"1.0.0\"}");
    repository.write(".env", "KONVER_API_KEY=\n");
    assert_eq!(said(&repository), one("dotenv-in-package", ".env", 1));
    repository.write("package.json", "{\"name\": \"a\", \"version\": \"1.0.0\", \"private\": true}");
    assert_eq!(said(&repository), []);
    let manifest = "[package]\nname = \"a\"\ndescription = \"d\"\nlicense = \"MIT\"\n";
    repository.write("Cargo.toml", manifest);
    assert_eq!(said(&repository), [], "cargo takes what git takes");
    repository.write("Cargo.toml", format!("{manifest}include = [\"*\"]\n"));
    assert_eq!(said(&repository), one("dotenv-in-package", ".env", 1));
    // A committed one without a value is a template by another name.
    repository.write("Cargo.toml", manifest);
    repository.git(&["add", "-f", ".env"]);
    assert_eq!(said(&repository), []);
    repository.stage(".env", leak(&made_up_key(1)));
    assert_eq!(said(&repository), one("dotenv-in-package", ".env", 1));
}

#[test]
fn names_in_an_ignored_file_count() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.put(".gitignore", ".env*\n!.env.example\n");
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    repository.write(".env.local", utf16("PORT=3000\nKONVER_API_KEY=\n"));
    repository.write("app/.env", "VITE_KONVER_API_KEY=\n");
    let wanted = [one("dotenv-utf16", ".env.local", 2), one("public-env-prefix", "app/.env", 1)].concat();
    assert_eq!(said(&repository), wanted);
}

#[test]
fn a_template_that_lacks_a_variable() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.write("src/a.py", "import os\nKEY = os.environ['KONVER_API_KEY']\n");
    repository.put(".env.example", "PORT=\n");
    assert_eq!(said(&repository), one("template-lacks-variable", ".env.example", 1));
    repository.put(".env.example", "PORT=\nKONVER_API_KEY=\n");
    assert_eq!(said(&repository), []);
}

#[test]
fn what_cannot_be_read_is_a_notice_and_nothing_is_said_of_it() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.write(".gitignore", ".env\n.dockerignore\n");
    repository.put("Dockerfile", "FROM node:22\nCOPY . /app\n");
    repository.write(".env", "KONVER_API_KEY=\n");
    // More than anybody writes by hand: no user may be too mighty for this one.
    repository.write(".dockerignore", "#\n".repeat(1 << 20));
    let run = repository.konceal(&["scan", "--hygiene", "--format", "json"]);
    assert_eq!((of(&run), codes(&run), run.code), (vec![], vec!["hygiene-file".to_owned()], 2));
    repository.write(".dockerignore", "x\n");
    assert_eq!(said(&repository).len(), 1);
}

#[test]
fn a_part_of_the_tree_knows_no_template_above_it() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.write("web/a.js", "process.env.KONVER_API_KEY\n");
    repository.write("web/.env.example", "PORT=\n");
    repository.put(".env.example", "PORT=\n");
    let scan = |path: &str| of(&repository.konceal(&["scan", "--hygiene", path, "--format", "json"]));
    assert_eq!(scan("."), one("template-lacks-variable", "web/.env.example", 1));
    repository.put(".env.example", "KONVER_API_KEY=\n");
    assert_eq!((scan("."), scan("web")), (vec![], vec![]));
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_nothing() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.write("Dockerfile", "FROM a\nCOPY . .\n");
    repository.put(".gitignore", ".env\n");
    Run::of(fixture.command("mkfifo", "r").arg(".env"));
    let run = repository.konceal(&["scan", "--hygiene", "--format", "json"]);
    assert_eq!((run.code, of(&run), codes(&run)), (0, vec![], vec![]));
}

#[test]
fn a_file_in_an_ignored_folder_is_found_and_a_tools_folder_is_not_entered() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.write("Dockerfile", "FROM a\nCOPY . .\n");
    repository.put(".gitignore", "/secrets/\nnode_modules/\n");
    repository.write("secrets/eu/prod.env", "KONVER_API_KEY=\n");
    repository.write("node_modules/a/.env", "KONVER_API_KEY=\n");
    assert_eq!(said(&repository), one("dotenv-in-image", "secrets/eu/prod.env", 1));
}

#[test]
fn folders_without_a_repository_have_no_ignore_rules() {
    let fixture = Fixture::new();
    fixture.write("plain/.env", "KONVER_API_KEY=\n");
    fixture.write("plain/a.js", "process.env.VITE_KONVER_API_KEY\n");
    let scan = || of(&fixture.konceal("plain", &["scan", "--no-git", "--hygiene", "--format", "json"]));
    assert_eq!(scan(), one("public-env-prefix", "a.js", 1));
    fixture.write("plain/Dockerfile", "FROM a\nADD . .\n");
    assert_eq!(scan(), [one("dotenv-in-image", ".env", 1), one("public-env-prefix", "a.js", 1)].concat());
}

#[test]
fn links_lead_nowhere_outside() {
    let fixture = Fixture::new();
    let repository = fixture.repository("r");
    repository.write(".gitignore", ".env\n");
    repository.put("Dockerfile", "FROM node:22\nCOPY . /app\n");
    fixture.write("elsewhere", "KONVER_API_KEY=\n");
    std::os::unix::fs::symlink(fixture.path("elsewhere"), repository.path(".env")).unwrap();
    assert_eq!(said(&repository), []);
}
