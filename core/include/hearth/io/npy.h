// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "hearth/tensor/tensor.h"

/// NumPy's array files: .npy (one array) and .npz (a zip archive of named ones).
namespace hearth::npy {

/// The array of an .npy file. Maps the file and shares its memory where it can (C or Fortran order,
/// this machine's byte order); writing to the tensor does not change the file. Throws FileError, or
/// FormatError for a damaged file and for types that tensors do not have (unsigned wider than a
/// byte, text, dates, Python objects, records).
HEARTH_API Tensor load(const std::string& path);
/// The same of bytes in memory, which are copied; `name` stands in error messages.
HEARTH_API Tensor load(const void* data, size_t size, const std::string& name = "buffer");
/// Every array of an .npz file, stored or compressed, by its name without ".npy".
HEARTH_API std::map<std::string, Tensor> load_npz(const std::string& path);

/// Writes all or nothing, as numpy.save does: C order, one array. bfloat16, which NumPy does not
/// have, throws DtypeError.
HEARTH_API void save(const Tensor& tensor, const std::string& path);
/// The same in memory.
HEARTH_API std::vector<char> save(const Tensor& tensor);
/// What stands before the elements in the file of an array of these sizes, for those who write the
/// elements, in C order, themselves.
HEARTH_API std::string header(ScalarType dtype, IntArrayRef sizes);
/// As numpy.savez, not compressed.
HEARTH_API void save_npz(const std::vector<std::pair<std::string, Tensor>>& tensors,
                         const std::string& path);

}  // namespace hearth::npy
