#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes univariate_values.txt, beside this file: what implicit_path_test.cpp compares with.

Run by hand where mpmath is installed:  python3 tests/models/paths/univariate_reference.py

One row a line, all numbers exact or to 20 digits:

    family  arguments  k  x  dx / d argument_k = -(dF / d argument_k) / p(x)

dF by central differences of the smaller tail, which is known to 58 digits.
"""

import os
import sys

import mpmath
from mpmath import besseli, cos, exp, loggamma, mpf, pi, sqrt

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "univariate"))
from reference_functions import beta_tails, gamma_tails, log_beta  # noqa: E402

mpmath.mp.dps = 60
STEP = mpf(10) ** -19


def slope(tails, at):
    """The derivative of F by a positive argument, from the tail that is smaller."""
    h = at * STEP
    up, down = tails(at + h), tails(at - h)
    if up[0] < up[1]:
        return (up[0] - down[0]) / (2 * h)
    return (down[1] - up[1]) / (2 * h)


def gamma(a, x):
    density = exp((a - 1) * mpmath.log(x) - x - loggamma(a))
    return [-slope(lambda t: gamma_tails(t, x), a) / density]


def beta(a, b, x):
    density = exp((a - 1) * mpmath.log(x) + (b - 1) * mpmath.log(1 - x) - log_beta(a, b))
    return [-slope(lambda t: beta_tails(t, b, x, 1 - x), a) / density,
            -slope(lambda t: beta_tails(a, t, x, 1 - x), b) / density]


def student_t(n, z):
    def tails(t):
        r = z * z / t
        far = beta_tails(t / 2, mpf(1) / 2, 1 / (1 + r), r / (1 + r))
        return (far[0] / 2, (1 + far[1]) / 2) if z < 0 else ((1 + far[1]) / 2, far[0] / 2)

    def middle(t):  # P(0 < Z < |z|), which has the digits of a small z
        r = z * z / t
        half = beta_tails(t / 2, mpf(1) / 2, 1 / (1 + r), r / (1 + r))[1] / 2
        return (half, 1 - half)

    density = exp(loggamma((n + 1) / 2) - loggamma(n / 2) - mpmath.log(pi * n) / 2
                  - (n + 1) / 2 * mpmath.log1p(z * z / n))
    if abs(z) < 1:
        return [-mpmath.sign(z) * slope(middle, n) / density]
    return [-slope(tails, n) / density]


def von_mises(k, x):
    ratio = besseli(1, k) / besseli(0, k)
    s, width = abs(x), 1 / sqrt(k + 1)
    inner = x == 0 or s < mpmath.acos(ratio)
    low, high = (mpf(0), s) if inner else (s, pi)
    steps = [low] + [low + t * width for t in (.1, .3, 1, 2, 3, 5, 8, 12, 20, 40)] + [high]
    knots = sorted({mpf(t) for t in steps if low <= t <= high})
    found = mpmath.quad(lambda t: (cos(t) - ratio) * exp(k * (cos(t) - cos(s))), knots)
    return [mpmath.sign(x) * (-found if inner else found)]


def double(value):
    return repr(float(value))


def main():
    rows = []

    def add(name, arguments, x, found):
        for k, value in found:
            rows.append(f"{name} {','.join(double(a) for a in arguments)} {k} {double(x)} "
                        f"{mpmath.nstr(value, 20)}")

    def exactly(f, *numbers):
        return f(*(mpf(float(v)) for v in numbers))

    levels = (-9, -5, -2.5, -1, -0.2, 0, 0.3, 1, 2.5, 5, 9)
    for a in ("1e-9 1e-3 0.05 0.3 0.9 1 1.4 3 7.5 20 50 79 81 100 300 1e3 1e4 1e6").split():
        a = float(a)
        points = {a * (1 - 1 / (9 * a) + z / (3 * a ** .5)) ** 3 for z in levels}
        if a < 60:
            points |= {1e-300, 1e-30, 1e-5, 0.01, 0.3, 0.56, 0.57, 1.0, 2.5, 8.0, 30.0, 200.0}
        else:
            points |= {a * f for f in (0.1, 0.35, 0.38, 2.6, 2.8, 10)}
        for x in sorted(p for p in points if p > 0):
            x = float(f"{x:.6g}")
            add("Gamma", (a, 1), x, enumerate(exactly(gamma, a, x)))
        print("Gamma", a, len(rows), file=sys.stderr, flush=True)
    pairs = ("1e-3,1e-3 1e-3,0.5 1e-3,30 0.1,0.1 0.1,3 0.2,1e-3 0.5,0.5 0.5,1e4 1,1 1,5 2,0.01 2,2 "
             "1.5,7 3,0.4 5,1e-3 6,50 12,12 30,0.5 79,79 40,79 81,81 3,1000 85,1000 200,300 "
             "1000,0.5 1e4,1e4 1e6,2 50,1e6 1e6,1e3 1e6,1e6").split()
    for pair in pairs:
        a, b = (float(v) for v in pair.split(","))
        middle, width = mpmath.log(a / b), mpmath.sqrt(1 / a + 1 / b)
        odds = {middle + z * width for z in (-8, -3, -1, -0.2, 0.3, 1, 3, 8)}
        odds |= {mpf(v) for v in (-600, -60, -8, -2, -0.05, 0.02, 1, 4, 30)}
        if min(a, b) > 60:
            odds = {s for s in odds if abs(s - middle) < max(1.5, 9 * width)}
        for s in sorted(odds):
            x = float(1 / (1 + exp(-s)))
            if 1e-280 < x < 1 and (min(a, b) < 50 or abs(s - middle) < 40 * width):
                add("Beta", (a, b), x, enumerate(exactly(beta, a, b, x)))
        print("Beta", pair, len(rows), file=sys.stderr, flush=True)
    for n in ("1e-2 0.3 1 2.5 10 30 79 81 200 1e4 1e6 1e9").split():
        for z in (1e-8, 0.1, -0.7, 1.0, 1.6, -3, 6, 9, 11.5, 20, -300):
            if float(n) < 1e5 or abs(z) < 10:
                add("StudentT", (float(n), 0, 1), z, enumerate(exactly(student_t, float(n), z)))
        print("StudentT", n, len(rows), file=sys.stderr, flush=True)
    for k in ("1e-6 0.1 1 4 20 99 101 1e3 1e5").split():
        for s in (1e-6, 0.01, -0.5, 1, 2, 3.5, -6, 9):
            x = float(s) / (1 + float(k)) ** .5
            for at in {x} if abs(x) < 3.14 else {3.1}:
                add("VonMises", (0, float(k)), at,
                    ((1, v) for v in exactly(von_mises, float(k), at)))
        for at in (3.14159, -2.5, 0.79, 0.81):
            add("VonMises", (0, float(k)), at, ((1, v) for v in exactly(von_mises, float(k), at)))
        print("VonMises", k, len(rows), file=sys.stderr, flush=True)
    with open(os.path.join(HERE, "univariate_values.txt"), "w") as out:
        out.write("# Written by univariate_reference.py: family arguments k x dx/d argument_k\n")
        out.writelines(row + "\n" for row in rows)


if __name__ == "__main__":
    main()
