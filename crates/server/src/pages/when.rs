//! Times, as people say them. The server does not know where they live: what is days away is a date, and only a script in
//! the browser adds the hour.

use std::time::Duration;

use doorward_core::Timestamp;

use super::words::Words;
use crate::reply::rfc3339;

/// A moment, for a page: `<time datetime="{machine}">{words}</time>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct When {
    /// RFC 3339.
    pub(super) machine: String,
    /// "five minutes ago".
    pub(super) words: String,
}

/// How long ago, in words.
pub(super) fn ago(at: Timestamp, now: Timestamp, words: &Words) -> When {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let seconds = now.since(at).as_secs();
    let text = match seconds {
        0..120 => words.say("when-now"),
        120..HOUR => words.fill("when-minutes", &[("count", &(seconds / MINUTE))]),
        HOUR..DAY => words.fill("when-hours", &[("count", &(seconds / HOUR))]),
        _ if seconds < 7 * DAY => words.fill("when-days", &[("count", &(seconds / DAY))]),
        _ => date(at, words),
    };
    When { machine: rfc3339(at), words: text }
}

/// The day, in words.
pub(super) fn on(at: Timestamp, words: &Words) -> When {
    When { machine: rfc3339(at), words: date(at, words) }
}

/// How long something may take, in whole minutes at most a few: "in about 2 minutes".
pub(super) fn wait(span: Duration, words: &Words) -> String {
    match span.as_secs() {
        0..=90 => words.fill("wait-seconds", &[("count", &span.as_secs().max(1))]),
        seconds => words.fill("wait-minutes", &[("count", &seconds.div_ceil(60))]),
    }
}

fn date(at: Timestamp, words: &Words) -> String {
    let day = jiff::Timestamp::from_second(at.as_secs()).unwrap_or(jiff::Timestamp::MAX);
    let day = jiff::tz::TimeZone::UTC.to_datetime(day).date();
    let month = words.say(MONTHS[usize::from(day.month().unsigned_abs()).saturating_sub(1) % 12]);
    words.fill("date", &[("day", &day.day()), ("month", &month), ("year", &day.year())])
}

const MONTHS: [&str; 12] = [
    "month-1", "month-2", "month-3", "month-4", "month-5", "month-6", "month-7", "month-8", "month-9", "month-10",
    "month-11", "month-12",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::words::Language;
    use doorward_core::store::contract::NOW;

    #[test]
    fn moments_are_told_as_people_tell_them() {
        let table = [
            (0, "just now", "刚刚"),
            (119, "just now", "刚刚"),
            (120, "2 minutes ago", "2 分钟前"),
            (3_599, "59 minutes ago", "59 分钟前"),
            (3_600, "an hour ago", "1 小时前"),
            (7_200, "2 hours ago", "2 小时前"),
            (86_400, "yesterday", "昨天"),
            (3 * 86_400, "3 days ago", "3 天前"),
            (15 * 86_400, "31 December 2026", "2026年12月31日"),
        ];
        for (seconds, english, chinese) in table {
            let at = Timestamp::from_secs(NOW.as_secs() - seconds);
            assert_eq!(ago(at, NOW, Language::English.words()).words, english);
            assert_eq!(ago(at, NOW, Language::Chinese.words()).words, chinese);
        }
        assert_eq!(ago(NOW.plus(Duration::from_secs(5)), NOW, Language::English.words()).words, "just now");
        assert_eq!(on(NOW, Language::English.words()).machine, "2027-01-15T08:00:00Z");
        assert_eq!(wait(Duration::from_secs(1), Language::English.words()), "in a second");
        assert_eq!(wait(Duration::from_secs(300), Language::Chinese.words()), "5 分钟后");
    }
}
