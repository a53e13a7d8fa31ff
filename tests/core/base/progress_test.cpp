// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/progress.h"

#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/progress_text.h"
#include "temporary.h"

namespace hearth {
namespace {

using testing::HasSubstr;
using testing::Not;

ProgressText example() {
  return {
      "epoch 3/10", "images", "loss 0.4120", 1200, 4800, 150,
  };
}

TEST(ProgressText, SaysHowFarHowFastAndHowLong) {
  EXPECT_EQ(example().fitted(92),
            "epoch 3/10 [====>                ]  1,200/4,800 images  150 images/s  0:24 left  "
            "loss 0.4120");
  EXPECT_EQ(example().fitted(80),
            "epoch 3/10 [====>                  ]  1,200/4,800 images  0:24 left  loss 0.4120");
  EXPECT_EQ(example().fitted(40), "epoch 3/10  1,200/4,800 images");
  EXPECT_EQ(example().plain(),
            "epoch 3/10  25%  1,200/4,800 images  150 images/s  0:24 left  loss 0.4120");
}

TEST(ProgressText, FitsEveryWidth) {
  ProgressText text = example();
  text.label = "a file with a näme that is långer than most";
  for (size_t width = 1; width < 200; ++width) {
    EXPECT_LE(columns_of(text.fitted(width)), width);
    if (width >= 80) {
      EXPECT_THAT(text.fitted(width), HasSubstr("0:24 left")) << width;
    }
  }
  EXPECT_THAT(text.fitted(200), HasSubstr("loss 0.4120"));
}

TEST(ProgressText, WithoutTotalOrRate) {
  EXPECT_EQ((ProgressText{"reading", "files", "", 7, std::nullopt, 0}.fitted(60)),
            "reading  7 files");
  EXPECT_EQ((ProgressText{"reading", "files", "", 7, std::nullopt, 0}.plain()), "reading  7 files");
  EXPECT_EQ((ProgressText{"", "", "", 0, 0, 0}.fitted(60)), "0/0");
  // More than was said there would be.
  EXPECT_THAT((ProgressText{"x", "", "", 12, 10, 1}.fitted(60)), HasSubstr("[====="));
}

TEST(ProgressText, Counts) {
  EXPECT_EQ(count_text(0, ""), "0");
  EXPECT_EQ(count_text(999, "files"), "999");
  EXPECT_EQ(count_text(1234567, ""), "1,234,567");
  EXPECT_EQ(count_text(1.5, "steps"), "1.50");
  EXPECT_EQ(count_text(0, "B"), "0 B");
  EXPECT_EQ(count_text(999, "B"), "999 B");
  EXPECT_EQ(count_text(999500, "B"), "1.0 MB");
  EXPECT_EQ(count_text(123456789, "B"), "123 MB");
  EXPECT_EQ(clock_text(0), "0:00");
  EXPECT_EQ(clock_text(59.6), "1:00");
  EXPECT_EQ(clock_text(3675), "1:01:15");
  EXPECT_EQ(clock_text(1e300), "days");
  EXPECT_EQ(cut("ünïcode", 4), "ün..");
  EXPECT_EQ(cut("abc", 1), ".");
}

/// Stderr as something else while it lives.
class Stderr {
 public:
  explicit Stderr(int fd) : old_(dup(STDERR_FILENO)) { dup2(fd, STDERR_FILENO); }
  ~Stderr() {
    dup2(old_, STDERR_FILENO);
    close(old_);
  }

