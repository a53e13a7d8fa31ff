// SPDX-License-Identifier: Apache-2.0
// How fast texts are normalized and split, one thread, documents of 2 KB, without and with origins.
// usage: hearth-bench-splitting FILE...     (UTF-8)
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <simdjson.h>

#include "tokenizers/parts.h"
#include "tokenizers/pre_tokenizers.h"
#include "unicode/utf8.h"

namespace {

using namespace hearth::text;

constexpr size_t kDocument = 2048;
constexpr int kRounds = 5;

/// Seconds that this thread has computed.
double now() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

struct Case {
  const char* name;
  const char* normalizer;
  const char* pre_tokenizer;
};

constexpr char kByteLevel[] =
    R"x({"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true})x";
constexpr char kLlama3[] =
    R"x({"type":"Split","pattern":{"Regex":"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|)x"
    R"x(\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"},)x"
    R"x("behavior":"Isolated","invert":false})x";
constexpr char kPcre2[] =
    R"x({"type":"Split","pattern":{"Regex":"[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+|)x"
    R"x( ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"},)x"
    R"x("behavior":"Isolated","invert":false})x";
constexpr char kBert[] =
    R"x({"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,)x"
    R"x("strip_accents":null,"lowercase":true})x";
constexpr char kMetaspace[] =
    R"x({"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true})x";

constexpr Case kCases[] = {
    {"gpt2", "null", kByteLevel},
    {"llama3", "null", kLlama3},
    {"qwen-like (nfc)", R"({"type":"NFC"})", kLlama3},
    {"bert", kBert, R"({"type":"BertPreTokenizer"})"},
    {"nfkc, metaspace", R"({"type":"NFKC"})", kMetaspace},
    {"space to ▁", R"({"type":"Replace","pattern":{"String":" "},"content":"▁"})", "null"},
    {"words by pcre2", "null", kPcre2}};

/// MB a second.
double speed(const Case& what, const std::vector<std::string>& documents, bool track) {
  simdjson::dom::parser parser;
  const auto normalizer =
      make_normalizer(parser.parse(std::string(what.normalizer)).value(), "bench");
  const auto pre_tokenizer =
      make_pre_tokenizer(parser.parse(std::string(what.pre_tokenizer)).value(), "bench");
  if (pre_tokenizer) leave_out_byte_letters(*pre_tokenizer);
  double best = 1e30;
  size_t bytes = 0;
  for (int round = 0; round < kRounds; ++round) {
    Text text;
    bytes = 0;
    const double begin = now();
    for (const std::string& document : documents) {
      text.bytes = document;
      text.origin.clear();
      text.track = track;
      if (normalizer) normalizer->normalize(text);
      text.pieces.assign(1, {0, static_cast<uint32_t>(text.bytes.size())});
      if (pre_tokenizer) pre_tokenizer->split(text);
      bytes += document.size();
    }
    best = std::min(best, now() - begin);
  }
  return static_cast<double>(bytes) / best / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    const std::string all =
        unicode::replace_invalid(std::string(std::istreambuf_iterator<char>(file), {}));
    std::vector<std::string> documents;
    for (size_t begin = 0, end = 0; begin < all.size(); begin = end) {
      end = std::min(all.size(), begin + kDocument);
      while (end < all.size() && unicode::continues(all[end])) ++end;
      documents.push_back(all.substr(begin, end - begin));
    }
    std::printf("%s: MB a second, ids only | with origins\n", argv[i]);
    for (const Case& what : kCases) {
      std::printf("  %-18s %7.0f | %7.0f\n", what.name, speed(what, documents, false),
                  speed(what, documents, true));
    }
  }
}
