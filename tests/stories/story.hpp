// A story: one conversation as text, one fact each. tests/README.md tells how to write one.
//
// This is the text understood; story_player.hpp plays it.

#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::test {

// What one line of a story asks for.
enum class Verb : unsigned char {
  ClientSays,
  ClientHears,
  UpstreamIsAsked,
  UpstreamAnswers,
  Cut,       // who: that side breaks its connection
  Close,     // who: ends it in order
  Eof,       // who: says no more, and listens
  Pause,     // who: stops listening
  Resume,    // who: listens again
  Tls,       // who: starts the handshake
  Wait,      // text: how long
  Split,     // octets from now on arrive one by one
  Client,    // text: which client speaks from now on, at which listener, from which address
  Dialling,  // text: what becomes of connections to the upstream
  Expunge,   // text: UIDs of the first mailbox that somebody else removes
  Deliver,   // text: a message that somebody else delivers
  Crash,     // the mail server in memory breaks all its connections
  Silence,   // nothing was asked of any upstream so far
  Asked,     // text: how many commands beginning with what the mail server has understood
  After,     // text: what is left in a mailbox
  Metric,    // text: a series and its value
  Log,       // text: event and fields of a line that must be there
  NotInLog,  // text: what no line may hold
};

enum class Side : unsigned char { Client, Upstream };

struct Step {
  Verb verb{};
  Side who = Side::Client;
  std::string text{};  // of lines that are said or heard: with the line ends, escapes still in it
  std::size_t line = 0;
};

struct Story {
  std::string head;  // the comment that begins it: rows and claim
  std::string protocol = "pop3";
  std::string listener;                                       // empty: named as the protocol
  std::string from = "192.0.2.1";                             // the client's address
  std::vector<std::string> assignments;                       // config:
  std::string toml;                                           // toml:
  std::string capabilities;                                   // upstream:
  std::string greeting;                                       // greeting:
  std::vector<std::pair<std::string, std::string>> accounts;  // account:
  std::vector<std::string> mailboxes;  // mailbox: and message:, in their order, with those words
  bool begins_logged_in = false;       // begin: logged in
  bool is_scripted = false;            // has U lines
  bool may_be_split = true;            // unsplit: reason
  std::vector<Step> steps;
};

// The story, or what is wrong with the text.
[[nodiscard]] std::expected<Story, std::string> parse_story(std::string_view text);

// ---- the text of a line: "\r \n \t \0 \xHH \\" are octets, "\-" at its end stands for no line
// end, <repeat N text> and <base64 text> are what they say; <any>, <rest> and <tag...> match.

// A line as octets; for what is said. Tags are replaced by what they were bound to.
using Tags = std::vector<std::pair<std::string, std::string>>;  // "tag1" and its text
[[nodiscard]] std::string octets_of(std::string_view text, const Tags& tags);

// Matches the beginning of what was heard with the text of lines: answers how many octets that was,
// and binds tags; nothing if it does not match.
[[nodiscard]] std::expected<std::size_t, std::string> match(std::string_view text,
                                                            std::string_view heard,
                                                            Tags& tags);

// Octets as a story would write them, for messages.
[[nodiscard]] std::string show(std::string_view octets);

}  // namespace postern::test
