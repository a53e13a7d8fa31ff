// SPDX-License-Identifier: Apache-2.0
// The format is described by MathWorks in "MAT-File Format": tagged elements, one in another.
#include "hearth/datasets/mat.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "hearth/base/error.h"
#include "hearth/data/readers/byte_stream.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

#include "mat_data.h"

namespace hearth::datasets {
namespace {

using data::readers::ByteStream;
using mat::Stored;

constexpr size_t kHeader = 128;
constexpr int kDeepest = 16;
constexpr size_t kMostDims = 32;
/// A tag, without which there is no element.
constexpr uint64_t kSmallest = 8;

/// The classes of arrays.
enum Class : uint8_t { kCell = 1, kStruct = 2, kChars = 4, kFirstNumbers = 6, kLastNumbers = 15 };
constexpr uint32_t kComplex = 0x800, kLogical = 0x200;

struct Tag {
  Stored type = Stored::None;
  uint64_t size = 0;
  /// Data of up to four bytes stand in the tag itself.
  std::optional<std::array<uint8_t, 4>> inside;
};

/// The elements of a file, or of a compressed element.
class Parser {
 public:
  Parser(ByteStream& in, bool swapped) : in_(in), swapped_(swapped) {}

  /// The next tag before `end`.
  Tag tag(uint64_t end) {
    uint8_t bytes[8];
    read(bytes, 8, end);
    const uint32_t first = number(bytes), second = number(bytes + 4);
    Tag tag;
    if (first >> 16 == 0) {
      tag.type = static_cast<Stored>(first);
      tag.size = second;
      check(tag.size <= end - in_.position(),
            cat_str("an element of ", tag.size, " bytes, ", end - in_.position(), " remain"));
    } else {
      tag.type = static_cast<Stored>(first & 0xffff);
      tag.size = first >> 16;
      check(tag.size <= 4, cat_str("a short element of ", tag.size, " bytes"));
      std::memcpy(tag.inside.emplace().data(), bytes + 4, 4);
    }
    return tag;
  }

  /// The array of a matrix element, with its name.
  std::pair<std::string, MatValue> matrix(const Tag& tag, int depth = 0) {
    MatValue value;
    if (tag.size == 0) {
      value.sizes = {0, 0};
      value.array = empty({0, 0}, kDouble);
      return {"", std::move(value)};
    }
    check(tag.type == Stored::Matrix && !tag.inside, "something that is no array");
    check(depth < kDeepest, cat_str("arrays more than ", kDeepest, " deep in each other"));
    const uint64_t end = in_.position() + tag.size;
    const std::string flag_bytes = bytes(this->tag(end), end, 8);
    check(flag_bytes.size() == 8, "flags of an array that are not 8 bytes");
    const uint32_t flags = number(reinterpret_cast<const uint8_t*>(flag_bytes.data()));
    const auto array_class = static_cast<uint8_t>(flags & 0xff);
    const int64_t count = read_sizes(value, end);
    std::string name = bytes(this->tag(end), end, kLongestName);
    if (array_class >= kFirstNumbers && array_class <= kLastNumbers) {
      check((flags & kComplex) == 0, "a complex array, which is not read");
      value.array = numbers(value.sizes, count, mat::type_of(array_class, flags & kLogical), end);
    } else if (array_class == kChars) {
      value.kind = MatValue::Kind::Text;
      const Tag text = this->tag(end);
      value.text = mat::to_utf8(bytes(text, end, kLongestText), text.type, swapped_, source());
    } else if (array_class == kCell || array_class == kStruct) {
      value.kind = array_class == kCell ? MatValue::Kind::Cell : MatValue::Kind::Struct;
      if (array_class == kStruct) value.fields = field_names(end);
      const uint64_t parts = array_class == kCell ? 1 : value.fields.size();
      check(
          parts == 0 || static_cast<uint64_t>(count) <= (end - in_.position()) / kSmallest / parts,
          cat_str("an array of ", count, " elements, for which there is no room"));
      for (uint64_t i = 0; i < static_cast<uint64_t>(count) * parts; ++i) {
        const Tag element = this->tag(end);
        value.elements.push_back(matrix(element, depth + 1).second);
      }
    } else {
      refuse(cat_str("an array of class ", int{array_class}, ", which is not read"));
    }
    // What else may stand in an element is not wanted.
    in_.seek(end);
    return {std::move(name), std::move(value)};
  }

