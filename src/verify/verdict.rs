//! What an answer says of a key (vendor documentation, error handling).

use super::client::Answer;
use super::unknown;
use crate::finding::{Status, Verification};

/// 401 is revoked or never valid; 2xx, 403 and 404 are live; anything else proves nothing.
pub(super) fn of(answer: &Answer) -> Verification {
    match answer {
        Answer::Status(code) => {
            let code = *code;
            let (status, detail) = match code {
                401 => (Status::Revoked, None),
                403 => {
                    (Status::Live, Some("live: the key is valid, but lacks the permission for this call".to_owned()))
                }
                200..=299 | 404 => (Status::Live, None),
                429 => (Status::Unknown, Some("the API's rate limit was reached; ask again later".to_owned())),
                500..=599 => (Status::Unknown, Some("the API has a fault; ask again later".to_owned())),
                300..=399 => (Status::Unknown, Some("the answer leads elsewhere, where no key is sent".to_owned())),
                _ => (Status::Unknown, Some(format!("an answer {code} proves nothing"))),
            };
            Verification { status, http_status: Some(code), detail }
        }
        Answer::Failed(why) => unknown(format!("not answered: {why}")),
        Answer::Stopped => unknown("not asked: the run ended before".to_owned()),
    }
}
