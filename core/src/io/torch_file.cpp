// SPDX-License-Identifier: Apache-2.0
// The two forms in which torch.save writes: a zip archive with the pickle and a member for each
// storage, and, before PyTorch 1.6, pickles one after the other with the storages behind them.
#include "io/torch_file.h"

#include <cstring>
#include <tuple>

#include "hearth/io/mapped_file.h"
#include "hearth/io/pickle.h"

#include "io/pickle_document.h"
#include "io/pickle_types.h"
#include "io/zip_reader.h"

namespace hearth::pickle {

namespace {

/// The first pickle of the old form: the number 0x1950a86a20f9469cfc6c.
constexpr std::string_view kOldMagic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.",
                                     15);

void check_size(const Document& document, const StorageData& storage) {
  const uint64_t item = storage.type ? storage.type->size : 1;
  if (storage.bytes.size() != storage.count * item)
    document.bad(cat_str("storage '", storage.key, "' has ", storage.bytes.size(), " bytes, ",
                         storage.count * item, " are expected"));
}

/// Storages that are parts of others, once those have their bytes.
void find_parts(Document& document) {
  for (StorageData& storage : document.storages) {
    if (storage.part_of.empty()) continue;
    const StorageData& whole = document.storages[document.storage_of_key.at(storage.part_of)];
    const uint64_t item = storage.type ? storage.type->size : 1;
    if (!whole.found || !whole.part_of.empty())
      document.bad(cat_str("storage '", storage.key, "' is a part of what is not there"));
    storage.bytes = whole.bytes.substr(static_cast<size_t>(storage.begin * item),
                                       static_cast<size_t>(storage.count * item));
    storage.keep = whole.keep;
    storage.swapped = whole.swapped;
    storage.found = true;
  }
}

void read_zip(Document& document, std::string_view bytes) {
  const ZipReader zip(bytes, document.source);
  // All members lie in one folder of any name.
  const ZipEntry* program = nullptr;
  for (const ZipEntry& entry : zip.entries())
    if (entry.name == "data.pkl" || entry.name.ends_with("/data.pkl"))
      if (!program || entry.name.size() < program->name.size()) program = &entry;
  if (!program) document.bad("expected a file of torch.save, got a zip archive without data.pkl");
  const std::string folder = program->name.substr(0, program->name.size() - 8);
  if (const ZipEntry* order = zip.find(folder + "byteorder"))
    document.big_endian = zip.read(*order) == "big";

  const std::string text = zip.read(*program);
  ByteReader in(text, document.source);
  document.root = read_pickle(document, in);
  for (StorageData& storage : document.storages) {
    if (storage.found || !storage.part_of.empty()) continue;
    const ZipEntry* entry = zip.find(cat_str(folder, "data/", storage.key));
    if (!entry) continue;
    std::tie(storage.bytes, storage.keep) = zip.content(*entry, document.keep);
    storage.swapped = document.big_endian;
    storage.found = true;
    check_size(document, storage);
  }
}

void read_old(Document& document, std::string_view bytes) {
  ByteReader in(bytes, document.source);
  in.take(kOldMagic.size());
  const Node* version = read_pickle(document, in);
  constexpr int64_t kVersion = 1001;
  if (version->kind != Value::Kind::Int || version->integer != kVersion)
    document.bad("expected version 1001 of PyTorch's old format");
  const Node* system = read_pickle(document, in);
  for (size_t i = 0; i + 1 < system->items.size(); i += 2)
    if (system->items[i]->text == "little_endian" &&
        system->items[i + 1]->kind == Value::Kind::Bool)
      document.big_endian = !system->items[i + 1]->truth;
  document.root = read_pickle(document, in);
  const Node* keys = read_pickle(document, in);
  if (keys->kind != Value::Kind::List) document.bad("expected the list of storages' keys");
  for (const Node* key : keys->items) {
    const auto found = document.storage_of_key.find(key->text);
    if (found == document.storage_of_key.end())
      document.bad(cat_str("nothing refers to the storage '", key->text, "'"));
    StorageData& storage = document.storages[found->second];
    const uint64_t count = in.u64();
    if (count != storage.count)
      document.bad(cat_str("storage '", storage.key, "' has ", count, " elements, ", storage.count,
                           " are expected"));
    storage.bytes = in.take(count * (storage.type ? storage.type->size : 1));
    storage.keep = document.keep;
    storage.swapped = document.big_endian;
    storage.found = true;
  }
}

[[noreturn]] void refuse(const Document& document, std::string_view bytes) {
  if (bytes.size() > 262 && bytes.substr(257, 5) == "ustar")
    document.bad(
        "is a tar archive, as PyTorch wrote before 0.2; load and save it with a newer "
        "PyTorch first");
  if (bytes.starts_with('\x80'))
    document.bad("is a pickle that torch.save did not write; only files of torch.save are read");
  document.bad("expected a file of torch.save");
}

Value read(std::shared_ptr<Document> document, std::string_view bytes) {
  if (is_zip(bytes)) {
    read_zip(*document, bytes);
  } else if (bytes.starts_with(kOldMagic)) {
    read_old(*document, bytes);
  } else {
    refuse(*document, bytes);
  }
  find_parts(*document);
  const Node* root = document->root;
  return Value(std::move(document), root);
}

}  // namespace

bool is_zip(std::string_view bytes) {
  return bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06");  // the latter: empty
}
bool is_torch_file(std::string_view bytes) {
  return bytes.starts_with(kOldMagic) || bytes.starts_with('\x80') || is_zip(bytes);
}

Value load(std::string_view bytes, std::shared_ptr<const void> keep, const std::string& source) {
  auto document = std::make_shared<Document>();
  document->source = source;
  document->keep = std::move(keep);
  return read(std::move(document), bytes);
}

Value load(const std::string& path) {
  const auto file = std::make_shared<MappedFile>(path);
  return load({file->data(), file->size()}, file, path);
}

Value load_pickle(const std::string& path) {
  const MappedFile file(path);
  const std::string_view bytes(file.data(), file.size());
  auto document = std::make_shared<Document>();
  document->source = path;
  if (!bytes.starts_with('\x80')) document->bad("expected a pickle of protocol 2 or later");
  ByteReader in(bytes, path);
  document->root = read_pickle(*document, in);
  const Node* root = document->root;
  return Value(std::move(document), root);
}

Value load(const void* data, size_t size, const std::string& name) {
  const auto copy = std::make_shared<std::string>(static_cast<const char*>(data), size);
  return load(std::string_view(*copy), copy, name);
}

}  // namespace hearth::pickle
