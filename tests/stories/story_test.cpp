// Every story is a test of its own, named after its file, and a second one in which all that is
// said arrives octet by octet (F-014): it must come to the same.

#include "tests/stories/story.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/stories/story_player.hpp"

namespace postern::test {
namespace {

Story read_story(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  auto story = parse_story(text.str());
  if (story) return std::move(*story);
  ADD_FAILURE() << file.filename() << ": " << story.error();
  return {};
}

class StoryTest : public testing::Test {
 public:
  StoryTest(std::filesystem::path file, bool in_pieces)
      : file_(std::move(file)), in_pieces_(in_pieces) {}

  void TestBody() override {
    const Story story = read_story(file_);
    if (story.steps.empty()) return;
    StoryPlayer player(story, in_pieces_);
    const auto wrong = player.play();
    EXPECT_FALSE(wrong) << story.head << "\n"
                        << file_.filename().string() << ": " << wrong.value_or("");
  }

 private:
  std::filesystem::path file_;
  bool in_pieces_;
};

void register_story(const std::filesystem::path& file, const char* suite, bool in_pieces) {
  testing::RegisterTest(
      suite,
      file.stem().c_str(),
      nullptr,
      nullptr,
      file.c_str(),
      1,
      [file, in_pieces]() -> StoryTest* { return new StoryTest(file, in_pieces); });
}

void register_stories() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(POSTERN_STORIES)) {
    if (entry.path().extension() == ".story") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const std::filesystem::path& file : files) {
    register_story(file, "Story", false);
    if (read_story(file).may_be_split) register_story(file, "StoryInPieces", true);
  }
}

}  // namespace
}  // namespace postern::test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  postern::test::register_stories();
  return RUN_ALL_TESTS();
}
