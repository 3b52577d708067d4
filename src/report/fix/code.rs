//! Programming languages: how each reads the environment.

use super::{Advice, Comment};

const HASH: Comment = Comment::Line("#");
const SLASHES: Comment = Comment::Line("//");
const DASHES: Comment = Comment::Line("--");

/// Extensions, lead, code, comment.
type Row = (&'static [&'static str], &'static str, &'static [&'static str], Comment);

const LANGUAGES: &[Row] = &[
    (
        &["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"],
        "JavaScript, on the server (whatever a browser gets, everybody has):",
        &["process.env.{N}"],
        SLASHES,
    ),
    (
        &["vue", "svelte", "astro"],
        "read it on the server and let the page call that: whatever a browser gets, everybody has",
        &["process.env.{N}"],
        SLASHES,
    ),
    (
        &["html", "htm", "xhtml"],
        "a page cannot keep a secret: call your own server, which reads {N} and calls the API",
        &[],
        Comment::Block("<!--", "-->"),
    ),
    (&["py", "pyi", "pyw", "pyx"], "Python:", &["os.environ[\"{N}\"]"], HASH),
    (&["cs", "csx", "cshtml", "razor"], "C#:", &["Environment.GetEnvironmentVariable(\"{N}\")"], SLASHES),
    (&["fs", "fsx"], "F#:", &["Environment.GetEnvironmentVariable \"{N}\""], SLASHES),
    (&["vb"], "Visual Basic:", &["Environment.GetEnvironmentVariable(\"{N}\")"], Comment::Line("'")),
    (&["java"], "Java:", &["System.getenv(\"{N}\")"], SLASHES),
    (&["kt", "kts"], "Kotlin (in an app, call your own server instead):", &["System.getenv(\"{N}\")"], SLASHES),
    (&["scala", "sc", "sbt"], "Scala:", &["sys.env(\"{N}\")"], SLASHES),
    (&["groovy", "gradle"], "Groovy:", &["System.getenv('{N}')"], SLASHES),
    (&["go"], "Go:", &["os.Getenv(\"{N}\")"], SLASHES),
    (&["rb", "rake", "ru", "gemspec"], "Ruby:", &["ENV.fetch(\"{N}\")"], HASH),
    (&["erb"], "Ruby:", &["ENV.fetch(\"{N}\")"], Comment::Block("<%#", "%>")),
    (&["php", "phtml"], "PHP:", &["getenv('{N}')"], SLASHES),
    (&["rs"], "Rust:", &["std::env::var(\"{N}\")?"], SLASHES),
    (
        &["swift"],
        "Swift, on a server (an app must call your own server instead: whoever has the app has the key):",
        &["ProcessInfo.processInfo.environment[\"{N}\"]"],
        SLASHES,
    ),
    (
        &["m", "mm"],
        "Objective-C, on a server (an app must call your own server instead):",
        &["NSProcessInfo.processInfo.environment[@\"{N}\"]"],
        SLASHES,
    ),
    (
        &["dart"],
        "Dart, on a server (an app must call your own server instead: whoever has the app has the key):",
        &["Platform.environment['{N}']"],
        SLASHES,
    ),
    (&["c", "h"], "C:", &["getenv(\"{N}\")"], SLASHES),
    (&["cpp", "cc", "cxx", "hpp", "hh", "hxx", "ino"], "C++:", &["std::getenv(\"{N}\")"], SLASHES),
    (&["ps1", "psm1", "psd1"], "PowerShell:", &["$env:{N}"], HASH),
    (&["sh", "bash", "zsh", "ksh", "bats", "command"], "shell:", &["\"${{N}:?is not set}\""], HASH),
    (&["fish"], "fish:", &["${N}"], HASH),
    (&["bat", "cmd"], "batch:", &["%{N}%"], Comment::Line("REM")),
    (&["pl", "pm", "t"], "Perl:", &["$ENV{{N}}"], HASH),
    (&["lua"], "Lua:", &["os.getenv(\"{N}\")"], DASHES),
    (&["r", "rmd"], "R:", &["Sys.getenv(\"{N}\")"], HASH),
    (&["ex", "exs"], "Elixir:", &["System.fetch_env!(\"{N}\")"], HASH),
    (&["erl", "hrl"], "Erlang:", &["os:getenv(\"{N}\")"], Comment::Line("%")),
    (&["clj", "cljs", "cljc"], "Clojure:", &["(System/getenv \"{N}\")"], Comment::Line(";")),
    (&["jl"], "Julia:", &["ENV[\"{N}\"]"], HASH),
    (&["hs"], "Haskell:", &["getEnv \"{N}\""], DASHES),
    (&["ml"], "OCaml:", &["Sys.getenv \"{N}\""], Comment::Block("(*", "*)")),
    (&["nim"], "Nim:", &["getEnv(\"{N}\")"], HASH),
    (&["cr"], "Crystal:", &["ENV[\"{N}\"]"], HASH),
    (&["zig"], "Zig:", &["std.process.getEnvVarOwned(allocator, \"{N}\")"], SLASHES),
    (&["nix"], "keep it out of the store, where everybody can read it (agenix, sops-nix)", &[], HASH),
    (&["sql"], "give the value as a parameter of the query", &[], DASHES),
    (&["mk", "mak"], "make:", &["$({N})"], HASH),
    (&["cmake"], "CMake, when it configures:", &["$ENV{{N}}"], HASH),
];

/// Files that are known by their whole name.
const NAMES: &[(&str, &str)] = &[
    ("gemfile", "rb"),
    ("rakefile", "rb"),
    ("vagrantfile", "rb"),
    ("podfile", "rb"),
    ("fastfile", "rb"),
    ("makefile", "mk"),
    ("gnumakefile", "mk"),
    ("cmakelists.txt", "cmake"),
    (".bashrc", "sh"),
    (".bash_profile", "sh"),
    (".profile", "sh"),
    (".zshrc", "sh"),
    (".zshenv", "sh"),
    (".zprofile", "sh"),
    ("config.fish", "fish"),
];

/// The advice for a file of that name, in lower case.
pub(super) fn by_name(name: &str) -> Option<Advice> {
    let known = NAMES.iter().find(|(file, _)| *file == name).map(|(_, extension)| *extension);
    let extension = known.or_else(|| name.rsplit_once('.').map(|(_, extension)| extension))?;
    let row = LANGUAGES.iter().find(|(extensions, ..)| extensions.contains(&extension))?;
    Some(Advice { lead: row.1, code: row.2, comment: row.3 })
}
