//! stickler checks the sticky-cookie annotation of NGINX Ingress Controller
//! before the controller sees it.
//!
//! A value is read by four readers, one after the other, and each diagnostic
//! says which of them stops it:
//!
//! ```text
//! value ──▶ controller ──▶ nginx ──▶ browser ──▶ policy ──▶ diagnostics
//! ```
//!
//! Three sources, one check. They differ only in how an Ingress comes in and
//! how diagnostics go out:
//!
//! ```text
//! main → cli → {server → admission, audit, manifest, render} → ingress → lint
//! ```
//!
//! Who may name whom, room by room, is a table in `tests/architecture.rs`.
//!
//! | module | what it is |
//! |---|---|
//! | [`lint`] | the pure middle: a [`lint::Subject`] in, [`lint::Diagnostic`]s out |
//! | [`ingress`] | a borrowed view of an Ingress in any of its three API versions |
//! | [`json`] | JSON as the API server writes it, read fast |
//! | [`policy`] | the operator's policy file: what is in force for whom |
//! | [`admission`] | bytes of an AdmissionReview in, bytes of its answer out |
//! | [`audit`] | a cluster's Ingresses, page by page |
//! | [`yaml`] | YAML and JSON as trees whose every value knows its place |
//! | [`manifest`] | YAML or JSON text in, Ingresses with their places out |
//! | [`finding`] | a diagnostic with its source, as rendered |
//! | [`page`] | the page of a rule: its own prose and what all pages share |
//! | [`render`] | findings out: text, json, sarif and the rest |
//! | [`crypto`] | the one provider of cryptography |
//! | [`certs`] | certificates: generated, inspected, and managed in a Secret |
//! | [`server`] | HTTPS, certificates, limits, life cycle, metrics |
//! | [`probe`] | the API server's side of a review, to try an installation |
//! | [`cli`] | one file a subcommand |

#![forbid(unsafe_code)]

pub mod admission;
pub mod audit;
pub mod certs;
pub mod cli;
pub mod crypto;
pub mod finding;
pub mod ingress;
pub mod json;
pub mod lint;
pub mod manifest;
pub mod page;
pub mod policy;
pub mod probe;
pub mod render;
pub mod server;
pub mod yaml;
