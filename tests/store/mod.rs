//! Every table on both databases.
