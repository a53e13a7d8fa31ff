// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/atomic_file.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "hearth/base/error.h"

namespace hearth {
namespace {

namespace fs = std::filesystem;

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

class AtomicFileTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = testing::TempDir() + "hearth_atomic_" + std::to_string(::getpid());
    fs::create_directories(dir_);
  }
  void TearDown() override { fs::remove_all(dir_); }
  size_t entries() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(dir_), {}));
  }
  std::string dir_;
};

TEST_F(AtomicFileTest, ReplacesTheOldFile) {
  const std::string path = dir_ + "/f";
  write_file_atomically(path, "old");
  write_file_atomically(path, "new content");
  EXPECT_EQ(read(path), "new content");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(AtomicFileTest, LeavesNothingWithoutCommit) {
  const std::string path = dir_ + "/f";
  write_file_atomically(path, "old");
  {
    AtomicFile file(path);
    file.write("half of the ne");
  }
  EXPECT_EQ(read(path), "old");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(AtomicFileTest, TakesOverWhatKilledWritersLeft) {
  const std::string path = dir_ + "/f";
  write(dir_ + "/.f.tmp-0", "left behind, and longer than what comes");
  write(dir_ + "/.f.tmp-1", "left behind");
  {
    AtomicFile file(path, Durability::Unsynced);
    file.write("new");
    EXPECT_EQ(entries(), 1u);
    AtomicFile beside(path);
    beside.write("later");
    EXPECT_EQ(entries(), 2u);
    file.commit();
    EXPECT_EQ(read(path), "new");
    beside.commit();
  }
  EXPECT_EQ(read(path), "later");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(AtomicFileTest, WritersOfOneNameDoNotMix) {
  const std::string path = dir_ + "/f";
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i)
    writers.emplace_back([&, i] {
      for (int n = 0; n < 200; ++n) {
        AtomicFile file(path, Durability::Unsynced);
        for (int part = 0; part < 8; ++part)
          file.write(std::string(100, static_cast<char>('a' + i)));
        if (n % 3 != 0) file.commit();
      }
    });
  for (auto& writer : writers) writer.join();
  const std::string last = read(path);
  EXPECT_EQ(last, std::string(800, last[0]));
  EXPECT_EQ(entries(), 1u);
}

TEST_F(AtomicFileTest, WritesOverWhatIsThere) {
  const std::string path = dir_ + "/f";
  AtomicFile file(path);
  EXPECT_TRUE(file.can_write_at());
  file.write("head of unknown size");
  file.write_at(8, "30 bytes ", 9);
  file.write(", more");
  file.commit();
  EXPECT_EQ(read(path), "head of 30 bytes ize, more");
  AtomicFile device("/dev/null");
  EXPECT_FALSE(device.can_write_at());
}

TEST_F(AtomicFileTest, SaysWhatFailed) {
  try {
    write_file_atomically(dir_ + "/missing/f", "x");
    FAIL();
  } catch (const FileError& e) {
    EXPECT_NE(std::string(e.what()).find("missing/f"), std::string::npos);
    EXPECT_NE(std::string(e.what()).find("No such file"), std::string::npos);
  }
}

}  // namespace
}  // namespace hearth
