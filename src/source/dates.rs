//! Dates as reports show them.

/// A date as RFC 3339 with its own offset; dates outside the years 0 to 9999 are cut to them, offsets to a day.
pub(in crate::source) fn rfc3339(seconds: i64, offset_minutes: i32) -> String {
    let offset = offset_minutes.clamp(-1439, 1439);
    let local = seconds.saturating_add(i64::from(offset) * 60).clamp(-62_167_219_200, 253_402_300_799);
    let (days, rest) = (local.div_euclid(86_400), local.rem_euclid(86_400));
    // Howard Hinnant's civil_from_days: days since 1970 to year, month and day of the proleptic Gregorian calendar.
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let sign = if offset < 0 { '-' } else { '+' };
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}{sign}{:02}:{:02}",
        rest / 3600,
        rest / 60 % 60,
        rest % 60,
        offset.abs() / 60,
        offset.abs() % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_keep_their_offset() {
        assert_eq!(rfc3339(0, 0), "1970-01-01T00:00:00+00:00");
        assert_eq!(rfc3339(1_700_000_000, -90), "2023-11-14T20:43:20-01:30");
        assert_eq!(rfc3339(4_102_444_800, 120), "2100-01-01T02:00:00+02:00");
        assert_eq!(rfc3339(i64::MAX, 0), "9999-12-31T23:59:59+00:00");
    }
}
