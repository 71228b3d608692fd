//! The database: concrete SQLite and PostgreSQL drivers behind one enum, one file per table.
