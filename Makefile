# The few commands of the house; `make help` lists them.
ENGINE ?= docker
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
IMAGE   ?= stickler:$(VERSION)

.PHONY: help
help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

.PHONY: run
run: ## Run the webhook with a throw-away certificate
	cargo run -- serve --dev

.PHONY: test
test: ## Run every test, those against a real kube-apiserver included
	cargo test

.PHONY: lint
lint: ## Check format, lints, dependencies and shell scripts
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	cargo deny check bans licenses sources
	shellcheck .ci/run certs/make.sh deploy/kind/*.sh tests/image.sh tests/miri.sh tests/mutants.sh benches/*.sh benches/compare/run.sh

.PHONY: golden
golden: ## Write anew what kubectl prints and the chart renders; review the difference
	SNAPSHOTS=overwrite cargo test --test cluster --test chart --test operations

.PHONY: bench
bench: ## Time the pure middle, and the server beside others (Go, wrk)
	cargo bench
	benches/compare/run.sh

.PHONY: fuzz
fuzz: ## Fuzz each target for five minutes (nightly, cargo-fuzz, Python)
	fuzz/seed.py
	for target in envelope value yaml policy; do \
		cargo +nightly fuzz run -j1 $$target -- -max_total_time=300 -timeout=10 -max_len=65536 || exit 1; \
	done

.PHONY: soak
soak: ## Four minutes of all kinds of calls, reloads and restarts behind a real API server
	STICKLER_SOAK_SECONDS=240 cargo test --test cluster drills::soak -- --nocapture

.PHONY: mutants
mutants: ## Break the core in every way cargo-mutants knows, and count what no test notices (hours)
	tests/mutants.sh

.PHONY: miri
miri: ## Run the core's unit tests in Miri (nightly, its component miri)
	tests/miri.sh

.PHONY: image
image: ## Build the image
	$(ENGINE) build -t $(IMAGE) .

.PHONY: sbom
sbom: ## Write stickler_bin.cdx.json, the bill of what is linked into the program (cargo install cargo-cyclonedx)
	cargo cyclonedx --format json --describe binaries --no-build-deps --spec-version 1.5

.PHONY: image-test
image-test: ## Build the image without an engine (root, buildah, debootstrap) and try it
	tests/image.sh

.PHONY: kind
kind: ## Install in a kind cluster and run the tests against it
	deploy/kind/run.sh
