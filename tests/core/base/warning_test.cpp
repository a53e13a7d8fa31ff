// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/warning.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace hearth {
namespace {

struct Capture : WarningHandler {
  void process(const Warning& warning) override { messages.push_back(warning.msg()); }
  std::vector<std::string> messages;
};

void warn_once() { HEARTH_WARN_ONCE("once"); }

TEST(Warning, GoesToTheThreadsHandler) {
  Capture outer, inner;
  const WarningUtils::WarningHandlerGuard guard(&outer);
  HEARTH_WARN("a ", 1);
  {
    const WarningUtils::WarningHandlerGuard nested(&inner);
    HEARTH_WARN("b");
  }
  HEARTH_WARN("c");
  EXPECT_EQ(outer.messages, (std::vector<std::string>{"a 1", "c"}));
  EXPECT_EQ(inner.messages, (std::vector<std::string>{"b"}));
  std::thread([&] { EXPECT_NE(WarningUtils::get_warning_handler(), &outer); }).join();
}

TEST(Warning, OnceOrAlways) {
  Capture capture;
  const WarningUtils::WarningHandlerGuard guard(&capture);
  warn_once();
  warn_once();
  EXPECT_EQ(capture.messages.size(), 1u);
  const WarningUtils::WarnAlways always;
  warn_once();
  warn_once();
  EXPECT_EQ(capture.messages.size(), 3u);
}

TEST(Warning, IsWrittenToStandardErrorWithItsPlace) {
  testing::internal::CaptureStderr();
  HEARTH_WARN("mind ", "this");
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("warning_test.cpp:"), std::string::npos) << text;
  EXPECT_NE(text.find("Warning: mind this"), std::string::npos) << text;
}

}  // namespace
}  // namespace hearth
