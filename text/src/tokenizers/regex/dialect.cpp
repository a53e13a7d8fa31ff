// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/regex/dialect.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "hearth/base/error.h"

#include "tokenizers/regex/code_set.h"

namespace hearth::text {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string hex(char32_t code) {
  std::string digits;
  do {
    digits.insert(digits.begin(), "0123456789abcdef"[code & 15]);
    code >>= 4;
  } while (code);
  return "\\x{" + digits + "}";
}

std::string ranges_of(const CodeSet& set) {
  // PCRE2 looks at one after the other: large ones, which most characters are in, come first.
  std::vector<CodeSet::Range> ranges = set.ranges();
  std::stable_sort(ranges.begin(), ranges.end(),
                   [](auto a, auto b) { return a.last - a.first > b.last - b.first; });
  std::string out;
  for (auto [first, last] : ranges) {
    // PCRE2 takes no surrogates.
    if (first >= 0xd800 && first <= 0xdfff) first = 0xe000;
    if (last >= 0xd800 && last <= 0xdfff) last = 0xd7ff;
    if (first > last) continue;
    out += hex(first);
    if (last > first) out += "-" + hex(last);
  }
  return out;
}

/// A class of PCRE2's.
std::string class_of(const CodeSet& set, bool negated) {
  const std::string ranges = ranges_of(set);
  if (ranges.empty()) return negated ? "(?s:.)" : "(?!)";
  return (negated ? "[^" : "[") + ranges + "]";
}

class Writer {
 public:
  Writer(std::string_view regex, const std::string& source) : regex_(regex), source_(source) {}

  std::string write() {
    while (at_ < regex_.size()) step();
    if (groups_.size() > 1) fail("expected )");
    out_.append(groups_.back().options, ')');
    return std::move(out_);
  }

 private:
  [[noreturn]] void fail(std::string_view why) const {
    throw FormatError(
        cat_str("[", source_, "] ", why, " at byte ", at_, " of the regular expression ", regex_));
  }

  bool is(std::string_view next) const { return regex_.substr(at_).substr(0, next.size()) == next; }
  bool take(std::string_view next) {
    if (!is(next)) return false;
    at_ += next.size();
    return true;
  }
  char take() {
    if (at_ >= regex_.size()) fail("expected more");
    return regex_[at_++];
  }
  char32_t take_code() {
    if (at_ >= regex_.size()) fail("expected more");
    return unicode::next(regex_, at_);
  }

  void step() {
    const size_t begin = out_.size();
    const char c = regex_[at_];
    if (c == '(') return open_group();
    if (c == ')') {
      ++at_;
      if (groups_.size() == 1) fail("expected no ) without (");
      out_.append(groups_.back().options + 1, ')');
      atom_ = groups_.back().begin;
      groups_.pop_back();
      return quantifiers();
    }
    if (c == '|' || c == '^' || c == '$') {
      out_ += take();
      return;
    }
    atom_ = begin;
    if (c == '[') {
      bool negated = false;
      const CodeSet set = read_class(0, negated);
      out_ += class_of(set, negated);
    } else if (c == '\\') {
      ++at_;
      if (escape()) return;
    } else {
      out_.append(regex_.substr(at_, unicode::length_of(c)));
      at_ += unicode::length_of(c);
    }
    quantifiers();
  }

  /// An opening parenthesis with what belongs to it. Options change their letters: m is s of PCRE2.
  void open_group() {
    const size_t begin = out_.size();
    out_ += take();
    if (take("?#")) {
      const size_t end = regex_.find(')', at_);
      if (end == std::string_view::npos) fail("expected )");
      out_.resize(begin);
      at_ = end + 1;
      return;
    }
    groups_.push_back({begin, 0});
    if (is("*")) fail("expected something to repeat");
    if (!is("?")) return;
    out_ += take();
    const size_t end = regex_.find_first_not_of("imx-", at_);
    const bool options =
        end != std::string_view::npos && end > at_ && (regex_[end] == ':' || regex_[end] == ')');
    if (options) {
      for (; at_ < end; ++at_) out_ += regex_[at_] == 'm' ? 's' : regex_[at_];
      if (take(")")) {
        // Holds for all that follows in the group around it, alternatives too.
        out_ += ':';
        groups_.pop_back();
        ++groups_.back().options;
        return;
      }
    }
    while (is(":") || is("=") || is("!") || is(">") || is("<")) {
      if (take() == '<') {
        out_ += '<';
        if (is("=") || is("!")) continue;
        const size_t name_end = regex_.find('>', at_);
        if (name_end == std::string_view::npos) fail("expected a name and >");
        out_.append(regex_.substr(at_, name_end + 1 - at_));
        at_ = name_end + 1;
        return;
      }
      out_ += regex_[at_ - 1];
      return;
    }
    fail("expected a kind of group that is known");
  }

