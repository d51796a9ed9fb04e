//! The catalogue as the program reads it when it starts: `queries/catalogue/*.toml` as JSON, which is read some ten times faster,
//! and without its examples, which only tests need.

use std::path::Path;
use std::{env, fs, io};

/// What rows say to tests alone.
const EXAMPLES: [&str; 2] = ["examples", "counter_examples"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let from = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("queries/catalogue");
    let to = Path::new(&env::var("OUT_DIR")?).join("catalogue");
    println!("cargo::rerun-if-changed={}", from.display());
    println!("cargo::rerun-if-changed=server/build.rs");
    fs::create_dir_all(&to)?;
    for entry in fs::read_dir(&from)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".toml")) else { continue };
        let text = fs::read_to_string(&path)?;
        // What cannot be read is an error of the data: the message names the file and the line.
        let mut tables: toml::Table = toml::from_str(&text).map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?;
        for rows in tables.iter_mut().filter_map(|(_, value)| value.as_array_mut()) {
            for row in rows.iter_mut().filter_map(toml::Value::as_table_mut) {
                EXAMPLES.iter().for_each(|key| drop(row.remove(*key)));
            }
        }
        fs::write(to.join(format!("{name}.json")), serde_json::to_string(&tables)?)?;
    }
    Ok(())
}
