//! What an answer says of a key (vendor documentation, error handling).

use super::client::Answer;
use super::{Verdict, unknown};
use crate::finding::{Status, Verification};

/// 401 is revoked or never valid; 2xx, 403 and 404 are live; anything else proves nothing.
pub(super) fn of(answer: Answer) -> Verdict {
    match answer {
        Answer::Status(code) => {
            let (status, detail) = match code {
                401 => (Status::Revoked, None),
                403 => (Status::Live, Some("the key is valid, but lacks the permission for this call")),
                404 => (Status::Live, Some("the key is valid: the API looked for a company that does not exist")),
                200..=299 => (Status::Live, None),
                429 => (Status::Unknown, Some("the API's rate limit was reached; ask again later")),
                500..=599 => (Status::Unknown, Some("the API has a fault; ask again later")),
                300..=399 => (Status::Unknown, Some("the answer leads elsewhere, where no key is sent")),
                _ => (Status::Unknown, Some("such an answer proves nothing")),
            };
            let verification = Verification { status, http_status: Some(code), detail: detail.map(Into::into) };
            Verdict { verification, passing: is_passing(code) }
        }
        Answer::Failed(failure) => Verdict {
            verification: unknown(format!("asked, but not answered: {}", failure.why)),
            passing: failure.passing,
        },
        Answer::Unsent(failure) => {
            Verdict { verification: unknown(format!("not asked: {}", failure.why)), passing: failure.passing }
        }
    }
}

/// Whether the API itself says that a later request may be answered otherwise.
pub(super) fn is_passing(code: u16) -> bool {
    matches!(code, 429 | 500..=599)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_code() {
        let status = |code| of(Answer::Status(code)).verification.status;
        for code in 100..1000 {
            let expected = match code {
                401 => Status::Revoked,
                200..=299 | 403 | 404 => Status::Live,
                _ => Status::Unknown,
            };
            assert_eq!(status(code), expected, "{code}");
        }
        assert!(of(Answer::Status(503)).passing && of(Answer::Status(429)).passing);
        assert!(!of(Answer::Status(422)).passing && !of(Answer::Status(302)).passing);
    }
}
