// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/chat/chat_template.h"

#include <algorithm>
#include <array>

#include "hearth/base/error.h"

#include "chat/interpreter.h"
#include "chat/lexer.h"
#include "chat/limits.h"
#include "chat/python_text.h"
#include "unicode/utf8.h"

namespace hearth::text {
namespace {

using chat::Dict;
using chat::Kind;
using chat::List;
using chat::Value;
using data::readers::JsonValue;

Value value_of(const JsonValue& json, int depth = 0) {
  if (depth >= chat::kDeepestValue / 2) throw chat::Failure("what is given is nested too deep");
  switch (json.kind()) {
    case JsonValue::Kind::Null:
      return Value::none();
    case JsonValue::Kind::Boolean:
      return json.boolean();
    case JsonValue::Kind::Integer:
      return json.integer();
    case JsonValue::Kind::Number:
      return json.number();
    case JsonValue::Kind::String:
      return json.string();
    case JsonValue::Kind::Array: {
      List items;
      for (size_t i = 0; i < json.size(); ++i) items.push_back(value_of(json.at(i), depth + 1));
      return Value::list(std::move(items));
    }
    case JsonValue::Kind::Object:
      break;
  }
  Dict dict;
  for (const std::string& key : json.keys()) dict.set(key, value_of(json.at(key), depth + 1));
  return dict;
}

/// As Hugging Face has them: without keys that are null, and what the assistant thought under each
/// name that templates know.
Value message_of(const Value& message) {
  if (!message.is(Kind::Dict)) throw chat::Failure("expected a message that is an object");
  Dict plain;
  const Value* thought = nullptr;
  static constexpr std::array kThoughts = {"reasoning_content", "thinking", "reasoning"};
  for (const char* name : kThoughts) {
    const Value* value = message.dict().find(std::string_view(name));
    if (!thought && value && !value->is(Kind::None)) thought = value;
  }
  if (thought) plain.set("thinking", *thought);
  for (const auto& [key, value] : message.dict().entries())
    if (!value.is(Kind::None)) plain.set(key, value);
  if (thought) plain.set("reasoning_content", *thought);
  return plain;
}

/// Behind what the last message has so far, to find it again in what the template made of it.
constexpr std::string_view kContinue = "CONTINUE_FINAL_MESSAGE_TAG ";

/// The messages with that mark in the last one, whose text goes to `text`.
List marked(List messages, std::string& text) {
  if (messages.empty()) throw chat::Failure("continue_final_message: there is no message");
  Dict last = messages.back().dict();
  const Value* content = last.find(std::string_view("content"));
  if (!content) throw chat::Failure("continue_final_message: the last message has no content");
  if (content->is(Kind::String)) {
    text = content->string();
    last.set("content", text + std::string(kContinue));
  } else if (content->is(Kind::List)) {
    List parts = content->items();
    const auto part = std::find_if(parts.rbegin(), parts.rend(), [](const Value& p) {
      const Value* words = p.is(Kind::Dict) ? p.dict().find(std::string_view("text")) : nullptr;
      return words && words->is(Kind::String);
    });
    if (part == parts.rend())
      throw chat::Failure("continue_final_message: the last message has no text");
    Dict changed = part->dict();
    text = changed.find(std::string_view("text"))->string();
    changed.set("text", text + std::string(kContinue));
    *part = changed;
    last.set("content", Value::list(std::move(parts)));
  } else {
    throw chat::Failure("continue_final_message: the last message has no text");
  }
  messages.back() = last;
  return messages;
}

/// What stands in front of the mark.
void cut_at_mark(std::string& rendered, std::string_view text) {
  const std::string_view mark = kContinue.substr(0, kContinue.size() - 1);
  const size_t at = rendered.rfind(mark);
  if (at == rendered.npos || rendered.find(chat::strip(text)) == rendered.npos)
    throw chat::Failure(
        "continue_final_message: the template doesn't write the last message as it is");
  const bool spaces_kept = rendered.compare(at, kContinue.size(), kContinue) == 0;
  rendered.resize(at);
  // A template that trims the message trims the space in front of the mark too.
  if (!spaces_kept) rendered.resize(at - chat::trailing_space(rendered));
}

void set_all(Dict& variables, const JsonValue& more) {
  if (more.is_null()) return;
  for (const std::string& key : more.keys()) variables.set(key, value_of(more.at(key)));
}

/// So much for each byte of the input, and some for all.
constexpr size_t kUnits = size_t{1} << 26, kUnitsPerByte = 256;

size_t size_of(const JsonValue& messages, const ChatOptions& options) {
  return messages.dump().size() + options.tools().dump().size() + options.documents().dump().size();
}

}  // namespace

struct ChatTemplate::Impl {
  std::string text, source;
  chat::Template parsed;

