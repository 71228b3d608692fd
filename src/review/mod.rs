//! The review pipeline: findings and what was said before in, effects and texts out. Pure.
