// SPDX-License-Identifier: Apache-2.0
#include "hearth/io/safetensors.h"

#include <unordered_map>

#include "hearth/io/mapped_file.h"

#include "io/bytes_as_tensor.h"
#include "io/safetensors_format.h"
#include "tensor/tensor_impl.h"

namespace hearth::safetensors {

struct File::Impl {
  std::string source;
  std::shared_ptr<MappedFile> mapped;  ///< null for buffers
  std::vector<char> buffer;            ///< the data of a buffer
  const char* data = nullptr;
  std::vector<std::string> keys;
  std::unordered_map<std::string, Entry> entries;
  Metadata metadata;

  void take(Header header) {
    for (Entry& e : header.entries) {
      keys.push_back(e.name);
      entries.emplace(e.name, std::move(e));
    }
    metadata = std::move(header.metadata);
  }
  const Entry& entry(const std::string& name) const {
    const auto found = entries.find(name);
    HEARTH_CHECK_AS(FormatError, found != entries.end(), "[", source, "] has no tensor '", name,
                    "'");
    return found->second;
  }
};

File::File(const std::string& path) : File(std::make_shared<MappedFile>(path), path) {}

File::File(std::shared_ptr<MappedFile> file, const std::string& path) {
  auto impl = std::make_shared<Impl>();
  impl->source = path;
  impl->mapped = std::move(file);
  Header header = parse_header(impl->mapped->data(), impl->mapped->size(), path);
  impl->data = impl->mapped->data() + header.data_start;
  impl->take(std::move(header));
  impl_ = std::move(impl);
}

File::File(const void* data, size_t size, const std::string& name) {
  auto impl = std::make_shared<Impl>();
  impl->source = name;
  const char* bytes = static_cast<const char*>(data);
  Header header = parse_header(bytes, size, name);
  impl->buffer.assign(bytes + header.data_start, bytes + size);
  impl->data = impl->buffer.data();
  impl->take(std::move(header));
  impl_ = std::move(impl);
}

const std::vector<std::string>& File::keys() const { return impl_->keys; }
bool File::contains(const std::string& name) const { return impl_->entries.count(name) != 0; }
IntArrayRef File::sizes(const std::string& name) const { return impl_->entry(name).sizes.ref(); }
ScalarType File::dtype(const std::string& name) const { return impl_->entry(name).dtype; }
const std::string& File::type_name(const std::string& name) const {
  return impl_->entry(name).type;
}
const Metadata& File::metadata() const { return impl_->metadata; }
const std::string& File::source() const { return impl_->source; }

Tensor File::tensor(const std::string& name) const {
  const Entry& e = impl_->entry(name);
  HEARTH_CHECK_AS(FormatError, e.dtype != ScalarType::Undefined, "[", impl_->source, "] tensor '",
                  name, "' is of type ", e.type, ", which Hearth does not have");
  const std::string_view bytes(impl_->data + e.begin, e.end - e.begin);
  HEARTH_CHECK_AS(FormatError, e.dtype != kBool || are_bools(bytes), "[", impl_->source,
                  "] tensor '", name, "' of type BOOL has bytes other than 0 and 1");
  return bytes_as_tensor(bytes, e.sizes, contiguous_strides(e.sizes.ref()), e.dtype, impl_->mapped);
}

namespace {

std::map<std::string, Tensor> all_of(const File& file) {
  std::map<std::string, Tensor> tensors;
  for (const std::string& name : file.keys()) tensors.emplace(name, file.tensor(name));
  return tensors;
}

}  // namespace

std::map<std::string, Tensor> load_file(const std::string& path) { return all_of(File(path)); }
std::map<std::string, Tensor> load(const void* data, size_t size) {
  return all_of(File(data, size));
}

void save_file(const NamedTensors& tensors, const std::string& path, const Metadata& metadata) {
  FileSink sink(path);
  write(sink, tensors, metadata);
  sink.commit();
}

std::vector<char> save(const NamedTensors& tensors, const Metadata& metadata) {
  BufferSink sink;
  write(sink, tensors, metadata);
  return std::move(sink.bytes);
}

}  // namespace hearth::safetensors
