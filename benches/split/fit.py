#!/usr/bin/env python3
"""Fits src/split/weights.json to what people really merged as separate pull requests.

    cargo bench --bench split -- --cases FILE... --dump measures.jsonl
    python3 benches/split/fit.py measures.jsonl > src/split/weights.json

Needs numpy and scipy. Cases of repositories whose figures are to be reported must not be among those given. What is known of
a case: `pairs`, the measures of all pairs of blocks, and `groups`, for each block the pull requests of its files (-1: of
several).

Three things are fitted, in this order: what each measure is worth (logistic regression over pairs; no weight but that of the
number of files may be negative, so that more evidence never separates), when a change is one thing (logistic regression over
changes), and where to stop joining (the best of a few). Standard error shows how well that does on repositories left out.
"""

import json
import sys
from collections import defaultdict

import numpy as np
from scipy.optimize import minimize

# As in src/split/evidence.rs.
FEATURES = ["edits", "words", "path", "folder", "history", "shape", "status", "test", "mention"]
# Ends of the steps that a measure's worth is made of, besides a line.
HINGES = {"edits": [0.2, 0.5], "words": [0.05, 0.2, 0.5], "path": [0.05, 0.5], "folder": [0.2, 0.5]}
# The author's commits are left out of fitting: how clean they are differs from author to author.
COMMITS = '{ "shared": 3.00, "apart": 1.50 }'
ATTACH = 0.30
# What it is worth to leave all single changes whole, in ARI of tangles.
WORTH_OF_WHOLE = 0.1
MAX_FILES = 30
# As in score.rs.
BIG = 12
FOLDS = 4


class Case:
    def __init__(self, row):
        self.repo, self.k = row["repo"], row["k"]
        # A block of several files counts once, where they agree.
        self.truth = np.array([files[0] if len(set(files)) == 1 else -1 for files in row["groups"]])
        self.files = np.array([len(files) for files in row["groups"]])
        self.blocks = len(self.truth)
        self.pairs = np.array(row["pairs"], dtype=float).reshape(-1, len(FEATURES))
        self.upper = np.triu_indices(self.blocks, 1)

    def columns(self):
        """What weights are multiplied with: measures, their steps, and the number of blocks."""
        steps = [
            np.minimum(np.maximum(self.pairs[:, FEATURES.index(name)], 0) / end, 1)
            for name, ends in HINGES.items()
            for end in ends
        ]
        size = np.full(len(self.pairs), np.log(max(self.blocks, 1)) / 3)
        return np.column_stack([self.pairs, *steps, size])

    def likelihoods(self, weights):
        matrix = np.zeros((self.blocks, self.blocks))
        matrix[self.upper] = logistic(self.columns() @ weights[:-1] + weights[-1])
        return matrix + matrix.T

    def same(self):
        """For each pair whether it is of one pull request, and whether that is known."""
        one, other = self.truth[self.upper[0]], self.truth[self.upper[1]]
        return one == other, (one >= 0) & (other >= 0)


def logistic(logit):
    return 1 / (1 + np.exp(-np.clip(logit, -30, 30)))


def odds(likelihood):
    return np.log((likelihood + 0.01) / (1.01 - likelihood))


def regression(columns, truth, importance, may_be_negative, penalty=1e-4):
    """Weights, the intercept last."""
    importance = importance / importance.sum()
    sign = np.where(truth, 1.0, -1.0)

    def loss(weights):
        margin = (columns @ weights[:-1] + weights[-1]) * sign
        slope = -importance * sign * logistic(-margin)
        value = (importance * np.logaddexp(0, -margin)).sum() + penalty * (weights[:-1] ** 2).sum()
        return value, np.append(columns.T @ slope + 2 * penalty * weights[:-1], slope.sum())

    bounds = [(None, None) if free else (0, None) for free in may_be_negative] + [(None, None)]
    start = np.zeros(columns.shape[1] + 1)
    return minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 300}).x


