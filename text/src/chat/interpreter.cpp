// SPDX-License-Identifier: Apache-2.0
#include "chat/interpreter.h"

#include <algorithm>

#include "hearth/base/error.h"

#include "chat/context.h"
#include "chat/frame.h"
#include "chat/limits.h"
#include "chat/operations.h"

namespace hearth::text::chat {
namespace {

class Interpreter;

/// What a loop tells of itself.
class Loop final : public Object {
 public:
  Loop(Interpreter& interpreter, const Statement& statement, Frame* frame, Value items, int level)
      : Object(items.depth()),
        interpreter_(interpreter),
        statement_(statement),
        frame_(frame),
        items_(std::move(items)),
        level_(level) {}

  const char* type_name() const override { return "LoopContext"; }
  bool callable() const override { return true; }
  /// Goes through other elements in the same way; of loops that are recursive.
  Value call(Context& context, const Args& args) override;
  Value attribute(const std::string& name) const override;

  const List& items() const { return items_.items(); }
  size_t at = 0;
  /// What changed() got last.
  std::optional<Value> last;

 private:
  Interpreter& interpreter_;
  const Statement& statement_;
  Frame* frame_;
  Value items_;
  int level_;
};

Value cycle(Context&, const Value& self, const Args& args) {
  const auto& loop = static_cast<Loop&>(self.object());
  if (args.positional.empty()) throw Failure("loop.cycle: expected values");
  return args.positional[loop.at % args.positional.size()];
}
Value changed(Context&, const Value& self, const Args& args) {
  auto& loop = static_cast<Loop&>(self.object());
  // Neither a loop nor what holds one, so that a loop never holds itself.
  const Value now = to_repr(Value::tuple(args.positional));
  const bool differs = !loop.last || !equal(*loop.last, now);
  loop.last = now;
  return differs;
}

class Macro final : public Object {
 public:
  Macro(Interpreter& interpreter, const Statement& statement, Frame* frame)
      : interpreter_(interpreter), statement_(statement), frame_(frame) {}
  const char* type_name() const override { return "Macro"; }
  bool callable() const override { return true; }
  Value call(Context& context, const Args& args) override;
  Value attribute(const std::string& name) const override {
    return name == "name" ? Value(statement_.text) : Object::attribute(name);
  }

 private:
  Interpreter& interpreter_;
  const Statement& statement_;
  Frame* frame_;
};

enum class Flow { On, Break, Continue };

class Interpreter {
 public:
  Interpreter(const Template& parsed, std::optional<int64_t> now)
      : template_(parsed), context_(now), globals_(nullptr) {
    caller_ = number_of("caller");
    loop_ = number_of("loop");
    varargs_ = number_of("varargs");
    kwargs_ = number_of("kwargs");
    for (auto& [name, value] : globals()) define(globals_, name, std::move(value));
  }

  Rendered run(const Dict& variables) {
    Frame root(&globals_);
    for (const auto& [name, value] : variables.entries()) define(root, name.string(), value);
    try {
      run(template_.body, &root);
    } catch (const Failure& e) {
      root.clear();
      throw RenderError{line_, e.what()};
    }
    root.clear();
    return std::move(result_);
  }

  /// The text of a loop's body for each element.
  Flow loop(const Statement& statement, Frame* outer, List all, int level) {
    if (statement.condition) all = filtered(statement, outer, std::move(all));
    if (all.empty()) return block(statement.else_body, outer);
    // A loop may outlive its block in a namespace, and be called from there.
    if (statement.recursive) outer->keep();
    const auto state =
        std::make_shared<Loop>(*this, statement, outer, Value::list(std::move(all)), level);
    std::unique_ptr<Frame> frame = frames_.make(outer);
    Flow flow = Flow::On;
    for (state->at = 0; state->at < state->items().size() && flow != Flow::Break; ++state->at) {
      spend_step();
      if (frame->kept()) {
        frames_.done(std::exchange(frame, frames_.make(outer)));
      } else {
        frame->clear();
      }
      frame->set(loop_, Value(std::shared_ptr<Object>(state)));
      assign(statement.target, state->items()[state->at], frame.get());
      flow = run(statement.body, frame.get());
    }
    frames_.done(std::move(frame));
    return Flow::On;
  }
  std::string loop_text(const Statement& statement, Frame* frame, const Value& items, int level) {
    const Nesting nesting(calls_, kMostCalls, "recursive loops");
    std::string text;
    std::swap(text, result_.text);
    ++captured_;
    loop(statement, frame, elements_of(items), level);
    --captured_;
    std::swap(text, result_.text);
    return text;
  }

