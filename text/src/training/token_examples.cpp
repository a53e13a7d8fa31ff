// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/training/token_examples.h"

#include <algorithm>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

namespace hearth::text {

std::vector<int64_t> TokenExamples::lengths() const {
  std::vector<int64_t> all;
  for (const Example& example : examples) all.push_back(static_cast<int64_t>(example.ids.size()));
  return all;
}

data::Example<> TokenExamples::batch(ArrayRef<size_t> indices) const {
  size_t longest = 1;
  for (const size_t i : indices) longest = std::max(longest, examples.at(i).ids.size());
  const auto n = static_cast<int64_t>(indices.size()), length = static_cast<int64_t>(longest);
  const Tensor data = zeros({n, 2, length}, kLong);
  data.select(1, 0).fill_(-1);
  const Tensor targets = numbers > 0 ? empty({n, numbers}, kFloat)
                                     : full({by_token ? n * length : n}, kIgnored, kLong);
  for (int64_t row = 0; row < n; ++row) {
    const Example& example = examples[indices[static_cast<size_t>(row)]];
    int64_t* to = data.data_ptr<int64_t>() + row * 2 * length;
    std::copy(example.ids.begin(), example.ids.end(), to);
    std::copy(example.type_ids.begin(), example.type_ids.end(), to + length);
    if (numbers > 0)
      std::copy(example.values.begin(), example.values.end(),
                targets.data_ptr<float>() + row * numbers);
    else
      std::copy(example.labels.begin(), example.labels.end(),
                targets.data_ptr<int64_t>() + row * (by_token ? length : 1));
  }
  return data::Example<>(data, targets);
}

ModelInputs TokenExamples::inputs(const Tensor& batch) const {
  const Tensor ids = batch.select(1, 0), taken = ids.ge(0);
  ModelInputs inputs;
  inputs.input_ids(where(taken, ids, pad_id));
  inputs.attention_mask(taken.to(kLong));
  inputs.skip_padding(true);
  const bool typed = !examples.empty() && !examples[0].type_ids.empty();
  if (typed) inputs.token_type_ids(batch.select(1, 1));
  return inputs;
}

TokenExamples language_examples(ArrayRef<uint32_t> ids, int64_t length) {
  HEARTH_CHECK_AS(ValueError, length >= 1,
                  "[language_examples] expected a length of 1 or more, got ", length);
  TokenExamples result;
  result.by_token = true;
  const auto step = static_cast<size_t>(length);
  for (size_t first = 0; first + step < ids.size(); first += step) {
    TokenExamples::Example example;
    example.ids.assign(ids.begin() + first, ids.begin() + first + step);
    example.labels.assign(ids.begin() + first + 1, ids.begin() + first + step + 1);
    result.examples.push_back(std::move(example));
  }
  return result;
}

}  // namespace hearth::text
