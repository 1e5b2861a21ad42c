// SPDX-License-Identifier: MIT
#pragma once

// Everything of the library: models, objectives, gradient estimators, optimizers, fits.
#include <leibler/estimators/adam.hpp>
#include <leibler/estimators/assess.hpp>
#include <leibler/estimators/estimate.hpp>
#include <leibler/estimators/expectation.hpp>
#include <leibler/estimators/fit.hpp>
#include <leibler/estimators/fit_restarts.hpp>
#include <leibler/estimators/forward_kl.hpp>
#include <leibler/estimators/maximum_likelihood.hpp>
#include <leibler/estimators/objective_value.hpp>
#include <leibler/estimators/pathwise.hpp>
#include <leibler/estimators/reverse_kl.hpp>
#include <leibler/estimators/schedule.hpp>
#include <leibler/estimators/score_function.hpp>
#include <leibler/estimators/sgd.hpp>
#include <leibler/models/diagonal_gaussian.hpp>
#include <leibler/models/distribution.hpp>
#include <leibler/models/empirical.hpp>
#include <leibler/models/evaluate.hpp>
#include <leibler/models/function_density.hpp>
#include <leibler/models/gaussian.hpp>
#include <leibler/models/gaussian_mixture.hpp>
#include <leibler/models/logistic_regression.hpp>
#include <leibler/models/scalar.hpp>
#include <leibler/models/univariate/normal.hpp>
