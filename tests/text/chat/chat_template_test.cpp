// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/chat/chat_template.h"

#include <ctime>

#include <gtest/gtest.h>

#include "error_of.h"

namespace hearth::text {
namespace {

using data::readers::JsonValue;

std::string rendered(const std::string& text, const std::string& variables = "{}") {
  return ChatTemplate(text).apply(JsonValue("[]"), ChatOptions().variables(JsonValue(variables)));
}
std::string format_error(const std::string& text) {
  return error_of<FormatError>([&] { ChatTemplate chat(text, "a.jinja"); });
}
std::string value_error(const std::string& text, const std::string& variables = "{}") {
  return error_of<ValueError>([&] { rendered(text, variables); });
}

constexpr const char* kChatMl =
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

TEST(ChatTemplate, TakesMessages) {
  const ChatTemplate chat(kChatMl);
  const std::vector<ChatMessage> messages = {{"system", "Be kind."}, {"user", "Hi <b>"}};
  EXPECT_EQ(chat.apply(messages, ChatOptions().add_generation_prompt(true)),
            "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi <b><|im_end|>\n"
            "<|im_start|>assistant\n");
  EXPECT_EQ(chat.apply(JsonValue(R"([{"role": "user", "content": "Hi"}])")),
            "<|im_start|>user\nHi<|im_end|>\n");
  EXPECT_EQ(chat.apply(std::vector<ChatMessage>{}), "");
  // What is no UTF-8 is replaced.
  EXPECT_EQ(chat.apply(std::vector<ChatMessage>{{"user", "a\xff"}}),
            "<|im_start|>user\na\xef\xbf\xbd<|im_end|>\n");
}

TEST(ChatTemplate, TakesMoreKeysOfMessages) {
  const ChatTemplate chat(
      "{% for m in messages %}{{ m.name }}:{{ m.content[0].text }}{% endfor %}");
  const JsonValue more(R"({"name": "Ann", "content": [{"type": "text", "text": "x"}]})");
  EXPECT_EQ(chat.apply(std::vector<ChatMessage>{{"user", "left out", more}}), "Ann:x");
}

TEST(ChatTemplate, ContinuesTheFinalMessage) {
  const std::vector<ChatMessage> messages = {{"user", "Say"}, {"assistant", "The answer is "}};
  const ChatOptions options = ChatOptions().continue_final_message(true);
  EXPECT_EQ(ChatTemplate(kChatMl).apply(messages, options),
            "<|im_start|>user\nSay<|im_end|>\n<|im_start|>assistant\nThe answer is ");
  // A template that trims.
  EXPECT_EQ(ChatTemplate("{% for m in messages %}[{{ m.content | trim }}]{% endfor %}")
                .apply(messages, options),
            "[Say][The answer is");
  EXPECT_EQ(error_of<ValueError>([&] { ChatTemplate("nothing", "t").apply(messages, options); }),
            "[t] continue_final_message: the template doesn't write the last message as it is");
  EXPECT_EQ(error_of<ValueError>(
                [&] { ChatTemplate("", "t").apply(std::vector<ChatMessage>{}, options); }),
            "[t] continue_final_message: there is no message");
}

TEST(ChatTemplate, KnowsWhatTheAssistantSaid) {
  const ChatTemplate chat(
      "{% for m in messages %}{{ m.role }}: {% generation %}{{ m.content }}{% endgeneration %};"
      "{% endfor %}");
  const RenderedChat result = chat.render(
      JsonValue(R"([{"role": "a", "content": "eins"}, {"role": "b", "content": "zw\u00f6lf"}])"));
  EXPECT_EQ(result.text, "a: eins;b: zwölf;");
  ASSERT_EQ(result.generations.size(), 2u);
  EXPECT_EQ(result.generations[0], (std::pair<size_t, size_t>(3, 7)));
  EXPECT_EQ(result.text.substr(result.generations[1].first, 6), "zwölf");
  EXPECT_EQ(result.generations[1].second, result.text.size() - 1);
}

TEST(ChatTemplate, SpecialTokensAreThereOrUndefined) {
  const ChatTemplate chat("{{ bos_token }}|{{ eos_token is defined }}");
  EXPECT_EQ(chat.apply(JsonValue("[]"), ChatOptions().special_tokens({{"bos_token", "<s>"}})),
            "<s>|False");
}

TEST(ChatTemplate, SyntaxErrorsSayWhere) {
  EXPECT_EQ(format_error("a\n{% if x %}\nb"),
            "[a.jinja] line 3: expected '{% endif %}', got the end of the template");
  EXPECT_EQ(format_error("\n\n{{ 1 + }}"), "[a.jinja] line 3: expected an expression, got '}}'");
  EXPECT_EQ(format_error("{% include 'x' %}"),
            "[a.jinja] line 1: the tag 'include' is not supported");
  EXPECT_EQ(format_error("{# \n"), "[a.jinja] line 1: a comment has no end");
  EXPECT_EQ(format_error("x\n{{ 'a"), "[a.jinja] line 2: a string has no end");
  EXPECT_EQ(format_error("{{ (1] }}"), "[a.jinja] line 1: unexpected ']'");
  EXPECT_EQ(format_error("{{ '\\ud800' }}"),
            "[a.jinja] line 1: a string has an escape of no character, 'd800'");
  EXPECT_EQ(format_error("a\xff"), "[a.jinja] is no UTF-8, at byte 1");
}

TEST(ChatTemplate, RoundsToAnyPlace) {
  EXPECT_EQ(rendered("{{ 15|round(-1) }} {{ 25|round(-1) }} {{ (-15)|round(-1) }}"), "20 20 -20");
  EXPECT_EQ(rendered("{{ 5|round(-400) }} {{ 4223372036854775807|round(-19) }}"), "0 0");
  EXPECT_EQ(rendered("{{ 9223372036854775801|round(-2) }}"), "9223372036854775800");
  EXPECT_EQ(rendered("{{ 5.5|round(-400) }} {{ (-5.5)|round(-400) }}"), "0.0 -0.0");
  EXPECT_EQ(rendered("{{ 5|round(2, 'floor') }}"), "5.0");
  for (const char* large : {"{{ 9223372036854775807|round(-1) }}",
                            "{{ 9223372036854775807|round(-19) }}", "{{ 5.5|round(400, 'ceil') }}"})
    EXPECT_NE(value_error(large).find("large"), std::string::npos) << large;
  EXPECT_NE(value_error("{{ 5|round(-400, 'ceil') }}").find("division by zero"), std::string::npos);
}

TEST(ChatTemplate, ErrorsInsideSayWhere) {
  EXPECT_EQ(value_error("\n{{ raise_exception('No\\nway') }}"), "[chat_template] line 2: No\nway");
  EXPECT_EQ(value_error("{% if true %}\n{{ x.y }}{% endif %}"),
            "[chat_template] line 2: 'x' is undefined");
  EXPECT_EQ(value_error("{{ 1 | nope }}"), "[chat_template] line 1: there is no filter 'nope'");
  EXPECT_EQ(value_error("{{ messages.append(1) }}"),
            "[chat_template] line 1: a value of type list cannot be changed");
}

TEST(ChatTemplate, HostileTextsAreRefused) {
  const std::string deep(10'000, '(');
  EXPECT_NE(
      format_error("{{ " + deep + "1" + std::string(10'000, ')') + " }}").find("nested too deep"),
      std::string::npos);
  EXPECT_NE(format_error("{{ " + std::string(10'000, '-') + "1 }}").find("too deep"),
            std::string::npos);
  std::string nots = "{{ ";
  for (int i = 0; i < 10'000; ++i) nots += "not ";
  EXPECT_NE(format_error(nots + "1 }}").find("too deep"), std::string::npos);
  std::string sum = "{{ 1";
  for (int i = 0; i < 10'000; ++i) sum += " + 1";
  EXPECT_NE(format_error(sum + " }}").find("too long"), std::string::npos);
  std::string blocks;
  for (int i = 0; i < 10'000; ++i) blocks += "{% if 1 %}";
  EXPECT_NE(format_error(blocks).find("too deep"), std::string::npos);
  std::string filters = "{{ 'a'";
  for (int i = 0; i < 10'000; ++i) filters += "|trim";
  EXPECT_NE(format_error(filters + " }}").find("too long"), std::string::npos);
  // Long and flat is fine.
  std::string many;
  for (int i = 0; i < 2'000; ++i) many += "{{ 1 }}{% if 1 %}a{% elif 2 %}{% endif %}";
  EXPECT_EQ(rendered(many).size(), 4'000u);
}

TEST(ChatTemplate, HostileWorkIsBounded) {
  EXPECT_NE(value_error("{% for i in range(100000) %}{% for j in range(100000) %}"
                        "{% endfor %}{% endfor %}")
                .find("too much"),
            std::string::npos);
  EXPECT_NE(value_error("{{ 'a' * 1000000000000 }}").find("too much"), std::string::npos);
  EXPECT_NE(value_error("{{ [1] * 9223372036854775807 }}").find("too much"), std::string::npos);
  EXPECT_NE(value_error("{% set ns = namespace(x='ab') %}{% for i in range(100) %}"
                        "{% set ns.x = ns.x ~ ns.x %}{% endfor %}")
                .find("too much"),
            std::string::npos);
  EXPECT_NE(value_error("{% set ns = namespace(x=[1]) %}{% for i in range(100) %}"
                        "{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}")
                .find("too much"),
            std::string::npos);
  EXPECT_NE(value_error("{% set ns = namespace(x=1) %}{% for i in range(1000) %}"
                        "{% set ns.x = [ns.x] %}{% endfor %}")
                .find("nested too deep"),
            std::string::npos);
  EXPECT_NE(value_error("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}").find("too deep"),
            std::string::npos);
  EXPECT_NE(value_error("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}").find("too deep"),
            std::string::npos);
  EXPECT_NE(value_error("{{ '%099999d%099999d' % (1, 2) ~ '{:>999999}'.format(1) }}").find("large"),
            std::string::npos);
  EXPECT_NE(value_error("{{ 9223372036854775807 + 1 }}").find("64 bits"), std::string::npos);
  EXPECT_NE(value_error("{{ (-9223372036854775807 - 1) // -1 }}").find("64 bits"),
            std::string::npos);
}

// Values that hold each other, and functions that outlive the block they were made in.
TEST(ChatTemplate, NothingLeaksOrDangles) {
  EXPECT_EQ(rendered("{% set a = namespace() %}{% set a.self = a %}{{ a.self.self is defined }}"),
            "True");
  EXPECT_EQ(rendered("{% set ns = namespace(m=0) %}{% for x in [1, 2] %}{% macro m() %}{{ x }}"
                     "{% endmacro %}{% set ns.m = m %}{% endfor %}{{ ns.m() }}"),
            "2");
  EXPECT_EQ(
      rendered("{% set ns = namespace(l=0, n=0) %}{% for a in [1] %}{% set b = 7 %}"
               "{% for x in [1] recursive %}{% if ns.n == 0 %}{% set ns.l = loop %}{% else %}"
               "{{ b }}{% endif %}{% endfor %}{% endfor %}{% set ns.n = 1 %}{{ ns.l([1, 2]) }}"),
      "77");
  EXPECT_NE(value_error("{% set ns = namespace(l=0) %}{% for i in range(10000) %}"
                        "{% for x in [ns.l] %}{% set ns.l = loop %}{% endfor %}{% endfor %}")
                .find("nested too deep"),
            std::string::npos);
  EXPECT_EQ(rendered("{% set ns = namespace(p=none) %}{% for i in range(20000) %}"
                     "{% set ns.p = namespace(p=ns.p) %}{% endfor %}{% set ns.p = none %}ok"),
            "ok");
}

TEST(ChatTemplate, InputsMayBeLong) {
  const std::string text(4 << 20, 'x');
  const ChatTemplate chat(
      "{% for m in messages %}{{ m.content.split('y')[-1].strip() }}{% endfor %}");
  EXPECT_EQ(chat.apply(std::vector<ChatMessage>{{"user", text}, {"user", "y" + text}}).size(),
            2 * text.size());
}

TEST(ChatTemplate, TimeIsNowUnlessGiven) {
  const std::string year = rendered("{{ strftime_now('%Y') }}");
  EXPECT_GE(std::stoi(year), 2024);
  EXPECT_EQ(ChatTemplate("{{ strftime_now('%Y') }}")
                .apply(JsonValue("[]"), ChatOptions().now(int64_t{86400} * 365 * 20)),
            "1989");
}

}  // namespace
}  // namespace hearth::text
