//! What befalls a webhook in its life, rehearsed before a real API server:
//! upgrades, a day in minutes, slow answers, long silences, and nobody there at all.

mod idle;
mod load;
mod lockout;
mod rolling;
mod slow;
mod soak;
