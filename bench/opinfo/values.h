// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hearth/tensor/tensor.h"

/// The samples that bench/peers/opinfo.py writes; it describes the file.
namespace hearth::opinfo {

using Value = std::variant<std::monostate, bool, int64_t, double, std::complex<double>, std::string,
                           std::vector<int64_t>, std::vector<double>, ScalarType, Tensor,
                           std::vector<std::optional<Tensor>>, std::vector<bool>>;

/// How outputs are compared: element by element, only their sizes and types, or as `canonical`
/// shows them.
enum class Compare : uint8_t { Values, Shapes, Canonical };

/// One call of an operator, and PyTorch's answer.
struct Sample {
  std::string name, dtype;
  Compare compare = Compare::Values;
  std::vector<Value> arguments;
  std::vector<Tensor> outputs;
  std::vector<Tensor> gradients;  ///< of the tensor arguments that require one; undefined: none
};

/// Reads samples one after another; throws FormatError where the file is damaged.
class SampleReader {
 public:
  explicit SampleReader(const std::string& path);
  std::optional<Sample> next();

 private:
  void refill(size_t bytes);
  template <typename T>
  T number();
  std::string text();
  Tensor tensor();
  Value value();

  std::ifstream file_;
  std::string record_;
  size_t at_ = 0;
};

/// The tensors among the arguments that require a gradient, in order.
std::vector<Tensor> leaves(const std::vector<Value>& arguments);

}  // namespace hearth::opinfo
