// SPDX-License-Identifier: Apache-2.0
// Where things are kept, and what the environment says about the network.
#pragma once

#include <string>

#include "hearth/base/macros.h"

namespace hearth::hub {

/// Hearth's own cache: HEARTH_HOME, else ~/.cache/hearth. Throws FileError when neither HEARTH_HOME
/// nor HOME is set.
HEARTH_API std::string home();

/// The cache of Hugging Face's hub: HF_HUB_CACHE, else HUGGINGFACE_HUB_CACHE, else $HF_HOME/hub,
/// where HF_HOME is $XDG_CACHE_HOME/huggingface or ~/.cache/huggingface by default.
HEARTH_API std::string hf_hub_cache();
/// Where it is: HF_ENDPOINT, else https://huggingface.co; without a slash at the end.
HEARTH_API std::string hf_endpoint();
/// The user's token: HF_TOKEN, else HUGGING_FACE_HUB_TOKEN, else the file HF_TOKEN_PATH
/// ($HF_HOME/token); empty if there is none.
HEARTH_API std::string hf_token();
/// Whether HF_HUB_OFFLINE (or TRANSFORMERS_OFFLINE) forbids to ask the network.
HEARTH_API bool is_offline();

/// torch.hub's weights: $TORCH_HOME/hub/checkpoints, where TORCH_HOME is $XDG_CACHE_HOME/torch or
/// ~/.cache/torch by default.
HEARTH_API std::string torch_checkpoints();

}  // namespace hearth::hub
