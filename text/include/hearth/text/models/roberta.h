// SPDX-License-Identifier: Apache-2.0
// RoBERTa (Liu et al., "RoBERTa: A Robustly Optimized BERT Pretraining Approach", 2019) and XLM-R,
// with Hugging Face's options, classes and parameter names.
#pragma once

#include "hearth/text/models/bert.h"

namespace hearth::text {

/// Those of BERT with other defaults. "model_type" is roberta, xlm-roberta or camembert.
struct HEARTH_API RobertaConfig : BertConfig {
  RobertaConfig();
  RobertaConfig(BertConfig config) : BertConfig(std::move(config)) {}
  static RobertaConfig from_json(const data::readers::JsonValue& config);
};

/// BERT whose positions count the tokens that are no padding, from pad_token_id + 1 on.
class HEARTH_API RobertaModelImpl : public BertModelImpl {
 public:
  explicit RobertaModelImpl(const RobertaConfig& options = {});

 protected:
  Tensor position_ids(const ModelInputs& inputs, int64_t length) const override;
};
HEARTH_MODULE(RobertaModel);

class HEARTH_API RobertaForMaskedLMImpl : public EncoderWithHeadImpl {
 public:
  explicit RobertaForMaskedLMImpl(const RobertaConfig& options = {});
  ~RobertaForMaskedLMImpl() override;

 protected:
  Tensor scores(const ModelOutput& base, const ModelInputs& inputs) override;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
HEARTH_MODULE(RobertaForMaskedLM);

/// Two linear layers with a tanh between them, on the first token.
class HEARTH_API RobertaForSequenceClassificationImpl : public EncoderWithHeadImpl {
 public:
  explicit RobertaForSequenceClassificationImpl(const RobertaConfig& options = {});
  ~RobertaForSequenceClassificationImpl() override;

 protected:
  Tensor scores(const ModelOutput& base, const ModelInputs& inputs) override;

 private:
  std::shared_ptr<nn::LinearImpl> dense_, out_proj_;
  double dropout_;
};
HEARTH_MODULE(RobertaForSequenceClassification);

class HEARTH_API RobertaForTokenClassificationImpl : public TokenHeadImpl {
 public:
  explicit RobertaForTokenClassificationImpl(const RobertaConfig& options = {});
};
HEARTH_MODULE(RobertaForTokenClassification);

class HEARTH_API RobertaForQuestionAnsweringImpl : public TokenHeadImpl {
 public:
  explicit RobertaForQuestionAnsweringImpl(const RobertaConfig& options = {});
};
HEARTH_MODULE(RobertaForQuestionAnswering);

}  // namespace hearth::text
