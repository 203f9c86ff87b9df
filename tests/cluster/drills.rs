//! What befalls a webhook in its life, rehearsed before a real API server:
//! upgrades, slow answers, long silences, and nobody there at all.

mod idle;
mod lockout;
mod rolling;
mod slow;