  Value call_macro(const Statement& macro, Frame* outer, const Args& args) {
    const Nesting nesting(calls_, kMostCalls, "calls of macros");
    std::unique_ptr<Frame> frame = frames_.make(outer);
    bind(macro, *frame, args);
    std::string text = captured(macro.body, frame.get());
    frames_.done(std::move(frame));
    return text;
  }

 private:
  int number_of(std::string_view name) const {
    const auto at = std::find(template_.names.begin(), template_.names.end(), name);
    // What the template doesn't name gets a number that no name has.
    return at == template_.names.end() ? -2 - static_cast<int>(name.size())
                                       : static_cast<int>(at - template_.names.begin());
  }
  void define(Frame& frame, std::string_view name, Value value) const {
    const auto at = std::find(template_.names.begin(), template_.names.end(), name);
    if (at != template_.names.end())
      frame.set(static_cast<int>(at - template_.names.begin()), std::move(value));
  }

  void write(std::string_view text) {
    spend(text.size());
    result_.text += text;
  }

  /// What a body writes.
  std::string captured(const Body& body, Frame* frame) {
    std::string text;
    std::swap(text, result_.text);
    ++captured_;
    run(body, frame);
    --captured_;
    std::swap(text, result_.text);
    return text;
  }
  /// The same with variables of its own.
  std::string captured_block(const Body& body, Frame* outer) {
    std::unique_ptr<Frame> frame = frames_.make(outer);
    std::string text = captured(body, frame.get());
    frames_.done(std::move(frame));
    return text;
  }
  Flow block(const Body& body, Frame* outer) {
    std::unique_ptr<Frame> frame = frames_.make(outer);
    const Flow flow = run(body, frame.get());
    frames_.done(std::move(frame));
    return flow;
  }

  Flow run(const Body& body, Frame* frame) {
    for (const auto& statement : body) {
      const Flow flow = run(*statement, frame);
      if (flow != Flow::On) return flow;
    }
    return Flow::On;
  }

  Flow run(const Statement& s, Frame* frame) {
    spend_step();
    line_ = s.line;
    switch (s.tag) {
      case Tag::Data:
        write(s.text);
        break;
      case Tag::Output:
        output(s, frame);
        break;
      case Tag::If:
        return branch(s, frame);
      case Tag::For:
        return loop(s, frame, elements_of(value_of(*s.expression, frame)), 1);
      case Tag::Set:
        assign(s.target, value_of(*s.expression, frame), frame);
        break;
      case Tag::SetBlock: {
        Value text = captured_block(s.body, frame);
        if (s.expression) text = filtered_text(*s.expression, std::move(text), frame);
        assign(s.target, std::move(text), frame);
        break;
      }
      case Tag::Macro:
        frame->set(s.name, macro_of(s, frame));
        break;
      case Tag::CallBlock: {
        const Value caller = macro_of(s, frame);
        write(to_text(call(*s.expression, frame, &caller)));
        break;
      }
      case Tag::FilterBlock:
        write(to_text(filtered_text(*s.expression, captured_block(s.body, frame), frame)));
        break;
      case Tag::With:
        return with(s, frame);
      case Tag::Generation:
        generation(s, frame);
        break;
      case Tag::Break:
        return Flow::Break;
      case Tag::Continue:
        return Flow::Continue;
    }
    return Flow::On;
  }

  void output(const Statement& s, Frame* frame) {
    const Value value = value_of(*s.expression, frame);
    if (value.is(Kind::String)) {
      write(value.string());
    } else {
      write(to_text(value));
    }
  }

  Flow branch(const Statement& s, Frame* frame) {
    for (const auto& [condition, body] : s.branches)
      if (value_of(*condition, frame).truthy()) return run(body, frame);
    return run(s.else_body, frame);
  }

