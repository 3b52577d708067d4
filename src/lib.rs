//! konceal keeps Konver API keys out of repositories.
//!
//! The data flows one way, and the modules below stand in its order:
//!
//! `source -> blob -> anchors -> text -> candidates -> evidence + judgement -> hits -> placement -> findings -> suppression
//! -> verification -> redaction -> report -> exit status`
//!
//! The library exists for the binary and its tests; what users may rest on is the command line, not this API.

pub mod blob;
pub mod secret;

pub mod config;
pub mod source;

pub mod rule;

pub mod detect;

pub mod finding;

pub mod suppress;

pub mod hygiene;

pub mod verify;

pub mod scan;

pub mod audit;

pub mod hook;

pub mod report;

pub mod cli;
