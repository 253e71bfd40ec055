// Plays a story: the real session, between a client and an upstream that say what stands there.
//
// Without U lines a correct mail server in memory answers. What is heard must be told: octets that
// came and stand in no S: or U> line are a mistake as soon as the story goes on, but for the LOGOUT
// that ends a link.

#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/stories/story.hpp"
#include "tests/support/mail_server.hpp"
#include "tests/support/relay_server.hpp"
#include "tests/support/world.hpp"

namespace postern::test {

class StoryPlayer {
 public:
  // `in_pieces`: everything that anybody says arrives in pieces of one octet.
  StoryPlayer(const Story& story, bool in_pieces);
  ~StoryPlayer();

  StoryPlayer(const StoryPlayer&) = delete;
  StoryPlayer& operator=(const StoryPlayer&) = delete;

  // Plays it once. What did not go as the story says, or nothing.
  [[nodiscard]] std::optional<std::string> play();

 private:
  using Wrong = std::optional<std::string>;

  void furnish();
  void furnish_mailbox(std::string_view words);
  void furnish_messages(std::string_view words);
  [[nodiscard]] Wrong log_in();
  [[nodiscard]] Wrong log_in_to_send(const std::string& user, const std::string& password);

  [[nodiscard]] bool submits() const { return story_.protocol == "submission"; }

  [[nodiscard]] Wrong perform(const Step& step);
  [[nodiscard]] Wrong act(const Step& step);      // steps that change something
  [[nodiscard]] Wrong inspect(const Step& step);  // steps that look
  [[nodiscard]] Wrong hear(Peer& peer, std::string_view text);
  [[nodiscard]] Wrong nothing_untold();

  void choose_client(std::string_view words);
  void set_dialling(std::string_view mood);
  void expunge(std::string_view uids);

  [[nodiscard]] Wrong look_at_asked(std::string_view text);
  [[nodiscard]] Wrong look_at_mailbox(std::string_view text);
  [[nodiscard]] Wrong look_at_metric(std::string_view text);
  [[nodiscard]] Wrong look_at_log(std::string_view text, bool wanted);

  [[nodiscard]] StoredMailbox& first_mailbox();

  const Story& story_;
  std::size_t piece_;
  World world_;
  MailStore store_;
  std::string filled_;  // the mailbox that messages go into
  std::unique_ptr<MailServer> server_;
  std::unique_ptr<RelayServer> relay_;
  std::vector<std::unique_ptr<Peer>> upstreams_;  // scripted connections; the last one speaks
  std::map<std::string, std::unique_ptr<Peer>> clients_;
  Peer* client_ = nullptr;  // who speaks
  Tags tags_;
  bool upstream_tls_comes_ = false;  // the next step: what is a hello must not be taken for a line
};

}  // namespace postern::test
