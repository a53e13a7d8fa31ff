// SPDX-License-Identifier: Apache-2.0
// Normalizers of a text's ends: Strip and Prepend.
#include <nlohmann/json.hpp>

#include "tokenizers/edit.h"
#include "tokenizers/json_fields.h"
#include "tokenizers/normalizers/normalizers.h"
#include "unicode/tables.h"

namespace hearth::text::normalizers {
namespace {

class Strip final : public Normalizer {
 public:
  explicit Strip(const JsonFields& fields)
      : left_(fields.boolean("strip_left")), right_(fields.boolean("strip_right")) {}
  void normalize(Text& text) const override {
    const std::string_view bytes = text.bytes;
    size_t begin = 0, end = bytes.size();
    for (size_t at = 0;
         left_ && at < end && unicode::has(unicode::next(bytes, at), unicode::kWhite);) {
      begin = at;
    }
    while (right_ && end > begin) {
      size_t last = end - 1;
      while (unicode::continues(bytes[last])) --last;
      size_t at = last;
      if (!unicode::has(unicode::next(bytes, at), unicode::kWhite)) break;
      end = last;
    }
    if (begin == 0 && end == bytes.size()) return;
    Edit edit(text);
    if (begin) edit.drop(begin);
    edit.keep(end - begin);
    if (end < bytes.size()) edit.drop(bytes.size() - end);
    edit.finish();
  }
  nlohmann::ordered_json to_json() const override {
    return {{"type", "Strip"}, {"strip_left", left_}, {"strip_right", right_}};
  }

 private:
  bool left_, right_;
};

class Prepend final : public Normalizer {
 public:
  explicit Prepend(const JsonFields& fields) : prepend_(fields.string("prepend")) {}
  void normalize(Text& text) const override {
    if (!text.bytes.empty()) insert(text, 0, prepend_);
  }
  nlohmann::ordered_json to_json() const override {
    return {{"type", "Prepend"}, {"prepend", prepend_}};
  }

 private:
  std::string prepend_;
};

}  // namespace

std::unique_ptr<Normalizer> make_strip(const JsonFields& fields) {
  return std::make_unique<Strip>(fields);
}
std::unique_ptr<Normalizer> make_prepend(const JsonFields& fields) {
  return std::make_unique<Prepend>(fields);
}

}  // namespace hearth::text::normalizers
