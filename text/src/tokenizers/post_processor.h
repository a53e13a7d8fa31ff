// SPDX-License-Identifier: Apache-2.0
// What follows the model: spaces leave the offsets, special tokens join the texts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "hearth/text/tokenizers/encoding.h"

#include "tokenizers/encoding_edits.h"

namespace simdjson::dom {
class element;
}

namespace hearth::text {

/// All of Hugging Face's post-processors, as data: which parts a result consists of, in order.
class PostProcessor {
 public:
  /// None: texts as they are, one after another.
  PostProcessor();
  /// Of tokenizer.json; null for none. Throws FormatError.
  PostProcessor(const simdjson::dom::element& json, const std::string& source);

  /// How many special tokens come with a text or a pair.
  size_t added_tokens(bool pair) const;
  /// Joins one text or two.
  Encoding process(std::vector<Encoding> texts, bool add_special_tokens) const;
  /// The same with ids alone, of one text, which lies from `begin` on: for `is_frame`.
  void surround(std::vector<uint32_t>& ids, size_t begin) const;
  /// Whether one text stands once, among special tokens.
  bool is_frame() const;
  /// Whether the tokens of a pair's second text have another type than those of the first.
  bool tells_pairs_apart() const;
  /// As Hugging Face writes it.
  const std::string& json() const { return json_; }

 private:
  /// One of the texts, or special tokens.
  struct Part {
    std::optional<size_t> text{};  // 0 or 1
    std::vector<SpecialToken> tokens{};
    /// None: that of its text, the number.
    std::optional<uint32_t> type_id{};
    /// Whether what was cut off gets the type as well.
    bool type_of_overflow = false;
  };

  nlohmann::ordered_json read(const simdjson::dom::element& json, const std::string& where,
                              const std::string& source, int depth);
  nlohmann::ordered_json read_template(const simdjson::dom::element& json, const std::string& where,
                                       const std::string& source);
  nlohmann::ordered_json read_frame(const simdjson::dom::element& json, const std::string& where,
                                    const std::string& source, bool roberta);

  bool present_ = false;
  /// A trimming of offsets each; whether a first space was put there by the pre-tokenizer.
  std::vector<bool> trims_;
  bool framed_ = false;  // something defines the parts
  std::vector<Part> single_, pair_;
  std::string json_ = "null";
};

}  // namespace hearth::text
