// SPDX-License-Identifier: Apache-2.0
// Discrete Fourier transforms. `n` or `s`: cut the input or fill it up with zeros to that length
// first. `norm`: "backward" divides inverse transforms by the length, "forward" the others, "ortho"
// both by its square root. Each fft_x is fft::x as well.
#pragma once

#include <optional>
#include <string_view>

#include "hearth/tensor/tensor.h"

namespace hearth {

#define HEARTH_FFT_FUNCTION(name, Length, length, Dim, ...)                                \
  HEARTH_API Tensor fft_##name(const Tensor& self, Length length = std::nullopt,           \
                               Dim dim = __VA_ARGS__,                                      \
                               std::optional<std::string_view> norm = std::nullopt);       \
  HEARTH_API Tensor& fft_##name##_out(Tensor& out, const Tensor& self,                     \
                                      Length length = std::nullopt, Dim dim = __VA_ARGS__, \
                                      std::optional<std::string_view> norm = std::nullopt);
#define HEARTH_FFT_SHORT(name, Length, length, Dim, ...)                                      \
  namespace fft {                                                                             \
  inline Tensor name(const Tensor& self, Length length = std::nullopt, Dim dim = __VA_ARGS__, \
                     std::optional<std::string_view> norm = std::nullopt) {                   \
    return fft_##name(self, length, dim, norm);                                               \
  }                                                                                           \
  }
#define HEARTH_FFT_LAST_TWO \
  { -2, -1 }
#define HEARTH_FFT_BOTH(...)       \
  HEARTH_FFT_FUNCTION(__VA_ARGS__) \
  HEARTH_FFT_SHORT(__VA_ARGS__)
#define HEARTH_FFT(name) HEARTH_FFT_BOTH(name, std::optional<int64_t>, n, int64_t, -1)
#define HEARTH_FFT2(name) \
  HEARTH_FFT_BOTH(name, OptionalIntArrayRef, s, IntArrayRef, HEARTH_FFT_LAST_TWO)
#define HEARTH_FFTN(name) \
  HEARTH_FFT_BOTH(name, OptionalIntArrayRef, s, OptionalIntArrayRef, std::nullopt)
// In LibTorch, the short names of these two take the last two dims by default.
#define HEARTH_HFFTN(name)                                                             \
  HEARTH_FFT_FUNCTION(name, OptionalIntArrayRef, s, OptionalIntArrayRef, std::nullopt) \
  HEARTH_FFT_SHORT(name, OptionalIntArrayRef, s, IntArrayRef, HEARTH_FFT_LAST_TWO)

/// To frequencies, of real or complex numbers: along one dim, the last two, or all of them.
HEARTH_FFT(fft)
HEARTH_FFT2(fft2)
HEARTH_FFTN(fftn)
/// Back.
HEARTH_FFT(ifft)
HEARTH_FFT2(ifft2)
HEARTH_FFTN(ifftn)
/// The half of a real signal's spectrum that the rest follows from: n / 2 + 1 points of the last
/// transformed dim.
HEARTH_FFT(rfft)
HEARTH_FFT2(rfft2)
HEARTH_FFTN(rfftn)
/// The real signal of a half spectrum, of n = 2 * (size - 1) points unless told otherwise.
/// Imaginary parts that such a spectrum cannot have are ignored.
HEARTH_FFT(irfft)
HEARTH_FFT2(irfft2)
HEARTH_FFTN(irfftn)
/// The real spectrum of a signal of which one half is given, the other half being its conjugate.
HEARTH_FFT(hfft)
HEARTH_FFT2(hfft2)
HEARTH_HFFTN(hfftn)
/// Back.
HEARTH_FFT(ihfft)
HEARTH_FFT2(ihfft2)
HEARTH_HFFTN(ihfftn)
#undef HEARTH_FFT
#undef HEARTH_FFT2
#undef HEARTH_FFTN
#undef HEARTH_HFFTN
#undef HEARTH_FFT_BOTH
#undef HEARTH_FFT_SHORT
#undef HEARTH_FFT_LAST_TWO
#undef HEARTH_FFT_FUNCTION

