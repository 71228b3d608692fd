//! The pages a person sees: the start page, set-up, and what an execution did. Rendered on the server from `web/`, and
//! complete without JavaScript.
//!
//! * [`desk`] holds what all pages need; each of [`start`], [`set_up`] and [`execution`] is one page with its routes.
//! * [`visitor`] tells operators from strangers, by a cookie that [`signed`] makes.

pub mod desk;
pub mod execution;
pub mod page;
pub mod registrar;
mod registration;
pub mod set_up;
mod set_up_problem;
pub mod signed;
pub mod start;
pub mod times;
pub mod visitor;
