// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "c10/macros/Macros.h"

namespace hearth {

/// The sum and the product of a list's elements: c10::multiply_integers(x.sizes()).
template <typename List>
int64_t sum_integers(const List& list) {
  int64_t sum = 0;
  for (const auto& n : list) sum += n;
  return sum;
}
template <typename List>
int64_t multiply_integers(const List& list) {
  int64_t product = 1;
  for (const auto& n : list) product *= n;
  return product;
}

}  // namespace hearth
