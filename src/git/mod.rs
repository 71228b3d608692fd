//! Repositories on disk: mirrors fetched through the git command line, objects read through gix.
