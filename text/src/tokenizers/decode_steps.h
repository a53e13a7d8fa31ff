// SPDX-License-Identifier: Apache-2.0
// The decoders of tokenizer.json, each a step.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace simdjson::dom {
class element;
}

namespace hearth::text {

class JsonFields;

inline constexpr std::string_view kReplacementText = "\xef\xbf\xbd";

/// Tokens in, tokens out, in place.
class DecodeStep {
 public:
  /// How a step puts all tokens together: not, as they are, as bytes that letters stand for, or
  /// with runs of bytes (<0x0A>) as characters.
  enum class Joins { No, Text, Bytes, ByteFallback };

  virtual ~DecodeStep() = default;
  virtual void apply(std::vector<std::string>& tokens) const = 0;
  /// What becomes of a token, where that depends on nothing but its being the first. False where
  /// it depends on more.
  virtual bool apply_alone(std::string& token, bool first) const;
  virtual Joins joins() const { return Joins::No; }
  virtual nlohmann::ordered_json to_json() const = 0;
};

/// Throws FormatError for a type that isn't known. Sequences are the caller's.
std::unique_ptr<DecodeStep> make_decode_step(const JsonFields& fields,
                                             const simdjson::dom::element& json,
                                             const std::string& type);

/// Takes out blanks that tokenizers of words put where no writer would, before full stops and the
/// like; with `do_not`, makes "do not" "don't" as well.
void clean_up_spaces(std::string& text, bool do_not);
/// The bytes that a token's letters stand for; the token if one of them stands for none.
std::string bytes_of_letters(std::string_view token);
/// 10 of <0x0A>; -1 of any other token.
int byte_of_token(std::string_view token);

}  // namespace hearth::text
