// SPDX-License-Identifier: Apache-2.0
// Text of tensors, as LibTorch prints them: columns of equal width, a common scale, then the type
// and sizes. Values are printed as doubles, complex ones by their real part.
#include "hearth/tensor/print.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <ostream>

#include "tensor/host_read.h"
#include "tensor/raw_copy.h"

namespace hearth {

namespace {

/// The fewest digits that read back as v; an exponent below 1e-4 and from 1e16 on.
std::string shortest(double v) {
  char text[64];
  const double magnitude = std::fabs(v);
  const bool plain = magnitude == 0 || !std::isfinite(v) || (magnitude >= 1e-4 && magnitude < 1e16);
  const auto end = std::to_chars(text, text + sizeof text, v,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific);
  return std::string(text, end.ptr);
}

/// How the numbers of one block are printed.
struct Format {
  double scale = 1;
  int width = 0;
  char style = 'g';  ///< printf's: g for integers, f, or e

  void append(std::string& s, double v) const {
    char text[400];
    const char pattern[] = {'%', '*', '.', style == 'g' ? '6' : '4', style, 0};
    std::snprintf(text, sizeof text, pattern, width, v / scale);
    s += text;
  }
  void append_scale(std::string& s) const { s += shortest(scale) + " *\n"; }
};

Format choose_format(const double* v, int64_t n) {
  bool integers = true;
  double smallest = INFINITY, largest = -INFINITY;
  for (int64_t i = 0; i < n; ++i) {
    if (!std::isfinite(v[i])) continue;
    integers &= v[i] == std::ceil(v[i]);
    smallest = std::min(smallest, std::fabs(v[i]));
    largest = std::max(largest, std::fabs(v[i]));
  }
  // Digits before the decimal point.
  const auto digits = [](double x) {
    return x == 0 || !std::isfinite(x) ? 1 : static_cast<int>(std::floor(std::log10(x))) + 1;
  };
  const int low = digits(smallest), high = digits(largest);
  if (integers) return high > 9 ? Format{1, 11, 'e'} : Format{1, high + 1, 'g'};
  if (high - low > 4) return {1, std::abs(high) > 99 || std::abs(low) > 99 ? 12 : 11, 'e'};
  if (high > 5 || high < 0) return {std::pow(10.0, high - 1), 7, 'f'};
  return {1, high == 0 ? 7 : high + 6, 'f'};
}

void print_matrix(std::string& s, const double* v, int64_t rows, int64_t columns, int64_t indent,
                  int64_t line_width) {
  const Format format = choose_format(v, rows * columns);
  const std::string margin(static_cast<size_t>(indent), ' ');
  const int64_t per_line = std::max<int64_t>(1, (line_width - indent) / (format.width + 1));
  for (int64_t first = 0; first < columns; first += per_line) {
    const int64_t end = std::min(first + per_line, columns);
    if (per_line < columns) {
      if (first != 0) s += '\n';
      s += cat_str("Columns ", first + 1, " to ", end);
      s += margin;
    }
    if (format.scale != 1) {
      format.append_scale(s);
      s += margin;
    }
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t c = first; c < end; ++c) {
        format.append(s, v[r * columns + c]);
        s += c == end - 1 ? '\n' : ' ';
      }
      if (r == rows - 1) continue;
      s += margin;
      if (format.scale != 1) s += ' ';
    }
  }
}

/// Matrices one by one, each under its indices; the first dim runs fastest.
void print_blocks(std::string& s, const double* v, const DimVector& sizes, int64_t line_width) {
  const size_t outer = sizes.size() - 2;
  const int64_t rows = sizes[outer], columns = sizes[outer + 1];
  DimVector at(outer, 0);
  for (bool more = true; more;) {
    if (!s.empty()) s += '\n';
    s += '(';
    int64_t block = 0;
    for (size_t d = 0; d < outer; ++d) {
      s += cat_str(at[d] + 1, ',');
      block = block * sizes[d] + at[d];
    }
    s += ".,.) = \n";
    print_matrix(s, v + block * rows * columns, rows, columns, 1, line_width);
    more = false;
    for (size_t d = 0; d < outer && !more; ++d) {
      more = ++at[d] < sizes[d];
      if (!more) at[d] = 0;
    }
  }
}

std::string values_text(const Tensor& tensor, int64_t line_width) {
  const Tensor dense = contiguous_raw(copy_raw(tensor.cpu(), kDouble, kCPU));
  const DimVector& sizes = impl(dense).sizes;
  const double* v = ptr<double>(dense);
  std::string s;
  if (sizes.empty()) {
    s = shortest(v[0]) + "\n";
  } else if (sizes.size() == 1) {
    const Format format = choose_format(v, sizes[0]);
    if (format.scale != 1) format.append_scale(s);
    for (int64_t i = 0; i < sizes[0]; ++i) {
      format.append(s, v[i]);
      s += '\n';
    }
  } else if (sizes.size() == 2) {
    print_matrix(s, v, sizes[0], sizes[1], 0, line_width);
  } else {
    print_blocks(s, v, sizes, line_width);
  }
  return s;
}

}  // namespace

std::string Tensor::toString() const {
  if (!defined()) return "UndefinedType";
  const Device d = device();
  return cat_str(layout() == kStrided  ? ""
                 : layout() == kSparse ? "Sparse"
                                       : "SparseCsr",
                 d.is_cpu()    ? "CPU"
                 : d.is_cuda() ? "CUDA"
                               : "Meta",
                 to_string(scalar_type()), "Type");
}

void Tensor::print() const {
  const std::string text =
      defined() ? cat_str("[", toString(), " ", sizes(), "]\n") : "[UndefinedTensor]\n";
  std::fflush(stdout);  // what was written before stands before, as with std::cerr
  std::fputs(text.c_str(), stderr);
}

namespace {

/// A sparse tensor's parts, each as a tensor.
std::ostream& print_sparse(std::ostream& out, const Tensor& tensor) {
  out << "[ " << tensor.toString() << "{}\n";
  if (tensor.is_sparse()) {
    out << "indices:\n" << tensor._indices();
  } else {
    out << "crow_indices:\n" << tensor.crow_indices();
    out << "\ncol_indices:\n" << tensor.col_indices();
  }
  return out << "\nvalues:\n" << tensor._values() << "\nsize:\n" << tensor.sizes() << "\n]";
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) { return print(out, tensor); }

std::ostream& print(std::ostream& out, const Tensor& tensor, int64_t linesize) {
  if (tensor.defined() && tensor.layout() != kStrided) return print_sparse(out, tensor);
  std::string s;
  if (!tensor.defined()) {
    s = "[ Tensor (undefined) ]";
  } else {
    check_host_read("operator<<");
    if (tensor.numel() > 0 && !tensor.is_meta()) s = values_text(tensor.detach(), linesize);
    s += cat_str("[ ", tensor.toString(), "{");
    const IntArrayRef sizes = tensor.sizes();
    for (size_t d = 0; d < sizes.size(); ++d) s += cat_str(d ? "," : "", sizes[d]);
    s += "} ]";
  }
  // Past the stream's own width, fill and precision.
  return out.write(s.data(), static_cast<std::streamsize>(s.size()));
}

}  // namespace hearth
