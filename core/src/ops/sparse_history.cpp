// SPDX-License-Identifier: Apache-2.0
// How gradients pass between sparse tensors and their values.
#include "autograd/meta.h"
#include "base/thread_state.h"
#include "ops/sparse.h"

namespace hearth::ops {

namespace {

using autograd::GradList;

/// A node with one input and one output, which keeps where the values lie.
struct PatternNode : autograd::Node {
  PatternNode(const char* node_name, const Tensor& pattern)
      : layout(impl(pattern).layout), sizes(impl(pattern).sizes), title(node_name) {
    const SparseParts& p = sparse_parts(pattern);
    kept.indices = p.indices;
    kept.crow = p.crow;
    kept.coalesced = p.coalesced;
    version = version_of(kept.indices);
  }
  std::string name() const override { return title; }

  /// A tensor with this pattern and the values.
  Sparse with_values(const Tensor& values) const {
    HEARTH_CHECK_AS(AutogradError, version == version_of(kept.indices), "[", title,
                    "] the indices of a sparse tensor have been modified by an inplace operation "
                    "since");
    Sparse s;
    static_cast<SparseParts&>(s) = kept;
    s.values = values;
    s.layout = layout;
    s.sizes = sizes;
    return s;
  }

  const Layout layout;
  const DimVector sizes;
  const char* const title;
  SparseParts kept;
  uint32_t version;
};

struct FromValues final : PatternNode {
  using PatternNode::PatternNode;
  GradList apply(GradList&& grads) override {
    GradList out(1);
    if (grads[0].defined()) out[0] = elements_at(grads[0], with_values({}).as_coo());
    return out;
  }
};

struct ToValues final : PatternNode {
  using PatternNode::PatternNode;
  GradList apply(GradList&& grads) override {
    GradList out(1);
    if (grads[0].defined()) out[0] = with_values(grads[0]).tensor();
    return out;
  }
};

struct Coalesce final : autograd::Node {
  std::string name() const override { return "CoalesceBackward0"; }
  GradList apply(GradList&& grads) override { return std::move(grads); }
};

/// Makes `out` the output of `node`, whose input is `in`.
Tensor connect(autograd::Node* node, Tensor out, const Tensor& in) {
  autograd::NodePtr handle = autograd::NodePtr::adopt(node);
  const TensorImpl& o = impl(out);
  node->edges.emplace_back(autograd::gradient_edge(in));
  node->inputs.push_back({o.sizes, o.dtype, o.device});
  autograd::set_history(out, std::move(handle), 0);
  return out;
}

}  // namespace

bool is_recorded(const Tensor& t) {
  return thread_state().grad_enabled && autograd::requires_grad(t) &&
         is_differentiable(impl(t).dtype);
}

Tensor with_history_of_values(const Tensor& sparse, const Tensor& values) {
  if (!is_recorded(values)) return sparse;
  const bool coo = impl(sparse).layout == kSparse;
  return connect(
      new FromValues(coo ? "SparseCooTensorBackward0" : "SparseCsrTensorBackward0", sparse), sparse,
      values);
}

Tensor values_with_history(const Tensor& sparse) {
  const Tensor values = alias_tensor(sparse_parts(sparse).values);
  return is_recorded(sparse) ? connect(new ToValues("ValuesBackward0", sparse), values, sparse)
                             : values;
}

Tensor with_history_of(const Tensor& coalesced, const Tensor& sparse) {
  return is_recorded(sparse) ? connect(new Coalesce, coalesced, sparse) : coalesced;
}

}  // namespace hearth::ops
