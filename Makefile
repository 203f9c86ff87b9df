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
lint: lint-rust lint-deny lint-shell lint-workflows ## Check format, lints, dependencies, shell scripts and workflows

.PHONY: lint-rust
lint-rust:
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings

.PHONY: lint-deny
lint-deny:
	cargo deny --locked check bans licenses sources

.PHONY: lint-shell
lint-shell: ## Check every shell script that git knows (shellcheck)
	git ls-files -z | xargs -0 grep -lE '^#!.*sh$$' | xargs shellcheck

.PHONY: lint-workflows
lint-workflows: ## Check the workflows and the action (Go for actionlint, Python for zizmor)
	go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
	test -x target/tools/venv/bin/python || python3 -m venv target/tools/venv
	target/tools/venv/bin/pip install --quiet zizmor==1.32.0
	target/tools/venv/bin/zizmor --offline --quiet .

.PHONY: check
check: ## Compile everything, without tests
	cargo check --locked --all-targets

.PHONY: oldest
oldest: ## Compile with the oldest Rust that Cargo.toml promises (rustup)
	version=$$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml) && \
	rustup toolchain install --profile minimal "$$version" && cargo "+$$version" check --locked

.PHONY: rustdoc
rustdoc: ## Build the library's documentation; a broken link fails
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps --document-private-items

.PHONY: docs
docs: ## Build the documentation as a site in target/book, and check its links
	cargo test --locked --test docs
	test -x target/tools/bin/mdbook || cargo install --quiet --locked --root target/tools mdbook@0.5.4
	target/tools/bin/mdbook build

.PHONY: instructions
instructions: ## Count the instructions of the hot path against the baseline (valgrind)
	benches/instructions.sh

.PHONY: cost
cost: ## Count the instructions for 900 kinds of reviews: none out of proportion (valgrind)
	benches/cost.sh

.PHONY: golden
golden: ## Regenerate what kubectl prints, the chart renders and the README shows; review the difference
	SNAPSHOTS=overwrite cargo test --test cluster --test chart --test operations --test readme --test docs

.PHONY: bench
bench: ## Time the pure middle, and the server beside others (Go, wrk)
	cargo bench
	benches/compare/run.sh

.PHONY: fuzz
fuzz: ## Fuzz each target for five minutes (nightly, cargo-fuzz, Python)
	fuzz/seed.py
	for target in envelope json value yaml policy; do \
		cargo +nightly fuzz run -j1 $$target -- -max_total_time=300 -timeout=10 -max_len=65536 || exit 1; \
	done

.PHONY: soak
soak: ## Four minutes of all kinds of calls, reloads and restarts behind a real API server
	STICKLER_SOAK_SECONDS=240 cargo test --test cluster resilience::soak -- --nocapture

.PHONY: mutants
mutants: ## Break the core in every way cargo-mutants knows, and count what no test notices (hours)
	tests/mutants.sh

.PHONY: miri
miri: ## Run the core's unit tests in Miri (nightly, its component miri)
	tests/miri.sh

.PHONY: dist
dist: ## Make the files of a release for this platform in target/dist (Go, Python)
	release/dist.sh

.PHONY: dist-test
dist-test: ## Install and run what 'make dist' made, each in an empty environment
	release/try.sh

.PHONY: dist-twice
dist-twice: ## Make a release twice and compare the bytes
	release/twice.sh

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
