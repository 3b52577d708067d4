//! A dotenv file that an image's build takes in.

use bstr::ByteSlice;

use super::check::Observation;
use super::surroundings::{Dotenv, Found, Surroundings, Tree, below, folder, folders, join};
use crate::rule::Globs;

/// Whether a file of this path says how an image is built.
pub(super) fn is_image_file(path: &[u8]) -> bool {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path).to_ascii_lowercase();
    let other =
        [&b".dockerignore"[..], b".md", b".txt", b".tpl", b".j2", b".template", b".erb", b".yml", b".yaml", b".sh"];
    let begins = name.starts_with(b"dockerfile") || name.starts_with(b"containerfile");
    (begins || name.ends_with(b".dockerfile")) && !other.iter().any(|end| name.ends_with(end))
}

/// Whether a file of this path says which images are built and run together.
pub(super) fn is_compose_file(path: &[u8]) -> bool {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path).to_ascii_lowercase();
    let begins = [&b"docker-compose"[..], b"compose.", b"compose-", b"podman-compose"];
    (name.ends_with(b".yml") || name.ends_with(b".yaml")) && begins.iter().any(|begin| name.starts_with(begin))
}

/// A dotenv file that a `COPY` or `ADD` takes into an image, and that no .dockerignore keeps out. A committed one counts where a
/// value stands in it: what is a template all the same is no secret.
pub(super) fn check(path: &[u8], file: &Dotenv, around: &Surroundings, tree: &dyn Tree) -> Option<Observation> {
    if file.is_tracked && !file.line.is_filled {
        return None;
    }
    let taken = around.image_files.iter().find_map(|(image, bytes)| {
        let copies = copies(bytes);
        let contexts = contexts(image, &copies, around, tree);
        contexts.iter().find_map(|context| {
            let inside = below(path, context)?;
            let (copy, source) = copies.iter().find_map(|copy| Some((copy, copy.takes(inside)?)))?;
            let ignored = ignored(inside, image, context, tree)?;
            let into = if copy.is_last_stage { "the image" } else { "a stage of the build, and into its cache" };
            let (name, line, image) = (copy.name, copy.line, image.as_bstr());
            let what = "this file with a Konver key's name";
            (!ignored).then(|| format!("`{name} {source}` on line {line} of {image} takes {what} into {into}"))
        })
    });
    Some(Observation {
        rule: "dotenv-in-image",
        span: file.line.span.clone(),
        message: format!("{}, and no .dockerignore keeps it out", taken?),
    })
}

/// A `COPY` or `ADD` from the build's context.
struct Copy {
    line: usize,
    name: &'static str,
    sources: Vec<String>,
    excluded: Vec<String>,
    /// Whether what it copies is in the image at the end, rather than in a stage that the image takes files from.
    is_last_stage: bool,
}

impl Copy {
    /// The source that takes the file of this path from the context.
    fn takes(&self, path: &[u8]) -> Option<&str> {
        let matches = |pattern: &String| is_matched(&anchored(std::iter::once(pattern.as_str())), path);
        let source = self.sources.iter().find(|source| clean(source).is_empty() || matches(source));
        source.filter(|_| !self.excluded.iter().any(matches)).map(String::as_str)
    }
}

/// The copies from the context in a Dockerfile; what a stage takes from another one, or from elsewhere, is none.
fn copies(bytes: &[u8]) -> Vec<Copy> {
    let text = String::from_utf8_lossy(bytes);
    let escape = if text.lines().take(5).any(|line| line.replace(' ', "").eq_ignore_ascii_case("#escape=`")) {
        '`'
    } else {
        '\\'
    };
    let mut copies: Vec<Copy> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let mut whole = line.trim().to_owned();
        if whole.starts_with('#') {
            continue;
        }
        while let Some(rest) = whole.strip_suffix(escape) {
            whole = rest.trim_end().to_owned();
            let Some((_, next)) = lines.by_ref().find(|(_, next)| !next.trim_start().starts_with('#')) else { break };
            whole = format!("{whole} {}", next.trim());
        }
        if let Some(end) = here_document(&whole) {
            let mut ahead = lines.clone();
            // `<<` may be arithmetic, which no line ends.
            if ahead.any(|(_, line)| line.trim_start_matches('\t') == end) {
                lines = ahead;
            }
        }
        if whole.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("from")) {
            for earlier in &mut copies {
                earlier.is_last_stage = false;
            }
        }
        copies.extend(copy(&whole, number + 1));
    }
    copies
}

