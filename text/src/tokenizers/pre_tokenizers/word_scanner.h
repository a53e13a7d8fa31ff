// SPDX-License-Identifier: Apache-2.0
// Scanners for the regular expressions of byte-level tokenizers, which are of one family:
// contractions, words, numbers, other things, white space. Each takes a text apart without a rest.
#pragma once

#include <algorithm>
#include <cstring>

#include "tokenizers/pattern.h"
#include "tokenizers/pre_tokenizers/cursor.h"

namespace hearth::text {

/// In what the expressions differ.
struct WordRules {
  /// What a word may begin with beside a space: nothing (GPT-2), or any character but letters,
  /// numbers and line ends, space included.
  bool any_before_word = false;
  /// Words end where upper case follows lower case (o200k).
  bool by_case = false;
  /// 's and the like: pieces of their own before anything else, the ends of words, or no more than
  /// other characters.
  enum Contractions { None, Alone, AtEnd } contractions = Alone;
  /// Whether 'S is one too.
  bool any_case = false;
  /// Digits in a piece; 0: any number of them, with a space before.
  int digits = 0;
  /// Line ends, and slashes, that other characters take along.
  bool lines_after = false, slashes_after = false;
  /// White space up to its last line end is a piece.
  bool lines_apart = false;
  /// White space at the end of a text is one piece, whatever is in it (tiktoken's \s++$).
  bool end_whole = false;
};

template <WordRules kRules>
class WordScanner final : public Pattern {
 public:
  void find(std::string_view text, uint32_t offset, std::vector<Offset>& matches) const override {
    const char* const begin = text.data();
    Cursor cursor(begin, begin + text.size());
    while (!cursor.done()) {
      const char* const from = cursor.at();
      step(cursor);
      matches.push_back({offset + static_cast<uint32_t>(from - begin),
                         offset + static_cast<uint32_t>(cursor.at() - begin)});
    }
  }

 private:
  static constexpr uint8_t kNoOther = unicode::kLetter | unicode::kNumber | unicode::kSpace;

  static void step(Cursor& cursor) {
    // Most often a word with a space before it.
    if (*cursor.at() == ' ' && cursor.is_ascii_letter(1)) {
      if (!kRules.by_case) {
        cursor.skip(1);
        return cursor.skip_letters();
      }
      if (ascii_word_by_case(cursor, 1)) return;
    }
    const Seen first = cursor.peek();
    if (kRules.contractions == WordRules::Alone && *cursor.at() == '\'') {
      if (const size_t size = contraction(cursor)) return cursor.skip(size);
    }
    if constexpr (kRules.any_before_word) {
      if (word_after_any(cursor, first)) return;
    } else if (first.classes & unicode::kLetter) {
      return cursor.skip_letters();
    }
    if (first.classes & unicode::kNumber) return number(cursor);
    if (!(first.classes & unicode::kSpace)) return other(cursor);
    if (*cursor.at() == ' ') {
      const Seen second = cursor.peek(1);
      if (!kRules.any_before_word && second.classes & unicode::kLetter) {
        cursor.skip(1);
        return cursor.skip_letters();
      }
      if (!kRules.digits && second.classes & unicode::kNumber) {
        cursor.skip(1);
        return number(cursor);
      }
      if (second.bytes && !(second.classes & kNoOther)) {
        cursor.skip(1);
        return other(cursor);
      }
    }
    white_space(cursor);
  }

  /// Bytes of 's, 't, 're, 've, 'm, 'll or 'd at the cursor.
  static size_t contraction(const Cursor& cursor) {
    const auto is = [&](char letter, size_t ahead) {
      return cursor.is(letter, ahead) ||
             (kRules.any_case && cursor.is(static_cast<char>(letter - 'a' + 'A'), ahead));
    };
    if (!cursor.is('\'')) return 0;
    if (is('s', 1) || is('t', 1) || is('m', 1) || is('d', 1)) return 2;
    if ((is('r', 1) && is('e', 2)) || (is('v', 1) && is('e', 2)) || (is('l', 1) && is('l', 2))) {
      return 3;
    }
    // U+017F, the long s, is an s in another case.
    return kRules.any_case && cursor.is('\xc5', 1) && cursor.is('\xbf', 2) ? 3 : 0;
  }

