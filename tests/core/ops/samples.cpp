// SPDX-License-Identifier: Apache-2.0
#include "core/ops/samples.h"

#include <cmath>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg_decompositions.h"
#include "hearth/ops/pointwise.h"

namespace hearth::testing_ops {

void pointwise_samples(Samples& samples);
void creation_samples(Samples& samples);
void view_samples(Samples& samples);
void reduce_samples(Samples& samples);
void linalg_samples(Samples& samples);
void decomposition_samples(Samples& samples);
void random_samples(Samples& samples);
void shape_samples(Samples& samples);
void conv_samples(Samples& samples);
void conv_norm_samples(Samples& samples);
void pad_samples(Samples& samples);
void rnn_samples(Samples& samples);
void pool_samples(Samples& samples);
void resize_samples(Samples& samples);
void spatial_samples(Samples& samples);
void fused_samples(Samples& samples);
void optim_samples(Samples& samples);
void index_samples(Samples& samples);
void statistics_samples(Samples& samples);
void losses_samples(Samples& samples);
void fft_samples(Samples& samples);
void filter_samples(Samples& samples);
void sparse_samples(Samples& samples);
void blocks_samples(Samples& samples);

Samples all_samples() {
  Samples samples;
  pointwise_samples(samples);
  creation_samples(samples);
  view_samples(samples);
  reduce_samples(samples);
  linalg_samples(samples);
  decomposition_samples(samples);
  random_samples(samples);
  shape_samples(samples);
  conv_samples(samples);
  conv_norm_samples(samples);
  pad_samples(samples);
  rnn_samples(samples);
  pool_samples(samples);
  resize_samples(samples);
  spatial_samples(samples);
  fused_samples(samples);
  optim_samples(samples);
  index_samples(samples);
  statistics_samples(samples);
  if (!has_lapack()) std::erase_if(samples, [](const Sample& s) { return needs_lapack(*s.op); });
  losses_samples(samples);
  fft_samples(samples);
  filter_samples(samples);
  sparse_samples(samples);
  blocks_samples(samples);
  return samples;
}

Tensor values(IntArrayRef sizes, double low, double high, int seed) {
  const Tensor t = empty(sizes, TensorOptions(kDouble));
  double* p = t.data_ptr<double>();
  for (int64_t i = 0; i < t.numel(); ++i) {
    const double x = static_cast<double>(i + 1) * 0.6180339887498949 + seed * 0.3819;
    p[i] = low + (high - low) * (x - std::floor(x));
  }
  return t;
}

std::string describe(const Sample& s) {
  std::string text(s.op->info.name);
  text += "(" + s.op->fields.print(s.fields.get());
  for (const Tensor& t : s.in)
    text += t.defined() ? cat_str("; ", t.sizes(), " ", t.scalar_type()) : "; none";
  return text + ")";
}

std::vector<Tensor> copies(const std::vector<Tensor>& in) {
  std::vector<Tensor> out;
  for (const Tensor& t : in) out.push_back(t.defined() ? t.clone() : t);
  return out;
}

Tensor strided(const Tensor& t) {
  if (!t.defined() || t.dim() == 0) return t;
  DimVector sizes;
  for (int64_t d = t.dim(); d-- > 0;) sizes.push_back(t.size(d));
  sizes.push_back(2);
  DimVector dims;
  for (int64_t d = t.dim(); d-- > 0;) dims.push_back(d);
  const Tensor out = empty(sizes, t.options()).select(-1, 0).permute(dims);
  out.copy_(t);
  return out;
}

bool uninitialised(const Sample& s) {
  return s.op->fields.print(s.fields.get()).find("value=None") != std::string::npos;
}

Tensors run(const Sample& sample, const std::vector<Tensor>& in) {
  return invoke_list(*sample.op, sample.fields.get(), ArgList(in));
}

autograd::variable_list with_grad(const Sample& s) {
  autograd::variable_list in = copies(s.in);
  for (size_t i = 0; i < in.size(); ++i) {
    if (in[i].defined() && in[i].scalar_type() == kDouble && s.op->info.input(i).differentiable())
      in[i].requires_grad_();
  }
  return in;
}

bool can_check_gradients(const Sample& s) {
  if (!s.op->info.differentiable || !s.smooth) return false;
  bool any = false;
  for (const Tensor& t : with_grad(s)) any |= t.defined() && t.requires_grad();
  if (!any) return false;
  AutoGradMode on(true);
  for (const Tensor& t : run(s, with_grad(s)))
    if (t.requires_grad()) return true;
  return false;
}

Fn function_of(const Sample& s) {
  return [&s](const autograd::variable_list& in) {
    // Ops that also write into an input get a fresh one each time.
    autograd::variable_list args = in;
    for (size_t i = 0; i < args.size(); ++i)
      if (s.op->info.input(i).is(arg::mutated))
        args[i] = s.in[i].defined() ? s.in[i].clone() : s.in[i];
    autograd::variable_list out;
    const Tensors results = run(s, args);
    for (size_t i = 0; i < results.size(); ++i)
      if (!s.op->info.output(i).constant) out.push_back(results[i]);
    return out;
  };
}

}  // namespace hearth::testing_ops
