// SPDX-License-Identifier: Apache-2.0
#include "core/golden/reader.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <numeric>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"

namespace hearth::golden {

namespace {

constexpr char kMagic[] = "HGOLD2\n";
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kSpecials[] = {std::numeric_limits<double>::quiet_NaN(),
                                kInf,
                                -kInf,
                                0.0,
                                -0.0,
                                1.0,
                                -1.0,
                                0.5,
                                -0.5,
                                1e-30,
                                -1e-30,
                                1e4,
                                -1e4,
                                100.0,
                                -100.0,
                                2.5,
                                3.5};

/// Reads little-endian values from bytes and never past their end.
class Cursor {
 public:
  Cursor(const std::string& path, const char* data, size_t size)
      : path_(path), data_(data), left_(size) {}

  const char* bytes(size_t n) {
    HEARTH_CHECK_AS(FormatError, n <= left_, "[", path_, "] wants ", n, " more bytes, has ", left_,
                    "; write it again with tests/golden/generate.py");
    const char* p = data_;
    data_ += n;
    left_ -= n;
    return p;
  }
  template <typename T>
  T get() {
    T value;
    std::memcpy(&value, bytes(sizeof(T)), sizeof(T));
    return value;
  }
  template <typename File, typename T>
  std::vector<T> many(size_t n) {
    HEARTH_CHECK_AS(FormatError, n <= left_ / sizeof(File), "[", path_, "] wants ", n,
                    " more values, has ", left_, " bytes");
    std::vector<T> out(n);
    for (T& value : out) value = static_cast<T>(get<File>());
    return out;
  }
  std::string string() {
    const size_t n = get<uint8_t>();
    return {bytes(n), n};
  }
  ScalarType dtype() {
    const int t = get<uint8_t>();
    HEARTH_CHECK_AS(FormatError, t < kNumDtypes, "[", path_, "] has no dtype ", t);
    return static_cast<ScalarType>(t);
  }
  Cursor part(size_t n) { return {path_, bytes(n), n}; }
  size_t left() const { return left_; }

 private:
  const std::string& path_;
  const char* data_;
  size_t left_;
};

Attribute read_attribute(Cursor& in) {
  switch (in.get<uint8_t>()) {
    case 0:
      return {};
    case 1:
      return in.get<uint8_t>() != 0;
    case 2:
      return in.get<int64_t>();
    case 3:
      return in.get<double>();
    case 4:
      return in.string();
    case 5:
      return in.many<int64_t, int64_t>(in.get<uint8_t>());
    case 6:
      return in.many<double, double>(in.get<uint8_t>());
    case 7:
      return in.dtype();
    default:
      throw FormatError("[golden] unknown type of attribute");
  }
}

Spec read_spec(Cursor& in) {
  Spec spec;
  spec.dtype = in.dtype();
  spec.formula = static_cast<Formula>(in.get<uint8_t>());
  spec.requires_grad = in.get<uint8_t>() != 0;
  spec.seed = in.get<uint32_t>();
  spec.low = in.get<double>();
  spec.high = in.get<double>();
  spec.storage = in.get<uint32_t>();
  const size_t dims = in.get<uint8_t>();
  spec.sizes = in.many<int32_t, int64_t>(dims);
  spec.strides = in.many<int32_t, int64_t>(dims);
  spec.offset = in.get<int32_t>();
  spec.values = in.many<double, double>(in.get<uint16_t>());
  return spec;
}

Expected read_expected(Cursor& in) {
  Expected e;
  const int type = in.get<uint8_t>();
  if (type == 255) return e;
  HEARTH_CHECK_AS(FormatError, type < kNumDtypes, "[golden] has no dtype ", type);
  e.dtype = static_cast<ScalarType>(type);
  e.requires_grad = in.get<uint8_t>() != 0;
  e.sizes = in.many<int32_t, int64_t>(in.get<uint8_t>());
  size_t bytes = element_size(e.dtype);
  for (const int64_t n : e.sizes) {
    HEARTH_CHECK_AS(FormatError,
                    n >= 0 && static_cast<size_t>(n) <= (1u << 24) && bytes <= (1u << 28),
                    "[golden] impossible size ", n);
    bytes *= static_cast<size_t>(n);
  }
  e.data = in.many<uint8_t, uint8_t>(bytes);
  return e;
}

Case read_case(Cursor in) {
  Case c;
  c.op = in.string();
  c.variant = in.string();
  c.must_throw = in.get<uint8_t>() != 0;
  c.tolerance = in.get<float>();
  for (int n = in.get<uint8_t>(); n > 0; --n) {
    const std::string name = in.string();
    c.attributes[name] = read_attribute(in);
  }
  for (int n = in.get<uint8_t>(); n > 0; --n) {
    Input& input = c.inputs.emplace_back();
    input.name = in.string();
    input.is_list = in.get<uint8_t>() == 2;
    for (int k = in.get<uint8_t>(); k > 0; --k) input.specs.push_back(read_spec(in));
  }
  for (int n = in.get<uint8_t>(); n > 0; --n) c.outputs.push_back(read_expected(in));
  for (int n = in.get<uint8_t>(); n > 0; --n) c.gradients.push_back(read_expected(in));
  HEARTH_CHECK_AS(FormatError, in.left() == 0, "[golden] ", c.op, " ", c.variant, " has ",
                  in.left(), " bytes too many");
  return c;
}

/// Calls f with each case's bytes.
template <typename F>
void for_each_case(const std::string& path, F f) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  HEARTH_CHECK_AS(FileError, file.good(), "[", path, "] cannot be opened");
  std::string data(static_cast<size_t>(file.tellg()), '\0');
  file.seekg(0).read(data.data(), static_cast<std::streamsize>(data.size()));
  Cursor in(path, data.data(), data.size());
  HEARTH_CHECK_AS(FormatError, std::memcmp(in.bytes(sizeof kMagic), kMagic, sizeof kMagic) == 0,
                  "[", path, "] is not a file of golden cases");
  for (uint32_t n = in.get<uint32_t>(); n > 0; --n) f(in.part(in.get<uint32_t>()));
}

uint32_t hash32(uint32_t i, uint32_t seed) {
  uint32_t x = (i + 1) * 0x9E3779B9u + seed * 0x85EBCA6Bu;
  x ^= x >> 16;
  x *= 0x7FEB352Du;
  x ^= x >> 15;
  x *= 0x846CA68Bu;
  return x ^ (x >> 16);
}

/// The elements as doubles; golden.py's `fill` step by step.
std::vector<double> elements(Formula formula, int64_t n, bool floating, uint32_t seed, double low,
                             double high, const std::vector<double>& values) {
  if (formula == Formula::Values) return values;
  std::vector<double> x(static_cast<size_t>(n));
  int64_t step = std::max<int64_t>(1, n * 618 / 1000);
  while (n > 0 && std::gcd(step, n) != 1) ++step;
  for (int64_t i = 0; i < n; ++i) {
    double& value = x[static_cast<size_t>(i)];
    const uint32_t h = hash32(static_cast<uint32_t>(i), seed);
    if (formula == Formula::Distinct) {
      const auto rank = static_cast<double>((i * step + seed) % n);
      value = floating ? low + (high - low) * ((rank + 0.5) / static_cast<double>(n)) : low + rank;
    } else if (!floating) {
      value = low +
              h % static_cast<uint32_t>(static_cast<int64_t>(high) - static_cast<int64_t>(low) + 1);
    } else {
      value = low + (high - low) * ((static_cast<double>(h >> 8) + 0.5) / 16777216.0);
    }
  }
  if (formula == Formula::Special) {
    const size_t specials = std::min(std::size(kSpecials), x.size());
    std::copy(kSpecials, kSpecials + specials, x.begin());
  }
  return x;
}

template <typename T>
void store(Tensor& out, const std::vector<double>& x) {
  T* p = out.data_ptr<T>();
  for (const double value : x) {
    if constexpr (std::is_same_v<T, bool>) {
      *p++ = value != 0;
    } else if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
      *p++ = T(static_cast<float>(value));
    } else if constexpr (std::is_same_v<T, int8_t> || std::is_same_v<T, uint8_t>) {
      *p++ = static_cast<T>(static_cast<int64_t>(value));
    } else {
      *p++ = static_cast<T>(value);
    }
  }
}

