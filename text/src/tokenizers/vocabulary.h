// SPDX-License-Identifier: Apache-2.0
// The tokens of a tokenizer: its model's, and those added to them, which are found in the text
// before anything splits it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "hearth/base/array_ref.h"
#include "hearth/text/tokenizers/tokenizer.h"

#include "tokenizers/string_matcher.h"

namespace hearth::text {

class Model;
class Normalizer;

/// A part of a text: an added token, or what lies between two of them.
struct Section {
  size_t begin, end;
  std::optional<uint32_t> id;
};

/// How many spaces a token begins and ends with: of its own, or those that bytes became (U+0120).
struct EdgeSpaces {
  uint32_t leading = 0, trailing = 0;
};
EdgeSpaces edge_spaces(std::string_view token);

class Vocabulary {
 public:
  explicit Vocabulary(std::shared_ptr<const Model> model) : model_(std::move(model)) {}
  /// A copy that tokens are added to.
  Vocabulary(const Vocabulary& other, ArrayRef<AddedToken> tokens, const Normalizer* normalizer,
             size_t& added);

  const Model& model() const { return *model_; }

  /// Adds tokens, which are new or get other settings; the number of these. One whose content the
  /// model has gets that id, others the next that is free. Normalized ones are found as what the
  /// normalizer makes of them; it may be null.
  size_t add(ArrayRef<AddedToken> tokens, const Normalizer* normalizer);

  /// By id.
  const std::map<uint32_t, AddedToken>& added() const { return added_; }
  std::optional<uint32_t> id(std::string_view token) const;
  /// As decoders get it: an added token as it is found. Null data for an id that there isn't.
  std::string_view token(uint32_t id) const;
  /// What the model calls a token, where it is found as another text; null data where it isn't.
  std::string_view other_name(uint32_t id) const {
    return normalized_.empty() ? std::string_view() : find_other_name(id);
  }
  size_t size(bool with_added_tokens) const;
  /// One more than the largest id.
  size_t id_limit() const;
  EdgeSpaces edge_spaces_of(uint32_t id) const;
  /// Whether decode leaves a token out as a special one; by its text, as Hugging Face has it.
  bool is_special(uint32_t id) const;

  /// Where added tokens are in a text before (`normalized` false) or after the normalizer. The
  /// sections cover all of a text that isn't empty.
  void find(std::string_view text, bool normalized, bool encode_special_tokens,
            std::vector<Section>& sections) const;
  bool finds_nothing(bool normalized) const {
    return (normalized ? in_normalized_ : in_raw_).empty();
  }

 private:
  void build_matchers();
  std::string_view find_other_name(uint32_t id) const;

  std::shared_ptr<const Model> model_;
  std::map<uint32_t, AddedToken> added_;
  std::unordered_map<std::string, uint32_t> ids_;
  std::unordered_set<std::string> special_;
  std::unordered_map<uint32_t, std::string> normalized_;  // where it differs from the content
  StringMatcher in_raw_, in_normalized_;
  mutable std::once_flag edges_once_;
  mutable std::vector<EdgeSpaces> edges_;  // by id
};

}  // namespace hearth::text
