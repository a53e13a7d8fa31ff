// SPDX-License-Identifier: Apache-2.0
// SentencePiece's .model, a ModelProto (sentencepiece_model.proto).
#include <algorithm>
#include <cmath>

#include "hearth/base/error.h"

#include "tokenizers/model_files.h"
#include "tokenizers/models/protobuf.h"
#include "tokenizers/parts.h"
#include "unicode/utf8.h"

namespace hearth::text {
namespace {

using Type = UnigramPiece::Type;

enum ModelType : int32_t { kUnigram = 1, kBpe = 2 };

struct TrainerSpec {
  int32_t model_type = kUnigram;
  bool byte_fallback = false, whitespace_as_suffix = false;
  int32_t bos_id = 1, eos_id = 2, pad_id = -1;
};

UnigramPiece read_piece(std::string_view message, const std::string& source) {
  UnigramPiece piece;
  ProtobufReader reader(message, source);
  int32_t type = static_cast<int32_t>(Type::Normal);
  while (reader.next()) {
    switch (reader.field()) {
      case 1:
        piece.text = reader.bytes();
        break;
      case 2:
        piece.score = reader.float32();
        break;
      case 3:
        type = reader.int32();
        break;
      default:
        break;
    }
  }
  HEARTH_CHECK_AS(FormatError, type >= 1 && type <= 6, "[", source,
                  "] expected a type between 1 and 6 of piece '", piece.text, "', got ", type);
  HEARTH_CHECK_AS(FormatError, unicode::find_invalid(piece.text) == piece.text.size(), "[", source,
                  "] expected pieces of valid UTF-8");
  HEARTH_CHECK_AS(FormatError, !piece.text.empty(), "[", source, "] expected no empty piece");
  HEARTH_CHECK_AS(FormatError, std::isfinite(piece.score), "[", source,
                  "] expected a finite score of piece '", piece.text, "'");
  piece.type = static_cast<Type>(type);
  return piece;
}

TrainerSpec read_trainer_spec(std::string_view message, const std::string& source) {
  TrainerSpec spec;
  ProtobufReader reader(message, source);
  while (reader.next()) {
    switch (reader.field()) {
      case 3:
        spec.model_type = reader.int32();
        break;
      case 24:
        spec.whitespace_as_suffix = reader.boolean();
        break;
      case 35:
        spec.byte_fallback = reader.boolean();
        break;
      case 41:
        spec.bos_id = reader.int32();
        break;
      case 42:
        spec.eos_id = reader.int32();
        break;
      case 43:
        spec.pad_id = reader.int32();
        break;
      default:
        break;
    }
  }
  return spec;
}

void read_normalizer_spec(std::string_view message, const std::string& source,
                          SentencePieceFile& out) {
  ProtobufReader reader(message, source);
  while (reader.next()) {
    switch (reader.field()) {
      case 2:
        out.precompiled_charsmap = reader.bytes();
        break;
      case 3:
        out.add_dummy_prefix = reader.boolean();
        break;
      case 4:
        out.remove_extra_whitespaces = reader.boolean();
        break;
      case 5:
        out.escape_whitespaces = reader.boolean();
        break;
      default:
        break;
    }
  }
}

}  // namespace

SentencePieceFile read_sentencepiece(std::string_view file, const std::string& source) {
  SentencePieceFile out;
  TrainerSpec spec;
  ProtobufReader reader(file, source);
  while (reader.next()) {
    switch (reader.field()) {
      case 1:
        out.pieces.push_back(read_piece(reader.bytes(), source));
        break;
      case 2:
        spec = read_trainer_spec(reader.bytes(), source);
        break;
      case 3:
        read_normalizer_spec(reader.bytes(), source, out);
        break;
      default:
        break;
    }
  }
  HEARTH_CHECK_AS(FormatError, !out.pieces.empty(), "[", source, "] expected pieces, got none");
  HEARTH_CHECK_AS(FormatError, spec.model_type == kUnigram || spec.model_type == kBpe, "[", source,
                  "] expected a unigram or BPE model (type 1 or 2), got type ", spec.model_type);
  out.is_bpe = spec.model_type == kBpe;
  out.byte_fallback = spec.byte_fallback;
  out.treat_whitespace_as_suffix = spec.whitespace_as_suffix;
  const auto unknown = std::find_if(out.pieces.begin(), out.pieces.end(),
                                    [](const auto& piece) { return piece.type == Type::Unknown; });
  HEARTH_CHECK_AS(FormatError, unknown != out.pieces.end(), "[", source,
                  "] expected a piece of type unknown, got none");
  out.unk_id = static_cast<uint32_t>(unknown - out.pieces.begin());
  const auto control = [&](int32_t id) {
    const bool there = id >= 0 && static_cast<size_t>(id) < out.pieces.size() &&
                       out.pieces[static_cast<size_t>(id)].type == Type::Control;
    return there ? std::optional(static_cast<uint32_t>(id)) : std::nullopt;
  };
  out.bos_id = control(spec.bos_id);
  out.eos_id = control(spec.eos_id);
  out.pad_id = control(spec.pad_id);
  return out;
}

void use_fairseq_ids(SentencePieceFile& file, const std::string& source) {
  std::vector<UnigramPiece>& pieces = file.pieces;
  const bool fits = pieces.size() > 3 && pieces[0].type == Type::Unknown &&
                    pieces[1].type == Type::Control && pieces[2].type == Type::Control;
  HEARTH_CHECK_AS(FormatError, fits, "[", source,
                  "] expected <unk>, <s> and </s> as the first pieces, as XLM-R's model has them");
  std::vector<UnigramPiece> all{{"<s>", 0, Type::Control},
                                {"<pad>", 0, Type::Control},
                                {"</s>", 0, Type::Control},
                                {"<unk>", 0, Type::Unknown}};
  all.insert(all.end(), pieces.begin() + 3, pieces.end());
  all.push_back({"<mask>", 0, Type::Control});
  pieces = std::move(all);
  file.bos_id = 0;
  file.pad_id = 1;
  file.eos_id = 2;
  file.unk_id = 3;
}

std::unique_ptr<Model> make_sentencepiece(const SentencePieceFile& file,
                                          const std::string& source) {
  UnigramOptions options;
  options.byte_fallback = file.byte_fallback;
  options.float_scores = true;
  options.unk_id = file.unk_id;
  return file.is_bpe ? make_sentencepiece_bpe(file.pieces, options, source)
                     : make_unigram(file.pieces, options, source);
}

}  // namespace hearth::text
