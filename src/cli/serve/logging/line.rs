//! An event as one line.

use std::cell::RefCell;
use std::fmt::{self, Debug, Write as _};

use jiff::Timestamp;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::LogFormat;
use super::queue::Queue;
use crate::lint::bytes::ByteSet;
use crate::lint::text::is_invisible;

thread_local! {
    /// The line that is being written.
    static LINE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What may have to be escaped; the bytes of characters beyond ASCII among it.
const ESCAPED: ByteSet = ByteSet::of(b"\"\\").and(0, 0x1f).and(0x7f, 0xff);

/// Larger buffers are given back.
const KEPT: usize = 4 << 10;

/// Writes each event as a line into a queue.
pub(super) struct Lines {
    format: LogFormat,
    coloured: bool,
    queue: Queue,
}

impl Lines {
    pub(super) fn new(format: LogFormat, coloured: bool, queue: Queue) -> Self {
        Self {
            format,
            coloured,
            queue,
        }
    }
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        LINE.with(|line| {
            // A value that logs while it is written loses its own line.
            let Ok(mut line) = line.try_borrow_mut() else {
                return;
            };
            line.clear();
            write(
                &mut line,
                self.format,
                self.coloured,
                Timestamp::now(),
                event,
            );
            self.queue.push(&line);
            line.shrink_to(KEPT);
        });
    }
}

fn write(line: &mut String, format: LogFormat, coloured: bool, now: Timestamp, event: &Event<'_>) {
    // Writing into a string does not fail.
    let _ = match format {
        LogFormat::Json => json(line, now, event),
        LogFormat::Text => text(line, coloured, now, event),
    };
}

fn json(line: &mut String, now: Timestamp, event: &Event<'_>) -> fmt::Result {
    let metadata: &Metadata<'_> = event.metadata();
    write!(
        line,
        "{{\"timestamp\":\"{now:.6}\",\"level\":\"{}\"",
        metadata.level()
    )?;
    event.record(&mut Json(line));
    line.push_str(",\"target\":");
    quoted(line, metadata.target());
    line.push_str("}\n");
    Ok(())
}

fn text(line: &mut String, coloured: bool, now: Timestamp, event: &Event<'_>) -> fmt::Result {
    let level = *event.metadata().level();
    match coloured.then(|| colour(level)) {
        Some(colour) => write!(
            line,
            "\u{1b}[2m{now:.6}\u{1b}[0m \u{1b}[{colour}m{level:>5}\u{1b}[0m"
        )?,
        None => write!(line, "{now:.6} {level:>5}")?,
    }
    event.record(&mut Text(line));
    line.push('\n');
    Ok(())
}

/// As `tracing-subscriber` colours levels (ECMA-48, SGR).
fn colour(level: Level) -> u8 {
    match level {
        Level::ERROR => 31,
        Level::WARN => 33,
        Level::INFO => 32,
        Level::DEBUG => 34,
        Level::TRACE => 35,
    }
}

/// Fields as members of an object.
struct Json<'l>(&'l mut String);

impl Json<'_> {
    fn key(&mut self, field: &Field) {
        self.0.push(',');
        quoted(self.0, field.name());
        self.0.push(':');
    }

    fn number(&mut self, field: &Field, value: impl fmt::Display) {
        self.key(field);
        let _ = write!(self.0, "{value}");
    }
}

impl Visit for Json<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.key(field);
        quoted(self.0, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.number(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.number(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.number(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if value.is_finite() {
            self.number(field, value);
        } else {
            self.record_debug(field, &value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.key(field);
        self.0.push('"');
        let _ = write!(Escaped(self.0), "{value:?}");
        self.0.push('"');
    }
}

/// The message, and fields as `key=value`.
struct Text<'l>(&'l mut String);

impl Visit for Text<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.0, " {}=", field.name());
        quoted(self.0, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.push(' ');
        if field.name() != "message" {
            let _ = write!(self.0, "{}=", field.name());
        }
        let _ = write!(Escaped(self.0), "{value:?}");
    }
}

/// Text as a string of JSON (RFC 8259, section 7).
fn quoted(line: &mut String, text: &str) {
    line.push('"');
    escape(line, text);
    line.push('"');
}

/// What is written into it ends up in the line, escaped.
struct Escaped<'l>(&'l mut String);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape(self.0, text);
        Ok(())
    }
}

