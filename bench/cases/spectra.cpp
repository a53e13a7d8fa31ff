// SPDX-License-Identifier: Apache-2.0
// Fourier transforms of 4096 rows, and spectra of half a minute of speech.
#include "hearth/ops/fft.h"

#include "cases/cases.h"

namespace hearth::bench {

void add_spectra(Cases& cases) {
  for (const int64_t n : {400, 512, 1024}) {
    const std::string label = std::to_string(n) + " x4096";
    cases["fft/" + label] = [n] {
      const Tensor x = randn({4096, n}, kComplexFloat).to(device());
      return [=] { const Tensor y = fft::fft(x); };
    };
    cases["rfft/" + label] = [n] {
      const Tensor x = randn({4096, n}).to(device());
      return [=] { const Tensor y = fft::rfft(x); };
    };
    cases["irfft/" + label] = [n] {
      const Tensor x = randn({4096, n / 2 + 1}, kComplexFloat).to(device());
      return [=] { const Tensor y = fft::irfft(x); };
    };
  }
  cases["stft/400 16x480000"] = [] {
    const Tensor x = randn({16, 480000}).to(device());
    const Tensor window = linspace(0.0, 1.0, 400).to(device());
    return [=] {
      const Tensor y = stft(x, 400, 160, 400, window, /*center=*/true, "reflect",
                            /*normalized=*/false, std::nullopt, /*return_complex=*/true);
    };
  };
}

}  // namespace hearth::bench
