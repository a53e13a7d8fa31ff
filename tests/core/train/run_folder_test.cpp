// SPDX-License-Identifier: Apache-2.0
#include "hearth/train/run_folder.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error_of.h"
#include "temporary.h"

namespace hearth::train {
namespace {

using testing::HasSubstr;
using Open = RunFolder::Open;

TEST(RunFolder, IsInOnePairOfHands) {
  const TemporaryFolder folder;
  const std::string path = folder / "deep/run";
  {
    const RunFolder run(path, Open::New);
    EXPECT_EQ(run.checkpoint(), path + "/checkpoints/last.safetensors");
    const std::string said = error_of([&] { RunFolder(path, Open::Overwrite); });
    EXPECT_THAT(said, HasSubstr("in use by another training (process " + std::to_string(getpid())));
  }
  const RunFolder again(path, Open::New);
}

TEST(RunFolder, ReplacesOnlyWhatTrainingsLeave) {
  const TemporaryFolder folder;
  { const RunFolder made(folder.path, Open::New); }
  std::filesystem::create_directory(folder / "checkpoints");
  for (const char* name : {"model.safetensors", "checkpoints/x", "notes.txt"})
    write_text(folder / name, name);
  EXPECT_THAT(error_of([&] { RunFolder(folder.path, Open::New); }), HasSubstr("--overwrite"));
  EXPECT_THAT(error_of([&] { RunFolder(folder.path, Open::Resume); }),
              HasSubstr("no checkpoint to go on from"));
  EXPECT_TRUE(folder.has("checkpoints/x"));
  { const RunFolder run(folder.path, Open::Overwrite); }
  EXPECT_FALSE(folder.has("checkpoints") || folder.has("model.safetensors"));
  EXPECT_TRUE(folder.has("notes.txt"));
  std::filesystem::create_directory(folder / "checkpoints");
  write_text(folder / "checkpoints/last.safetensors", "");
  { const RunFolder run(folder.path, Open::Resume); }
}

TEST(RunFolder, SaysWhereNothingCanBeMade) {
  EXPECT_THAT(error_of([] { RunFolder("/proc/no/run", Open::New); }), HasSubstr("cannot be made"));
  EXPECT_THAT(error_of([] { RunFolder("/proc/no/run", Open::Resume); }), HasSubstr("--resume"));
}

}  // namespace
}  // namespace hearth::train
