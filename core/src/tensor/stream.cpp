// SPDX-License-Identifier: Apache-2.0
// What small values look like on a stream; tensors have print.cpp.
#include <ostream>

#include "hearth/tensor/options.h"
#include "hearth/tensor/scalar.h"

namespace hearth {

std::ostream& operator<<(std::ostream& out, const Device& device) { return out << device.str(); }
std::ostream& operator<<(std::ostream& out, DeviceType type) { return out << Device(type).str(); }
std::ostream& operator<<(std::ostream& out, ScalarType t) { return out << to_string(t); }
std::ostream& operator<<(std::ostream& out, TypeMeta t) { return out << t.name(); }
std::ostream& operator<<(std::ostream& out, const Scalar& s) { return out << to_string(s); }

std::ostream& operator<<(std::ostream& out, MemoryFormat format) {
  return out << (format == MemoryFormat::Contiguous     ? "Contiguous"
                 : format == MemoryFormat::ChannelsLast ? "ChannelsLast"
                                                        : "Preserve");
}
std::ostream& operator<<(std::ostream& out, Layout layout) {
  return out << (layout == kStrided ? "Strided" : "Sparse");
}

std::ostream& operator<<(std::ostream& out, const TensorOptions& o) {
  const auto mark = [](bool given) { return given ? "" : " (default)"; };
  const auto flag = [](bool on) { return on ? "true" : "false (default)"; };
  out << "TensorOptions(dtype=" << o.dtype() << mark(o.has_dtype()) << ", device=" << o.device()
      << mark(o.has_device()) << ", layout=" << o.layout()
      << ", requires_grad=" << flag(o.requires_grad())
      << ", pinned_memory=" << flag(o.pinned_memory()) << ", memory_format=";
  if (o.memory_format_opt()) return out << *o.memory_format_opt() << ')';
  return out << "(nullopt))";
}

}  // namespace hearth
