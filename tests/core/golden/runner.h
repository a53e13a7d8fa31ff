// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/tensor/tensor.h"

#include "core/golden/reader.h"

namespace hearth::golden {

using Outputs = std::vector<Tensor>;

/// What an operator's entry in a table gets: the case's inputs as tensors, its attributes by name.
class Args {
 public:
  explicit Args(const Case& c);

  const Case& test_case() const { return case_; }
  size_t size() const { return inputs_.size(); }
  /// Input i; undefined where the case has none there.
  Tensor& operator[](size_t i);
  const std::vector<Tensor>& list(size_t i) const { return inputs_.at(i); }
  /// All inputs from `first` on, one tensor each.
  std::vector<Tensor> from(size_t first);
  /// The inputs that want a gradient, in the order of the expected gradients.
  std::vector<Tensor> leaves() const;

  bool has(std::string_view name) const;  ///< present and not None
  bool b(std::string_view name, std::optional<bool> otherwise = {}) const;
  int64_t i(std::string_view name, std::optional<int64_t> otherwise = {}) const;
  double f(std::string_view name, std::optional<double> otherwise = {}) const;  ///< or an integer
  const std::string& s(std::string_view name) const;
  std::vector<int64_t> ints(std::string_view name) const;  ///< or a single integer
  std::vector<double> floats(std::string_view name) const;
  ScalarType dtype(std::string_view name) const;
  Scalar scalar(std::string_view name) const;
  std::optional<int64_t> maybe_i(std::string_view name) const;
  std::optional<double> maybe_f(std::string_view name) const;
  std::optional<bool> maybe_b(std::string_view name) const;
  std::optional<ScalarType> maybe_dtype(std::string_view name) const;
  std::optional<Scalar> maybe_scalar(std::string_view name) const;

 private:
  const Attribute* find(std::string_view name) const;
  const Attribute& get(std::string_view name) const;

  const Case& case_;
  std::vector<std::vector<Tensor>> inputs_;
};

using Op = Outputs (*)(Args&);
using Table = std::map<std::string_view, Op>;

/// One operator of a family; a gtest parameter. Programs name all of their tests at start-up, so
/// the cases are read when the test runs.
struct OpCases {
  std::string op, path;
  std::string problem;  ///< why the file could not be read

  std::vector<Case> cases() const { return read_cases(path, op); }
};
/// The operators of tests/golden/<family>.bin; tests run in the repository's root.
std::vector<OpCases> operators_of(const char* family);
void PrintTo(const OpCases& cases, std::ostream* out);
/// The operator's name with what gtest accepts.
std::string test_name(const ::testing::TestParamInfo<OpCases>& info);

/// Where cases run: on the CPU, but in programs that link another definition (tests/cuda).
Device test_device();
/// Why they cannot run there; empty when they can.
std::string test_device_missing();

/// Runs every case and reports each difference from PyTorch's values and gradients. An operator
/// that the table lacks is a failure.
void check(const OpCases& cases, const Table& table);

}  // namespace hearth::golden

/// One gtest per operator of the family, named after it.
#define HEARTH_GOLDEN_FAMILY(Name, file, table)                                       \
  class Name : public ::testing::TestWithParam<::hearth::golden::OpCases> {};         \
  TEST_P(Name, MatchesPyTorch) { ::hearth::golden::check(GetParam(), table); }        \
  INSTANTIATE_TEST_SUITE_P(Golden, Name,                                              \
                           ::testing::ValuesIn(::hearth::golden::operators_of(file)), \
                           ::hearth::golden::test_name)
