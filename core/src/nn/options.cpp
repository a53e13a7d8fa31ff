// SPDX-License-Identifier: Apache-2.0
#include <ostream>

#include "hearth/nn/enum.h"
#include "hearth/nn/expanding_array.h"

namespace hearth {

namespace enumtype {
int64_t reduction_get_enum(const nn::reduction_t& reduction) {
  return static_cast<int64_t>(reduction.index());  // none, mean, sum: as Reduction counts
}
}  // namespace enumtype

namespace detail {
namespace {

template <typename T>
void print(std::ostream& out, ArrayRef<T> values) {
  if (values.size() == 1) {
    out << values[0];
    return;
  }
  out << '[';
  for (size_t i = 0; i < values.size(); ++i) out << (i ? ", " : "") << values[i];
  out << ']';
}

}  // namespace
void print_numbers(std::ostream& out, ArrayRef<int64_t> values) { print(out, values); }
void print_numbers(std::ostream& out, ArrayRef<double> values) { print(out, values); }
}  // namespace detail

}  // namespace hearth
