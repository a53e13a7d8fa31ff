// SPDX-License-Identifier: Apache-2.0
// Spectra of frames, and back.
#include "hearth/base/warning.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/fft.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "base/checked.h"
#include "ops/as_strided.h"
#include "ops/fft.h"

namespace hearth {

namespace {

using ops::FftNorm;

/// How frames lie, as both directions are told.
struct Frames {
  std::string_view op;
  int64_t n_fft, hop, width;
  Tensor window;

  Frames(std::string_view name, const Tensor& self, int64_t n, std::optional<int64_t> hop_length,
         std::optional<int64_t> win_length, const std::optional<Tensor>& w)
      : op(name),
        n_fft(n),
        hop(hop_length.value_or(n / 4)),
        width(win_length.value_or(n)),
        window(w.value_or(Tensor())) {
    HEARTH_CHECK_AS(DeviceError, !window.defined() || window.device() == self.device(), "[", op,
                    "] ", op, " input and window must be on the same device but got self on ",
                    self.device(), " and window on ", window.device());
  }

  void check_window() const {
    HEARTH_CHECK_AS(ValueError, 0 < width && width <= n_fft, "[", op,
                    "] expected 0 < win_length <= n_fft, but got win_length=", width,
                    " and n_fft=", n_fft);
    HEARTH_CHECK_AS(ShapeError, !window.defined() || (window.dim() == 1 && window.size(0) == width),
                    "[", op, "] expected a 1D window tensor of size equal to win_length=", width,
                    ", but got window with size ", window.sizes());
  }
  /// The window in the middle of n_fft points; undefined for one of nothing but ones.
  Tensor centered(const TensorOptions& options) const {
    if (width == n_fft) return window;
    const int64_t left = (n_fft - width) / 2;
    return constant_pad_nd(window.defined() ? window : ones({width}, options),
                           {left, n_fft - width - left});
  }
};

/// [batch, length] padded at both ends.
Tensor padded(const Tensor& signal, int64_t by, std::string_view mode) {
  const int64_t length = signal.size(1);
  if (mode != "reflect" || by == 0 || by >= length)
    return pad(signal.unsqueeze(0), {by, by}, mode).squeeze(0);
  // Only the ends are gathered; a signal is long.
  return cat(
      {signal.narrow(1, 1, by).flip({1}), signal, signal.narrow(1, length - 1 - by, by).flip({1})},
      1);
}

Tensor spectra(const Tensor& self, const Frames& f, bool center, std::string_view pad_mode,
               bool normalized, std::optional<bool> wants_onesided,
               std::optional<bool> wants_complex, std::optional<bool> align_to_window) {
  if (!f.window.defined())
    HEARTH_WARN_ONCE(
        "A window was not provided. A rectangular window will be applied,which is known to cause "
        "spectral leakage. Other windows such as hann_window or hamming_window are recommended to "
        "reduce spectral leakage.To suppress this warning and use a rectangular window, explicitly "
        "set `window=ones(n_fft)`.");
  HEARTH_CHECK_AS(ValueError, !center || !align_to_window,
                  "[stft] stft align_to_window should only be set when center = false");
  const bool complex = self.is_complex() || (f.window.defined() && f.window.is_complex());
  const bool return_complex = wants_complex.value_or(complex);
  if (!return_complex) {
    HEARTH_CHECK_AS(ValueError, wants_complex,
                    "[stft] stft requires the return_complex parameter be given for real inputs, "
                    "and will further require that return_complex=True in a future PyTorch "
                    "release.");
    HEARTH_WARN_ONCE(
        "stft with return_complex=False is deprecated. In a future pytorch release, stft will "
        "return complex tensors for all inputs, and return_complex=False will raise an error.\n"
        "Note: you can still call view_as_real on the complex output to recover the old return "
        "format.");
  }
  HEARTH_CHECK_AS(DtypeError, self.is_floating_point() || self.is_complex(),
                  "[stft] expected a tensor of floating point or complex values, got ",
                  to_string(self.scalar_type()));
  HEARTH_CHECK_AS(
      NotImplementedError, self.scalar_type() != kHalf && self.scalar_type() != kBFloat16,
      "[stft] Unsupported dtype ", to_string(self.scalar_type()), "; convert it to float32");
  HEARTH_CHECK_AS(ShapeError, self.dim() == 1 || self.dim() == 2,
                  "[stft] expected a 1D or 2D tensor, got ", self.sizes());
  HEARTH_CHECK_AS(ValueError, f.n_fft > 0, "[stft] expected n_fft > 0, but got n_fft=", f.n_fft);
  Tensor input = self.dim() == 1 ? self.unsqueeze(0) : self;
  if (center) input = padded(input, f.n_fft / 2, pad_mode);
  HEARTH_CHECK_AS(ValueError, f.hop > 0,
                  "[stft] expected hop_length > 0, but got hop_length=", f.hop);
  f.check_window();
  // Of frames that are only as long as the window, what lies before it in the first is not needed.
  const int64_t length = input.size(1);
  const bool aligned = align_to_window.value_or(false);
  const int64_t before = aligned ? (f.n_fft - f.width) / 2 : 0;
  const int64_t after = aligned ? f.n_fft - f.width - before : 0;
  HEARTH_CHECK_AS(ValueError, f.n_fft <= length + before + after, "[stft] expected 0 < n_fft < ",
                  length, ", but got n_fft=", f.n_fft);
  if (aligned) input = constant_pad_nd(input, {before, after});
  const Tensor frames = input.unfold(1, f.n_fft, f.hop);
  const Tensor window = f.centered(self.options().requires_grad(false));

  const bool onesided = wants_onesided.value_or(!complex);
  const FftNorm norm = normalized ? FftNorm::RootN : FftNorm::None;
  Tensor out;
  if (complex) {
    HEARTH_CHECK_AS(ValueError, !onesided,
                    "[stft] Cannot have onesided output if window or input is complex");
    const Tensor windowed = window.defined() ? frames * window : frames;
    out = invoke(ops::FftC2C{{2}, norm, true}, windowed);
  } else {
    out = invoke(ops::FftR2C{{2}, norm, true, onesided}, frames, window);
  }
  out = out.transpose(1, 2);
  if (self.dim() == 1) out = out.squeeze(0);
  return return_complex ? out : view_as_real(out);
}

/// Frames [batch, frames, n_fft] added up where they lie: [batch, length].
Tensor added(const Tensor& frames, int64_t hop, int64_t length) {
  return invoke(ops::UnfoldBackward{{frames.size(0), length}, 1, frames.size(2), hop}, frames);
}

}  // namespace

Tensor stft(const Tensor& self, int64_t n_fft, std::optional<int64_t> hop_length,
            std::optional<int64_t> win_length, const std::optional<Tensor>& window, bool center,
            std::string_view pad_mode, bool normalized, std::optional<bool> onesided,
            std::optional<bool> return_complex, std::optional<bool> align_to_window) {
  return spectra(self, Frames("stft", self, n_fft, hop_length, win_length, window), center,
                 pad_mode, normalized, onesided, return_complex, align_to_window);
}
Tensor stft(const Tensor& self, int64_t n_fft, std::optional<int64_t> hop_length,
            std::optional<int64_t> win_length, const std::optional<Tensor>& window, bool normalized,
            std::optional<bool> onesided, std::optional<bool> return_complex,
            std::optional<bool> align_to_window) {
  return stft(self, n_fft, hop_length, win_length, window, /*center=*/false, "constant", normalized,
              onesided, return_complex, align_to_window);
}

Tensor istft(const Tensor& self, int64_t n_fft, std::optional<int64_t> hop_length,
             std::optional<int64_t> win_length, const std::optional<Tensor>& given, bool center,
             bool normalized, std::optional<bool> wants_onesided, std::optional<int64_t> length,
             bool return_complex) {
  const Frames f("istft", self, n_fft, hop_length, win_length, given);
  if (!f.window.defined())
    HEARTH_WARN_ONCE(
        "A window was not provided. A rectangular window will be applied.Please provide the same "
        "window used by stft to make the inversion lossless.To suppress this warning and use a "
        "rectangular window, explicitly set `window=ones(n_fft)`.");
  HEARTH_CHECK_AS(DtypeError, self.is_complex(),
                  "[istft] istft requires a complex-valued input tensor matching the output from "
                  "stft with return_complex=True, got ",
                  to_string(self.scalar_type()));
  HEARTH_CHECK_AS(ShapeError, self.dim() == 2 || self.dim() == 3,
                  "[istft] expected a tensor with 2 or 3 dimensions, but got ", self.sizes());
  HEARTH_CHECK_AS(ShapeError, self.numel() > 0, "[istft] input tensor cannot be empty, got ",
                  self.sizes());
  const int64_t points = self.size(-2), frames = self.size(-1);
  const bool onesided = wants_onesided.value_or(points != n_fft);
  HEARTH_CHECK_AS(ShapeError, points == (onesided ? n_fft / 2 + 1 : n_fft),
                  "[istft] expected the frequency dimension (2nd to the last) of the input tensor "
                  "to match ",
                  onesided ? "n_fft / 2 + 1 when onesided=True" : "n_fft when onesided=False",
                  ", but got ", points, " for n_fft=", n_fft);
  HEARTH_CHECK_AS(ValueError, 0 < f.hop && f.hop <= f.width,
                  "[istft] expected 0 < hop_length <= win_length, but got hop_length=", f.hop,
                  " and win_length=", f.width);
  f.check_window();
  HEARTH_CHECK_AS(ValueError, return_complex || !f.window.defined() || !f.window.is_complex(),
                  "[istft] Complex windows are incompatible with return_complex=False");
  HEARTH_CHECK_AS(ValueError, !return_complex || !onesided,
                  "[istft] Cannot have onesided output if window or input is complex");
  HEARTH_CHECK_AS(ValueError, length.value_or(1) > 0,
                  "[istft] expected length > 0, but got length=", length.value_or(1));

  const Tensor input = (self.dim() == 2 ? self.unsqueeze(0) : self).transpose(1, 2);
  const FftNorm norm = normalized ? FftNorm::RootN : FftNorm::N;
  Tensor signal;
  if (return_complex) {
    signal = invoke(ops::FftC2C{{2}, norm, false}, input);
  } else {
    const Tensor half = onesided ? input : input.narrow(2, 0, n_fft / 2 + 1);
    signal = invoke(ops::FftC2R{{2}, n_fft, norm, false}, half);
  }
  const TensorOptions real = self.options().dtype(to_real(self.scalar_type())).requires_grad(false);
  Tensor window = f.centered(real);
  if (!window.defined()) window = ones({n_fft}, real);
  const int64_t whole = n_fft + f.hop * (frames - 1);
  const Tensor sum = added(signal * window, f.hop, whole);
  const Tensor weight = added(window.pow(2).expand({1, frames, n_fft}), f.hop, whole);

  const int64_t start = center ? n_fft / 2 : 0;
  const int64_t end = length   ? (Checked(start) + *length).get("istft", "length ", *length)
                      : center ? whole - n_fft / 2
                               : whole;
  const Tensor envelope = weight.slice(1, start, end);
  HEARTH_CHECK_AS(ShapeError, envelope.numel() > 0, "[istft] nothing is left of a signal of ",
                  whole, " points without ", start, " at its ends");
  const double least = envelope.detach().abs().min().to(kDouble).item<double>();
  HEARTH_CHECK_AS(ValueError, least >= 1e-11, "[istft] window overlap add min: ", least,
                  "; somewhere all windows are zero");
  Tensor out = sum.slice(1, start, end) / envelope;
  if (self.dim() == 2) out = out.squeeze(0);
  if (end > whole) {
    HEARTH_WARN_ONCE(
        "The length of signal is shorter than the length parameter. Result is being padded with "
        "zeros in the tail. Please check your center and hop_length settings.");
    out = constant_pad_nd(out, {0, end - whole});
  }
  return out;
}

Tensor Tensor::stft(int64_t n_fft, std::optional<int64_t> hop_length,
                    std::optional<int64_t> win_length, const std::optional<Tensor>& window,
                    bool normalized, std::optional<bool> onesided,
                    std::optional<bool> return_complex, std::optional<bool> align_to_window) const {
  return hearth::stft(*this, n_fft, hop_length, win_length, window, normalized, onesided,
                      return_complex, align_to_window);
}
Tensor Tensor::stft(int64_t n_fft, std::optional<int64_t> hop_length,
                    std::optional<int64_t> win_length, const std::optional<Tensor>& window,
                    bool center, std::string_view pad_mode, bool normalized,
                    std::optional<bool> onesided, std::optional<bool> return_complex,
                    std::optional<bool> align_to_window) const {
  return hearth::stft(*this, n_fft, hop_length, win_length, window, center, pad_mode, normalized,
                      onesided, return_complex, align_to_window);
}
Tensor Tensor::istft(int64_t n_fft, std::optional<int64_t> hop_length,
                     std::optional<int64_t> win_length, const std::optional<Tensor>& window,
                     bool center, bool normalized, std::optional<bool> onesided,
                     std::optional<int64_t> length, bool return_complex) const {
  return hearth::istft(*this, n_fft, hop_length, win_length, window, center, normalized, onesided,
                       length, return_complex);
}

}  // namespace hearth
