//! `.konceal.toml`: as written, and the settings of a run that it resolves to together with the options.

mod file;
mod narrow;
mod settings;
mod suggest;

pub use file::{ConfigError, ConfigFile, NAME};
pub use settings::{DEFAULT_FAIL_ON, Settings};
pub use suggest::nearest;
