// SPDX-License-Identifier: Apache-2.0
#include "cpu/isa_select.h"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "hearth/base/cpu.h"
#include "hearth/base/error.h"

namespace hearth::cpu {
namespace {

TEST(IsaSelect, NamesWhatRuns) {
  const std::string name = cpu_capability();
  EXPECT_TRUE(name == "base" || name == "v2" || name == "v3" || name == "v4") << name;
  EXPECT_EQ(choose_isa(name.c_str(), Isa::V4), selected_isa());
  if (const char* request = std::getenv("HEARTH_ISA")) {
    EXPECT_EQ(name, request);
  }
}

TEST(IsaSelect, NeverAboveTheProcessor) {
  for (const Isa processor : {Isa::V2, Isa::V3, Isa::V4}) {
    try {
      EXPECT_LE(choose_isa(nullptr, processor), processor);
    } catch (const ValueError& e) {
      // A build with higher levels only says so.
      EXPECT_NE(e.msg().find("which this processor lacks"), std::string::npos) << e.msg();
    }
  }
}

TEST(IsaSelect, UnknownRequestIsAnError) {
  try {
    choose_isa("avx9000", Isa::V4);
    FAIL() << "expected ValueError";
  } catch (const ValueError& e) {
    EXPECT_NE(e.msg().find("HEARTH_ISA expected one of"), std::string::npos) << e.msg();
    EXPECT_NE(e.msg().find("'avx9000'"), std::string::npos) << e.msg();
  }
  EXPECT_EQ(choose_isa("", Isa::V4), choose_isa(nullptr, Isa::V4));
}

}  // namespace
}  // namespace hearth::cpu
