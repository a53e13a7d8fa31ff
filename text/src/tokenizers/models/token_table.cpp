// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/models/token_table.h"

#include <algorithm>
#include <utility>

#include "hearth/base/error.h"

#include "tokenizers/models/hashing.h"

namespace hearth::text {
namespace {

/// Ids may have holes, but tables by id must not become much larger than the file that asks for
/// them.
constexpr size_t kHoles = size_t{1} << 20;

uint32_t tag_of(uint64_t hash) { return static_cast<uint32_t>(hash); }

}  // namespace

void TokenTable::reserve(size_t tokens, size_t bytes) {
  reserved_ = std::max(reserved_, tokens);
  bytes_.reserve(bytes);
  places_.reserve(tokens);
  if (slots_.size() < table_size(tokens)) slots_.assign(table_size(tokens), {});
}

uint64_t TokenTable::hash(std::string_view text) const { return hash_bytes(text, hash_seed()); }

size_t TokenTable::find(std::string_view wanted, uint64_t hash) const {
  const auto is_wanted = [&](const Slot& slot) {
    return slot.tag == tag_of(hash) && text_at(slot.place) == wanted;
  };
  size_t slot = slot_of(hash);
  while (slots_[slot].id != kNone && !is_wanted(slots_[slot])) {
    slot = (slot + 1) & (slots_.size() - 1);
  }
  return slot;
}

void TokenTable::add(std::string_view token_text, uint64_t hashed, uint32_t id,
                     const std::string& source) {
  HEARTH_CHECK_AS(FormatError, id <= std::max(reserved_, size_) * 16 + kHoles, "[", source,
                  "] expected ids of tokens near their number, got ", id, " for '", token_text,
                  "'");
  HEARTH_CHECK_AS(FormatError, bytes_.size() + token_text.size() < kNone, "[", source,
                  "] expected less than 4 GB of tokens");
  if (table_size(size_ + 1) > slots_.size()) grow();
  Slot& slot = slots_[find(token_text, hashed)];
  if (slot.id == id) return;
  if (id >= places_.size()) places_.resize(id + size_t{1});
  Place& place = places_[id];
  HEARTH_CHECK_AS(FormatError, place.begin == kNone, "[", source,
                  "] expected an id for each token, ", id, " is of '", token(id), "' and of '",
                  token_text, "'");
  if (slot.id == kNone) {
    place = {static_cast<uint32_t>(bytes_.size()), static_cast<uint32_t>(token_text.size())};
    bytes_.append(token_text);
    slot.tag = tag_of(hashed);
    slot.place = place;
    ++size_;
  } else {
    place = std::exchange(places_[slot.id], Place{});
  }
  slot.id = id;
}

void TokenTable::grow() {
  LargeTable<Slot> old(table_size(2 * size_ + 2));
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.id != kNone) slots_[find(token(slot.id), hash(token(slot.id)))] = slot;
  }
}

std::optional<uint32_t> TokenTable::find_id(std::string_view text) const {
  const uint32_t found = id(text);
  return found == kNone ? std::nullopt : std::optional(found);
}

}  // namespace hearth::text