  /// Oniguruma lets quantifiers follow each other, and has no possessive intervals.
  void quantifiers() {
    bool quantified = false;
    for (;;) {
      std::string quantifier;
      bool interval = false;
      if (is("*") || is("+") || is("?")) {
        quantifier = take();
      } else if (is("{")) {
        quantifier = read_interval();
        interval = true;
      }
      if (quantifier.empty()) return;
      if (quantified) {
        out_.insert(atom_, "(?:");
        out_ += ')';
      }
      const bool exact = interval && quantifier.find(',') == std::string::npos;
      if (is("?") && !exact) quantifier += take();
      if (!interval && is("+") && quantifier.size() == 1) quantifier += take();
      out_ += quantifier;
      quantified = true;
    }
  }

  /// {n}, {n,}, {,m} or {n,m}; empty, and nothing is read, if it is none of them.
  std::string read_interval() {
    size_t end = at_ + 1;
    std::string low, high;
    while (end < regex_.size() && is_digit(regex_[end])) low += regex_[end++];
    const bool comma = end < regex_.size() && regex_[end] == ',';
    if (comma) ++end;
    while (comma && end < regex_.size() && is_digit(regex_[end])) high += regex_[end++];
    if (end >= regex_.size() || regex_[end] != '}' || (low.empty() && high.empty())) return {};
    at_ = end + 1;
    return "{" + (low.empty() ? "0" : low) + (comma ? "," : "") + high + "}";
  }

  /// What follows a backslash. True for what is no atom.
  bool escape() {
    const char c = take();
    if (const auto set = set_of_escape(c, false)) {
      out_ += class_of(*set, false);
      return false;
    }
    switch (c) {
      case 'b':
      case 'B': {
        const std::string word = class_of(word_set(false), false);
        const std::string other_way = c == 'b' ? "!" : "=", same_way = c == 'b' ? "=" : "!";
        out_ += "(?:(?<=" + word + ")(?" + other_way + word + ")|(?<!" + word + ")(?" + same_way +
                word + "))";
        return true;
      }
      case 'A':
      case 'z':
      case 'Z':
      case 'G':
      case 'K':
        out_ += std::string("\\") + c;
        return true;
      case 'R':
      case 'X':
      case 'N':
      case 'k':
      case 'g':
        out_ += std::string("\\") + c;
        return false;
      case 'O':
        out_ += "(?s:.)";
        return false;
      default:
        break;
    }
    if (c >= '1' && c <= '9') {
      out_ += std::string("\\") + c;
      return false;
    }
    --at_;
    out_ += hex(read_escaped_code());
    return false;
  }

  /// The set of \p{...}, \s and their like.
  std::optional<CodeSet> set_of_escape(char c, bool in_class) {
    switch (c) {
      case 's':
        return space_set();
      case 'S':
        return ~space_set();
      case 'w':
        return word_set(in_class);
      case 'W':
        return ~word_set(in_class);
      case 'd':
        return digit_set();
      case 'D':
        return ~digit_set();
      case 'h':
        return hex_set();
      case 'H':
        return ~hex_set();
      case 'p':
      case 'P':
        break;
      default:
        return std::nullopt;
    }
    if (!take("{")) fail("expected { after \\p");
    const bool negated = take("^") != (c == 'P');
    const size_t end = regex_.find('}', at_);
    if (end == std::string_view::npos) fail("expected }");
    const auto set = property_set(regex_.substr(at_, end - at_));
    if (!set) fail("expected the name of a property");
    at_ = end + 1;
    return negated ? ~*set : *set;
  }

