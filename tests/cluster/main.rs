//! stickler in front of a real kube-apiserver, driven by real kubectl.
//!
//! What the users of a cluster see is written down in `golden/`, one session a
//! file; `SNAPSHOTS=overwrite cargo test --test cluster` writes it anew.
//!
//! The API server is found in this order:
//!
//! 1. `STICKLER_TEST_KUBECONFIG`: a cluster that has stickler installed, such
//!    as `deploy/kind/run.sh` makes, and the `kubectl` in `PATH`.
//! 2. `KUBEBUILDER_ASSETS`: a folder with `etcd`, `kube-apiserver`, `kubectl`.
//! 3. `controlplane/`: the three of them as one Go program, built once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic is how a test fails, in its helpers too"
)]

#[path = "../tools/built.rs"]
mod built;
#[path = "../tools/downloaded.rs"]
mod downloaded;
#[path = "../tools/installed.rs"]
mod installed;
#[path = "../support/latch.rs"]
mod latch;
#[path = "../tools/promql.rs"]
mod promql;

mod apiserver;
mod audited;
mod authority;
mod balancer;
mod child_guard;
mod cluster;
mod compile;
mod parts;
mod place;
mod replica;
mod session;
mod stub;
mod webhook;

// The tests.
mod audit;
mod backstop;
mod certs;
mod chart;
mod deployment;
mod documentation;
mod migration;
mod mistakes;
mod modes;
mod network;
mod observability;
mod resilience;
mod updates;
mod versions;
