//! The controller that reads the Ingresses, as flags name it.

use clap::{Args, ValueEnum};

use super::terminal;
use crate::lint::policy::Edition;
use crate::lint::release::Release;
use crate::policy::ControllerOverride;

/// The controller, in place of what the policy says of it.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct ControllerArgs {
    /// The controller's release, such as 5.5, 5.5.4 or 2026-lts-r4
    #[arg(long, value_name = "VERSION", value_parser = release, help = release_help())]
    controller_version: Option<Release>,

    /// The controller's edition [default: the policy's]
    #[arg(long, value_name = "EDITION", value_enum)]
    controller_edition: Option<EditionName>,
}

/// The editions as flags name them.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum EditionName {
    /// With NGINX Plus
    Plus,
    /// Open source
    Oss,
}

impl ControllerArgs {
    /// What the flags say, after a note about a release that is too new.
    pub(super) fn resolve(self) -> ControllerOverride {
        if let Some(release) = self.controller_version {
            note_newer(release);
        }
        ControllerOverride {
            edition: self.controller_edition.map(|name| match name {
                EditionName::Plus => Edition::Plus,
                EditionName::Oss => Edition::Oss,
            }),
            version: self.controller_version,
        }
    }
}

fn release_help() -> String {
    let mut in_use = Release::in_use();
    let first = in_use.next().unwrap_or_default();
    let newest = Release::NEWEST;
    format!(
        "The controller's release, such as 5.5, 5.5.4 or 2026-lts-r4 [default: the policy's, or all \
         from {first} to {newest}]"
    )
}

/// Reads a release for clap.
pub(super) fn release(text: &str) -> Result<Release, String> {
    text.parse()
        .map_err(|error| format!("it {error}; the releases are {}", Release::known()))
}

/// Prints a note where a release is newer than those that stickler models.
pub(super) fn note_newer(release: Release) {
    if release.is_newer_than_modelled() {
        let modelled = release.modelled_as();
        terminal::note(format_args!(
            "warning: {release} is newer than stickler knows; it is read as {modelled}"
        ));
    }
}
