// SPDX-License-Identifier: MIT
// expect: leibler/models/gaussian.hpp
#include <leibler/engine/random.hpp>
#ifndef LEIBLER_COMPILE_OK
#include <leibler/models/gaussian.hpp>
#endif
