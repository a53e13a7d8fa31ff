// SPDX-License-Identifier: Apache-2.0
#include "cpu/dnnl/primitives.h"

#include <cstring>

namespace hearth::cpu::onednn {

namespace {

using dnnl::memory;
using Dims = memory::dims;

memory::data_type type_of(ScalarType t) {
  return t == kBFloat16 ? memory::data_type::bf16 : memory::data_type::f32;
}

/// oneDNN's reference kernels are far slower than our own fallback.
template <class Desc>
bool is_reference(const Desc& desc) {
  return std::strncmp(desc.impl_info_str(), "ref", 3) == 0;
}

memory::desc matrix(const MatmulArgs& g, const int64_t* batch_stride, int64_t rows, int64_t cols,
                    MatrixStride stride) {
  Dims dims, strides;
  for (int d = 0; d < g.batch_dims; d++) {
    const bool broadcast = batch_stride[d] == 0;
    dims.push_back(broadcast ? 1 : g.batch[d]);
    strides.push_back(broadcast ? 1 : batch_stride[d]);
  }
  dims.insert(dims.end(), {rows, cols});
  strides.insert(strides.end(), {stride.row, stride.col});
  // The stride of a single row or column may be anything; oneDNN wants one that fits.
  const size_t r = dims.size() - 2, c = dims.size() - 1;
  if (cols == 1) strides[c] = 1;
  if (rows == 1) strides[r] = strides[c] == 1 ? cols : 1;
  if (cols == 1 && strides[r] == 1 && rows > 1) strides[c] = rows;
  // A batch of broadcast matrices: as if it lay densely.
  int64_t span = strides[r] > strides[c] ? strides[r] * rows : strides[c] * cols;
  for (int d = g.batch_dims - 1; d >= 0; d--) {
    if (batch_stride[d] == 0) strides[d] = span;
    span = strides[d] * dims[d];
  }
  return memory::desc(dims, type_of(g.dtype), strides);
}

dnnl::primitive_attr user_scratchpad() {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attr;
}

/// The memory descriptors of one convolution: as the caller has them, and as oneDNN is asked. Less
/// than two spatial dims are two.
struct ConvDescs {
  Dims stride, dilation, pad_begin, pad_end;
  memory::desc x, w, b, y;
  memory::desc inner_x, inner_w, inner_y;

  explicit ConvDescs(const ConvPlanArgs& p) {
    const ConvArgs& c = p.conv;
    const bool cube = c.dims == 3;
    Dims x_dims = {c.batch, c.in_channels}, y_dims = {c.batch, c.out_channels}, kernel;
    for (int d = cube ? 0 : 1; d < kConvDims; d++) {
      stride.push_back(c.stride[d]);
      dilation.push_back(c.dilation[d] - 1);
      pad_begin.push_back(c.pad_begin[d]);
      // oneDNN insists on a padding that fits the output exactly.
      pad_end.push_back((c.output(d) - 1) * c.stride[d] + c.dilation[d] * (c.kernel[d] - 1) + 1 -
                        c.input[d] - c.pad_begin[d]);
      x_dims.push_back(c.input[d]);
      y_dims.push_back(c.output(d));
      kernel.push_back(c.kernel[d]);
    }
    const auto type = type_of(c.dtype);
    using Tag = memory::format_tag;
    const Tag first = cube ? Tag::ncdhw : Tag::nchw, last = cube ? Tag::ndhwc : Tag::nhwc;
    const Tag tag = c.layout == ConvLayout::ChannelsLast ? last : first;
    x = memory::desc(x_dims, type, tag);
    y = memory::desc(y_dims, type, tag);
    const Tag inner = p.format == ConvFormat::Contiguous     ? first
                      : p.format == ConvFormat::ChannelsLast ? last
                                                             : Tag::any;
    inner_x = memory::desc(x_dims, type, inner);
    inner_y = memory::desc(y_dims, type, inner);

    const int64_t o = c.out_channels, i = c.in_channels / c.groups;
    const bool w_last = c.weight_layout == ConvLayout::ChannelsLast;
    Dims w_dims = {o, i}, w_strides = {i * c.area(), w_last ? 1 : c.area()};
    w_dims.insert(w_dims.end(), kernel.begin(), kernel.end());
    w_strides.resize(w_dims.size());
    int64_t step = w_last ? i : 1;
    for (size_t d = w_dims.size(); d-- > 2; step *= w_dims[d]) w_strides[d] = step;
    if (c.groups > 1) {
      w_dims[0] /= c.groups;
      w_dims.insert(w_dims.begin(), c.groups);
      w_strides.insert(w_strides.begin(), o / c.groups * w_strides[0]);
    }
    w = memory::desc(w_dims, type, w_strides);
    inner_w = memory::desc(w_dims, type, Tag::any);
    b = memory::desc(p.bias ? Dims{o} : Dims{}, type, p.bias ? Tag::a : Tag::undef);
  }

