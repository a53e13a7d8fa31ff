// SPDX-License-Identifier: Apache-2.0
#include "base/progress_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace hearth {

namespace {

constexpr size_t kLeastBar = 10, kMostBar = 30;

std::string grouped(int64_t n) {
  std::string digits = std::to_string(n);
  for (size_t at = digits.size(); at > 3 && digits[at - 4] != '-';) digits.insert(at -= 3, ",");
  return digits;
}

std::string bytes_text(double n) {
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  size_t u = 0;
  for (; std::abs(n) >= 999.5 && u + 1 < std::size(kUnits); ++u) n /= 1000;
  char text[32];
  std::snprintf(text, sizeof text, u == 0 || n >= 99.95 ? "%.0f %s" : "%.1f %s", n, kUnits[u]);
  return text;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

std::string clock_text(double seconds) {
  if (!(seconds < 360000)) return "days";
  const auto s = static_cast<int64_t>(std::max(seconds, 0.0) + 0.5);
  char text[32];
  if (s < 3600) {
    std::snprintf(text, sizeof text, "%d:%02d", static_cast<int>(s / 60), static_cast<int>(s % 60));
  } else {
    std::snprintf(text, sizeof text, "%d:%02d:%02d", static_cast<int>(s / 3600),
                  static_cast<int>(s / 60 % 60), static_cast<int>(s % 60));
  }
  return text;
}

std::string count_text(double count, std::string_view unit) {
  if (unit == "B") return bytes_text(count);
  if (std::abs(count) >= 100 || count == std::floor(count))
    return grouped(static_cast<int64_t>(std::clamp(std::round(count), -9e18, 9e18)));
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", std::abs(count) < 10 ? 2 : 1, count);
  return text;
}

size_t columns_of(std::string_view text) {
  return text.size() -
         static_cast<size_t>(std::count_if(text.begin(), text.end(), is_continuation));
}

std::string cut(std::string_view text, size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  const std::string_view mark = std::string_view("..").substr(0, columns);
  size_t end = 0;
  for (size_t kept = 0; end < text.size(); ++end)
    if (!is_continuation(text[end]) && kept++ == columns - mark.size()) break;
  return std::string(text.substr(0, end)).append(mark);
}

namespace {

/// " 12/300 images  45 images/s  0:06 left", each part behind two blanks.
struct Parts {
  std::string counts, rate, left;

  explicit Parts(const ProgressText& t) {
    const std::string named = t.unit.empty() || t.unit == "B" ? "" : " " + std::string(t.unit);
    counts = count_text(static_cast<double>(t.done), t.unit);
    if (t.total) counts += "/" + count_text(static_cast<double>(*t.total), t.unit);
    counts += named;
    if (!(t.rate > 0)) return;
    rate = count_text(t.rate, t.unit) + named + "/s";
    if (t.total && *t.total > t.done)
      left = clock_text(static_cast<double>(*t.total - t.done) / t.rate) + " left";
  }
};

std::string bar(double fraction, size_t width) {
  const auto filled = static_cast<size_t>(fraction * static_cast<double>(width));
  std::string text(width, ' ');
  std::fill_n(text.begin(), filled, '=');
  if (filled > 0 && filled < width) text[filled - 1] = '>';
  return "[" + text + "]";
}

}  // namespace

std::string ProgressText::fitted(size_t columns) const {
  const Parts parts(*this);
  const bool has_bar = total && *total > 0;
  const size_t least_bar = has_bar ? kLeastBar + 3 : 0;
  const auto width = [](std::string_view part) { return part.empty() ? 0 : columns_of(part) + 2; };
  // The name gives way to the numbers, but not all of it.
  const size_t behind = width(parts.counts) + width(parts.left);
  std::string text = cut(label, std::max(columns / 3, columns - std::min(columns, behind)));
  size_t room = columns - columns_of(text);
  const auto fits = [&](std::string_view part) {
    if (part.empty() || width(part) > room) return false;
    room -= width(part);
    return true;
  };
  const bool has_counts = fits(parts.counts), has_left = fits(parts.left);
  std::string said(status);
  if (room < least_bar + 8) {
    said.clear();
  } else {
    said = cut(said, room - least_bar - 2);
    room -= width(said);
  }
  const bool has_rate = room >= least_bar + width(parts.rate) && fits(parts.rate);
  const auto add = [&](std::string_view part) {
    if (!part.empty()) text.append(text.empty() ? "" : "  ").append(part);
  };
  if (has_bar && room >= least_bar) {
    const double fraction =
        std::clamp(static_cast<double>(done) / static_cast<double>(*total), 0.0, 1.0);
    if (!text.empty()) text += " ";
    text += bar(fraction, std::min(room - 3, kMostBar));
  }
  if (has_counts) add(parts.counts);
  if (has_rate) add(parts.rate);
  if (has_left) add(parts.left);
  add(said);
  return cut(text, columns);
}

std::string ProgressText::plain() const {
  const Parts parts(*this);
  std::string text(label);
  const auto add = [&](std::string_view part) {
    if (!part.empty()) text.append(text.empty() ? "" : "  ").append(part);
  };
  if (total && *total > 0)
    add(std::to_string(
            static_cast<int>(100 * static_cast<double>(done) / static_cast<double>(*total))) +
        "%");
  add(parts.counts);
  add(parts.rate);
  add(parts.left);
  add(status);
  return text;
}

}  // namespace hearth
