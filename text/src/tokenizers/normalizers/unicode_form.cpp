// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/normalizers/unicode_form.h"

#include <nlohmann/json.hpp>

#include "tokenizers/edit.h"
#include "tokenizers/json_fields.h"
#include "tokenizers/normalizers/normalizers.h"

namespace hearth::text::normalizers {
namespace {

class UnicodeForm final : public Normalizer {
 public:
  explicit UnicodeForm(std::string name) : name_(std::move(name)) {
    const bool composed = name_.back() == 'C';
    const bool compatible = name_.size() == 4;
    form_ = compatible ? composed ? unicode::Form::NFKC : unicode::Form::NFKD
            : composed ? unicode::Form::NFC
                       : unicode::Form::NFD;
  }
  void normalize(Text& text) const override { to_form(text, form_); }
  nlohmann::ordered_json to_json() const override { return {{"type", name_}}; }

 private:
  std::string name_;
  unicode::Form form_;
};

}  // namespace

void to_form(Text& text, unicode::Form form) {
  constexpr unicode::Tables kTables = unicode::Tables::Hf;
  Edit edit(text);
  std::vector<unicode::Normalized> codes;
  for (;;) {
    edit.keep(unicode::normalized_prefix(edit.left(), form, kTables));
    if (edit.left().empty()) break;
    const size_t size = unicode::next_segment(edit.left(), form, kTables);
    unicode::normalize_segment(edit.left().substr(0, size), form, kTables, codes);
    const size_t end = edit.at() + size;
    for (const unicode::Normalized& n : codes) {
      if (n.change > 0) {
        edit.add(n.code);
      } else {
        edit.replace(bytes_of_codes(edit.left(), int64_t{1} - n.change), n.code);
      }
    }
    edit.drop(end - edit.at());
  }
  edit.finish();
}

std::unique_ptr<Normalizer> make_unicode_form(const JsonFields& fields) {
  return std::make_unique<UnicodeForm>(fields.string("type"));
}

}  // namespace hearth::text::normalizers
