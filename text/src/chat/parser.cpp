// SPDX-License-Identifier: Apache-2.0
// Templates' statements; expression_parser.cpp has what stands inside them.
#include "chat/parser.h"

#include <algorithm>
#include <initializer_list>

#include "hearth/base/error.h"

#include "chat/limits.h"

namespace hearth::text::chat {

bool TokenStream::skip_op(std::string_view op) {
  const bool here = current().op(op);
  if (here) next();
  return here;
}
bool TokenStream::skip_name(std::string_view name) {
  const bool here = current().name(name);
  if (here) next();
  return here;
}
void TokenStream::expect_op(std::string_view op) {
  if (!skip_op(op)) fail(cat_str("'", op, "'"));
}
void TokenStream::expect_name(std::string_view name) {
  if (!skip_name(name)) fail(cat_str("'", name, "'"));
}
void TokenStream::expect(TokenKind kind) {
  if (!current().is(kind)) fail(kind == TokenKind::BlockEnd ? "'%}'" : "'}}'");
  next();
}
std::string TokenStream::expect_any_name() {
  if (!current().is(TokenKind::Name)) fail("a name");
  return next().text;
}

void TokenStream::fail(const std::string& expected) const {
  const Token& token = current();
  std::string got;
  switch (token.kind) {
    case TokenKind::Data:
      got = "text";
      break;
    case TokenKind::VariableBegin:
      got = "'{{'";
      break;
    case TokenKind::VariableEnd:
      got = "'}}'";
      break;
    case TokenKind::BlockBegin:
      got = "'{%'";
      break;
    case TokenKind::BlockEnd:
      got = "'%}'";
      break;
    case TokenKind::String:
      got = "a string";
      break;
    case TokenKind::End:
      got = "the end of the template";
      break;
    default:
      got = cat_str("'", token.text, "'");
  }
  throw SyntaxError{token.line, cat_str("expected ", expected, ", got ", got)};
}

bool TokenStream::occurs(std::string_view name, size_t from) const {
  return std::any_of(tokens_.begin() + static_cast<std::ptrdiff_t>(from),
                     tokens_.begin() + static_cast<std::ptrdiff_t>(at_),
                     [&](const Token& token) { return token.name(name); });
}

int TokenStream::intern(const std::string& name) {
  const auto [at, fresh] = numbers_.emplace(name, static_cast<int>(names_.size()));
  if (fresh) names_.push_back(name);
  return at->second;
}

namespace {

class Parser {
 public:
  explicit Parser(std::string_view source) : tokens_(source), expressions_(tokens_) {}

  Template run() {
    try {
      Template result;
      result.body = body({});
      result.names = tokens_.take_names();
      return result;
    } catch (const Failure& e) {
      throw SyntaxError{tokens_.line(), e.what()};
    }
  }

 private:
  using Ends = std::initializer_list<std::string_view>;
  using StatementPtr = std::unique_ptr<Statement>;

  /// Statements up to a block of one of these names, which is then the current token.
  Body body(Ends ends) {
    const Nesting nesting(depth_, kMostNested, "blocks");
    Body result;
    for (;;) {
      const Token& token = tokens_.current();
      if (token.is(TokenKind::End)) {
        if (ends.size() > 0) tokens_.fail(cat_str("'{% ", *(ends.end() - 1), " %}'"));
        return result;
      }
      tokens_.next();
      if (token.is(TokenKind::Data)) {
        result.push_back(make(Tag::Data, token.line));
        result.back()->text = token.text;
      } else if (token.is(TokenKind::VariableBegin)) {
        result.push_back(make(Tag::Output, token.line));
        result.back()->expression = expressions_.tuple();
        tokens_.expect(TokenKind::VariableEnd);
      } else {
        const Token& name = tokens_.current();
        if (std::any_of(ends.begin(), ends.end(), [&](auto end) { return name.name(end); }))
          return result;
        result.push_back(statement());
        tokens_.expect(TokenKind::BlockEnd);
      }
    }
  }
  /// The same behind the "%}" of the block that begins it; passes over the name that ends it.
  Body block(std::string_view end) {
    tokens_.expect(TokenKind::BlockEnd);
    Body result = body({end});
    tokens_.next();
    return result;
  }

  static StatementPtr make(Tag tag, int line) {
    return std::make_unique<Statement>(Statement{tag, line});
  }

  StatementPtr statement() {
    const Token& token = tokens_.current();
    if (!token.is(TokenKind::Name)) tokens_.fail("the name of a tag");
    tokens_.next();
    struct Row {
      const char* name;
      StatementPtr (Parser::*parse)(int line);
    };
    static constexpr Row kRows[] = {
        {"if", &Parser::branch},        {"for", &Parser::loop},
        {"set", &Parser::assignment},   {"macro", &Parser::macro},
        {"call", &Parser::call_block},  {"filter", &Parser::filter_block},
        {"with", &Parser::with},        {"generation", &Parser::generation},
        {"break", &Parser::leave_loop}, {"continue", &Parser::next_round}};
    for (const Row& row : kRows)
      if (token.text == row.name) return (this->*row.parse)(token.line);
    for (const char* other : {"extends", "include", "import", "from", "block", "autoescape"})
      if (token.text == other)
        throw SyntaxError{token.line, cat_str("the tag '", other, "' is not supported")};
    throw SyntaxError{token.line, cat_str("unknown tag '", token.text, "'")};
  }

