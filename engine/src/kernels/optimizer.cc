// SPDX-License-Identifier: MIT
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/optimizer.cc"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

#include <leibler/engine/kernels/optimizer.hpp>
#include "kernels/pack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace leibler::inline v0::engine::kernels {
namespace HWY_NAMESPACE {

using O = Octets<1>;

HWY_INLINE O All(double x) {
  return Broadcast<kVectors>(x);
}

// body(load, store, i) for every octet; the last may be a part.
template <class Body>
HWY_INLINE void EachOctet(size_t n, Body&& body) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    body([=](const double* p) HWY_ATTR { return Load<kVectors>(p + i); },
         [=](const O& a, double* p) HWY_ATTR { Store(a, p + i); });
  }
  if (i < n) {
    body([=](const double* p) HWY_ATTR { return LoadPart(p + i, n - i); },
         [=](const O& a, double* p) HWY_ATTR { StorePart(a, p + i, n - i); });
  }
}

void AdamUpdate(const AdamStep& step, const double* gradient, double* first, double* second,
                double* parameters, size_t n) {
  const O beta1 = All(step.beta1), beta2 = All(step.beta2);
  const O rest1 = All(1.0 - step.beta1), rest2 = All(1.0 - step.beta2);
  const O size = All(step.step_size), scale = All(step.second_scale), epsilon = All(step.epsilon);
  EachOctet(n, [&](auto load, auto store) HWY_ATTR {
    const O g = load(gradient);
    const O m = Fma(beta1, load(first), rest1 * g);
    const O v = Fma(beta2, load(second), rest2 * g * g);
    store(m, first);
    store(v, second);
    store(load(parameters) - size * m / (Sqrt(v * scale) + epsilon), parameters);
  });
}

void MomentumUpdate(double rate, double momentum, bool nesterov, const double* gradient,
                    double* velocity, double* parameters, size_t n) {
  const O mu = All(momentum), step = All(rate);
  EachOctet(n, [&](auto load, auto store) HWY_ATTR {
    const O g = load(gradient);
    const O v = Fma(mu, load(velocity), g);
    store(v, velocity);
    const O direction = nesterov ? Fma(mu, v, g) : v;
    store(load(parameters) - step * direction, parameters);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace leibler::inline v0::engine::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leibler::inline v0::engine::kernels {

HWY_EXPORT(AdamUpdate);
HWY_EXPORT(MomentumUpdate);

void adam_update(const AdamStep& step, const double* gradient, double* first, double* second,
                 double* parameters, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(AdamUpdate)(step, gradient, first, second, parameters, n);
}
void momentum_update(double rate, double momentum, bool nesterov, const double* gradient,
                     double* velocity, double* parameters, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(MomentumUpdate)
  (rate, momentum, nesterov, gradient, velocity, parameters, n);
}

}  // namespace leibler::inline v0::engine::kernels
#endif
