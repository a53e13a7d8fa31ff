// SPDX-License-Identifier: Apache-2.0
// What small values look like on a stream; tensors have print.cpp.
#include <ostream>

#include "hearth/tensor/indexing.h"
#include "hearth/tensor/node_ptr.h"
#include "hearth/tensor/options.h"
#include "hearth/tensor/scalar.h"

namespace hearth {

namespace autograd {
std::ostream& operator<<(std::ostream& out, const NodePtr& node) {
  return out << static_cast<const void*>(node.get());
}
}  // namespace autograd

std::ostream& operator<<(std::ostream& out, const Device& device) { return out << device.str(); }
std::ostream& operator<<(std::ostream& out, DeviceType type) { return out << Device(type).str(); }
std::ostream& operator<<(std::ostream& out, ScalarType t) { return out << to_string(t); }
std::ostream& operator<<(std::ostream& out, TypeMeta t) { return out << t.name(); }
std::ostream& operator<<(std::ostream& out, const Scalar& s) { return out << to_string(s); }

std::ostream& operator<<(std::ostream& out, MemoryFormat format) {
  return out << (format == MemoryFormat::Contiguous       ? "Contiguous"
                 : format == MemoryFormat::ChannelsLast   ? "ChannelsLast"
                 : format == MemoryFormat::ChannelsLast3d ? "ChannelsLast3d"
                                                          : "Preserve");
}
void detail::append(std::string& s, Layout layout) {
  s += layout == kStrided ? "Strided" : layout == kSparse ? "Sparse" : "SparseCsr";
}
std::ostream& operator<<(std::ostream& out, Layout layout) { return out << cat_str(layout); }

std::ostream& operator<<(std::ostream& out, const TensorOptions& o) {
  const auto mark = [](bool given) { return given ? "" : " (default)"; };
  // The stream goes on writing bools as words, as after LibTorch's options.
  out << std::boolalpha << "TensorOptions(dtype=" << o.dtype() << mark(o.has_dtype())
      << ", device=" << o.device() << mark(o.has_device()) << ", layout=" << o.layout()
      << mark(o.has_layout()) << ", requires_grad=" << o.requires_grad()
      << mark(o.has_requires_grad()) << ", pinned_memory=" << o.pinned_memory()
      << mark(o.has_pinned_memory()) << ", memory_format=";
  if (o.memory_format_opt()) return out << *o.memory_format_opt() << ')';
  return out << "(nullopt))";
}

namespace indexing {

std::ostream& operator<<(std::ostream& out, const Slice& slice) {
  return out << slice.start() << ':' << slice.stop() << ':' << slice.step();
}

std::ostream& operator<<(std::ostream& out, const TensorIndex& index) {
  switch (index.type()) {
    case TensorIndexType::None:
      return out << "None";
    case TensorIndexType::Ellipsis:
      return out << "...";
    case TensorIndexType::Integer:
      return out << index.integer();
    case TensorIndexType::Boolean:
      return out << (index.boolean() ? "true" : "false");
    case TensorIndexType::Slice:
      return out << index.slice();
    case TensorIndexType::Tensor:
      return out << index.tensor();
  }
  return out;
}

std::ostream& operator<<(std::ostream& out, const std::vector<TensorIndex>& indices) {
  out << '(';
  for (size_t i = 0; i < indices.size(); ++i) out << (i > 0 ? ", " : "") << indices[i];
  return out << ')';
}

}  // namespace indexing
}  // namespace hearth