/// The word that ends the here-document which an instruction begins.
fn here_document(instruction: &str) -> Option<String> {
    let (_, rest) = instruction.split_once("<<")?;
    let word: String =
        rest.trim_start_matches(['-', '"', '\'']).chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!word.is_empty() && !rest.starts_with('<')).then_some(word)
}

fn copy(instruction: &str, line: usize) -> Option<Copy> {
    let (name, mut rest) = instruction.split_once(char::is_whitespace)?;
    let name = ["COPY", "ADD"].into_iter().find(|known| name.eq_ignore_ascii_case(known))?;
    let mut excluded = Vec::new();
    rest = rest.trim_start();
    while rest.starts_with("--") {
        let (flag, behind) = rest.split_once(char::is_whitespace)?;
        if flag.starts_with("--from=") {
            return None;
        }
        excluded.extend(flag.strip_prefix("--exclude=").map(str::to_owned));
        rest = behind.trim_start();
    }
    let mut words: Vec<String> = match serde_json::from_str(rest) {
        Ok(words) => words,
        Err(_) => rest.split_whitespace().map(|word| word.trim_matches('"').to_owned()).collect(),
    };
    words.pop()?;
    words.retain(|word| {
        !word.contains("://") && !word.starts_with("git@") && !word.starts_with("<<") && !word.contains('$')
    });
    (!words.is_empty()).then_some(Copy { line, name, sources: words, excluded, is_last_stage: true })
}

/// The folders that a Dockerfile is built with: those that compose files name, else the nearest one, from its own upwards, that
/// has everything which is copied by name.
fn contexts(image: &[u8], copies: &[Copy], around: &Surroundings, tree: &dyn Tree) -> Vec<Vec<u8>> {
    let named: Vec<Vec<u8>> = around
        .compose_files
        .iter()
        .flat_map(|(path, bytes)| builds(folder(path), &String::from_utf8_lossy(bytes)))
        .filter(|build| build.image == image)
        .map(|build| build.context)
        .collect();
    if !named.is_empty() {
        return named;
    }
    let sources = || copies.iter().flat_map(|copy| &copy.sources).map(|source| clean(source));
    let fits = |at: &&[u8]| {
        let plain = |source: &String| !source.is_empty() && !source.contains(['*', '?', '[']);
        sources().filter(plain).all(|source| tree.exists(&join(at, source.as_bytes())))
    };
    folders(image).find(fits).map(<[u8]>::to_vec).into_iter().collect()
}

struct Build {
    context: Vec<u8>,
    image: Vec<u8>,
}

/// What a compose file builds: `build: DIR`, or `build:` with `context:` and `dockerfile:` below it.
fn builds(at: &[u8], text: &str) -> Vec<Build> {
    // A folder outside of the tree is none that could be looked at.
    let resolve = |base: &[u8], name: &str| -> Option<Vec<u8>> {
        let mut parts: Vec<&[u8]> = base.split(|&byte| byte == b'/').filter(|part| !part.is_empty()).collect();
        for part in name.split('/').filter(|part| !part.is_empty() && *part != ".") {
            if part == ".." {
                parts.pop()?;
            } else {
                parts.push(part.as_bytes());
            }
        }
        Some(parts.join(&b'/'))
    };
    let mut found: Vec<(String, String)> = Vec::new();
    let mut block: Option<(usize, String, String)> = None;
    let ends = "#";
    for line in text.lines().chain(std::iter::once(ends)) {
        let own = line.trim_start();
        let indent = line.len() - own.len();
        let value = |key: &str| {
            let value = own.strip_prefix(key)?.strip_prefix(':')?;
            let value = value.split(" #").next().unwrap_or(value).trim().trim_matches(['"', '\'']);
            Some(value.to_owned())
        };
        let is_end = !own.is_empty() && (!own.starts_with('#') || line == ends);
        if is_end && block.as_ref().is_some_and(|(at, _, _)| indent <= *at) {
            found.extend(block.take().map(|(_, context, image)| (context, image)));
        }
        match (value("build"), &mut block) {
            (Some(context), _) if context.is_empty() => block = Some((indent, ".".into(), "Dockerfile".into())),
            (Some(context), _) => found.push((context, "Dockerfile".into())),
            (None, Some((_, context, image))) => {
                *context = value("context").unwrap_or_else(|| std::mem::take(context));
                *image = value("dockerfile").unwrap_or_else(|| std::mem::take(image));
            }
            (None, None) => {}
        }
    }
    let inside = found.into_iter().filter(|(context, _)| !context.contains("://") && !context.contains('$'));
    inside
        .filter_map(|(context, image)| {
            let context = resolve(at, &context)?;
            Some(Build { image: resolve(&context, &image)?, context })
        })
        .collect()
}

