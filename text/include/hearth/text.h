// SPDX-License-Identifier: Apache-2.0
// All of Hearth's text library.
#pragma once

#include "hearth/text/chat/chat_template.h"
#include "hearth/text/models/auto.h"
#include "hearth/text/models/pretrained_model.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"
#include "hearth/text/tokenizers/decode_stream.h"
#include "hearth/text/tokenizers/encoding.h"
#include "hearth/text/tokenizers/tokenizer.h"
