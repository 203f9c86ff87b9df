//! What nginx makes of an entry: the words after `sticky cookie`, and the
//! cookie they ask for.
//!
//! Source: nginx 1.31.5,
//! `src/http/modules/ngx_http_upstream_sticky_module.c`; each fact was
//! confirmed by running it.

mod directive;
mod lexer;
mod parameter;
mod set_cookie;
pub(crate) mod suggest;
mod time;

pub use directive::{Directive, Error, ErrorKind, read};
pub use lexer::{LexError, LexErrorKind, Word, is_whitespace};
pub use parameter::Parameter;
pub use set_cookie::{Attribute, Cookie, SetCookie};
pub use time::{Expires, MAX_AGE_OF_MAX, TimeError, seconds};

/// An entry with more errors is refused all the same: the rest is not
/// recorded, so that the time it takes stays in proportion to the text.
const MOST_ERRORS: usize = 100;