  Flow with(const Statement& s, Frame* outer) {
    std::unique_ptr<Frame> frame = frames_.make(outer);
    for (size_t i = 0; i < s.targets.size(); ++i)
      assign(s.targets[i], value_of(*s.values[i], outer), frame.get());
    const Flow flow = run(s.body, frame.get());
    frames_.done(std::move(frame));
    return flow;
  }

  void generation(const Statement& s, Frame* frame) {
    const std::string text = captured_block(s.body, frame);
    if (captured_ == 0)
      result_.generations.emplace_back(result_.text.size(), result_.text.size() + text.size());
    write(text);
  }

  Value macro_of(const Statement& s, Frame* frame) {
    frame->keep();
    spend(256);
    return Value(std::shared_ptr<Object>(std::make_shared<Macro>(*this, s, frame)));
  }

  List filtered(const Statement& s, Frame* outer, List all) {
    List kept;
    std::unique_ptr<Frame> frame = frames_.make(outer);
    for (Value& item : all) {
      assign(s.target, item, frame.get());
      if (value_of(*s.condition, frame.get()).truthy()) kept.push_back(std::move(item));
    }
    frames_.done(std::move(frame));
    return kept;
  }

  void assign(const Target& target, Value value, Frame* frame) {
    if (target.tuple) {
      const List items = elements_of(value);
      if (items.size() != target.targets.size())
        throw Failure(cat_str("expected ", target.targets.size(), " values, got ", items.size()));
      for (size_t i = 0; i < items.size(); ++i) assign(target.targets[i], items[i], frame);
    } else if (target.attribute.empty()) {
      frame->set(target.name, std::move(value));
    } else {
      const Value* space = frame->find(target.name);
      auto* object =
          space && space->is(Kind::Object) ? dynamic_cast<Namespace*>(&space->object()) : nullptr;
      if (!object)
        throw Failure(cat_str("'", name_of(target.name), "' is no namespace, its attribute '",
                              target.attribute, "' cannot be set"));
      object->set(target.attribute, std::move(value));
    }
  }
  const std::string& name_of(int name) const { return template_.names[static_cast<size_t>(name)]; }

  void bind(const Statement& macro, Frame& frame, const Args& args) {
    const auto& parameters = macro.parameters;
    List more;
    for (size_t i = 0; i < args.positional.size(); ++i) {
      if (i < parameters.size()) {
        frame.set(parameters[i].first, args.positional[i]);
      } else {
        more.push_back(args.positional[i]);
      }
    }
    if (!more.empty() && !macro.takes_varargs)
      throw Failure(cat_str("the macro '", macro.text, "' takes ", parameters.size(),
                            " arguments, got ", args.positional.size()));
    Dict named;
    Value caller = Value::undefined("No caller defined");
    for (const auto& argument : args.named) {
      const std::string& name = argument.first;
      const Value& value = argument.second;
      const auto at = std::find_if(parameters.begin(), parameters.end(),
                                   [&](const auto& p) { return name_of(p.first) == name; });
      if (at != parameters.end()) {
        if (static_cast<size_t>(at - parameters.begin()) < args.positional.size())
          throw Failure(cat_str("the macro '", macro.text, "' got '", name, "' twice"));
        frame.set(at->first, value);
      } else if (name == "caller" && macro.takes_caller) {
        caller = value;
      } else if (macro.takes_kwargs) {
        named.set(name, value);
      } else {
        throw Failure(cat_str("the macro '", macro.text, "' has no argument '", name, "'"));
      }
    }
    if (macro.takes_caller) frame.set(caller_, std::move(caller));
    if (macro.takes_varargs) frame.set(varargs_, Value::tuple(std::move(more)));
    if (macro.takes_kwargs) frame.set(kwargs_, std::move(named));
    for (size_t i = args.positional.size(); i < parameters.size(); ++i) {
      const int name = parameters[i].first;
      const ExprPtr& fallback = parameters[i].second;
      const bool given = std::any_of(args.named.begin(), args.named.end(),
                                     [&](const auto& arg) { return arg.first == name_of(name); });
      if (given) continue;
      frame.set(name, fallback ? value_of(*fallback, &frame)
                               : Value::undefined(
                                     cat_str("the argument '", name_of(name), "' was not given")));
    }
  }