  static bool word_after_any(Cursor& cursor, Seen first) {
    const bool letter = first.classes & unicode::kLetter;
    const bool before =
        !(first.classes & (unicode::kLetter | unicode::kNumber | unicode::kNewline));
    if constexpr (kRules.by_case) {
      if (cursor.is_ascii_letter() && ascii_word_by_case(cursor, 0)) return true;
      return word_by_case(cursor, first, before);
    } else {
      if (!letter && !(before && cursor.peek(first.bytes).classes & unicode::kLetter)) return false;
      cursor.skip(first.bytes);
      cursor.skip_letters();
      return true;
    }
  }

  /// Upper case and then lower case of ASCII, behind a prefix. False, and nothing is read, if it
  /// goes on beyond ASCII.
  static bool ascii_word_by_case(Cursor& cursor, size_t prefix) {
    const char* const from = cursor.at();
    cursor.skip(prefix);
    cursor.skip_ascii_upper();
    cursor.skip_ascii_lower();
    if (!cursor.is_beyond_ascii()) return end_word(cursor);
    cursor.move_to(from);
    return false;
  }

  /// Upper case and then lower case, where letters without case, and marks, count as both. With at
  /// least one of the latter if that can be had, by giving back some of the former if need be.
  static bool word_by_case(Cursor& cursor, Seen first, bool before) {
    const char* const from = cursor.at();
    const char* upper_end[2] = {};
    for (const bool prefix : {true, false}) {
      if (prefix && !before) continue;
      cursor.move_to(from + (prefix ? first.bytes : 0));
      const char* const word = cursor.at();
      const char* both = nullptr;  // behind the last that counts as lower case as well
      for (Seen seen = cursor.peek(); seen.classes & unicode::kUpperOrOther; seen = cursor.peek()) {
        cursor.skip(seen.bytes);
        if (seen.classes & unicode::kLowerOrOther) both = cursor.at();
      }
      if (cursor.at() != word) upper_end[prefix] = cursor.at();
      const char* const here = cursor.at();
      cursor.skip_while(unicode::kLowerOrOther);
      if (cursor.at() == here && !both) continue;
      if (cursor.at() == here) cursor.move_to(both);
      return end_word(cursor);
    }
    const char* const end = upper_end[true] ? upper_end[true] : upper_end[false];
    cursor.move_to(end ? end : from);
    return end && end_word(cursor);
  }

  static bool end_word(Cursor& cursor) {
    if (kRules.contractions == WordRules::AtEnd) cursor.skip(contraction(cursor));
    return true;
  }

  static void number(Cursor& cursor) {
    if (!kRules.digits) return cursor.skip_while(unicode::kNumber);
    for (int i = 0; i < kRules.digits; ++i) {
      const Seen seen = cursor.peek();
      if (!(seen.classes & unicode::kNumber)) return;
      cursor.skip(seen.bytes);
    }
  }

  static void other(Cursor& cursor) {
    cursor.skip_without(kNoOther);
    if (!kRules.lines_after) return;
    while (cursor.is('\r') || cursor.is('\n') || (kRules.slashes_after && cursor.is('/'))) {
      cursor.skip(1);
    }
  }

  /// All of it at the end of the text, else all but the last, which goes with what follows, or is a
  /// piece if it is alone.
  static void white_space(Cursor& cursor) {
    const char *last = cursor.at(), *line_end = nullptr, *const from = last;
    for (Seen seen = cursor.peek(); seen.classes & unicode::kSpace; seen = cursor.peek()) {
      last = cursor.at();
      cursor.skip(seen.bytes);
      if (seen.classes & unicode::kNewline) line_end = cursor.at();
    }
    if (kRules.end_whole && cursor.done()) return;
    if (kRules.lines_apart && line_end) return cursor.move_to(line_end);
    if (!cursor.done() && last != from) cursor.move_to(last);
  }
};

}  // namespace hearth::text
