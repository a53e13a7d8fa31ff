// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/manifests/kaldi_data.h"
#include "hearth/audio/manifests/utterance.h"

#include "fuzz/fuzz.h"
#include "fuzz/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hearth::audio;
  const hearth::fuzz::MemoryFile file(data, size);
  hearth::fuzz::read([&] { read_wav_scp(file.path(), ManifestOptions().allow_commands(true)); });
  hearth::fuzz::read([&] { read_table(file.path()); });
  hearth::fuzz::read([&] { read_segments(file.path(), {{.id = "r1", .path = "r1.wav"}}); });
  hearth::fuzz::read([&] { read_spk2utt(file.path()); });
  return hearth::fuzz::read([&] { read_manifest(file.path()); });
}