/// Escapes what JSON must, and what could make a line look like another:
/// characters that break lines, are not drawn or turn the direction of writing.
fn escape(line: &mut String, text: &str) {
    if !ESCAPED.meets(text) {
        line.push_str(text);
        return;
    }
    for c in text.chars() {
        match c {
            '"' => line.push_str("\\\""),
            '\\' => line.push_str("\\\\"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            c if is_invisible(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(line, "\\u{unit:04x}");
                }
            }
            c => line.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    /// Remembers lines as of one moment.
    #[derive(Clone, Default)]
    struct Seen(Arc<Mutex<Vec<[String; 2]>>>);

    impl<S: Subscriber> Layer<S> for Seen {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            let now = "2026-11-26T12:00:00.0000005Z".parse().unwrap();
            let lines = [LogFormat::Json, LogFormat::Text].map(|format| {
                let mut line = String::new();
                write(&mut line, format, false, now, event);
                line
            });
            self.0.lock().unwrap().push(lines);
        }
    }

    fn lines(log: impl FnOnce()) -> [String; 2] {
        let seen = Seen::default();
        let subscriber = tracing_subscriber::registry().with(seen.clone());
        tracing::subscriber::with_default(subscriber, log);
        seen.0.lock().unwrap().remove(0)
    }

    #[test]
    fn an_event_is_one_line() {
        let [json, text] = lines(|| {
            tracing::warn!(
                target: "tea",
                uid = "u-1",
                none = None::<&str>,
                count = 3,
                share = 0.5,
                nothing = f64::NAN,
                dry = true,
                shown = %"a \"b\"",
                "poured: {}",
                2
            );
        });
        assert_eq!(
            json,
            r#"{"timestamp":"2026-11-26T12:00:00.000000Z","level":"WARN","message":"poured: 2","uid":"u-1","count":3,"share":0.5,"nothing":"NaN","dry":true,"shown":"a \"b\"","target":"tea"}
"#
        );
        assert_eq!(
            text,
            "2026-11-26T12:00:00.000000Z  WARN poured: 2 uid=\"u-1\" count=3 share=0.5 \
             nothing=NaN dry=true shown=a \\\"b\\\"\n"
        );
    }

    #[test]
    fn nothing_that_is_logged_can_look_like_another_line() {
        for (value, escaped) in [
            ("plain, even \u{e4}\u{4e2d}", "plain, even \u{e4}\u{4e2d}"),
            ("a\nb\r\tc", r"a\nb\r\tc"),
            ("\u{1b}[31m", r"\u001b[31m"),
            ("a\u{202e}b\u{2066}", r"a\u202eb\u2066"),
            ("a\u{2028}b\u{2029}\u{85}", r"a\u2028b\u2029\u0085"),
            ("\u{200b}\u{feff}\u{e0001}", r"\u200b\ufeff\udb40\udc01"),
            ("\"\\\u{7f}", r#"\"\\\u007f"#),
        ] {
            let [json, text] = lines(|| tracing::info!(value, shown = %value, "message"));
            let expected = format!(r#""value":"{escaped}","shown":"{escaped}""#);
            assert!(json.contains(&expected), "{json}");
            let read: serde_json::Value = serde_json::from_str(&json).unwrap();
            assert_eq!(read["value"], value);
            let expected = format!("value=\"{escaped}\" shown={escaped}\n");
            assert!(text.ends_with(&expected), "{text}");
        }
    }
}
