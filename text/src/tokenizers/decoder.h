// SPDX-License-Identifier: Apache-2.0
// From tokens back to text.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hearth/base/array_ref.h"

#include "tokenizers/decode_steps.h"

namespace hearth::text {

class Vocabulary;

/// All of Hugging Face's decoders.
class Decoder {
 public:
  /// None: tokens with a blank between.
  Decoder() = default;
  /// Of tokenizer.json; null for none. Throws FormatError.
  Decoder(const simdjson::dom::element& json, const std::string& source);

  /// As Hugging Face writes it.
  const std::string& json() const { return json_; }
  bool present() const { return json_ != "null"; }
  const std::vector<std::unique_ptr<DecodeStep>>& steps() const { return steps_; }

 private:
  nlohmann::ordered_json read(const simdjson::dom::element& json, const std::string& where,
                              const std::string& source, int depth);

  std::vector<std::unique_ptr<DecodeStep>> steps_;
  std::string json_ = "null";
};

/// What each token of a vocabulary becomes, worked out once: then decoding is copying. Steps that
/// look at several tokens are done as they stand.
class DecodeTable {
 public:
  DecodeTable(std::shared_ptr<const Decoder> decoder, std::shared_ptr<const Vocabulary> vocabulary);
  std::string decode(ArrayRef<uint32_t> ids, bool skip_special_tokens) const;

 private:
  struct Entry {
    uint32_t begin = 0, size = 0;
    int16_t byte = -1;  // of a token such as <0x0A>
    bool exists = false, special = false;
  };

  void add_entry(std::vector<Entry>& entries, uint32_t id, bool first);
  /// The tokens one after another, as far as the table goes.
  std::string join(ArrayRef<uint32_t> ids, bool skip_special_tokens) const;
  std::string decode_by_steps(ArrayRef<uint32_t> ids, bool skip_special_tokens) const;

  std::shared_ptr<const Decoder> decoder_;
  std::shared_ptr<const Vocabulary> vocabulary_;
  size_t alone_ = 0;   // so many steps work on single tokens
  size_t joined_ = 0;  // and so many are done when these are joined
  DecodeStep::Joins joins_ = DecodeStep::Joins::Text;
  bool usable_ = true;
  std::vector<Entry> entries_, first_;  // of tokens after the first; of the first
  std::string texts_;
};

}  // namespace hearth::text
