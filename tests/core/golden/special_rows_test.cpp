// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "hearth/autograd/autograd.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

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
      "copy", "to", "cat", "flip", "fill", "constant_pad_nd", "pad_from_self",
      "pad_from_self_backward", "index", "index_put", "index_select", "index_add", "index_copy",
      "tril", "gather", "scatter", "scatter_value", "scatter_add", "im2col", "col2im",
      "masked_select", "masked_scatter", "embedding", "embedding_backward", "where",
      "where_backward_b", "where_backward_c", "masked_fill", "masked_fill_backward_self",
      // draw, or do not read what they get
      "dropout", "bernoulli", "random_", "poisson", "binomial", "_standard_gamma", "full_like",
      // has them among its own cases
      "scatter_reduce",
      // have cases of their own, or sum products in an order that is theirs
      "scaled_dot_product_attention", "scaled_dot_product_attention_backward", "convolution",
      "conv_norm", "convolution_weight_grad", "addmm", "csr_matmul", "sampled_matmul", "rnn_layer",
      "rnn_layer_backward", "cdist", "cdist_backward", "linalg_cross",
      // sum in LAPACK's order, and refuse what is not finite
      "linalg_cholesky_ex", "cholesky_inverse", "linalg_lu_factor_ex", "linalg_lu_solve",
      "linalg_solve_ex", "linalg_inv_ex", "linalg_det", "linalg_slogdet", "linalg_solve_triangular",
      "linalg_ldl_factor_ex", "linalg_ldl_solve", "linalg_qr", "geqrf",
      "linalg_householder_product", "ormqr", "linalg_svd", "linalg_eigh", "linalg_eig",
      "linalg_lstsq", "linalg_matrix_exp", "linalg_matrix_sqrth", "linalg_polar",
      "hermitian_sylvester", "multilabel_margin_loss", "ctc_loss", "ctc_loss_backward",
      "embedding_bag", "fft_c2c", "fft_r2c", "fft_c2r", "frame_bands", "all_pole_filter",
      "polyphase_resample", "unfold_backward", "dequantize_blocks", "block_linear",
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
  std::vector<OpCases> cases = operators_of("special");
  // Families that keep their special points among their other cases.
  for (const char* family : {"statistics", "spatial"})
    for (OpCases& op : operators_of(family)) cases.push_back(std::move(op));
  for (const OpCases& op : cases) {
    ASSERT_EQ(op.problem, "");
    for (const Case& c : op.cases()) {
      if (c.must_throw) continue;
      const Interceptor::Scope scope(passed);
      Args args(c);
      const auto leaves = args.leaves();
      std::vector<Tensor> roots;
      for (const Tensor& t : table.at(op.op)(args))
        if (t.requires_grad()) roots.push_back(t.is_complex() ? real(t.sum()) : t.sum());
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
