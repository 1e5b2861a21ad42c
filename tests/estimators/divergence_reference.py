#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes divergence_reference_values.txt, beside this file: what divergence_accuracy_test.cpp
compares with.

Run by hand where mpmath is installed:  python3 tests/estimators/divergence_reference.py

Every number is the definition of the divergence, an integral or a sum, with 40 digits and at
exactly the doubles that the table shows. One row a line:

    divergence  p  q  exact

A distribution is Name(arguments); a mixture is its weights and components. Integrals are taken
between quantiles of both, cut where p = q, by Gauss-Legendre rules of 12 and of 24 nodes: a panel
on which they differ is halved. Supports that begin at 0 in log x, a Beta in its logit.
"""

import os
import sys

import mpmath
from mpmath import exp, inf, log, mpf, sqrt

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from divergence_reference_families import Beta, VonMises, make  # noqa: E402


# Terms of the integral, from p, q > 0 in the form p, q, log(p / q).


def kl(p, q):
    return p * log(p / q) if p > 0 else mpf(0)


def jensen_shannon(w, s):
    def term(p, q):
        m = s * p + (1 - s) * q
        return (w * kl(p, m) if p > 0 and w > 0 else 0) + ((1 - w) * kl(q, m) if q > 0 and w < 1 else 0)

    return term


def power(a):
    def term(p, q):
        if p == 0 and q == 0:
            return mpf(0)
        if p == 0:
            return mpf(0) if a > 0 else inf
        if q == 0:
            return mpf(0) if a < 1 else inf
        return exp(a * log(p) + (1 - a) * log(q))

    return term


def le_cam(p, q):
    return (p - q) ** 2 / (p + q) / 2 if p + q > 0 else mpf(0)


def chi(p, q):
    if q == 0:
        return inf if p > 0 else mpf(0)
    return (p - q) ** 2 / q


def alpha(a):
    """Of a divergence that is the sum of its terms, all of them >= 0."""
    def term(p, q):
        return (power(a)(p, q) - a * p - (1 - a) * q) / (a * (a - 1))

    return term


def renyi(a):
    return lambda total: log(total) / (a - 1)


half = mpf(1) / 2
# name: term, function of the integral
divergences = {
    "Kl": (lambda p, q: inf if q == 0 < p else kl(p, q) - p + q, None),
    "Jeffreys": (lambda p, q: mpf(0) if p == q else inf if p == 0 or q == 0
                 else (p - q) * log(p / q), None),
    "JensenShannon": (jensen_shannon(half, half), None),
    "JensenShannon(0.25)": (jensen_shannon(mpf("0.25"), mpf("0.25")), None),
    "JensenShannon(0.75,0.5)": (jensen_shannon(mpf("0.75"), half), None),
    "SquaredHellinger": (lambda p, q: (sqrt(p) - sqrt(q)) ** 2 / 2, None),
    "ChiSquared": (chi, None),
    "ReverseChiSquared": (lambda p, q: chi(q, p), None),
    "Alpha(0.25)": (alpha(mpf("0.25")), None),
    "Alpha(1.5)": (alpha(mpf("1.5")), None),
    "Alpha(-0.5)": (alpha(mpf("-0.5")), None),
    "TotalVariation": (lambda p, q: abs(p - q) / 2, None),
    "LeCam": (le_cam, None),
    "Renyi(0.5)": (power(half), renyi(half)),
    "Renyi(1.25)": (power(mpf("1.25")), renyi(mpf("1.25"))),
    "Bhattacharyya": (power(half), lambda total: -log(total)),
}


def root(f, a, b):
    fa = f(a)
    for _ in range(300):
        middle = (a + b) / 2
        fm = f(middle)
        if fm == 0:
            return middle
        if (fm > 0) == (fa > 0):
            a, fa = middle, fm
        else:
            b = middle
    return (a + b) / 2


def by_integral(term, p, q, has_kink, known):
    """In the coordinates in which every panel is smooth."""
    if isinstance(p, Beta):
        log_p, log_q = p.log_density_by_logit, q.log_density_by_logit
        far = max(80 / min(p.a, p.b, q.a, q.b), 100)
        cuts = [far * mpf(j) / 40 for j in range(-40, 41)] + [mpf(j) / 2 for j in range(-60, 61)]
    elif getattr(p, "low", None) == 0 and getattr(q, "low", None) == 0:
        def by_log(f):
            return lambda y: f.log_density(exp(y)) + y

        log_p, log_q = by_log(p), by_log(q)
        cuts = [log(x) for x in p.cuts() + q.cuts() if x > 0]
        least = min(cuts)
        cuts += [least * 1 - mpf(k) for k in (5, 20)] + [max(cuts) + mpf(k) / 10 for k in (3, 10)]
    else:
        log_p, log_q = p.log_density, q.log_density
        cuts = p.cuts() + q.cuts()
    cuts = sorted(set(cuts))

    def f(y):
        if y not in known:
            known[y] = exp(log_p(y)), exp(log_q(y))
        return term(*known[y])

    if has_kink:
        grid = []
        for a, b in zip(cuts, cuts[1:]):
            grid += [a + (b - a) * j / 7 for j in range(7)]
        grid.append(cuts[-1])

        def r(y):
            return log_p(y) - log_q(y)

        values = [r(y) for y in grid]
        cuts += [root(r, a, b) for a, b, u, v in zip(grid, grid[1:], values, values[1:])
                 if u * v < 0]
        cuts = sorted(set(cuts))
    panels = list(zip(cuts, cuts[1:]))
    about = sum(rule_on(f, a, b, 0) for a, b in panels)
    ends = [abs(f(y)) * max(abs(y), 1) for y in (cuts[0], cuts[-1])]
    grows = max(ends) > mpf(10) ** -25 * abs(about) and not isinstance(p, VonMises)
    if about == inf or grows:  # to the very end
        return inf
    return sum(gauss(f, a, b, abs(about)) for a, b in panels)


def rule_on(f, a, b, which):
    """Of Gauss and Legendre, with 12 nodes or 24."""
    global nodes
    if nodes is None:
        rule = mpmath.calculus.quadrature.GaussLegendre(mpmath.mp)
        nodes = [rule.calc_nodes(d, mpmath.mp.prec + 20) for d in (3, 4)]
    middle, half_width = (a + b) / 2, (b - a) / 2
    return half_width * sum(w * f(middle + half_width * x) for x, w in nodes[which])


nodes = None


def gauss(f, a, b, size, depth=0):
    """Of a smooth function, by two rules that must agree."""
    coarse, fine = rule_on(f, a, b, 0), rule_on(f, a, b, 1)
    if inf in (coarse, fine):
        return inf
    if depth > 25 or abs(coarse - fine) <= mpf(10) ** -22 * size:  # of the coarse one
        return fine
    middle = (a + b) / 2
    return gauss(f, a, middle, size, depth + 1) + gauss(f, middle, b, size, depth + 1)


def by_sum(term, p, q):
    first = min(p.first(), q.first()) if hasattr(p, "first") and hasattr(q, "first") else 0
    total = mpf(0)
    for k in range(first, max(p.last(), q.last()) + 1):
        total += term(p.probability(k), q.probability(k))
        if total == inf:
            return inf
    return total


everything = list(divergences)
# p, q, the divergences; "=inf": infinite by what is known, not by the numbers
cases = [
    ("Normal(0,1)", "Normal(1,2)", everything),
    ("Normal(1,2)", "Normal(0,1)", ["Kl", "TotalVariation", "ChiSquared=inf", "JensenShannon",
                                    "Alpha(1.5)=inf", "Renyi(1.25)"]),
    ("Normal(-3.5,0.02)", "Normal(700,45)", everything),
    ("Normal(0,1e-08)", "Normal(0,1e8)", everything),
    ("Normal(5,1e-08)", "Normal(0,1e8)", ["TotalVariation", "JensenShannon", "LeCam", "Kl"]),
    ("Normal(0,1e300)", "Normal(3e299,2e300)", ["Kl", "JensenShannon", "TotalVariation", "LeCam",
                                                "Renyi(0.5)", "SquaredHellinger"]),
    ("Normal(0,1e-300)", "Normal(3e-301,2e-300)", ["Kl", "JensenShannon", "TotalVariation",
                                                   "LeCam", "Renyi(0.5)", "SquaredHellinger"]),
    ("Normal(0,1)", "Normal(10000,1)", ["Kl", "JensenShannon", "TotalVariation", "LeCam",
                                        "SquaredHellinger"]),
    ("Normal(0,1)", "Normal(0.0001,1)", everything),
    ("Normal(0,1)", "Normal(1e-08,1.00000001)", everything),
    ("StudentT(2.5,0,1)", "Normal(0,1)", ["Kl", "JensenShannon", "TotalVariation", "LeCam",
                                          "SquaredHellinger", "ChiSquared=inf", "Jeffreys",
                                          "Renyi(0.5)", "Bhattacharyya", "Alpha(1.5)=inf",
                                          "Alpha(0.25)", "ReverseChiSquared"]),
    ("Normal(0,1)", "StudentT(2.5,0,1)", ["Kl", "JensenShannon(0.25)", "TotalVariation", "LeCam",
                                          "ChiSquared", "Renyi(1.25)", "Alpha(1.5)"]),
    ("StudentT(2,0,1)", "Normal(0,1)", ["Kl=inf", "TotalVariation"]),
    ("StudentT(30,0.5,2)", "Normal(0,1)", ["Kl", "JensenShannon", "TotalVariation", "Alpha(0.25)"]),
    ("Normal(3,0.1)", "StudentT(4,-20,0.5)", everything[:-3]),
    ("StudentT(3,0,1)", "StudentT(5,1,2)", ["Kl", "JensenShannon", "TotalVariation", "LeCam",
                                            "Renyi(0.5)", "SquaredHellinger"]),
    ("StudentT(3,0,1)", "StudentT(3.00003,1e-05,1)", ["Kl", "JensenShannon", "TotalVariation",
                                                      "LeCam", "SquaredHellinger"]),
    ("Cauchy(0,1)", "Normal(0,1)", ["Kl=inf", "ChiSquared=inf", "JensenShannon", "TotalVariation",
                                    "Renyi(0.5)"]),
    ("Normal(0,1)", "Laplace(0.5,1.5)", ["Kl", "JensenShannon", "TotalVariation", "LeCam",
                                         "ChiSquared"]),
    ("Gamma(2,1)", "Gamma(3,2)", everything),
    ("Gamma(2,1)", "Weibull(1.5,2)", ["Kl", "JensenShannon", "TotalVariation", "SquaredHellinger",
                                      "LeCam"]),
    ("Weibull(1.5,2)", "Weibull(3,0.5)", ["JensenShannon", "TotalVariation", "LeCam", "Kl",
                                          "SquaredHellinger"]),
    ("Weibull(0.1,1)", "Weibull(0.2,5)", ["JensenShannon", "TotalVariation"]),
    ("Gamma(0.001,1)", "Gamma(0.002,1)", ["Kl", "JensenShannon", "TotalVariation", "LeCam",
                                          "SquaredHellinger", "Renyi(0.5)"]),
    ("Gamma(0.001,1)", "Gamma(2,1)", ["JensenShannon", "TotalVariation", "SquaredHellinger"]),
    ("Gamma(2,1)", "Gamma(2.0002,1.0001)", ["Kl", "JensenShannon", "TotalVariation", "LeCam",
                                            "ChiSquared", "SquaredHellinger"]),
    ("Gamma(2,1)", "Gamma(2.00000002,1)", ["Kl", "JensenShannon", "TotalVariation", "LeCam",
                                           "SquaredHellinger"]),
    ("Gamma(10000,1)", "Gamma(10100,1)", ["Kl", "JensenShannon", "TotalVariation", "LeCam"]),
    ("Gamma(1000000,1e-3)", "Gamma(1001000,1e-3)", ["Kl", "JensenShannon", "TotalVariation"]),
    ("Beta(2,3)", "Beta(4,1.5)", everything),
    ("Beta(0.01,0.01)", "Beta(0.02,0.01)", ["Kl", "JensenShannon", "TotalVariation", "LeCam",
                                            "SquaredHellinger", "Renyi(0.5)"]),
    ("Beta(0.01,0.01)", "Beta(3,4)", ["JensenShannon", "TotalVariation", "SquaredHellinger"]),
    ("Beta(0.5,0.5)", "Beta(0.5000005,0.5)", ["Kl", "JensenShannon", "TotalVariation"]),
    ("VonMises(0,2)", "VonMises(1,3)", [d for d in everything if "1.5" not in d]),
    ("VonMises(3,100000)", "VonMises(3.001,90000)", ["Kl", "JensenShannon", "TotalVariation"]),
    ("VonMises(0.5,0.001)", "VonMises(-0.5,0.002)", ["Kl", "JensenShannon", "TotalVariation"]),
    ("Mixture(0.4,Normal(0,1),0.6,Normal(3,0.5))", "Normal(1,2)",
     ["Kl", "JensenShannon", "TotalVariation", "LeCam", "ChiSquared", "Renyi(0.5)",
      "SquaredHellinger", "Jeffreys"]),
    ("Mixture(0.999,Normal(0,1),0.001,Normal(3,1e-6))", "Mixture(0.5,Normal(0,1),0.5,Normal(1,1))",
     ["Kl", "JensenShannon", "TotalVariation"]),
    ("Mixture(0.3,Normal(-40,0.01),0.7,Normal(900,30))",
     "Mixture(0.6,Normal(-40,0.02),0.4,Normal(900,25))", ["Kl", "JensenShannon", "TotalVariation"]),
    ("Categorical(0.5,0,0.3,0.2)", "Categorical(0.2,0.1,0.5,0.2)",
     [d for d in everything if d not in ("ReverseChiSquared", "Alpha(-0.5)", "Jeffreys")]),
    ("Categorical(0.5,0.25,0.25)", "Categorical(0.5,0.5,0)",
     ["Kl=inf", "JensenShannon", "TotalVariation", "ChiSquared=inf", "SquaredHellinger"]),
    ("Bernoulli(1e-300)", "Bernoulli(2e-300)", everything),
    ("Bernoulli(1e-300)", "Bernoulli(0.25)", everything),
    ("Bernoulli(0.25)", "Bernoulli(1e-300)", [d for d in everything]),
    ("Poisson(3)", "Poisson(5)", everything),
    ("Poisson(3)", "Poisson(3.0000003)", ["Kl", "JensenShannon", "TotalVariation", "LeCam"]),
    ("Poisson(1000)", "Poisson(1010)", ["Kl", "JensenShannon", "TotalVariation", "LeCam"]),
    ("Poisson(1000000)", "Poisson(1000001)", ["Kl", "JensenShannon", "TotalVariation"]),
    ("Poisson(3)", "Geometric(0.25)", ["Kl", "JensenShannon", "TotalVariation", "LeCam"]),
    ("Binomial(20,0.1)", "Poisson(2)", ["Kl", "JensenShannon", "TotalVariation"]),
    ("Geometric(0.001)", "Geometric(0.002)", ["Kl", "JensenShannon", "TotalVariation"]),
    ("Geometric(0.5)", "Geometric(0.5000005)", ["Kl", "JensenShannon", "TotalVariation"]),
]


def value_of(name, p, q, known):
    term, of_total = divergences[name]
    if p.is_discrete:
        total = by_sum(term, p, q)
    else:
        total = by_integral(term, p, q, name == "TotalVariation", known)
    return of_total(total) if of_total else total


def compute(p, q, entry, known):
    name, _, forced = entry.partition("=")
    # 1 - 1e-300 has 300 digits
    with mpmath.mp.workdps(650 if "e-300" in p + q and p.startswith("Bernoulli") else 40):
        value = inf if forced else value_of(name, make(p), make(q), known)
    shown = "inf" if value == inf else mpmath.nstr(value, 25, min_fixed=-5, max_fixed=5)
    return f"{name} {p} {q} {shown}"


def main():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        "divergence_reference_values.txt")
    count = 0
    with open(path, "w") as out:
        out.write("# Written by divergence_reference.py: divergence p q exact\n")
        for p, q, wanted in cases:
            known = {}  # p and q at the nodes
            for entry in wanted:
                line = compute(p, q, entry, known)
                out.write(line + "\n")
                out.flush()
                count += 1
            print(p, q, len(wanted), file=sys.stderr, flush=True)
    print(count, "rows", file=sys.stderr)


if __name__ == "__main__":
    main()
