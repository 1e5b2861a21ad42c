#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes closed_forms_values.txt, beside this file: what closed_forms_test.cpp compares with.

Run by hand where mpmath is installed:  python3 tests/models/closed_forms_reference.py

One row a line, of families p and q at exactly the doubles that the table shows:

    divergence  p  arguments  q  arguments  exact  terms

A divergence of an order is written Renyi:0.3. The logarithms of integrals p^a q^(1 - a) come from
log normalisers with hundreds of digits; KL is their quotient a hair from order 1. Where there is
none, and once for every formula (check()), densities are integrated. `terms` is the sum of the
absolute values of entropy and cross entropy, to which the tolerance of a KL made of moments is
relative; 0 where the number itself is the scale.
"""

import os

import mpmath
from mpmath import (besseli, cos, erfc, euler, exp, expm1, inf, log, log1p, loggamma, mpf, pi, quad,
                    sin, sqrt)

mpmath.mp.dps = 420
HAIR = mpf(10) ** -60


def lgamma(x):
    return loggamma(x).real


# Exponential families: natural parameters, and the log normaliser, None outside its domain.

def natural_normal(m, s):
    return [m / s**2, -1 / (2 * s**2)]


def normal(t):
    return -t[0]**2 / (4 * t[1]) - log(-2 * t[1]) / 2 if t[1] < 0 else None


def gamma(t):
    return lgamma(t[0]) - t[0] * log(t[1]) if t[0] > 0 and t[1] > 0 else None


def rate(t):
    return -log(t[0]) if t[0] > 0 else None


def dirichlet(t):
    return sum(lgamma(x) for x in t) - lgamma(sum(t)) if min(t) > 0 else None


def von_mises(t):
    return log(besseli(0, sqrt(t[0]**2 + t[1]**2)))


def events(t):
    return log(1 + exp(t[0]))


def failures(t):
    return -log(-expm1(t[0])) if t[0] < 0 else None


def wishart(t):
    """Degrees of freedom and a precision [[x, y], [y, z]]."""
    half, det = t[0] / 2, t[1] * t[3] - t[2]**2
    if det <= 0 or t[1] <= 0 or half <= mpf(1) / 2:
        return None
    return lgamma(half) + lgamma(half - mpf(1) / 2) - half * log(det) + t[0] * log(2)


def lkj(dimension):
    def normaliser(t):
        if t[0] <= 0:
            return None
        return sum(lgamma(t[0] + mpf(dimension - 1 - i) / 2) -
                   lgamma(t[0] + mpf(dimension - 1) / 2) for i in range(1, dimension))
    return normaliser


def logit(p):
    return log(p) - log1p(-p)


def precision(x, y, z):
    det = x * z - y * y
    return [z / det, -y / det, x / det]


EXPONENTIAL = {
    "Normal": (natural_normal, normal),
    "LogNormal": (natural_normal, normal),
    "HalfNormal": (lambda s: [1 / s**2], lambda t: None if t[0] <= 0 else -log(t[0]) / 2),
    "Exponential": (lambda r: [r], rate),
    "Gamma": (lambda k, r: [k, r], gamma),
    "InverseGamma": (lambda k, s: [k, s], gamma),
    "Beta": (lambda a, b: [a, b], dirichlet),
    "Dirichlet": (lambda *a: list(a), dirichlet),
    "VonMises": (lambda m, k: [k * cos(m), k * sin(m)], von_mises),
    "Poisson": (lambda r: [log(r)], lambda t: exp(t[0])),
    "Bernoulli": (lambda p: [logit(p)], events),
    "BernoulliLogit": (lambda l: [l], events),
    "Geometric": (lambda p: [log1p(-p)], failures),
    "Wishart": (lambda v, x, y, z: [v] + precision(x, y, z), wishart),
    "Lkj4": (lambda s: [s], lkj(4)),
}


def log_integral(a, p, of_p, q, of_q):
    """log integral p^a q^(1 - a); None where it diverges."""
    b = 1 - a
    if p == q and p in EXPONENTIAL:
        natural, normaliser = EXPONENTIAL[p]
        x, y = natural(*of_p), natural(*of_q)
        mix = normaliser([a * s + b * t for s, t in zip(x, y)])
        return None if mix is None else mix - a * normaliser(x) - b * normaliser(y)
    return OTHERS[p, q](a, b, of_p, of_q)


def scaled(a_of, b_of, *pair):
    factor = 1

    def found(a, b, p, q):
        value = log_integral(a, a_of[0], a_of[1](*p), b_of[0], b_of[1](*q))
        return None if value is None else factor * value
    return found


def binomial(a, b, p, q):
    assert p[0] == q[0]
    return p[0] * log_integral(a, "Bernoulli", p[1:], "Bernoulli", q[1:])


def negative_binomial(a, b, p, q):
    assert p[0] == q[0]
    one = log_integral(a, "Geometric", p[1:], "Geometric", q[1:])
    return None if one is None else p[0] * one


def weibull(a, b, p, q):
    assert p[0] == q[0]
    return log_integral(a, "Exponential", [p[1]**-p[0]], "Exponential", [q[1]**-q[0]])


def gumbel(a, b, p, q):
    assert p[1] == q[1]
    return log_integral(a, "Exponential", [exp(p[0] / p[1])], "Exponential", [exp(q[0] / q[1])])


def laplace(a, b, p, q):
    r, s, d = 1 / p[1], 1 / q[1], abs(p[0] - q[0])
    if a * r + b * s <= 0:
        return None
    ends = (exp(-a * r * d) + exp(-b * s * d)) / (a * r + b * s)
    gap = b * s - a * r
    inner = d * exp(-a * r * d) if gap == 0 else (exp(-a * r * d) - exp(-b * s * d)) / gap
    return a * log(r / 2) + b * log(s / 2) + log(ends + inner)


def cauchy(a, b, p, q):
    z = 1 + ((p[1] - q[1])**2 + (p[0] - q[0])**2) / (2 * p[1] * q[1])
    with mpmath.mp.workdps(60):
        w = sqrt(z * z - 1)
        return log(quad(lambda t: (z + w * cos(t))**-a, [0, pi / 2, pi]) / pi)


def half_cauchy(a, b, p, q):
    return cauchy(a, b, [0, p[0]], [0, q[0]])


def uniform(a, b, p, q):
    low, high = max(p[0], q[0]), min(p[1], q[1])
    inside = high - low
    if inside <= 0 or (b <= 0 and inside < p[1] - p[0]) or (a <= 0 and inside < q[1] - q[0]):
        return None
    return log(inside) - a * log(p[1] - p[0]) - b * log(q[1] - q[0])


def pareto(a, b, p, q):
    low, power = max(p[0], q[0]), a * p[1] + b * q[1]
    if power <= 0 or (b <= 0 and low > p[0]) or (a <= 0 and low > q[0]):
        return None
    return (a * (log(p[1]) + p[1] * log(p[0])) + b * (log(q[1]) + q[1] * log(q[0])) -
            power * log(low) - log(power))


def through(p, to_p, q, to_q):
    return lambda a, b, x, y: log_integral(a, p, to_p(*x), q, to_q(*y))


def same(*x):
    return list(x)


def logistic(l):
    return [1 / (1 + exp(-l))]


OTHERS = {
    ("Binomial", "Binomial"): binomial,
    ("NegativeBinomial", "NegativeBinomial"): negative_binomial,
    ("Weibull", "Weibull"): weibull,
    ("Gumbel", "Gumbel"): gumbel,
    ("Laplace", "Laplace"): laplace,
    ("Cauchy", "Cauchy"): cauchy,
    ("HalfCauchy", "HalfCauchy"): half_cauchy,
    ("Uniform", "Uniform"): uniform,
    ("Pareto", "Pareto"): pareto,
    ("Exponential", "Gamma"): through("Gamma", lambda r: [mpf(1), r], "Gamma", same),
    ("Gamma", "Exponential"): through("Gamma", same, "Gamma", lambda r: [mpf(1), r]),
    ("Uniform", "Beta"): through("Beta", lambda *x: [mpf(1), mpf(1)], "Beta", same),
    ("Beta", "Uniform"): through("Beta", same, "Beta", lambda *x: [mpf(1), mpf(1)]),
    ("Bernoulli", "BernoulliLogit"): through("Bernoulli", same, "Bernoulli", logistic),
    ("Bernoulli", "Binomial"): through("Bernoulli", same, "Bernoulli", lambda n, p: [p]),
    ("Geometric", "NegativeBinomial"): through("Geometric", same, "Geometric", lambda r, p: [p]),
}


def kl_of_powers(d, c):
    r = 1 + d
    return -log(r) + euler * d - c - 1 + exp(c) * mpmath.gamma(1 + r)


def kl_weibull(p, q):
    return kl_of_powers(q[0] / p[0] - 1, q[0] * log(p[1] / q[1]))


def kl_gumbel(p, q):
    return kl_of_powers(p[1] / q[1] - 1, (q[0] - p[0]) / q[1])


def kl_logistic(p, q):
    d = (p[0] - q[0]) / p[1]
    return d / mpmath.tanh(d / 2) - 2


def kl_cauchy(p, q):
    return log(((p[1] + q[1])**2 + (p[0] - q[0])**2) / (4 * p[1] * q[1]))


KL = {
    ("Weibull", "Weibull"): kl_weibull,
    ("Weibull", "Exponential"): lambda p, q: kl_weibull(p, [mpf(1), 1 / q[0]]),
    ("Exponential", "Weibull"): lambda p, q: kl_weibull([mpf(1), 1 / p[0]], q),
    ("Gumbel", "Gumbel"): kl_gumbel,
    ("Logistic", "Logistic"): kl_logistic,
    ("Cauchy", "Cauchy"): kl_cauchy,
    ("HalfCauchy", "HalfCauchy"): lambda p, q: kl_cauchy([0, p[0]], [0, q[0]]),
}


# Densities, to be integrated: (log density, ends and what is between them).

def gumbel_density(z):
    return -z - exp(-z) if z > -100 else -exp(mpf(100))


def cut(*points):
    return sorted(set(points))


LOG_DENSITY = {
    "Normal": lambda x, m, s: -((x - m) / s)**2 / 2 - log(s) - log(2 * pi) / 2,
    "LogNormal": lambda x, m, s: -((log(x) - m) / s)**2 / 2 - log(s * x) - log(2 * pi) / 2,
    "HalfNormal": lambda x, s: -(x / s)**2 / 2 - log(s) + log(2 / pi) / 2,
    "Laplace": lambda x, m, s: -abs(x - m) / s - log(2 * s),
    "Exponential": lambda x, r: log(r) - r * x,
    "Gamma": lambda x, k, r: k * log(r) + (k - 1) * log(x) - r * x - lgamma(k),
    "InverseGamma": lambda x, k, s: k * log(s) - (k + 1) * log(x) - s / x - lgamma(k),
    "Beta": lambda x, a, b: ((a - 1) * log(x) + (b - 1) * log1p(-x) +
                             lgamma(a + b) - lgamma(a) - lgamma(b)),
    "Uniform": lambda x, low, high: -log(high - low),
    "Weibull": lambda x, k, s: log(k / s) + (k - 1) * log(x / s) - (x / s)**k,
    "Pareto": lambda x, s, k: log(k) + k * log(s) - (k + 1) * log(x),
    "Gumbel": lambda x, m, s: gumbel_density((x - m) / s) - log(s),
    "Logistic": lambda x, m, s: -abs(x - m) / s - 2 * log1p(exp(-abs(x - m) / s)) - log(s),
    "Cauchy": lambda x, m, s: -log(pi * s * (1 + ((x - m) / s)**2)),
    "HalfCauchy": lambda x, s: log(2 / (pi * s)) - log1p((x / s)**2),
    "VonMises": lambda x, m, k: k * cos(x - m) - log(2 * pi * besseli(0, k)),
}
LINE = {"Normal", "Laplace", "Gumbel", "Logistic", "Cauchy"}


def knots(p, a):
    if p in LINE:
        return [-inf] + [a[0] + k * a[1] for k in (-40, -8, -2, 0, 2, 8, 40)] + [inf]
    if p == "Uniform":
        return list(a)
    if p == "Beta":
        return [mpf(0), mpf("0.01"), mpf("0.5"), mpf("0.99"), mpf(1)]
    if p == "VonMises":
        return [-pi, mpf(0), pi]
    if p == "Pareto":
        return [a[0], 2 * a[0], 20 * a[0], inf]
    scale = {"Exponential": lambda: 1 / a[0], "Gamma": lambda: a[0] / a[1],
             "InverseGamma": lambda: a[1] / a[0], "Weibull": lambda: a[1],
             "LogNormal": lambda: exp(a[0]), "HalfNormal": lambda: a[0],
             "HalfCauchy": lambda: a[0]}[p]()
    at = ("1e-3", "0.1", "0.5", "1", "2", "10", "100")
    return [mpf(0)] + [scale * mpf(t) for t in at] + [inf]


def integrate(f, p, of_p, q, of_q):
    """Over the support of p, cut where q has a corner."""
    at = knots(p, of_p)
    if q in LINE:
        at += [of_q[0]]
    if q == "Uniform":
        at += list(of_q)
    low, high = knots(p, of_p)[0], knots(p, of_p)[-1]
    return quad(f, [x for x in cut(*at) if low <= x <= high])


def kl_and_terms(p, of_p, q, of_q):
    with mpmath.mp.workdps(50):
        log_p = lambda x: LOG_DENSITY[p](x, *of_p)  # noqa: E731
        log_q = lambda x: LOG_DENSITY[q](x, *of_q)  # noqa: E731

        def times(g):
            def f(x):
                density = exp(log_p(x))
                return density * g(x) if density > mpf(10)**-200 else mpf(0)
            return f
        entropy = -integrate(times(log_p), p, of_p, q, of_q)
        cross = -integrate(times(log_q), p, of_p, q, of_q)
        return cross - entropy, abs(cross) + abs(entropy)


def scaled_renyi(a, p, of_p, q, of_q):
    if (a == 0 or a == 1) and (p, q) in KL:
        return KL[p, q](of_p, of_q) if a == 1 else KL[q, p](of_q, of_p)
    at = a + HAIR if a == 0 else a - HAIR if a == 1 else a
    value = log_integral(at, p, of_p, q, of_q)
    if value is None:
        return inf
    found = -value / (at * (1 - at))
    return inf if found > 1 / (HAIR * 10**9) else found  # it grows without bound towards at


def divergence(name, *pair):
    name, _, order = name.partition(":")
    a = mpf(float(order)) if order else None

    def r(x):
        return scaled_renyi(mpf(x), *pair)

    def alpha(x):
        s = mpf(x) * (mpf(x) - 1)
        if s == 0:
            return r(x)
        return -1 / s if r(x) == inf and s < 0 else inf if r(x) == inf else expm1(s * r(x)) / s
    return {"Kl": lambda: r(1), "Jeffreys": lambda: r(0) + r(1), "Alpha": lambda: alpha(a),
            "Renyi": lambda: a * r(a), "ChiSquared": lambda: 2 * alpha(2),
            "ReverseChiSquared": lambda: 2 * alpha(-1),
            "SquaredHellinger": lambda: alpha(mpf(1) / 2) / 4,
            "Bhattacharyya": lambda: r(mpf(1) / 2) / 4}[name]()


def digits(value):
    if mpmath.isinf(value):
        return "inf"
    return mpmath.nstr(value, 27, min_fixed=-5, max_fixed=5)


ALL = ["Kl", "Jeffreys", "Alpha:0.3", "Alpha:1.5", "Alpha:-0.5", "Alpha:1e-9", "Renyi:0.7",
       "Renyi:3", "ChiSquared", "ReverseChiSquared", "SquaredHellinger", "Bhattacharyya"]
SOME = ["Kl", "Renyi:0.3", "Renyi:1.5", "SquaredHellinger"]
KLS = ["Kl", "Jeffreys"]
WHOLE = ["Kl", "Jeffreys", "ChiSquared", "ReverseChiSquared", "SquaredHellinger", "Bhattacharyya",
         "Renyi:3"]

CASES = [
    ("Normal", "2,1.5", "0,1", ALL), ("Normal", "0,1", "1e-9,1.000000001", SOME),
    ("Normal", "1e300,1e299", "0,1e300", SOME), ("Normal", "-3e-300,1e-300", "0,2e-300", SOME),
    ("LogNormal", "0.5,1.2", "-0.2,0.9", ALL),
    ("LogNormal", "3,0.5", "3.00000003,0.500000003", SOME),
    ("HalfNormal", "1.5", "2.5", ALL), ("HalfNormal", "1e-300", "1e-299", SOME),
    ("HalfNormal", "3", "3.00000002", SOME),
    ("Laplace", "0.5,1", "-1,2.5", ALL), ("Laplace", "1,2", "1.00000003,2.00000001", SOME),
    ("Laplace", "0,1", "40,0.5", SOME), ("Laplace", "1e10,1", "0,3", SOME),
    ("Laplace", "1e-300,2e-300", "0,1e-300", SOME), ("Laplace", "0,1", "3,1", ALL),
    ("Exponential", "2", "3.5", ALL), ("Exponential", "1e300", "3e299", SOME),
    ("Exponential", "1e-300", "1", ["Renyi:0.3", "SquaredHellinger", "Bhattacharyya"]),
    ("Exponential", "7", "7.0000001", SOME),
    ("Gamma", "2.5,1.5", "1.25,0.5", ALL), ("Gamma", "0.5,3", "1e-8,2", SOME),
    ("Gamma", "1e8,1e8", "100000000.5,1e8", SOME),
    ("Gamma", "1e8,1e8", "100000001,100000001", SOME),
    ("Gamma", "1e8,3e-300", "1.1e8,3.3e-300", SOME),
    ("Gamma", "3,2", "3.00000003,1.99999999", SOME),
    ("Gamma", "1e-8,1", "1e8,1", ["Kl", "Renyi:0.3"]), ("Gamma", "30,2e300", "31,2.1e300", SOME),
    ("InverseGamma", "3,2", "2,0.7", ALL), ("InverseGamma", "4,1e-200", "4.0000001,1e-200", SOME),
    ("Beta", "2,3", "0.5,4", ALL), ("Beta", "0.3,0.6", "0.5,0.5", ALL),
    ("Beta", "1e-8,3", "2,1e-3", SOME), ("Beta", "1e8,2e8", "100000001,2e8", SOME),
    ("Beta", "1e8,0.001", "100000001,0.001", SOME),
    ("Beta", "2.5,0.3", "2.50000002,0.300000003", SOME),
    ("Beta", "1e-3,5", "1e-3,5.00000005", SOME), ("Beta", "1e8,1", "2e8,1", SOME),
    ("Uniform", "0,1", "-1,3", ["Kl", "Alpha:0.3", "Renyi:0.7", "Renyi:3", "SquaredHellinger",
                                "ChiSquared", "ReverseChiSquared", "Bhattacharyya", "Jeffreys"]),
    ("Uniform", "0,2", "1,4", ["Kl", "Alpha:0.3", "SquaredHellinger", "Renyi:0.999999"]),
    ("Uniform", "-1e308,1e308", "-1.5e308,1.7e308", ["Kl", "Renyi:0.3", "ChiSquared"]),
    ("Uniform", "0,1", "0,1.00000001", ["Kl", "Renyi:0.3", "ChiSquared", "SquaredHellinger"]),
    ("Weibull", "1.5,2", "1.5,3", ALL), ("Weibull", "1.5,2", "2.5,1", KLS),
    ("Weibull", "1.5,2", "1.50000002,2.00000001", KLS),
    ("Weibull", "0.3,1e-300", "0.4,1e-299", KLS),
    ("Weibull", "20,5", "21,5.1", KLS), ("Weibull", "0.7,3", "0.7,3.00000003", SOME),
    ("Pareto", "1,2", "1,3.5", ALL),
    ("Pareto", "2,3", "1.5,2", ["Kl", "Alpha:0.3", "Renyi:3", "ChiSquared", "ReverseChiSquared",
                                "SquaredHellinger", "Bhattacharyya"]),
    ("Pareto", "1e300,3", "9e299,3", ["Kl", "Renyi:0.3", "SquaredHellinger"]),
    ("Gumbel", "0.5,2", "1.5,2", ALL), ("Gumbel", "0.5,2", "1.5,3", KLS),
    ("Gumbel", "1,2", "1.00000001,2.00000003", KLS),
    ("Cauchy", "0,1", "2,3", WHOLE), ("Cauchy", "0,1", "0.3,0.9", ALL),
    ("Cauchy", "1,2", "1.00000001,2.00000003", SOME), ("Cauchy", "0,1e-300", "1e300,1", ["Kl"]),
    ("Cauchy", "0,1", "1e6,1e3", ["Kl", "SquaredHellinger", "ChiSquared"]),
    ("HalfCauchy", "1", "5", WHOLE), ("HalfCauchy", "2", "2.00000003", SOME),
    ("Logistic", "0,2", "3,2", KLS), ("Logistic", "1,2", "1.00000003,2", KLS),
    ("Logistic", "1,2", "2.5,2", KLS), ("Logistic", "0,1e-3", "2,1e-3", KLS),
    ("VonMises", "0.5,2", "-1,3", ALL), ("VonMises", "3,0.01", "-3,5", ALL),
    ("VonMises", "1,50", "1.1,70", ALL), ("VonMises", "1,1e4", "1.001,1.1e4", SOME),
    ("VonMises", "2,3", "2.00000003,3.00000001", SOME), ("VonMises", "2,45", "2,45.0000004", SOME),
    ("VonMises", "2,500", "2,500.000004", SOME), ("VonMises", "2,1e-8", "1,2e-8", SOME),
    ("Poisson", "3", "5", ALL), ("Poisson", "1e-300", "1e-290", SOME),
    ("Poisson", "1e8", "1.1e8", SOME),
    ("Poisson", "4", "4.00000003", SOME), ("Poisson", "1e-8", "1e3", SOME),
    ("Bernoulli", "0.3", "0.6", ALL), ("Bernoulli", "1e-300", "0.25", SOME),
    ("Bernoulli", "0.25", "1e-300", SOME + ["ChiSquared"]),
    ("Bernoulli", "0.3", "0.300000003", SOME),
    ("Bernoulli", "1e-300", "2e-300", SOME), ("Bernoulli", "0.9999999999999", "0.5", SOME),
    ("Bernoulli", "1e-12", "0.999999999999", SOME),
    ("BernoulliLogit", "-1", "2.5", ALL), ("BernoulliLogit", "-600", "3", SOME),
    ("BernoulliLogit", "3", "-600", SOME), ("BernoulliLogit", "20", "20.0000002", SOME),
    ("BernoulliLogit", "-40", "30", SOME), ("BernoulliLogit", "300", "301", SOME),
    ("Binomial", "7,0.3", "7,0.6", ALL), ("Binomial", "1e6,0.3", "1e6,0.300000003", SOME),
    ("Binomial", "1000,0.1", "1000,0.9", SOME),
    ("Geometric", "0.25", "0.5", ALL), ("Geometric", "1e-8", "1e-7", SOME),
    ("Geometric", "0.3", "0.300000003", SOME), ("Geometric", "1e-300", "0.5", ["Renyi:0.3"]),
    ("Geometric", "0.999999999", "0.5", SOME), ("Geometric", "1e-8", "1.00000002e-8", SOME),
    ("NegativeBinomial", "2.5,0.25", "2.5,0.5", ALL),
    ("Dirichlet", "0.5,2,7", "1,1.5,10", ALL), ("Dirichlet", "1e-3,1e3,1", "1,2,1e-3", SOME),
    ("Dirichlet", "1,2,3", "1.00000001,2,2.99999997", SOME),
    ("Wishart", "5,2,0.5,1", "7,1,0.2,3", ALL), ("Wishart", "5,2,0.5,1", "5,2.02,0.5,1", SOME),
    ("Wishart", "1e6,2,0.5,1", "1000001,2,0.5,1", SOME),
    ("Lkj4", "2", "3.5", ALL), ("Lkj4", "0.01", "5", SOME), ("Lkj4", "1e6", "1000001", SOME),
    ("Lkj4", "3", "3.00000003", SOME),
]

# Between families: (p, arguments, q, arguments, divergences).
CROSSES = [
    ("Exponential", "2", "Gamma", "1.5,3", ALL), ("Gamma", "0.7,3", "Exponential", "2", ALL),
    ("Exponential", "2", "Weibull", "1.5,0.3", ["Kl"]),
    ("Weibull", "1.5,0.3", "Exponential", "2", ["Kl"]),
    ("Uniform", "0,1", "Beta", "2,0.7", SOME), ("Beta", "2,0.7", "Uniform", "0,1", SOME),
    ("Bernoulli", "0.3", "BernoulliLogit", "0.5", SOME),
    ("Bernoulli", "0.3", "Binomial", "1,0.6", SOME),
    ("Geometric", "0.3", "NegativeBinomial", "1,0.6", SOME),
]

# KL from entropies and moments.
MOMENTS = [
    ("Normal", "0.3,2", "Laplace", "1,0.7"), ("Laplace", "0.3,2", "Normal", "1,0.7"),
    ("Exponential", "2", "Normal", "1,0.7"), ("Exponential", "2", "Laplace", "1,0.7"),
    ("Exponential", "2", "Laplace", "-1,0.7"), ("Exponential", "2", "HalfNormal", "0.4"),
    ("Exponential", "2", "LogNormal", "0.1,1.3"), ("Exponential", "0.001", "Weibull", "0.8,3"),
    ("Gamma", "2.5,1.5", "Normal", "1,0.7"), ("Gamma", "2.5,1.5", "Laplace", "1,0.7"),
    ("Gamma", "2.5,1.5", "Weibull", "1.7,2"), ("Gamma", "0.6,1.5", "Weibull", "0.4,2"),
    ("Gamma", "2.5,1.5", "LogNormal", "0.1,1.3"), ("Gamma", "2.5,1.5", "InverseGamma", "2,3"),
    ("Gamma", "2.5,1.5", "HalfNormal", "2"), ("Gamma", "1e4,1e4", "Normal", "1,0.02"),
    ("InverseGamma", "4.5,1.5", "Gamma", "2,3"), ("InverseGamma", "4.5,1.5", "Weibull", "1.7,2"),
    ("InverseGamma", "4.5,1.5", "Laplace", "1,0.7"), ("InverseGamma", "4.5,1.5", "Normal", "1,0.7"),
    ("Beta", "2,3", "Normal", "0.4,0.3"), ("Beta", "2,3", "Laplace", "0.4,0.3"),
    ("Beta", "2,3", "Exponential", "3"), ("Beta", "0.7,3", "Gamma", "0.3,4"),
    ("Beta", "2,3", "Weibull", "1.7,0.5"), ("Beta", "2,3", "Uniform", "-1,2"),
    ("Uniform", "-1,2", "Normal", "0.4,0.3"), ("Uniform", "-1,2", "Laplace", "0.4,0.3"),
    ("Uniform", "0,2", "Exponential", "3"), ("Uniform", "0.5,2", "Gamma", "0.3,4"),
    ("Uniform", "0.5,2", "Weibull", "1.7,0.5"), ("Uniform", "0,2", "Weibull", "1.7,0.5"),
    ("Uniform", "0.2,0.9", "Beta", "0.5,3"), ("Uniform", "0.5,2", "LogNormal", "0.1,1.3"),
    ("Uniform", "1.5,2", "Pareto", "1,2.5"), ("Uniform", "0.5,2", "InverseGamma", "3,2"),
    ("Weibull", "1.7,2", "Normal", "1,0.7"), ("Weibull", "1.7,2", "Gamma", "2.5,1.5"),
    ("Weibull", "1.7,2", "Laplace", "1,0.7"), ("Weibull", "1.7,2", "LogNormal", "0.1,1.3"),
    ("Weibull", "0.5,2", "Gamma", "0.1,1.5"), ("Weibull", "1.7,2", "HalfNormal", "2"),
    ("LogNormal", "0.3,0.8", "Normal", "1,0.7"), ("LogNormal", "0.3,0.8", "Gamma", "2.5,1.5"),
    ("LogNormal", "0.3,0.8", "Laplace", "1,0.7"), ("LogNormal", "0.3,0.8", "Weibull", "1.7,2"),
    ("LogNormal", "0.3,0.8", "InverseGamma", "1.7,2"), ("LogNormal", "0.3,0.8", "Exponential", "2"),
    ("HalfNormal", "2", "Normal", "1,0.7"), ("HalfNormal", "2", "Exponential", "1.2"),
    ("HalfNormal", "2", "Gamma", "0.8,1.2"), ("HalfNormal", "2", "Weibull", "1.7,2"),
    ("HalfNormal", "2", "Laplace", "1,0.7"), ("HalfNormal", "2", "LogNormal", "0.1,1.3"),
    ("Pareto", "1,3.5", "Exponential", "1.2"), ("Pareto", "1,3.5", "Laplace", "2,1.2"),
    ("Pareto", "1,3.5", "Gamma", "0.8,1.2"), ("Pareto", "1,3.5", "Weibull", "1.7,2"),
    ("Pareto", "1,3.5", "LogNormal", "0.1,1.3"), ("Pareto", "1,3.5", "InverseGamma", "2,3"),
    ("HalfCauchy", "2", "LogNormal", "0.1,1.3"), ("HalfCauchy", "2", "Weibull", "0.4,1.3"),
    ("Logistic", "0.3,2", "Normal", "1,0.7"), ("Gumbel", "0.3,2", "Normal", "1,0.7"),
]


def numbers(text):
    return [mpf(float(x)) for x in text.split(",")]


def check():
    """The formulas against integrals, at ordinary arguments."""
    pairs = [(p, x, p, y) for p, x, y, _ in CASES] + [(p, x, q, y) for p, x, q, y, _ in CROSSES]
    seen = set()
    for p, x, q, y in pairs:
        if (p, q) in seen or p not in LOG_DENSITY or q not in LOG_DENSITY:
            continue
        seen.add((p, q))
        of_p, of_q = numbers(x), numbers(y)
        with mpmath.mp.workdps(30):
            for a in (mpf(1), mpf("0.3"), mpf("1.1")):
                if a != 1 and ((p, q) in KL and (p, q) not in OTHERS or p in ("Uniform", "Pareto")):
                    continue
                if a == 1:
                    found = kl_and_terms(p, of_p, q, of_q)[0]
                else:
                    found = -log(integrate(
                        lambda t: exp(a * LOG_DENSITY[p](t, *of_p) +
                                      (1 - a) * LOG_DENSITY[q](t, *of_q)),
                        p, of_p, q, of_q)) / (a * (1 - a))
                with mpmath.mp.workdps(420):
                    exact = scaled_renyi(a, p, of_p, q, of_q)
                if exact == inf:
                    continue
                if abs(found / exact - 1) > mpf(10)**-9:
                    raise AssertionError(f"{p}({x}) {q}({y}) {a}: {digits(exact)}, {digits(found)}")


def main():
    check()
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "closed_forms_values.txt"),
              "w") as out:
        out.write("# Written by closed_forms_reference.py: divergence p arguments q arguments exact "
                  "terms\n")
        for p, x, q, y, names in [(p, x, p, y, n) for p, x, y, n in CASES] + CROSSES:
            for name in names:
                with mpmath.mp.workdps(1100 if p.startswith(("Bern", "Binom", "Geom", "Pois"))
                                       else 420):
                    value = divergence(name, p, numbers(x), q, numbers(y))
                out.write(f"{name} {p} {x} {q} {y} {digits(value)} 0\n")
        for p, x, q, y in MOMENTS:
            value, terms = kl_and_terms(p, numbers(x), q, numbers(y))
            out.write(f"Kl {p} {x} {q} {y} {digits(value)} {mpmath.nstr(terms, 6)}\n")


main()
