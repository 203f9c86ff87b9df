//! What flags of the command line say of the controller.

use super::Policies;
use crate::lint::policy::Edition;
use crate::lint::release::Release;

/// What is used in place of the file's `controller`, in every namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ControllerOverride {
    /// The edition; `None` leaves what the file says.
    pub edition: Option<Edition>,
    /// The release; `None` leaves what the file says.
    pub version: Option<Release>,
}

impl Policies {
    /// The same policies with another controller.
    #[must_use]
    pub fn with_controller(mut self, controller: ControllerOverride) -> Self {
        for effective in std::iter::once(&mut self.base).chain(&mut self.overrides) {
            let own = &mut effective.lint.controller;
            own.edition = controller.edition.unwrap_or(own.edition);
            own.version = controller.version.or(own.version);
        }
        self
    }
}
