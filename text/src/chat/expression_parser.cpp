// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "hearth/base/error.h"

#include "chat/limits.h"
#include "chat/parser.h"

namespace hearth::text::chat {

ExprPtr ExpressionParser::node(Op op, int line, std::vector<ExprPtr> children) const {
  auto expr = std::make_unique<Expr>(Expr{op, line});
  for (const ExprPtr& child : children)
    if (child) expr->depth = std::max(expr->depth, child->depth + 1);
  if (expr->depth > kDeepest) throw SyntaxError{line, "the expression is too long"};
  expr->children = std::move(children);
  return expr;
}

void ExpressionParser::count_arguments(Expr& expr) {
  const auto count = [&](const ExprPtr& argument) {
    if (argument) expr.depth = std::max(expr.depth, argument->depth + 1);
  };
  for (const ExprPtr& argument : expr.call.positional) count(argument);
  for (const auto& [name, argument] : expr.call.named) count(argument);
  count(expr.call.rest);
  count(expr.call.named_rest);
  if (expr.depth > kDeepest) throw SyntaxError{expr.line, "the expression is too long"};
}

namespace {

template <typename... Children>
std::vector<ExprPtr> list_of(Children&&... children) {
  std::vector<ExprPtr> all;
  (all.push_back(std::forward<Children>(children)), ...);
  return all;
}

}  // namespace

ExprPtr ExpressionParser::expression() {
  const Nesting nesting(depth_, kMostNested, "expressions");
  const int line = tokens_.line();
  ExprPtr value = any();
  while (tokens_.skip_name("if")) {
    ExprPtr condition = any();
    ExprPtr other = tokens_.skip_name("else") ? expression() : nullptr;
    value = node(Op::Conditional, line,
                 list_of(std::move(condition), std::move(value), std::move(other)));
  }
  return value;
}

ExprPtr ExpressionParser::any() {
  const int line = tokens_.line();
  std::vector<ExprPtr> parts = list_of(all());
  while (tokens_.skip_name("or")) parts.push_back(all());
  return parts.size() == 1 ? std::move(parts[0]) : node(Op::Or, line, std::move(parts));
}

ExprPtr ExpressionParser::all() {
  const int line = tokens_.line();
  std::vector<ExprPtr> parts = list_of(negation());
  while (tokens_.skip_name("and")) parts.push_back(negation());
  return parts.size() == 1 ? std::move(parts[0]) : node(Op::And, line, std::move(parts));
}

ExprPtr ExpressionParser::negation() {
  if (!tokens_.current().name("not")) return comparison();
  const Nesting nesting(depth_, kMostNested, "expressions");
  const int line = tokens_.next().line;
  ExprPtr result = node(Op::Unary, line, list_of(negation()));
  result->text = "not";
  return result;
}

ExprPtr ExpressionParser::comparison() {
  const int line = tokens_.line();
  std::vector<ExprPtr> parts = list_of(sum());
  std::vector<std::string> operators;
  for (;;) {
    const Token& token = tokens_.current();
    if (token.op("==") || token.op("!=") || token.op("<") || token.op("<=") || token.op(">") ||
        token.op(">=")) {
      operators.push_back(tokens_.next().text);
    } else if (tokens_.skip_name("in")) {
      operators.emplace_back("in");
    } else if (token.name("not") && tokens_.look().name("in")) {
      tokens_.next();
      tokens_.next();
      operators.emplace_back("not in");
    } else {
      break;
    }
    parts.push_back(sum());
  }
  if (operators.empty()) return std::move(parts[0]);
  ExprPtr result = node(Op::Compare, line, std::move(parts));
  result->texts = std::move(operators);
  return result;
}

ExprPtr ExpressionParser::chain(Parse operand, std::initializer_list<std::string_view> operators) {
  const int line = tokens_.line();
  ExprPtr left = (this->*operand)();
  for (;;) {
    const Token& token = tokens_.current();
    if (!std::any_of(operators.begin(), operators.end(),
                     [&](std::string_view op) { return token.op(op); }))
      return left;
    std::string op = tokens_.next().text;
    left = node(Op::Binary, line, list_of(std::move(left), (this->*operand)()));
    left->text = std::move(op);
  }
}

ExprPtr ExpressionParser::sum() { return chain(&ExpressionParser::concat, {"+", "-"}); }
ExprPtr ExpressionParser::product() {
  return chain(&ExpressionParser::power, {"*", "/", "//", "%"});
}

ExprPtr ExpressionParser::concat() {
  const int line = tokens_.line();
  std::vector<ExprPtr> parts = list_of(product());
  while (tokens_.skip_op("~")) parts.push_back(product());
  return parts.size() == 1 ? std::move(parts[0]) : node(Op::Concat, line, std::move(parts));
}

ExprPtr ExpressionParser::power() {
  const int line = tokens_.line();
  ExprPtr left = unary();
  while (tokens_.skip_op("**")) {
    left = node(Op::Binary, line, list_of(std::move(left), unary()));
    left->text = "**";
  }
  return left;
}

ExprPtr ExpressionParser::unary(bool filters) {
  const Token& token = tokens_.current();
  ExprPtr result;
  if (token.op("-") || token.op("+")) {
    const Nesting nesting(depth_, kMostNested, "expressions");
    const int line = tokens_.next().line;
    result = node(Op::Unary, line, list_of(unary(false)));
    result->text = token.text;
  } else {
    result = primary();
  }
  result = postfix(std::move(result));
  return filters ? with_filters(std::move(result)) : std::move(result);
}

ExprPtr ExpressionParser::name_node(const Token& token) {
  ExprPtr result = node(Op::Name, token.line);
  result->name = tokens_.intern(token.text);
  return result;
}

ExprPtr ExpressionParser::primary() {
  const Nesting nesting(depth_, kMostNested, "expressions");
  const Token& token = tokens_.current();
  const auto constant = [&](Value value) {
    ExprPtr result = node(Op::Constant, token.line);
    result->value = std::move(value);
    return result;
  };
  switch (token.kind) {
    case TokenKind::Name:
      tokens_.next();
      if (token.text == "true" || token.text == "True") return constant(true);
      if (token.text == "false" || token.text == "False") return constant(false);
      if (token.text == "none" || token.text == "None") return constant(Value::none());
      return name_node(token);
    case TokenKind::String: {
      std::string text;
      while (tokens_.current().is(TokenKind::String)) text += tokens_.next().text;
      return constant(std::move(text));
    }
    case TokenKind::Integer:
      return constant(tokens_.next().integer);
    case TokenKind::Float:
      return constant(tokens_.next().number);
    case TokenKind::Operator:
      if (token.text == "[") return list();
      if (token.text == "{") return dict();
      if (token.text == "(") {
        tokens_.next();
        ExprPtr inside = tuple(true, true);
        tokens_.expect_op(")");
        return inside;
      }
      break;
    default:
      break;
  }
  tokens_.fail("an expression");
}

ExprPtr ExpressionParser::tuple(bool with_condition, bool may_be_empty) {
  const int line = tokens_.line();
  std::vector<ExprPtr> items;
  bool commas = false;
  for (;;) {
    const Token& token = tokens_.current();
    const bool end =
        token.is(TokenKind::VariableEnd) || token.is(TokenKind::BlockEnd) || token.op(")");
    if (end) break;
    items.push_back(with_condition ? expression() : without_condition());
    if (!tokens_.skip_op(",")) break;
    commas = true;
  }
  if (!commas) {
    if (!items.empty()) return std::move(items[0]);
    if (!may_be_empty) tokens_.fail("an expression");
  }
  return node(Op::Tuple, line, std::move(items));
}

ExprPtr ExpressionParser::list() {
  const int line = tokens_.next().line;
  std::vector<ExprPtr> items;
  while (!tokens_.current().op("]")) {
    if (!items.empty()) tokens_.expect_op(",");
    if (tokens_.current().op("]")) break;
    items.push_back(expression());
  }
  tokens_.expect_op("]");
  return node(Op::List, line, std::move(items));
}

ExprPtr ExpressionParser::dict() {
  const int line = tokens_.next().line;
  std::vector<ExprPtr> items;
  while (!tokens_.current().op("}")) {
    if (!items.empty()) tokens_.expect_op(",");
    if (tokens_.current().op("}")) break;
    items.push_back(expression());
    tokens_.expect_op(":");
    items.push_back(expression());
  }
  tokens_.expect_op("}");
  return node(Op::Dict, line, std::move(items));
}

ExprPtr ExpressionParser::postfix(ExprPtr of) {
  for (;;) {
    const Token& token = tokens_.current();
    if (token.op(".") || token.op("[")) {
      of = subscript(std::move(of));
    } else if (token.op("(")) {
      of = call(std::move(of));
    } else {
      return of;
    }
  }
}

ExprPtr ExpressionParser::with_filters(ExprPtr of) {
  for (;;) {
    const Token& token = tokens_.current();
    if (token.op("|")) {
      of = filters(std::move(of), false);
    } else if (token.name("is")) {
      of = test(std::move(of));
    } else if (token.op("(")) {
      of = call(std::move(of));
    } else {
      return of;
    }
  }
}

ExprPtr ExpressionParser::subscript(ExprPtr of) {
  const Token& opening = tokens_.next();
  if (opening.op(".")) {
    const Token& member = tokens_.next();
    if (member.is(TokenKind::Name)) {
      ExprPtr result = node(Op::Attribute, opening.line, list_of(std::move(of)));
      result->text = member.text;
      return result;
    }
    if (!member.is(TokenKind::Integer))
      throw SyntaxError{member.line, "expected a name or a number behind '.'"};
    ExprPtr index = node(Op::Constant, member.line);
    index->value = member.integer;
    return node(Op::Item, opening.line, list_of(std::move(of), std::move(index)));
  }
  std::vector<ExprPtr> parts = list_of(std::move(of));
  const auto part = [&]() -> ExprPtr {
    const Token& token = tokens_.current();
    return token.op(":") || token.op("]") ? nullptr : expression();
  };
  parts.push_back(part());
  if (!tokens_.current().op(":")) {
    if (!parts[1]) tokens_.fail("an expression");
    if (tokens_.current().op(",")) {
      std::vector<ExprPtr> items = list_of(std::move(parts[1]));
      while (tokens_.skip_op(",")) items.push_back(expression());
      parts[1] = node(Op::Tuple, opening.line, std::move(items));
    }
    tokens_.expect_op("]");
    return node(Op::Item, opening.line, std::move(parts));
  }
  tokens_.next();
  parts.push_back(part());
  parts.push_back(tokens_.skip_op(":") ? part() : nullptr);
  tokens_.expect_op("]");
  return node(Op::Slice, opening.line, std::move(parts));
}

CallArgs ExpressionParser::arguments() {
  tokens_.expect_op("(");
  CallArgs args;
  bool first = true;
  while (!tokens_.current().op(")")) {
    if (!first) tokens_.expect_op(",");
    first = false;
    if (tokens_.current().op(")")) break;
    if (tokens_.current().op("*") && !args.rest && !args.named_rest) {
      tokens_.next();
      args.rest = expression();
    } else if (tokens_.current().op("**") && !args.named_rest) {
      tokens_.next();
      args.named_rest = expression();
    } else if (tokens_.current().is(TokenKind::Name) && tokens_.look().op("=") &&
               !args.named_rest) {
      std::string name = tokens_.next().text;
      tokens_.next();
      args.named.emplace_back(std::move(name), expression());
    } else if (args.named.empty() && !args.rest && !args.named_rest) {
      args.positional.push_back(expression());
    } else {
      tokens_.fail("no more arguments by position");
    }
  }
  tokens_.expect_op(")");
  return args;
}

ExprPtr ExpressionParser::call(ExprPtr of) {
  const int line = tokens_.line();
  ExprPtr result = node(Op::Call, line, list_of(std::move(of)));
  result->call = arguments();
  count_arguments(*result);
  return result;
}

ExprPtr ExpressionParser::filters(ExprPtr of, bool first_is_here) {
  while (first_is_here || tokens_.skip_op("|")) {
    first_is_here = false;
    of = filter(std::move(of));
  }
  return of;
}

ExprPtr ExpressionParser::filter(ExprPtr of) {
  const int line = tokens_.line();
  std::string name = tokens_.expect_any_name();
  ExprPtr result = node(Op::Filter, line, list_of(std::move(of)));
  result->text = std::move(name);
  if (tokens_.current().op("(")) result->call = arguments();
  count_arguments(*result);
  return result;
}

ExprPtr ExpressionParser::test(ExprPtr of) {
  const int line = tokens_.next().line;
  const bool negated = tokens_.skip_name("not");
  std::string name = tokens_.expect_any_name();
  ExprPtr result = node(Op::Test, line, list_of(std::move(of)));
  result->text = std::move(name);
  const Token& token = tokens_.current();
  const bool operand = token.is(TokenKind::Name) || token.is(TokenKind::String) ||
                       token.is(TokenKind::Integer) || token.is(TokenKind::Float) ||
                       token.op("[") || token.op("{");
  if (token.op("(")) {
    result->call = arguments();
  } else if (operand && !token.name("else") && !token.name("or") && !token.name("and")) {
    if (token.name("is")) throw SyntaxError{token.line, "tests with 'is' cannot be chained"};
    result->call.positional.push_back(postfix(primary()));
  }
  count_arguments(*result);
  if (!negated) return result;
  result = node(Op::Unary, line, list_of(std::move(result)));
  result->text = "not";
  return result;
}

Target ExpressionParser::one_target(bool attributes) {
  const Nesting nesting(depth_, kMostNested, "targets");
  Target result;
  result.line = tokens_.line();
  if (tokens_.skip_op("(")) {
    result = target(attributes);
    tokens_.expect_op(")");
    return result;
  }
  const std::string name = tokens_.expect_any_name();
  for (const char* constant : {"true", "false", "none", "True", "False", "None"})
    if (name == constant) throw SyntaxError{result.line, cat_str("'", name, "' cannot be set")};
  result.name = tokens_.intern(name);
  if (attributes && tokens_.skip_op(".")) result.attribute = tokens_.expect_any_name();
  return result;
}

Target ExpressionParser::target(bool attributes) {
  Target first = one_target(attributes);
  if (!tokens_.current().op(",")) return first;
  Target all;
  all.line = first.line;
  all.tuple = true;
  all.targets.push_back(std::move(first));
  while (tokens_.skip_op(",")) {
    const Token& token = tokens_.current();
    if (token.name("in") || token.op("=") || token.op(")") || token.is(TokenKind::BlockEnd)) break;
    all.targets.push_back(one_target(attributes));
  }
  return all;
}

}  // namespace hearth::text::chat
