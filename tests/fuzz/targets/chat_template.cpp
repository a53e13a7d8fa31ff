// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/chat/chat_template.h"

#include <string_view>

#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hearth::text;
  return hearth::fuzz::read([&] {
    const ChatTemplate chat(std::string_view(reinterpret_cast<const char*>(data), size));
    static const hearth::data::readers::JsonValue messages(
        R"([{"role": "system", "content": "s"}, {"role": "user", "content": " a\n\u00e9 "},
            {"role": "assistant", "content": "b", "tool_calls": [{"type": "function",
             "function": {"name": "f", "arguments": {"x": [1, 2.5, null, true]}}}]}])");
    chat.render(messages, ChatOptions().add_generation_prompt(true).tools(messages).now(0));
  });
}