  Args arguments(const CallArgs& call, Frame* frame) {
    Args args;
    for (const ExprPtr& argument : call.positional)
      args.positional.push_back(value_of(*argument, frame));
    for (const auto& [name, argument] : call.named)
      args.named.emplace_back(name, value_of(*argument, frame));
    if (call.rest)
      for (Value& value : elements_of(value_of(*call.rest, frame)))
        args.positional.push_back(std::move(value));
    if (call.named_rest) {
      const Value named = value_of(*call.named_rest, frame);
      if (!named.is(Kind::Dict)) throw Failure("expected a dict behind **");
      for (const auto& [name, value] : named.dict().entries()) {
        if (!name.is(Kind::String)) throw Failure("names of arguments are strings");
        args.named.emplace_back(name.string(), value);
      }
    }
    return args;
  }

  Value call(const Expr& e, Frame* frame, const Value* caller) {
    const Value function = value_of(*e.children[0], frame);
    Args args = arguments(e.call, frame);
    if (caller) args.named.emplace_back("caller", *caller);
    line_ = e.line;
    if (function.is(Kind::Undefined)) throw Failure(function.why());
    if (!function.is(Kind::Object))
      throw Failure(cat_str("a value of type ", function.type_name(), " cannot be called"));
    // Held, as the call may set the variable that it came from.
    const std::shared_ptr<Object> held = function.object_ptr();
    return held->call(context_, args);
  }

  Value filter(const Expr& e, const Value& value, Frame* frame) {
    const Args args = arguments(e.call, frame);
    line_ = e.line;
    const Filter function = find_filter(e.text);
    if (!function) throw Failure(cat_str("there is no filter '", e.text, "'"));
    return function(context_, value, args);
  }
  /// What a block wrote, through the filters of an expression whose innermost value is missing.
  Value filtered_text(const Expr& e, Value text, Frame* frame) {
    return filter(e, e.children[0] ? filtered_text(*e.children[0], std::move(text), frame) : text,
                  frame);
  }

  bool test(const Expr& e, Frame* frame) {
    const Value value = value_of(*e.children[0], frame);
    const Args args = arguments(e.call, frame);
    line_ = e.line;
    const Test function = find_test(e.text);
    if (!function) throw Failure(cat_str("there is no test '", e.text, "'"));
    return function(context_, value, args);
  }

  bool comparison(const Expr& e, Frame* frame) {
    Value left = value_of(*e.children[0], frame);
    for (size_t i = 0; i < e.texts.size(); ++i) {
      Value right = value_of(*e.children[i + 1], frame);
      if (!compare(e.texts[i], left, right)) return false;
      left = std::move(right);
    }
    return true;
  }

  List values_of(const std::vector<ExprPtr>& all, Frame* frame) {
    List values;
    values.reserve(all.size());
    for (const ExprPtr& e : all) values.push_back(value_of(*e, frame));
    return values;
  }

  Value dict(const Expr& e, Frame* frame) {
    Dict result;
    for (size_t i = 0; i < e.children.size(); i += 2) {
      Value key = value_of(*e.children[i], frame);
      result.set(std::move(key), value_of(*e.children[i + 1], frame));
    }
    spend_elements(result.size() + 1);
    return result;
  }

  Value slice(const Expr& e, Frame* frame) {
    const Value of = value_of(*e.children[0], frame);
    Value bounds[3];
    const Value* given[3] = {};
    for (size_t i = 0; i < 3; ++i)
      if (e.children[i + 1]) {
        bounds[i] = value_of(*e.children[i + 1], frame);
        given[i] = &bounds[i];
      }
    return slice_of(of, given[0], given[1], given[2]);
  }

  Value concat(const Expr& e, Frame* frame) {
    std::string text;
    for (const ExprPtr& part : e.children) text += to_text(value_of(*part, frame));
    return text;
  }

  Value unary(const Expr& e, Frame* frame) {
    const Value value = value_of(*e.children[0], frame);
    if (e.text == "not") return !value.truthy();
    const Value result = negative(value);
    return e.text == "-" ? result : negative(result);
  }

