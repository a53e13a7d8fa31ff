// SPDX-License-Identifier: Apache-2.0
// Indices of every kind and type, in bounds and out of them, and writing with operands that share
// memory with what is written to.
#include <iostream>
#include <string>
#include <vector>

#include <torch/torch.h>

using namespace torch::indexing;
using torch::Tensor;

static void show(const std::string& call, const Tensor& t) {
  const Tensor flat = t.to(torch::kDouble).reshape({-1});
  std::cout << call << ' ' << t.scalar_type() << ' ' << t.dim();
  for (int64_t i = 0; i < flat.numel(); ++i) std::cout << ' ' << flat[i].item<double>();
  std::cout << '\n';
}

/// What the call gives, or whether its error says the phrase.
template <typename Call>
static void check(const std::string& name, const Call& call, const std::string& phrase = "") {
  try {
    show(name, call());
  } catch (const std::exception& e) {
    const bool said = std::string(e.what()).find(phrase) != std::string::npos;
    std::cout << name << (said ? " throws\n" : " throws something else\n");
  }
}
#define CHECK(...) check(#__VA_ARGS__, [&] { return __VA_ARGS__; })
#define SAYS(phrase, ...) \
  check(                  \
      #__VA_ARGS__, [&] { return __VA_ARGS__; }, phrase)

/// The tensor after the method was called on a copy of it.
template <typename Method>
static Tensor after(const Tensor& x, const Method& method) {
  Tensor copy = x.clone();
  method(copy);
  return copy;
}
#define AFTER(x, ...) after(x, [&](Tensor& self) { __VA_ARGS__; })

static Tensor longs(const std::vector<int64_t>& values) { return torch::tensor(values); }

static void negative_indices(const Tensor& x) {
  CHECK(torch::take(x, longs({-1, 0, -12})));
  CHECK(torch::take(x, longs({-13})));
  CHECK(torch::take(x, longs({12})));
  CHECK(torch::take_along_dim(x, longs({-1, 0, -4}).unsqueeze(1), 1));
  CHECK(torch::take_along_dim(x, longs({4}).unsqueeze(1), 1));
  CHECK(torch::take_along_dim(x, longs({-1, 3})));
  SAYS("index -1 is out of bounds for dimension 1 with size 4",
       x.gather(1, longs({-1}).unsqueeze(1)));
  SAYS("index 4 is out of bounds for dimension 1 with size 4",
       x.scatter(1, longs({4}).unsqueeze(1), 7));
  SAYS("index -1 is out of bounds for dimension 1 with size 4",
       x.index_copy(1, longs({-1}), torch::ones({3, 1})));
  CHECK(x.index_select(1, longs({-1})));
  CHECK(x.index_add(1, longs({-1}), torch::ones({3, 1})));
  CHECK(x.index_fill(1, longs({-1}), 7));
  SAYS("index 4 is out of bounds for dimension 1 with size 4", x.index_fill(1, longs({4}), 7));
  CHECK(x.index({longs({-1, -3})}));
}

static void names_of_dims(const Tensor& x) {
  SAYS("index 3 is out of bounds for dimension 0 with size 3", x.index({3}));
  SAYS("index 4 is out of bounds for dimension 1 with size 4", x.index({0, 4}));
  SAYS("index 4 is out of bounds for dimension 1 with size 4", x.index({Slice(), 4}));
  SAYS("index 4 is out of bounds for dimension 1 with size 4", x.index({Ellipsis, 4}));
  SAYS("too many indices for tensor of dimension 2", x.index({0, 0, 0}));
  SAYS("invalid index of a 0-dim tensor", torch::tensor(1.0).index({0}));
  SAYS("too many indices for tensor of dimension 0", torch::tensor(1.0).index({torch::tensor(0)}));
  SAYS("for dimension with size 0", torch::empty({3, 0}).index({Slice(), longs({0})}));
  const std::vector<TensorIndex> none;
  SAYS("Tensor::index() is not valid syntax", x.index(none));
  SAYS("Tensor::index_put_() is not valid syntax", AFTER(x, self.index_put_(none, 1)));
  std::cout << x.index({"..."}).is_same(x) << x.index({Slice()}).is_same(x)
            << (x.index({"..."}).data_ptr() == x.data_ptr()) << '\n';
}

static void types_of_indices(torch::ScalarType type) {
  std::cout << type << '\n';
  const Tensor x = torch::arange(6, torch::kFloat).view({2, 3});
  const Tensor i = longs({1, 0}).to(type), at = longs({1, 0, 0}).unsqueeze(0).to(type);
  CHECK(x.index({i}));
  CHECK(x.index({longs({1})[0].to(type)}));
  CHECK(x.index_select(0, i));
  CHECK(x.index_add(0, i, x));
  CHECK(x.gather(0, at));
  CHECK(x.scatter(0, at, 7));
  CHECK(x.scatter_add(0, at, x));
  CHECK(torch::where(longs({1, 0}).unsqueeze(1).to(type), x, torch::zeros({})));
}

static void numbers_as_vectors() {
  const Tensor x = torch::tensor(5.0), seven = torch::tensor(7.0), one = torch::full({1}, 7.0);
  for (const Tensor& i : {torch::tensor(0), longs({0}), longs({0, 0}), longs({-1}), longs({1}),
                          torch::empty({0}, torch::kLong)}) {
    CHECK(x.index_fill(0, i, 7));
    CHECK(x.index_fill(-1, i, seven));
    CHECK(x.index_copy(0, i, seven));
    CHECK(x.index_copy(0, i, one));
    CHECK(x.index_add(0, i, seven));
    CHECK(x.index_select(0, i));
    CHECK(x.gather(0, i));
    CHECK(x.scatter(0, i, 7));
    CHECK(x.scatter(0, i, seven));
    CHECK(x.scatter(0, i, one));
    CHECK(x.take(i));
    CHECK(torch::arange(3, torch::kFloat).scatter(0, i, seven));
    CHECK(torch::arange(3, torch::kFloat).index_copy(0, i, seven));
  }
  CHECK(x.index_fill(1, longs({0}), 7));
  CHECK(x.masked_select(torch::tensor(true)));
  CHECK(x.index({true}));
  CHECK(x.index({None}));
}

static void shared_operands() {
  const std::string memory = "to a single memory location";
  const Tensor x = torch::arange(6, torch::kFloat), reversed = longs({5, 4, 3, 2, 1, 0});
  SAYS(memory, AFTER(x, self.index_put_({reversed}, self)));
  SAYS(memory, AFTER(x, self.index_put_({longs({0, 1})}, self.slice(0, 2, 4))));
  SAYS(memory, AFTER(x, self.index_put_({longs({0, 1})}, self[3])));
  SAYS(memory, AFTER(x, self.index_add_(0, reversed, self)));
  SAYS(memory, AFTER(x, self.index_copy_(0, reversed, self)));
  SAYS(memory, AFTER(x, self.scatter_(0, reversed, self)));
  SAYS(memory, AFTER(x, self.scatter_add_(0, reversed, self)));
  SAYS(memory, AFTER(reversed, self.index_put_({self}, 7)));
  SAYS(memory, AFTER(reversed, self.index_fill_(0, self, 7)));
  SAYS(memory, AFTER(reversed, self.index_add_(0, self, reversed)));
  SAYS(memory, AFTER(reversed, self.scatter_(0, self, 7)));
  SAYS(memory, AFTER(x, self.expand({2, 6}).add_(1)));
  SAYS(memory, AFTER(x, self.expand({2, 6}).scatter_(1, reversed.unsqueeze(0), 7)));
  SAYS(memory, AFTER(x, self.slice(0, 0, 4).add_(self.slice(0, 2))));
  SAYS(memory, AFTER(x, self.slice(0, 0, 4).copy_(self.slice(0, 2))));
  // These are harmless.
  CHECK(AFTER(x, self.add_(self)));
  CHECK(AFTER(x, self.index_put_({self > 2}, self[1])));
  CHECK(AFTER(x, self.index_fill_(0, longs({0, 2}), self[3])));
  CHECK(AFTER(x, self.masked_fill_(self > 2, self[1])));
  CHECK(AFTER(x, self.fill_(self[3])));
  CHECK(AFTER(x, self.expand({2, 6}).fill_(1)));
  CHECK(AFTER(x, self.expand({2, 6}).zero_()));
  CHECK(AFTER(x > 2, self.index_put_({self}, false)));
  CHECK(AFTER(x.view({2, 3}), self.index_put_({0}, self[1])));
  CHECK(AFTER(x.view({3, 2}),
              self.select(1, 0).index_put_({longs({2, 0})}, self.select(1, 1).slice(0, 0, 2))));
  CHECK(AFTER(x.view({2, 3}), torch::cumsum_out(self, self, 0)));
  CHECK(AFTER(x.view({2, 3}), self.slice(1, 0, 2).addmm_(self.slice(1, 1), torch::ones({2, 2}))));
  SAYS("doesn't match the broadcast shape",
       AFTER(torch::ones({1}), torch::add_out(self, self, torch::ones({3}))));
}

/// Keeps warnings off the screen, and the last one.
struct Heard : c10::WarningHandler {
  void process(const c10::Warning& warning) override { last = warning.msg(); }
  std::string last;
};

static void indices_as_values(const Tensor& x) {
  const TensorIndex number(3), none(None), dots("..."), flag(true), part(Slice(1, None, 2)), t(x);
  std::cout << number.is_integer() << none.is_none() << dots.is_ellipsis() << flag.is_boolean()
            << part.is_slice() << t.is_tensor() << number.is_tensor() << none.is_slice() << '\n';
  std::cout << number.integer() << ' ' << flag.boolean() << ' ' << number.boolean() << ' '
            << part.slice() << ' ' << t.tensor().sizes() << ' ' << number.tensor().defined() << ' '
            << number.slice() << '\n';
  std::cout << number << ' ' << none << ' ' << dots << ' ' << flag << ' ' << part << '\n';
  const Slice slice = part.slice(), open, back(None, None, -1);
  std::cout << slice.start() << ' ' << slice.stop() << ' ' << slice.step() << ' ' << open << ' '
            << back << '\n';
  SAYS("slice step cannot be zero", (Slice(0, 2, 0), x));
}

static void masks_of_bytes(const Tensor& x, Heard& heard) {
  heard.last.clear();
  const Tensor bytes = (x > 2).to(torch::kByte);
  const auto warned = [&] {
    return heard.last.find("indexing with dtype torch.uint8 is now deprecated") !=
           std::string::npos;
  };
  CHECK(x.index({x > 2}));
  std::cout << "warned " << warned() << '\n';
  CHECK(x.index({bytes}));
  std::cout << "warned " << warned() << '\n';
  SAYS("bool", x.masked_fill(bytes, 1));
  SAYS("Bool", x.masked_select(bytes));
  CHECK(torch::where(bytes, x, x + 1));
  std::cout << "warned "
            << (heard.last.find("where received a uint8 condition tensor") != std::string::npos)
            << '\n';
}

int main() {
  Heard heard;
  const c10::WarningUtils::WarnAlways always;
  std::cout << std::boolalpha;
  c10::WarningUtils::set_warning_handler(&heard);
  const Tensor x = torch::arange(12, torch::kFloat).view({3, 4});
  negative_indices(x);
  names_of_dims(x);
  for (auto type : {torch::kByte, torch::kChar, torch::kShort, torch::kInt, torch::kLong,
                    torch::kBool, torch::kFloat})
    types_of_indices(type);
  numbers_as_vectors();
  shared_operands();
  indices_as_values(x);
  masks_of_bytes(x, heard);
}
