// SPDX-License-Identifier: Apache-2.0
// Conversations as the text that a model was trained on.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/array_ref.h"
#include "hearth/base/macros.h"
#include "hearth/data/readers/jsonl.h"

namespace hearth::text {

/// One turn of a conversation.
struct ChatMessage {
  /// "system", "user", "assistant", "tool" ...
  std::string role;
  std::string content;
  /// More keys that templates read, an object or null: tool_calls, reasoning_content ... A
  /// "content" here, as a list of parts, stands in place of the text.
  data::readers::JsonValue more = {};
};

/// Tokens' texts by their roles: "bos_token", "eos_token" ...
using SpecialTokens = std::map<std::string, std::string>;

/// What a template is told besides the messages. Names are those of Hugging Face's
/// apply_chat_template.
struct ChatOptions {
  /// End with what begins the assistant's turn.
  HEARTH_ARG(bool, add_generation_prompt) = false;
  /// End within the last message, so that the model goes on with it.
  HEARTH_ARG(bool, continue_final_message) = false;
  /// JSON schemas of functions, an array or null.
  HEARTH_ARG(data::readers::JsonValue, tools);
  /// Objects with "title" and "text", an array or null.
  HEARTH_ARG(data::readers::JsonValue, documents);
  /// More variables by name, an object or null: enable_thinking ...
  HEARTH_ARG(data::readers::JsonValue, variables);
  /// A template that asks for one that isn't there finds it undefined.
  HEARTH_ARG(SpecialTokens, special_tokens);
  /// What strftime_now says, in seconds since 1970, as local time; unless given, the time it is.
  HEARTH_ARG(std::optional<int64_t>, now);
};

/// A conversation as text.
struct RenderedChat {
  std::string text;
  /// Bytes of it that lie between {% generation %} and {% endgeneration %}, from up to.
  std::vector<std::pair<size_t, size_t>> generations;
};

/// A chat_template of Hugging Face: a text in the language of Jinja 2, with Hugging Face's settings
/// (trim_blocks, lstrip_blocks, loop controls, tojson, raise_exception, strftime_now, generation).
/// Templates are not trusted: they read no files and change nothing of what they are given, and how
/// much they may compute and write is bounded. Left out of Jinja are other templates (extends,
/// include, import, block), and escaping of HTML. Copies share what was parsed; one may be used by
/// many threads.
class HEARTH_API ChatTemplate {
 public:
  /// Throws FormatError, which names `source` and the line, for what is no template.
  explicit ChatTemplate(std::string_view text, const std::string& source = "chat_template");

  /// Throws ValueError with `source` and the line for what the template refuses (raise_exception)
  /// and for what goes wrong in it.
  std::string apply(ArrayRef<ChatMessage> messages, const ChatOptions& options = {}) const;
  /// Messages as JSON, an array of objects.
  std::string apply(const data::readers::JsonValue& messages,
                    const ChatOptions& options = {}) const;
  /// The same with what the assistant said in it.
  RenderedChat render(const data::readers::JsonValue& messages,
                      const ChatOptions& options = {}) const;

  const std::string& text() const;
  const std::string& source() const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace hearth::text
