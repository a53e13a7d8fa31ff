// SPDX-License-Identifier: Apache-2.0
// A pickle is a program for a stack machine; Python's Lib/pickletools.py describes its words. Here
// it can only make nodes: no word of it names anything outside the list of pickle_types.cpp.
#include <algorithm>
#include <bit>
#include <optional>

#include "io/latin1.h"
#include "io/pickle_document.h"
#include "io/pickle_numpy.h"
#include "io/pickle_rebuild.h"
#include "io/pickle_types.h"

namespace hearth::pickle {

namespace {

using Kind = Value::Kind;

/// The words that are read. Those of protocol 0 (text) and those that import by other means are
/// not.
enum Word : uint8_t {
  kMark = '(',
  kStop = '.',
  kPop = '0',
  kPopMark = '1',
  kDup = '2',
  kBinBytes = 'B',
  kShortBinBytes = 'C',
  kBinFloat = 'G',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersId = 'Q',
  kReduce = 'R',
  kBinString = 'T',
  kShortBinString = 'U',
  kBinUnicode = 'X',
  kEmptyList = ']',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kSetItems = 'u',
  kEmptyDict = '}',
  kEmptyTuple = ')',
  kProto = 0x80,
  kNewObj = 0x81,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8a,
  kLong4 = 0x8b,
  kShortBinUnicode = 0x8c,
  kBinUnicode8 = 0x8d,
  kBinBytes8 = 0x8e,
  kEmptySet = 0x8f,
  kAddItems = 0x90,
  kFrozenSet = 0x91,
  kNewObjEx = 0x92,
  kStackGlobal = 0x93,
  kMemoize = 0x94,
  kFrame = 0x95,
  kByteArray8 = 0x96,
};

/// Files of millions of objects exist; what has more than this was made to exhaust memory.
constexpr size_t kMostNodes = 50'000'000;
constexpr size_t kMostIntegerBytes = 1024;
constexpr size_t kLongestName = 1024;  // of a class; every object of it keeps the name

/// A little-endian integer in two's complement, of more than eight bytes, in decimal.
std::string decimal(std::string_view bytes) {
  std::vector<uint8_t> left(bytes.rbegin(), bytes.rend());
  const bool negative = left.front() & 0x80;
  if (negative) {
    for (uint8_t& b : left) b = static_cast<uint8_t>(~b);
    for (size_t i = left.size(); i-- > 0 && ++left[i] == 0;) {
    }
  }
  std::string digits;
  bool more = true;
  while (more) {
    unsigned rest = 0;
    more = false;
    for (uint8_t& b : left) {
      rest = rest << 8 | b;
      b = static_cast<uint8_t>(rest / 10);
      rest %= 10;
      more |= b != 0;
    }
    digits.insert(digits.begin(), static_cast<char>('0' + rest));
  }
  return negative ? "-" + digits : digits;
}

class Machine {
 public:
  Machine(Document& document, ByteReader& in) : document_(document), in_(in) {}

  Node* run() {
    while (!done_) step(in_.u8());
    Node* result = pop();
    if (!stack_.empty() || !marks_.empty()) bad("leaves more than its value");
    return result;
  }

 private:
  [[noreturn]] void bad(std::string_view what) const {
    document_.bad(cat_str("the pickle ", what, " (before byte ", in_.position(), ")"));
  }

  Node* make(Kind kind) {
    if (document_.nodes.size() >= kMostNodes) bad("describes too many objects");
    Node& node = document_.nodes.emplace_back();
    node.kind = kind;
    return &node;
  }
  void push(Node* node) { stack_.push_back(node); }
  void push_int(int64_t value) {
    Node* node = make(Kind::Int);
    node->integer = value;
    push(node);
  }
  void push_bool(bool value) {
    Node*& node = value ? true_ : false_;
    if (!node) {
      node = make(Kind::Bool);
      node->truth = value;
    }
    push(node);
  }
  void push_text(Kind kind, std::string text) {
    Node* node = make(kind);
    node->text = std::move(text);
    push(node);
  }
  /// Python 2 wrote text as bytes, and bytes as text.
  void push_latin1(std::string_view bytes) {
    Node* node = make(Kind::String);
    node->text = from_latin1(bytes);
    node->latin1 = bytes;
    push(node);
  }

