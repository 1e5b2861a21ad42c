# SPDX-License-Identifier: MIT
"""The families of one variable by their definitions: what reference.py tabulates."""

import mpmath
from mpmath import (besseli, cos, cot, digamma, euler, exp, expm1, inf, log, log1p, loggamma, mpf,
                    nan, pi, sqrt)

from reference_functions import beta_tails, erfc, log_beta, root

families = []


def listed(family):
    families.append(family())
    return family


class Family:
    @property
    def name(self):
        return type(self).__name__

    def entropy(self, *a):
        return None

    is_discrete = False

    def is_smooth(self, k, x, *a):
        """Whether the log density has a derivative by the point, k = 0, or argument k."""
        return True


class LocationScale(Family):
    """x = location + scale z; the standard one gives everything."""

    def log_density(self, x, m, s):
        return self.z_terms((x - m) / s) + [-log(s)]

    def tails(self, x, m, s):
        return self.z_tails((x - m) / s)

    def inverse(self, u, upper, m, s):
        z = self.z_upper(u) if upper else self.z_lower(u)
        return m + s * z, abs(m) + abs(s * z)

    def z_upper(self, u):
        return -self.z_lower(u)

    def mean(self, m, s):
        return m + s * self.z_mean

    def variance(self, m, s):
        return s * s * self.z_variance

    def entropy(self, m, s):
        return self.z_entropy + [log(s)]


class HalfLine(Family):
    """The positive half of a symmetric location-scale family."""

    def is_smooth(self, k, x, s):
        return x > 0 or k > 0

    def log_density(self, x, s):
        return self.whole.z_terms(x / s) + [-log(s), log(mpf(2))]

    def tails(self, x, s):
        return self.z_below(x / s), 2 * self.whole.z_tails(x / s)[1]

    def inverse(self, u, upper, s):
        if upper:
            return s * self.whole.z_upper(u / 2), 0
        return s * self.z_lower(u), 0


def normal_upper(u):
    """z with 1 - Phi(z) = u."""
    if u > 0.5:
        return -normal_upper(1 - u)
    if u == 0.5:
        return mpf(0)
    return root(lambda z: log(u) - log(erfc(z / sqrt(mpf(2))) / 2), mpf(0),
                sqrt(-2 * log(u)) + 1)


@listed
class Normal(LocationScale):
    cases = [("0,1", "0 1e-300 0.5 -1 5 -8.3 10 -20 -37.5 40 -141.4 1e5 1e160"),
             ("1,1e-300", "1 1.0000000000000002 0"), ("3e-300,1e-300", "3e-300 1e-300 4.3e-299"),
             ("-1e6,0.1", "-1e6 -1000000.3 -999999.5"), ("2,1e200", "1e200 -3e201 2"),
             ("0.1,2.5", "0.1 3 -70")]
    z_mean, z_variance = 0, 1
    z_entropy = [mpf(1) / 2, log(2 * pi) / 2]

    def z_terms(self, z):
        return [-z * z / 2, -log(2 * pi) / 2]

    def z_tails(self, z):
        r = sqrt(mpf(2))
        return erfc(-z / r) / 2, erfc(z / r) / 2

    def z_lower(self, u):
        return -normal_upper(u)


@listed
class LogNormal(Family):
    cases = [("0,1", "1 1e-300 1e-20 0.5 7 1e6 1e200"), ("-3,0.01", "0.05 0.04 0.06"),
             ("500,20", "1e200 1e-300 1e300"), ("0.5,1e-3", "1.65 1.655")]

    def log_density(self, x, m, s):
        z = (log(x) - m) / s
        return [-z * z / 2, -log(2 * pi) / 2, -log(s), -log(x)]

    def tails(self, x, m, s):
        return Normal.z_tails(self, (log(x) - m) / s)

    def inverse(self, u, upper, m, s):
        z = normal_upper(u) if upper else -normal_upper(u)
        value = exp(m + s * z)
        return value, value * (abs(m) + abs(s * z))  # of the exponent

    def mean(self, m, s):
        return exp(m + s * s / 2)

    def variance(self, m, s):
        return expm1(s * s) * exp(2 * m + s * s)

    def entropy(self, m, s):
        return [m, mpf(1) / 2, log(2 * pi) / 2, log(s)]


