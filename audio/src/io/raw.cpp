// SPDX-License-Identifier: Apache-2.0
// Samples without any header.
#include <charconv>
#include <string_view>
#include <utility>

#include "io/pcm.h"

namespace hearth::audio::io {
namespace {

constexpr std::pair<std::string_view, Pcm> kNames[] = {
    {"u8", Pcm::U8},   {"s8", Pcm::S8},       {"s16", Pcm::S16},
    {"s24", Pcm::S24}, {"s32", Pcm::S32},     {"f32", Pcm::F32},
    {"f64", Pcm::F64}, {"mulaw", Pcm::MuLaw}, {"alaw", Pcm::ALaw}};

/// Takes what is before the next colon.
std::string_view next_part(std::string_view& spec) {
  const size_t colon = spec.find(':');
  const std::string_view part = spec.substr(0, colon);
  spec.remove_prefix(colon == spec.npos ? spec.size() : colon + 1);
  return part;
}

}  // namespace

std::unique_ptr<Decoder> open_raw(const BytesPtr& bytes, const std::string& spec, bool partial) {
  const auto refuse = [&](std::string_view why) {
    throw ValueError(cat_str("[", bytes->name(),
                             "] expected raw samples as ENCODING:RATE:CHANNELS, ",
                             "such as 's16le:16000:1', got '", spec, "': ", why));
  };
  std::string_view rest = spec, name = next_part(rest);
  PcmLayout layout;
  layout.format = "raw";
  std::string_view base = name;
  if (base.ends_with("le") || base.ends_with("be")) base.remove_suffix(2);
  layout.big_endian = name.ends_with("be");
  bool known = false;
  for (const auto& [its, pcm] : kNames)
    if (base == its && (base == name || width_of(pcm) > 1)) {
      layout.pcm = pcm;
      known = true;
    }
  if (!known)
    refuse("encodings are u8, s8, s16, s24, s32, f32, f64 (with le or be), mulaw and alaw");
  const auto number = [&](std::string_view part, int64_t most, const char* what) {
    int64_t n = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), n);
    if (error != std::errc() || end != part.data() + part.size() || n < 1 || n > most)
      refuse(cat_str(what, " is a whole number from 1 to ", most));
    return n;
  };
  layout.sample_rate = number(next_part(rest), kHighestRate, "the rate");
  layout.channels = rest.empty() ? 1 : number(next_part(rest), kMostChannels, "channels");
  if (!rest.empty()) refuse("there is a fourth part");

  const int64_t frame = layout.channels * width_of(layout.pcm);
  layout.frames = bytes->size() / frame;
  HEARTH_CHECK_AS(FormatError, partial || bytes->size() % frame == 0, "[", bytes->name(),
                  "] expected whole frames of ", frame, " bytes for '", spec, "', got ",
                  bytes->size(), " bytes (the option 'partial' leaves out the last ones)");
  return make_pcm_decoder(bytes, layout);
}

}  // namespace hearth::audio::io