def fit_pairs(cases):
    columns, truth, importance = [], [], []
    # A change that is one thing teaches nothing of what sets pairs apart; of a big one nearly all pairs are apart, and the
    # number of its blocks would speak for all that they say.
    for case in (case for case in cases if 1 < case.k < BIG):
        same, known = case.same()
        columns.append(case.columns()[known])
        truth.append(same[known])
        importance.append(np.full(known.sum(), 1 / np.sqrt(max(known.sum(), 1))))
    steps = sum(len(ends) for ends in HINGES.values())
    may_be_negative = [False] * (len(FEATURES) + steps) + [True]
    return regression(np.concatenate(columns), np.concatenate(truth), np.concatenate(importance), may_be_negative)


def merges(likelihoods, files):
    """Average linkage as in src/split/cluster.rs: (one, other, height), groups named by their first member."""
    sums, members, files = likelihoods.copy(), np.ones(len(files)), files.copy()
    alive, done = np.ones(len(files), dtype=bool), []
    later = np.triu(np.ones_like(sums, dtype=bool), 1)
    while True:
        fits = later & alive[:, None] & alive[None, :] & (files[:, None] + files[None, :] <= MAX_FILES)
        if not fits.any():
            return done
        heights = np.where(fits, sums / (members[:, None] * members[None, :]), -1)
        one, other = divmod(int(heights.argmax()), len(files))
        done.append((one, other, heights[one, other]))
        sums[one] += sums[other]
        sums[:, one] += sums[:, other]
        members[one] += members[other]
        files[one] += files[other]
        alive[other] = False


def grouped(case, likelihoods, done, threshold):
    """Group numbers of all blocks: what is joined above the threshold, then single ones to what they resemble most."""
    group = np.arange(case.blocks)
    for one, other, height in done:
        if height < threshold:
            break
        group[group == other] = one
    for block in range(case.blocks):
        if (group == group[block]).sum() > 1:
            continue
        best = (ATTACH, None)
        for to in np.unique(group):
            inside = group == to
            if to == group[block] or case.files[inside].sum() + case.files[block] > MAX_FILES:
                continue
            height = likelihoods[block, inside].mean()
            if height > best[0] or (height == best[0] and best[1] is None):
                best = (height, to)
        if best[1] is not None:
            group[block] = best[1]
    return group


def ari(truth, group):
    """Adjusted Rand index. https://doi.org/10.1007/BF01908075"""
    known = truth >= 0
    _, truth = np.unique(truth[known], return_inverse=True)
    _, group = np.unique(group[known], return_inverse=True)
    if not len(truth):
        return 1.0
    counts = np.zeros((truth.max() + 1, group.max() + 1))
    np.add.at(counts, (truth, group), 1)
    pairs = lambda counts: (counts * (counts - 1)).sum() / 2
    both, one, other = pairs(counts), pairs(counts.sum(1)), pairs(counts.sum(0))
    chance = one * other / max(pairs(np.array([len(truth)])), 1)
    most = (one + other) / 2
    return 1.0 if most == chance else (both - chance) / (most - chance)


class Joined:
    """A case with its merges; it may be one thing only if no merge was too large."""

    def __init__(self, case, weights):
        self.case, self.likelihoods = case, case.likelihoods(weights)
        self.merges = merges(self.likelihoods, case.files)
        self.may_be_whole = case.files.sum() <= MAX_FILES and bool(self.merges)
        if self.may_be_whole:
            self.signs = [odds(self.merges[-1][2]), odds(self.likelihoods[case.upper].mean())]


def fit_whole(joined):
    """`last`, `mean` and the intercept; each repository's tangles weigh as much as its single changes."""
    joined = [one for one in joined if one.may_be_whole and one.case.k < BIG]
    kinds = [(one.case.repo, one.case.k == 1) for one in joined]
    importance = np.array([1 / kinds.count(kind) for kind in kinds])
    signs = np.array([one.signs for one in joined])
    return regression(signs, np.array([is_one for _, is_one in kinds]), importance, [False, False], 1e-3)


