// SPDX-License-Identifier: Apache-2.0
#include "opinfo/values.h"

#include <cstring>

#include "hearth/ops/creation.h"

namespace hearth::opinfo {
namespace {

constexpr ScalarType kDtypes[] = {kBool, kByte,     kChar,  kShort,  kInt,          kLong,
                                  kHalf, kBFloat16, kFloat, kDouble, kComplexFloat, kComplexDouble};

ScalarType dtype_at(uint8_t code) {
  HEARTH_CHECK_AS(FormatError, code < std::size(kDtypes), "no dtype has the code ", int(code));
  return kDtypes[code];
}

}  // namespace

SampleReader::SampleReader(const std::string& path) : file_(path, std::ios::binary) {
  HEARTH_CHECK_AS(FileError, file_, "cannot open ", path);
  refill(6);
  HEARTH_CHECK_AS(FormatError, record_ == "HOPS1\n", path, " holds no operator samples");
}

void SampleReader::refill(size_t bytes) {
  record_.resize(bytes);
  file_.read(record_.data(), static_cast<std::streamsize>(bytes));
  HEARTH_CHECK_AS(FormatError, file_, "the file of samples ends in the middle of one");
  at_ = 0;
}

template <typename T>
T SampleReader::number() {
  HEARTH_CHECK_AS(FormatError, record_.size() - at_ >= sizeof(T), "a sample is too short");
  T n;
  std::memcpy(&n, record_.data() + at_, sizeof n);
  at_ += sizeof n;
  return n;
}

std::string SampleReader::text() {
  const size_t n = number<uint16_t>();
  HEARTH_CHECK_AS(FormatError, record_.size() - at_ >= n, "a sample is too short");
  at_ += n;
  return record_.substr(at_ - n, n);
}

Tensor SampleReader::tensor() {
  const auto code = number<uint8_t>();
  const bool requires_grad = number<uint8_t>() != 0;
  const size_t dims = number<uint8_t>();
  if (code == 255) return {};
  std::vector<int64_t> sizes(dims), strides(dims);
  for (int64_t& n : sizes) n = number<int64_t>();
  for (int64_t& n : strides) n = number<int64_t>();
  const auto elements = number<int64_t>();
  const auto offset = number<int64_t>();
  const Tensor storage = empty({elements}, dtype_at(code));
  const size_t bytes = storage.nbytes();
  HEARTH_CHECK_AS(FormatError, record_.size() - at_ >= bytes, "a sample is too short");
  if (bytes) std::memcpy(storage.data_ptr(), record_.data() + at_, bytes);
  at_ += bytes;
  return storage.as_strided(sizes, strides, offset).detach().set_requires_grad(requires_grad);
}

Value SampleReader::value() {
  const auto list = [&]<typename T>(T one) {
    std::vector<std::decay_t<decltype(one())>> all(number<uint8_t>());
    for (size_t i = 0; i < all.size(); ++i) all[i] = one();
    return all;
  };
  switch (number<uint8_t>()) {
    case 0:
      return std::monostate();
    case 1:
      return number<uint8_t>() != 0;
    case 2:
      return number<int64_t>();
    case 3:
      return number<double>();
    case 4: {
      const double re = number<double>();
      return std::complex<double>(re, number<double>());
    }
    case 5:
      return text();
    case 6:
      return list([&] { return number<int64_t>(); });
    case 7:
      return list([&] { return number<double>(); });
    case 8:
      return dtype_at(number<uint8_t>());
    case 9:
      return tensor();
    case 10:
      return list([&]() -> std::optional<Tensor> {
        Tensor t = tensor();
        return t.defined() ? std::optional(std::move(t)) : std::nullopt;
      });
    case 11:
      return list([&] { return number<uint8_t>() != 0; });
    default:
      throw FormatError("a sample holds a value of an unknown type");
  }
}

std::optional<Sample> SampleReader::next() {
  if (file_.peek() == std::ifstream::traits_type::eof()) return std::nullopt;
  refill(4);
  refill(number<uint32_t>());
  Sample s;
  s.name = text();
  s.dtype = text();
  s.compare = static_cast<Compare>(number<uint8_t>());
  s.arguments.resize(number<uint8_t>());
  for (Value& v : s.arguments) v = value();
  s.outputs.resize(number<uint8_t>());
  for (Tensor& t : s.outputs) t = tensor();
  s.gradients.resize(number<uint8_t>());
  for (Tensor& t : s.gradients) t = tensor();
  return s;
}

std::vector<Tensor> leaves(const std::vector<Value>& arguments) {
  std::vector<Tensor> found;
  const auto add = [&](const Tensor& t) {
    if (t.requires_grad()) found.push_back(t);
  };
  for (const Value& v : arguments) {
    if (const auto* t = std::get_if<Tensor>(&v)) add(*t);
    if (const auto* list = std::get_if<std::vector<std::optional<Tensor>>>(&v)) {
      for (const auto& t : *list)
        if (t) add(*t);
    }
  }
  return found;
}

}  // namespace hearth::opinfo
