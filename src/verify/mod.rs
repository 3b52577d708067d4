//! The only network code: whether a key still opens anything.
