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

class JsonFields;

/// Hugging Face's post-processors, one after another. Each makes a list of encodings of another:
/// the first gets the texts, and what the last leaves is joined.
class PostProcessor {
 public:
  /// None: texts as they are, one after another.
  PostProcessor() = default;
  /// Of tokenizer.json; null for none. Throws FormatError.
  PostProcessor(const simdjson::dom::element& json, const std::string& source);

  /// How many special tokens come with a text or a pair.
  size_t added_tokens(bool pair) const;
  /// Joins one text or two. Throws ValueError where a template gets more than two encodings.
  Encoding process(std::vector<Encoding> texts, bool add_special_tokens) const;
  /// Whether one text stands once, among special tokens.
  bool is_frame() const { return frame_.has_value(); }
  /// The same with ids alone, of one text: for `is_frame`.
  void surround(std::vector<uint32_t>& ids) const;
  /// Whether the tokens of a pair's second text have another type than those of the first.
  bool tells_pairs_apart() const { return tells_pairs_apart_; }
  /// As Hugging Face writes it.
  const std::string& json() const { return json_; }

 private:
  /// Of a template: one of the texts, or special tokens.
  struct Part {
    std::optional<size_t> text{};  // 0 or 1
    std::vector<SpecialToken> tokens{};
    uint32_t type_id = 0;
  };
  enum class Kind { ByteLevel, Bert, Roberta, Template };
  struct Step {
    Kind kind = Kind::ByteLevel;
    bool trim_offsets = false;
    /// Whether a first space was put there by the pre-tokenizer.
    bool add_prefix_space = false;
    SpecialToken cls{}, sep{};
    std::vector<Part> single{}, pair{};
  };
  struct Frame {
    std::vector<uint32_t> before, after;
  };

  nlohmann::ordered_json read(const simdjson::dom::element& json, const std::string& where,
                              const std::string& source, int depth);
  static void read_template(const JsonFields& fields, const std::string& where,
                            const std::string& source, Step& step, nlohmann::ordered_json& out);
  void find_frame();

  static size_t added_tokens(const Step& step, bool pair);
  static void trim_offsets(const Step& step, std::vector<Encoding>& parts);
  static void surround(const Step& step, std::vector<Encoding>& parts);
  /// Gives what stands in a template of one or two parts, in order: texts, and special tokens.
  template <typename TakeText, typename TakeTokens>
  static void fill(const Step& step, std::vector<Encoding>& parts, bool add_special_tokens,
                   TakeText take_text, TakeTokens take_tokens);
  static std::vector<Encoding> fill(const Step& step, std::vector<Encoding> parts,
                                    bool add_special_tokens);
  /// The last step's, without a list.
  static Encoding fill_and_join(const Step& step, std::vector<Encoding> parts,
                                bool add_special_tokens);

  bool present_ = false;
  std::vector<Step> steps_;
  /// The ids around one text.
  std::optional<Frame> frame_ = Frame();
  bool tells_pairs_apart_ = false;
  std::string json_ = "null";
};

}  // namespace hearth::text