@listed
class HalfNormal(HalfLine):
    whole = Normal()

    def z_below(self, z):
        return mpmath.erf(z / sqrt(mpf(2)))

    def z_lower(self, u):
        return exp(root(lambda t: log(self.z_below(exp(t))) - log(u), log(u) - 1, mpf(5)))

    cases = [("1", "0 1e-300 0.001 1 8 37 1e4"), ("1e-300", "1e-301 3e-299"), ("2.5", "1 30")]

    def mean(self, s):
        return s * sqrt(2 / pi)

    def variance(self, s):
        return s * s * (1 - 2 / pi)

    def entropy(self, s):
        return [log(pi / 2) / 2, mpf(1) / 2, log(s)]


@listed
class StudentT(Family):
    cases = [("4,0,1", "0 1e-200 0.3 -2 50 -1e5 1e200"), ("1,0,1", "1 -1e200 1e300"),
             ("0.01,0,1", "0.1 -1e10 1e200"), ("2.5,1,0.1", "1 1.5 -1e150", ["1e-20", "0.3"]),
             ("1e6,0,1", "0.5 -3 12 35"), ("30,-5,1e-300", "-5 -4"), ("1e15,0,1", "0 1 -5", [])]

    def log_density(self, x, v, m, s):
        z = (x - m) / s
        return [loggamma((v + 1) / 2), -loggamma(v / 2), -log(v) / 2, -log(pi) / 2, -log(s),
                -(v + 1) / 2 * log1p(z * z / v)]

    def tails(self, x, v, m, s):
        z = (x - m) / s
        if v > 1e9:
            return None
        w = z * z
        tail, rest = beta_tails(v / 2, mpf(1) / 2, v / (v + w), w / (v + w))
        far, near = tail / 2, (1 + rest) / 2
        return (near, far) if z > 0 else (far, near)

    def inverse(self, u, upper, v, m, s):
        if u > 0.5:
            u, upper = 1 - u, not upper

        def gap(t):
            far = self.tails(-exp(t), v, mpf(0), mpf(1))[0]
            return log(u) - log(far)

        z = exp(root(gap, mpf(-120), mpf(10) + max(-log(u), 3) * (1 + 2 / v)))
        z = z if upper else -z
        return m + s * z, abs(m) + abs(s * z)

    def mean(self, v, m, s):
        return m if v > 1 else nan

    def variance(self, v, m, s):
        return s * s * v / (v - 2) if v > 2 else inf if v > 1 else nan

    def entropy(self, v, m, s):
        return [(v + 1) / 2 * digamma((v + 1) / 2), -(v + 1) / 2 * digamma(v / 2), log(v) / 2,
                log_beta(v / 2, mpf(1) / 2), log(s)]


@listed
class Cauchy(LocationScale):
    cases = [("0,1", "0 1e-200 1 -30 -1e20 1e200 -1e300"), ("2,1e-300", "2 2.5"),
             ("-1,1e200", "1e200 3")]
    z_mean = z_variance = nan
    z_entropy = [log(4 * pi)]

    def z_terms(self, z):
        return [-log(pi), -log1p(z * z)]

    def z_tails(self, z):
        far = lambda t: (mpmath.atan2(1, -t)) / pi
        return far(z), far(-z)

    def z_lower(self, u):
        return -cot(pi * u)


@listed
class HalfCauchy(HalfLine):
    whole = Cauchy()

    def z_below(self, z):
        return 2 * mpmath.atan(z) / pi

    def z_lower(self, u):
        return mpmath.tan(pi * u / 2)

    cases = [("1", "0 1e-200 0.1 1 30 1e200"), ("1e-300", "1e-301 1"), ("25", "3")]

    def mean(self, s):
        return inf

    def variance(self, s):
        return inf

    def entropy(self, s):
        return [log(2 * pi), log(s)]


@listed
class Laplace(LocationScale):
    cases = [("0,1", "0 1e-20 0.5 -1 40 -1e4 1e200"), ("3,1e-300", "3 2.9"), ("-2,0.3", "-2.1 5")]
    z_mean, z_variance = 0, 2

    def is_smooth(self, k, x, m, s):
        return x != m or k == 2

    z_entropy = [mpf(1), log(mpf(2))]

    def z_terms(self, z):
        return [-log(mpf(2)), -abs(z)]

    def z_tails(self, z):
        far = exp(-abs(z)) / 2
        return (1 - far, far) if z > 0 else (far, 1 - far)

    def z_lower(self, u):
        return log(2 * u) if u <= 0.5 else -log(2 * (1 - u))


