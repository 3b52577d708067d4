//! A certificate authority that is made anew for each test: X.509 in DER (RFC 5280), signed with ECDSA on P-256.

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};

/// Tags of DER.
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const UTF8_STRING: u8 = 0x0C;
const UTC_TIME: u8 = 0x17;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;

/// Object identifiers, encoded.
const COMMON_NAME: &[u8] = &[0x06, 3, 0x55, 4, 3];
const ALTERNATIVE_NAME: &[u8] = &[0x06, 3, 0x55, 0x1D, 17];
const BASIC_CONSTRAINTS: &[u8] = &[0x06, 3, 0x55, 0x1D, 19];
const EC_PUBLIC_KEY: &[u8] = &[0x06, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1];
const P256: &[u8] = &[0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];
const ECDSA_WITH_SHA256: &[u8] = &[0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2];

const TRUE: &[u8] = &[0x01, 1, 0xFF];
const NAME: &str = "Authority of a test";

/// A certificate and its private key (PKCS 8), both in DER.
pub struct Certificate {
    /// The certificate.
    pub certificate: Vec<u8>,
    /// The key.
    pub key: Vec<u8>,
}

/// Signs certificates.
pub struct Authority {
    key: EcdsaKeyPair,
    certificate: Vec<u8>,
}

impl Authority {
    /// A new one.
    pub fn new() -> Self {
        let (key, _) = key_pair();
        let constraints = der(SEQUENCE, &[TRUE]);
        let extension = der(SEQUENCE, &[BASIC_CONSTRAINTS, TRUE, &der(OCTET_STRING, &[&constraints])]);
        let certificate = signed(&key, &key, NAME, "490101000000Z", &extension);
        Self { key, certificate }
    }

    /// Its certificate, as `SSL_CERT_FILE` takes it.
    pub fn pem(&self) -> String {
        let text = data_encoding::BASE64.encode(&self.certificate);
        let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    }

    /// A certificate for a host's name that is valid today.
    pub fn certificate(&self, host: &str) -> Certificate {
        self.certificate_until(host, "490101000000Z")
    }

    /// A certificate for a host's name that is valid from the year 2000 to a time (`YYMMDDhhmmssZ`).
    pub fn certificate_until(&self, host: &str, end: &str) -> Certificate {
        let (key, document) = key_pair();
        // A name of DNS is choice 2 of a general name.
        let names = der(SEQUENCE, &[&der(0x82, &[host.as_bytes()])]);
        let extension = der(SEQUENCE, &[ALTERNATIVE_NAME, &der(OCTET_STRING, &[&names])]);
        Certificate { certificate: signed(&self.key, &key, host, end, &extension), key: document }
    }
}

fn key_pair() -> (EcdsaKeyPair, Vec<u8>) {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random).unwrap();
    (key, document.as_ref().to_vec())
}

/// A certificate for the key `own`, signed with `by`.
fn signed(by: &EcdsaKeyPair, own: &EcdsaKeyPair, subject: &str, end: &str, extension: &[u8]) -> Vec<u8> {
    let algorithm = der(SEQUENCE, &[ECDSA_WITH_SHA256]);
    let public =
        der(SEQUENCE, &[&der(SEQUENCE, &[EC_PUBLIC_KEY, P256]), &der(BIT_STRING, &[&[0], own.public_key().as_ref()])]);
    let validity = der(SEQUENCE, &[&der(UTC_TIME, &[b"000101000000Z"]), &der(UTC_TIME, &[end.as_bytes()])]);
    let body = der(
        SEQUENCE,
        &[
            // Version 3.
            &der(0xA0, &[&der(INTEGER, &[&[2]])]),
            &der(INTEGER, &[&[1]]),
            &algorithm,
            &name(NAME),
            &validity,
            &name(subject),
            &public,
            &der(0xA3, &[&der(SEQUENCE, &[extension])]),
        ],
    );
    let signature = by.sign(&SystemRandom::new(), &body).unwrap();
    der(SEQUENCE, &[&body, &algorithm, &der(BIT_STRING, &[&[0], signature.as_ref()])])
}

fn name(common: &str) -> Vec<u8> {
    let value = der(SEQUENCE, &[COMMON_NAME, &der(UTF8_STRING, &[common.as_bytes()])]);
    der(SEQUENCE, &[&der(SET, &[&value])])
}

/// A value: its tag, its length, its content.
fn der(tag: u8, content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    let length = match u16::try_from(content.len()).unwrap().to_be_bytes() {
        [0, short @ 0..=127] => vec![short],
        [0, long] => vec![0x81, long],
        long => [&[0x82], &long[..]].concat(),
    };
    [&[tag], &length[..], &content].concat()
}