def groups_of(one, whole, above, threshold):
    if one.may_be_whole and logistic(np.dot(one.signs, whole[:2]) + whole[2]) >= above:
        return np.zeros(one.case.blocks)
    return grouped(one.case, one.likelihoods, one.merges, threshold)


def macro(joined, whole, above, threshold):
    """Mean over repositories: ARI of tangles, of big ones, and the share of single changes left whole."""
    kinds = defaultdict(lambda: defaultdict(list))
    for one in joined:
        groups = groups_of(one, whole, above, threshold)
        if one.case.k == 1:
            kinds["atomic"][one.case.repo].append(len(np.unique(groups)) == 1)
        else:
            kinds["big" if one.case.k >= BIG else "tangles"][one.case.repo].append(ari(one.case.truth, groups))
    return {kind: np.mean([np.mean(values) for values in repos.values()]) for kind, repos in kinds.items()}


def left_out(cases):
    """Shows how weights do on repositories that they were not fitted on. Gives the threshold that does best, and how likely
    a change must be one thing to be left whole."""
    repos = sorted({case.repo for case in cases})
    joined, whole_of = [], {}
    for fold in range(FOLDS):
        rest = [case for case in cases if repos.index(case.repo) % FOLDS != fold]
        weights = fit_pairs(rest)
        whole = fit_whole([Joined(case, weights) for case in rest])
        for case in cases:
            if repos.index(case.repo) % FOLDS == fold:
                joined.append(Joined(case, weights))
                whole_of[case.repo] = whole
    # One fold's weights for `whole` stand for all: they hardly differ.
    whole = np.mean(list(whole_of.values()), axis=0)

    def show(above, threshold):
        means = macro(joined, whole, above, threshold)
        told = ", ".join(f"{kind} {means[kind]:.3f}" for kind in sorted(means))
        print(f"left out: threshold {threshold:.2f}, whole above {above:.2f}: {told}", file=sys.stderr)
        return means

    threshold = max(np.arange(0.30, 0.49, 0.02), key=lambda threshold: show(2, threshold)["tangles"])
    worth = lambda means: means["tangles"] + WORTH_OF_WHOLE * means["atomic"]
    return threshold, max(np.arange(0.60, 0.96, 0.02), key=lambda above: worth(show(above, threshold)))


def curves(weights):
    """What a measure is worth, as it is written down; steps that are worth nothing are left out."""
    step = len(FEATURES)
    for at, name in enumerate(FEATURES):
        ends = HINGES.get(name, [])
        hinges = [[end, round(float(worth), 2)] for end, worth in zip(ends, weights[step:])]
        step += len(ends)
        parts = [f'"linear": {weights[at]:.2f}'] if weights[at] >= 0.005 else []
        hinges = [hinge for hinge in hinges if hinge[1] > 0]
        parts += [f'"hinges": {json.dumps(hinges)}'] if hinges else []
        yield f'"{name}": {{ {", ".join(parts)} }}'


def main():
    cases = [Case(json.loads(line)) for line in open(sys.argv[1], encoding="utf-8")]
    threshold, above = left_out(cases)
    weights = fit_pairs(cases)
    intercept, last, mean = np.roll(fit_whole([Joined(case, weights) for case in cases]), 1)
    number = lambda value: f"{value:.2f}"
    of = f"{len(cases)} changes of {', '.join(sorted({case.repo for case in cases}))}"
    lines = [
        f'  "provenance": {json.dumps(f"fitted by benches/split/fit.py on {of}; commits and attach chosen by hand")}',
        f'  "intercept": {number(weights[-1])}',
        f'  "log_files": {number(weights[-2])}',
        f'  "commits": {COMMITS}',
        f'  "threshold": {number(threshold)}',
        f'  "attach": {number(ATTACH)}',
        f'  "whole": {{ "intercept": {number(intercept)}, "last": {number(last)}, "mean": {number(mean)}, "above": {number(above)} }}',
    ]
    features = ",\n".join(f"    {curve}" for curve in curves(weights))
    print("{\n" + ",\n".join(lines) + ',\n  "features": {\n' + features + "\n  }\n}")


if __name__ == "__main__":
    main()
