// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "hearth/base/array_ref.h"
#include "hearth/data/example.h"
#include "hearth/tensor/tensor.h"
#include "hearth/text/models/pretrained_model.h"

namespace hearth::text {

/// What models learn from: texts as ids, special tokens included, and what is right for them.
struct HEARTH_API TokenExamples {
  struct Example {
    std::vector<uint32_t> ids;
    /// One for each id; empty if the model takes none.
    std::vector<uint32_t> type_ids;
    /// The class of the text; or one of each token, kIgnored for those that do not count.
    std::vector<int64_t> labels;
    /// In place of a class, TokenExamples::numbers of them.
    std::vector<float> values;
  };
  static constexpr int64_t kIgnored = -100;

  std::vector<Example> examples;
  /// Whether each token has a label.
  bool by_token = false;
  /// Above 0, targets are so many numbers for each text: those to be predicted, or 0 and 1 for each
  /// class, of which a text may have several.
  int64_t numbers = 0;
  /// What padding is filled with; it is masked.
  int64_t pad_id = 0;

  size_t size() const { return examples.size(); }
  std::vector<int64_t> lengths() const;
  /// int64 [batch, 2, longest]: ids, with -1 for padding, and type ids; and targets: [batch], or
  /// [batch * longest] with kIgnored for padding, or float [batch, numbers].
  data::Example<> batch(ArrayRef<size_t> indices) const;
  /// What a model gets for such a batch.
  ModelInputs inputs(const Tensor& batch) const;
};

/// Pieces of `length` tokens of a text that goes on and on, each of which is to say the token after
/// each of its own. What is left over at the end is left out.
HEARTH_API TokenExamples language_examples(ArrayRef<uint32_t> ids, int64_t length);

}  // namespace hearth::text