/// The frequencies of fft's result for samples that are d apart: 0, 1 ... -2, -1, over n * d.
HEARTH_API Tensor fft_fftfreq(int64_t n, double d = 1.0, const TensorOptions& options = {});
/// Those of rfft's result.
HEARTH_API Tensor fft_rfftfreq(int64_t n, double d = 1.0, const TensorOptions& options = {});
HEARTH_API Tensor& fft_fftfreq_out(Tensor& out, int64_t n, double d = 1.0);
HEARTH_API Tensor& fft_rfftfreq_out(Tensor& out, int64_t n, double d = 1.0);
/// Moves frequency zero from the front to the middle of the dims (all of them by default).
HEARTH_API Tensor fft_fftshift(const Tensor& self, OptionalIntArrayRef dim = std::nullopt);
/// Back.
HEARTH_API Tensor fft_ifftshift(const Tensor& self, OptionalIntArrayRef dim = std::nullopt);

namespace fft {
inline Tensor fftfreq(int64_t n, double d, const TensorOptions& options = {}) {
  return fft_fftfreq(n, d, options);
}
inline Tensor fftfreq(int64_t n, const TensorOptions& options = {}) {
  return fft_fftfreq(n, 1.0, options);
}
inline Tensor rfftfreq(int64_t n, double d, const TensorOptions& options = {}) {
  return fft_rfftfreq(n, d, options);
}
inline Tensor rfftfreq(int64_t n, const TensorOptions& options = {}) {
  return fft_rfftfreq(n, 1.0, options);
}
inline Tensor fftshift(const Tensor& self, OptionalIntArrayRef dim = std::nullopt) {
  return fft_fftshift(self, dim);
}
inline Tensor ifftshift(const Tensor& self, OptionalIntArrayRef dim = std::nullopt) {
  return fft_ifftshift(self, dim);
}
}  // namespace fft

/// Spectra of overlapping frames of a signal [length] or [batch, length], hop_length (n_fft / 4)
/// apart and multiplied by `window` (win_length, centered in n_fft): [..., frequencies, frames].
/// `center`: frame t is around sample t * hop_length, the signal padded as pad_mode says. onesided:
/// the first half of each, the default for real input. Without return_complex, pairs of real
/// numbers in a last dim.
HEARTH_API Tensor stft(const Tensor& self, int64_t n_fft,
                       std::optional<int64_t> hop_length = std::nullopt,
                       std::optional<int64_t> win_length = std::nullopt,
                       const std::optional<Tensor>& window = {}, bool center = true,
                       std::string_view pad_mode = "reflect", bool normalized = false,
                       std::optional<bool> onesided = std::nullopt,
                       std::optional<bool> return_complex = std::nullopt,
                       std::optional<bool> align_to_window = std::nullopt);
/// Without padding.
HEARTH_API Tensor stft(const Tensor& self, int64_t n_fft, std::optional<int64_t> hop_length,
                       std::optional<int64_t> win_length, const std::optional<Tensor>& window,
                       bool normalized, std::optional<bool> onesided = std::nullopt,
                       std::optional<bool> return_complex = std::nullopt,
                       std::optional<bool> align_to_window = std::nullopt);
/// The signal whose stft is closest to these spectra: frames added up and divided by what the
/// windows add up to. Throws where that is zero.
HEARTH_API Tensor istft(const Tensor& self, int64_t n_fft,
                        std::optional<int64_t> hop_length = std::nullopt,
                        std::optional<int64_t> win_length = std::nullopt,
                        const std::optional<Tensor>& window = {}, bool center = true,
                        bool normalized = false, std::optional<bool> onesided = std::nullopt,
                        std::optional<int64_t> length = std::nullopt, bool return_complex = false);

}  // namespace hearth
