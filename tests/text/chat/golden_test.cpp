// SPDX-License-Identifier: Apache-2.0
// Conversations and expressions as transformers renders them (tests/data/text/chat/generate.py).
#include <ctime>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/data/readers/jsonl.h"
#include "hearth/text/chat/chat_template.h"

namespace hearth::text {
namespace {

using data::readers::JsonValue;

const std::string kFolder = "tests/data/text/chat/";

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// What strftime_now says in the golden cases, wherever this runs.
int64_t golden_time() {
  std::tm time{};
  time.tm_year = 124;
  time.tm_mon = 6;
  time.tm_mday = 26;
  time.tm_hour = 15;
  time.tm_min = 4;
  time.tm_sec = 5;
  time.tm_isdst = -1;
  return std::mktime(&time);
}

ChatOptions options_of(const JsonValue& given) {
  ChatOptions options;
  options.now(golden_time());
  std::string more;
  for (const std::string& key : given.keys()) {
    const JsonValue value = given.at(key);
    if (key == "add_generation_prompt") {
      options.add_generation_prompt(value.boolean());
    } else if (key == "continue_final_message") {
      options.continue_final_message(value.boolean());
    } else if (key == "tools") {
      options.tools(value);
    } else if (key == "documents") {
      options.documents(value);
    } else {
      more += (more.empty() ? "\"" : ", \"") + key + "\": " + value.dump();
    }
  }
  return options.variables(JsonValue("{" + more + "}"));
}

/// Compares what `rendered` gives with what a case wants: a text, or an error, whose words are only
/// known where the template wrote them.
template <typename Rendered>
void expect_as(const JsonValue& golden, const std::string& name, const Rendered& rendered) {
  std::string got;
  try {
    got = rendered();
  } catch (const Error& e) {
    if (golden.contains("want")) {
      ADD_FAILURE() << name << "\nthrew " << e.what();
    } else {
      EXPECT_NE(std::string(e.what()).find(golden.at("error").string()), std::string::npos)
          << name << "\nthrew " << e.what() << "\nnot " << golden.at("error").string();
    }
    return;
  }
  if (golden.contains("want")) {
    EXPECT_EQ(got, golden.at("want").string()) << name;
  } else {
    ADD_FAILURE() << name << "\ngave " << got;
  }
}

TEST(ChatTemplate, Conversations) {
  data::readers::JsonlReader cases(kFolder + "conversations.jsonl");
  std::map<std::string, ChatTemplate> templates;
  int64_t n = 0;
  while (const auto golden = cases.next()) {
    const std::string name = golden->at("template").string();
    const auto at = templates.find(name);
    expect_as(*golden, cases.place() + " " + name, [&] {
      const ChatTemplate& chat =
          at != templates.end()
              ? at->second
              : templates
                    .emplace(name, ChatTemplate(read_text(kFolder + "templates/" + name), name))
                    .first->second;
      ChatOptions options = options_of(golden->at("options"));
      options.special_tokens({{"bos_token", "<s>"},
                              {"eos_token", "</s>"},
                              {"pad_token", "<pad>"},
                              {"unk_token", "<unk>"}});
      return chat.apply(golden->at("messages"), options);
    });
    ++n;
  }
  EXPECT_GE(n, 200);
}

TEST(ChatTemplate, Expressions) {
  const JsonValue variables(read_text(kFolder + "variables.json"), "variables.json");
  data::readers::JsonlReader cases(kFolder + "expressions.jsonl");
  int64_t n = 0;
  while (const auto golden = cases.next()) {
    const std::string text = golden->at("text").string();
    expect_as(*golden, cases.place() + " " + text, [&] {
      return ChatTemplate(text).apply(JsonValue("[]"),
                                      ChatOptions().variables(variables).now(golden_time()));
    });
    ++n;
  }
  EXPECT_GE(n, 400);
}

}  // namespace
}  // namespace hearth::text
