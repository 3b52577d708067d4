//! What a source distribution of Python takes, by its build backend. Wheels hold no more than that of what lies in the tree.

use toml::{Table, Value};

use super::super::ignored::{globs as lines, is_ignored_by};
use super::super::surroundings::{below, folder};
use super::{File, globs, rooted};

/// Whether the project in `at` would publish the file; `None` where there is no project.
pub(super) fn publishes(file: &File<'_>, at: &[u8]) -> Option<bool> {
    let project: Option<Table> = file.text(at, "pyproject.toml").and_then(|text| text.parse().ok());
    let setup =
        file.text(at, "setup.py").is_some() || file.text(at, "setup.cfg").is_some_and(|it| it.contains("[metadata]"));
    let path = below(file.path, at)?;
    let project = match project {
        Some(project)
            if project.contains_key("build-system") || project.contains_key("project") || has_poetry(&project) =>
        {
            project
        }
        _ if setup => Table::new(),
        _ => return None,
    };
    if is_private(&project) {
        return Some(false);
    }
    let backend = text_at(&project, &["build-system", "build-backend"]).unwrap_or("setuptools.build_meta");
    Some(match backend.split(['.', ':']).next().unwrap_or(backend) {
        "hatchling" => hatch(&project, file, at, path),
        "poetry" => poetry(&project, file, path),
        "flit_core" | "flit" => {
            let named = text_at(&project, &["tool", "flit", "module", "name"]);
            module(&project, named, &["", "src/"], ("tool.flit.sdist", "include", "exclude"), path)
        }
        "uv_build" => {
            let named = text_at(&project, &["tool", "uv", "build-backend", "module-name"]);
            let root = text_at(&project, &["tool", "uv", "build-backend", "module-root"]).unwrap_or("src");
            let root = if root.is_empty() { String::new() } else { format!("{}/", root.trim_end_matches('/')) };
            let lists = ("tool.uv.build-backend", "source-include", "source-exclude");
            module(&project, named, &[&root], lists, path)
        }
        "pdm" => {
            let build = ["tool", "pdm", "build"];
            listed(&project, &build, ("includes", "excludes"), path)
                || listed(&project, &build, ("source-includes", "excludes"), path)
        }
        "setuptools" => setuptools(&project, file, at, path),
        _ => false,
    })
}

fn has_poetry(project: &Table) -> bool {
    value(project, &["tool", "poetry", "name"]).is_some()
}

/// A classifier that no index takes keeps a project private; one that says so is no package at all.
fn is_private(project: &Table) -> bool {
    let classifiers = [&["project", "classifiers"][..], &["tool", "poetry", "classifiers"]];
    let private = |list: &[&str]| strings(project, list).iter().any(|name| name.starts_with("Private ::"));
    let is_off = |list: &[&str]| value(project, list).and_then(Value::as_bool) == Some(false);
    if is_off(&["tool", "poetry", "package-mode"]) || is_off(&["tool", "uv", "package"]) {
        return true;
    }
    classifiers.iter().any(|list| private(list))
}

/// Setuptools: what MANIFEST.in says, line by line, and with setuptools-scm at first everything that git tracks.
fn setuptools(project: &Table, file: &File<'_>, at: &[u8], path: &[u8]) -> bool {
    let requires = strings(project, &["build-system", "requires"]);
    let scm = requires.iter().any(|name| name.starts_with("setuptools_scm") || name.starts_with("setuptools-scm"));
    let mut included = scm && file.is_tracked;
    let Some(manifest) = file.text(at, "MANIFEST.in") else { return included };
    let manifest = manifest.replace("\\\n", " ").replace("\\\r\n", " ");
    for line in manifest.lines().map(|line| line.split('#').next().unwrap_or(line)) {
        let mut words = line.split_whitespace();
        let Some(command) = words.next() else { continue };
        let (takes, patterns): (bool, Vec<String>) = match command {
            "include" | "exclude" => (command == "include", words.map(str::to_owned).collect()),
            "global-include" | "global-exclude" => {
                (command == "global-include", words.map(|pattern| format!("**/{pattern}")).collect())
            }
            "recursive-include" | "recursive-exclude" => {
                let folder = words.next().unwrap_or_default().trim_end_matches('/');
                (command == "recursive-include", words.map(|pattern| below_folder(folder, pattern)).collect())
            }
            "graft" | "prune" => (command == "graft", words.map(|folder| below_folder(folder, "*")).collect()),
            _ => continue,
        };
        let list = rooted(patterns.iter().map(String::as_str));
        if list.verdict(path, false) == Some(true) {
            included = takes;
        }
    }
    included
}

fn below_folder(folder: &str, pattern: &str) -> String {
    let folder = folder.trim_start_matches("./").trim_end_matches('/');
    if matches!(folder, "" | "." | "*") { format!("**/{pattern}") } else { format!("{folder}/**/{pattern}") }
}

