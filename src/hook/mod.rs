//! Git hooks without any framework: installing and chaining them, saying whether they are in force, and reading what git asks
//! of them. Nothing here scans; `konceal hook run` is the command line's.

mod folder;
mod install;
mod managers;
mod probe;
mod push;
mod script;
mod stage;
mod status;

pub use folder::{Folder, Owner};
pub use install::{Done, HookError, install, uninstall};
pub use managers::place_for_call;
pub use push::{Update, updates};
pub use stage::{Asked, Stage, Variables};
pub use status::{Check, Status, calls_konceal, status};
