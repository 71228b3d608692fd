//! The one GitHub client: App authentication, rate limits, retries by type of call, typed answers and errors.
