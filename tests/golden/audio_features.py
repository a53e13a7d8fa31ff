#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/audio/features.npz: a signal, and what torchaudio, Kaldi's features
(kaldi-native-fbank), librosa, OpenAI's Whisper and NVIDIA's NeMo (both as transformers has them) make
of it. tests/audio/presets_test.cpp compares the presets with it.

needs torch, torchaudio, kaldi-native-fbank, librosa and transformers"""

import pathlib
import warnings

import kaldi_native_fbank as knf
import librosa
import numpy as np
import torch
import torchaudio
import transformers

warnings.simplefilter("ignore")
RATE = 16000


def signal():
    """A rising tone, noise, silence, a click and something loud: 0.6 s of 16-bit samples."""
    t = np.arange(9600) / RATE
    rng = np.random.default_rng(7)
    x = 0.2 * np.sin(2 * np.pi * (100 * t + 5000 * t * t))
    x[2400:4000] = 0.05 * rng.standard_normal(1600)
    x[4000:5600] = 0
    x[5900] = 0.9
    x[6400:] += 0.7 * np.sign(np.sin(2 * np.pi * 220 * t[6400:])) + 0.01 * rng.standard_normal(3200)
    return np.clip(np.round(x * 32768), -32768, 32767).astype(np.int16)


def online(cls, options, samples):
    extractor = cls(options)
    extractor.accept_waveform(RATE, samples.tolist())
    extractor.input_finished()
    return np.stack([extractor.get_frame(i) for i in range(extractor.num_frames_ready)])


def kaldi(options, samples, **frames):
    options.frame_opts.dither = 0
    options.frame_opts.samp_freq = RATE
    for name, value in frames.items():
        setattr(options.frame_opts, name, value)
    return options, samples


def vggish(x):
    """From the definition of the model's front end: magnitudes, mel triangles, log(x + 0.01)."""
    frames = np.lib.stride_tricks.sliding_window_view(x, 400)[::160] * (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400))
    magnitude = np.abs(np.fft.rfft(frames, 512))
    mel = lambda hz: 1127 * np.log(1 + hz / 700)
    points, corners = mel(np.linspace(0, RATE / 2, 257)), np.linspace(mel(125.), mel(7500.), 66)
    rising = (points[:, None] - corners[:-2]) / (corners[1:-1] - corners[:-2])
    falling = (corners[2:] - points[:, None]) / (corners[2:] - corners[1:-1])
    bank = np.maximum(0, np.minimum(rising, falling))
    bank[0] = 0
    return np.log(magnitude @ bank + 0.01).astype(np.float32)


def hifigan(x):
    """From the definition of the vocoder's front end."""
    padded = torch.nn.functional.pad(torch.from_numpy(x)[None, None], (384, 384), "reflect")[0, 0]
    spectrum = torch.stft(padded, 1024, 256, 1024, torch.hann_window(1024), center=False, return_complex=True)
    magnitude = torch.sqrt(torch.view_as_real(spectrum).pow(2).sum(-1) + 1e-9)
    bank = torch.from_numpy(librosa.filters.mel(sr=22050, n_fft=1024, n_mels=80, fmin=0, fmax=8000))
    return torch.log(torch.clamp(bank @ magnitude, min=1e-5)).T.numpy()


def main():
    pcm = signal()
    x = pcm.astype(np.float32) / 32768
    scaled = pcm.astype(np.float32)
    out = {"pcm": pcm}

    options, _ = kaldi(knf.FbankOptions(), scaled)
    options.mel_opts.num_bins = 80
    out["kaldi-fbank80"] = online(knf.OnlineFbank, options, scaled)
    options, _ = kaldi(knf.FbankOptions(), scaled, snip_edges=False, window_type="hamming")
    options.mel_opts.num_bins = 40
    options.use_energy = True
    options.raw_energy = False
    out["fbank40-mirror"] = online(knf.OnlineFbank, options, scaled)
    options, _ = kaldi(knf.MfccOptions(), scaled)
    out["kaldi-mfcc"] = online(knf.OnlineMfcc, options, scaled)

    for name, n in (("whisper", 80), ("whisper128", 128)):
        extractor = transformers.WhisperFeatureExtractor(feature_size=n)
        out[name] = extractor._np_extract_fbank_features(x[None], "cpu")[0].T
    out["torchaudio"] = torchaudio.transforms.MelSpectrogram()(torch.from_numpy(x)).T.numpy()
    out["librosa"] = librosa.feature.melspectrogram(y=x, sr=22050).T
    out["hifigan"] = hifigan(x)
    out["vggish"] = vggish(x.astype(np.float64))
    nemo = transformers.ParakeetFeatureExtractor()
    out["nemo"] = nemo(x, sampling_rate=RATE, return_tensors="np").input_features[0][:len(x) // 160]
    # As transformers' ASTFeatureExtractor before padding, of doubles: in floats it is off by 1.2e-4.
    ast = torchaudio.compliance.kaldi.fbank(torch.from_numpy(x)[None].double(), sample_frequency=RATE, window_type="hanning",
                                            num_mel_bins=128)
    out["ast"] = ((ast + 4.2677393) / (2 * 4.5689974)).numpy()
    for name, value in out.items():
        print(f"{name}: {value.shape} {value.dtype}")
        if name != "pcm":
            out[name] = np.ascontiguousarray(value, dtype=np.float32)
    path = pathlib.Path(__file__).resolve().parent.parent / "data/audio/features.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **out)
    print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
