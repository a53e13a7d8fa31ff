// SPDX-License-Identifier: Apache-2.0
#include "backends/measured_choices.h"

#include <cstdlib>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "hearth/base/error.h"
#include "hearth/base/warning.h"
#include "hearth/cuda/benchmark.h"

#include "error_of.h"
#include "temporary.h"

namespace hearth {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// Leaves the process as it found it.
class MeasuredChoices : public testing::Test {
 protected:
  ~MeasuredChoices() override {
    cuda::set_benchmark(false);
    cuda::set_benchmark_file("");
  }
  const TemporaryFolder folder;
};

TEST_F(MeasuredChoices, NothingIsMeasuredUnlessAskedFor) {
  EXPECT_FALSE(cuda::benchmark());
  EXPECT_EQ(measured_set(), 0);
  cuda::set_benchmark(true);
  EXPECT_TRUE(cuda::benchmark());
  const int32_t first = measured_set();
  EXPECT_NE(first, 0);
  cuda::set_benchmark(false);
  EXPECT_EQ(measured_set(), 0);
  cuda::set_benchmark(true);
  EXPECT_EQ(measured_set(), first);
}

TEST_F(MeasuredChoices, AreKeptInTheProgramUntilAnotherFileIsNamed) {
  EXPECT_EQ(kept_choice("p"), "");
  keep_choice("p", "3");
  EXPECT_EQ(kept_choice("p"), "3");
  cuda::set_benchmark(true);
  const int32_t before = measured_set();
  cuda::set_benchmark_file("");
  EXPECT_NE(measured_set(), before);
  EXPECT_EQ(kept_choice("p"), "");
}

TEST_F(MeasuredChoices, AreKeptInAFile) {
  const std::string a = folder / "a", b = folder / "b";
  cuda::set_benchmark_file(a);
  keep_choice("cuDNN 9, a card, 00ff", "1 2");
  keep_choice("other", "x");
  keep_choice("other", "y");
  cuda::set_benchmark_file(b);
  EXPECT_EQ(kept_choice("other"), "");
  keep_choice("of b", "z");
  cuda::set_benchmark_file(a);
  EXPECT_EQ(kept_choice("cuDNN 9, a card, 00ff"), "1 2");
  EXPECT_EQ(kept_choice("other"), "y");
  EXPECT_EQ(kept_choice("of b"), "");
  const std::string text = read_text(a);
  cuda::set_benchmark_file("");
  keep_choice("of none", "1");
  EXPECT_EQ(read_text(a), text) << "a file is left alone once it is not named any more";
}

TEST_F(MeasuredChoices, LinesOfSeveralThreadsDoNotMix) {
  const std::string file = folder / "choices";
  cuda::set_benchmark_file(file);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([t] {
      for (int i = 0; i < 50; ++i) keep_choice(cat_str("problem ", t, ' ', i), cat_str(i));
    });
  for (std::thread& t : threads) t.join();
  cuda::set_benchmark_file("");
  cuda::set_benchmark_file(file);
  for (int t = 0; t < 4; ++t)
    for (int i = 0; i < 50; ++i) EXPECT_EQ(kept_choice(cat_str("problem ", t, ' ', i)), cat_str(i));
}

TEST_F(MeasuredChoices, LinesThatAreNoneArePassedOver) {
  const std::string file = folder / "choices";
  cuda::set_benchmark_file(file);
  keep_choice("a", "1");
  write_text(file, read_text(file) + "no tab\nb\t2\ttwo tabs\n\nc\t3\nhalf of a li");
  cuda::set_benchmark_file(file);
  EXPECT_EQ(kept_choice("a"), "1");
  EXPECT_EQ(kept_choice("b"), "");
  EXPECT_EQ(kept_choice("c"), "3");
  // The next line ends the half one, and the one after it counts.
  keep_choice("d", "4");
  keep_choice("e", "5");
  cuda::set_benchmark_file(file);
  EXPECT_EQ(kept_choice("d"), "");
  EXPECT_EQ(kept_choice("e"), "5");
}

TEST_F(MeasuredChoices, OtherFilesAreRefusedAndLeftAlone) {
  const std::string photo = folder / "photo.jpg", kept = folder / "kept";
  write_text(photo, "\xff\xd8\xff\xe0 and so on\n");
  cuda::set_benchmark_file(kept);
  keep_choice("a", "1");
  EXPECT_THAT(error_of<FormatError>([&] { cuda::set_benchmark_file(photo); }),
              HasSubstr("photo.jpg] is not a file of measured choices"));
  EXPECT_THAT(error_of<FileError>([&] { cuda::set_benchmark_file(folder / "no/such"); }),
              HasSubstr("no/such] cannot be opened: No such file or directory"));
  EXPECT_THAT(error_of<FileError>([&] { cuda::set_benchmark_file(folder.path); }),
              HasSubstr("cannot be opened: Is a directory"));
  EXPECT_THAT(error_of<FileError>([&] { cuda::set_benchmark_file("/dev/full"); }),
              HasSubstr("[/dev/full] is not a regular file"));
  EXPECT_EQ(read_text(photo), "\xff\xd8\xff\xe0 and so on\n");
  EXPECT_EQ(kept_choice("a"), "1");
  keep_choice("b", "2");
  EXPECT_THAT(read_text(kept), HasSubstr("b\t2\n"));
}

struct Heard : WarningHandler {
  std::vector<std::string> texts;
  void process(const Warning& warning) override { texts.push_back(warning.msg()); }
};

TEST_F(MeasuredChoices, AFileThatIsGoneIsWarnedOfOnce) {
  const std::string file = folder / "choices";
  cuda::set_benchmark_file(file);
  std::filesystem::remove(file);
  Heard heard;
  {
    const WarningUtils::WarningHandlerGuard guard(&heard);
    keep_choice("a", "1");
    keep_choice("b", "2");
  }
  ASSERT_EQ(heard.texts.size(), 1u);
  EXPECT_THAT(heard.texts[0], HasSubstr("choices] cannot be opened: No such file"));
  EXPECT_EQ(kept_choice("a"), "1");
  EXPECT_EQ(kept_choice("b"), "2");
  EXPECT_FALSE(std::filesystem::exists(file));
}

/// In a process of its own: the environment is read at first use.
class MeasuredChoicesDeathTest : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

/// Ends with a code that says what HEARTH_CUDA_BENCHMARK=wish, a path if it has a file's name,
/// does.
[[noreturn]] void exit_as_told(const std::string& wish) {
  const TemporaryFolder folder;
  const std::string file = folder / "choices";
  write_text(file, "# choices measured by hearth, 1\np\t7\n");
  setenv("HEARTH_CUDA_BENCHMARK", wish == "file" ? file.c_str() : wish.c_str(), 1);
  std::_Exit((cuda::benchmark() ? 1 : 0) + (kept_choice("p") == "7" ? 2 : 0));
}

TEST_F(MeasuredChoicesDeathTest, TheEnvironmentSaysTheDefault) {
  EXPECT_EXIT(exit_as_told(""), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(exit_as_told("0"), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(exit_as_told("1"), testing::ExitedWithCode(1), "");
  EXPECT_EXIT(exit_as_told("file"), testing::ExitedWithCode(3), "");
}

}  // namespace
}  // namespace hearth