@listed
class Logistic(LocationScale):
    cases = [("0,1", "0 1e-20 0.5 -1 40 -1e4 1e200"), ("3,1e-300", "3 2.9"), ("-2,0.3", "-2.1 5")]
    z_mean, z_variance = 0, pi * pi / 3
    z_entropy = [mpf(2)]

    def z_terms(self, z):
        return [-abs(z), -2 * log1p(exp(-abs(z)))]

    def z_tails(self, z):
        return 1 / (1 + exp(-z)), 1 / (1 + exp(z))

    def z_lower(self, u):
        return log(u) - log1p(-u)


@listed
class Gumbel(LocationScale):
    cases = [("0,1", "0 1e-20 -1 -5 -9.3 3 50 1e4 1e200"), ("3,1e-300", "3 3.1"),
             ("-2,0.3", "-2.5 5 -5")]
    z_mean, z_variance = euler, pi * pi / 6
    z_entropy = [mpf(1), +euler]

    def z_terms(self, z):
        return [-z, -exp(-z)]

    def z_tails(self, z):
        return exp(-exp(-z)), -expm1(-exp(-z))

    def z_lower(self, u):
        return -log(-log(u))

    def z_upper(self, u):
        return -log(-log1p(-u))


@listed
class Uniform(Family):
    cases = [("0,1", "0 1e-300 0.3 0.9999999999999999 1"), ("-3,5", "-3 0 4.5"),
             ("1,1.0000000000000002", "1 1.0000000000000002"), ("-8e307,8e307", "1e300 -7e307")]

    def is_smooth(self, k, x, low, high):
        return low < x < high

    def log_density(self, x, low, high):
        return [-log(high - low)]

    def tails(self, x, low, high):
        return (x - low) / (high - low), (high - x) / (high - low)

    def inverse(self, u, upper, low, high):
        v = u * (high - low)
        return (high - v, abs(high) + v) if upper else (low + v, abs(low) + v)

    def mean(self, low, high):
        return (low + high) / 2

    def variance(self, low, high):
        return (high - low) ** 2 / 12

    def entropy(self, low, high):
        return [log(high - low)]


@listed
class VonMises(Family):
    """On -pi <= x <= pi; mean and variance are those of the number x."""

    cases = [("0,2", "0 1 -1.5 3.1 -3.14", ["1e-10", "0.3", "0.75", "0.9999"]), ("0,1e-6", "0.5 -3"), ("1,4.5", "1 2 -2 3"),
             ("3,2", "3 -3 0.2"), ("0,300", "0 0.1 -0.5 1.5", ["1e-20", "0.3", "0.75"]),
             ("-2,1e5", "-2 -1.99 -2.1", ["0.001", "0.3"])]

    def log_density(self, x, m, k):
        return [k * cos(x - m), -log(2 * pi), -log(besseli(0, k))]

    def area(self, low, high, m, k, power=0):
        """The integral of x^power times the density."""
        width = 1 / sqrt(1 + k)
        steps = [mpf(s) * width for s in (-40, -20, -12, -8, -4, -2, -1, 0, 1, 2, 4, 8, 12, 20, 40)]
        steps += [pi]
        inner = {m + s + 2 * pi * j for s in steps for j in (-1, 0, 1)}
        knots = [low] + sorted(v for v in inner if low < v < high) + [high]
        # The largest ordinate is taken out: quad's absolute error is then a relative one.
        top = max(cos(v - m) for v in knots)
        whole = mpmath.quad(lambda v: v**power * exp(k * (cos(v - m) - top)), knots)
        return whole * exp(k * top) / (2 * pi * besseli(0, k))

    def tails(self, x, m, k):
        return self.area(-pi, x, m, k), self.area(x, pi, m, k)

    def inverse(self, u, upper, m, k):
        if u > 0.5:
            u, upper = 1 - u, not upper

        def gap(x):
            if upper:
                return log(u) - log(self.area(x, pi, m, k))
            return log(self.area(-pi, x, m, k)) - log(u)

        with mpmath.workdps(35):
            edge = pi - mpf(10) ** -22
            return root(gap, -edge, edge), abs(m)

    def mean(self, m, k):
        return mpf(0) if m == 0 else self.area(-pi, pi, m, k, 1)

    def variance(self, m, k):
        return self.area(-pi, pi, m, k, 2) - self.mean(m, k) ** 2

    def entropy(self, m, k):
        return [log(2 * pi), log(besseli(0, k)), -k * besseli(1, k) / besseli(0, k)]