/// Whether the ignore file of a build keeps a file of its context out; `None` where it could not be read.
fn ignored(path: &[u8], image: &[u8], context: &[u8], tree: &dyn Tree) -> Option<bool> {
    for name in [[image, b".dockerignore"].concat(), join(context, b".dockerignore")] {
        match tree.find(&name) {
            Found::File(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                let lines = text.strip_prefix('\u{feff}').unwrap_or(&text).lines();
                return Some(is_matched(&anchored(lines.filter(|line| !line.starts_with('#'))), path));
            }
            Found::Unreadable => return None,
            Found::Nothing | Found::Folder => {}
        }
    }
    Some(false)
}

/// Patterns as Docker reads them: from the context's root on, whatever they look like.
fn anchored<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<(bool, Globs)> {
    let pattern = |line: &str| {
        let (takes_back, rest) = line.trim().strip_prefix('!').map_or((false, line.trim()), |rest| (true, rest.trim()));
        let cleaned = clean(rest);
        let mut globs = Globs::default();
        (!cleaned.is_empty() && globs.add(&format!("/{cleaned}")).is_ok()).then_some((takes_back, globs))
    };
    lines.filter_map(pattern).collect()
}

/// A path of a Dockerfile or its ignore file without what changes nothing: `./a//b/` is `a/b`, and the context itself nothing.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

/// Whether the last pattern that matches the path or a folder above it leaves it matched: unlike git, Docker takes files below
/// an excluded folder back.
fn is_matched(patterns: &[(bool, Globs)], path: &[u8]) -> bool {
    let matches = |globs: &Globs| {
        let ends = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        let mut paths = ends.map(|at| path.get(..at).unwrap_or_default()).chain(std::iter::once(path));
        paths.any(|path| globs.verdict(path, false) == Some(true))
    };
    patterns.iter().rev().find(|(_, globs)| matches(globs)).is_some_and(|(takes_back, _)| !takes_back)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_ignored(list: &str, path: &str) -> bool {
        is_matched(&anchored(list.lines()), path.as_bytes())
    }

    #[test]
    fn patterns_hold_from_the_root_of_the_context() {
        for (list, path, ignored) in [
            (".env", ".env", true),
            (".env", "app/.env", false),
            ("**/.env", "app/.env", true),
            ("**/.env", ".env", true),
            (".env*", ".env.local", true),
            ("*\n!app", "app/.env", false),
            ("*\n!app\n**/.env", "app/.env", true),
            ("/.env/", ".env", true),
            ("./app/", "app/.env", true),
            ("*.env", "prod.env", true),
            ("*.env", "app/prod.env", false),
        ] {
            assert_eq!(is_ignored(list, path), ignored, "{list:?} {path}");
        }
    }

    #[test]
    fn copies_are_read_in_every_form() {
        let file = b"FROM a AS b\nCOPY --chown=node:node . /app\nADD [\".\", \"/app\"]\nCOPY --from=b . .\n# COPY . .\n\
                     COPY a \\\n  # about\n  b /x/\nRUN <<EOF\nCOPY . .\nEOF\nADD https://x.example/a /\ncopy *.env .\n";
        let found: Vec<(usize, Vec<String>)> = copies(file).into_iter().map(|copy| (copy.line, copy.sources)).collect();
        let words = |list: &[&str]| list.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let wanted = [(2, words(&["."])), (3, words(&["."])), (6, words(&["a", "b"])), (13, words(&["*.env"]))];
        assert_eq!(found, wanted);
    }

    #[test]
    fn builds_of_a_compose_file() {
        let text = "services:\n  a:\n    build: ./web\n  b:\n    build:\n      context: .\n      dockerfile: docker/Dockerfile.b\n  c:\n    image: x\n";
        let found: Vec<(Vec<u8>, Vec<u8>)> =
            builds(b"deploy", text).into_iter().map(|it| (it.context, it.image)).collect();
        let pair = |context: &str, image: &str| (context.as_bytes().to_vec(), image.as_bytes().to_vec());
        assert_eq!(found, [pair("deploy/web", "deploy/web/Dockerfile"), pair("deploy", "deploy/docker/Dockerfile.b")]);
    }
}
