// Steps, one after the other.

#include "tests/stories/story_player.hpp"

#include "conf/units.hpp"
#include "wire/base64.hpp"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <utility>

namespace postern::test {

namespace {

constexpr std::string_view kUser = "joe";
constexpr std::string_view kPassword = "secret";

std::vector<std::string> words_of(std::string_view text) {
  std::istringstream stream{std::string(text)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;)
    words.push_back(std::move(word));
  return words;
}

std::uint32_t number_of(const std::string& text) {
  return static_cast<std::uint32_t>(std::strtoul(text.c_str(), nullptr, 10));
}

// What stands between the first and the last quotation mark, as octets.
std::string text_in_quotes(std::string_view text) {
  const std::size_t first = text.find('"');
  const std::size_t last = text.rfind('"');
  return first < last ? octets_of(text.substr(first + 1, last - first - 1), {}) : "";
}

// The goodbye of a link is told only where a story is about it.
bool is_logout(std::string_view heard) {
  if (heard == "QUIT\r\n") return true;
  const std::size_t blank = heard.find(' ');
  return blank != std::string_view::npos && heard.substr(blank) == " LOGOUT\r\n";
}

std::string name_of_end(const std::optional<net::Kind>& end) {
  return end ? std::string(net::name_of(*end)) : "open";
}

}  // namespace

StoryPlayer::StoryPlayer(const Story& story, bool in_pieces)
    : story_(story),
      piece_(in_pieces ? 1 : SIZE_MAX),
      world_({.assignments = story.assignments,
              .toml = story.toml,
              .takes_submissions = submits(),
              .next_piece = [this] { return piece_; }}) {
  furnish();
  MailServerWishes wishes{.tls = server_tls()};
  RelayServerWishes relay_wishes;
  if (!story.capabilities.empty()) {
    (submits() ? relay_wishes.offers : wishes.capabilities) = story.capabilities;
  }
  if (!story.greeting.empty()) wishes.greeting = story.greeting;
  server_ = std::make_unique<MailServer>(world_.loop(), store_, std::move(wishes));
  relay_ = std::make_unique<RelayServer>(world_.loop(), store_, std::move(relay_wishes));
  const bool script = story.is_scripted && !story.begins_logged_in;
  world_.dialer().set_host([this, script](net::Stream stream) {
    if (script || !upstreams_.empty()) {
      upstreams_.push_back(std::make_unique<Peer>(world_.loop(), std::move(stream)));
      if (upstream_tls_comes_) upstreams_.back()->stop_listening();
    } else if (world_.dialer().dialled().back().starts_with("smtp.")) {
      relay_->take(std::move(stream));
    } else {
      server_->take(std::move(stream));
    }
  });
}

StoryPlayer::~StoryPlayer() = default;

// ---- the furniture

void StoryPlayer::furnish() {
  auto accounts = story_.accounts;
  if (accounts.empty()) accounts.emplace_back(kUser, kPassword);
  for (const auto& [user, password] : accounts) {
    store_.accounts[user].password = octets_of(password, {});
  }
  for (const std::string& words : story_.mailboxes) {
    words.starts_with("mailbox") ? furnish_mailbox(words) : furnish_messages(words);
  }
  for (auto& [user, account] : store_.accounts) {
    if (!account.mailboxes.contains("INBOX")) account.mailboxes["INBOX"] = {.name = "INBOX"};
  }
}

// "mailbox INBOX uidvalidity 7 uidnext 20 readonly \Trash": of the first account.
void StoryPlayer::furnish_mailbox(std::string_view words) {
  const auto each = words_of(words);
  StoredMailbox box{.name = each.at(1)};
  for (std::size_t i = 2; i < each.size(); ++i) {
    if (each[i] == "uidvalidity") box.uid_validity = number_of(each.at(++i));
    if (each[i] == "uidnext") box.uid_next = number_of(each.at(++i));
    if (each[i] == "readonly") box.read_only = true;
    if (each[i].starts_with('\\')) box.special_use = each[i];
  }
  filled_ = box.name;
  store_.accounts.begin()->second.mailboxes[filled_] = std::move(box);
}

// "message uid 11 flags \Seen size 99, "text"": into the last mailbox; "uids 1:50" makes many.
void StoryPlayer::furnish_messages(std::string_view words) {
  if (filled_.empty()) furnish_mailbox("mailbox INBOX");
  StoredMail mail{.octets = std::make_shared<const std::string>(text_in_quotes(words))};
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  auto each = words_of(words.substr(0, words.find('"')));
  for (std::size_t i = 1; i < each.size(); ++i) {
    if (each[i].ends_with(',')) each[i].pop_back();
    if (each[i].starts_with('\\') || each[i].starts_with('$')) mail.flags.insert(each[i]);
    if (i + 1 == each.size()) break;
    if (each[i] == "size") mail.told_size = std::strtoull(each[i + 1].c_str(), nullptr, 10);
    if (each[i] == "uid") first = last = number_of(each[i + 1]);
    if (each[i] == "uids") {
      first = number_of(each[i + 1]);
      last = number_of(each[i + 1].substr(each[i + 1].find(':') + 1));
    }
  }
  StoredMailbox& box = store_.accounts.begin()->second.mailboxes.at(filled_);
  for (std::uint32_t uid = first; uid <= last; ++uid) {
    mail.uid = uid;
    box.add(mail);
  }
}

StoredMailbox& StoryPlayer::first_mailbox() {
  return store_.accounts.begin()->second.mailboxes.at("INBOX");
}

// "begin: logged in": the mail server in memory lets the client in and lists the mailbox; then the
// story has the word.
StoryPlayer::Wrong StoryPlayer::log_in() {
  const auto& [user, account] = *store_.accounts.begin();
  if (submits()) return log_in_to_send(user, account.password);
  client_->say("USER " + user + "\r\nPASS " + account.password + "\r\nSTAT\r\n");
  world_.loop().settle();
  std::string& heard = client_->heard();
  const std::size_t expected = 4;  // greeting, USER, PASS, STAT
  const auto replies = static_cast<std::size_t>(std::ranges::count(heard, '\n'));
  if (replies != expected || heard.contains("-ERR")) return "cannot log in: " + show(heard);
  heard.clear();
  if (story_.is_scripted) {
    upstreams_.push_back(std::make_unique<Peer>(world_.loop(), server_->release()));
  }
  return std::nullopt;
}

// The same for a client that submits: greeted and authenticated.
StoryPlayer::Wrong StoryPlayer::log_in_to_send(const std::string& user,
                                               const std::string& password) {
  const std::string message = '\0' + user + '\0' + password;
  client_->say("EHLO client.example\r\nAUTH PLAIN " + wire::base64_encode(message) + "\r\n");
  world_.loop().settle();
  std::string& heard = client_->heard();
  if (!heard.contains("\r\n235 ")) return "cannot log in: " + show(heard);
  heard.clear();
  if (story_.is_scripted) {
    upstreams_.push_back(std::make_unique<Peer>(world_.loop(), relay_->release()));
  }
  return std::nullopt;
}

// ---- playing

StoryPlayer::Wrong StoryPlayer::play() {
  if (story_.steps.front().verb != Verb::Client) choose_client("A");
  if (story_.begins_logged_in) {
    if (auto wrong = log_in()) return wrong;
  }
  world_.loop().settle();
  for (const Step& step : story_.steps) {
    const Step* const next = &step + 1;
    upstream_tls_comes_ =
        &step != &story_.steps.back() && next->verb == Verb::Tls && next->who == Side::Upstream;
    if (upstream_tls_comes_ && !upstreams_.empty()) upstreams_.back()->stop_listening();
    auto wrong = perform(step);
    if (wrong) return "line " + std::to_string(step.line) + ": " + *wrong;
    // What a client says and its end come in one breath.
    const bool goes_on = &step != &story_.steps.back() && step.verb == Verb::ClientSays &&
                         (next->verb == Verb::Eof || next->verb == Verb::Close);
    if (!goes_on) world_.loop().settle();
  }
  return nothing_untold();
}

StoryPlayer::Wrong StoryPlayer::perform(const Step& step) {
  const bool about_upstream = step.verb == Verb::UpstreamIsAsked ||
                              step.verb == Verb::UpstreamAnswers ||
                              (step.who == Side::Upstream && step.verb <= Verb::Tls);
  if (about_upstream && upstreams_.empty()) return "no connection to the upstream was made";
  if (step.verb == Verb::ClientHears) return hear(*client_, step.text);
  if (step.verb == Verb::UpstreamIsAsked) return hear(*upstreams_.back(), step.text);
  if (step.verb >= Verb::Silence) return inspect(step);
  const bool speaks = step.verb == Verb::ClientSays || step.verb == Verb::UpstreamAnswers ||
                      step.verb == Verb::Tls || step.verb == Verb::Wait;
  if (speaks) {
    if (auto wrong = nothing_untold()) return wrong;
  }
  return act(step);
}

StoryPlayer::Wrong StoryPlayer::act(const Step& step) {
  Peer* const peer = step.who == Side::Client ? client_
                     : upstreams_.empty()     ? nullptr
                                              : upstreams_.back().get();
  switch (step.verb) {
    case Verb::ClientSays:
      client_->say(octets_of(step.text, tags_));
      break;
    case Verb::UpstreamAnswers:
      upstreams_.back()->say(octets_of(step.text, tags_));
      break;
    case Verb::Cut:
      peer->reset();
      break;
    case Verb::Close:
      peer->close();
      break;
    case Verb::Eof:
      peer->end_output();
      break;
    case Verb::Pause:
      peer->stop_listening();
      break;
    case Verb::Resume:
      peer->listen();
      break;
    case Verb::Tls:
      step.who == Side::Client ? peer->start_tls(client_tls(), "localhost")
                               : peer->start_tls(server_tls());
      break;
    case Verb::Wait:
      world_.loop().turn_clock(*conf::parse_duration(step.text));
      break;
    case Verb::Split:
      piece_ = 1;
      break;
    case Verb::Client:
      choose_client(step.text);
      break;
    case Verb::Dialling:
      set_dialling(step.text);
      break;
    case Verb::Expunge:
      expunge(step.text);
      break;
    case Verb::Deliver:
      first_mailbox().add(text_in_quotes(step.text));
      break;
    case Verb::Crash:
      server_->crash();
      break;
    default:
      return "a step that does nothing";
  }
  return std::nullopt;
}

StoryPlayer::Wrong StoryPlayer::inspect(const Step& step) {
  switch (step.verb) {
    case Verb::Silence:
      if (world_.dialer().dialled().empty()) return std::nullopt;
      return "the upstream was asked: " + world_.dialer().dialled().front();
    case Verb::Asked:
      return look_at_asked(step.text);
    case Verb::After:
      return look_at_mailbox(step.text);
    case Verb::Metric:
      return look_at_metric(step.text);
    case Verb::Log:
      return look_at_log(step.text, true);
    case Verb::NotInLog:
      return look_at_log(step.text, false);
    default:
      return "a step that looks at nothing";
  }
}

StoryPlayer::Wrong StoryPlayer::hear(Peer& peer, std::string_view text) {
  std::string& heard = peer.heard();
  const bool is_upstream = &peer != client_;
  if (text == "<closed>" || text == "<reset>") {
    if (is_upstream && is_logout(heard)) heard.clear();
    const net::Kind wanted = text == "<closed>" ? net::Kind::Closed : net::Kind::Reset;
    if (!heard.empty()) return "heard before the end: \"" + show(heard) + "\"";
    if (peer.end() == wanted) return std::nullopt;
    return "the connection should be " + std::string(net::name_of(wanted)) + ", and is " +
           name_of_end(peer.end());
  }
  const auto size = match(text, heard, tags_);
  if (!size) return size.error() + (heard.empty() ? " (" + name_of_end(peer.end()) + ")" : "");
  heard.erase(0, *size);
  return std::nullopt;
}

StoryPlayer::Wrong StoryPlayer::nothing_untold() {
  for (const auto& [name, peer] : clients_) {
    if (!peer->heard().empty()) return "the client also heard \"" + show(peer->heard()) + "\"";
  }
  for (const auto& peer : upstreams_) {
    if (is_logout(peer->heard())) peer->heard().clear();
    if (!peer->heard().empty()) return "the upstream also heard \"" + show(peer->heard()) + "\"";
  }
  return std::nullopt;
}

// "A pop3s 192.0.2.9": a name, and for a new one where it connects and from where.
void StoryPlayer::choose_client(std::string_view words) {
  const auto each = words_of(words);
  std::unique_ptr<Peer>& peer = clients_[each.empty() ? "A" : each[0]];
  if (peer == nullptr) {
    peer = world_.connect(each.size() > 1 ? each[1] : story_.listener,
                          each.size() > 2 ? each[2] : story_.from);
  }
  client_ = peer.get();
}

// "own": whoever is reached has the address of our own listener.
void StoryPlayer::set_dialling(std::string_view mood) {
  using Mood = MemoryDialer::Mood;
  if (mood == "own") world_.dialer().set_address(*net::Address::parse("203.0.113.1", 110));
  world_.dialer().set_mood(mood == "refuses"   ? Mood::Refuses
                           : mood == "silent"  ? Mood::IsSilent
                           : mood == "no-name" ? Mood::HasNoName
                                               : Mood::Answers);
}

void StoryPlayer::expunge(std::string_view uids) {
  for (const std::string& uid : words_of(uids)) {
    std::erase_if(first_mailbox().mails,
                  [&](const StoredMail& mail) { return mail.uid == number_of(uid); });
  }
}

// ---- looking

// "2 UID FETCH": so many commands that begin so.
StoryPlayer::Wrong StoryPlayer::look_at_asked(std::string_view text) {
  const std::size_t blank = text.find(' ');
  const std::string_view begin = text.substr(blank + 1);
  const auto& all_asked = submits() ? relay_->asked() : server_->asked();
  const auto count = std::ranges::count_if(
      all_asked, [begin](const std::string& asked) { return asked.starts_with(begin); });
  if (std::to_string(count) == text.substr(0, blank)) return std::nullopt;
  std::string all;
  for (const std::string& asked : all_asked)
    all += "\n    " + show(asked);
  return "asked " + std::to_string(count) + " times; all that was asked:" + all;
}

// "INBOX 11(\Seen) 13".
StoryPlayer::Wrong StoryPlayer::look_at_mailbox(std::string_view text) {
  const std::size_t blank = text.find(' ');
  const std::string name(text.substr(0, blank));
  auto& mailboxes = store_.accounts.begin()->second.mailboxes;
  if (!mailboxes.contains(name)) return "there is no mailbox " + name;
  const std::string left = mailboxes.at(name).text();
  if (left == text.substr(blank + 1)) return std::nullopt;
  return "what is left is " + left;
}

StoryPlayer::Wrong StoryPlayer::look_at_metric(std::string_view text) {
  const std::size_t blank = text.rfind(' ');
  const double wanted = std::strtod(std::string(text.substr(blank + 1)).c_str(), nullptr);
  const double found = world_.metric(text.substr(0, blank));
  if (found == wanted) return std::nullopt;
  return "the metric is " + std::to_string(found);
}

// "session.ended reason=quit": one line with all of it, or no line with the whole text.
StoryPlayer::Wrong StoryPlayer::look_at_log(std::string_view text, bool wanted) {
  const auto lines = world_.log();
  const auto words = words_of(text);
  const auto holds = [&](const std::string& line) {
    if (!wanted) return line.contains(text);
    return std::ranges::all_of(words, [&line](const std::string& word) {
      return (line + " ").contains(" " + word + " ");
    });
  };
  const auto found = std::ranges::find_if(lines, holds);
  if ((found != lines.end()) == wanted) return std::nullopt;
  if (!wanted) return "the log says: " + *found;
  std::string all;
  for (const std::string& line : lines) {
    if (!line.contains(" session.traced ")) all += "\n    " + line;
  }
  return "the log does not say so:" + all;
}

}  // namespace postern::test
