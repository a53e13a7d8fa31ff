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

TEST_F(Manual, BashCompletes) {
  const std::string script = folder / "complete.sh", out = folder / "out";
  write_text(script, "source <('" + program + "' completion bash)\n" + R"(
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hearth_vision; echo "${COMPREPLY[*]}"; }
try hearth-vision tr
try hearth-vision train --mo
try hearth-vision train --model l
try hearth-vision completion b
try hearth-vision predict ph
)");
  ASSERT_EQ(std::system(("bash '" + script + "' > '" + out + "'").c_str()), 0);
  EXPECT_EQ(read_text(out), "train\n--model\nlenet\nbash\n\n");
}

}  // namespace
