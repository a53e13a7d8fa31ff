// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/generation/stopping_criteria.h"

#include <algorithm>
#include <chrono>

#include "hearth/base/error.h"
#include "hearth/text/tokenizers/tokenizer.h"

namespace hearth::text {

StoppingCriterion::~StoppingCriterion() = default;

namespace {

class OfFunction final : public StoppingCriterion {
 public:
  explicit OfFunction(Callable<bool(const TokensSoFar&)> function)
      : function_(std::move(function)) {}
  bool ends(const TokensSoFar& tokens) const override { return function_(tokens); }

 private:
  Callable<bool(const TokensSoFar&)> function_;
};

/// The text of tokens, without a character at its end that is not whole.
std::string text_of(const Tokenizer& tokenizer, ArrayRef<int64_t> ids) {
  const std::vector<uint32_t> tokens(ids.begin(), ids.end());
  std::string text = tokenizer.decode(tokens, /*skip_special_tokens=*/false);
  constexpr std::string_view kBroken = "\xEF\xBF\xBD";
  while (text.ends_with(kBroken)) text.resize(text.size() - kBroken.size());
  return text;
}

}  // namespace

StoppingCriterionPtr stopping_criterion(Callable<bool(const TokensSoFar&)> function) {
  return std::make_shared<OfFunction>(std::move(function));
}

StoppingCriterionPtr stop_at_length(int64_t max_length) {
  return stopping_criterion([max_length](const TokensSoFar& tokens) {
    return static_cast<int64_t>(tokens.ids.size()) >= max_length;
  });
}

StoppingCriterionPtr stop_at_tokens(std::vector<int64_t> eos_token_id) {
  return stopping_criterion([ids = std::move(eos_token_id)](const TokensSoFar& tokens) {
    return std::find(ids.begin(), ids.end(), tokens.ids.back()) != ids.end();
  });
}

StoppingCriterionPtr stop_after(double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(std::clamp(seconds, 0.0, 1e9));
  return stopping_criterion([end](const TokensSoFar&) { return Clock::now() >= end; });
}

StoppingCriterionPtr stop_at_strings(std::vector<std::string> strings, const Tokenizer& tokenizer) {
  size_t longest = 0;
  for (const std::string& string : strings) {
    HEARTH_CHECK_AS(ValueError, !string.empty(),
                    "[stop_strings] expected strings that are not empty");
    longest = std::max(longest, string.size());
  }
  return stopping_criterion(
      [strings = std::move(strings), longest, tokenizer](const TokensSoFar& tokens) {
        // Each token is a byte or more, save few; and the first of a text may lose its space.
        constexpr size_t kMore = 8;
        const ArrayRef<int64_t> ids = tokens.real();
        const size_t n = std::min(ids.size(), longest + kMore);
        const int64_t* first = ids.end() - n;
        const std::string text = text_of(tokenizer, ArrayRef<int64_t>(first, n));
        const std::string before = text_of(tokenizer, ArrayRef<int64_t>(first, n - 1));
        return std::any_of(strings.begin(), strings.end(), [&](const std::string& string) {
          const size_t at = text.rfind(string);
          return at != std::string::npos && at + string.size() > before.size();
        });
      });
}

}  // namespace hearth::text
