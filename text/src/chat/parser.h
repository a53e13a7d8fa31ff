// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "chat/ast.h"
#include "chat/lexer.h"

namespace hearth::text::chat {

/// The tokens of a template, and the names of variables that were met.
class TokenStream {
 public:
  explicit TokenStream(std::string_view source) : tokens_(tokenize(source)) {}

  const Token& current() const { return tokens_[at_]; }
  const Token& look() const { return tokens_[at_ + 1 < tokens_.size() ? at_ + 1 : at_]; }
  const Token& next() { return at_ + 1 < tokens_.size() ? tokens_[at_++] : tokens_[at_]; }
  int line() const { return current().line; }
  size_t position() const { return at_; }
  /// Whether a name stands between a position and here.
  bool occurs(std::string_view name, size_t from) const;
  bool skip_op(std::string_view op);
  bool skip_name(std::string_view name);
  void expect_op(std::string_view op);
  void expect_name(std::string_view name);
  void expect(TokenKind kind);
  /// Any name.
  std::string expect_any_name();
  [[noreturn]] void fail(const std::string& expected) const;

  int intern(const std::string& name);
  std::vector<std::string> take_names() { return std::move(names_); }

 private:
  std::vector<Token> tokens_;
  size_t at_ = 0;
  std::vector<std::string> names_;
  std::unordered_map<std::string, int> numbers_;
};

/// Jinja's expressions, with the precedences it has.
class ExpressionParser {
 public:
  explicit ExpressionParser(TokenStream& tokens) : tokens_(tokens) {}

  ExprPtr expression();
  /// Without `a if b else c`.
  ExprPtr without_condition() { return any(); }
  /// An expression, or several with commas between them, which are a tuple.
  ExprPtr tuple(bool with_condition = true, bool may_be_empty = false);
  ExprPtr unary(bool with_filters = true);
  /// The filters after a block's name, of null.
  ExprPtr filters(ExprPtr of, bool first_is_here);
  /// A name, `namespace.attribute` if allowed, or a tuple of these, as it is set.
  Target target(bool attributes);

 private:
  using Parse = ExprPtr (ExpressionParser::*)();
  ExprPtr node(Op op, int line, std::vector<ExprPtr> children = {}) const;
  ExprPtr name_node(const Token& token);
  ExprPtr any();
  ExprPtr all();
  ExprPtr negation();
  ExprPtr comparison();
  ExprPtr sum();
  ExprPtr concat();
  ExprPtr product();
  ExprPtr power();
  /// Operands of equal rank, from the left.
  ExprPtr chain(Parse operand, std::initializer_list<std::string_view> operators);
  ExprPtr primary();
  ExprPtr list();
  ExprPtr dict();
  ExprPtr postfix(ExprPtr of);
  ExprPtr with_filters(ExprPtr of);
  ExprPtr subscript(ExprPtr of);
  ExprPtr call(ExprPtr of);
  ExprPtr filter(ExprPtr of);
  ExprPtr test(ExprPtr of);
  CallArgs arguments();
  Target one_target(bool attributes);
  /// Makes of an expression's depth that of the arguments too.
  static void count_arguments(Expr& expr);

  TokenStream& tokens_;
  int depth_ = 0;
};

}  // namespace hearth::text::chat