  std::string bytes(const Tag& tag, uint64_t end, uint64_t longest) {
    check(tag.size <= longest,
          cat_str("an element of ", tag.size, " bytes, expected at most ", longest));
    if (tag.inside) return {reinterpret_cast<const char*>(tag.inside->data()), tag.size};
    std::string out(tag.size, '\0');
    read(out.data(), tag.size, end);
    if (tag.type != Stored::Compressed) pad(tag, end);
    return out;
  }

 private:
  static constexpr uint64_t kLongestName = 1 << 12, kLongestText = 1 << 26;

  const std::string& source() const { return in_.path(); }
  [[noreturn]] void refuse(const std::string& what) const {
    throw FormatError(cat_str("[", source(), "] is damaged or not understood: at byte ",
                              in_.position(), " there is ", what));
  }
  void check(bool fits, const std::string& what) const {
    if (!fits) refuse(what);
  }

  uint32_t number(const uint8_t* bytes) const {
    uint32_t value;
    std::memcpy(&value, bytes, 4);
    return swapped_ ? __builtin_bswap32(value) : value;
  }

  void read(void* to, uint64_t n, uint64_t end) {
    check(n <= end - in_.position() && in_.read(to, n) == n, "its end");
  }

  /// Elements begin at multiples of eight bytes.
  void pad(const Tag& tag, uint64_t end) {
    uint8_t nothing[8];
    const uint64_t n = (8 - tag.size % 8) % 8;
    in_.read(nothing, std::min(n, end - in_.position()));
  }

  /// Reads the sizes; gives their product.
  int64_t read_sizes(MatValue& value, uint64_t end) {
    const std::string text = bytes(tag(end), end, 4 * kMostDims);
    check(text.size() >= 8 && text.size() % 4 == 0, "an array without two dims");
    constexpr int64_t kMost = int64_t{1} << 40;
    int64_t count = 1;
    bool empty = false;
    for (size_t i = 0; i < text.size(); i += 4) {
      const auto size = static_cast<int32_t>(number(reinterpret_cast<const uint8_t*>(&text[i])));
      check(size >= 0, cat_str("an array with ", size, " elements in a dim"));
      value.sizes.push_back(size);
      empty |= size == 0;
      check(size == 0 || count <= kMost / size, cat_str("an array of ", value.sizes, " elements"));
      if (size > 0) count *= size;
    }
    return empty ? 0 : count;
  }

  std::vector<std::string> field_names(uint64_t end) {
    const std::string length_bytes = bytes(tag(end), end, 4);
    check(length_bytes.size() == 4, "a struct without the length of its fields' names");
    const uint32_t length = number(reinterpret_cast<const uint8_t*>(length_bytes.data()));
    const std::string all = bytes(tag(end), end, 1 << 20);
    check(length > 0 && all.size() % length == 0, cat_str("names of fields of ", length, " bytes"));
    std::vector<std::string> names;
    for (size_t at = 0; at < all.size(); at += length)
      names.emplace_back(all.substr(at, length).c_str());
    return names;
  }

