// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/models/causal_lm.h"

namespace hearth::text {

CausalLMImpl::~CausalLMImpl() = default;

}  // namespace hearth::text
