//! What GitHub sends, and what Seam answers and understands.

mod payloads;
