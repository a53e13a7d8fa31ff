// SPDX-License-Identifier: Apache-2.0
// What a tokenizer is made of, in the order in which a text passes: Normalizer, PreTokenizer,
// Model. (Post-processors and decoders work on tokens alone: post_processors.h, decoders.h.)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "hearth/base/array_ref.h"
#include "hearth/text/tokenizers/encoding.h"

namespace simdjson::dom {
class element;
}

namespace hearth::text {

/// A text that is being changed, in pieces, and where its bytes came from. Offsets are of bytes.
struct Text {
  std::string bytes;
  /// For each byte, the bytes of the original that it stands for, as HF's NormalizedString has it.
  /// Empty: each for itself, at `start` and after.
  std::vector<Offset> origin;
  uint32_t start = 0;
  /// Bytes of the original that were dropped before the first that is left; known without `origin`.
  uint32_t dropped = 0;
  /// Whether `origin` is kept up to date; without it only ids can be made.
  bool track = true;
  /// What the model gets one by one, in order, not overlapping; bytes between them are dropped.
  std::vector<Offset> pieces;
};

class Normalizer {
 public:
  virtual ~Normalizer() = default;
  /// Changes the whole text (pieces play no part).
  virtual void normalize(Text& text) const = 0;
  virtual nlohmann::ordered_json to_json() const = 0;
};

class PreTokenizer {
 public:
  virtual ~PreTokenizer() = default;
  /// Splits each piece further; may change the bytes as well.
  virtual void split(Text& text) const = 0;
  /// Whether ids depend on where pieces came from: of one that gets a text whole, or what others
  /// left.
  virtual bool needs_origin(bool /*whole*/) const { return false; }
  virtual nlohmann::ordered_json to_json() const = 0;
};

/// Tokens of a text, in order. `spans` (bytes of the text) and `pieces` (which piece each token
/// is of) are left empty where only ids are asked for.
struct Tokens {
  std::vector<uint32_t> ids;
  std::vector<Offset> spans;
  std::vector<uint32_t> pieces;
  bool ids_only = false;
};

class Model {
 public:
  virtual ~Model() = default;
  /// Appends the tokens of each piece. Safe in many threads at once: scratch memory and caches are
  /// the thread's own. The text is valid UTF-8, or any bytes for a BPE of bytes.
  virtual void encode(std::string_view text, ArrayRef<Offset> pieces, Tokens& out) const = 0;
  virtual std::optional<uint32_t> token_to_id(std::string_view token) const = 0;
  /// Null data for an id that there isn't.
  virtual std::string_view id_to_token(uint32_t id) const = 0;
  virtual size_t vocab_size() const = 0;
  /// The id of tokens that are named by the text they stand for: what Unigram doesn't know.
  virtual std::optional<uint32_t> named_by_text() const { return std::nullopt; }
  /// What tokens that go on with a word begin with: "##"; empty if nothing marks them.
  virtual std::string_view continuing_subword_prefix() const { return {}; }
  /// The model part of tokenizer.json, as HF writes it (keys in its order; vocab by id).
  virtual void write_json(std::string& out, bool pretty) const = 0;
};

/// The parts that tokenizer.json describes; null for JSON null. FormatError, which begins with
/// [source], for what is not known or not whole.
std::unique_ptr<Normalizer> make_normalizer(const simdjson::dom::element& json,
                                            const std::string& source);
std::unique_ptr<PreTokenizer> make_pre_tokenizer(const simdjson::dom::element& json,
                                                 const std::string& source);
/// `byte_level`: the pre-tokenizer would map bytes to letters (GPT-2's table) and nothing splits
/// after it, so that this step is left out: a BPE maps its vocabulary back and gets raw bytes. For
/// other models it must be false.
std::unique_ptr<Model> make_model(const simdjson::dom::element& json, bool byte_level,
                                  const std::string& source);

}  // namespace hearth::text
