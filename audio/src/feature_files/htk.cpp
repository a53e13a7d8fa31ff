// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/feature_files/htk.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <optional>

#include "hearth/base/atomic_file.h"
#include "hearth/base/error.h"
#include "hearth/io/mapped_file.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

namespace hearth::audio::htk {

namespace {

constexpr std::string_view kBases[] = {"WAVEFORM", "LPC",   "LPREFC",   "LPCEPSTRA",
                                       "LPDELCEP", "IREFC", "MFCC",     "FBANK",
                                       "MELSPEC",  "USER",  "DISCRETE", "PLP"};
constexpr uint16_t kWaveform = 0, kIrefc = 5, kDiscrete = 10, kBaseBits = 077;
/// The letters of the bits above the base, from 0100 on.
constexpr std::string_view kQualifiers = "ENDACZK0VT";
constexpr uint16_t kCompressed = 02000, kChecksum = 010000;
constexpr size_t kHeader = 12;
constexpr double kUnit = 1e-7;  ///< seconds

template <typename T>
T big_endian(const char* from) {
  using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint16_t>;
  Bits bits;
  std::memcpy(&bits, from, sizeof(bits));
  if constexpr (sizeof(T) == 4)
    return std::bit_cast<T>(__builtin_bswap32(bits));
  else
    return std::bit_cast<T>(__builtin_bswap16(bits));
}

template <typename T>
void append_big_endian(std::vector<char>& to, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  to.insert(to.end(), std::make_reverse_iterator(bytes + sizeof(T)),
            std::make_reverse_iterator(bytes));
}

struct Header {
  uint64_t frames = 0, bytes = 0;  ///< of a frame
  int32_t period = 0;
  uint16_t kind = 0;

