// SPDX-License-Identifier: Apache-2.0
// What cuda::set_benchmark measures: the choice that won, by problem.
#pragma once

#include <cstdint>
#include <string>

#include "hearth/base/macros.h"

namespace hearth {

/// 0 while nothing is to be measured. Else the number of the present set of choices, which is new
/// after each set_benchmark_file: what was looked up in an older set is looked up again.
HEARTH_API int32_t measured_set();

/// The choice kept for a problem; empty when there is none. Both are texts without control
/// characters. A choice may come from a file, which can hold anything.
HEARTH_API std::string kept_choice(const std::string& problem);
/// Keeps a choice in place of an earlier one, and adds it to the file.
HEARTH_API void keep_choice(const std::string& problem, const std::string& choice);

}  // namespace hearth