  /// The last value that was looked at, as Python's `and` and `or` give it.
  Value either(const Expr& e, Frame* frame, bool ends_at) {
    for (size_t i = 0; i + 1 < e.children.size(); ++i) {
      Value value = value_of(*e.children[i], frame);
      if (value.truthy() == ends_at) return value;
    }
    return value_of(*e.children.back(), frame);
  }

  Value conditional(const Expr& e, Frame* frame) {
    if (value_of(*e.children[0], frame).truthy()) return value_of(*e.children[1], frame);
    if (e.children[2]) return value_of(*e.children[2], frame);
    return Value::undefined("the condition is false, and there is no else");
  }

  Value value_of(const Expr& e, Frame* frame) {
    spend_step();
    line_ = e.line;
    switch (e.op) {
      case Op::Constant:
        return e.value;
      case Op::Name: {
        const Value* value = frame->find(e.name);
        return value ? *value : Value::undefined(cat_str("'", name_of(e.name), "' is undefined"));
      }
      case Op::List:
        return Value::list(values_of(e.children, frame));
      case Op::Tuple:
        return Value::tuple(values_of(e.children, frame));
      case Op::Dict:
        return dict(e, frame);
      case Op::Attribute:
        return attribute_of(value_of(*e.children[0], frame), e.text);
      case Op::Item: {
        const Value of = value_of(*e.children[0], frame);
        return item_of(of, value_of(*e.children[1], frame));
      }
      case Op::Slice:
        return slice(e, frame);
      case Op::Call:
        return call(e, frame, nullptr);
      case Op::Filter:
        return filter(e, value_of(*e.children[0], frame), frame);
      case Op::Test:
        return test(e, frame);
      case Op::Unary:
        return unary(e, frame);
      case Op::Binary: {
        const Value left = value_of(*e.children[0], frame);
        return binary(e.text, left, value_of(*e.children[1], frame));
      }
      case Op::Concat:
        return concat(e, frame);
      case Op::Compare:
        return comparison(e, frame);
      case Op::And:
        return either(e, frame, false);
      case Op::Or:
        return either(e, frame, true);
      case Op::Conditional:
        return conditional(e, frame);
    }
    return {};
  }

  const Template& template_;
  Context context_;
  Frames frames_;
  Frame globals_;
  Rendered result_;
  int line_ = 1, calls_ = 0, captured_ = 0;
  int caller_, loop_, varargs_, kwargs_;
};

Value Macro::call(Context&, const Args& args) {
  return interpreter_.call_macro(statement_, frame_, args);
}

Value Loop::call(Context&, const Args& args) {
  if (!statement_.recursive) throw Failure("the loop is not recursive");
  const Params params("loop", args, {"iterable"}, 1);
  return interpreter_.loop_text(statement_, frame_, *params[0], level_ + 1);
}

Value Loop::attribute(const std::string& name) const {
  const auto n = static_cast<int64_t>(items().size()), i = static_cast<int64_t>(at);
  if (name == "index") return i + 1;
  if (name == "index0") return i;
  if (name == "revindex") return n - i;
  if (name == "revindex0") return n - i - 1;
  if (name == "first") return i == 0;
  if (name == "last") return i == n - 1;
  if (name == "length") return n;
  if (name == "depth") return int64_t{level_};
  if (name == "depth0") return int64_t{level_} - 1;
  if (name == "previtem")
    return i > 0 ? items()[at - 1] : Value::undefined("there is no previous item");
  if (name == "nextitem")
    return i + 1 < n ? items()[at + 1] : Value::undefined("there is no next item");
  const Method method = name == "cycle" ? &cycle : name == "changed" ? &changed : nullptr;
  if (!method) return Object::attribute(name);
  const Value self(std::const_pointer_cast<Object>(shared_from_this()));
  return Value(std::shared_ptr<Object>(std::make_shared<BoundMethod>(self, method)));
}

}  // namespace

Rendered render(const Template& parsed, const Dict& variables, std::optional<int64_t> now) {
  return Interpreter(parsed, now).run(variables);
}

}  // namespace hearth::text::chat