 private:
  int old_;
};

/// What f prints on a terminal that many columns wide.
template <class F>
std::string on_a_terminal(unsigned short columns, const F& f) {
  winsize size{};
  size.ws_col = columns;
  size.ws_row = 24;
  int terminal = 0, program = 0;
  EXPECT_EQ(openpty(&terminal, &program, nullptr, nullptr, &size), 0);
  const char* term = std::getenv("TERM");
  const std::string before = term ? term : "";
  setenv("TERM", "xterm", 1);
  {
    const Stderr to(program);
    f();
  }
  setenv("TERM", before.c_str(), 1);
  close(program);
  fcntl(terminal, F_SETFL, O_NONBLOCK);
  std::string text(1 << 16, '\0');
  size_t n = 0;
  for (ssize_t got; (got = read(terminal, text.data() + n, text.size() - n)) > 0;)
    n += static_cast<size_t>(got);
  close(terminal);
  text.resize(n);
  return text;
}

/// Two and a half seconds of work within work.
void work() {
  Progress outer(ProgressOptions("all").unit("files").total(2));
  Progress inner(ProgressOptions("one").unit("B").total(1000));
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(2500);
  while (std::chrono::steady_clock::now() < end) {
    inner.advance();
    inner.status("halfway");
    outer.set(1);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  Progress::print("a line in between");
  inner.finish("one is done");
}

TEST(Progress, RedrawsItsLinesOnATerminalAndLeavesItClean) {
  const std::string text = on_a_terminal(70, work);
  EXPECT_THAT(text, HasSubstr("all ["));
  EXPECT_THAT(text, HasSubstr("1/2 files"));
  EXPECT_THAT(text, HasSubstr("\r\n"
                              "one ["));
  EXPECT_THAT(text, HasSubstr("halfway"));
  EXPECT_THAT(text, HasSubstr("a line in between\r\n"));
  EXPECT_THAT(text, HasSubstr("one is done\r\n"));
  EXPECT_TRUE(text.ends_with("\r\033[K")) << text.substr(text.size() - 20);
  // Never wider than the terminal.
  std::string line;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\033') at += 3;  // all sequences have three characters
    if (at < text.size() && (text[at] == '\r' || text[at] == '\n')) line.clear();
    if (at < text.size()) line += text[at];
    EXPECT_LE(line.size(), 70u) << line;
  }
}

TEST(Progress, ShortWorkAndWorkNobodyWatchesShowNothing) {
  const auto quick = [] {
    Progress progress(ProgressOptions("quick").total(100));
    for (int i = 0; i < 100; ++i) progress.advance();
  };
  EXPECT_EQ(on_a_terminal(80, quick), "");
  EXPECT_EQ(on_a_terminal(80,
                          [] {
                            Progress progress(ProgressOptions("said").enabled(false));
                            progress.advance();
                            progress.finish("done");
                          }),
            "");
  set_progress(false);
  EXPECT_EQ(on_a_terminal(80, work), "a line in between\r\n");
  set_progress(true);
}

TEST(Progress, WhereThereIsNoTerminalNothingIsRedrawn) {
  const TemporaryFolder folder;
  const std::string path = folder / "stderr";
  const int file = open(path.c_str(), O_CREAT | O_WRONLY, 0600);
  {
    const Stderr to(file);
    work();
  }
  close(file);
  EXPECT_EQ(read_text(path), "a line in between\none is done\n");
}

TEST(Progress, AClosedOrFullStderrLosesOnlyWhatItWasGiven) {
  const TemporaryFolder folder;
  const std::string path = folder / "stderr";
  const int full = open("/dev/full", O_WRONLY);
  const int file = open(path.c_str(), O_CREAT | O_WRONLY, 0600);
  const Stderr to(full);
  Progress::print("lost to a full disk");
  close(STDERR_FILENO);
  Progress::print("lost to nobody");
  dup2(file, STDERR_FILENO);
  Progress::print("kept");
  close(full);
  close(file);
  EXPECT_EQ(read_text(path), "kept\n");
}

TEST(Progress, ThreadsAdvanceOneLine) {
  const std::string text = on_a_terminal(80, [] {
    Progress progress(ProgressOptions("many").total(4000).unit("steps"));
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) {
          progress.advance();
          if (i % 8 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(18));
        }
      });
    for (auto& t : threads) t.join();
    std::this_thread::sleep_for(std::chrono::milliseconds(110));  // until it may be drawn again
    progress.advance(0);
  });
  EXPECT_THAT(text, HasSubstr("many ["));
  EXPECT_THAT(text, HasSubstr("4,000/4,000"));
}

}  // namespace
}  // namespace hearth
