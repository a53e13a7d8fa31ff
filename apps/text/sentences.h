// SPDX-License-Identifier: Apache-2.0
// Texts as vectors, as several commands make them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/device.h"
#include "hearth/text/embedding/sentence_encoder.h"

#include "common/options.h"

/// --model, and what else says how texts become vectors.
class SentenceModel {
 public:
  void declare(OptionList& options);
  void open(hearth::Device device, hearth::ScalarType dtype);
  /// float [texts, dimension], with progress.
  hearth::Tensor encode(const std::vector<std::string>& texts, const char* label) const;
  const std::string& name() const { return model_; }
  const hearth::text::SentenceEncoder& encoder() const { return *encoder_; }

 private:
  std::string model_;
  int64_t batch_size_ = hearth::text::SentenceOptions().batch_size();
  std::optional<int64_t> max_length_;
  std::string prompt_name_;
  std::optional<std::string> prompt_;
  bool normalize_ = false;
  std::optional<hearth::text::SentenceEncoder> encoder_;
};