  /// What f gives; with errors that name the template.
  template <typename F>
  auto guarded(const F& f) const {
    try {
      return f();
    } catch (const chat::RenderError& e) {
      throw ValueError(cat_str("[", source, "] line ", e.line, ": ", e.why));
    } catch (const chat::Failure& e) {
      throw ValueError(cat_str("[", source, "] ", e.what()));
    }
  }

  RenderedChat render(List messages, const ChatOptions& options) const {
    std::string continued;
    for (Value& message : messages) message = message_of(message);
    if (options.continue_final_message()) messages = marked(std::move(messages), continued);
    Dict variables;
    for (const auto& [name, token] : options.special_tokens())
      variables.set(name, unicode::replace_invalid(token));
    set_all(variables, options.variables());
    variables.set("messages", Value::list(std::move(messages)));
    variables.set("tools", value_of(options.tools()));
    variables.set("documents", value_of(options.documents()));
    variables.set("add_generation_prompt", options.add_generation_prompt());
    chat::Rendered result = chat::render(parsed, variables, options.now());
    if (options.continue_final_message()) cut_at_mark(result.text, continued);
    for (auto& [begin, end] : result.generations) {
      begin = std::min(begin, result.text.size());
      end = std::min(end, result.text.size());
    }
    return {std::move(result.text), std::move(result.generations)};
  }
};

ChatTemplate::ChatTemplate(std::string_view text, const std::string& source) {
  HEARTH_CHECK_AS(FormatError, unicode::find_invalid(text) == text.size(), "[", source,
                  "] is no UTF-8, at byte ", unicode::find_invalid(text));
  try {
    impl_ = std::make_shared<const Impl>(Impl{std::string(text), source, chat::parse(text)});
  } catch (const chat::SyntaxError& e) {
    throw FormatError(cat_str("[", source, "] line ", e.line, ": ", e.why));
  }
}

const std::string& ChatTemplate::text() const { return impl_->text; }
const std::string& ChatTemplate::source() const { return impl_->source; }

std::string ChatTemplate::apply(ArrayRef<ChatMessage> messages, const ChatOptions& options) const {
  return impl_->guarded([&] {
    size_t bytes = size_of({}, options);
    for (const ChatMessage& message : messages) bytes += message.content.size();
    const chat::Budget budget(kUnits + bytes * kUnitsPerByte);
    List all;
    for (const ChatMessage& message : messages) {
      Dict turn;
      turn.set("role", unicode::replace_invalid(message.role));
      turn.set("content", unicode::replace_invalid(message.content));
      set_all(turn, message.more);
      all.emplace_back(std::move(turn));
    }
    return impl_->render(std::move(all), options).text;
  });
}

std::string ChatTemplate::apply(const JsonValue& messages, const ChatOptions& options) const {
  return render(messages, options).text;
}

RenderedChat ChatTemplate::render(const JsonValue& messages, const ChatOptions& options) const {
  return impl_->guarded([&] {
    const chat::Budget budget(kUnits + size_of(messages, options) * kUnitsPerByte);
    List all;
    for (size_t i = 0; i < messages.size(); ++i) all.push_back(value_of(messages.at(i)));
    return impl_->render(std::move(all), options);
  });
}

}  // namespace hearth::text
