// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "hearth/ops/creation.h"

#include "core/ops/samples.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/extreme.h"
#include "ops/handle.h"
#include "ops/join.h"
#include "ops/norm.h"
#include "ops/reduce.h"
#include "ops/scan.h"
#include "ops/slice.h"
#include "ops/sort.h"
#include "ops/view.h"

namespace hearth::testing_ops {

void creation_samples(Samples& s) {
  add(s, ops::Full{{2, 3}, Scalar(1.5), kDouble}, {});
  add(s, ops::Full{{2, 3, 2, 2}, Scalar(2), kLong, kCPU, MemoryFormat::ChannelsLast}, {});
  add(s, ops::Full{{0, 3}, Scalar(2), kFloat}, {});
  add(s, ops::FullLike{Scalar(3), kLong}, {values({2, 3})});
  add(s, ops::Fill{Scalar(0.5)}, {values({2, 3})});
  add(s, ops::Arange{Scalar(1), Scalar(2), 5, kLong}, {});
  add(s, ops::Arange{Scalar(0.5), Scalar(0.25), 6, kDouble}, {});
  add(s, ops::Copy{}, {values({2, 3}), values({3}, 0.1, 0.5, 2)});
  add(s, ops::To{kDouble}, {values({2, 3})});
  add(s, ops::To{std::nullopt, std::nullopt, MemoryFormat::ChannelsLast}, {values({2, 3, 2, 2})});
  add(s, ops::Cat{1}, {values({2, 1}), values({2, 3}), values({2, 2})});
  add(s, ops::Cat{0}, {values({0}), values({2, 3}), values({0, 3})});
}

void view_samples(Samples& s) {
  const Tensor x = values({2, 3, 4});
  add(s, ops::Alias{}, {x});
  add(s, ops::Detach{}, {x});
  add(s, ops::SetData{}, {x, values({5})});
  add(s, ops::SetStorage{}, {x, values({5})});
  add(s, ops::SetStorage{true, {2, 2}, {1, 2}, 1}, {x, values({5})});
  add(s, ops::Resize{{3, 2}}, {x});
  add(s, ops::View{{6, -1}}, {x});
  add(s, ops::Permute{{2, 0, 1}}, {x});
  add(s, ops::Transpose{0, -1}, {x});
  add(s, ops::Expand{{2, 2, 3, 4}}, {x});
  add(s, ops::Expand{{-1, 3, 4}}, {values({2, 1, 4})});
  add(s, ops::Slice{2, 1, std::nullopt, 2}, {x});
  add(s, ops::Slice{0, -1, 100, 1}, {x});
  add(s, ops::Select{1, -1}, {x});
  add(s, ops::Squeeze{}, {values({2, 1, 3, 1})});
  add(s, ops::Squeeze{DimVector{1, 2}}, {values({2, 1, 3, 1})});
  add(s, ops::Unsqueeze{-1}, {x});
  add(s, ops::SplitWithSizes{{1, 3}, 2}, {x});
  add(s, ops::Unbind{1}, {x});
}

void reduce_samples(Samples& s) {
  const Tensor x = values({2, 3, 4});
  add(s, ops::Sum{{}, false}, {x});
  add(s, ops::Sum{{0, 2}, true}, {x});
  add(s, ops::Sum{{-1}, false}, {x});
  add(s, ops::Sum{{1}, false}, {values({2, 0, 3})});
  add(s, ops::Sum{{}, false}, {values({})});
  add(s, ops::Mean{{}, false}, {x});
  add(s, ops::Mean{{1, -1}, true}, {x});
  add(s, ops::Mean{{0}, false, kDouble}, {x.to(kFloat)});
  add(s, ops::Prod{{}, false}, {values({2, 3})});
  add(s, ops::Prod{{1}, false}, {x});
  add(s, ops::ProdBackward{-1}, {values({2, 1}, 0.5, 1.5, 3), values({2, 4})});
  add(s, ops::ProdBackward{0}, {values({1, 3}), values({0, 3})});
  add(s, ops::All{{}, false}, {x.gt(0.1)});
  add(s, ops::All{{1}, true}, {x.gt(0.5)});
  add(s, ops::Any{{}, false}, {x.gt(0.95)});
  add(s, ops::Any{{0}, false}, {x.gt(0.5)});
  add(s, ops::CountNonzero{{1, 2}, false}, {x.gt(0.5)});
  add(s, ops::Amax{{}, false}, {x});
  add(s, ops::Amax{{0, 2}, true}, {x});
  add(s, ops::Amin{{1}, false}, {x});
  add(s, ops::MaxDim{1, false}, {x});
  add(s, ops::MaxDim{-1, true}, {values({})});
  add(s, ops::MinDim{2, true}, {x});
  add(s, ops::Argmax{std::nullopt, true}, {x});
  add(s, ops::Argmax{1, false}, {x});
  add(s, ops::Argmin{0, true}, {x});
  add(s, ops::VarMean{{0, 2}, false, 1}, {x});
  add(s, ops::VarMean{{}, false, 0}, {x});
  add(s, ops::VarMean{{1}, true, 1, true}, {x});
  for (double p : {0.0, 0.5, 1.0, 2.0, 3.0, HUGE_VAL, -HUGE_VAL})
    add(s, ops::VectorNorm{{0, 2}, false, p}, {x});
  add(s, ops::VectorNorm{{}, true, 2}, {x});
  add(s, ops::LogSumExp{{1}, false}, {x});
  add(s, ops::LogSumExp{{0, 2}, true}, {x});
  add(s, ops::Cumsum{1}, {x});
  add(s, ops::Cumsum{-1, std::nullopt, true}, {x});
  add(s, ops::Cumsum{0}, {values({})});
  add(s, ops::Cumprod{1}, {x});
  add(s, ops::Cumprod{2, kDouble}, {x.to(kFloat)});
  add(s, ops::CumprodBackward{1}, {values({2, 3, 4}, 0.5, 1.5, 3), x});
  add(s, ops::CumprodBackward{0}, {values({0, 3}), values({0, 3})});
  add(s, ops::Cummax{1}, {x});
  add(s, ops::Cummin{-1}, {x});
  add(s, ops::Sort{1, false}, {x});
  add(s, ops::Sort{-1, true}, {values({})});
  add(s, ops::TopK{2, -1, true, true}, {x});
  add(s, ops::TopK{0, 0, false, true}, {x});
}

}  // namespace hearth::testing_ops
