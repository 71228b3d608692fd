//! The filters and tests that expressions may use. Those that make new text are Seam's own, against a budget: `map`
//! calls a filter once per item, so that a bound on each call alone would bound nothing.

use minijinja::{
    Environment, Error, ErrorKind, State, Value as Dynamic, filters, tests,
    value::{FunctionArgs, FunctionResult, Rest},
};

use super::value::{MAX_VALUE_BYTES, to_json, to_text};

/// The names of what is there, for checks when a file is loaded.
pub(super) struct Known {
    pub(super) filters: Vec<&'static str>,
    pub(super) tests: Vec<&'static str>,
}

/// An environment with these filters and tests, no function, and no global name.
pub(super) fn environment() -> (Environment<'static>, Known) {
    let mut env = Builder { env: Environment::empty(), known: Known { filters: Vec::new(), tests: Vec::new() } };
    env.filter("abs", filters::abs);
    env.filter("bool", filters::bool);
    env.filter("count", filters::length);
    env.filter("d", filters::default);
    env.filter("default", filters::default);
    env.filter("first", filters::first);
    env.filter("float", filters::float);
    env.filter("int", filters::int);
    env.filter("items", filters::items);
    env.filter("join", join);
    env.filter("last", filters::last);
    env.filter("length", filters::length);
    env.filter("lower", lower);
    env.filter("map", filters::map);
    env.filter("max", filters::max);
    env.filter("min", filters::min);
    env.filter("reject", filters::reject);
    env.filter("rejectattr", filters::rejectattr);
    env.filter("replace", replace);
    env.filter("reverse", filters::reverse);
    env.filter("round", filters::round);
    env.filter("select", filters::select);
    env.filter("selectattr", filters::selectattr);
    env.filter("sort", filters::sort);
    env.filter("string", string);
    env.filter("tojson", tojson);
    env.filter("trim", trim);
    env.filter("unique", filters::unique);
    env.filter("upper", upper);
    env.test("boolean", tests::is_boolean);
    env.test("defined", tests::is_defined);
    env.test("endingwith", tests::is_endingwith);
    env.test("eq", tests::is_eq);
    env.test("even", tests::is_even);
    env.test("ge", tests::is_ge);
    env.test("gt", tests::is_gt);
    env.test("le", tests::is_le);
    env.test("lt", tests::is_lt);
    env.test("mapping", tests::is_mapping);
    env.test("ne", tests::is_ne);
    env.test("none", tests::is_none);
    env.test("number", tests::is_number);
    env.test("odd", tests::is_odd);
    env.test("sequence", tests::is_sequence);
    env.test("startingwith", tests::is_startingwith);
    env.test("string", tests::is_string);
    env.test("undefined", tests::is_undefined);
    (env.env, env.known)
}

struct Builder {
    env: Environment<'static>,
    known: Known,
}

impl Builder {
    fn filter<F, Rv, Args>(&mut self, name: &'static str, function: F)
    where
        F: minijinja::functions::Function<Rv, Args>,
        Rv: FunctionResult,
        Args: for<'a> FunctionArgs<'a>,
    {
        self.env.add_filter(name, function);
        self.known.filters.push(name);
    }

    fn test<F, Rv, Args>(&mut self, name: &'static str, function: F)
    where
        F: minijinja::functions::Function<Rv, Args>,
        Rv: FunctionResult,
        Args: for<'a> FunctionArgs<'a>,
    {
        self.env.add_test(name, function);
        self.known.tests.push(name);
    }
}

/// Bytes of new text that one evaluation may still make.
struct Budget(usize);

fn spend(state: &mut State<'_, '_>, bytes: usize) -> Result<(), Error> {
    let budget = state.get_or_insert_extension_with(|| Budget(MAX_VALUE_BYTES));
    match budget.0.checked_sub(bytes) {
        Some(left) => {
            budget.0 = left;
            Ok(())
        }
        None => Err(Error::new(
            ErrorKind::InvalidOperation,
            format!("the expression makes more than {} MB of text", MAX_VALUE_BYTES / 1024 / 1024),
        )),
    }
}

/// A text as it is, anything else as JSON.
fn text(state: &mut State<'_, '_>, value: &Dynamic) -> Result<String, Error> {
    let text = match value.as_str() {
        Some(text) => text.to_owned(),
        None => to_text(to_json(value)?),
    };
    spend(state, text.len())?;
    Ok(text)
}

fn string(state: &mut State<'_, '_>, value: &Dynamic) -> Result<String, Error> {
    text(state, value)
}

fn tojson(state: &mut State<'_, '_>, value: &Dynamic) -> Result<String, Error> {
    let json = to_json(value)?.to_string();
    spend(state, json.len())?;
    Ok(json)
}

fn lower(state: &mut State<'_, '_>, value: &Dynamic) -> Result<String, Error> {
    Ok(text(state, value)?.to_lowercase())
}

fn upper(state: &mut State<'_, '_>, value: &Dynamic) -> Result<String, Error> {
    Ok(text(state, value)?.to_uppercase())
}

fn trim(state: &mut State<'_, '_>, value: &Dynamic) -> Result<String, Error> {
    Ok(text(state, value)?.trim().to_owned())
}

/// `values | join(", ")`; an attribute of each by `values | map(attribute="name") | join(", ")`.
fn join(state: &mut State<'_, '_>, values: &Dynamic, between: Rest<String>) -> Result<String, Error> {
    let between = between.first().map_or("", String::as_str);
    let mut joined = String::new();
    for (index, value) in values.try_iter()?.checked().enumerate() {
        if index > 0 {
            spend(state, between.len())?;
            joined.push_str(between);
        }
        joined.push_str(&text(state, &value?)?);
    }
    Ok(joined)
}

fn replace(state: &mut State<'_, '_>, value: &Dynamic, from: String, to: String) -> Result<String, Error> {
    let text = text(state, value)?;
    if from.is_empty() {
        return Err(Error::new(ErrorKind::InvalidOperation, "replace needs a text to look for"));
    }
    spend(state, text.matches(&from).count().saturating_mul(to.len()))?;
    Ok(text.replace(&from, &to))
}
