// SPDX-License-Identifier: Apache-2.0
#include "unicode/normalization.h"

#include <algorithm>
#include <cstring>

#include "unicode/tables.h"

namespace hearth::text::unicode {
namespace {

bool composes(Form form) { return form == Form::NFC || form == Form::NFKC; }
bool is_compatible(Form form) { return form == Form::NFKC || form == Form::NFKD; }

/// Flags of code points that a form may change.
uint32_t changing(Form form) {
  switch (form) {
    case Form::NFC:
      return kMaybeNfc;
    case Form::NFKC:
      return kMaybeNfkc;
    case Form::NFD:
      return kCanonical;
    case Form::NFKD:
      return kCompatible;
  }
  return 0;
}

/// Tells code points that stay what they are, and that nothing before them is joined with.
class Boundary {
 public:
  Boundary(Form form, Tables tables)
      : changing_(changing(form)), hangul_(!composes(form)), hf_(tables == Tables::Hf) {}
  bool operator()(char32_t code) const {
    const Record& r = record(code);
    if (hf_ && r.flags & kNotNormalizedByHf) return true;
    return !r.combining_class && !(r.flags & changing_) && !(hangul_ && is_hangul_syllable(code));
  }

 private:
  uint32_t changing_;
  bool hangul_, hf_;
};

void decompose(char32_t code, Form form, Tables tables, std::vector<Normalized>& out) {
  const Record& r = record(code);
  const bool newer = tables == Tables::Hf && r.flags & kNotNormalizedByHf;
  const bool compatibly = is_compatible(form);
  char32_t parts[3];
  Codes codes{&code, 1};
  if (is_hangul_syllable(code)) {
    codes = {parts, decompose_hangul(code, parts)};
  } else if (!newer && r.flags & (compatibly ? kCompatible : kCanonical)) {
    codes = compatibly ? compatible(code) : canonical(code);
  }
  int32_t change = 0;
  for (const char32_t part : codes) {
    out.push_back({part, change, newer ? uint8_t{0} : record(part).combining_class});
    change = 1;
  }
}

/// Marks into the order of their classes; equal ones stay in theirs.
void sort_marks(std::vector<Normalized>& codes) {
  const auto is_mark = [](const Normalized& n) { return n.combining_class != 0; };
  for (auto at = codes.begin(); at != codes.end();) {
    at = std::find_if(at, codes.end(), is_mark);
    const auto end = std::find_if_not(at, codes.end(), is_mark);
    if (end - at > 1) {
      std::stable_sort(at, end, [](const Normalized& a, const Normalized& b) {
        return a.combining_class < b.combining_class;
      });
    }
    at = end;
  }
}

void compose_all(Tables tables, std::vector<Normalized>& codes) {
  constexpr size_t kNone = SIZE_MAX;
  size_t starter = kNone, size = 0;
  for (const Normalized& next : codes) {
    // Blocked: something of no lower class, or a starter, stands between.
    const bool blocked =
        starter == kNone ||
        (size > starter + 1 && codes[size - 1].combining_class >= next.combining_class);
    const char32_t composed = blocked ? 0 : compose(codes[starter].code, next.code);
    if (composed && !(tables == Tables::Hf && has(composed, kNotNormalizedByHf))) {
      codes[starter].code = composed;
      codes[starter].change += next.change - 1;
      continue;
    }
    if (!next.combining_class) starter = size;
    codes[size++] = next;
  }
  codes.resize(size);
}

}  // namespace

size_t normalized_prefix(std::string_view text, Form form, Tables tables) {
  const Boundary boundary(form, tables);
  size_t at = 0, last = 0;
  while (at < text.size()) {
    uint64_t eight;
    if (at + sizeof eight <= text.size()) {
      std::memcpy(&eight, text.data() + at, sizeof eight);
      if (!(eight & 0x8080808080808080u)) {
        last = (at += sizeof eight) - 1;
        continue;
      }
    }
    const size_t here = at;
    if (!boundary(next(text, at))) return last;
    last = here;
  }
  return text.size();
}

size_t next_segment(std::string_view text, Form form, Tables tables) {
  const Boundary boundary(form, tables);
  size_t at = 0, begin = 0;
  while (at < text.size()) {
    begin = at;
    if (boundary(next(text, at)) && begin) return begin;
  }
  return text.size();
}

void normalize_segment(std::string_view segment, Form form, Tables tables,
                       std::vector<Normalized>& out) {
  out.clear();
  for (size_t at = 0; at < segment.size();) decompose(next(segment, at), form, tables, out);
  sort_marks(out);
  if (composes(form)) compose_all(tables, out);
}

std::string normalize(std::string_view text, Form form, Tables tables) {
  std::string out;
  out.reserve(text.size());
  std::vector<Normalized> codes;
  while (!text.empty()) {
    const size_t done = normalized_prefix(text, form, tables);
    out.append(text.substr(0, done));
    text.remove_prefix(done);
    const size_t segment = next_segment(text, form, tables);
    normalize_segment(text.substr(0, segment), form, tables, codes);
    for (const Normalized& n : codes) append(out, n.code);
    text.remove_prefix(segment);
  }
  return out;
}

}  // namespace hearth::text::unicode
