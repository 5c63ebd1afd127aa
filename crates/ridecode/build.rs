//! Embeds the pages that `make web` built, so that one program serves them.
//!
//! Writes a table of path and bytes for everything in `web/dist/app`, the rider's app, one for
//! `web/dist/console`, the operator's, and one for `web/dist/validator`, the pages of a reader. Where
//! nothing was built the tables are empty: the program builds all the same, and says on its front
//! page what is missing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    // Cargo tells build scripts where to write by the environment.
    let out = std::env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    for site in ["app", "console", "validator"] {
        let table = table_of(&dist.join(site))?;
        fs::write(Path::new(&out).join(format!("{site}.in")), table)?;
    }
    Ok(())
}

/// Path and bytes of every file of a site, as a Rust expression.
fn table_of(site: &Path) -> io::Result<String> {
    let mut table = String::from("&[\n");
    for path in files_under(site)? {
        let name = path.strip_prefix(site).map_err(io::Error::other)?;
        let name = name.to_string_lossy().replace('\\', "/");
        let from = path.display().to_string();
        table.push_str(&format!("(\"/{name}\", include_bytes!({from:?})),\n"));
    }
    table.push(']');
    Ok(table)
}

/// Every file, in order of its path; none where the folder is not there.
fn files_under(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_under(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
