// SPDX-License-Identifier: Apache-2.0
// All of Hearth's text library.
#pragma once

#include "hearth/text/chat/chat_template.h"
#include "hearth/text/generation/generate.h"
#include "hearth/text/generation/generation_config.h"
#include "hearth/text/generation/logits_processors.h"
#include "hearth/text/generation/stopping_criteria.h"
#include "hearth/text/gguf/gguf_file.h"
#include "hearth/text/models/auto.h"
#include "hearth/text/models/cache.h"
#include "hearth/text/models/causal_lm.h"
#include "hearth/text/models/decoder.h"
#include "hearth/text/models/decoder_config.h"
#include "hearth/text/models/gpt2.h"
#include "hearth/text/models/pretrained_model.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"
#include "hearth/text/tokenizers/decode_stream.h"
#include "hearth/text/tokenizers/encoding.h"
#include "hearth/text/tokenizers/tokenizer.h"
