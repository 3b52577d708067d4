//! Embeds the rules: every file of `rules/`, in order of name, with a digest that says which rules these are.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use sha2::{Digest, Sha256};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=rules");
    let folder = Path::new(&env::var_os("CARGO_MANIFEST_DIR").ok_or("no manifest folder")?).join("rules");
    let mut files = fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let (mut digest, mut list) = (Sha256::new(), String::new());
    for file in &files {
        let text = fs::read_to_string(file)?;
        toml::from_str::<toml::Table>(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        digest.update(&text);
        writeln!(list, "    {text:?},")?;
    }
    let digest = digest.finalize().iter().take(8).fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let code = format!("const FILES: &[&str] = &[\n{list}];\nconst DIGEST: &str = \"{digest}\";\n");
    fs::write(Path::new(&env::var_os("OUT_DIR").ok_or("no output folder")?).join("rules.rs"), code)?;
    Ok(())
}
