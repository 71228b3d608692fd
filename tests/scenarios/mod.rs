//! From a signed webhook to what people see, through the whole house.

mod answers;
mod attention;
mod blocking;
mod command_table;
mod commands;
mod conversation;
mod first_review;
mod ignoring;
mod installation;
mod large;
mod later_pushes;
mod month;
mod permissions;
mod policy;
mod split;
mod unsure;
mod waiting;
mod without_pull;

/// A function with a problem in it, below what `shop/cart.py` holds at first.
const EVAL: &str = "def total(prices):\n    return sum(prices)\n\n\ndef price(formula):\n    return eval(formula)\n";

/// The same place without the problem.
const FIXED: &str = "def total(prices):\n    return sum(prices)\n\n\ndef price(formula):\n    return PRICES[formula]\n";

/// `web/page.js` with a line that somebody forgot.
const DEBUGGER: &str = "export function greet(name) {\n  debugger;\n  return `Hello ${name}`;\n}\n";
