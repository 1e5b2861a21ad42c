# SPDX-License-Identifier: MIT
"""Families of positive numbers and of counts by their definitions."""

import mpmath
from mpmath import digamma, euler, exp, expm1, inf, log, log1p, loggamma, mpf, nan, pi

from reference_families import Family, listed
from reference_functions import (beta_tails, entropy_of, gamma_tails, log_beta, log_gap, root,
                                 smallest_whole)


def gamma_inverse(u, upper, a):
    """The logarithm of the quantile of Gamma(a, 1)."""
    low = min(mpf(0), (log(u if not upper else -expm1(log1p(-u) / 1)) + loggamma(a + 1)) / a) - 10
    if upper:
        low = min(low, (log1p(-u) + loggamma(a + 1)) / a - 10)
    return root(lambda t: log_gap(gamma_tails(a, exp(t)), u, upper), low,
                log(a + 50 * mpmath.sqrt(a) + 1000) + 1)


def power(exponent, x):
    """exponent log x, and its limit at x = 0."""
    if x == 0:
        return mpf(0) if exponent == 0 else -inf if exponent > 0 else inf
    return exponent * log(x)


@listed
class Exponential(Family):
    cases = [("1", "0 1e-300 0.5 3 40 1e4"), ("1e-300", "1e300 1e-5"), ("2.5e100", "1e-101 1e-98")]

    def is_smooth(self, k, x, r):
        return x > 0 or k > 0

    def log_density(self, x, r):
        return [log(r), -r * x]

    def tails(self, x, r):
        return -expm1(-r * x), exp(-r * x)

    def inverse(self, u, upper, r):
        return (-log(u) if upper else -log1p(-u)) / r, 0

    def mean(self, r):
        return 1 / r

    def variance(self, r):
        return 1 / r**2

    def entropy(self, r):
        return [mpf(1), -log(r)]


@listed
class Gamma(Family):
    cases = [("2,3", "0 1e-300 1e-3 0.5 2 10 300"), ("1,1", "0 1 700"),
             ("0.001,1", "1e-300 1e-10 0.1 5 800", ["0.3", "0.75", "0.999"]),
             ("0.3,1e-3", "0 1e-200 1 1e4 1e6"),
             ("50,2", "25 3 70 0.01"), ("1e4,10", "1000 960 1100"),
             ("1e6,1", "1e6 999000 1004000 1030000 970000", ["1e-20", "0.3", "0.999"]),
             ("1e6,1e-200", "1e206 1.001e206", [])]

    def is_smooth(self, k, x, a, r):
        return x > 0

    def log_density(self, x, a, r):
        return [a * log(r), -loggamma(a), power(a - 1, x), -r * x]

    def tails(self, x, a, r):
        return gamma_tails(a, r * x)

    def inverse(self, u, upper, a, r):
        return exp(gamma_inverse(u, upper, a)) / r, 0

    def mean(self, a, r):
        return a / r

    def variance(self, a, r):
        return a / r**2

    def entropy(self, a, r):
        return [a, -log(r), loggamma(a), (1 - a) * digamma(a)]


@listed
class InverseGamma(Family):
    cases = [("3,2", "1e-3 0.02 0.5 2 1e4 1e200"), ("1,1", "0.002 1 1e10"),
             ("0.001,1", "0.3 1e10 1e300", ["0.001", "0.3"]),
             ("1e6,1e6", "1 0.999 1.01 1.03", ["0.3"]), ("2.5,1e-200", "1e-200 1e-198", [])]

    def log_density(self, x, a, s):
        return [a * log(s), -loggamma(a), -(a + 1) * log(x), -s / x]

    def tails(self, x, a, s):
        below, above = gamma_tails(a, s / x)
        return above, below

    def inverse(self, u, upper, a, s):
        return s / exp(gamma_inverse(u, not upper, a)), 0

    def mean(self, a, s):
        return s / (a - 1) if a > 1 else inf

    def variance(self, a, s):
        return s * s / ((a - 1) ** 2 * (a - 2)) if a > 2 else inf if a > 1 else nan

    def entropy(self, a, s):
        return [a, log(s), loggamma(a), -(1 + a) * digamma(a)]


