// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace hearth::text {

/// The tokens <0x00> to <0xFF>, which stand for the bytes of what is no token.
class ByteTokens {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  ByteTokens() { ids_.fill(kNone); }
  /// `id_of(text)` is kNone for what is no token.
  template <class F>
  void find(const F& id_of) {
    for (unsigned byte = 0; byte < ids_.size(); ++byte) {
      char name[8];
      std::snprintf(name, sizeof name, "<0x%02X>", byte);
      ids_[byte] = id_of(std::string_view(name));
    }
  }

  uint32_t operator[](char byte) const { return ids_[static_cast<uint8_t>(byte)]; }
  bool cover(std::string_view bytes) const {
    return std::all_of(bytes.begin(), bytes.end(),
                       [&](char byte) { return (*this)[byte] != kNone; });
  }
  bool cover_all() const { return !contain(kNone); }
  bool contain(uint32_t id) const { return std::find(ids_.begin(), ids_.end(), id) != ids_.end(); }

 private:
  std::array<uint32_t, 256> ids_;
};

}  // namespace hearth::text