  StatementPtr branch(int line) {
    StatementPtr result = make(Tag::If, line);
    for (;;) {
      ExprPtr condition = expressions_.tuple(false);
      tokens_.expect(TokenKind::BlockEnd);
      Body then = body({"elif", "else", "endif"});
      result->branches.emplace_back(std::move(condition), std::move(then));
      const std::string end = tokens_.next().text;
      if (end == "elif") continue;
      if (end == "else") result->else_body = block("endif");
      return result;
    }
  }

  StatementPtr loop(int line) {
    StatementPtr result = make(Tag::For, line);
    result->target = expressions_.target(false);
    tokens_.expect_name("in");
    result->expression = expressions_.tuple(false);
    if (tokens_.skip_name("if")) result->condition = expressions_.expression();
    result->recursive = tokens_.skip_name("recursive");
    tokens_.expect(TokenKind::BlockEnd);
    ++loops_;
    result->body = body({"else", "endfor"});
    --loops_;
    if (tokens_.next().text == "else") result->else_body = block("endfor");
    return result;
  }

  StatementPtr assignment(int line) {
    StatementPtr result = make(Tag::Set, line);
    result->target = expressions_.target(true);
    if (tokens_.skip_op("=")) {
      result->expression = expressions_.tuple();
      return result;
    }
    result->tag = Tag::SetBlock;
    result->expression = expressions_.filters(nullptr, false);
    result->body = outside_loops("endset");
    return result;
  }

  /// A body in which no break or continue means a loop around it.
  Body outside_loops(std::string_view end) {
    const int loops = std::exchange(loops_, 0);
    Body result = block(end);
    loops_ = loops;
    return result;
  }

  void parameters(Statement& macro) {
    tokens_.expect_op("(");
    while (!tokens_.current().op(")")) {
      if (!macro.parameters.empty()) tokens_.expect_op(",");
      const int name = tokens_.intern(tokens_.expect_any_name());
      ExprPtr fallback;
      if (tokens_.skip_op("=")) {
        fallback = expressions_.expression();
      } else if (!macro.parameters.empty() && macro.parameters.back().second) {
        tokens_.fail("a default, as the parameter before has one");
      }
      macro.parameters.emplace_back(name, std::move(fallback));
    }
    tokens_.expect_op(")");
  }
  /// The body of a macro, and which of the special names occur in it.
  void macro_body(Statement& macro, std::string_view end) {
    const size_t from = tokens_.position();
    macro.body = outside_loops(end);
    macro.takes_caller = tokens_.occurs("caller", from);
    macro.takes_varargs = tokens_.occurs("varargs", from);
    macro.takes_kwargs = tokens_.occurs("kwargs", from);
  }

  StatementPtr macro(int line) {
    StatementPtr result = make(Tag::Macro, line);
    result->text = tokens_.expect_any_name();
    result->name = tokens_.intern(result->text);
    parameters(*result);
    macro_body(*result, "endmacro");
    return result;
  }

  StatementPtr call_block(int line) {
    StatementPtr result = make(Tag::CallBlock, line);
    result->text = "caller";
    if (tokens_.current().op("(")) parameters(*result);
    result->expression = expressions_.expression();
    if (result->expression->op != Op::Call)
      throw SyntaxError{line, "expected a call behind 'call'"};
    macro_body(*result, "endcall");
    return result;
  }

  StatementPtr filter_block(int line) {
    StatementPtr result = make(Tag::FilterBlock, line);
    result->expression = expressions_.filters(nullptr, true);
    result->body = outside_loops("endfilter");
    return result;
  }

  StatementPtr with(int line) {
    StatementPtr result = make(Tag::With, line);
    while (!tokens_.current().is(TokenKind::BlockEnd)) {
      if (!result->targets.empty()) tokens_.expect_op(",");
      result->targets.push_back(expressions_.target(false));
      tokens_.expect_op("=");
      result->values.push_back(expressions_.expression());
    }
    result->body = block("endwith");
    return result;
  }

  StatementPtr generation(int line) {
    StatementPtr result = make(Tag::Generation, line);
    result->body = outside_loops("endgeneration");
    return result;
  }

  StatementPtr in_loop(Tag tag, int line, const char* name) const {
    if (loops_ == 0) throw SyntaxError{line, cat_str("'", name, "' stands outside of loops")};
    return make(tag, line);
  }
  StatementPtr leave_loop(int line) { return in_loop(Tag::Break, line, "break"); }
  StatementPtr next_round(int line) { return in_loop(Tag::Continue, line, "continue"); }

  TokenStream tokens_;
  ExpressionParser expressions_;
  int depth_ = 0, loops_ = 0;
};

}  // namespace

Template parse(std::string_view source) { return Parser(source).run(); }

}  // namespace hearth::text::chat