  Node* pop() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) bad("takes from an empty stack");
    Node* node = stack_.back();
    stack_.pop_back();
    return node;
  }
  Node* top() {
    Node* node = pop();
    push(node);
    return node;
  }
  /// Everything above the last mark.
  std::vector<Node*> pop_mark() {
    if (marks_.empty()) bad("asks for a mark that was not set");
    const auto begin = stack_.begin() + static_cast<int64_t>(marks_.back());
    std::vector<Node*> items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return items;
  }
  void push_items(Kind kind, std::vector<Node*> items) {
    Node* node = make(kind);
    node->items = std::move(items);
    push(node);
  }
  void push_tuple(size_t n) {
    std::vector<Node*> items(n);
    while (n-- > 0) items[n] = pop();
    push_items(Kind::Tuple, std::move(items));
  }

  void put(uint64_t index) {
    // Every entry takes a byte of the pickle, so a higher index is no file of Python's.
    if (index > in_.size()) bad("remembers too much");
    if (index >= memo_.size()) memo_.resize(static_cast<size_t>(index) + 1);
    memo_[static_cast<size_t>(index)] = top();
  }
  void get(uint64_t index) {
    if (index >= memo_.size() || !memo_[static_cast<size_t>(index)])
      bad("asks for what it did not remember");
    push(memo_[static_cast<size_t>(index)]);
  }

  void append(Node* to, const std::vector<Node*>& items) {
    if (to->kind != Kind::List && to->kind != Kind::Set && to->kind != Kind::Object)
      bad("appends to what is no list");
    to->items.insert(to->items.end(), items.begin(), items.end());
  }
  void set_items(Node* to, const std::vector<Node*>& pairs) {
    if (pairs.size() % 2 != 0) bad("has a key without a value");
    if (to->kind == Kind::Object) {
      // A dict of a class that is not known: its items are kept as attributes.
      if (!to->state || to->state->kind != Kind::Dict) to->state = make(Kind::Dict);
      to = to->state;
    }
    if (to->kind != Kind::Dict) bad("sets items of what is no dict");
    to->items.insert(to->items.end(), pairs.begin(), pairs.end());
  }

