//! What a model answered, with every piece in one place.

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Answer {
    slices: Vec<Numbered>,
}

#[derive(Deserialize)]
struct Numbered {
    /// From 1.
    pieces: Vec<usize>,
    why: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slice {
    /// From 0.
    pub(super) pieces: Vec<usize>,
    pub(super) why: String,
}

/// # Errors
/// What is wrong with it, where a piece is missing, is there twice, or was never shown.
pub(super) fn read(answer: &Value, pieces: usize) -> Result<Vec<Slice>, String> {
    let answer = Answer::deserialize(answer).map_err(|error| error.to_string())?;
    let mut seen = vec![false; pieces];
    let mut slices = Vec::new();
    for Numbered { pieces, why } in answer.slices {
        for number in &pieces {
            let place = number.checked_sub(1).and_then(|at| seen.get_mut(at));
            let place = place.ok_or_else(|| format!("there is no piece {number}"))?;
            if std::mem::replace(place, true) {
                return Err(format!("piece {number} is in two slices"));
            }
        }
        if !pieces.is_empty() {
            slices.push(Slice { pieces: pieces.into_iter().map(|number| number - 1).collect(), why });
        }
    }
    match seen.iter().position(|seen| !seen) {
        Some(missing) => Err(format!("piece {} is in no slice", missing + 1)),
        None => Ok(slices),
    }
}
