# What CI runs, minus installing things.
check: fmt clippy deny test doc

fmt:
    cargo fmt --check

clippy:
    cargo clippy --all-targets -- -D warnings

deny:
    cargo deny check bans licenses sources

# PostgreSQL tests run where SEAM_TEST_DATABASE_URL points at a server.
test:
    cargo test

doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --document-private-items

# Official payloads and descriptions from GitHub, for the conformance tests.
official-data:
    scripts/fetch-official-data

demo:
    cargo run --release --example demo