  void push_global(std::string_view module, std::string_view name) {
    if (module.size() + name.size() > kLongestName) bad("names a class by too long a name");
    const Constructor found = constructor_of(module, name);
    Node* node = make(Kind::Object);
    node->form = Node::Form::Global;
    node->known = found.known;
    node->type = found.type;
    node->text = cat_str(module, ".", name);
    push(node);
  }
  void call(Node* arguments) {
    Node* callee = pop();
    if (arguments->kind != Kind::Tuple) bad("calls with what is no tuple");
    push(rebuild(document_, callee, arguments->items, [this](Kind kind) { return make(kind); }));
  }
  void build() {
    Node* state = pop();
    Node* object = top();
    // Attributes of dicts (`_metadata` of a state_dict) and of what is not known. Those of a tensor
    // are Python's.
    if (object->form == Node::Form::Value && object->known == Known::NumpyArray &&
        become_array(document_, *object, *state))
      return;
    if (object->kind == Kind::Dict || object->kind == Kind::Object) object->state = state;
  }
  void push_long(uint64_t n) {
    if (n > kMostIntegerBytes) bad("has an integer of too many digits");
    const std::string_view bytes = in_.take(n);
    if (n <= 8) {
      uint64_t value = n > 0 && (bytes.back() & 0x80) ? ~uint64_t{0} : 0;
      for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[i]);
      push_int(static_cast<int64_t>(value));
      return;
    }
    push_text(Kind::Int, decimal(bytes));
  }
  void push_float() {
    // The one number of the format that is big-endian.
    uint64_t bits = 0;
    for (const char c : in_.take(8)) bits = bits << 8 | static_cast<uint8_t>(c);
    Node* node = make(Kind::Double);
    node->real = std::bit_cast<double>(bits);
    push(node);
  }

  void step(uint8_t word) {
    switch (word) {
      case kProto: {
        constexpr uint8_t kNewest = 5;
        const uint8_t version = in_.u8();
        if (version > kNewest) bad(cat_str("is of protocol ", int{version}, ", expected up to 5"));
        return;
      }
      case kFrame:
        in_.u64();
        return;
      case kStop:
        done_ = true;
        return;
      case kMark:
        marks_.push_back(stack_.size());
        return;
      case kPop:
        pop();
        return;
      case kPopMark:
        pop_mark();
        return;
      case kDup:
        push(top());
        return;
      case kNone:
        if (!none_) none_ = make(Kind::None);
        return push(none_);
      case kNewTrue:
        return push_bool(true);
      case kNewFalse:
        return push_bool(false);
      case kBinInt:
        return push_int(in_.number<int32_t>());
      case kBinInt1:
        return push_int(in_.u8());
      case kBinInt2:
        return push_int(in_.u16());
      case kLong1:
        return push_long(in_.u8());
      case kLong4:
        return push_long(in_.u32());
      case kBinFloat:
        return push_float();
      case kShortBinUnicode:
        return push_text(Kind::String, std::string(in_.take(in_.u8())));
      case kBinUnicode:
        return push_text(Kind::String, std::string(in_.take(in_.u32())));
      case kBinUnicode8:
        return push_text(Kind::String, std::string(in_.take(in_.u64())));
      case kShortBinString:
        return push_latin1(in_.take(in_.u8()));
      case kBinString:
        return push_latin1(in_.take(in_.u32()));
      case kShortBinBytes:
        return push_text(Kind::Bytes, std::string(in_.take(in_.u8())));
      case kBinBytes:
        return push_text(Kind::Bytes, std::string(in_.take(in_.u32())));
      case kBinBytes8:
      case kByteArray8:
        return push_text(Kind::Bytes, std::string(in_.take(in_.u64())));
      case kEmptyTuple:
        return push_tuple(0);
      case kTuple1:
        return push_tuple(1);
      case kTuple2:
        return push_tuple(2);
      case kTuple3:
        return push_tuple(3);
      case kTuple:
        return push_items(Kind::Tuple, pop_mark());
      case kEmptyList:
        return push_items(Kind::List, {});
      case kEmptyDict:
        return push_items(Kind::Dict, {});
      case kEmptySet:
        return push_items(Kind::Set, {});
      case kFrozenSet:
        return push_items(Kind::Set, pop_mark());
      case kAppend: {
        Node* item = pop();
        return append(top(), {item});
      }
      case kAppends:
      case kAddItems: {
        const std::vector<Node*> items = pop_mark();
        return append(top(), items);
      }
      case kSetItem: {
        Node* value = pop();
        Node* key = pop();
        return set_items(top(), {key, value});
      }
      case kSetItems: {
        const std::vector<Node*> pairs = pop_mark();
        return set_items(top(), pairs);
      }
      case kBinPut:
        return put(in_.u8());
      case kLongBinPut:
        return put(in_.u32());
      case kMemoize:
        return put(memo_.size());
      case kBinGet:
        return get(in_.u8());
      case kLongBinGet:
        return get(in_.u32());
      case kGlobal: {
        const std::string_view module = in_.line();
        return push_global(module, in_.line());
      }
      case kStackGlobal: {
        const Node* name = pop();
        const Node* module = pop();
        if (name->kind != Kind::String || module->kind != Kind::String)
          bad("names a class by what is no text");
        return push_global(module->text, name->text);
      }
      case kReduce:
      case kNewObj:
        return call(pop());
      case kNewObjEx: {
        pop();  // arguments by name, which nothing that is known takes
        return call(pop());
      }
      case kBuild:
        return build();
      case kBinPersId: {
        const Node* id = pop();
        return push(storage_of(document_, *id, [this](Kind kind) { return make(kind); }));
      }
      default:
        bad(cat_str("has the word ", int{word}, ", which is not read"));
    }
  }

  Document& document_;
  ByteReader& in_;
  std::vector<Node*> stack_, memo_;
  std::vector<size_t> marks_;
  Node *none_ = nullptr, *true_ = nullptr, *false_ = nullptr;
  bool done_ = false;
};

}  // namespace

Node* read_pickle(Document& document, ByteReader& in) {
  // Python calls for every list once, and for short tuples, which may be shared, a few times.
  document.items_left = std::min<uint64_t>(64 * uint64_t{in.size()}, kMostNodes);
  document.text_left = 2 * uint64_t{in.size()};
  return Machine(document, in).run();
}

}  // namespace hearth::pickle
