// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/fft.h"

#include "hearth/ops/frame_bands.h"

#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

std::optional<std::string_view> norm_of(Args& a) {
  if (!a.has("norm")) return std::nullopt;
  return a.s("norm");
}

Outputs one_dim(Args& a, Tensor (*f)(const Tensor&, std::optional<int64_t>, int64_t,
                                     std::optional<std::string_view>)) {
  return {f(a[0], a.maybe_i("n"), a.i("dim", -1), norm_of(a))};
}

/// The function with those arguments that the case gives.
template <class Dim>
Outputs many_dims(Args& a, Tensor (*f)(const Tensor&, OptionalIntArrayRef, Dim,
                                       std::optional<std::string_view>)) {
  std::vector<int64_t> s, dim = {-2, -1};
  if (a.has("s")) s = a.ints("s");
  const OptionalIntArrayRef sizes = a.has("s") ? OptionalIntArrayRef(s) : std::nullopt;
  if (a.has("dim")) dim = a.ints("dim");
  if constexpr (std::is_same_v<Dim, OptionalIntArrayRef>) {
    if (!a.has("dim")) return {f(a[0], sizes, std::nullopt, norm_of(a))};
  }
  return {f(a[0], sizes, IntArrayRef(dim), norm_of(a))};
}

Outputs shifted(Args& a, Tensor (*f)(const Tensor&, OptionalIntArrayRef)) {
  if (!a.has("dim")) return {f(a[0], std::nullopt)};
  const std::vector<int64_t> dim = a.ints("dim");
  return {f(a[0], dim)};
}

Outputs frequencies(Args& a, Tensor (*f)(int64_t, double, const TensorOptions&)) {
  if (a.has("dtype")) return {f(7, 1, a.dtype("dtype"))};
  return {f(a.i("n"), a.f("d"), {})};
}

std::optional<Tensor> window_of(Args& a) {
  if (!a[1].defined()) return std::nullopt;
  return a[1];
}

Outputs bands_of_frames(Args& a) {
  const auto options = FrameBandsOptions(a.i("n_fft"), a.i("hop"))
                           .start(a.i("start", 0))
                           .frames(a.i("frames"))
                           .edge(static_cast<FrameEdge>(a.i("edge", 0)))
                           .remove_dc_offset(a.b("dc", false))
                           .preemphasis(a.f("preemphasis", 0))
                           .power(a.i("power", 2))
                           .spectrum_shift(a.f("shift", 0))
                           .log(a.b("log", false))
                           .log_factor(a.f("factor", 1))
                           .log_shift(a.f("log_shift", 0))
                           .log_floor(a.f("floor", 0))
                           .windowed_energy(a.b("windowed", false));
  const auto [bands, energy] = frame_bands(a[0], a[1], a.size() > 2 ? a[2] : Tensor(), {}, options);
  return {bands, energy};
}

#define FFT(name)                                                                   \
  {#name, [](Args& a) -> Outputs { return one_dim(a, &fft_##name); }},              \
      {#name "2", [](Args& a) -> Outputs { return many_dims(a, &fft_##name##2); }}, \
      {#name "n", [](Args& a) -> Outputs { return many_dims(a, &fft_##name##n); }},

const Table kTable = {
    FFT(fft) FFT(ifft) FFT(rfft) FFT(irfft) FFT(hfft)
        FFT(ihfft){"fftshift", [](Args& a) -> Outputs { return shifted(a, &fft_fftshift); }},
    {"ifftshift", [](Args& a) -> Outputs { return shifted(a, &fft_ifftshift); }},
    {"fftfreq", [](Args& a) -> Outputs { return frequencies(a, &fft_fftfreq); }},
    {"rfftfreq", [](Args& a) -> Outputs { return frequencies(a, &fft_rfftfreq); }},
    {"stft",
     [](Args& a) -> Outputs {
       return {stft(a[0], a.i("n_fft"), a.maybe_i("hop_length"), a.maybe_i("win_length"),
                    window_of(a), a.b("center", true),
                    a.has("pad_mode") ? a.s("pad_mode") : "reflect", a.b("normalized", false),
                    a.maybe_b("onesided"), a.maybe_b("return_complex"),
                    a.maybe_b("align_to_window"))};
     }},
    {"istft",
     [](Args& a) -> Outputs {
       return {istft(a[0], a.i("n_fft"), a.maybe_i("hop_length"), a.maybe_i("win_length"),
                     window_of(a), a.b("center", true), a.b("normalized", false),
                     a.maybe_b("onesided"), a.maybe_i("length"), a.b("return_complex", false))};
     }},
    {"frame_bands", bands_of_frames},
};
#undef FFT

HEARTH_GOLDEN_FAMILY(GoldenFft, "fft", kTable);

}  // namespace
}  // namespace hearth::golden
