// SPDX-License-Identifier: Apache-2.0
// The format is described by NumPy in numpy/lib/format.py.
#include "hearth/io/npy.h"

#include <charconv>

#include "hearth/io/mapped_file.h"

#include "io/byte_reader.h"
#include "io/bytes_as_tensor.h"
#include "io/npy_format.h"
#include "io/sink.h"
#include "io/zip_reader.h"
#include "io/zip_writer.h"
#include "tensor/host_read.h"

namespace hearth::npy {

namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);

struct Type {
  std::string_view name;  ///< without the byte order
  ScalarType dtype;
};
constexpr Type kTypes[] = {
    {"f4", kFloat},  {"f8", kDouble},       {"f2", kHalf},           {"i8", kLong},
    {"i4", kInt},    {"i2", kShort},        {"i1", kChar},           {"u1", kByte},
    {"b1", kBool},   {"c8", kComplexFloat}, {"c16", kComplexDouble}, {"u2", kUInt16},
    {"u4", kUInt32}, {"u8", kUInt64}};

/// Reads the header's text, a Python dict of three keys.
class HeaderReader {
 public:
  HeaderReader(std::string_view text, const std::string& source) : text_(text), source_(source) {}

  void read(Header& header) {
    bool descr = false, order = false, shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string key = string();
      expect(':');
      if (key == "descr" && !descr) {
        descr = true;
        header.descr = string();
      } else if (key == "fortran_order" && !order) {
        order = true;
        header.fortran_order = boolean();
      } else if (key == "shape" && !shape) {
        shape = true;
        sizes(header.sizes);
      } else {
        bad(cat_str("the key '", key, "'"));
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    if (!(descr && order && shape)) bad("no descr, fortran_order or shape");
  }

 private:
  [[noreturn]] void bad(std::string_view what) const {
    throw FormatError(cat_str("[", source_, "] expected the header of an .npy file, got ", what));
  }
  char peek() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) bad(cat_str("'", peek(), "' instead of '", c, "'"));
  }
  std::string string() {
    const char quote = peek();
    if (quote == '[') bad("records (a structured type), which tensors do not have");
    if (quote != '\'' && quote != '"') bad("what is no string");
    const size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) bad("a string without an end");
    std::string value(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return value;
  }
  bool boolean() {
    for (const auto& [word, value] : {std::pair{"True", true}, std::pair{"False", false}}) {
      peek();
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += std::string_view(word).size();
      return value;
    }
    bad("neither True nor False");
  }
  void sizes(DimVector& to) {
    expect('(');
    while (!accept(')')) {
      peek();
      int64_t size = 0;
      const char* begin = text_.data() + at_;
      const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), size);
      if (error != std::errc() || size < 0) bad("a size that is no number");
      at_ += static_cast<size_t>(end - begin);
      if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // Python 2
      if (to.size() >= kMaxRank) bad("too many dims");
      to.push_back(size);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
  }

  std::string_view text_;
  const std::string& source_;
  size_t at_ = 0;
};

void parse_type(Header& header) {
  std::string_view name = header.descr;
  if (name.empty()) return;
  const char order = name.front();
  if (order == '<' || order == '>' || order == '|' || order == '=') name.remove_prefix(1);
  header.dtype = dtype_of_name(name);
  header.swapped = order == '>' && !name.empty() && name.back() != '1';
}

DimVector reversed(const DimVector& dims) {
  DimVector out;
  for (size_t i = dims.size(); i-- > 0;) out.push_back(dims[i]);
  return out;
}

}  // namespace

ScalarType dtype_of_name(std::string_view name) {
  for (const Type& t : kTypes)
    if (t.name == name) return t.dtype;
  return ScalarType::Undefined;
}

DimVector strides_of(const DimVector& sizes, bool fortran_order) {
  if (!fortran_order) return contiguous_strides(sizes.ref());
  return reversed(contiguous_strides(reversed(sizes).ref()));
}

bool is_npy(std::string_view bytes) { return bytes.starts_with(kMagic); }

Header parse_header(std::string_view bytes, const std::string& source) {
  HEARTH_CHECK_AS(FormatError, is_npy(bytes), "[", source, "] expected an .npy file");
  ByteReader in(bytes, source);
  in.take(kMagic.size());
  const uint8_t major = in.u8();
  in.u8();
  HEARTH_CHECK_AS(FormatError, major >= 1 && major <= 3, "[", source,
                  "] expected an .npy file of version 1 to 3, got ", int{major});
  const uint64_t length = major == 1 ? in.u16() : in.u32();
  constexpr uint64_t kMostHeader = 1 << 20;
  HEARTH_CHECK_AS(FormatError, length <= kMostHeader, "[", source, "] a header of ", length,
                  " bytes is too long");
  Header header;
  HeaderReader(in.take(length), source).read(header);
  parse_type(header);
  header.data_start = in.position();
  if (header.dtype != ScalarType::Undefined) {
    const auto nbytes =
        static_cast<uint64_t>(checked_nbytes(checked_numel(header.sizes.ref()), header.dtype));
    HEARTH_CHECK_AS(FormatError, nbytes <= in.remaining(), "[", source, "] an array of ",
                    header.sizes.ref(), " of type ", header.descr, " needs ", nbytes,
                    " bytes, the file has ", in.remaining(), " more; is it cut off?");
  }
  return header;
}

