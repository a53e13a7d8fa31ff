// SPDX-License-Identifier: Apache-2.0
#include "chat/lexer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "hearth/base/error.h"

#include "chat/python_text.h"
#include "unicode/utf8.h"

namespace hearth::text::chat {
namespace {

/// With LF for all line ends, and without the last one.
std::string with_plain_lines(std::string_view source) {
  std::string out;
  out.reserve(source.size());
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] != '\r') {
      out += source[i];
    } else if (i + 1 == source.size() || source[i + 1] != '\n') {
      out += '\n';
    }
  }
  if (out.ends_with('\n')) out.pop_back();
  return out;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name(char c) {
  return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}
int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(with_plain_lines(source)) {}

  std::vector<Token> run() {
    while (at_ < source_.size()) text();
    push(TokenKind::End);
    return std::move(tokens_);
  }

 private:
  std::string_view rest() const { return std::string_view(source_).substr(at_); }
  bool starts(std::string_view what) const { return rest().starts_with(what); }
  [[noreturn]] void fail(std::string why) const { throw SyntaxError{line_, std::move(why)}; }

  Token& push(TokenKind kind, std::string text = {}) {
    Token token;
    token.kind = kind;
    token.line = line_;
    token.text = std::move(text);
    tokens_.push_back(std::move(token));
    return tokens_.back();
  }
  void advance(size_t n) {
    line_ +=
        static_cast<int>(std::count(source_.begin() + static_cast<std::ptrdiff_t>(at_),
                                    source_.begin() + static_cast<std::ptrdiff_t>(at_ + n), '\n'));
    at_ += n;
    if (n > 0) line_starts_ = source_[at_ - 1] == '\n';
  }
  void skip_space() { advance(leading_space(rest())); }

  /// Text up to the next tag, and the tag.
  void text() {
    size_t tag = at_;
    for (;; ++tag) {
      tag = source_.find('{', tag);
      if (tag == source_.npos || tag + 1 == source_.size()) {
        data(source_.substr(at_));
        advance(source_.size() - at_);
        return;
      }
      const char second = source_[tag + 1];
      if (second == '{' || second == '%' || second == '#') break;
    }
    const char kind = source_[tag + 1];
    char sign = tag + 2 < source_.size() ? source_[tag + 2] : '\0';
    if (sign != '-' && sign != '+') sign = '\0';
    data(before_tag(tag, sign, kind != '{'));
    advance(tag - at_);
    const size_t opening = sign ? 3 : 2;
    if (kind == '#') {
      comment(opening);
    } else if (kind == '%' && raw_begins(opening)) {
      raw();
    } else {
      push(kind == '{' ? TokenKind::VariableBegin : TokenKind::BlockBegin);
      advance(opening);
      expression(kind == '{');
    }
  }

  /// The text from here to a tag, with the space in front of the tag taken away that goes.
  std::string before_tag(size_t tag, char sign, bool lstrips) const {
    const std::string_view text = std::string_view(source_).substr(at_, tag - at_);
    if (sign == '-') return std::string(text.substr(0, text.size() - trailing_space(text)));
    if (sign == '+' || !lstrips) return std::string(text);
    const size_t newline = text.rfind('\n');
    const size_t line = newline == text.npos ? 0 : newline + 1;
    const bool whole = newline != text.npos || line_starts_;
    const std::string_view last = text.substr(line);
    return std::string(whole && leading_space(last) == last.size() ? text.substr(0, line) : text);
  }
  void data(std::string text) {
    if (!text.empty()) push(TokenKind::Data, std::move(text));
  }

  /// Passes over the end of a tag, "%}" or "#}" with a sign, if it is here.
  bool close(std::string_view end) {
    if (starts(end)) {
      advance(2);
      // trim_blocks: the line end behind a block goes, not that behind a variable.
      if (end != "}}" && starts("\n")) advance(1);
      return true;
    }
    const std::string_view signless = rest().substr(std::min<size_t>(1, rest().size()));
    if (!signless.starts_with(end)) return false;
    if (starts("-")) {
      advance(3);
      skip_space();
      return true;
    }
    if (!starts("+") || end == "}}") return false;
    advance(3);
    return true;
  }

  void comment(size_t opening) {
    const int line = line_;
    advance(opening);
    while (!close("#}")) {
      if (at_ >= source_.size()) throw SyntaxError{line, "a comment has no end"};
      const size_t next = source_.find_first_of("-+#", at_ + 1);
      advance((next == source_.npos ? source_.size() : next) - at_);
    }
  }

  /// Passes over "{% raw %}" if it is here.
  bool raw_begins(size_t opening) {
    std::string_view tag = rest().substr(opening);
    tag.remove_prefix(leading_space(tag));
    if (!tag.starts_with("raw")) return false;
    tag.remove_prefix(3);
    tag.remove_prefix(leading_space(tag));
    const bool strip = tag.starts_with("-%}");
    if (!strip && !tag.starts_with("%}")) return false;
    tag.remove_prefix(strip ? 3 : 2);
    advance(rest().size() - tag.size());
    if (strip) skip_space();
    return true;
  }
  void raw() {
    const int line = line_;
    for (size_t tag = at_;; tag += 2) {
      tag = source_.find("{%", tag);
      if (tag == source_.npos) throw SyntaxError{line, "{% raw %} has no {% endraw %}"};
      std::string_view inside = std::string_view(source_).substr(tag + 2);
      const char sign = inside.empty() || (inside[0] != '-' && inside[0] != '+') ? '\0' : inside[0];
      if (sign) inside.remove_prefix(1);
      inside.remove_prefix(leading_space(inside));
      if (!inside.starts_with("endraw")) continue;
      inside.remove_prefix(6);
      inside.remove_prefix(leading_space(inside));
      if (!inside.starts_with("%}") && !inside.starts_with("-%}") && !inside.starts_with("+%}"))
        continue;
      data(before_tag(tag, sign, true));
      advance(rest().size() - inside.size());
      close("%}");
      return;
    }
  }

  /// Tokens within a tag, up to its end.
  void expression(bool variable) {
    const std::string_view end = variable ? "}}" : "%}";
    const int line = line_;
    std::string open;  // brackets that are still to be closed
    for (;;) {
      const int end_line = line_;
      if (open.empty() && close(end)) {
        push(variable ? TokenKind::VariableEnd : TokenKind::BlockEnd).line = end_line;
        return;
      }
      if (at_ >= source_.size()) throw SyntaxError{line, cat_str("the tag has no '", end, "'")};
      if (const size_t space = leading_space(rest())) {
        advance(space);
      } else if (is_digit(source_[at_])) {
        number();
      } else if (is_name(source_[at_])) {
        name();
      } else if (source_[at_] == '\'' || source_[at_] == '"') {
        string();
      } else {
        operation(open);
      }
    }
  }

  void name() {
    size_t n = 1;
    while (at_ + n < source_.size() && is_name(source_[at_ + n])) ++n;
    push(TokenKind::Name, source_.substr(at_, n));
    advance(n);
  }

  /// Digits with single underscores between them, from `n` on; how far they go.
  size_t digits(size_t n) const {
    const auto digit = [&](size_t i) {
      return at_ + i < source_.size() && is_digit(source_[at_ + i]);
    };
    while (digit(n) || (n > 0 && digit(n - 1) && at_ + n < source_.size() &&
                        source_[at_ + n] == '_' && digit(n + 1)))
      ++n;
    return n;
  }
  char peek(size_t n) const { return at_ + n < source_.size() ? source_[at_ + n] : '\0'; }

  void number() {
    if (peek(0) == '0' && based_integer()) return;
    const size_t whole = digits(0);
    size_t n = whole;
    // Behind a dot come numbers of elements, as in `a.0.1`.
    const bool member =
        !tokens_.empty() && tokens_.back().op(".") && at_ > 0 && source_[at_ - 1] == '.';
    if (!member) {
      if (peek(n) == '.' && is_digit(peek(n + 1))) n = digits(n + 1);
      if ((peek(n) | 0x20) == 'e') {
        const size_t sign = peek(n + 1) == '+' || peek(n + 1) == '-' ? 1 : 0;
        if (is_digit(peek(n + 1 + sign))) n = digits(n + 1 + sign);
      }
    }
    std::string text = source_.substr(at_, n);
    std::erase(text, '_');
    Token& token = push(n == whole ? TokenKind::Integer : TokenKind::Float, text);
    const char* last = text.data() + text.size();
    const auto error = n == whole ? std::from_chars(text.data(), last, token.integer).ec
                                  : std::from_chars(text.data(), last, token.number).ec;
    if (error != std::errc()) fail(cat_str("the number ", text, " is too large"));
    if (n == whole && text.size() > 1 && text[0] == '0' && token.integer != 0)
      fail(cat_str("the number ", text, " begins with 0"));
    advance(n);
  }
  /// 0x1f, 0o17, 0b1
  bool based_integer() {
    const char letter = static_cast<char>(peek(1) | 0x20);
    const int base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
    if (base == 0) return false;
    size_t n = 2;
    std::string text;
    for (;; ++n) {
      const int digit = hex_digit(peek(n));
      if (digit >= 0 && digit < base) {
        text += peek(n);
      } else if (peek(n) != '_') {
        break;
      }
    }
    if (text.empty()) return false;
    Token& token = push(TokenKind::Integer, text);
    if (std::from_chars(text.data(), text.data() + text.size(), token.integer, base).ec !=
        std::errc())
      fail("the number is too large");
    advance(n);
    return true;
  }

  void string() {
    const char quote = source_[at_];
    size_t n = 1;
    while (peek(n) != quote) {
      if (at_ + n >= source_.size()) fail("a string has no end");
      n += peek(n) == '\\' ? 2 : 1;
    }
    std::string text = unescaped(std::string_view(source_).substr(at_ + 1, n - 1));
    push(TokenKind::String, std::move(text));
    advance(n + 1);
  }
  std::string unescaped(std::string_view text) const {
    std::string out;
    for (size_t i = 0; i < text.size();) {
      if (text[i] != '\\') {
        out += text[i++];
        continue;
      }
      const char c = text[i + 1];
      i += 2;
      static constexpr std::string_view kLetters = "\\'\"abfnrtv", kMeant = "\\'\"\a\b\f\n\r\t\v";
      if (c == '\n') continue;
      if (const size_t at = kLetters.find(c); at != kLetters.npos) {
        out += kMeant[at];
      } else if (c == 'x' || c == 'u' || c == 'U') {
        const size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
        unicode::append(out, code_point(text, i, digits, 16));
        i += digits;
      } else if (c >= '0' && c <= '7') {
        size_t digits = 1;
        while (digits < 3 && i - 1 + digits < text.size() && text[i - 1 + digits] >= '0' &&
               text[i - 1 + digits] <= '7')
          ++digits;
        unicode::append(out, code_point(text, i - 1, digits, 8));
        i += digits - 1;
      } else if (c == 'N') {
        fail("characters by their names, \\N{...}, are not supported");
      } else {
        out += '\\';
        out += c;
      }
    }
    return out;
  }
  char32_t code_point(std::string_view text, size_t from, size_t digits, int base) const {
    uint32_t code = 0;
    const std::string_view all = text.substr(from, digits);
    const auto [end, error] = std::from_chars(all.data(), all.data() + all.size(), code, base);
    if (error != std::errc() || all.size() != digits || end != all.data() + all.size() ||
        code >= unicode::kCodePoints || (code >= 0xd800 && code < 0xe000))
      fail(cat_str("a string has an escape of no character, '", all, "'"));
    return code;
  }

  void operation(std::string& open) {
    static constexpr std::array<std::string_view, 6> kDouble = {"//", "**", "==", "!=", ">=", "<="};
    static constexpr std::string_view kSingle = "+-/*%~[](){}><=.:|,;";
    for (const std::string_view op : kDouble) {
      if (!starts(op)) continue;
      push(TokenKind::Operator, std::string(op));
      return advance(2);
    }
    const char c = source_[at_];
    if (kSingle.find(c) == kSingle.npos) fail(cat_str("unexpected character '", c, "'"));
    if (c == '(' || c == '[' || c == '{') {
      open += c == '(' ? ')' : c == '[' ? ']' : '}';
    } else if (c == ')' || c == ']' || c == '}') {
      if (open.empty() || open.back() != c) fail(cat_str("unexpected '", c, "'"));
      open.pop_back();
    }
    push(TokenKind::Operator, std::string(1, c));
    advance(1);
  }

  std::string source_;
  size_t at_ = 0;
  int line_ = 1;
  /// Whether what was passed over last ended a line.
  bool line_starts_ = true;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view source) { return Lexer(source).run(); }

}  // namespace hearth::text::chat
