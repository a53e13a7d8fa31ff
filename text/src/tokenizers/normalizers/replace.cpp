// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "tokenizers/edit.h"
#include "tokenizers/json_fields.h"
#include "tokenizers/normalizers/normalizers.h"
#include "tokenizers/pattern.h"

namespace hearth::text::normalizers {
namespace {

class Replace final : public Normalizer {
 public:
  explicit Replace(const JsonFields& fields)
      : pattern_(read_pattern(fields, "pattern")), content_(fields.string("content")) {}
  void normalize(Text& text) const override {
    if (text.bytes.empty()) return;
    thread_local std::vector<Offset> matches;
    matches.clear();
    pattern_.pattern->find(text.bytes, 0, matches);
    Edit edit(text);
    for (const Offset match : matches) {
      edit.keep(match.begin - edit.at());
      edit.drop(match.end - match.begin);
      // What is written comes from the last character that it replaces.
      edit.add(content_);
    }
    edit.finish();
    shrink_if_large(matches);
  }
  nlohmann::ordered_json to_json() const override {
    return {{"type", "Replace"}, {"pattern", write_pattern(pattern_)}, {"content", content_}};
  }

 private:
  PatternSource pattern_;
  std::string content_;
};

}  // namespace

std::unique_ptr<Normalizer> make_replace(const JsonFields& fields) {
  return std::make_unique<Replace>(fields);
}

}  // namespace hearth::text::normalizers
