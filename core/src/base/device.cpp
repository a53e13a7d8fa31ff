// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/device.h"

#include <charconv>

#include "hearth/base/error.h"

namespace hearth {

Device::Device(const std::string& text) : type_(kCPU), index_(-1) {
  const size_t colon = text.find(':');
  const std::string_view kind = std::string_view(text).substr(0, colon);
  bool ok = true;
  if (kind == "cpu") {
    type_ = kCPU;
  } else if (kind == "cuda") {
    type_ = kCUDA;
  } else if (kind == "meta") {
    type_ = kMeta;
  } else {
    ok = false;
  }
  if (ok && colon != std::string::npos) {
    const char* first = text.data() + colon + 1;
    const char* last = text.data() + text.size();
    int number = -1;
    const auto [end, error] = std::from_chars(first, last, number);
    ok = error == std::errc() && end == last && number >= 0 && number < 128;
    index_ = static_cast<DeviceIndex>(number);
  }
  if (!ok)
    throw DeviceError(cat_str("[device] expected cpu, cuda, cuda:N or meta, got '", text, "'"));
}

std::string Device::str() const {
  std::string s = type_ == kCPU ? "cpu" : type_ == kCUDA ? "cuda" : "meta";
  if (has_index()) s += ":" + std::to_string(static_cast<int>(index_));
  return s;
}

}  // namespace hearth
