// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/models/pretrained_model.h"

#include <string>
#include <utility>

#include "models/config_json.h"

namespace hearth::text {

PreTrainedModelImpl::PreTrainedModelImpl(data::readers::JsonValue config)
    : config_(std::move(config)) {}

PreTrainedModelImpl::~PreTrainedModelImpl() = default;

std::optional<int64_t> PreTrainedModelImpl::max_tokens() const {
  int64_t positions = 0, pad = 1;
  for (const char* name : {"n_positions", "max_position_embeddings"})
    read_option(config_, name, positions);
  std::string type;
  read_option(config_, "model_type", type);
  read_option(config_, "pad_token_id", pad);
  // RoBERTa's kin count positions from behind the padding's.
  if (type == "roberta" || type == "xlm-roberta" || type == "camembert") positions -= pad + 1;
  return positions > 0 ? std::optional(positions) : std::nullopt;
}

}  // namespace hearth::text