  dnnl::convolution_forward::primitive_desc forward(bool bias, dnnl::prop_kind kind) const {
    const auto algorithm = dnnl::algorithm::convolution_direct;
    const auto desc =
        bias ? dnnl::convolution_forward::desc(kind, algorithm, inner_x, inner_w, b, inner_y,
                                               stride, dilation, pad_begin, pad_end)
             : dnnl::convolution_forward::desc(kind, algorithm, inner_x, inner_w, inner_y, stride,
                                               dilation, pad_begin, pad_end);
    return {desc, user_scratchpad(), engine()};
  }
};

}  // namespace

std::unique_ptr<Plan> make_matmul(const void* matmul_args) {
  const auto& g = *static_cast<const MatmulArgs*>(matmul_args);
  const auto a = matrix(g, g.a_batch, g.m, g.k, g.a_stride);
  const auto b = matrix(g, g.b_batch, g.k, g.n, g.b_stride);
  const auto c = matrix(g, g.c_batch, g.m, g.n, {g.c_stride, 1});
  auto attr = user_scratchpad();
  if (g.alpha != 1) attr.set_output_scales(0, {static_cast<float>(g.alpha)});
  if (g.beta != 0) {
    dnnl::post_ops ops;
    ops.append_sum(static_cast<float>(g.beta));
    attr.set_post_ops(ops);
  }
  Dims bias_dims(static_cast<size_t>(g.batch_dims + 1), 1);
  bias_dims.push_back(g.n);
  const memory::desc bias(bias_dims, type_of(g.dtype), Dims(bias_dims.size(), g.n));
  const auto desc = g.bias ? dnnl::matmul::desc(a, b, bias, c) : dnnl::matmul::desc(a, b, c);
  const dnnl::matmul::primitive_desc pd(desc, attr, engine());
  if (is_reference(pd)) return nullptr;
  auto plan = std::make_unique<Plan>();
  plan->add_input(DNNL_ARG_SRC, a, a);
  plan->add_input(DNNL_ARG_WEIGHTS, b, b);
  if (g.bias) plan->add_input(DNNL_ARG_BIAS, bias, bias);
  plan->add_output(DNNL_ARG_DST, c, c);
  plan->set_primitive(dnnl::matmul(pd), pd.scratchpad_desc());
  return plan;
}

std::unique_ptr<Plan> make_forward(const void* conv_plan_args) {
  const auto& p = *static_cast<const ConvPlanArgs*>(conv_plan_args);
  const ConvDescs d(p);
  const auto pd = d.forward(p.bias, dnnl::prop_kind::forward_training);
  if (is_reference(pd)) return nullptr;
  auto plan = std::make_unique<Plan>();
  plan->add_input(DNNL_ARG_SRC, d.x, pd.src_desc());
  plan->add_input(DNNL_ARG_WEIGHTS, d.w, pd.weights_desc());
  if (p.bias) plan->add_input(DNNL_ARG_BIAS, d.b, d.b);
  plan->add_output(DNNL_ARG_DST, d.y, pd.dst_desc());
  plan->set_primitive(dnnl::convolution_forward(pd), pd.scratchpad_desc());
  return plan;
}

std::unique_ptr<Plan> make_backward_data(const void* conv_plan_args) {
  const auto& p = *static_cast<const ConvPlanArgs*>(conv_plan_args);
  const ConvDescs d(p);
  const dnnl::convolution_backward_data::desc desc(dnnl::algorithm::convolution_direct, d.inner_x,
                                                   d.inner_w, d.inner_y, d.stride, d.dilation,
                                                   d.pad_begin, d.pad_end);
  const dnnl::convolution_backward_data::primitive_desc pd(
      desc, user_scratchpad(), engine(), d.forward(false, dnnl::prop_kind::forward_training));
  if (is_reference(pd)) return nullptr;
  auto plan = std::make_unique<Plan>();
  plan->add_input(DNNL_ARG_DIFF_DST, d.y, pd.diff_dst_desc());
  plan->add_input(DNNL_ARG_WEIGHTS, d.w, pd.weights_desc());
  plan->add_output(DNNL_ARG_DIFF_SRC, d.x, pd.diff_src_desc());
  plan->set_primitive(dnnl::convolution_backward_data(pd), pd.scratchpad_desc());
  return plan;
}

std::unique_ptr<Plan> make_backward_weights(const void* conv_plan_args) {
  const auto& p = *static_cast<const ConvPlanArgs*>(conv_plan_args);
  const ConvDescs d(p);
  using Desc = dnnl::convolution_backward_weights::desc;
  const auto algorithm = dnnl::algorithm::convolution_direct;
  const Desc desc = p.bias ? Desc(algorithm, d.inner_x, d.inner_w, d.b, d.inner_y, d.stride,
                                  d.dilation, d.pad_begin, d.pad_end)
                           : Desc(algorithm, d.inner_x, d.inner_w, d.inner_y, d.stride, d.dilation,
                                  d.pad_begin, d.pad_end);
  const dnnl::convolution_backward_weights::primitive_desc pd(
      desc, user_scratchpad(), engine(), d.forward(p.bias, dnnl::prop_kind::forward_training));
  if (is_reference(pd)) return nullptr;
  auto plan = std::make_unique<Plan>();
  plan->add_input(DNNL_ARG_SRC, d.x, pd.src_desc());
  plan->add_input(DNNL_ARG_DIFF_DST, d.y, pd.diff_dst_desc());
  plan->add_output(DNNL_ARG_DIFF_WEIGHTS, d.w, pd.diff_weights_desc());
  if (p.bias) plan->add_output(DNNL_ARG_DIFF_BIAS, d.b, d.b);
  plan->set_primitive(dnnl::convolution_backward_weights(pd), pd.scratchpad_desc());
  return plan;
}

}  // namespace hearth::cpu::onednn
