//! Git hooks: install, chain, uninstall, status; and which scan a hook asks for.
