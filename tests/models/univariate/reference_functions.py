# SPDX-License-Identifier: MIT
"""Incomplete functions with relative accuracy in both tails, and the inverses of monotone ones."""

import mpmath
from mpmath import exp, log, loggamma, mp, mpf

tiny = mpf(10) ** -58


def erfc(x):
    """Also where mpmath's overflows: its asymptotic series, 1e-60 already after a few terms."""
    if x < 1000:
        return mpmath.erfc(x)
    total = term = mpf(1)
    for k in range(1, 30):
        term *= -(2 * k - 1) / (2 * x * x)
        total += term
    return exp(-x * x) / (x * mpmath.sqrt(mpmath.pi)) * total


def lentz(b0, term):
    """The continued fraction b0 + a1/(b1 + a2/(b2 + ...)), term(n) = (an, bn)."""
    f = b0 if b0 != 0 else mpf(10) ** -100
    c, d = f, mpf(0)
    n = 0
    while True:
        n += 1
        an, bn = term(n)
        d = 1 / (bn + an * d)
        c = bn + an / c
        step = c * d
        f *= step
        if abs(step - 1) < tiny:
            return f


def gamma_tails(a, x):
    """P(a, x) and Q(a, x)."""
    if x == 0:
        return mpf(0), mpf(1)
    # exp(a log x - x - log Gamma(a)) loses as many digits as a has
    with mp.extraprec(80):
        scale = exp(a * log(x) - x - loggamma(a))
    if x < a + 1:
        total = term = 1 / a
        n = 0
        while abs(term) > abs(total) * tiny:
            n += 1
            term *= x / (a + n)
            total += term
        below = scale * total
        return below, 1 - below
    above = scale / lentz(x + 1 - a, lambda n: (-n * (n - a), x + 2 * n + 1 - a))
    return 1 - above, above


def log_beta(a, b):
    with mp.extraprec(80):
        return loggamma(a) + loggamma(b) - loggamma(a + b)


def beta_tails(a, b, x, y):
    """I_x(a, b) and I_y(b, a), y = 1 - x given with its own digits."""
    if x <= 0:
        return mpf(0), mpf(1)
    if y <= 0:
        return mpf(1), mpf(0)
    if x > (a + 1) / (a + b + 2):
        below, above = beta_tails(b, a, y, x)
        return above, below
    with mp.extraprec(80):
        scale = exp(a * log(x) + b * log(y) - log_beta(a, b)) / a

    def term(n):
        m = n // 2
        if n % 2 == 1:
            return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)), 1
        return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), 1

    below = scale / lentz(mpf(1), term)
    return below, 1 - below


def root(f, low, high):
    """Where an increasing f changes its sign: bisection, then Illinois' false position."""
    with mp.workdps(30):
        for _ in range(200):
            middle = (low + high) / 2
            if f(middle) < 0:
                low = middle
            else:
                high = middle
            if high - low < mpf(10) ** -6 * (1 + abs(low)):
                break
    fl, fh = f(low), f(high)
    for _ in range(200):
        if fh == fl:
            break
        x = high - fh * (high - low) / (fh - fl)
        fx = f(x)
        if fx == 0:
            return x
        if (fx < 0) == (fh < 0):
            fl /= 2
        else:
            low, fl = high, fh
        high, fh = x, fx
        if abs(high - low) < mpf(10) ** -30 * abs(high) or abs(fx) < mpf(10) ** -34:
            return high
    return (low + high) / 2


def log_gap(tails, u, upper):
    """log F - log u, or log u - log S, increasing, from the smaller of the two tails."""
    below, above = tails
    if upper:
        return log(u) - (log(above) if above < 0.5 else mpmath.log1p(-below))
    return (log(below) if below < 0.5 else mpmath.log1p(-above)) - log(u)


def smallest_whole(tails, u, upper, most):
    """The smallest k with F(k) >= u, or S(k) <= u."""

    def reached(k):
        below, above = tails(mpf(k))
        return above <= u if upper else below >= u

    low, high = -1, 1
    while high < most and not reached(high):
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        if reached(middle):
            high = middle
        else:
            low = middle
    return mpf(high)


def entropy_of(log_mass, start, most):
    """-sum p log p, outwards from a point near the mode until nothing is left."""
    total = mpf(0)
    for step in (1, -1):
        k = start if step == 1 else start - 1
        quiet = 0
        while 0 <= k and (most is None or k <= most):
            l = log_mass(mpf(k))
            if l == -mpmath.inf:
                break
            term = -exp(l) * l
            total += term
            quiet = quiet + 1 if abs(term) < abs(total) * mpf(10) ** -40 else 0
            if quiet > 3:
                break
            k += step
    return total