  /// A code point behind a backslash.
  char32_t read_escaped_code() {
    const char32_t c = take_code();
    switch (c) {
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'f':
        return '\f';
      case 'v':
        return '\v';
      case 'a':
        return '\a';
      case 'e':
        return 0x1b;
      case 'x':
        return take("{") ? read_hex(8, true) : read_hex(2, false);
      case 'u':
        return read_hex(4, false);
      case 'c':
        return take_code() & 0x1f;
      case '0':
        return read_number(8, 2, false);
      default:
        return c;
    }
  }
  char32_t read_hex(int most, bool closed) { return read_number(16, most, closed); }
  char32_t read_number(uint32_t base, int most, bool closed) {
    char32_t code = 0;
    for (int i = 0; i < most && at_ < regex_.size(); ++i, ++at_) {
      const char c = regex_[at_];
      const char lower = static_cast<char>(c | 0x20);
      const uint32_t digit = is_digit(c)                    ? c - '0'
                             : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10
                                                            : 99;
      if (digit >= base) break;
      code = code * base + digit;
    }
    if (closed && !take("}")) fail("expected }");
    if (code >= unicode::kCodePoints || (code >= 0xd800 && code < 0xe000))
      fail("expected a code point");
    return code;
  }

  /// A class in brackets, with classes within it and && for what is in both. The outermost class
  /// says apart whether it is negated, which without regard to case isn't the same as its
  /// complement.
  CodeSet read_class(int depth, bool& negated) {
    if (depth > 32) fail("expected no more than 32 classes within each other");
    ++at_;
    negated = take("^");
    CodeSet set, before;
    bool first = true, both = false;
    for (;; first = false) {
      if (is("]") && !first) break;
      if (take("&&")) {
        before = both ? before & set : set;
        set = {};
        both = true;
        continue;
      }
      if (is("[:")) {
        if (const auto posix = read_posix()) {
          set = set | *posix;
          continue;
        }
      }
      if (is("[")) {
        bool inner_negated = false;
        const CodeSet inner = read_class(depth + 1, inner_negated);
        set = set | (inner_negated ? ~inner : inner);
        continue;
      }
      set = set | read_range();
    }
    ++at_;
    return both ? before & set : set;
  }

  std::optional<CodeSet> read_posix() {
    const size_t end = regex_.find(":]", at_ + 2);
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view name = regex_.substr(at_ + 2, end - at_ - 2);
    const bool negated = name.substr(0, 1) == "^";
    if (negated) name.remove_prefix(1);
    const auto set = posix_set(name);
    if (!set) return std::nullopt;
    at_ = end + 2;
    return negated ? ~*set : *set;
  }

  /// One code point, a range of them, or a set such as \s.
  CodeSet read_range() {
    if (is("\\")) {
      const size_t begin = at_++;
      const char c = take();
      if (const auto set = set_of_escape(c, true)) return *set;
      at_ = begin;
    }
    const char32_t first = read_code();
    if (!is("-") || regex_.substr(at_ + 1, 1) == "]" || regex_.substr(at_ + 1, 1) == "[") {
      return CodeSet::one(first);
    }
    const size_t dash = at_++;
    if (is("\\")) {
      ++at_;
      const char c = take();
      if (const auto set = set_of_escape(c, true))
        return CodeSet::one(first) | CodeSet::one('-') | *set;
      at_ = dash + 1;
    }
    const char32_t last = read_code();
    if (last < first) fail("expected a range from the lower to the higher");
    return CodeSet({{first, last}});
  }
  char32_t read_code() {
    if (!take("\\")) return take_code();
    if (take("b")) return '\b';
    return read_escaped_code();
  }

  std::string_view regex_;
  const std::string& source_;
  std::string out_;
  size_t at_ = 0;
  /// Where in out_ the last atom begins.
  size_t atom_ = 0;
  /// Groups that are open, all of it first: where they begin, and how many groups of options within
  /// them end with them.
  struct Group {
    size_t begin, options;
  };
  std::vector<Group> groups_{{0, 0}};
};

}  // namespace

std::string to_pcre2(std::string_view regex, const std::string& source) {
  return Writer(regex, source).write();
}

}  // namespace hearth::text
