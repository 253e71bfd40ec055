// Lines to steps.

#include "tests/stories/story.hpp"

#include "conf/units.hpp"

#include <array>
#include <optional>
#include <sstream>

namespace postern::test {

namespace {

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

struct Word {
  std::string_view word;
  Verb verb;
};

// Lines that are said or heard keep every octet behind the mark and one blank.
constexpr std::array<Word, 4> kMarks = {{{"C:", Verb::ClientSays},
                                         {"S:", Verb::ClientHears},
                                         {"U>", Verb::UpstreamIsAsked},
                                         {"U<", Verb::UpstreamAnswers}}};

constexpr std::array<Word, 6> kSided = {{{"cut", Verb::Cut},
                                         {"close", Verb::Close},
                                         {"eof", Verb::Eof},
                                         {"pause", Verb::Pause},
                                         {"resume", Verb::Resume},
                                         {"tls", Verb::Tls}}};

constexpr std::array<Word, 13> kVerbs = {{{"wait", Verb::Wait},
                                          {"split", Verb::Split},
                                          {"client", Verb::Client},
                                          {"dialling", Verb::Dialling},
                                          {"expunge", Verb::Expunge},
                                          {"deliver", Verb::Deliver},
                                          {"crash", Verb::Crash},
                                          {"silence", Verb::Silence},
                                          {"asked:", Verb::Asked},
                                          {"mailbox after:", Verb::After},
                                          {"metric:", Verb::Metric},
                                          {"log:", Verb::Log},
                                          {"log not:", Verb::NotInLog}}};

// The part of a line behind a word, if it begins with that word.
std::optional<std::string> behind(std::string_view line, std::string_view word) {
  if (!line.starts_with(word)) return std::nullopt;
  if (line.size() > word.size() && !word.ends_with(':') && line[word.size()] != ' ') {
    return std::nullopt;
  }
  return trimmed(line.substr(word.size()));
}

class Parser {
 public:
  std::expected<Story, std::string> parse(std::string_view text) {
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
      ++number_;
      if (line.starts_with('#')) {
        if (story_.steps.empty()) story_.head += trimmed(line.substr(1)) + " ";
        continue;
      }
      if (trimmed(line).empty()) continue;
      if (!take_mark(line) && !take_header(line) && !take_step(trimmed(line))) {
        return std::unexpected("line " + std::to_string(number_) + ": not understood: " + line);
      }
    }
    if (story_.head.empty()) return std::unexpected("a story begins with a comment: its claim");
    if (story_.steps.empty()) return std::unexpected("a story without a step");
    if (story_.listener.empty()) story_.listener = story_.protocol;
    return std::move(story_);
  }

 private:
  // Lines of one sort that follow each other are one step: they are said together.
  bool take_mark(std::string_view line) {
    for (const auto& [mark, verb] : kMarks) {
      if (!line.starts_with(mark)) continue;
      std::string_view rest = line.substr(mark.size());
      if (rest.starts_with(' ')) rest.remove_prefix(1);
      std::string said(rest);
      if (said.ends_with("\\-")) {
        said.resize(said.size() - 2);
      } else if (!said.starts_with("<closed>") && !said.starts_with("<reset>")) {
        said += "\\r\\n";
      }
      if (verb == Verb::UpstreamIsAsked || verb == Verb::UpstreamAnswers) story_.is_scripted = true;
      const bool joins = !story_.steps.empty() && story_.steps.back().verb == verb &&
                         !rest.starts_with("<closed>") && !rest.starts_with("<reset>") && !ends_;
      ends_ = rest.starts_with("<closed>") || rest.starts_with("<reset>");
      if (joins) {
        story_.steps.back().text += said;
      } else {
        story_.steps.push_back({.verb = verb, .text = std::move(said), .line = number_});
      }
      return true;
    }
    ends_ = false;
    return false;
  }

  bool take_header(std::string_view line) {
    if (!story_.steps.empty()) return false;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    const std::string_view key = line.substr(0, colon);
    const std::string value = trimmed(line.substr(colon + 1));
    if (key == "protocol") {
      story_.protocol = value;
    } else if (key == "listener") {
      story_.listener = value;
    } else if (key == "from") {
      story_.from = value;
    } else if (key == "config") {
      story_.assignments.push_back(value);
    } else if (key == "toml") {
      story_.toml += value + "\n";
    } else if (key == "upstream") {
      story_.capabilities = value;
    } else if (key == "greeting") {
      story_.greeting = value;
    } else if (key == "account") {
      const std::size_t blank = value.find(' ');
      story_.accounts.emplace_back(value.substr(0, blank), value.substr(blank + 1));
    } else if (key == "mailbox" || key == "message") {
      story_.mailboxes.push_back(std::string(key) + " " + value);
    } else if (key == "begin" && value == "logged in") {
      story_.begins_logged_in = true;
    } else if (key == "unsplit" && !value.empty()) {
      story_.may_be_split = false;
    } else {
      return false;
    }
    return true;
  }

  bool take_step(std::string_view line) {
    for (const auto& [word, verb] : kSided) {
      const auto rest = behind(line, word);
      if (!rest) continue;
      if (*rest != "client" && *rest != "upstream") return false;
      const Side who = *rest == "client" ? Side::Client : Side::Upstream;
      if (who == Side::Upstream) story_.is_scripted = true;
      story_.steps.push_back({.verb = verb, .who = who, .line = number_});
      return true;
    }
    for (const auto& [word, verb] : kVerbs) {
      auto rest = behind(line, word);
      if (!rest) continue;
      if (verb == Verb::Wait && !conf::parse_duration(*rest)) return false;
      story_.steps.push_back({.verb = verb, .text = std::move(*rest), .line = number_});
      return true;
    }
    return false;
  }

  Story story_;
  std::size_t number_ = 0;
  bool ends_ = false;  // the last line told of an end: nothing is said in one breath with it
};

}  // namespace

std::expected<Story, std::string> parse_story(std::string_view text) {
  return Parser().parse(text);
}

}  // namespace postern::test
