//! Made-up keys in the formats that are really pasted: drawn when the tests run, so that none stands in the repository.

#[path = "../support/dice.rs"]
mod dice;

pub use dice::Dice;

pub const DIGITS: &[u8] = b"0123456789";
pub const HEX: &[u8] = b"0123456789abcdef";
pub const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
pub const BASE64: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/";
pub const BASE64URL: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

/// A random UUID.
pub fn uuid(dice: &mut Dice) -> String {
    let parts = [dice.draw(8, HEX), dice.draw(4, HEX), dice.draw(3, HEX), dice.draw(3, HEX), dice.draw(12, HEX)];
    format!("{}-{}-4{}-{}{}-{}", parts[0], parts[1], parts[2], dice.draw(1, b"89ab"), parts[3], parts[4])
}

/// A format of keys.
pub struct Format {
    /// Its name in the table.
    pub name: &'static str,
    /// Whether it needs no escaping in a URL.
    pub url_safe: bool,
    /// Draws one.
    pub make: fn(&mut Dice) -> String,
}

pub const FORMATS: &[Format] = &[
    Format { name: "hex 32", url_safe: true, make: |dice| dice.draw(32, HEX) },
    Format { name: "hex 64", url_safe: true, make: |dice| dice.draw(64, HEX) },
    Format { name: "uuid", url_safe: true, make: uuid },
    Format { name: "base62 24", url_safe: true, make: |dice| dice.draw(24, BASE62) },
    Format { name: "base62 40", url_safe: true, make: |dice| dice.draw(40, BASE62) },
    Format { name: "base64url 43", url_safe: true, make: |dice| dice.draw(43, BASE64URL) },
    Format { name: "base64 ==", url_safe: false, make: |dice| format!("{}Q==", dice.draw(21, BASE64)) },
    Format { name: "live", url_safe: true, make: |dice| format!("kv_live_{}", dice.draw(32, BASE62)) },
    Format { name: "test", url_safe: true, make: |dice| format!("konver_test_{}", dice.draw(32, BASE62)) },
    Format { name: "knv-", url_safe: true, make: |dice| format!("knv-{}", dice.draw(36, BASE62)) },
    Format {
        name: "two parts",
        url_safe: true,
        make: |dice| format!("KV{}-{}", dice.draw(6, DIGITS), dice.draw(32, HEX)),
    },
    Format {
        name: "dotted",
        url_safe: true,
        make: |dice| format!("{}.{}", dice.draw(20, BASE62), dice.draw(43, BASE62)),
    },
];
