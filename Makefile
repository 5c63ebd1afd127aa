# Ridecode. Two commands matter: `make demo` and `make test`.

CARGO ?= cargo
# HEADLESS=1 plays the demo and exits with a status instead of staying up.
DEMO_FLAGS = $(if $(HEADLESS),--headless)

NPM_CI = npm ci --silent --no-progress

.PHONY: demo test check unit web web-unit e2e screens deny tools bench soak mutants fuzz-check help

help:
	@echo "make demo             play a morning in Guangzhou and Foshan, then keep serving"
	@echo "make demo HEADLESS=1  the same, then exit with 0 if everything added up"
	@echo "make test             everything that continuous integration runs"
	@echo "make web              build the pages of riders and validators, which the program then carries"
	@echo "make screens          pictures of every page in target/screens"
	@echo "make bench            measured figures, one JSON line each"
	@echo "make soak             simulate seed after seed for SOAK_MINUTES, 10 unless given"
	@echo "make mutants          switch every deliberate fault on and see it caught"
	@echo "make fuzz-check       compile the fuzz targets, without the fuzzer"

demo: web
	$(CARGO) build --bin ridecode
	$(CARGO) run -q --bin ridecode -- demo $(DEMO_FLAGS)

test: tools web check deny unit web-unit e2e

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

# The pages of riders and validators; the program's build carries what it makes in web/dist.
web:
	cd web && $(NPM_CI) && npm run check && npm run build

# Codes made in TypeScript against the vectors that Rust reads.
web-unit: web
	cd web && npm test

# The app in a real browser against the real programs.
e2e: web
	$(CARGO) build --locked --bin ridecode
	cd e2e && $(NPM_CI) && npm run check && npm test

screens: web
	$(CARGO) build --locked --bin ridecode
	cd e2e && $(NPM_CI) && npm run screens
	@echo "Pictures of every page are in target/screens"

bench:
	$(CARGO) run --release --bin ridecode -- bench decide
	$(CARGO) run --release --bin ridecode -- bench pipeline
	$(CARGO) run --release --bin ridecode -- bench price
	$(CARGO) run --release --bin ridecode -- bench charge

SOAK_MINUTES ?= 10

# Cities from seeds on every core; target/soak keeps a file a failing seed.
soak:
	$(CARGO) run --release --bin ridecode -- simulate --soak $(SOAK_MINUTES) --days 5 --riders 60

# Every deliberate fault must be noticed; the table with who noticed is docs/faults.md.
mutants:
	scripts/mutants

# The targets are a workspace of their own that make test does not build: it takes minutes.
fuzz-check:
	$(CARGO) check --manifest-path fuzz/Cargo.toml --target-dir target