Tensor make_tensor(std::string_view bytes, const std::string& source,
                   const std::shared_ptr<const void>& keep) {
  const Header header = parse_header(bytes, source);
  HEARTH_CHECK_AS(FormatError, header.dtype != ScalarType::Undefined, "[", source,
                  "] the array is of NumPy's type '", header.descr, "', which tensors do not have");
  const DimVector strides = strides_of(header.sizes, header.fortran_order);
  const auto size =
      static_cast<size_t>(checked_numel(header.sizes.ref())) * element_size(header.dtype);
  const std::string_view data = bytes.substr(header.data_start, size);
  HEARTH_CHECK_AS(FormatError, header.dtype != kBool || are_bools(data), "[", source,
                  "] an array of type bool has bytes other than 0 and 1");
  return bytes_as_tensor(data, header.sizes, strides, header.dtype, keep, header.swapped);
}

Tensor load(const std::string& path) {
  const auto file = std::make_shared<MappedFile>(path);
  return make_tensor({file->data(), file->size()}, path, file);
}
Tensor load(const void* data, size_t size, const std::string& name) {
  return make_tensor({static_cast<const char*>(data), size}, name, nullptr);
}

std::map<std::string, Tensor> load_npz(const std::string& path) {
  const auto file = std::make_shared<MappedFile>(path);
  const ZipReader zip({file->data(), file->size()}, path);
  std::map<std::string, Tensor> arrays;
  for (const ZipEntry& entry : zip.entries()) {
    if (!entry.name.ends_with(".npy")) continue;
    const std::string source = cat_str(path, ": ", entry.name);
    const std::string name = entry.name.substr(0, entry.name.size() - 4);
    const auto [bytes, keep] = zip.content(entry, file);
    arrays.emplace(name, make_tensor(bytes, source, keep));
  }
  return arrays;
}

// ---- writing

namespace {

/// The header, as long as NumPy makes it: data begin at a multiple of 64.
Tensor plain(const Tensor& tensor, const Conversion& conversion) {
  HEARTH_CHECK_AS(ValueError, tensor.defined(), "[npy] expected a tensor, got an undefined one");
  check_host_read("save");
  return conversion.apply(tensor);
}
std::string_view bytes_of(const Tensor& tensor) {
  return {tensor.nbytes() > 0 ? raw_data(tensor) : "", tensor.nbytes()};
}

}  // namespace

std::string header(ScalarType dtype, IntArrayRef sizes) {
  std::string_view type;
  for (const Type& t : kTypes)
    if (t.dtype == dtype) type = t.name;
  HEARTH_CHECK_AS(DtypeError, !type.empty(), "[npy] NumPy has no type ", dtype,
                  "; convert the tensor first, for instance to float");
  std::string shape;
  for (const int64_t n : sizes) shape += cat_str(n, sizes.size() == 1 ? "," : ", ");
  if (sizes.size() > 1) shape.resize(shape.size() - 2);
  std::string text = cat_str("{'descr': '", type.back() == '1' ? '|' : '<', type,
                             "', 'fortran_order': False, 'shape': (", shape, "), }");
  constexpr size_t kBefore = 10, kAlign = 64;
  while ((kBefore + text.size() + 1) % kAlign != 0) text += ' ';
  text += '\n';
  const auto length = static_cast<uint16_t>(text.size());
  std::string bytes(kMagic);
  bytes += std::string_view("\x01\x00", 2);
  bytes += static_cast<char>(length & 0xff);
  bytes += static_cast<char>(length >> 8);
  return bytes + text;
}

void write_npy(Sink& sink, const Tensor& tensor, const Conversion& conversion) {
  const Tensor copy = plain(tensor, conversion);
  sink.write(header(copy.scalar_type(), copy.sizes()));
  sink.write(bytes_of(copy));
  conversion.written(static_cast<int64_t>(copy.nbytes()));
}

void write_npz(Sink& sink, const std::vector<std::pair<std::string, Tensor>>& tensors,
               const Conversion& conversion) {
  ZipWriter zip(sink);
  for (const auto& [name, tensor] : tensors) {
    const Tensor copy = plain(tensor, conversion);
    zip.add(name + ".npy", {header(copy.scalar_type(), copy.sizes()), bytes_of(copy)});
    conversion.written(static_cast<int64_t>(copy.nbytes()));
  }
  zip.finish();
}

void save(const Tensor& tensor, const std::string& path) {
  FileSink sink(path);
  write_npy(sink, tensor, {});
  sink.commit();
}

std::vector<char> save(const Tensor& tensor) {
  BufferSink sink;
  write_npy(sink, tensor, {});
  return std::move(sink.bytes);
}

void save_npz(const std::vector<std::pair<std::string, Tensor>>& tensors, const std::string& path) {
  FileSink sink(path);
  write_npz(sink, tensors, {});
  sink.commit();
}

}  // namespace hearth::npy
