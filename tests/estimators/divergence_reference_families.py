# SPDX-License-Identifier: MIT
"""What divergence_reference.py knows of distributions: their densities, and points between which
those are smooth."""

import mpmath
from mpmath import exp, inf, log, log1p, loggamma, mpf, pi, sqrt

mpmath.mp.dps = 40


def number(text):
    return mpf(float(text))


class Continuous:
    is_discrete = False

    def log_density(self, x):
        raise NotImplementedError


def real_line(location, scale, heavy):
    """Points between which a density of that location and scale is smooth."""
    out = [location]
    for k in ([mpf(10) ** j for j in range(-2, 3)] + [2, 4, 6, 9, 13, 19, 27, 38]):
        out += [location - k * scale, location + k * scale]
    if heavy:
        for j in range(3, 71):
            out += [location - mpf(10) ** j * scale, location + mpf(10) ** j * scale]
    return out


def half_line(scale, small, large):
    """From scale times small to scale times large, by powers of 10."""
    out = [mpf(0)]
    for k in range(1, 14):
        out += [scale * mpf(10) ** (-small * k / mpf(13)), scale * mpf(10) ** (large * k / mpf(13))]
    return out + [scale * k / 4 for k in range(1, 24)]


class Normal(Continuous):
    def __init__(self, m, s):
        self.m, self.s = m, s

    def log_density(self, x):
        return -((x - self.m) / self.s) ** 2 / 2 - log(self.s) - log(2 * pi) / 2

    def cuts(self):
        return real_line(self.m, self.s, False)


class StudentT(Continuous):
    def __init__(self, n, m, s):
        self.n, self.m, self.s = n, m, s
        self.c = loggamma((n + 1) / 2) - loggamma(n / 2) - log(n * pi) / 2 - log(s)

    def log_density(self, x):
        return self.c - (self.n + 1) / 2 * log1p(((x - self.m) / self.s) ** 2 / self.n)

    def cuts(self):
        return real_line(self.m, self.s, True)


class Cauchy(StudentT):
    def __init__(self, m, s):
        super().__init__(mpf(1), m, s)


class Laplace(Continuous):
    def __init__(self, m, s):
        self.m, self.s = m, s

    def log_density(self, x):
        return -abs(x - self.m) / self.s - log(2 * self.s)

    def cuts(self):
        return real_line(self.m, self.s, False) + [self.m + j * 100 * self.s for j in range(-8, 9)]


class Gamma(Continuous):
    low = mpf(0)

    def __init__(self, k, rate):
        self.k, self.rate = k, rate

    def log_density(self, x):
        return self.k * log(self.rate) + (self.k - 1) * log(x) - self.rate * x - loggamma(self.k)

    def cuts(self):
        mean, sd = self.k / self.rate, sqrt(self.k) / self.rate
        out = half_line(mean, min(60 / self.k, 80000), 0) + [
            (self.k + j) / self.rate for j in (1, 2, 5, 10, 20, 40, 80, 160)]
        out += [mean + j * sd / 2 for j in range(-20, 21)]
        return [x for x in out if x >= 0]


class Weibull(Continuous):
    low = mpf(0)

    def __init__(self, k, scale):
        self.k, self.scale = k, scale

    def log_density(self, x):
        z = log(x / self.scale)
        return log(self.k) - log(x) + self.k * z - exp(self.k * z)

    def cuts(self):
        out = [mpf(0)]
        for u in (90, 60, 40, 25, 15, 10, 6, 4, 3, 2, 1, mpf(1) / 2):
            out.append(self.scale * exp(-u / self.k))
        for u in (0, 1, 2, 5, 10, 20, 40, 80):
            out.append(self.scale * exp(log(u + mpf(1) / 2) / self.k))
        return out


class Beta(Continuous):
    low, high = mpf(0), mpf(1)

    def __init__(self, a, b):
        self.a, self.b = a, b
        self.c = loggamma(a + b) - loggamma(a) - loggamma(b)

    def log_density(self, x):
        return (self.a - 1) * log(x) + (self.b - 1) * log(1 - x) + self.c

    # y in place of x: x = 1 / (1 + exp(-y))
    def log_density_by_logit(self, y):
        below = -log1p(exp(-y)) if y > 0 else y - log1p(exp(y))
        above = below - y
        return self.a * below + self.b * above + self.c


class VonMises(Continuous):
    low, high = -pi, pi

    def __init__(self, m, k):
        self.m, self.k = m, k

    def log_density(self, x):
        return self.k * mpmath.cos(x - self.m) - log(2 * pi * mpmath.besseli(0, self.k))

    def cuts(self):
        out = [-pi + pi * j / 8 for j in range(17)]
        for k in (1, 3, 7, 12):
            out += [self.m - k / sqrt(self.k), self.m + k / sqrt(self.k)]
        return [x for x in out if -pi <= x <= pi]


class Mixture(Continuous):
    def __init__(self, weights, parts):
        total = sum(weights)
        self.parts = [(w / total, p) for w, p in zip(weights, parts)]

    def log_density(self, x):
        logs = [log(w) + p.log_density(x) for w, p in self.parts]
        top = max(logs)
        return top + log(sum(exp(v - top) for v in logs))

    def cuts(self):
        return [x for _, p in self.parts for x in p.cuts()]


class Discrete:
    is_discrete = True
    high = inf


class Categorical(Discrete):
    def __init__(self, *p):
        total = sum(p)
        self.p = [v / total for v in p]

    def probability(self, k):
        return self.p[k] if k < len(self.p) else mpf(0)

    def last(self):
        return len(self.p) - 1


class Bernoulli(Categorical):
    def __init__(self, p):
        self.p = [1 - p, p]


class Poisson(Discrete):
    def __init__(self, rate):
        self.rate = rate

    def probability(self, k):
        return exp(k * log(self.rate) - self.rate - loggamma(mpf(k + 1)))

    def first(self):
        return max(0, int(self.rate - 13 * sqrt(self.rate)))

    def last(self):
        return int(self.rate + 13 * sqrt(self.rate) + 60)


class Geometric(Discrete):
    def __init__(self, p):
        self.p = p

    def probability(self, k):
        return self.p * exp(k * log1p(-self.p))

    def last(self):
        return int(80 / self.p)


class Binomial(Discrete):
    def __init__(self, n, p):
        self.n, self.p = int(n), p

    def probability(self, k):
        if k > self.n:
            return mpf(0)
        return mpmath.binomial(self.n, k) * self.p ** k * (1 - self.p) ** (self.n - k)

    def last(self):
        return self.n


def make(text):
    """"Normal(0,1)", "Mixture(0.4,Normal(0,1),0.6,Normal(3,0.5))"."""
    name, rest = text.split("(", 1)
    rest = rest[:-1]
    parts, depth = [""], 0
    for c in rest:
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    if name == "Mixture":
        return Mixture([number(v) for v in parts[0::2]], [make(v) for v in parts[1::2]])
    return globals()[name](*[number(v) for v in parts])
