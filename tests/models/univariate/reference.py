#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes reference_values.txt, beside this file: what accuracy_test.cpp compares with.

Run by hand where mpmath is installed:  python3 tests/models/univariate/reference.py

Every number is computed from the definition of its distribution with 60 digits, at exactly the
doubles that the table shows. One row a line:

    family  arguments  quantity  x  exact  terms

slope_0 is the derivative of the log density by the point, slope_k by argument k. x is the point, or the probability of a quantile; `terms` is the sum of the absolute values of the
terms of the formula, to which the tolerance of a sum with cancellation is relative; 0 where the
number itself is the scale.
"""

import os
import sys

import mpmath
from mpmath import inf, log, log1p, mpf

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import reference_positive_families  # noqa: E402, F401
from reference_families import families  # noqa: E402

mpmath.mp.dps = 60

# Of quantiles: for the first arguments of a family, and for the others.
PROBABILITIES = ["1e-300", "1e-20", "0.001", "0.3", "0.75", "0.9999999999999"]
FEWER = ["1e-20", "0.3"]


def number(text):
    return mpf(float(text))


def digits(value):
    if mpmath.isnan(value):
        return "nan"
    if mpmath.isinf(value):
        return "inf" if value > 0 else "-inf"
    return mpmath.nstr(value, 25, min_fixed=-5, max_fixed=5)


def log_of(small, rest):
    """log of a probability whose complement is `rest`, both with all their digits."""
    if small == 0:
        return -inf
    return log(small) if small < 0.5 else log1p(-rest)


def slopes(family, at, a):
    """(k, derivatives of the terms of the log density) by the point, k = 0, and argument k."""
    v = [at, *a]
    for k in range(len(v)):
        if (k == 0 and family.is_discrete) or not family.is_smooth(k, *v):
            continue

        def terms(t, k=k):
            moved = list(v)
            moved[k] = v[k] * (1 + t) if v[k] != 0 else t
            return family.log_density(moved[0], *moved[1:])

        # Central differences with digits for a step that is small even for a scale of 1e-300.
        with mpmath.mp.workdps(1600):
            h = mpf(10) ** -450
            up, down = terms(h), terms(-h)
            scale = 2 * h * (v[k] if v[k] != 0 else 1)
            noise = mpf(10) ** -1000
            found = [(u - d) / scale if abs(u - d) > noise * abs(u) else mpf(0)
                     for u, d in zip(up, down)]
        yield k, [+t for t in found]


def rows_of(family, arguments, points, probabilities):
    a = [number(v) for v in arguments]

    def row(quantity, x, value, terms=0):
        shown = mpmath.nstr(mpf(terms), 6)
        return f"{family.name} {','.join(arguments)} {quantity} {x} {digits(value)} {shown}"

    for name in ("mean", "variance"):
        yield row(name, "-", getattr(family, name)(*a))
    entropy = family.entropy(*a)
    if entropy is not None:
        yield row("entropy", "-", sum(entropy), sum(abs(t) for t in entropy))
    for x in points:
        at = number(x)
        terms = family.log_density(at, *a)
        yield row("log_density", x, sum(terms), sum(abs(t) for t in terms))
        for k, slope in slopes(family, at, a):
            yield row(f"slope_{k}", x, sum(slope), sum(abs(t) for t in slope))
        tails = family.tails(at, *a)
        if tails is None:
            continue
        below, above = tails
        yield row("cdf", x, below)
        yield row("log_survival", x, log_of(above, below))
        if min(below, above) < 0.1:
            yield row("survival", x, above)
            yield row("log_cdf", x, log_of(below, above))
    for u in probabilities:
        for name in ("quantile", "upper_quantile"):
            value, terms = family.inverse(number(u), name == "upper_quantile", *a)
            yield row(name, u, value, terms)


def main():
    only = sys.argv[1:]
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference_values.txt")
    lines = []
    for family in families:
        if only and family.name not in only:
            continue
        for i, case in enumerate(family.cases):
            arguments, points = case[0], case[1]
            usual = PROBABILITIES if i == 0 else FEWER
            probabilities = case[2] if len(case) > 2 else usual
            found = list(rows_of(family, arguments.split(","), points.split(), probabilities))
            lines += found
            print(family.name, arguments, len(found), file=sys.stderr, flush=True)
    if only and os.path.exists(path):  # the rows of the others stay
        with open(path) as old:
            kept = [l.rstrip("\n") for l in old if l[0] != "#" and l.split()[0] not in only]
        order = {f.name: i for i, f in enumerate(families)}
        lines = sorted(kept + lines, key=lambda l: order[l.split()[0]])
    with open(path, "w") as out:
        out.write("# Written by reference.py: family arguments quantity x exact terms\n")
        out.writelines(line + "\n" for line in lines)
    print(len(lines), "rows", file=sys.stderr)


if __name__ == "__main__":
    main()
