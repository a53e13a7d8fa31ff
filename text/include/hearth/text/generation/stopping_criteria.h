// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hearth/base/callable.h"
#include "hearth/text/generation/logits_processors.h"

namespace hearth::text {

class Tokenizer;

/// Says whether a text is to end with its last token.
class HEARTH_API StoppingCriterion {
 public:
  virtual ~StoppingCriterion();
  virtual bool ends(const TokensSoFar& tokens) const = 0;
};
using StoppingCriterionPtr = std::shared_ptr<const StoppingCriterion>;

/// A criterion of a function.
HEARTH_API StoppingCriterionPtr stopping_criterion(Callable<bool(const TokensSoFar&)> function);

HEARTH_API StoppingCriterionPtr stop_at_length(int64_t max_length);
HEARTH_API StoppingCriterionPtr stop_at_tokens(std::vector<int64_t> eos_token_id);
/// `seconds` from now.
HEARTH_API StoppingCriterionPtr stop_after(double seconds);
/// Where the last token completes one of these strings, wherever tokens begin and end in it.
HEARTH_API StoppingCriterionPtr stop_at_strings(std::vector<std::string> strings,
                                                const Tokenizer& tokenizer);

}  // namespace hearth::text
