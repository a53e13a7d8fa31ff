// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/prune.h"

#include <cmath>
#include <ostream>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/sort.h"
#include "hearth/ops/view.h"

#include "tensor/host_read.h"

namespace hearth::nn::utils::prune {

int64_t Amount::of(int64_t n) const {
  HEARTH_CHECK_AS(ValueError, is_count_ || (fraction_ >= 0 && fraction_ <= 1),
                  "[prune] amount=", fraction_, " should be a fraction between 0 and 1");
  HEARTH_CHECK_AS(ValueError, !is_count_ || (count_ >= 0 && count_ <= n), "[prune] amount=", count_,
                  " should be between 0 and the number of parameters to prune=", n);
  return is_count_ ? count_ : std::llrint(fraction_ * static_cast<double>(n));
}

namespace {

class Mask final : public parametrize::Parametrization {
 public:
  explicit Mask(const Tensor& mask) : mask_(register_buffer("mask", mask)) {}
  Tensor compute(const std::vector<Tensor>& originals) override { return originals[0] * mask_; }
  std::shared_ptr<Module> clone(const std::optional<Device>& device) const override {
    return std::make_shared<Mask>(device ? mask_.to(*device).clone() : mask_.clone());
  }
  void pretty_print(std::ostream& stream) const override { stream << "torch::nn::PruningMask"; }
  Tensor& mask() { return mask_; }

 private:
  Tensor mask_;
};

std::shared_ptr<Mask> find_mask(const Module& module, const std::string& name) {
  for (const auto& step : parametrize::parametrizations_of(module, name))
    if (auto mask = std::dynamic_pointer_cast<Mask>(step)) return mask;
  return nullptr;
}

/// The mask to change: a fresh one of ones if nothing is pruned yet.
std::shared_ptr<Mask> mask_to_change(Module& module, const std::string& name) {
  if (auto found = find_mask(module, name)) return found;
  const auto own = module.named_parameters(/*recurse=*/false);
  const Tensor* parameter = own.find(name);
  HEARTH_CHECK_AS(ValueError, parameter, "[prune] Module '", module.name(),
                  "' has no parameter with name '", name, "'");
  auto mask = std::make_shared<Mask>(ones_like(parameter->detach()));
  register_parametrization(module, name, mask);
  return mask;
}

/// The weight as pruned so far.
Tensor current(Module& module, const std::string& name) {
  return module.get_parameter("parametrizations." + name + ".original").detach();
}

/// Prunes `amount` of the entries that are left of a vector of scores: those that score least.
/// Returns ones and zeros.
Tensor keep_largest(const Tensor& scores, const Tensor& left, Amount amount) {
  check_host_read("prune");
  const Tensor index = nonzero(left).squeeze(1);
  const int64_t count = amount.of(index.numel());
  const Tensor order = std::get<1>(scores.index_select(0, index).sort());
  const Tensor gone = index.index_select(0, order.narrow(0, 0, count));
  return left.to(scores.scalar_type()).index_fill(0, gone, 0);
}

void unstructured(const std::vector<Target>& targets, Method method, Amount amount) {
  const NoGradGuard no_grad;
  std::vector<Tensor> scores, masks;
  for (const auto& [module, name] : targets) {
    masks.push_back(mask_to_change(module, name)->mask());
    const Tensor w = current(module, name);
    scores.push_back((method == Method::L1Unstructured ? w.abs() : rand_like(w)).reshape({-1}));
  }
  if (targets.empty()) return;
  std::vector<Tensor> left;
  for (const Tensor& mask : masks) left.push_back(mask.reshape({-1}).ne(0));
  const Tensor kept = keep_largest(cat(scores), cat(left), amount);
  int64_t from = 0;
  for (size_t i = 0; i < targets.size(); ++i) {
    masks[i].copy_(kept.narrow(0, from, masks[i].numel()).view(masks[i].sizes()));
    from += masks[i].numel();
    parametrize::update_parametrized(targets[i].module);
  }
}

template <typename Scores>
void structured(Module& module, const std::string& name, Amount amount, int64_t dim,
                const Scores& scores) {
  const NoGradGuard no_grad;
  Tensor& mask = mask_to_change(module, name)->mask();
  HEARTH_CHECK_AS(IndexError, dim >= -mask.dim() && dim < mask.dim(), "[prune] expected a dim of '",
                  name, "', which has ", mask.dim(), ", got ", dim);
  const int64_t channels = mask.size(dim);
  const Tensor left = mask.transpose(0, dim).reshape({channels, -1}).ne(0).any(1);
  const Tensor rows = (current(module, name) * mask).transpose(0, dim).reshape({channels, -1});
  const Tensor kept = keep_largest(scores(rows), left, amount);
  std::vector<int64_t> sizes(static_cast<size_t>(mask.dim()), 1);
  sizes[static_cast<size_t>(dim < 0 ? dim + mask.dim() : dim)] = channels;
  mask.mul_(kept.view(sizes));
  parametrize::update_parametrized(module);
}

}  // namespace

void identity(Module& module, const std::string& name) { mask_to_change(module, name); }

void random_unstructured(Module& module, const std::string& name, Amount amount) {
  unstructured({{module, name}}, Method::RandomUnstructured, amount);
}
void l1_unstructured(Module& module, const std::string& name, Amount amount) {
  unstructured({{module, name}}, Method::L1Unstructured, amount);
}
void global_unstructured(const std::vector<Target>& parameters, Method method, Amount amount) {
  unstructured(parameters, method, amount);
}
void random_structured(Module& module, const std::string& name, Amount amount, int64_t dim) {
  structured(module, name, amount, dim,
             [](const Tensor& rows) { return rand({rows.size(0)}, rows.options()); });
}
void ln_structured(Module& module, const std::string& name, Amount amount, double n, int64_t dim) {
  structured(module, name, amount, dim,
             [n](const Tensor& rows) { return rows.norm(n, IntArrayRef(1), false); });
}

void custom_from_mask(Module& module, const std::string& name, const Tensor& mask) {
  const NoGradGuard no_grad;
  Tensor& own = mask_to_change(module, name)->mask();
  HEARTH_CHECK_AS(ShapeError, mask.sizes() == own.sizes(), "[prune] expected a mask of sizes ",
                  own.sizes(), ", got ", mask.sizes());
  own.mul_(mask);
  parametrize::update_parametrized(module);
}

void remove(Module& module, const std::string& name) {
  HEARTH_CHECK_AS(ValueError, find_mask(module, name), "[prune] Parameter '", name, "' of module ",
                  module.name(), " has to be pruned before pruning can be removed");
  parametrize::remove_parametrizations(module, name);
}

bool is_pruned(const Module& module) {
  bool found = false;
  module.apply(Module::ConstModuleApplyFunction(
      [&](const Module& each) { found |= dynamic_cast<const Mask*>(&each) != nullptr; }));
  return found;
}

Tensor mask_of(const Module& module, const std::string& name) {
  const auto mask = find_mask(module, name);
  HEARTH_CHECK_AS(ValueError, mask, "[prune] Parameter '", name, "' of module ", module.name(),
                  " is not pruned");
  return mask->mask();
}

}  // namespace hearth::nn::utils::prune
