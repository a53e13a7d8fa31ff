// SPDX-License-Identifier: Apache-2.0
// Pruning: a parameter times a mask of zeros and ones. The masks are parametrizations, computed and
// named as nn/parametrize.h says.
#pragma once

#include <string>
#include <vector>

#include "hearth/nn/parametrize.h"

namespace hearth::nn::utils::prune {

/// How much to prune: a fraction in [0, 1], or a number of elements or channels.
class Amount {
 public:
  Amount(double fraction) : fraction_(fraction) {}
  Amount(int64_t count) : count_(count), is_count_(true) {}
  Amount(int count) : Amount(int64_t{count}) {}
  /// So many of n; throws where that is less than none or more than all.
  HEARTH_API int64_t of(int64_t n) const;

 private:
  double fraction_ = 0;
  int64_t count_ = 0;
  bool is_count_ = false;
};

// Pruning again prunes among what is left.
/// Prunes nothing yet.
HEARTH_API void identity(Module& module, const std::string& name);
/// Elements at random.
HEARTH_API void random_unstructured(Module& module, const std::string& name, Amount amount);
/// The elements closest to zero.
HEARTH_API void l1_unstructured(Module& module, const std::string& name, Amount amount);
/// A parameter by its module and name: `{*net->fc, "weight"}`.
struct Target {
  Module& module;
  std::string name;
};
enum class Method { L1Unstructured, RandomUnstructured };
/// Elements of several parameters together: of all of them, those closest to zero or any.
HEARTH_API void global_unstructured(const std::vector<Target>& parameters, Method method,
                                    Amount amount);
/// Whole channels along `dim` at random.
HEARTH_API void random_structured(Module& module, const std::string& name, Amount amount,
                                  int64_t dim);
/// The channels along `dim` with the smallest norm of order n.
HEARTH_API void ln_structured(Module& module, const std::string& name, Amount amount, double n,
                              int64_t dim);
/// The elements where `mask`, of the parameter's sizes, is zero.
HEARTH_API void custom_from_mask(Module& module, const std::string& name, const Tensor& mask);
/// Makes what pruning left the parameter itself.
HEARTH_API void remove(Module& module, const std::string& name);
/// Whether a parameter of the module, or of one below it, is pruned.
HEARTH_API bool is_pruned(const Module& module);
/// The mask of a pruned parameter.
HEARTH_API Tensor mask_of(const Module& module, const std::string& name);

}  // namespace hearth::nn::utils::prune
