//! The pages a person sees: set-up and executions.
