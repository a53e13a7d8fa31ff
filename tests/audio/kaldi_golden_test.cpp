// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/compliance/kaldi.h"

#include "core/golden/runner.h"

namespace hearth::golden {
namespace {

namespace kaldi = audio::compliance::kaldi;

kaldi::KaldiOptions options_of(Args& a) {
  kaldi::KaldiOptions options;
  for_each_arg(
      [&](const char* name, auto& value) {
        using T = std::decay_t<decltype(value)>;
        if (!a.has(name)) return;
        if constexpr (std::is_same_v<T, bool>) {
          value = a.b(name);
        } else if constexpr (std::is_same_v<T, int64_t>) {
          value = a.i(name);
        } else if constexpr (std::is_same_v<T, double>) {
          value = a.f(name);
        } else {
          value = a.s(name);
        }
      },
      options);
  return options;
}

const Table kTable = {
    {"fbank", [](Args& a) -> Outputs { return {kaldi::fbank(a[0], options_of(a))}; }},
    {"mfcc", [](Args& a) -> Outputs { return {kaldi::mfcc(a[0], options_of(a))}; }},
    {"spectrogram", [](Args& a) -> Outputs { return {kaldi::spectrogram(a[0], options_of(a))}; }},
};

HEARTH_GOLDEN_FAMILY(GoldenKaldi, "kaldi", kTable);

}  // namespace
}  // namespace hearth::golden
