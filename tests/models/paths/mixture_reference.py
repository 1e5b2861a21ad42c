#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes mixture_values.txt, beside this file: what gaussian_mixture_path_test.cpp compares with.

Run by hand where mpmath is installed:  python3 tests/models/paths/mixture_reference.py

A point x of a mixture of Gaussians with parameters theta (logits; means; triangles by rows with
logarithms on the diagonal) has the distribution functions u_j = F_j(x_j | x_1 .. x_{j-1}). A row
holds, at exactly the doubles that it shows,

    name  K  d  theta  x  v  gradient = v^T dx / d theta  scale

where x moves so that u stays as it is: -(du/dx)^-1 du/d theta by central differences with 900
digits. `scale` is sum_ij |v_i| |dx_i / d theta_j| L_ii^-1 in the natural units of every entry.
"""

import os
import random

import mpmath
from mpmath import exp, mpf

mpmath.mp.dps = 900
STEP = mpf(10) ** -90


def triangle(d):
    return d * (d + 1) // 2


def uniforms(count, d, theta, x):
    weights = [exp(t) for t in theta[:count]]
    z = []
    for k in range(count):
        mean = theta[count + k * d:count + (k + 1) * d]
        packed = theta[count * (1 + d) + k * triangle(d):][:triangle(d)]
        own, at = [], 0
        for i in range(d):
            rest = x[i] - mean[i] - sum(packed[at + j] * own[j][0] for j in range(i))
            scale = exp(packed[at + i])
            own.append((rest / scale, scale))
            at += i + 1
        z.append(own)
    out = []
    for j in range(d):
        out.append(sum(w * mpmath.ncdf(z[k][j][0]) for k, w in enumerate(weights)) / sum(weights))
        weights = [w * mpmath.npdf(z[k][j][0]) / z[k][j][1] for k, w in enumerate(weights)]
    return out


def derivatives(f, at):
    """Rows: entries of f; columns: those of `at`."""
    columns = []
    for j in range(len(at)):
        up, down = list(at), list(at)
        up[j] += STEP
        down[j] -= STEP
        columns.append([(a - b) / (2 * STEP) for a, b in zip(f(up), f(down))])
    return [list(row) for row in zip(*columns)]


def gradient(count, d, theta, x, v):
    by_x = derivatives(lambda y: uniforms(count, d, theta, y), x)
    by_theta = derivatives(lambda t: uniforms(count, d, t, x), theta)
    out = []
    for j in range(len(theta)):
        move = []
        for i in range(d):
            rest = -by_theta[i][j] - sum(by_x[i][l] * move[l] for l in range(i))
            move.append(rest / by_x[i][i])
        out.append((sum(v[i] * move[i] for i in range(d)),
                    sum(abs(v[i] * move[i]) for i in range(d))))
    return out


def case(name, count, d, seed, spread=1.0, factor=0.5, logs=0.3, point=None, component=0, far=1.0,
         edit=None):
    r = random.Random(seed)
    theta = [round(r.gauss(0, 0.7), 3) for _ in range(count)]
    theta += [round(r.gauss(0, spread), 3) for _ in range(count * d)]
    for _ in range(count):
        for i in range(d):
            theta += [round(r.gauss(0, factor), 3) for _ in range(i)]
            theta.append(round(r.gauss(0, logs), 3))
    if edit:
        edit(theta)
    if point is None:
        mean = theta[count + component * d:][:d]
        point = [round(m + far * r.gauss(0, 1), 3) for m in mean]
    v = [round(r.uniform(0.5, 2) * r.choice([-1, 1]), 3) for _ in range(d)]
    exact = [mpf(float(t)) for t in theta]
    found = gradient(count, d, exact, [mpf(float(t)) for t in point], [mpf(float(t)) for t in v])
    show = lambda values: ",".join(repr(float(t)) for t in values)
    digits = lambda values: ",".join(mpmath.nstr(t, 20) for t in values)
    return (f"{name} {count} {d} {show(theta)} {show(point)} {show(v)} "
            f"{digits(g for g, _ in found)} {digits(s for _, s in found)}")


def nearly_singular(theta):
    """The last triangles of two components of three dimensions: correlations of 1 - 1e-8."""
    for k in range(2):
        theta[8 + 6 * k:8 + 6 * k + 6] = [0.1, 1.0 + 0.01 * k, -9.0, 1.01, 0.0005, -8.0 + 0.1 * k]


def needles(theta):
    """Two crossed ellipses, 1 : 1e-6."""
    theta[2:] = [0.0, 0.0, 0.1, 0.0, 0.0, 0.7, -13.8, -0.1, -0.6, -14.0]


def tiny_weight(theta):
    theta[0], theta[1] = -700.0, 3.0


def very_wide(theta):
    theta[-1] = 250.0


def main():
    rows = [case("one", 1, 1, 1), case("one_3", 1, 3, 2)]
    for d in (1, 2, 3):
        for seed in range(10, 14):
            rows.append(case(f"ordinary_{d}", 2 + seed % 3, d, seed, component=seed % 2))
    rows += [
        case("equal_components", 3, 2, 20, edit=lambda t: t.__setitem__(slice(3, 18), [0.5, -0.2] * 3
                                                                     + [0.1, 0.3, -0.2] * 3)),
        case("far_above", 3, 1, 21, point=[30.0]),
        case("far_below", 3, 1, 22, point=[-25.5]),
        case("far_corner", 3, 2, 23, point=[12.0, -14.0]),
        case("far_both", 2, 3, 24, point=[9.0, 8.0, -11.0]),
        case("gap", 2, 1, 25, point=[0.3], edit=lambda t: t.__setitem__(slice(2, 4), [-6.0, 7.0])),
        case("wide_gap", 2, 1, 26, point=[-1.0],
             edit=lambda t: t.__setitem__(slice(2, 4), [-14.0, 15.0])),
        case("far_apart", 3, 2, 27, spread=40.0, component=1),
        case("shoulder", 2, 1, 28, point=[2.25], edit=lambda t: t.__setitem__(slice(2, 6),
                                                                           [0.0, 2.0, 0.0, -4.0])),
        case("nearly_singular", 2, 3, 29, far=0.0, component=1, edit=nearly_singular),
        case("needles", 2, 2, 30, point=[0.3, 0.210001], edit=needles),
        case("tiny_weight", 2, 2, 31, component=0, edit=tiny_weight),
        case("very_wide", 2, 2, 32, point=[0.4, 0.3], edit=very_wide),
        case("five_in_four", 5, 4, 33),
    ]
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mixture_values.txt")
    with open(path, "w") as out:
        out.write("# Written by mixture_reference.py: name K d theta x v gradient scale\n")
        out.writelines(row + "\n" for row in rows)


if __name__ == "__main__":
    main()
