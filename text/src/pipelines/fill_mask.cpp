// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/pipelines/fill_mask.h"

#include <algorithm>
#include <set>
#include <utility>

#include "hearth/base/error.h"

#include "pipelines/scores.h"

namespace hearth::text {
namespace {

/// Ids of the targets, each once, in their order.
std::vector<size_t> ids_of(const std::vector<std::string>& targets,
                           const PreTrainedTokenizer& tokenizer) {
  std::set<size_t> ids;
  for (const std::string& target : targets) {
    if (const auto id = tokenizer.tokenizer.token_to_id(target)) {
      ids.insert(*id);
      continue;
    }
    const auto tokens = tokenizer.encode(target, /*add_special_tokens=*/false);
    HEARTH_CHECK_AS(ValueError, !tokens.empty(), "[FillMaskPipeline] the target '", target,
                    "' has no token");
    // As cutting to one token leaves it.
    ids.insert(tokenizer.truncation_side == Side::Left ? tokens.back() : tokens.front());
  }
  return {ids.begin(), ids.end()};
}

}  // namespace

FillMaskPipeline::FillMaskPipeline(PreTrainedTokenizer tokenizer,
                                   std::shared_ptr<PreTrainedModelImpl> model)
    : Pipeline(std::move(tokenizer), std::move(model)) {
  check();
}

FillMaskPipeline::FillMaskPipeline(const std::string& name_or_path, const PipelineOptions& options)
    : Pipeline(Head::MaskedLM, name_or_path, options) {
  check();
}

FillMaskPipeline FillMaskPipeline::from_pretrained(const std::string& name_or_path,
                                                   const PipelineOptions& options) {
  return {name_or_path, options};
}

void FillMaskPipeline::check() const {
  HEARTH_CHECK_AS(ValueError, tokenizer().mask_token_id(),
                  "[FillMaskPipeline] expected a tokenizer with a mask_token, got one without");
}

std::vector<std::vector<MaskFilling>> FillMaskPipeline::operator()(const std::string& text,
                                                                   const Options& options) const {
  HEARTH_CHECK_AS(ValueError, options.top_k() > 0,
                  "[FillMaskPipeline] expected top_k above 0, got ", options.top_k());
  const uint32_t mask = *tokenizer().mask_token_id();
  const BatchEncoding batch = tokenizer()(ArrayRef<std::string>(text), cut_to_model());
  const std::vector<uint32_t>& ids = batch.encodings[0].ids;
  const auto masks = std::count(ids.begin(), ids.end(), mask);
  HEARTH_CHECK_AS(ValueError, masks > 0, "[FillMaskPipeline] expected ", *tokenizer().mask_token,
                  text.find(*tokenizer().mask_token) == text.npos
                      ? " in the text"
                      : cat_str(" in the first ", ids.size(), " tokens, where the model ends"),
                  ", got '", text, "'");
  Tensor logits = run(batch).logits;
  const auto width = static_cast<size_t>(logits.size(2));
  const std::vector<size_t> targets = ids_of(options.targets(), tokenizer());

  std::vector<std::vector<MaskFilling>> results;
  for (size_t at = 0; at < ids.size(); ++at) {
    if (ids[at] != mask) continue;
    float* scores = logits.mutable_data_ptr<float>() + at * width;
    softmax_in_place(scores, width);
    std::vector<float> asked;
    for (const size_t id : targets) asked.push_back(id < width ? scores[id] : 0);
    const auto order =
        targets.empty() ? largest(scores, width, static_cast<size_t>(options.top_k()))
                        : largest(asked.data(), asked.size(), static_cast<size_t>(options.top_k()));
    auto& result = results.emplace_back();
    for (const size_t i : order) {
      const auto id = static_cast<uint32_t>(targets.empty() ? i : targets[i]);
      std::vector<uint32_t> filled = ids;
      filled[at] = id;
      if (const auto pad = tokenizer().pad_token_id()) std::erase(filled, *pad);
      result.push_back(
          {scores[id], id, tokenizer().decode(id), tokenizer().decode(filled, masks == 1)});
    }
  }
  return results;
}

std::vector<std::vector<std::vector<MaskFilling>>> FillMaskPipeline::operator()(
    ArrayRef<std::string> texts, const Options& options) const {
  std::vector<std::vector<std::vector<MaskFilling>>> results;
  for (const std::string& text : texts) results.push_back((*this)(text, options));
  return results;
}

}  // namespace hearth::text
