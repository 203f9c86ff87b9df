//! The parameters of `sticky cookie`.

use std::fmt;

/// A parameter that nginx knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Parameter {
    /// `expires=`, with a time.
    Expires,
    /// `domain=`, with any text that is not empty.
    Domain,
    /// `path=`, with any text that is not empty.
    Path,
    /// `samesite=`, with one of three words.
    SameSite,
    /// `httponly`, without a value.
    HttpOnly,
    /// `secure`, without a value.
    Secure,
}

impl Parameter {
    /// Every parameter.
    pub const ALL: [Self; 6] = [
        Self::Expires,
        Self::Domain,
        Self::Path,
        Self::SameSite,
        Self::HttpOnly,
        Self::Secure,
    ];

    /// The name, without the equals sign; compared exactly.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Expires => "expires",
            Self::Domain => "domain",
            Self::Path => "path",
            Self::SameSite => "samesite",
            Self::HttpOnly => "httponly",
            Self::Secure => "secure",
        }
    }

    /// Whether a value follows the name, after an equals sign.
    #[must_use]
    pub fn takes_value(self) -> bool {
        !matches!(self, Self::HttpOnly | Self::Secure)
    }

    /// The parameter of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// The parameter that nginx takes `word` for, and where its value starts.
    /// Those without a value are compared as C strings, which end at a NUL.
    #[must_use]
    pub fn of(word: &str) -> Option<(Self, usize)> {
        Self::ALL.into_iter().find_map(|known| {
            let rest = word.strip_prefix(known.name())?;
            let is_known = if known.takes_value() {
                rest.starts_with('=')
            } else {
                rest.is_empty() || rest.starts_with('\0')
            };
            is_known.then(|| (known, known.name().len() + 1))
        })
    }
}

/// As it is written, with the equals sign where a value follows.
impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.takes_value() { "=" } else { "" };
        write!(f, "{}{sign}", self.name())
    }
}
