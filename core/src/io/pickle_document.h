// SPDX-License-Identifier: Apache-2.0
// What a pickle described: a graph of nodes, which may share parts and lead in circles.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hearth/io/pickle.h"

#include "io/byte_reader.h"
#include "tensor/tensor_impl.h"

namespace hearth::pickle {

/// The constructors that the reader knows. Everything else is Unknown.
enum class Known : uint8_t {
  Unknown,
  OrderedDict,
  DefaultDict,
  Set,
  Bytes,
  Encode,
  Object,
  Reconstructor,
  Size,
  Device,
  Layout,
  Dtype,
  StorageClass,
  RebuildTensor,
  RebuildTensorV2,
  RebuildTensorV3,
  RebuildParameter,
  RebuildFromType,
  RebuildQuantized,
  RebuildSparse,
  NumpyDtype,
  NumpyScalar,
  NumpyArray,
  NumpyFromBuffer,
};

struct ElementType;

/// Bytes that tensors show. Where they lie is known once the whole file is.
struct StorageData {
  std::string key;
  const ElementType* type = nullptr;  ///< null for an untyped one, which counts bytes
  uint64_t count = 0;                 ///< elements, as the pickle says
  std::string_view bytes;
  bool found = false;                ///< whether `bytes` are known
  bool swapped = false;              ///< they are of the other byte order
  std::shared_ptr<const void> keep;  ///< holds them in memory, if the document alone does not
  /// Of a storage that shows a part of another (files before PyTorch 0.4): that one's key, and how
  /// many elements in.
  std::string part_of;
  uint64_t begin = 0;
};

/// A tensor as its constructor was called.
struct TensorData {
  size_t storage = 0;  ///< index in Document::storages
  const ElementType* type = nullptr;
  int64_t offset = 0;  ///< in elements
  DimVector sizes, strides;
  bool requires_grad = false;
  bool conj = false, neg = false;  ///< what PyTorch would do to the elements when they are read
};

struct Node {
  enum class Form : uint8_t { Value, Global, Storage };
  Form form = Form::Value;
  Value::Kind kind = Value::Kind::None;
  Known known = Known::Unknown;  ///< of a Global, and NumpyArray of one whose content is to come
  union {
    bool truth;
    int64_t integer = 0;
    double real;
    size_t index;             ///< in Document::tensors or storages
    const ElementType* type;  ///< of a dtype or a class of storages
  };
  std::string text;          ///< String, Bytes; the class of an Object; the name of a Global
  std::string_view latin1;   ///< of a String of Python 2, its bytes, while the pickle is read
  std::vector<Node*> items;  ///< elements; keys and values in turn; arguments of an Object
  Node* state = nullptr;     ///< what an object was given besides: its attributes
};

/// Owns everything that one file described.
struct Document {
  std::string source;
  std::shared_ptr<const void> keep;  ///< the file's bytes
  bool big_endian = false;
  std::deque<Node> nodes;
  std::vector<TensorData> tensors;
  std::vector<StorageData> storages;
  std::unordered_map<std::string, size_t> storage_of_key;
  const Node* root = nullptr;
  /// Storages as vectors of bytes, made when first asked for, so that tensors share them.
  mutable std::vector<Tensor> blocks;
  mutable std::mutex blocks_mutex;

  /// Elements and bytes that calls in the pickle may still copy. A call copies what the pickle
  /// spells once, however often it is made, so a small file could ask for any memory.
  uint64_t items_left = 0, text_left = 0;
  void count_items(size_t n) { count(items_left, n); }
  void count_text(size_t n) { count(text_left, n); }

  [[noreturn]] void bad(std::string_view what) const {
    throw FormatError(cat_str("[", source, "] ", what));
  }

 private:
  void count(uint64_t& left, size_t n) const {
    if (n > left) bad("the pickle copies its values too often");
    left -= n;
  }
};

/// The tensor of a node of kind Tensor.
Tensor make_tensor(const Document& document, const TensorData& data);

/// Reads one pickle from `in`, up to and past its end, and returns what it describes.
Node* read_pickle(Document& document, ByteReader& in);

}  // namespace hearth::pickle