template <typename T>
void store_complex(Tensor& out, const std::vector<double>& x) {
  complex<T>* p = out.data_ptr<complex<T>>();
  for (size_t i = 0; i + 1 < x.size(); i += 2)
    *p++ = complex<T>(static_cast<T>(x[i]), static_cast<T>(x[i + 1]));
}

}  // namespace

std::vector<std::string> read_operators(const std::string& path) {
  std::vector<std::string> ops;
  for_each_case(path, [&](Cursor in) {
    std::string op = in.string();
    if (std::find(ops.rbegin(), ops.rend(), op) == ops.rend()) ops.push_back(std::move(op));
  });
  return ops;
}

std::vector<Case> read_cases(const std::string& path, std::string_view op) {
  std::vector<Case> cases;
  for_each_case(path, [&](Cursor in) {
    if (op.empty() || Cursor(in).string() == op) cases.push_back(read_case(in));
  });
  return cases;
}

Tensor elements_of(Formula formula, int64_t n, ScalarType dtype, uint32_t seed, double low,
                   double high, const std::vector<double>& values) {
  const bool wide = is_complex(dtype);
  const auto x =
      elements(formula, wide ? 2 * n : n, is_differentiable(dtype), seed, low, high, values);
  HEARTH_CHECK_AS(FormatError, static_cast<int64_t>(x.size()) == (wide ? 2 * n : n),
                  "[golden] a storage of ", n, " elements has ", x.size(), " values");
  Tensor out = empty({n}, TensorOptions().dtype(dtype));
  switch (dtype) {
    case kBool:
      store<bool>(out, x);
      break;
    case kByte:
      store<uint8_t>(out, x);
      break;
    case kChar:
      store<int8_t>(out, x);
      break;
    case kShort:
      store<int16_t>(out, x);
      break;
    case kInt:
      store<int32_t>(out, x);
      break;
    case kLong:
      store<int64_t>(out, x);
      break;
    case kHalf:
      store<Half>(out, x);
      break;
    case kBFloat16:
      store<BFloat16>(out, x);
      break;
    case kFloat:
      store<float>(out, x);
      break;
    case kDouble:
      store<double>(out, x);
      break;
    case kComplexFloat:
      store_complex<float>(out, x);
      break;
    case kComplexDouble:
      store_complex<double>(out, x);
      break;
    default:
      break;
  }
  return out;
}

Tensor build(const Spec& spec, Device device) {
  const Tensor base = elements_of(spec.formula, spec.storage, spec.dtype, spec.seed, spec.low,
                                  spec.high, spec.values);
  return base.to(device, spec.dtype)
      .as_strided(spec.sizes, spec.strides, spec.offset)
      .detach()
      .requires_grad_(spec.requires_grad);
}

}  // namespace hearth::golden
