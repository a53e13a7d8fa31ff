// SPDX-License-Identifier: Apache-2.0
// SentencePiece's .model, a ModelProto (sentencepiece_model.proto).
#include <cmath>

#include "hearth/base/error.h"

#include "tokenizers/model_files.h"
#include "tokenizers/models/build.h"
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
  int32_t unk_id = 0, bos_id = 1, eos_id = 2, pad_id = -1;
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
      case 40:
        spec.unk_id = reader.int32();
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

void use_fairseq_ids(std::vector<UnigramPiece>& pieces, TrainerSpec& spec,
                     const std::string& source) {
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
  spec.bos_id = 0;
  spec.pad_id = 1;
  spec.eos_id = 2;
  spec.unk_id = 3;
}

}  // namespace

SentencePieceFile read_sentencepiece(std::string_view file, const std::string& source,
                                     bool fairseq) {
  SentencePieceFile out;
  std::vector<UnigramPiece> pieces;
  TrainerSpec spec;
  ProtobufReader reader(file, source);
  while (reader.next()) {
    switch (reader.field()) {
      case 1:
        pieces.push_back(read_piece(reader.bytes(), source));
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
  HEARTH_CHECK_AS(FormatError, !pieces.empty(), "[", source, "] expected pieces, got none");
  HEARTH_CHECK_AS(FormatError, spec.model_type == kUnigram || spec.model_type == kBpe, "[", source,
                  "] expected a unigram or BPE model (type 1 or 2), got type ", spec.model_type);
  if (fairseq) use_fairseq_ids(pieces, spec, source);
  out.is_bpe = spec.model_type == kBpe;
  out.byte_fallback = spec.byte_fallback;
  out.treat_whitespace_as_suffix = spec.whitespace_as_suffix;
  UnigramOptions options;
  options.byte_fallback = spec.byte_fallback;
  options.float_scores = true;
  for (uint32_t id = 0; id < pieces.size(); ++id) {
    const auto& [text, score, type] = pieces[id];
    if (type == Type::Unknown && !options.unk_id) options.unk_id = id;
    if (type == Type::Control || type == Type::UserDefined) {
      out.specials.push_back({id, std::string(text), type == Type::Control});
    }
  }
  HEARTH_CHECK_AS(FormatError, options.unk_id, "[", source,
                  "] expected a piece of type unknown, got none");
  out.unk_id = options.unk_id;
  const auto special = [&](int32_t id, Type type) {
    const bool there = id >= 0 && static_cast<size_t>(id) < pieces.size() &&
                       pieces[static_cast<size_t>(id)].type == type;
    return there ? std::optional(static_cast<uint32_t>(id)) : std::nullopt;
  };
  out.bos_id = special(spec.bos_id, Type::Control);
  out.eos_id = special(spec.eos_id, Type::Control);
  out.pad_id = special(spec.pad_id, Type::Control);
  out.model = out.is_bpe ? make_sentencepiece_bpe(pieces, options, source)
                         : make_unigram(pieces, options, source);
  return out;
}

}  // namespace hearth::text
