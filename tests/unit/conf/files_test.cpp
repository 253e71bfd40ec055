// Files are read whole, within bounds, and only if they are files; permissions are told. Modes
// are judged, not access: the tests may run as root, whom nothing is denied.

#include "conf/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <sys/stat.h>

#include "tests/unit/conf/loading.hpp"

namespace postern::conf {
namespace {

using Permissions = std::filesystem::perms;

TEST(Files, ReadsAFileWhole) {
  const Folder folder;
  const std::string text = std::string(40'000, 'x') + std::string("\0\n", 2);

  EXPECT_EQ(read_file(folder.write("a", text), 100'000), text);
}

TEST(Files, StopsAtTheBound) {
  const Folder folder;
  const auto path = folder.write("a", std::string(101, 'x'));

  EXPECT_EQ(read_file(path, 100).error(), "is larger than 100 octets");
  EXPECT_TRUE(read_file(path, 101));
}

TEST(Files, SaysWhyAFileCannotBeRead) {
  const Folder folder;

  EXPECT_EQ(read_file(folder.path("none"), 10).error(),
            "cannot be opened: No such file or directory");
  EXPECT_EQ(read_file(folder.path(""), 10).error(), "is not a regular file");
  EXPECT_EQ(why_unreadable(folder.path("none")), "cannot be looked at: No such file or directory");
  EXPECT_EQ(why_unreadable(folder.path("")), "is not a regular file");
}

TEST(Files, DoesNotWaitForTheWriterOfAPipe) {
  const Folder folder;
  ASSERT_EQ(mkfifo(folder.path("pipe").c_str(), 0600), 0);

  EXPECT_EQ(read_file(folder.path("pipe"), 10).error(), "is not a regular file");
}

TEST(Files, ReadsADeviceWithoutEndUpToTheBoundIfItMay) {
  EXPECT_EQ(read_file("/dev/zero", 100'000, true).error(), "is larger than 100000 octets");
  EXPECT_EQ(read_file("/dev/zero", 100'000).error(), "is not a regular file");
}

TEST(Files, T074_TellsFilesThatOthersCanReadOrWrite) {
  const Folder folder;
  const auto why = [&](unsigned mode) {
    return why_not_private(folder.write("secret", "x", Permissions(mode)));
  };

  EXPECT_EQ(why(0600), std::nullopt);
  EXPECT_EQ(why(0400), std::nullopt);
  EXPECT_EQ(why(0640), std::nullopt);
  EXPECT_EQ(why(0644), "is open to others (mode 0644): chmod 0600, or 0640 for a group of its own");
  EXPECT_NE(why(0601), std::nullopt);
  EXPECT_NE(why(0602), std::nullopt);
  EXPECT_NE(why(0660), std::nullopt);
}

TEST(Files, T074_LooksBehindSymbolicLinks) {
  const Folder folder;
  std::filesystem::create_symlink(folder.write("open", "x", Permissions(0644)),
                                  folder.path("link"));

  EXPECT_NE(why_not_private(folder.path("link")), std::nullopt);
}

}  // namespace
}  // namespace postern::conf
