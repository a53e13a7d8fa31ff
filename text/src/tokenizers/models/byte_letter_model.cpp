// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/models/byte_letter_model.h"

#include <utility>

#include "tokenizers/models/byte_letters.h"
#include "tokenizers/parts.h"
#include "unicode/utf8.h"

namespace hearth::text {
namespace {

class ByteLetterModel final : public Model {
 public:
  explicit ByteLetterModel(std::unique_ptr<Model> model) : model_(std::move(model)) {}

  void encode(std::string_view text, ArrayRef<Offset> pieces, Tokens& out) const override {
    std::string letters;
    std::vector<Offset> places;
    // Of each byte of `letters`, the byte of the text that it is for.
    std::vector<uint32_t> origin;
    for (const Offset& piece : pieces) {
      const auto begin = static_cast<uint32_t>(letters.size());
      for (uint32_t at = piece.begin; at < piece.end; ++at) {
        append_letters(letters, text.substr(at, 1));
        origin.resize(letters.size(), at);
      }
      places.push_back({begin, static_cast<uint32_t>(letters.size())});
    }
    const size_t first = out.ids.size();
    model_->encode(letters, places, out);
    if (out.ids_only) return;
    for (size_t i = first; i < out.spans.size(); ++i) {
      Offset& span = out.spans[i];
      const uint32_t end = pieces[out.pieces[i]].end;
      const auto back = [&](uint32_t at) {
        return at < places[out.pieces[i]].end ? origin[at] : end;
      };
      span = {back(span.begin), back(span.end)};
    }
  }
  std::optional<uint32_t> token_to_id(std::string_view token) const override {
    return model_->token_to_id(token);
  }
  std::string_view id_to_token(uint32_t id) const override { return model_->id_to_token(id); }
  size_t vocab_size() const override { return model_->vocab_size(); }
  void write_json(std::string& out, bool pretty) const override { model_->write_json(out, pretty); }

 private:
  std::unique_ptr<Model> model_;
};

}  // namespace

std::unique_ptr<Model> of_byte_letters(std::unique_ptr<Model> model) {
  return std::make_unique<ByteLetterModel>(std::move(model));
}

}  // namespace hearth::text
