// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/loss.h"

#include "hearth/ops/random.h"
#include "hearth/ops/softmax.h"

#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

/// Reductions as ATen's functions take them.
int64_t reduction(Args& a) {
  const std::string& name = a.s("reduction");
  return name == "none" ? 0 : name == "mean" ? 1 : 2;
}

std::optional<Tensor> maybe(const Tensor& t) {
  return t.defined() ? std::optional<Tensor>(t) : std::nullopt;
}

Tensor cross_entropy(Args& a) {
  return cross_entropy_loss(a[0], a[1], maybe(a[2]), reduction(a), a.i("ignore_index"),
                            a.f("label_smoothing"));
}

const Table kTable = {
    {"softmax",
     [](Args& a) -> Outputs { return {a[0].softmax(a.i("dim"), a.maybe_dtype("dtype"))}; }},
    {"log_softmax",
     [](Args& a) -> Outputs { return {a[0].log_softmax(a.i("dim"), a.maybe_dtype("dtype"))}; }},
    {"nll_loss",
     [](Args& a) -> Outputs {
       return {nll_loss_nd(a[0], a[1], maybe(a[2]), reduction(a), a.i("ignore_index"))};
     }},
    {"cross_entropy", [](Args& a) -> Outputs { return {cross_entropy(a)}; }},
    {"cross_entropy_probabilities", [](Args& a) -> Outputs { return {cross_entropy(a)}; }},
    {"mse_loss", [](Args& a) -> Outputs { return {mse_loss(a[0], a[1], reduction(a))}; }},
    {"l1_loss", [](Args& a) -> Outputs { return {l1_loss(a[0], a[1], reduction(a))}; }},
    {"smooth_l1_loss",
     [](Args& a) -> Outputs { return {smooth_l1_loss(a[0], a[1], reduction(a), a.f("beta"))}; }},
    {"huber_loss",
     [](Args& a) -> Outputs { return {huber_loss(a[0], a[1], reduction(a), a.f("delta"))}; }},
    {"binary_cross_entropy",
     [](Args& a) -> Outputs {
       return {binary_cross_entropy(a[0], a[1], maybe(a[2]), reduction(a))};
     }},
    {"binary_cross_entropy_with_logits",
     [](Args& a) -> Outputs {
       return {
           binary_cross_entropy_with_logits(a[0], a[1], maybe(a[2]), maybe(a[3]), reduction(a))};
     }},
    {"kl_div",
     [](Args& a) -> Outputs { return {kl_div(a[0], a[1], reduction(a), a.b("log_target"))}; }},
    {"dropout", [](Args& a) -> Outputs { return {dropout(a[0], a.f("p"), a.b("training"))}; }},
};

HEARTH_GOLDEN_FAMILY(GoldenLoss, "loss", kTable);

}  // namespace

const Table& loss_table() { return kTable; }

}  // namespace hearth::golden
