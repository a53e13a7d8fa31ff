// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/array_ref.h"
#include "hearth/base/callable.h"
#include "hearth/text/embedding/sentence_vectors.h"
#include "hearth/text/models/auto.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"

namespace hearth::text {

/// How texts become vectors.
struct SentenceOptions {
  /// See SentenceVectorsOptions.
  HEARTH_ARG(int64_t, batch_size) = 32;
  /// Stands before each text: one of the model's prompts by its name, or the words themselves.
  HEARTH_ARG(std::string, prompt_name);
  HEARTH_ARG(std::optional<std::string>, prompt);
  /// Whether vectors get length 1, whatever the model says.
  HEARTH_ARG(std::optional<bool>, normalize_embeddings);
  /// Called with the number of texts done so far.
  HEARTH_ARG(Callable<void(int64_t)>, on_progress);
};

/// Texts to vectors, as sentence-transformers has them: an encoder, pooling, perhaps a linear
/// layer, and perhaps length 1.
///
///     const auto encoder =
///     SentenceEncoder::from_pretrained("sentence-transformers/all-MiniLM-L6-v2"); const Tensor
///     vectors = encoder.encode({"A man eats.", "Somebody is having a meal."});
class HEARTH_API SentenceEncoder {
 public:
  /// A folder or a repository of the hub with modules.json, the folders that it names,
  /// sentence_bert_config.json and config_sentence_transformers.json; without modules.json, the
  /// mean of any encoder's states. Throws FileError, FormatError and NetworkError.
  static SentenceEncoder from_pretrained(const std::string& name_or_path,
                                         const ModelOptions& options = {});
  SentenceEncoder(std::shared_ptr<PreTrainedModelImpl> model, PreTrainedTokenizer tokenizer,
                  Pooling pooling = {}, bool normalize = false);

  /// float32 [texts, dimension], without gradients.
  Tensor encode(ArrayRef<std::string> texts, const SentenceOptions& options = {}) const;
  int64_t dimension() const;

  PreTrainedModelImpl& model() const { return *model_; }
  const PreTrainedTokenizer& tokenizer() const { return *tokenizer_; }
  const Pooling& pooling() const { return pooling_; }
  bool normalizes() const { return normalize_; }
  /// Tokens, special ones included; what is longer is cut. At most what the model takes.
  int64_t max_seq_length() const;
  /// Copies of this encoder share its tokenizer, and so this.
  void set_max_seq_length(int64_t length);
  /// Names and words; "default_prompt_name" of them is used unless another is named.
  std::vector<std::pair<std::string, std::string>> prompts;
  std::string default_prompt_name;

 private:
  /// What stands before each text.
  std::string prompt_for(const SentenceOptions& options) const;

  std::shared_ptr<PreTrainedModelImpl> model_;
  std::shared_ptr<PreTrainedTokenizer> tokenizer_;
  Pooling pooling_;
  bool normalize_ = false;
  struct Dense {
    Tensor weight, bias;
    bool tanh;
  };
  std::vector<Dense> dense_;
};

}  // namespace hearth::text
