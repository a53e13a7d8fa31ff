// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/text/text_pairs.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "hearth/base/error.h"
#include "hearth/data/readers/lines.h"
#include "hearth/text/utf8.h"

#include "archives.h"
#include "text/sources.h"

namespace hearth::datasets {
namespace {

namespace fs = std::filesystem;
using data::readers::Broken;
using data::readers::LineReader;

std::string_view stripped(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

std::vector<std::string> plain_lines(const std::string& path) {
  std::vector<std::string> out;
  LineReader reader(path);
  while (const auto line = reader.next()) out.emplace_back(*line);
  return out;
}

/// Of IWSLT's files to train with: what is no description of a talk.
std::vector<std::string> lines_without_tags(const std::string& path) {
  constexpr std::string_view kTags[] = {"<url",      "<keywords",   "<talkid", "<description",
                                        "<reviewer", "<translator", "<title",  "<speaker",
                                        "<doc",      "</doc"};
  std::vector<std::string> out;
  LineReader reader(path);
  while (const auto line = reader.next())
    if (std::none_of(std::begin(kTags), std::end(kTags),
                     [&](std::string_view tag) { return line->find(tag) != line->npos; }))
      out.emplace_back(stripped(*line));
  return out;
}

/// XML's signs for characters that mean something there.
std::string unescaped(std::string_view text) {
  constexpr std::pair<std::string_view, char> kSigns[] = {
      {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
  std::string out;
  while (!text.empty()) {
    const auto* const sign =
        std::find_if(std::begin(kSigns), std::end(kSigns),
                     [&](const auto& each) { return text.starts_with(each.first); });
    const bool found = sign != std::end(kSigns);
    out += found ? sign->second : text[0];
    text.remove_prefix(found ? sign->first.size() : 1);
  }
  return out;
}

/// Of IWSLT's files to test with: `<seg id="1"> text </seg>` in a line each.
std::vector<std::string> segments(const std::string& path) {
  std::vector<std::string> out;
  LineReader reader(path);
  while (const auto line = reader.next()) {
    const size_t tag = line->find("<seg");
    if (tag == line->npos) continue;
    const size_t begin = line->find('>', tag), end = line->find("</seg>", tag);
    HEARTH_CHECK_AS(FormatError, begin != line->npos && end != line->npos && begin < end, "[", path,
                    "] line ", reader.line(), ": expected <seg ...> and </seg>");
    out.push_back(unescaped(stripped(line->substr(begin + 1, end - begin - 1))));
  }
  return out;
}

TextPairs pairs_of(const std::string& source, const std::string& target, Broken broken,
                   std::vector<std::string> (*read)(const std::string& path)) {
  std::vector<std::string> sources = read(source), targets = read(target);
  HEARTH_CHECK_AS(FormatError, sources.size() == targets.size(), "[", source,
                  "] expected as many lines as ", target, ", got ", sources.size(), " and ",
                  targets.size());
  std::vector<TextPair> pairs;
  int64_t left_out = 0;
  for (size_t i = 0; i < sources.size(); ++i) {
    bool whole = true;
    for (const auto& [path, text] : {std::pair(&source, &sources[i]), {&target, &targets[i]}}) {
      const size_t at = text::unicode::find_invalid(*text);
      if (at == text->size()) continue;
      whole = false;
      HEARTH_CHECK_AS(FormatError, broken == Broken::Skip, "[", *path, "] text ", i + 1,
                      ": expected UTF-8, got an invalid byte at ", at);
    }
    if (whole)
      pairs.push_back({std::move(sources[i]), std::move(targets[i])});
    else
      ++left_out;
  }
  return TextPairs(std::move(pairs), left_out);
}

void check_languages(const char* name, const std::string& source, const std::string& target,
                     const std::vector<std::string>& known) {
  const auto is_known = [&](const std::string& language) {
    return std::find(known.begin(), known.end(), language) != known.end();
  };
  std::string all;
  for (const std::string& each : known) all += (all.empty() ? "" : ", ") + each;
  HEARTH_CHECK_AS(ValueError, is_known(source) && is_known(target) && source != target, "[", name,
                  "] expected two languages of ", all, ", got '", source, "' and '", target, "'");
}

}  // namespace

TextPairs::TextPairs(std::vector<TextPair> samples, int64_t broken)
    : samples_(std::make_shared<const std::vector<TextPair>>(std::move(samples))),
      broken_(broken) {}

TextPair TextPairs::get(size_t index) {
  HEARTH_CHECK_AS(IndexError, index < samples_->size(), "[get] index ", index, " of a data set of ",
                  samples_->size(), " pairs of texts");
  return (*samples_)[index];
}

TextPairs parallel_texts(const std::string& source, const std::string& target, Broken broken) {
  return pairs_of(source, target, broken, &plain_lines);
}

TextPairs Multi30k(const TextDatasetOptions& options, const std::string& source,
                   const std::string& target) {
  check_languages("multi30k", source, target, {"de", "en"});
  const TextSource& its = source_of("multi30k");
  const TextSplit& split = split_of(its, options.split());
  const auto path = [&](const std::string& language) {
    const std::string file = cat_str(split.file, ".", language);
    return find_member({its.name, remote_file(split.url, split.checksum), file, file},
                       options.root(), options.download());
  };
  return pairs_of(path(source), path(target), options.broken(), &plain_lines);
}

TextPairs IWSLT2017(const TextDatasetOptions& options, const std::string& source,
                    const std::string& target) {
  check_languages("iwslt2017", source, target, {"de", "en", "it", "nl", "ro"});
  const TextSource& its = source_of("iwslt2017");
  const TextSplit& split = split_of(its, options.split());
  const bool trains = std::string_view(split.name) == "train";
  const auto path = [&](const std::string& language) {
    const std::string file =
        cat_str(split.file, ".", source, "-", target, ".", language, trains ? "" : ".xml");
    const fs::path root = root_of(options.root(), its.name);
    const fs::path inside =
        root / "2017-01-trnmted/texts/DeEnItNlRo/DeEnItNlRo/DeEnItNlRo-DeEnItNlRo" / file;
    std::error_code unknown;
    for (const fs::path& each : {inside, root / file})
      if (fs::exists(each, unknown)) return each.string();
    throw FileError(cat_str("[", its.name, "] there is no ", inside.string(),
                            "; put it there, it cannot be downloaded by programs"));
  };
  return pairs_of(path(source), path(target), options.broken(),
                  trains ? &lines_without_tags : &segments);
}

}  // namespace hearth::datasets
