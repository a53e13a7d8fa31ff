// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include <gtest/gtest.h>

#include "apps/program_test.h"

namespace {

struct Manual : ProgramTest {
  Manual() : ProgramTest("hearth-vision") {}
};

TEST_F(Manual, IsWhatTheProgramsSay) {
  const std::string command =
      "scripts/cli-docs.sh " + std::string(HEARTH_BIN_DIR) + " > '" + folder / "cli.md'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(read_text(folder / "cli.md"), read_text("docs/cli.md")) << "run make cli-docs";
}

}  // namespace
