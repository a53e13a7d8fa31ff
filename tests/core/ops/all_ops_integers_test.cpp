// SPDX-License-Identifier: Apache-2.0
// Every row with every number among its fields at the edges of int64: an error or a result, soon
// and in little memory, and the same for its gradients.
#include <cctype>
#include <cstddef>

#include "hearth/autograd/autograd.h"
#include "hearth/ops/creation.h"

#include "core/ops/extremes.h"
#include "core/ops/samples.h"

namespace hearth::testing_ops {
namespace {

/// A part of a text: an integer, or the word None in the place of one.
struct Number {
  size_t at, length;
};

std::vector<Number> numbers_in(const std::string& text) {
  std::vector<Number> found;
  const auto part_of_word = [&](size_t i) {
    return i < text.size() && (std::isalnum(static_cast<unsigned char>(text[i])) ||
                               text[i] == '.' || text[i] == '_' || text[i] == ':');
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && part_of_word(i - 1)) continue;
    size_t end = i;
    if (text.compare(i, 4, "None") == 0) {
      end = i + 4;
    } else {
      if (text[end] == '-') ++end;
      while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end]))) ++end;
      if (end == i || text[end - 1] == '-') continue;
    }
    if (!part_of_word(end)) found.push_back({i, end - i});
  }
  return found;
}

std::string with(std::string text, Number n, int64_t value) {
  return text.replace(n.at, n.length, std::to_string(value));
}

/// The text with each list one element longer, one shorter, empty, and of 65 elements.
std::vector<std::string> with_other_lists(const std::string& text) {
  std::vector<std::string> out;
  for (size_t open = text.find('['); open != std::string::npos; open = text.find('[', open + 1)) {
    const size_t close = text.find(']', open);
    const std::string list = text.substr(open + 1, close - open - 1);
    const auto put = [&](const std::string& other) {
      out.push_back(text.substr(0, open + 1) + other + text.substr(close));
    };
    put("");
    put(list.empty() ? "1" : list + ", 1");
    if (const size_t comma = list.rfind(", "); comma != std::string::npos)
      put(list.substr(0, comma));
    std::string many = "1";
    for (int i = 0; i < 64; ++i) many += ", 1";
    put(many);
  }
  return out;
}

/// Runs the sample with the fields of this text, then backward, in bounded memory.
void try_fields(const Sample& s, const std::string& text) {
  std::vector<std::max_align_t> memory(s.op->fields.size / sizeof(std::max_align_t) + 1);
  if (!s.op->fields.parse(text, memory.data())) return;
  const std::shared_ptr<void> fields(memory.data(), [&](void* f) { s.op->fields.destroy(f); });

  SCOPED_TRACE(std::string(s.op->info.name) + "(" + text + ") instead of " + describe(s));
  const Sample changed{s.op, fields, s.in, s.smooth};
  computes_or_refuses([&] { return run(changed, copies(s.in)); });

  if (!s.op->info.differentiable) return;
  std::vector<Tensor> in = copies(s.in);
  autograd::variable_list wanted;
  for (size_t i = 0; i < in.size(); ++i) {
    const bool written = s.op->info.input(i).is(arg::mutated);
    if (!in[i].defined() || in[i].scalar_type() != kDouble || written) continue;
    wanted.push_back(in[i].requires_grad_());
  }
  if (wanted.empty()) return;
  computes_or_refuses([&] {
    autograd::variable_list roots, starts;
    for (const Tensor& t : run(changed, in)) {
      if (!t.requires_grad()) continue;
      roots.push_back(t);
      starts.push_back(ones_like(t, TensorOptions().requires_grad(false)));
    }
    if (roots.empty()) return roots;
    const autograd::variable_list grads =
        autograd::grad(roots, wanted, starts, std::nullopt, false, true);
    for (size_t i = 0; i < grads.size(); ++i) {
      if (!grads[i].defined()) continue;
      EXPECT_EQ(grads[i].sizes(), wanted[i].sizes());
    }
    return grads;
  });
}

TEST(AllOpsIntegers, RefuseOrComputeExtremeFields) {
  const FewMegabytes limit;
  for (const Sample& s : all_samples()) {
    const std::string text = s.op->fields.print(s.fields.get());
    const std::vector<Number> numbers = numbers_in(text);
    for (const Number& n : numbers)
      for (int64_t v : kExtremes) try_fields(s, with(text, n, v));
    // The later one first, so that the other's place stays what it is.
    constexpr int64_t kPairs[] = {0, -1, int64_t{1} << 31, int64_t{1} << 62, INT64_MAX, INT64_MIN};
    for (size_t a = 0; a < numbers.size(); ++a)
      for (size_t b = a + 1; b < numbers.size(); ++b)
        for (int64_t v : kPairs)
          for (int64_t w : kPairs) try_fields(s, with(with(text, numbers[b], w), numbers[a], v));
  }
}

TEST(AllOpsIntegers, RefuseOrComputeListsOfOtherLengths) {
  const FewMegabytes limit;
  for (const Sample& s : all_samples())
    for (const std::string& text : with_other_lists(s.op->fields.print(s.fields.get())))
      try_fields(s, text);
}

}  // namespace
}  // namespace hearth::testing_ops
