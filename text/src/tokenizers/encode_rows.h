// SPDX-License-Identifier: Apache-2.0
// Texts with special tokens around them, cut to length; and many of them on several threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hearth/base/array_ref.h"
#include "hearth/base/threads.h"

#include "tokenizers/tokenizer_impl.h"

namespace hearth::text {

/// What is encoded as one: a text, two, or the words of one.
struct Row {
  std::string_view text{};
  std::optional<std::string_view> pair{};
  std::optional<ArrayRef<std::string>> words{};
};

/// Throws ValueError that says where a text is no UTF-8.
void check_utf8(std::string_view text);
/// How many tokens truncation leaves for texts.
size_t room_for(const Tokenizer::Impl& impl, const Truncation& truncation, bool pair,
                bool add_special_tokens);
/// Without padding.
Encoding encode_row(const Tokenizer::Impl& impl, const Row& row,
                    const std::optional<Truncation>& truncation, const EncodeOptions& options);

/// As many threads as asked for; as get_num_threads() of 0. Throws ValueError for less.
int threads_of(int64_t num_threads);

/// Calls f(i) for each of n rows; a thread takes the next when it has done one.
template <typename F>
void for_each_row(size_t n, int64_t num_threads, const F& f) {
  const int threads = threads_of(num_threads);
  const ThreadLimitGuard limit(threads);
  std::atomic<size_t> next{0};
  parallel_chunks(std::min<int64_t>(threads, static_cast<int64_t>(n)), [&](int64_t) {
    for (size_t i; (i = next++) < n;) f(i);
  });
}

}  // namespace hearth::text