  bool is(uint16_t flag) const { return (kind & flag) != 0; }
  uint16_t base() const { return kind & kBaseBits; }
  /// Whether values are two bytes.
  bool narrow() const {
    return is(kCompressed) || base() == kWaveform || base() == kIrefc || base() == kDiscrete;
  }
  size_t width() const { return narrow() ? 2 : 4; }
  uint64_t dims() const { return bytes / width(); }
  uint64_t data() const { return frames * bytes + (is(kChecksum) ? 2 : 0); }
};

/// Nothing for bytes that cannot be a header.
std::optional<Header> parse(std::string_view bytes) {
  if (bytes.size() < kHeader) return std::nullopt;
  const auto frames = big_endian<int32_t>(bytes.data());
  const auto frame_bytes = big_endian<int16_t>(bytes.data() + 8);
  Header h{static_cast<uint64_t>(frames), static_cast<uint64_t>(frame_bytes),
           big_endian<int32_t>(bytes.data() + 4), big_endian<uint16_t>(bytes.data() + 10)};
  // Integers cannot be compressed once more.
  const bool twice = h.is(kCompressed) && (h.base() == kWaveform || h.base() == kDiscrete);
  if (frames < 0 || frame_bytes <= 0 || h.period < 0 || h.base() >= std::size(kBases) || twice ||
      h.bytes % h.width() != 0)
    return std::nullopt;
  return h;
}

}  // namespace

std::string kind_name(uint16_t code) {
  HEARTH_CHECK_AS(FormatError, (code & kBaseBits) < std::size(kBases), "[htk] the kind ", code,
                  " is none of HTK's");
  std::string name(kBases[code & kBaseBits]);
  for (size_t i = 0; i < kQualifiers.size(); ++i)
    if (code >> (6 + i) & 1) name += std::string("_") + kQualifiers[i];
  return name;
}

uint16_t kind_code(std::string_view name) {
  const std::string_view base = name.substr(0, name.find('_'));
  uint16_t code = 0;
  while (code < std::size(kBases) && kBases[code] != base) ++code;
  bool known = code < std::size(kBases);
  std::string_view rest = name.substr(base.size());
  for (; known && !rest.empty(); rest.remove_prefix(2)) {
    const size_t qualifier =
        rest.size() >= 2 && rest[0] == '_' ? kQualifiers.find(rest[1]) : std::string_view::npos;
    known = qualifier != std::string_view::npos;
    if (!known) break;
    code = static_cast<uint16_t>(code | 1 << (6 + qualifier));
  }
  HEARTH_CHECK_AS(ValueError, known, "[htk] expected a kind like MFCC_E_D_A, FBANK or USER, got '",
                  name, "'");
  return code;
}

bool is_htk(std::string_view first_bytes, uint64_t size) {
  const auto h = parse(first_bytes);
  return h && kHeader + h->data() == size;
}

Parameters load(const void* data, size_t size, const std::string& name) {
  const std::string_view bytes(static_cast<const char*>(data), size);
  const auto h = parse(bytes);
  HEARTH_CHECK_AS(FormatError, h, "[", name,
                  "] expected the header of an HTK parameter file (12 bytes, big-endian)");
  HEARTH_CHECK_AS(FormatError, size - kHeader == h->data(), "[", name, "] an HTK file of ",
                  h->frames, " frames of ", h->bytes, " bytes has ", kHeader + h->data(),
                  " bytes, this one has ", size, "; is it cut off?");
  const char* from = bytes.data() + kHeader;
  uint64_t frames = h->frames;
  const size_t dims = h->dims();
  // x = (stored + B) / A, with A and B of each dimension in place of the first four frames.
  std::vector<float> a(dims, 1), b(dims, 0);
  if (h->base() == kIrefc) a.assign(dims, 32767);
  if (h->is(kCompressed) && h->base() != kIrefc) {
    HEARTH_CHECK_AS(FormatError, frames >= 4, "[", name,
                    "] a compressed HTK file has its scales in place of four frames, this one has ",
                    frames);
    for (size_t d = 0; d < dims; ++d) {
      a[d] = big_endian<float>(from + 4 * d);
      b[d] = big_endian<float>(from + 4 * (dims + d));
    }
    from += 8 * dims;
    frames -= 4;
  }
  Tensor features = empty({static_cast<int64_t>(frames), static_cast<int64_t>(dims)}, kFloat);
  auto* to = features.data_ptr<float>();
  for (uint64_t t = 0; t < frames; ++t)
    for (size_t d = 0; d < dims; ++d, from += h->width())
      *to++ = h->narrow() ? (static_cast<float>(big_endian<int16_t>(from)) + b[d]) / a[d]
                          : big_endian<float>(from);
  const auto kind = static_cast<uint16_t>(h->kind & ~(kCompressed | kChecksum));
  return {std::move(features), h->period * kUnit, kind_name(kind)};
}

Parameters load(const std::string& path) {
  const MappedFile file(path);
  return load(file.data(), file.size(), path);
}

std::vector<char> save(const Tensor& features, const SaveOptions& options) {
  constexpr int64_t kMostDims = INT16_MAX / 4;
  HEARTH_CHECK_AS(ShapeError,
                  features.dim() == 2 && features.size(1) >= 1 && features.size(1) <= kMostDims &&
                      features.size(0) <= INT32_MAX,
                  "[htk] expected [frames, dimensions] with 1 to ", kMostDims, " dimensions, got ",
                  features.sizes());
  const uint16_t kind = kind_code(options.kind());
  const Header header{0, 0, 0, kind};
  HEARTH_CHECK_AS(ValueError, !header.narrow() && !header.is(kChecksum), "[htk] files of kind ",
                  options.kind(), " cannot be written, only those of float without checksum");
  const double period = std::round(options.period() / kUnit);
  HEARTH_CHECK_AS(ValueError, period >= 0 && period <= INT32_MAX,
                  "[htk] expected a period of 0 to 214 seconds, got ", options.period());
  const Tensor plain = features.detach().to(kFloat).cpu().contiguous();
  std::vector<char> out;
  out.reserve(kHeader + plain.nbytes());
  append_big_endian(out, static_cast<int32_t>(plain.size(0)));
  append_big_endian(out, static_cast<int32_t>(period));
  append_big_endian(out, static_cast<int16_t>(4 * plain.size(1)));
  append_big_endian(out, kind);
  const float* x = plain.data_ptr<const float>();
  for (int64_t i = 0, n = plain.numel(); i < n; ++i) append_big_endian(out, x[i]);
  return out;
}

void save(const Tensor& features, const std::string& path, const SaveOptions& options) {
  const std::vector<char> bytes = save(features, options);
  write_file_atomically(path, {bytes.data(), bytes.size()});
}

}  // namespace hearth::audio::htk
