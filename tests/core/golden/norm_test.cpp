// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/batch_norm_act.h"
#include "hearth/ops/normalization.h"

#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

Outputs batch_norm(Args& a) {
  Outputs out = {hearth::batch_norm(a[0], a[1], a[2], a[3], a[4], a.b("training"), a.f("momentum"),
                                    a.f("eps"), /*cudnn_enabled=*/false)};
  for (const size_t i : {3, 4})
    if (a[i].defined()) out.push_back(a[i]);
  return out;
}

Outputs norm_act(Args& a) {
  const Tensor mean = a[3].defined() ? a[3].clone() : a[3];
  const Tensor var = a[4].defined() ? a[4].clone() : a[4];
  Outputs out = {batch_norm_act(a[0], a[1], a[2], mean, var, a[5],
                                BatchNormActOptions()
                                    .training(a.b("training"))
                                    .eps(a.f("eps"))
                                    .activation(static_cast<ConvActivation>(a.i("activation"))))};
  for (const Tensor& t : {mean, var})
    if (t.defined()) out.push_back(t);
  return out;
}

Outputs list(const std::tuple<Tensor, Tensor, Tensor>& all) {
  return {std::get<0>(all), std::get<1>(all), std::get<2>(all)};
}

const Table kTable = {
    {"batch_norm", batch_norm},
    {"batch_norm_act", norm_act},
    {"layer_norm",
     [](Args& a) -> Outputs {
       return {layer_norm(a[0], a.ints("normalized_shape"), a[1], a[2], a.f("eps"))};
     }},
    {"rms_norm",
     [](Args& a) -> Outputs {
       return {rms_norm(a[0], a.ints("normalized_shape"), a[1], a.maybe_f("eps"))};
     }},
    {"group_norm",
     [](Args& a) -> Outputs {
       return {group_norm(a[0], a.i("num_groups"), a[1], a[2], a.f("eps"))};
     }},
    {"native_batch_norm",
     [](Args& a) {
       return list(native_batch_norm(a[0], a[1], a[2], a[3], a[4], a.b("training"), 0.1, 1e-5));
     }},
    {"native_group_norm",
     [](Args& a) {
       return list(native_group_norm(a[0], a[1], a[2], a[0].size(0), a[0].size(1), a[0].size(2),
                                     a.i("num_groups"), 1e-5));
     }},
    {"native_layer_norm",
     [](Args& a) {
       return list(native_layer_norm(a[0], a.ints("normalized_shape"), a[1], a[2], 1e-5));
     }},
};

HEARTH_GOLDEN_FAMILY(GoldenNorm, "norm", kTable);

}  // namespace

const Table& norm_table() { return kTable; }

}  // namespace hearth::golden
