//! Static analysis of a change set: pure, a `ChangeSet` in, findings and a ledger out.
