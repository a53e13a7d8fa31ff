// SPDX-License-Identifier: Apache-2.0
#include "io/pickle_types.h"

namespace hearth::pickle {

namespace {

constexpr ScalarType kNone = ScalarType::Undefined;
constexpr ElementType kElementTypes[] = {
    {"float32", "Float", kFloat, 4},
    {"float64", "Double", kDouble, 8},
    {"float16", "Half", kHalf, 2},
    {"bfloat16", "BFloat16", kBFloat16, 2},
    {"int64", "Long", kLong, 8},
    {"int32", "Int", kInt, 4},
    {"int16", "Short", kShort, 2},
    {"int8", "Char", kChar, 1},
    {"uint8", "Byte", kByte, 1},
    {"bool", "Bool", kBool, 1},
    {"complex64", "ComplexFloat", kComplexFloat, 8},
    {"complex128", "ComplexDouble", kComplexDouble, 16},
    {"qint8", "QInt8", kNone, 1},
    {"quint8", "QUInt8", kNone, 1},
    {"qint32", "QInt32", kNone, 4},
    {"quint4x2", "QUInt4x2", kNone, 1},
    {"quint2x4", "QUInt2x4", kNone, 1},
    {"uint16", "", kUInt16, 2},
    {"uint32", "", kUInt32, 4},
    {"uint64", "", kUInt64, 8},
    {"complex32", "ComplexHalf", kNone, 4},
    {"float8_e4m3fn", "", kNone, 1},
    {"float8_e5m2", "", kNone, 1},
    {"float8_e4m3fnuz", "", kNone, 1},
    {"float8_e5m2fnuz", "", kNone, 1},
    {"float8_e8m0fnu", "", kNone, 1},
    {"float4_e2m1fn_x2", "", kNone, 1},
};

struct Name {
  std::string_view module, name;
  Known known;
};
constexpr Name kNames[] = {
    {"collections", "OrderedDict", Known::OrderedDict},
    {"collections", "Counter", Known::OrderedDict},
    {"collections", "defaultdict", Known::DefaultDict},
    {"builtins", "set", Known::Set},
    {"builtins", "frozenset", Known::Set},
    {"builtins", "bytes", Known::Bytes},
    {"builtins", "bytearray", Known::Bytes},
    {"builtins", "object", Known::Object},
    {"__builtin__", "set", Known::Set},
    {"__builtin__", "frozenset", Known::Set},
    {"__builtin__", "bytes", Known::Bytes},
    {"__builtin__", "bytearray", Known::Bytes},
    {"__builtin__", "object", Known::Object},
    {"_codecs", "encode", Known::Encode},
    {"copy_reg", "_reconstructor", Known::Reconstructor},
    {"copyreg", "_reconstructor", Known::Reconstructor},
    {"torch", "Size", Known::Size},
    {"torch", "device", Known::Device},
    {"torch.serialization", "_get_layout", Known::Layout},
    {"torch._utils", "_rebuild_tensor", Known::RebuildTensor},
    {"torch._utils", "_rebuild_tensor_v2", Known::RebuildTensorV2},
    {"torch._utils", "_rebuild_tensor_v3", Known::RebuildTensorV3},
    {"torch._utils", "_rebuild_parameter", Known::RebuildParameter},
    {"torch._utils", "_rebuild_parameter_with_state", Known::RebuildParameter},
    {"torch._utils", "_rebuild_qtensor", Known::RebuildQuantized},
    {"torch._utils", "_rebuild_sparse_tensor", Known::RebuildSparse},
    {"torch._tensor", "_rebuild_from_type_v2", Known::RebuildFromType},
    {"torch.nn.parameter", "Parameter", Known::RebuildParameter},
    {"torch", "UntypedStorage", Known::StorageClass},
    {"torch.storage", "UntypedStorage", Known::StorageClass},
    {"torch.storage", "_UntypedStorage", Known::StorageClass},
    {"numpy", "dtype", Known::NumpyDtype},
    {"numpy.core.multiarray", "scalar", Known::NumpyScalar},
    {"numpy._core.multiarray", "scalar", Known::NumpyScalar},
    {"numpy.core.multiarray", "_reconstruct", Known::NumpyArray},
    {"numpy._core.multiarray", "_reconstruct", Known::NumpyArray},
    {"numpy.core.numeric", "_frombuffer", Known::NumpyFromBuffer},
    {"numpy._core.numeric", "_frombuffer", Known::NumpyFromBuffer},
};

}  // namespace

const ElementType* element_type(std::string_view dtype_name) {
  for (const ElementType& t : kElementTypes)
    if (t.name == dtype_name) return &t;
  return nullptr;
}

const ElementType* element_type_of_storage(std::string_view class_name) {
  constexpr std::string_view kSuffix = "Storage";
  if (!class_name.ends_with(kSuffix)) return nullptr;
  class_name.remove_suffix(kSuffix.size());
  for (const ElementType& t : kElementTypes)
    if (!t.storage.empty() && t.storage == class_name) return &t;
  return nullptr;
}

const ElementType& element_type(ScalarType dtype) {
  for (const ElementType& t : kElementTypes)
    if (t.dtype == dtype) return t;
  throw DtypeError(cat_str("[pickle] PyTorch has no name for the type ", dtype));
}

Constructor constructor_of(std::string_view module, std::string_view name) {
  for (const Name& n : kNames)
    if (n.module == module && n.name == name) return {n.known, nullptr};
  if (module == "torch")
    if (const ElementType* type = element_type(name)) return {Known::Dtype, type};
  if (module == "torch" || module == "torch.cuda")
    if (const ElementType* type = element_type_of_storage(name)) return {Known::StorageClass, type};
  return {};
}

}  // namespace hearth::pickle
