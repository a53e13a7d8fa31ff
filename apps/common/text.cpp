// SPDX-License-Identifier: Apache-2.0
#include "common/text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string all;
  for (const std::string& word : words) {
    if (&word != &words.front()) all += between;
    all += word;
  }
  return all;
}

std::vector<std::string> split_at_commas(std::string_view words) {
  std::vector<std::string> parts;
  for (size_t at = 0; at <= words.size();) {
    const size_t comma = std::min(words.find(',', at), words.size());
    std::string part(words.substr(at, comma - at));
    part.erase(0, part.find_first_not_of(' '));
    part.erase(part.find_last_not_of(' ') + 1);
    if (!part.empty()) parts.push_back(std::move(part));
    at = comma + 1;
  }
  return parts;
}

std::string shortened(std::string_view text, size_t most) {
  std::string kept(text.substr(0, most));
  for (char& c : kept)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
  if (text.size() <= most) return kept;
  // Not in the middle of a character of several bytes.
  kept.resize(most - 3);
  while (!kept.empty() && (text[kept.size()] & 0xC0) == 0x80) kept.pop_back();
  return kept + "...";
}

std::string counted(int64_t n, std::string_view noun) {
  return std::to_string(n) + " " + std::string(noun) + (n == 1 ? "" : "s");
}

std::string percent(double share, int digits) {
  if (!std::isfinite(share)) return "-";
  const double unit = std::pow(10.0, -2 - digits);
  double rounded = std::round(share / unit) * unit;
  if (share < 1 && rounded >= 1) rounded = 1 - unit;
  if (share > 0 && rounded <= 0) rounded = unit;
  char text[64];
  std::snprintf(text, sizeof text, "%.*f%%", digits, 100 * rounded);
  return text;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string for_shell(std::string_view path) {
  const std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%";
  if (!path.empty() && path.find_first_not_of(plain) == path.npos) return std::string(path);
  std::string out = "'";
  for (const char c : path) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

namespace {

/// Letters that must be put in, taken out, changed, or swapped with their neighbour.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before, last(b.size() + 1), now(b.size() + 1);
  std::iota(last.begin(), last.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        now[j] = std::min(now[j], before[j - 2] + 1);
    }
    before = last;
    last = now;
  }
  return last[b.size()];
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& words) {
  if (word.size() > 100) return "";
  std::string best;
  size_t least = std::max<size_t>(1, word.size() / 3) + 1;
  for (const std::string& other : words) {
    const size_t d = distance(word, other);
    if (d >= least) continue;
    least = d;
    best = other;
  }
  if (!best.empty() || word.size() < 3) return best;
  for (const std::string& other : words)
    if (other.starts_with(word)) return other;
  return "";
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& words) {
  const std::string other = nearest(word, words);
  return other.empty() ? "" : " (did you mean " + other + "?)";
}

std::string wrapped(std::string_view text, size_t width, size_t indent, size_t at) {
  std::string out;
  bool begun = false;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    if (begun && at + 1 + word.size() > width) {
      out += "\n" + std::string(indent, ' ');
      at = indent;
    } else if (begun) {
      out += ' ';
      ++at;
    }
    out += word;
    at += word.size();
    begun = true;
  }
  return out;
}

std::string lines_within(std::string_view lines, size_t width) {
  std::string out;
  while (true) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    const size_t indent = std::min(line.find_first_not_of(' '), line.size());
    out += line.size() <= width
               ? std::string(line)
               : std::string(indent, ' ') + wrapped(line.substr(indent), width, indent + 2, indent);
    if (end == lines.size()) return out;
    out += '\n';
    lines.remove_prefix(end + 1);
  }
}
