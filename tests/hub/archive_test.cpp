// SPDX-License-Identifier: Apache-2.0
#include "hearth/hub/archive.h"

#include <filesystem>
#include <functional>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "error_of.h"
#include "temporary.h"

namespace hearth::hub {
namespace {

using testing::HasSubstr;

struct Entry {
  std::string name, text;
  unsigned type = AE_IFREG;
};

struct Archive : testing::Test {
  /// Writes an archive of these entries.
  std::string made(const std::vector<Entry>& entries, bool zip = false) {
    const std::string path = folder / (zip ? "a.zip" : "a.tar.gz");
    archive* out = archive_write_new();
    if (zip) {
      archive_write_set_format_zip(out);
    } else {
      archive_write_add_filter_gzip(out);
      archive_write_set_format_pax_restricted(out);
    }
    EXPECT_EQ(archive_write_open_filename(out, path.c_str()), ARCHIVE_OK);
    for (const Entry& e : entries) {
      archive_entry* entry = archive_entry_new();
      archive_entry_set_pathname(entry, e.name.c_str());
      archive_entry_set_filetype(entry, e.type);
      archive_entry_set_perm(entry, 0644);
      if (e.type == AE_IFLNK) archive_entry_set_symlink(entry, e.text.c_str());
      archive_entry_set_size(entry, e.type == AE_IFREG ? static_cast<int64_t>(e.text.size()) : 0);
      archive_write_header(out, entry);
      if (e.type == AE_IFREG) archive_write_data(out, e.text.data(), e.text.size());
      archive_entry_free(entry);
    }
    archive_write_free(out);
    return path;
  }
  /// What unpacking complains of; nothing may remain then.
  std::string complaint(const std::string& path, const ExtractOptions& options = {}) {
    const std::string said = error_of<Error>([&] { extract(path, folder / "out", options); });
    for (const auto& f : std::filesystem::directory_iterator(folder.path))
      EXPECT_EQ(f.path().filename().string().find("out"), std::string::npos) << f.path();
    return said;
  }
  TemporaryFolder folder;
};

TEST_F(Archive, UnpacksFilesAndFolders) {
  std::string large;
  for (int i = 0; large.size() < 1'000'000; ++i) large += std::to_string(i * 7919);
  for (const bool zip : {false, true}) {
    const std::string path =
        made({{"./a.txt", "one"}, {"b/", "", AE_IFDIR}, {"c/d/e", large}}, zip);
    const std::string to = folder / (zip ? "from zip" : "from tar/deep");
    extract(path, to);
    EXPECT_EQ(read_text(to + "/a.txt"), "one");
    EXPECT_EQ(read_text(to + "/c/d/e"), large);
    EXPECT_TRUE(std::filesystem::is_directory(to + "/b"));
    extract_member(path, "c/d/e", folder / "member");
    EXPECT_EQ(read_text(folder / "member"), large);
    EXPECT_THROW(extract_member(path, "none", folder / "none"), FormatError);
    EXPECT_FALSE(folder.has("none"));
    EXPECT_THROW(extract(path, to), FileError);
  }
}

TEST_F(Archive, MakesNothingOutsideTheFolder) {
  for (const std::string name : {"../evil", "/tmp/evil", "a/../../evil", "a\\..\\evil"})
    EXPECT_THAT(complaint(made({{"good", "x"}, {name, "x"}})), HasSubstr("outside the folder"))
        << name;
  EXPECT_THAT(complaint(made({{"link", "/etc", AE_IFLNK}})), HasSubstr("a link or a device"));
  EXPECT_THAT(complaint(made({{"pipe", "", AE_IFIFO}})), HasSubstr("a link or a device"));
  EXPECT_THAT(complaint(made({{"twice", "1"}, {"twice", "2"}})), HasSubstr("twice"));
}

TEST_F(Archive, StopsAtItsLimits) {
  const std::string zeros(2'000'000, '\0');
  EXPECT_THAT(complaint(made({{"a", zeros}}), ExtractOptions().max_bytes(1'000'000)),
              HasSubstr("more than 1000000 bytes"));
  EXPECT_THAT(complaint(made({{"a", ""}, {"b", ""}, {"c", ""}}), ExtractOptions().max_entries(2)),
              HasSubstr("more than 2 files"));
  EXPECT_THAT(
      complaint(made({{"a", std::string(150'000'000, 'x')}}), ExtractOptions().max_ratio(100)),
      HasSubstr("no honest archive"));
}

TEST_F(Archive, RefusesDamageWhereverItIs) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += std::to_string(i * i);
  const std::string path = made({{"a", text}, {"b", text}}, true), bytes = read_text(path);
  for (size_t cut = 0; cut < bytes.size(); cut += 997) {
    write_text(path, bytes.substr(0, cut));
    EXPECT_NE(complaint(path), "") << cut;
  }
  write_text(path, "no archive at all");
  EXPECT_NE(complaint(path), "");
  EXPECT_THROW(extract(folder / "absent", folder / "out"), FileError);
}

}  // namespace
}  // namespace hearth::hub
