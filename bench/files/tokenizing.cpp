// SPDX-License-Identifier: Apache-2.0
// How fast a tokenizer is, on one thread unless said otherwise; one line of JSON for
// bench/peers/text.py. usage: hearth-bench-tokenizing TOKENIZER FILE DOCUMENT_BYTES IDS
//   0 bytes: the file is one document. The ids of all documents are written to IDS, as uint32.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "hearth/text/tokenizers/tokenizer.h"

namespace {

using namespace hearth::text;

template <class F>
double seconds(int rounds, const F& f) {
  double least = 1e9;
  for (int round = 0; round < rounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    f();
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
    least = std::min(least, spent.count());
  }
  return least;
}

std::vector<std::string> documents_of(const std::string& text, size_t size) {
  if (size == 0) size = text.size();
  std::vector<std::string> documents;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.size(), at + size);
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
    documents.push_back(text.substr(at, end - at));
    at = end;
  }
  return documents;
}

void run(char** argv) {
  const std::string path = argv[1];
  const double load = seconds(3, [&] { Tokenizer::from_file(path); });
  const Tokenizer tokenizer = Tokenizer::from_file(path);
  std::ifstream file(argv[2], std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto documents = documents_of(text, std::strtoul(argv[3], nullptr, 10));
  std::vector<std::vector<uint32_t>> ids(documents.size());
  const double encode_ids = seconds(5, [&] {
    for (size_t i = 0; i < documents.size(); ++i)
      ids[i] = tokenizer.encode_ids(documents[i], false);
  });
  const double encode = seconds(3, [&] {
    for (const std::string& document : documents) tokenizer.encode(document);
  });
  const double decode = seconds(5, [&] {
    for (const auto& document : ids) tokenizer.decode(document, false);
  });
  const double threads =
      seconds(3, [&] { tokenizer.encode_ids_batch(documents, EncodeOptions().num_threads(2)); });
  std::ofstream out(argv[4], std::ios::binary);
  for (const auto& document : ids) {
    out.write(reinterpret_cast<const char*>(document.data()),
              static_cast<std::streamsize>(document.size() * sizeof document[0]));
  }
  std::printf(
      "{\"bytes\": %zu, \"load\": %.6f, \"encode_ids\": %.6f, \"encode\": %.6f, "
      "\"decode\": %.6f, \"two_threads\": %.6f}\n",
      text.size(), load, encode_ids, encode, decode, threads);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: hearth-bench-tokenizing TOKENIZER FILE DOCUMENT_BYTES IDS\n");
    return 2;
  }
  try {
    run(argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hearth-bench-tokenizing: %s\n", error.what());
    return 1;
  }
}
