// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "hearth/text/generation/generate.h"

namespace hearth::text {

/// What a model is given while it writes on: the tokens it has not seen, with its cache and the
/// mask that belongs to them. Rows are texts.
class ModelFeed {
 public:
  ModelFeed(CausalLMImpl& model, const Tensor& input_ids, const GenerationConfig& config,
            const GenerateOptions& options, int64_t max_length);

  /// Logits of what comes after the prompts, float [rows, 1, vocab_size] in host memory.
  Tensor read_prompts();
  /// Every text `times` times, one after the other.
  void repeat(int64_t times);
  /// Logits after each of the last `n` tokens of the texts, float [rows, n, vocab_size].
  Tensor read(const std::vector<std::vector<int64_t>>& texts, int64_t n);
  /// Texts are those of these rows from now on.
  void reorder(const std::vector<int64_t>& rows);
  /// Forgets what was seen of the texts from a length on.
  void crop(int64_t length);

  int64_t rows() const { return rows_; }
  /// Padding of each row.
  const std::vector<size_t>& padding() const { return padding_; }

 private:
  Tensor ids_on_device(const std::vector<std::vector<int64_t>>& texts, size_t from) const;
  Tensor mask_of(int64_t length) const;

  CausalLMImpl& model_;
  Tensor prompts_;  // [rows, length], in host memory
  Device device_;
  int64_t rows_, chunk_;
  std::vector<size_t> padding_;
  Tensor mask_;  // [rows, max_length], undefined without padding
  std::shared_ptr<Cache> cache_;
};

}  // namespace hearth::text
