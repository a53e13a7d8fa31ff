// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/transformer.h"

#include "hearth/ops/pointwise.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace {

Tensor activate(const activation_t& activation, const Tensor& x) {
  if (const auto* function = std::get_if<Callable<Tensor(const Tensor&)>>(&activation))
    return (*function)(x);
  return std::holds_alternative<enumtype::kReLU>(activation) ? relu(x) : gelu(x);
}

}  // namespace

// ---- TransformerEncoderLayer

TransformerEncoderLayerImpl::TransformerEncoderLayerImpl(int64_t d_model, int64_t nhead)
    : TransformerEncoderLayerImpl(TransformerEncoderLayerOptions(d_model, nhead)) {}
TransformerEncoderLayerImpl::TransformerEncoderLayerImpl(
    const TransformerEncoderLayerOptions& options_)
    : options(options_) {
  TransformerEncoderLayerImpl::reset();
}

void TransformerEncoderLayerImpl::reset() {
  const int64_t d = options.d_model();
  const auto norm = LayerNormOptions({d}).eps(options.layer_norm_eps()).bias(options.bias());
  const auto linear = [&](int64_t in, int64_t out) {
    return Linear(LinearOptions(in, out).bias(options.bias()));
  };
  self_attn =
      register_module("self_attn", MultiheadAttention(MultiheadAttentionOptions(d, options.nhead())
                                                          .dropout(options.dropout())
                                                          .bias(options.bias())
                                                          .batch_first(options.batch_first())
                                                          .hidden_rows_are_nan(true)));
  linear1 = register_module("linear1", linear(d, options.dim_feedforward()));
  dropout = register_module("dropout", Dropout(options.dropout()));
  linear2 = register_module("linear2", linear(options.dim_feedforward(), d));
  norm1 = register_module("norm1", LayerNorm(norm));
  norm2 = register_module("norm2", LayerNorm(norm));
  dropout1 = register_module("dropout1", Dropout(options.dropout()));
  dropout2 = register_module("dropout2", Dropout(options.dropout()));
}

void TransformerEncoderLayerImpl::reset_parameters() {
  self_attn->_reset_parameters();
  linear1->reset_parameters();
  linear2->reset_parameters();
  norm1->reset_parameters();
  norm2->reset_parameters();
}

Tensor TransformerEncoderLayerImpl::forward(const Tensor& src, const Tensor& src_mask,
                                            const Tensor& src_key_padding_mask, bool is_causal) {
  const auto attend = [&](const Tensor& x) {
    const auto result = self_attn(x, x, x, src_key_padding_mask, /*need_weights=*/false, src_mask,
                                  /*average_attn_weights=*/true, is_causal);
    return dropout1(std::get<0>(result));
  };
  const auto feed_forward = [&](const Tensor& x) {
    return dropout2(linear2(dropout(activate(options.activation(), linear1(x)))));
  };
  if (options.norm_first()) {
    const Tensor x = src + attend(norm1(src));
    return x + feed_forward(norm2(x));
  }
  const Tensor x = norm1(src + attend(src));
  return norm2(x + feed_forward(x));
}

void TransformerEncoderLayerImpl::pretty_print(std::ostream& stream) const {
  stream << "torch::nn::TransformerEncoderLayerImpl";
}
HEARTH_DEFINE_CLONE(TransformerEncoderLayerImpl)

// ---- TransformerEncoder

TransformerEncoderImpl::TransformerEncoderImpl(TransformerEncoderLayer encoder_layer,
                                               int64_t num_layers)
    : TransformerEncoderImpl(TransformerEncoderOptions(std::move(encoder_layer), num_layers)) {}
TransformerEncoderImpl::TransformerEncoderImpl(const TransformerEncoderOptions& options_)
    : options(options_) {
  TransformerEncoderImpl::reset();
}
TransformerEncoderImpl::~TransformerEncoderImpl() = default;

void TransformerEncoderImpl::reset() {
  layers = register_module("layers", ModuleList());
  for (int64_t i = 0; i < options.num_layers(); ++i)
    layers->push_back(options.encoder_layer()->clone());
  norm = options.norm();
  if (!norm.is_empty()) register_module("norm", norm.ptr());
}

void TransformerEncoderImpl::reset_parameters() {
  for (const auto& module : *layers) module->as<TransformerEncoderLayerImpl>()->reset_parameters();
  // Nothing says whether the norm can start anew, so that of the options takes its place.
  if (!norm.is_empty()) unregister_module("norm");
  norm = options.norm().is_empty() ? AnyModule() : options.norm().clone();
  if (!norm.is_empty()) register_module("norm", norm.ptr());
}

Tensor TransformerEncoderImpl::forward(const Tensor& src, const Tensor& src_mask,
                                       const Tensor& src_key_padding_mask, bool is_causal) {
  HEARTH_CHECK_AS(ValueError, !layers->is_empty(),
                  "[TransformerEncoder] should have at least one encoder layer");
  Tensor x = src;
  for (const auto& module : *layers) {
    auto& layer = *module->as<TransformerEncoderLayerImpl>();
    x = detail::call_module(layer, x, src_mask, src_key_padding_mask, is_causal);
  }
  return norm.is_empty() ? x : norm.forward(x);
}

void TransformerEncoderImpl::pretty_print(std::ostream& stream) const {
  stream << "torch::nn::TransformerEncoderImpl";
}

std::shared_ptr<Module> TransformerEncoderImpl::clone(const std::optional<Device>& device) const {
  // reset() registers the norm of the options itself: the copy needs one of its own there.
  TransformerEncoderImpl with_own_norm(*this);
  with_own_norm.options.norm(options.norm().clone(device));
  return clone_module(with_own_norm, device);
}
void TransformerEncoderImpl::clone_(Module& other, const std::optional<Device>& device) {
  clone_into(*this, other, device);
}

}  // namespace hearth::nn
