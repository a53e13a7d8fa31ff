// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/models/pretrained_model.h"

#include <utility>

namespace hearth::text {

PreTrainedModelImpl::PreTrainedModelImpl(data::readers::JsonValue config)
    : config_(std::move(config)) {}

PreTrainedModelImpl::~PreTrainedModelImpl() = default;

}  // namespace hearth::text
