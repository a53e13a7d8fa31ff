// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::text::chat {

enum class TokenKind {
  Data,           ///< text between tags
  VariableBegin,  ///< {{
  VariableEnd,
  BlockBegin,  ///< {%
  BlockEnd,
  Name,
  String,
  Integer,
  Float,
  Operator,  ///< its text says which
  End
};

struct Token {
  TokenKind kind = TokenKind::End;
  int line = 1;
  /// What it means: of strings, without quotes and escapes.
  std::string text;
  int64_t integer = 0;
  double number = 0;

  bool is(TokenKind k) const { return kind == k; }
  bool is(TokenKind k, std::string_view t) const { return kind == k && text == t; }
  bool name(std::string_view t) const { return is(TokenKind::Name, t); }
  bool op(std::string_view t) const { return is(TokenKind::Operator, t); }
};

/// A template that isn't one, with the line.
struct SyntaxError {
  int line;
  std::string why;
};

/// The tokens of a template, with an End behind them. Whitespace control as Jinja's with
/// trim_blocks and lstrip_blocks. Throws SyntaxError.
std::vector<Token> tokenize(std::string_view source);

}  // namespace hearth::text::chat
