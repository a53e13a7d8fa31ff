// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "hearth/autograd/autograd.h"
#include "hearth/ops/creation.h"

#include "core/golden/tables.h"
#include "dispatch/interceptor.h"
#include "ops/all_ops.h"

namespace hearth::golden {
namespace {

/// Collects the rows that calls pass.
class Passed final : public Interceptor {
 public:
  void intercept(const Invocation& call) override {
    rows.insert(&call.op);
    next(call);
  }
  std::set<const OpTable*> rows;
};

/// Rows without special points, and why.
bool has_none(const OpTable& row) {
  if (row.info.is_view() || !row.info.differentiable) return true;
  static const std::set<std::string_view> names = {
      // move or choose elements, whatever they are
      "copy", "to", "cat", "flip", "fill", "constant_pad_nd", "index", "index_put", "index_select",
      "index_add", "index_copy", "tril", "gather", "scatter", "scatter_value", "scatter_add",
      "masked_select", "masked_scatter", "embedding", "embedding_backward", "where",
      "where_backward_b", "where_backward_c", "masked_fill", "masked_fill_backward_self",
      // draw, or do not read what they get
      "dropout", "bernoulli", "random_", "full_like",
      // have cases of their own, or sum products in an order that is theirs
      "scaled_dot_product_attention", "scaled_dot_product_attention_backward", "convolution",
      "convolution_weight_grad", "addmm", "fft_c2c", "fft_r2c", "fft_c2r", "unfold_backward",
      // run as parts of element_loss, which has them
      "squared_error", "absolute_error", "huber", "bce_with_logits", "bce_with_logits_weighted",
      "bce_with_logits_weighted_backward_b", "bce_with_logits_weighted_backward_c", "kl_div",
      "kl_div_log", "smooth_l1", "bce",
      // of complex numbers alone: cases_complex.py
      "abs_complex", "abs_complex_backward", "conj_physical", "conj_physical_backward"};
  return names.count(row.info.name) > 0;
}

TEST(SpecialPoints, EveryRowHasSome) {
  const Table table = operators();
  Passed passed;
  for (const OpCases& op : load("special")) {
    ASSERT_EQ(op.problem, "");
    for (const Case& c : op.cases) {
      if (c.must_throw) continue;
      const Interceptor::Scope scope(passed);
      Args args(c);
      const auto leaves = args.leaves();
      std::vector<Tensor> roots;
      for (const Tensor& t : table.at(op.op)(args))
        if (t.requires_grad()) roots.push_back(t.sum());
      if (!roots.empty() && !leaves.empty())
        autograd::grad(roots, leaves, {}, std::nullopt, false, /*allow_unused=*/true);
    }
  }
  for (const OpTable* row : all_ops())
    EXPECT_TRUE(has_none(*row) || passed.rows.count(row))
        << row->info.name << " has no special points; add some in tests/golden/cases_special.py";
}

}  // namespace
}  // namespace hearth::golden
