//! The limit of open files: raised as far as it may be, and the bounds of
//! connections kept within it.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::server::Settings;

/// Raises the soft limit to the hard one, and returns the bounds that fit into
/// it. containerd 2 starts processes with a soft limit of 1024, for the
/// programs that use `select`.
pub(super) fn fit(settings: Settings) -> Settings {
    let wanted = settings.max_connections;
    let Some(files) = raise() else {
        return settings;
    };
    let settings = settings.within(files);
    if settings.max_connections < wanted {
        tracing::warn!(
            open_files = files,
            max_connections = settings.max_connections,
            "--max-connections {wanted} does not fit into the limit of open files: it is lowered"
        );
    }
    settings
}

/// How many files may be open; `None` where there is no limit.
fn raise() -> Option<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    if current == maximum || setrlimit(Resource::Nofile, raised).is_ok() {
        maximum
    } else {
        current
    }
}
