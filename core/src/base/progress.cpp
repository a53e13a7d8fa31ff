// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/progress.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <vector>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/progress_text.h"

namespace hearth {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kSilence = seconds(2);        // of work that ends sooner nothing is seen
constexpr auto kFrame = milliseconds(100);   // between two drawings
constexpr auto kBetweenLines = seconds(10);  // where lines are not redrawn
constexpr double kMemory = 10;               // seconds that the rate is a mean over

std::atomic<bool> on{true};

int64_t ticks(Clock::time_point t) { return t.time_since_epoch().count(); }

double seconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

bool on_terminal() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) && !(term && std::string_view(term) == "dumb");
}

/// As wide as the terminal is now; the last column stays free, so that no line breaks.
size_t columns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 79;
  return std::max(size.ws_col, static_cast<unsigned short>(2)) - size_t{1};
}

void put(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace

struct Progress::Line {
  explicit Line(ProgressOptions o)
      : options(std::move(o)), done(options.initial()), counted(options.initial()) {}

  ProgressOptions options;
  std::string status;
  std::atomic<int64_t> done;
  Clock::time_point start = Clock::now();
  /// When somebody should look at the clock again.
  std::atomic<int64_t> next{ticks(start + kSilence)};
  // The rate, as of the last look.
  Clock::time_point looked = start;
  int64_t counted;
  double rate = 0;
  bool visible = false;

  ProgressText look(Clock::time_point now) {
    const int64_t n = done.load(std::memory_order_relaxed);
    const double passed = seconds_between(looked, now);
    if (passed > 0) {
      const double fresh = static_cast<double>(n - counted) / passed;
      const double weight = looked == start ? 1 : 1 - std::exp(-passed / kMemory);
      rate += weight * (fresh - rate);
      looked = now;
      counted = n;
    }
    return {options.label(), options.unit(), status, n, options.total(), rate};
  }
};

namespace {

/// All lines on stderr, the outermost first.
struct Screen {
  std::mutex mutex;
  std::vector<Progress::Line*> lines;
  size_t drawn = 0;  ///< lines that stand on the terminal, the cursor at the end of the last
};

Screen& screen() {
  static Screen& s = *new Screen;  // still there when static objects go
  return s;
}

void erase(Screen& s, std::string& text) {
  for (; s.drawn > 1; --s.drawn) text += "\r\033[K\033[A";
  if (s.drawn == 1) text += "\r\033[K";
  s.drawn = 0;
}

void draw(Screen& s, std::string& text) {
  const auto now = Clock::now();
  const size_t width = columns();
  for (Progress::Line* line : s.lines) {
    if (!line->visible) continue;
    text.append(s.drawn++ > 0 ? "\n" : "").append(line->look(now).fitted(width));
  }
}

/// Somebody has looked at the clock: shows the line where it is time to.
void show(Progress::Line& line, Clock::time_point now) {
  Screen& s = screen();
  const std::unique_lock lock(s.mutex, std::try_to_lock);
  if (!lock) return;  // another thread is at it
  const bool terminal = on_terminal();
  const Clock::duration pause = terminal ? Clock::duration(kFrame) : Clock::duration(kBetweenLines);
  line.next.store(ticks(now + pause), std::memory_order_relaxed);
  if (!terminal) {
    if (now - line.start >= kBetweenLines) put(line.look(now).plain() + "\n");
    return;
  }
  line.visible = true;
  std::string text;
  erase(s, text);
  draw(s, text);
  put(text);
}

void look_at_clock(Progress::Line& line) {
  const auto now = Clock::now();
  if (ticks(now) >= line.next.load(std::memory_order_relaxed)) show(line, now);
}

/// Takes a line away and puts text in its place.
void remove(Progress::Line* line, std::string_view summary) {
  Screen& s = screen();
  const std::lock_guard lock(s.mutex);
  std::erase(s.lines, line);
  std::string text;
  erase(s, text);
  if (!summary.empty()) text.append(summary).append("\n");
  draw(s, text);
  put(text);
}

}  // namespace

void set_progress(bool value) { on.store(value, std::memory_order_relaxed); }
bool progress_is_on() { return on.load(std::memory_order_relaxed); }

Progress::Progress(ProgressOptions options) {
  if (!options.enabled().value_or(progress_is_on())) return;
  line_ = std::make_unique<Line>(std::move(options));
  Screen& s = screen();
  const std::lock_guard lock(s.mutex);
  s.lines.push_back(line_.get());
}

Progress::~Progress() { finish(); }

void Progress::advance(int64_t n) {
  if (!line_) return;
  line_->done.fetch_add(n, std::memory_order_relaxed);
  look_at_clock(*line_);
}

void Progress::set(int64_t done) {
  if (!line_) return;
  line_->done.store(done, std::memory_order_relaxed);
  look_at_clock(*line_);
}

void Progress::total(std::optional<int64_t> total) {
  if (!line_) return;
  const std::lock_guard lock(screen().mutex);
  line_->options.total(total);
}

void Progress::label(std::string_view text) {
  if (!line_) return;
  const std::lock_guard lock(screen().mutex);
  line_->options.label(std::string(text));
}

void Progress::status(std::string_view text) {
  if (!line_) return;
  const std::lock_guard lock(screen().mutex);
  line_->status = text;
}

void Progress::finish(std::string_view summary) {
  if (!line_) return;
  remove(line_.get(), summary);
  line_.reset();
}

void Progress::print(std::string_view line) {
  Screen& s = screen();
  const std::lock_guard lock(s.mutex);
  std::string text;
  erase(s, text);
  text.append(line).append("\n");
  draw(s, text);
  put(text);
}

}  // namespace hearth
