# Ridecode. Two commands matter: `make demo` and `make test`.

CARGO ?= cargo
# HEADLESS=1 plays the demo and exits with a status instead of staying up.
DEMO_FLAGS = $(if $(HEADLESS),--headless)

WEB_INSTALL = cd web && npm ci --silent

.PHONY: demo test check unit web-unit deny tools bench fuzz-corpus help

help:
	@echo "make demo             play a morning in Guangzhou and Foshan, then keep serving"
	@echo "make demo HEADLESS=1  the same, then exit with 0 if everything added up"
	@echo "make test             everything that continuous integration runs"
	@echo "make bench            measured figures, one JSON line each"

demo:
	$(CARGO) build --bin ridecode
	$(CARGO) run -q --bin ridecode -- demo $(DEMO_FLAGS)

test: tools check deny unit web-unit

# What the tests need and Rust does not bring.
tools:
	scripts/install-tools

check:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --all-features --locked -- -D warnings
	scripts/check-portable

deny:
	cargo-deny --all-features --locked check bans licenses sources

# Everything with cargo's own runner or, where it is there, the faster nextest.
unit:
	scripts/run-tests

# Codes made in TypeScript against the vectors that Rust reads.
web-unit:
	$(WEB_INSTALL)
	cd web && npm test

bench:
	$(CARGO) run --release --bin ridecode -- bench decide
	$(CARGO) run --release --bin ridecode -- bench pipeline
	$(CARGO) run --release --bin ridecode -- bench price
