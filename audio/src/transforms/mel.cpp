// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/transforms/mel.h"

#include "hearth/audio/functional/cepstral.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/linalg_decompositions.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "functional/batch.h"

namespace hearth::audio::transforms {

namespace {

namespace F = functional;

/// specgram [..., in, time] through bands [in, out]: [..., out, time].
Tensor through(const Tensor& specgram, const Tensor& bands, const char* module) {
  HEARTH_CHECK_AS(ShapeError, specgram.dim() >= 2 && specgram.size(-2) == bands.size(0), "[",
                  module, "] expected a spectrogram [..., ", bands.size(0), ", time], got ",
                  specgram.sizes());
  return matmul(specgram.transpose(-1, -2), bands).transpose(-1, -2);
}

template <typename Options>
Tensor mel_filters(const Options& o, int64_t n_stft) {
  return F::melscale_fbanks(n_stft, o.f_min(), o.f_max().value_or(0), o.n_mels(), o.sample_rate(),
                            o.norm(), o.mel_scale());
}

/// Cepstra of bands [..., bands, time].
Tensor cepstra(const Tensor& bands, bool log, const Tensor& dct, const char* module) {
  return through(log ? (bands + 1e-6).log() : F::amplitude_to_DB(bands, 10, 1e-10, 0, 80), dct,
                 module);
}

}  // namespace

MelScaleImpl::MelScaleImpl(const MelScaleOptions& options_) : options(options_) {
  MelScaleImpl::reset();
}
void MelScaleImpl::reset() { fb = register_buffer("fb", mel_filters(options, options.n_stft())); }
Tensor MelScaleImpl::forward(const Tensor& specgram) { return through(specgram, fb, "MelScale"); }

InverseMelScaleImpl::InverseMelScaleImpl(const InverseMelScaleOptions& options_)
    : options(options_) {
  InverseMelScaleImpl::reset();
}
void InverseMelScaleImpl::reset() {
  const std::string& driver = options.driver();
  HEARTH_CHECK_AS(ValueError,
                  driver == "gels" || driver == "gelsy" || driver == "gelsd" || driver == "gelss",
                  "[InverseMelScale] expected the driver \"gels\", \"gelsy\", \"gelsd\" or "
                  "\"gelss\", got \"",
                  driver, "\"");
  fb = register_buffer("fb", mel_filters(options, options.n_stft()));
}
Tensor InverseMelScaleImpl::forward(const Tensor& melspec) {
  HEARTH_CHECK_AS(ShapeError, melspec.dim() >= 2 && melspec.size(-2) == options.n_mels(),
                  "[InverseMelScale] expected a mel spectrogram [..., ", options.n_mels(),
                  ", time], got ", melspec.sizes());
  // The items are columns of one system, so its matrix is decomposed once.
  const Tensor columns = as_batch(melspec, 2);
  const bool one = columns.dim() == 2;
  const Tensor flat = one ? columns : columns.transpose(0, 1).flatten(1);
  const Tensor solved = get<0>(linalg::lstsq(fb.t(), flat, std::nullopt, options.driver())).relu();
  if (one) return solved;
  return as_before(solved.reshape({fb.size(0), columns.size(0), columns.size(2)}).transpose(0, 1),
                   melspec, 2);
}

MelSpectrogramImpl::MelSpectrogramImpl(const MelSpectrogramOptions& options_) : options(options_) {
  MelSpectrogramImpl::reset();
}
void MelSpectrogramImpl::reset() {
  const MelSpectrogramOptions& o = options;
  spectrogram = register_module("spectrogram", Spectrogram(SpectrogramOptions()
                                                               .n_fft(o.n_fft())
                                                               .win_length(o.win_length())
                                                               .hop_length(o.hop_length())
                                                               .pad(o.pad())
                                                               .window_fn(o.window_fn())
                                                               .power(o.power())
                                                               .normalized(o.normalized())
                                                               .center(o.center())
                                                               .pad_mode(o.pad_mode())));
  mel_scale = register_module("mel_scale", MelScale(MelScaleOptions()
                                                        .n_mels(o.n_mels())
                                                        .sample_rate(o.sample_rate())
                                                        .f_min(o.f_min())
                                                        .f_max(o.f_max())
                                                        .n_stft(o.n_fft() / 2 + 1)
                                                        .norm(o.norm())
                                                        .mel_scale(o.mel_scale())));
}
Tensor MelSpectrogramImpl::forward(const Tensor& waveform) {
  return spectrogram->bands(waveform, mel_scale->fb);
}

MFCCImpl::MFCCImpl(const MFCCOptions& options_) : options(options_) { MFCCImpl::reset(); }
void MFCCImpl::reset() {
  MelSpectrogramOptions mel = options.melkwargs();
  HEARTH_CHECK_AS(ValueError, options.n_mfcc() <= mel.n_mels(), "[MFCC] ", options.n_mfcc(),
                  " coefficients cannot be made of ", mel.n_mels(), " mel bands");
  mel_spectrogram =
      register_module("MelSpectrogram", MelSpectrogram(mel.sample_rate(options.sample_rate())));
  dct_mat =
      register_buffer("dct_mat", F::create_dct(options.n_mfcc(), mel.n_mels(), options.norm()));
}
Tensor MFCCImpl::forward(const Tensor& waveform) {
  return cepstra(mel_spectrogram(waveform), options.log_mels(), dct_mat, "MFCC");
}

LFCCImpl::LFCCImpl(const LFCCOptions& options_) : options(options_) { LFCCImpl::reset(); }
void LFCCImpl::reset() {
  const int64_t n_fft = options.speckwargs().n_fft();
  HEARTH_CHECK_AS(ValueError, options.n_lfcc() <= n_fft, "[LFCC] ", options.n_lfcc(),
                  " coefficients cannot be made of spectra of ", n_fft, " samples");
  spectrogram = register_module("Spectrogram", Spectrogram(options.speckwargs()));
  filter_mat = register_buffer(
      "filter_mat", F::linear_fbanks(n_fft / 2 + 1, options.f_min(), options.f_max().value_or(0),
                                     options.n_filter(), options.sample_rate()));
  dct_mat = register_buffer("dct_mat",
                            F::create_dct(options.n_lfcc(), options.n_filter(), options.norm()));
}
Tensor LFCCImpl::forward(const Tensor& waveform) {
  return cepstra(spectrogram->bands(waveform, filter_mat), options.log_lf(), dct_mat, "LFCC");
}

}  // namespace hearth::audio::transforms
