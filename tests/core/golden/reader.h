// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hearth/base/dtype.h"
#include "hearth/tensor/tensor.h"

/// Reads the golden cases that tests/golden/generate.py wrote; tests/golden/golden.py describes the
/// file and the formulas.
namespace hearth::golden {

enum class Formula : uint8_t { Uniform, Distinct, Special, Values };

/// One input tensor: a formula for a one-dimensional storage, and a strided view of it.
struct Spec {
  ScalarType dtype = ScalarType::Undefined;
  Formula formula = Formula::Uniform;
  bool requires_grad = false;
  uint32_t seed = 0;
  double low = 0, high = 0;
  int64_t storage = 0;
  std::vector<int64_t> sizes, strides;
  int64_t offset = 0;
  std::vector<double> values;
};

/// An argument: undefined (no specs), one tensor, or a list. Parameters of modules have names.
struct Input {
  std::string name;
  bool is_list = false;
  std::vector<Spec> specs;
};

using Attribute = std::variant<std::monostate, bool, int64_t, double, std::string,
                               std::vector<int64_t>, std::vector<double>, ScalarType>;

/// An output or a gradient as PyTorch computed it; dtype is Undefined where there is none.
struct Expected {
  ScalarType dtype = ScalarType::Undefined;
  bool requires_grad = false;
  std::vector<int64_t> sizes;
  std::vector<uint8_t> data;
};

struct Case {
  std::string op, variant;
  bool must_throw = false;
  double tolerance = 1;  ///< multiplies the dtype's usual tolerance
  std::map<std::string, Attribute, std::less<>> attributes;
  std::vector<Input> inputs;
  std::vector<Expected> outputs, gradients;
};

/// The operators of a file, each once; throws FormatError where it is cut off and FileError where
/// it is missing.
std::vector<std::string> read_operators(const std::string& path);

/// All cases of a file, or those of one operator; throws as `read_operators`, and where one of
/// these cases is damaged.
std::vector<Case> read_cases(const std::string& path, std::string_view op = {});

/// The elements that a formula gives, as a one-dimensional tensor.
Tensor elements_of(Formula formula, int64_t n, ScalarType dtype, uint32_t seed, double low,
                   double high, const std::vector<double>& values = {});

/// The tensor that a spec describes, a leaf on `device`.
Tensor build(const Spec& spec, Device device = kCPU);

}  // namespace hearth::golden
