// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hearth/io/archive.h"

namespace hearth {

namespace detail {
/// The archive of a list: keys "0", "1", ...
HEARTH_API serialize::OutputArchive archive_of(TensorList tensors);
HEARTH_API void read_list(serialize::InputArchive& archive, std::vector<Tensor>& tensors);

// Where an archive may go and come from. save and load are no candidates for other arguments, so
// that functions of these names beside them (audio::save) are found by unqualified calls.
template <typename... To>
concept SavesTo = requires(serialize::OutputArchive& archive, To&&... to) {
  archive.save_to(std::forward<To>(to)...);
};
template <typename... From>
concept LoadsFrom = requires(serialize::InputArchive& archive, From&&... from) {
  archive.load_from(std::forward<From>(from)...);
};
}  // namespace detail

/// Saves a tensor, module, optimizer, or anything with `archive << value`, to a file name (the old
/// file stays until the new one is durable), an std::ostream, or a writer called as
/// `size_t writer(const void*, size_t)`. As torch::save, in the format serialize::OutputArchive
/// describes; names ending in .pt or .pth give files that Python's torch.load opens (a module: its
/// state_dict; an optimizer: its state and param_groups; a tensor or a list: the same).
template <typename T, typename... To>
requires detail::SavesTo<To...>
void save(const T& value, To&&... to) {
  serialize::OutputArchive archive;
  archive << value;
  archive.save_to(std::forward<To>(to)...);
}
template <typename... To>
requires detail::SavesTo<To...>
void save(const Tensor& tensor, To&&... to) {
  detail::archive_of(tensor).save_to(std::forward<To>(to)...);
}
template <typename... To>
requires detail::SavesTo<To...>
void save(const std::vector<Tensor>& tensors, To&&... to) {
  detail::archive_of(tensors).save_to(std::forward<To>(to)...);
}

/// Loads what save or Python's torch.save wrote from a file name, an std::istream, or (const char*
/// data, size_t size), each with an optional device at the end. Throws FileError or FormatError.
template <typename T, typename... From>
requires detail::LoadsFrom<From...>
void load(T& value, From&&... from) {
  serialize::InputArchive archive;
  archive.load_from(std::forward<From>(from)...);
  archive >> value;
}
template <typename... From>
requires detail::LoadsFrom<From...>
void load(Tensor& tensor, From&&... from) {
  serialize::InputArchive archive;
  archive.load_from(std::forward<From>(from)...);
  archive.read("0", tensor);
}
template <typename... From>
requires detail::LoadsFrom<From...>
void load(std::vector<Tensor>& tensors, From&&... from) {
  serialize::InputArchive archive;
  archive.load_from(std::forward<From>(from)...);
  detail::read_list(archive, tensors);
}

/// What Python's torch.save wrote, as torch::pickle_load: dicts, lists, tuples, numbers, texts and
/// tensors. Throws FormatError, also for an object of a class that is not known; pickle::load()
/// reads what stands beside it.
///
///     for (const auto& entry : pickle_load(bytes).toGenericDict())
///       std::cout << entry.key() << entry.value().toTensor().sizes();
HEARTH_API IValue pickle_load(const std::vector<char>& data);
/// What Python's torch.load(weights_only=True) opens, as torch::pickle_save.
HEARTH_API std::vector<char> pickle_save(const IValue& value);

}  // namespace hearth