  Tensor numbers(const std::vector<int64_t>& sizes, int64_t count, ScalarType dtype, uint64_t end) {
    const Tag data = tag(end);
    const uint64_t width = mat::width_of(data.type);
    check(width > 0, cat_str("numbers of type ", static_cast<int>(data.type)));
    check(data.size == width * static_cast<uint64_t>(count),
          cat_str("an array of ", sizes, " with ", data.size, " bytes of ", width, " each"));
    Tensor raw = empty({static_cast<int64_t>(data.size)}, kByte);
    if (data.inside) {
      std::memcpy(raw.data_ptr(), data.inside->data(), data.size);
    } else {
      read(raw.data_ptr(), data.size, end);
      pad(data, end);
    }
    if (swapped_) mat::swap_bytes(raw, width);
    const Tensor flat = mat::converted(raw, data.type, dtype, source());
    // The first dim changes fastest.
    std::vector<int64_t> reversed(sizes.rbegin(), sizes.rend()), order;
    for (size_t i = sizes.size(); i > 0; --i) order.push_back(static_cast<int64_t>(i) - 1);
    return flat.view(reversed).permute(order);
  }

  ByteStream& in_;
  bool swapped_;
};

/// Whether the numbers are of the other byte order.
bool read_header(ByteStream& in) {
  uint8_t header[kHeader];
  const size_t n = in.read(header, kHeader);
  const bool little = n == kHeader && header[126] == 'I' && header[127] == 'M';
  const bool big = n == kHeader && header[126] == 'M' && header[127] == 'I';
  HEARTH_CHECK_AS(FormatError, little || big, "[", in.path(),
                  "] is no file of MATLAB 5 to 7.2; expected a header of 128 bytes that ends in IM "
                  "or MI");
  const int version = little ? header[125] : header[124];
  HEARTH_CHECK_AS(FormatError, version == 1, "[", in.path(),
                  "] is a file of MATLAB 7.3 or later (HDF5); save it with -v7");
  return big;
}

std::vector<std::pair<std::string, MatValue>> parse(ByteStream& in) {
  const bool swapped = read_header(in);
  const auto size = in.at_most();
  HEARTH_CHECK_AS(FileError, size, "[", in.path(), "] is not a regular file");
  Parser file(in, swapped);
  std::vector<std::pair<std::string, MatValue>> variables;
  while (in.position() + kSmallest <= *size) {
    const Tag tag = file.tag(*size);
    if (tag.type != Stored::Compressed) {
      variables.push_back(file.matrix(tag));
      continue;
    }
    const std::string packed = file.bytes(tag, *size, *size);
    ByteStream inflated(packed.data(), packed.size(), in.path(), ByteStream::Packed::Zlib);
    Parser inside(inflated, swapped);
    variables.push_back(inside.matrix(inside.tag(*inflated.at_most())));
  }
  return variables;
}

}  // namespace

const MatValue& MatValue::field(const std::string& name, size_t index) const {
  const auto found = std::find(fields.begin(), fields.end(), name);
  if (found != fields.end()) {
    const size_t at = index * fields.size() + static_cast<size_t>(found - fields.begin());
    HEARTH_CHECK_AS(IndexError, at < elements.size(), "[MatValue] struct ", index, " of ",
                    elements.size() / fields.size());
    return elements[at];
  }
  std::string known;
  for (const std::string& field : fields) known += (known.empty() ? "" : ", ") + field;
  throw FormatError(cat_str("[MatValue] there is no field '", name, "'; there are: ", known));
}

MatFile::MatFile(const std::string& path) : name_(path) {
  ByteStream in(path);
  variables_ = parse(in);
}

MatFile::MatFile(const void* data, size_t bytes, const std::string& name) : name_(name) {
  ByteStream in(data, bytes, name);
  variables_ = parse(in);
}

const MatValue& MatFile::at(const std::string& name) const {
  std::string known;
  for (const auto& [known_name, value] : variables_) {
    if (known_name == name) return value;
    known += (known.empty() ? "" : ", ") + known_name;
  }
  throw FormatError(cat_str("[", name_, "] has no variable '", name, "'; there are: ", known));
}

}  // namespace hearth::datasets
