// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/error.h"

#include "tokenizers/pattern.h"
#include "tokenizers/regex/dialect.h"
#include "unicode/utf8.h"

#ifdef HEARTH_WITH_PCRE2
#define PCRE2_CODE_UNIT_WIDTH 8
#include <chrono>

#include <pcre2.h>
#endif

namespace hearth::text {

#ifdef HEARTH_WITH_PCRE2

namespace {

/// Longer ones are no tokenizer's.
constexpr size_t kLongestRegex = 1 << 16;
/// How far an attempt to match may go, and how long all of them may take for a text: a few hundred
/// times what patterns of tokenizers need.
constexpr uint32_t kMatchLimit = 20'000'000;
constexpr size_t kWindow = 4096;
constexpr auto longest_time(size_t bytes) {
  return std::chrono::seconds(5) + std::chrono::microseconds(5 * bytes);
}

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* p) const {
    kFree(p);
  }
};
template <class T, auto kFree>
using Owned = std::unique_ptr<T, Free<kFree>>;

/// What a thread needs to match.
struct Scratch {
  Owned<pcre2_match_data, pcre2_match_data_free> data{pcre2_match_data_create(1, nullptr)};
  Owned<pcre2_jit_stack, pcre2_jit_stack_free> stack{
      pcre2_jit_stack_create(32 << 10, 16 << 20, nullptr)};
  Owned<pcre2_match_context, pcre2_match_context_free> context{pcre2_match_context_create(nullptr)};

  Scratch() {
    if (!data || !stack || !context) throw OutOfMemory("[regex] no memory to match in");
    pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
    pcre2_set_match_limit(context.get(), kMatchLimit);
  }
};

std::string message(int code) {
  PCRE2_UCHAR text[256] = {};
  pcre2_get_error_message(code, text, sizeof text);
  return reinterpret_cast<const char*>(text);
}

class Regex final : public Pattern {
 public:
  Regex(const std::string& regex, const std::string& source) : regex_(regex) {
    const auto fail = [&](const std::string& why) {
      throw FormatError(
          cat_str("[", source, "] expected a regular expression, got ", regex, ": ", why));
    };
    if (regex.size() > kLongestRegex) fail("it is too long");
    const std::string pattern = to_pcre2(regex, source);
    Owned<pcre2_compile_context, pcre2_compile_context_free> context(
        pcre2_compile_context_create(nullptr));
    pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
    int error = 0;
    PCRE2_SIZE place = 0;
    code_.reset(pcre2_compile(
        reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
        PCRE2_UTF | PCRE2_MULTILINE | PCRE2_USE_OFFSET_LIMIT | PCRE2_NEVER_BACKSLASH_C, &error,
        &place, context.get()));
    if (!code_) fail(message(error));
    // Without it the interpreter does the same.
    pcre2_jit_compile(code_.get(), PCRE2_JIT_COMPLETE);
  }

  /// As Oniguruma's iterator: an empty match right behind a match is passed over.
  void find(std::string_view text, uint32_t offset, std::vector<Offset>& matches) const override {
    thread_local Scratch scratch;
    const auto begun = std::chrono::steady_clock::now();
    const PCRE2_SIZE* const ends = pcre2_get_ovector_pointer(scratch.data.get());
    size_t at = 0, window = 0;
    bool matched = false;
    while (at <= text.size()) {
      // Attempts begin in a window, so that time is looked at between a few of them.
      if (window < at + kWindow) window = at + kWindow;
      pcre2_set_offset_limit(scratch.context.get(), window);
      const int count =
          pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), at,
                      PCRE2_NO_UTF_CHECK, scratch.data.get(), scratch.context.get());
      if (count == PCRE2_ERROR_NOMATCH) {
        if (window >= text.size()) return;
        check_time(begun, text.size());
        at = window + 1;
        while (at < text.size() && unicode::continues(text[at])) ++at;
        matched = false;
        continue;
      }
      if (count < 0) give_up(message(count));
      if (ends[1] < at || ends[1] < ends[0]) give_up("a match goes backwards");
      if (ends[0] == ends[1] && matched && ends[1] == at) {
        do ++at;
        while (at < text.size() && unicode::continues(text[at]));
        matched = false;
        continue;
      }
      at = ends[1];
      matched = true;
      if (matches.size() % 1024 == 0) check_time(begun, text.size());
      matches.push_back(
          {offset + static_cast<uint32_t>(ends[0]), offset + static_cast<uint32_t>(at)});
    }
  }

 private:
  void check_time(std::chrono::steady_clock::time_point begun, size_t bytes) const {
    if (std::chrono::steady_clock::now() - begun > longest_time(bytes))
      give_up("it takes too long");
  }
  [[noreturn]] void give_up(const std::string& why) const {
    throw ValueError(
        cat_str("[tokenizer] gave up matching the regular expression ", regex_, ": ", why));
  }

  std::string regex_;
  Owned<pcre2_code, pcre2_code_free> code_;
};

}  // namespace

#endif

std::unique_ptr<Pattern> make_regex(const std::string& regex, const std::string& source) {
  if (auto known = make_known_pattern(regex)) return known;
#ifdef HEARTH_WITH_PCRE2
  return std::make_unique<Regex>(regex, source);
#else
  to_pcre2(regex, source);
  throw NotImplementedError(cat_str("[", source, "] the regular expression ", regex,
                                    " needs a library built with PCRE2 (Debian: libpcre2-dev)"));
#endif
}

}  // namespace hearth::text
