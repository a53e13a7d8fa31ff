// SPDX-License-Identifier: Apache-2.0
#include "io/torch_writer.h"

#include <bit>
#include <utility>

#include "hearth/base/error.h"

#include "io/pickle_types.h"
#include "tensor/host_read.h"
#include "tensor/tensor_impl.h"

namespace hearth::pickle {

namespace {

template <typename T>
void put(std::string& to, T value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

}  // namespace

void TorchWriter::integer(int64_t value) {
  if (std::in_range<int32_t>(value)) {
    program_ += 'J';
    put(program_, static_cast<int32_t>(value));
  } else {
    program_ += "\x8a\x08";
    put(program_, value);
  }
}
void TorchWriter::real(double value) {
  program_ += 'G';
  put(program_, __builtin_bswap64(std::bit_cast<uint64_t>(value)));
}
void TorchWriter::string(std::string_view text) {
  HEARTH_CHECK_AS(ValueError, text.size() <= UINT32_MAX, "[save] a text of ", text.size(),
                  " bytes is too long");
  program_ += 'X';
  put(program_, static_cast<uint32_t>(text.size()));
  program_ += text;
}
void TorchWriter::begin_dict(bool ordered) {
  if (ordered) {
    global("collections", "OrderedDict");
    program_ += ")R";
  } else {
    program_ += '}';
  }
  program_ += '(';
}

void TorchWriter::versions(const std::map<std::string, int64_t>& versions) {
  if (versions.empty()) return;
  begin_dict();
  string("_metadata");
  begin_dict(/*ordered=*/true);
  for (const auto& [module, version] : versions) {
    string(module);
    begin_dict();
    string("version");
    integer(version);
    end_dict();
  }
  end_dict();
  end_dict();
  program_ += 'b';
}

/// Written once, and remembered for the next time.
void TorchWriter::global(std::string_view module, std::string_view name) {
  const auto [known, fresh] =
      globals_.emplace(cat_str(module, "\n", name), static_cast<uint32_t>(globals_.size()));
  if (fresh) program_ += cat_str('c', module, "\n", name, "\n");
  program_ += fresh ? 'r' : 'j';
  put(program_, known->second);
}

void TorchWriter::numbers(IntArrayRef values) {
  begin_tuple();
  for (const int64_t n : values) integer(n);
  end_tuple();
}

void TorchWriter::storage(const Saved& saved) {
  const ElementType& type = element_type(conversion_.type_of(saved.tensor));
  begin_tuple();
  string("storage");
  // Younger types have no storage of their own, but one of bytes.
  const bool typed = !type.storage.empty();
  if (typed) {
    global("torch", cat_str(type.storage, "Storage"));
  } else {
    global("torch.storage", "UntypedStorage");
  }
  string(saved.key);
  string("cpu");
  integer(typed ? saved.tensor.numel() : saved.tensor.numel() * static_cast<int64_t>(type.size));
  end_tuple();
  program_ += 'Q';
}

void TorchWriter::tensor(const Tensor& tensor) {
  HEARTH_CHECK_AS(ValueError, tensor.defined(), "[save] expected a tensor, got an undefined one");
  check_host_read("save");
  const TensorImpl& t = impl(tensor);
  const auto room = static_cast<int64_t>(t.storage->nbytes / element_size(t.dtype));
  const auto [known, fresh] = saved_of_storage_.emplace(t.storage, saved_.size());
  if (fresh) {
    const Tensor whole = alias_tensor(tensor, {room}, {1}, 0, t.dtype);
    saved_.push_back({whole, std::to_string(saved_.size())});
  }
  const Saved& saved = saved_[known->second];
  HEARTH_CHECK_AS(ValueError, saved.tensor.scalar_type() == t.dtype, "[save] tensors of type ",
                  saved.tensor.scalar_type(), " and ", t.dtype,
                  " share memory, which the format cannot tell; clone one of them first");

  const ElementType& type = element_type(conversion_.type_of(saved.tensor));
  const bool typed = !type.storage.empty();
  global("torch._utils", typed ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3");
  begin_tuple();
  storage(saved);
  integer(t.offset);
  numbers(t.sizes.ref());
  numbers(t.strides.ref());
  boolean(t.requires_grad && tensor.is_leaf());
  global("collections", "OrderedDict");  // of hooks, none
  program_ += ")R";
  if (!typed) global("torch", type.name);
  end_tuple();
  program_ += 'R';
}

void TorchWriter::finish() {
  constexpr std::string_view kFolder = "archive/";
  program_ += '.';
  zip_.add(cat_str(kFolder, "data.pkl"), {program_});
  zip_.add(cat_str(kFolder, "byteorder"), {"little"});
  for (const Saved& saved : saved_) {
    const Tensor bytes = conversion_.apply(saved.tensor);
    const size_t size = bytes.nbytes();
    zip_.add(cat_str(kFolder, "data/", saved.key),
             {std::string_view(size > 0 ? raw_data(bytes) : "", size)});
    conversion_.written(static_cast<int64_t>(size));
  }
  zip_.add(cat_str(kFolder, "version"), {"3\n"});
  zip_.finish();
}

}  // namespace hearth::pickle
