// SPDX-License-Identifier: Apache-2.0
// What a template means, as trees.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "chat/value.h"

namespace hearth::text::chat {

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

enum class Op {
  Constant,   ///< value
  Name,       ///< name
  List,       ///< children
  Tuple,      ///< children
  Dict,       ///< children: key, value, key, value ...
  Attribute,  ///< children[0] . text
  Item,       ///< children[0] [ children[1] ]
  Slice,      ///< children[0] [ children[1] : children[2] : children[3] ], some null
  Call,       ///< children[0] ( call )
  Filter,     ///< children[0] | text ( call ); null stands for a block's text
  Test,       ///< children[0] is text ( call )
  Unary,      ///< text: + - not
  Binary,     ///< text: + - * / // % **
  Concat,     ///< children joined by ~
  Compare,    ///< children[0] texts[0] children[1] texts[1] ...
  And,
  Or,
  Conditional  ///< children[1] if children[0] else children[2], which may be null
};

/// The arguments of a call.
struct CallArgs {
  std::vector<ExprPtr> positional;
  std::vector<std::pair<std::string, ExprPtr>> named;
  ExprPtr rest, named_rest;  ///< after * and **
};

struct Expr {
  Op op;
  int line;
  /// How many expressions are nested in this, itself included.
  int depth = 1;
  int name = -1;  ///< in the template's names
  std::string text = {};
  std::vector<std::string> texts = {};
  std::vector<ExprPtr> children = {};
  CallArgs call = {};
  Value value = {};
};

/// What is set: a name, an attribute of a namespace, or several targets.
struct Target {
  int line = 1;
  int name = -1;
  std::string attribute;
  std::vector<Target> targets;
  bool tuple = false;
};

struct Statement;
using Body = std::vector<std::unique_ptr<Statement>>;

enum class Tag {
  Data,       ///< text
  Output,     ///< expression
  If,         ///< branches; else_body
  For,        ///< target in expression if condition; body; else_body; recursive
  Set,        ///< target = expression
  SetBlock,   ///< target; body; expression: filters or null
  Macro,      ///< name ( parameters = defaults ); body
  CallBlock,  ///< call ( parameters = defaults ) expression; body
  FilterBlock,
  With,  ///< targets = values; body
  Generation,
  Break,
  Continue
};

struct Statement {
  Tag tag;
  int line;
  std::string text = {};
  ExprPtr expression = {}, condition = {};
  std::vector<std::pair<ExprPtr, Body>> branches = {};
  Target target = {};
  std::vector<Target> targets = {};
  std::vector<ExprPtr> values = {};
  Body body = {}, else_body = {};
  bool recursive = false;
  int name = -1;
  /// The names and defaults (or null) of a macro's parameters.
  std::vector<std::pair<int, ExprPtr>> parameters = {};
  bool takes_caller = false, takes_varargs = false, takes_kwargs = false;
};

struct Template {
  Body body;
  /// Names of variables, which trees mean by their number.
  std::vector<std::string> names;
};

/// Throws SyntaxError.
Template parse(std::string_view source);

}  // namespace hearth::text::chat
