// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace hearth::optim {

inline constexpr double kPi = 3.14159265358979323846;

/// One value for each parameter group, of one for all or one each.
std::vector<double> per_group(const char* who, const char* what, std::vector<double> values,
                              size_t groups);

}  // namespace hearth::optim