/// Hatchling: everything that the .gitignore at the root does not name, or what is asked for by name.
fn hatch(project: &Table, file: &File<'_>, at: &[u8], path: &[u8]) -> bool {
    let sdist = ["tool", "hatch", "build", "targets", "sdist"];
    let list = |name: &str| {
        let own = strings(project, &[&sdist[..], &[name]].concat());
        if own.is_empty() { strings(project, &["tool", "hatch", "build", name]) } else { own }
    };
    let flag = |name: &str| {
        let own = value(project, &[&sdist[..], &[name]].concat())
            .or_else(|| value(project, &["tool", "hatch", "build", name]));
        own.and_then(Value::as_bool).unwrap_or(false)
    };
    if file.is_unreadable(at, ".gitignore") || globs(list("exclude")).matches(path) {
        return false;
    }
    if globs(list("artifacts")).matches(path) {
        return true;
    }
    // The nearest one upwards; those below it, and git's others, do not count.
    let ignores = std::iter::successors(Some(at), |&at| (!at.is_empty()).then(|| folder(at)))
        .find_map(|at| Some((at, lines(file.text(at, ".gitignore")?.as_bytes()))));
    if !flag("ignore-vcs") && ignores.is_some_and(|list| is_ignored_by(&[list], file.path)) {
        return false;
    }
    let (include, only) = (list("include"), list("only-include"));
    (include.is_empty() || globs(include).matches(path)) && (only.is_empty() || rooted(only).matches(path))
}

/// Poetry: what `include` names for the source distribution, and what git holds of the packages.
fn poetry(project: &Table, file: &File<'_>, path: &[u8]) -> bool {
    let poetry = ["tool", "poetry"];
    if rooted(strings(project, &[&poetry[..], &["exclude"]].concat())).matches(path) {
        return false;
    }
    let entries = |name: &str| value(project, &[&poetry[..], &[name]].concat()).and_then(Value::as_array);
    let included = entries("include").into_iter().flatten().filter_map(|entry| match entry {
        Value::String(pattern) => Some(pattern.clone()),
        Value::Table(entry) => {
            let format = entry.get("format");
            let sdist = format.is_none_or(|format| format.to_string().contains("sdist"));
            entry.get("path").filter(|_| sdist)?.as_str().map(str::to_owned)
        }
        _ => None,
    });
    let included: Vec<String> = included.collect();
    let name = text_at(project, &["tool", "poetry", "name"]).or_else(|| text_at(project, &["project", "name"]));
    let default = name.unwrap_or_default().replace('-', "_");
    let mut packages: Vec<String> = entries("packages")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let include = entry.get("include")?.as_str()?;
            Some(
                entry
                    .get("from")
                    .and_then(Value::as_str)
                    .map_or_else(|| include.to_owned(), |from| format!("{from}/{include}")),
            )
        })
        .collect();
    if packages.is_empty() && !default.is_empty() {
        packages = vec![default.clone(), format!("src/{default}")];
    }
    rooted(included.iter().map(String::as_str)).matches(path)
        || file.is_in_git() && rooted(packages.iter().map(String::as_str)).matches(path)
}

/// Backends that take the whole folder of one module, whatever git says, and what is listed besides; `lists` are the table and
/// the names of what is included and excluded.
fn module(
    project: &Table,
    named: Option<&str>,
    roots: &[&str],
    (table, include, exclude): (&str, &str, &str),
    path: &[u8],
) -> bool {
    let table: Vec<&str> = table.split('.').collect();
    let name = named.or_else(|| text_at(project, &["project", "name"])).unwrap_or_default();
    let name = name.replace(['-', '.'], "_");
    let folders: Vec<String> = roots.iter().map(|root| format!("{root}{name}")).collect();
    let own = !name.is_empty() && rooted(folders.iter().map(String::as_str)).matches(path);
    let excluded = rooted(strings(project, &[&table[..], &[exclude]].concat())).matches(path);
    own && !excluded || listed(project, &table, (include, exclude), path)
}

/// What a list of patterns takes and another one does not take back.
fn listed(project: &Table, table: &[&str], (include, exclude): (&str, &str), path: &[u8]) -> bool {
    let list = |name: &str| rooted(strings(project, &[table, &[name]].concat()));
    list(include).matches(path) && !list(exclude).matches(path)
}

fn value<'a>(table: &'a Table, keys: &[&str]) -> Option<&'a Value> {
    let (last, above) = keys.split_last()?;
    let mut table = table;
    for key in above {
        table = table.get(*key)?.as_table()?;
    }
    table.get(*last)
}

fn text_at<'a>(table: &'a Table, keys: &[&str]) -> Option<&'a str> {
    value(table, keys)?.as_str()
}

fn strings<'a>(table: &'a Table, keys: &[&str]) -> Vec<&'a str> {
    value(table, keys).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}