@listed
class Beta(Family):
    cases = [("2,3", "1e-300 1e-3 0.4 0.9 0.999999999999"), ("1,1", "0 0.3 1"),
             ("0.001,0.001", "1e-300 1e-3 0.5 0.9999", ["0.3"]), ("0.5,0.5", "0 1e-100 0.5 0.999 1"),
             ("1e5,1e5", "0.5 0.49 0.51 0.4 0.56", ["1e-20", "0.3", "0.75"]),
             ("1e5,2", "0.9999 0.9 0.99999999", ["0.001", "0.3"]),
             ("1e-3,1e5", "1e-300 1e-5 1e-3", ["0.999"]), ("30,0.5", "0.5 0.99 0.9999999")]

    def is_smooth(self, k, x, a, b):
        return 0 < x < 1

    def log_density(self, x, a, b):
        return [power(a - 1, x), power(b - 1, 1 - x), -loggamma(a), -loggamma(b), loggamma(a + b)]

    def tails(self, x, a, b):
        return beta_tails(a, b, x, 1 - x)

    def inverse(self, u, upper, a, b):
        def gap(t):
            return log_gap(beta_tails(a, b, 1 / (1 + exp(-t)), 1 / (1 + exp(t))), u, upper)

        small = log1p(-u) if upper else log(u)
        large = log(u) if upper else log1p(-u)
        low = (small + log(a) + log_beta(a, b)) / a - abs(log(b)) - 20
        high = -((large + log(b) + log_beta(a, b)) / b - abs(log(a)) - 20)
        t = root(gap, min(low, mpf(-5)), max(high, mpf(5)))
        return 1 / (1 + exp(-t)), 0

    def mean(self, a, b):
        return a / (a + b)

    def variance(self, a, b):
        return a * b / ((a + b) ** 2 * (a + b + 1))

    def entropy(self, a, b):
        return [loggamma(a), loggamma(b), -loggamma(a + b), -(a - 1) * digamma(a),
                -(b - 1) * digamma(b), (a + b - 2) * digamma(a + b)]


@listed
class Weibull(Family):
    cases = [("2,3", "0 1e-200 0.01 1 3 60 400"), ("1,1", "0 1 700"), ("0.1,1", "0 1e-300 1 1e10 1e40"),
             ("500,2", "1.9 2 2.01 1"), ("1.5,1e-300", "1e-300 2e-299")]

    def is_smooth(self, n, x, k, s):
        return x > 0

    def log_density(self, x, k, s):
        return [log(k), -log(s), power(k - 1, x / s), -((x / s) ** k)]

    def tails(self, x, k, s):
        return -expm1(-((x / s) ** k)), exp(-((x / s) ** k))

    def inverse(self, u, upper, k, s):
        return s * (-log(u) if upper else -log1p(-u)) ** (1 / k), 0

    def mean(self, k, s):
        return s * mpmath.gamma(1 + 1 / k)

    def variance(self, k, s):
        return s * s * (mpmath.gamma(1 + 2 / k) - mpmath.gamma(1 + 1 / k) ** 2)

    def entropy(self, k, s):
        return [+euler, -euler / k, log(s), -log(k), mpf(1)]


@listed
class Pareto(Family):
    cases = [("1,2", "1 1.0000000000000002 1.5 1e4 1e200"), ("3,0.01", "3 5 1e300"),
             ("1e-300,1.5", "1e-300 1"), ("2,500", "2.001 2.1 100")]

    def is_smooth(self, n, x, m, k):
        return x > m

    def log_density(self, x, m, k):
        return [log(k), k * log(m), -(k + 1) * log(x)]

    def tails(self, x, m, k):
        l = log(m / x)
        return -expm1(k * l), exp(k * l)

    def inverse(self, u, upper, m, k):
        return m * exp(-(log(u) if upper else log1p(-u)) / k), 0

    def mean(self, m, k):
        return k * m / (k - 1) if k > 1 else inf

    def variance(self, m, k):
        return m * m * k / ((k - 1) ** 2 * (k - 2)) if k > 2 else inf

    def entropy(self, m, k):
        return [log(m), -log(k), 1 / k, mpf(1)]


class Count(Family):
    most = 10**30
    is_discrete = True

    def inverse(self, u, upper, *a):
        return smallest_whole(lambda k: self.tails(k, *a), u, upper, self.last(*a)), 0

    def last(self, *a):
        return self.most


def times_log(k, p):
    return k * log(p) if k != 0 else mpf(0)


def times_log1m(k, p):
    return k * log1p(-p) if k != 0 else mpf(0)


class TwoValues(Count):
    def is_smooth(self, k, x, p):
        return 0 < self.p(p) < 1

    def last(self, *a):
        return 1

    def log_density(self, x, p):
        return [log(self.p(p)) if x == 1 else log(self.q(p))]

    def tails(self, x, p):
        return (self.q(p), self.p(p)) if x < 1 else (mpf(1), mpf(0))

    def mean(self, p):
        return self.p(p)

    def variance(self, p):
        return self.p(p) * self.q(p)

    def entropy(self, p):
        return [-times_log(v, v) for v in (self.p(p), self.q(p))]


@listed
class Bernoulli(TwoValues):
    cases = [("0.3", "0 1"), ("1e-20", "0 1"), ("0.9999999999999999", "0 1"), ("0", "0 1"),
             ("1", "0 1"), ("0.5", "0 1", ["0.3"])]

    def p(self, v):
        return v

    def q(self, v):
        return 1 - v

    def log_density(self, x, p):
        v = p if x == 1 else 1 - p
        return [log(v) if v > 0 else -inf]


@listed
class BernoulliLogit(TwoValues):
    cases = [("0.4", "0 1"), ("-40", "0 1"), ("40", "0 1"), ("-1e4", "0 1"), ("1e-20", "0 1", [])]

    def p(self, l):
        return 1 / (1 + exp(-l))

    def q(self, l):
        return 1 / (1 + exp(l))


