// SPDX-License-Identifier: Apache-2.0
// What encoders with a head have in common: a base below it, logits, and the loss that Hugging Face
// gives the head.
#pragma once

#include <memory>
#include <string>

#include "hearth/text/models/auto.h"

namespace hearth::nn {
class LinearImpl;
}  // namespace hearth::nn

namespace hearth::text {

/// A model with a head on top of another. What it gives is what the base gives, and logits; with
/// labels the loss as well. Classifying texts, nothing is computed for masked tokens, if the states
/// of all layers aren't asked for, and what stands for them in last_hidden_state means nothing.
///
///  - sequence classification [batch, classes]: by config.json's "problem_type" mean squared error
///    ("regression"), cross entropy ("single_label_classification") or binary cross entropy
///    ("multi_label_classification"); unless it says so, regression of a single class, else by the
///    labels' dtype;
///  - token classification and masked LM [batch, length, classes]: cross entropy over the tokens
///    whose label is not -100;
///  - question answering: start_logits and end_logits, each [batch, length], and the mean of the
///    cross entropies of start_positions and end_positions; those outside a text do not count.
class HEARTH_API EncoderWithHeadImpl : public PreTrainedModelImpl {
 public:
  ~EncoderWithHeadImpl() override;
  ModelOutput forward(const ModelInputs& inputs) final;
  Head head() const { return head_; }
  const std::shared_ptr<PreTrainedModelImpl>& base() const { return base_; }

 protected:
  /// `name` is that of the base.
  EncoderWithHeadImpl(data::readers::JsonValue config, Head head, const std::string& name,
                      std::shared_ptr<PreTrainedModelImpl> base);
  /// The logits for what the base gave.
  virtual Tensor scores(const ModelOutput& base, const ModelInputs& inputs) = 0;

 private:
  Head head_;
  std::shared_ptr<PreTrainedModelImpl> base_;
};

/// A linear layer on each token, after dropout: most heads for tokens and answers.
class HEARTH_API TokenHeadImpl : public EncoderWithHeadImpl {
 public:
  ~TokenHeadImpl() override;

 protected:
  /// The layer's name and sizes.
  struct Layer {
    std::string name;
    int64_t in, out;
    double dropout, initializer_range;
  };
  TokenHeadImpl(data::readers::JsonValue config, Head head, const std::string& name,
                std::shared_ptr<PreTrainedModelImpl> base, const Layer& layer);
  Tensor scores(const ModelOutput& base, const ModelInputs& inputs) override;

 private:
  std::shared_ptr<nn::LinearImpl> linear_;
  double dropout_;
};

}  // namespace hearth::text
