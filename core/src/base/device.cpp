// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/device.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "hearth/base/error.h"

namespace hearth {

namespace {
// In DeviceType's order.
constexpr std::string_view kNames[] = {"cpu", "cuda", "meta", "mps", "xpu", "hip", "xla"};
}  // namespace

Device::Device(const std::string& text) : type_(kCPU), index_(-1) {
  const size_t colon = text.find(':');
  const std::string_view kind = std::string_view(text).substr(0, colon);
  const auto* const name = std::find(std::begin(kNames), std::end(kNames), kind);
  bool ok = name != std::end(kNames);
  type_ = static_cast<DeviceType>(name - kNames);
  if (ok && colon != std::string::npos) {
    const char* first = text.data() + colon + 1;
    const char* last = text.data() + text.size();
    int number = -1;
    const auto [end, error] = std::from_chars(first, last, number);
    ok = error == std::errc() && end == last && number >= 0 && number < 128;
    index_ = static_cast<DeviceIndex>(number);
  }
  if (!ok)
    throw DeviceError(cat_str("[device] Invalid device string: '", text,
                              "'; expected cpu, cuda, cuda:N, meta, mps, xpu, hip or xla"));
}

std::string Device::str() const {
  std::string s(kNames[static_cast<size_t>(type_)]);
  if (has_index()) s += ":" + std::to_string(static_cast<int>(index_));
  return s;
}

}  // namespace hearth