@listed
class Binomial(Count):
    cases = [("10,0.3", "0 3 7 10"), ("1,0.5", "0 1", ["0.3"]), ("100,1e-20", "0 1 3 100"),
             ("1000000,0.5", "500000 499000 502500 450000"), ("50,0.9999999999999", "50 49 10"),
             ("1000000000,1e-9", "0 1 7", ["1e-20", "0.3"]), ("20,0", "0 1", []),
             ("20,1", "20 19", []), ("0,0.5", "0", [])]

    def last(self, n, p):
        return int(n)

    def is_smooth(self, k, x, n, p):
        return k == 2 and 0 < p < 1

    def log_density(self, x, n, p):
        if p in (0, 1):
            return [mpf(0) if x == n * p else -inf]
        return [loggamma(n + 1), -loggamma(x + 1), -loggamma(n - x + 1), times_log(x, p),
                times_log1m(n - x, p)]

    def tails(self, x, n, p):
        if x >= n:
            return mpf(1), mpf(0)
        return beta_tails(n - x, x + 1, 1 - p, p)

    def mean(self, n, p):
        return n * p

    def variance(self, n, p):
        return n * p * (1 - p)

    def entropy(self, n, p):
        if p in (0, 1) or n == 0:
            return [mpf(0)]
        return [entropy_of(lambda k: sum(self.log_density(k, n, p)), int(n * p), int(n))]


@listed
class Geometric(Count):
    cases = [("0.3", "0 1 5 100"), ("1e-20", "0 3 1e15", ["0.001"]), ("1", "0 1", []),
             ("1e-6", "100 1e6 1e8", ["0.3"]), ("0.9999999999", "0 1 20", ["1e-20", "0.3"])]

    def is_smooth(self, k, x, p):
        return p < 1

    def log_density(self, x, p):
        if p == 1:
            return [mpf(0) if x == 0 else -inf]
        return [log(p), times_log1m(x, p)]

    def tails(self, x, p):
        if p == 1:
            return mpf(1), mpf(0)
        l = (x + 1) * log1p(-p)
        return -expm1(l), exp(l)

    def mean(self, p):
        return (1 - p) / p

    def variance(self, p):
        return (1 - p) / p**2

    def entropy(self, p):
        return [-times_log1m(1 - p, p) / p, -log(p)]


@listed
class NegativeBinomial(Count):
    cases = [("3,0.4", "0 4 30 500"), ("0.5,0.01", "0 10 1000"), ("2.5,0.999", "0 1 10", ["0.3"]),
             ("1e-3,0.2", "0 1 20", ["0.9999"]), ("1e4,0.5", "10000 9500 10700", ["0.3"]),
             ("3,1e-10", "0 1000 3e10", ["0.3"]), ("3,1", "0 1", [])]

    def is_smooth(self, k, x, r, p):
        return p < 1

    def log_density(self, x, r, p):
        if p == 1:
            return [mpf(0) if x == 0 else -inf]
        return [loggamma(x + r), -loggamma(x + 1), -loggamma(r), r * log(p), times_log1m(x, p)]

    def tails(self, x, r, p):
        return beta_tails(r, x + 1, p, 1 - p)

    def mean(self, r, p):
        return r * (1 - p) / p

    def variance(self, r, p):
        return r * (1 - p) / p**2

    def entropy(self, r, p):
        if p == 1:
            return [mpf(0)]
        if p < 1e-5:
            return None
        return [entropy_of(lambda k: sum(self.log_density(k, r, p)), int(r * (1 - p) / p), None)]


@listed
class Poisson(Count):
    cases = [("3", "0 2 12 200"), ("1e-10", "0 1 4", ["0.9999999999999"]),
             ("0.7", "0 1 30"), ("400", "400 250 600", ["1e-20", "0.3", "0.9999999999999"]),
             ("1e6", "1e6 995000 1006000", ["0.001", "0.75"]),
             ("1e9", "1e9 999900000 1000200000", ["0.3"]), ("1e-300", "0 1", [])]

    def log_density(self, x, l):
        return [times_log(x, l), -l, -loggamma(x + 1)]

    def tails(self, x, l):
        below, above = gamma_tails(x + 1, l)
        return above, below

    def mean(self, l):
        return l

    def variance(self, l):
        return l

    def entropy(self, l):
        if l > 1e4:  # [1] R. Evans and J. Boersma. The entropy of a Poisson distribution. SIAM
            # Review 30 (1988), 314-317: the asymptotic series.
            terms = [log(2 * pi * l) / 2, mpf(1) / 2, -1 / (12 * l), -1 / (24 * l**2),
                     -mpf(19) / (360 * l**3)]
            return [sum(terms)]
        if l < 1e-5:
            # sum_k p_k log k!, beyond the second term below 1e-40 of the first at 1e-10
            return [l - l * log(l),
                    sum(exp(-l + k * log(l) - loggamma(k + 1)) * loggamma(k + 1)
                        for k in map(mpf, range(2, 40)))]
        return [entropy_of(lambda k: sum(self.log_density(k, l)), int(l), None)]
