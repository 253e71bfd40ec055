// The conversation: reading commands, logging in, opening mailboxes.

#include "tests/support/mail_session.hpp"

#include "wire/base64.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

namespace postern::test {

namespace {

constexpr net::Duration kForEver = std::chrono::hours(24 * 10);
constexpr net::LineBound kLine{.octets_max = std::size_t{1} << 20U};

std::string decoded(std::string_view base64) {
  return wire::base64_decode(base64).value_or("");
}

// What stands between two marks; empty if they do not.
std::string between(std::string_view text, std::string_view begin, std::string_view end) {
  const std::size_t at = text.find(begin);
  if (at == std::string_view::npos) return {};
  const std::size_t from = at + begin.size();
  return std::string(text.substr(from, text.find(end, from) - from));
}

}  // namespace

MailSession::MailSession(MailServer& server, net::Stream stream)
    : server_(server), stream_(std::move(stream)), scope_([](const net::Error&) {}) {
  scope_.spawn(converse());
}

MailSession::~MailSession() = default;

void MailSession::crash() {
  is_over_ = true;
  scope_.cancel();
  if (stream_.is_open()) stream_.reset();
  stream_.close();
}

net::Stream MailSession::release() {
  is_over_ = true;
  net::Stream stream = std::move(stream_);
  scope_.cancel();
  return stream;
}

net::Task<> MailSession::converse() {
  const net::Deadline for_ever{server_.loop_.now() + kForEver};
  if (server_.wishes_.implicit) {
    const auto done = co_await attempt(stream_.start_tls(server_.wishes_.tls, {}, for_ever));
    if (!done) {
      is_over_ = true;
      stream_.close();
      co_return;
    }
  }
  const std::string code = server_.wishes_.tells_capabilities ? "[" + capabilities() + "] " : "";
  (void)co_await attempt(say("* OK " + code + server_.wishes_.greeting + "\r\n"));
  while (!is_over_) {
    const auto text = co_await attempt(read_command());
    if (!text) break;
    const auto command = *text ? parse_mail_command(**text) : std::nullopt;
    if (!command) {
      out_ += "* BAD not understood\r\n";
    } else {
      const auto done = co_await attempt(perform(*command));
      if (!done || is_over_) break;  // it may crash itself, before a command
    }
    const auto said = co_await attempt(say(std::exchange(out_, {})));
    if (!said) break;
  }
  if (!is_over_) stream_.close();
  is_over_ = true;
}

// A line, and its literals; the client is told to go on where it waits for that.
net::Task<std::optional<std::string>> MailSession::read_command() {
  const net::Deadline for_ever{server_.loop_.now() + kForEver};
  std::string text;
  while (true) {
    const net::Line line = co_await stream_.read_line(kLine, for_ever);
    const std::string rest(line.text);
    text += rest;
    const auto literal = announced_mail_literal(rest);
    if (!literal) co_return text;
    if (!literal->waits && !has("LITERAL+") && !has("LITERAL-")) co_return std::nullopt;
    if (literal->waits) co_await say("+ go on\r\n");
    text += "\r\n";
    text += co_await stream_.read_exactly(literal->octets, for_ever);
  }
}

net::Task<std::string> MailSession::read_answer() {
  const net::Line line =
      co_await stream_.read_line(kLine, net::Deadline{server_.loop_.now() + kForEver});
  co_return std::string(line.text);
}

net::Task<> MailSession::say(std::string text) {
  if (text.empty()) co_return;
  co_await stream_.write(text, net::Deadline{server_.loop_.now() + kForEver});
}

net::Task<> MailSession::perform(const MailCommand& command) {
  if (server_.wishes_.before_command) server_.wishes_.before_command();
  const bool is_login = command.name == "LOGIN" || command.name == "AUTHENTICATE";
  std::string asked = command.name;
  for (const MailWord& each : command.arguments) {
    if (is_login && asked != "AUTHENTICATE") break;
    asked += " " + each.text;
  }
  server_.asked_.push_back(asked);
  if (command.name == "AUTHENTICATE") {
    co_await authenticate(command);
  } else if (command.name == "STARTTLS" && has("STARTTLS")) {
    co_await start_tls(command);
  } else if (command.name == "LOGOUT") {
    out_ += "* BYE\r\n";
    ok(command, "bye");
    co_await say(std::exchange(out_, {}));
    is_over_ = true;
    stream_.close();
  } else if (!perform_any(command) && !perform_selected(command)) {
    bad(command, "unknown command");
  }
}

// ---- logging in

net::Task<> MailSession::start_tls(const MailCommand& command) {
  ok(command, "begin TLS");
  co_await say(std::exchange(out_, {}));
  co_await stream_.start_tls(
      server_.wishes_.tls, {}, net::Deadline{server_.loop_.now() + kForEver});
}

net::Task<> MailSession::authenticate(const MailCommand& command) {
  const std::string mechanism = upper(command.argument(0));
  std::optional<std::string> first;
  if (command.arguments.size() > 1) {
    if (!has("SASL-IR")) {
      bad(command, "no initial response here");
      co_return;
    }
    first = command.argument(1) == "=" ? "" : command.argument(1);
  }
  if (!has("AUTH=" + mechanism)) {
    no(command, "[CANNOT] unknown mechanism");
  } else if (mechanism == "PLAIN") {
    co_await authenticate_plain(command, std::move(first));
  } else if (mechanism == "LOGIN") {
    co_await authenticate_login(command, std::move(first));
  } else {
    co_await authenticate_token(command, std::move(first));
  }
}

net::Task<> MailSession::authenticate_plain(const MailCommand& command,
                                            std::optional<std::string> first) {
  if (!first) {
    co_await say("+ \r\n");
    first = co_await read_answer();
  }
  const std::string message = decoded(*first);
  const std::size_t user = message.find('\0');
  const std::size_t password = message.find('\0', user + 1);
  if (user == std::string::npos || password == std::string::npos) {
    bad(command, "no PLAIN message");
    co_return;
  }
  log_in(command, message.substr(user + 1, password - user - 1), message.substr(password + 1));
}

net::Task<> MailSession::authenticate_login(const MailCommand& command,
                                            std::optional<std::string> first) {
  if (!first) {
    co_await say("+ VXNlcm5hbWU6\r\n");
    first = co_await read_answer();
  }
  const std::string user = decoded(*first);
  co_await say("+ UGFzc3dvcmQ6\r\n");
  const std::string password = co_await read_answer();
  log_in(command, user, decoded(password));
}

// XOAUTH2 and OAUTHBEARER (RFC 7628): the token is the account's password. A refusal is a challenge
// first.
net::Task<> MailSession::authenticate_token(const MailCommand& command,
                                            std::optional<std::string> first) {
  if (!first) {
    co_await say("+ \r\n");
    first = co_await read_answer();
  }
  const std::string message = decoded(*first);
  std::string user = between(message, "user=", "\x01");
  if (user.empty()) user = between(message, "a=", ",");
  const std::string token = between(message, "auth=Bearer ", "\x01");
  const auto account = server_.store_.accounts.find(user);
  if (account == server_.store_.accounts.end() || account->second.password != token) {
    co_await say("+ " + wire::base64_encode(R"({"status":"401"})") + "\r\n");
    (void)co_await read_answer();
  }
  log_in(command, user, token);
}

void MailSession::log_in(const MailCommand& command,
                         const std::string& user,
                         std::string_view password) {
  const auto account = server_.store_.accounts.find(user);
  if (account == server_.store_.accounts.end() || account->second.password != password) {
    return no(command, "[AUTHENTICATIONFAILED] wrong user name or password");
  }
  user_ = user;
  const bool tells = server_.wishes_.tells_capabilities;
  ok(command, tells ? "[" + capabilities() + "] logged in" : "logged in");
}

// ---- commands that need no mailbox

bool MailSession::perform_any(const MailCommand& command) {
  const std::string& name = command.name;
  if (name == "CAPABILITY") {
    out_ += "* " + capabilities() + "\r\n";
    ok(command, "that is all");
  } else if (name == "NOOP") {
    tell_news(true);
    ok(command, "done");
  } else if (name == "ID" && has("ID")) {
    out_ += "* ID NIL\r\n";
    ok(command, "done");
  } else if (name == "LOGIN" && user_.empty() && !has("LOGINDISABLED")) {
    log_in(command, command.argument(0), command.argument(1));
  } else if (user_.empty()) {
    return false;
  } else if (name == "ENABLE" && has("ENABLE")) {
    resyncs_ = resyncs_ || (has("QRESYNC") && upper(command.argument(0)) == "QRESYNC");
    out_ += resyncs_ ? "* ENABLED QRESYNC\r\n" : "* ENABLED\r\n";
    ok(command, "done");
  } else if (name == "NAMESPACE" && has("NAMESPACE")) {
    out_ += "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n";
    ok(command, "done");
  } else if (name == "SELECT" || name == "EXAMINE") {
    open(command);
  } else if (name == "LIST") {
    list(command);
  } else if (name == "CREATE") {
    create(command);
  } else {
    return false;
  }
  return true;
}

void MailSession::open(const MailCommand& command) {
  selected_.clear();
  view_.clear();
  const MailServerWishes& wishes = server_.wishes_;
  const bool asks_vanished = command.arguments.size() > 1;
  if (asks_vanished && !resyncs_) return bad(command, "QRESYNC is not enabled");
  StoredMailbox* box = mailbox(command.argument(0));
  if (box == nullptr) return no(command, "[NONEXISTENT] no such mailbox");
  box->note_changes();
  box->was_selected = box->was_selected || command.name == "SELECT";
  if (wishes.invents_validity && !box->was_selected) ++box->uid_validity;
  selected_ = box->name;
  read_only_ = box->read_only || command.name == "EXAMINE";
  for (const StoredMail& mail : box->mails)
    view_.push_back(mail.uid);
  if (wishes.window != 0 && view_.size() > wishes.window) {
    view_.erase(view_.begin(), view_.end() - static_cast<std::ptrdiff_t>(wishes.window));
  }
  out_ += "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n";
  out_ += read_only_
              ? "* OK [PERMANENTFLAGS ()] none\r\n"
              : "* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)]\r\n";
  out_ += "* " + std::to_string(view_.size()) + " EXISTS\r\n* 0 RECENT\r\n";
  if (box->uids_not_sticky) out_ += "* NO [UIDNOTSTICKY] numbers will change\r\n";
  out_ += "* OK [UIDVALIDITY " + std::to_string(box->uid_validity) + "] valid\r\n";
  if (wishes.tells_uidnext) out_ += "* OK [UIDNEXT " + std::to_string(box->uid_next) + "] next\r\n";
  if (wishes.tells_modseq && (has("CONDSTORE") || has("QRESYNC")))
    out_ += "* OK [HIGHESTMODSEQ " + std::to_string(box->modseq) + "] highest\r\n";
  if (asks_vanished) tell_vanished(*box, command.arguments[1]);
  ok(command, read_only_ ? "[READ-ONLY] open" : "[READ-WRITE] open");
}

// VANISHED (EARLIER), in answer to "(QRESYNC (7 123 1:9 (9 9)))".
void MailSession::tell_vanished(const StoredMailbox& box, const MailWord& known) {
  if (known.items.size() != 2 || known.items[1].items.size() < 2) return;
  const std::vector<MailWord>& state = known.items[1].items;
  if (state[0].text != std::to_string(box.uid_validity)) return;
  const bool tells_uids = state.size() > 2 && !state[2].is_list;
  const auto uids = parse_number_set(tells_uids ? state[2].text : "1:*", box.uid_next);
  std::string gone;
  if (server_.wishes_.lies_about_vanished) {
    gone = tells_uids ? state[2].text : "1:" + std::to_string(box.uid_next);
  } else {
    const std::uint64_t since = std::stoull(state[1].text);
    for (const auto& [uid, modseq] : box.vanished_at) {
      if (modseq <= since || !uids || !is_in(*uids, uid)) continue;
      gone += (gone.empty() ? "" : ",") + std::to_string(uid);
    }
  }
  if (!gone.empty()) out_ += "* VANISHED (EARLIER) " + gone + "\r\n";
}

void MailSession::list(const MailCommand& command) {
  for (const auto& [name, box] : server_.store_.accounts.at(user_).mailboxes) {
    out_ += "* LIST (" + box.special_use + ") \"/\" \"" + name + "\"\r\n";
  }
  ok(command, "done");
}

void MailSession::create(const MailCommand& command) {
  const std::string name = command.argument(0);
  if (mailbox(name) != nullptr) return no(command, "[ALREADYEXISTS] it is there");
  server_.store_.accounts.at(user_).mailboxes[name] = {.name = name, .uid_validity = 77};
  ok(command, "created");
}

// ---- building blocks

void MailSession::ok(const MailCommand& command, std::string_view text) {
  out_ += command.tag + " OK " + std::string(text) + "\r\n";
}

void MailSession::no(const MailCommand& command, std::string_view text) {
  out_ += command.tag + " NO " + std::string(text) + "\r\n";
}

void MailSession::bad(const MailCommand& command, std::string_view text) {
  out_ += command.tag + " BAD " + std::string(text) + "\r\n";
}

bool MailSession::has(std::string_view capability) const {
  std::istringstream words(server_.wishes_.capabilities);
  for (std::string word; words >> word;) {
    if (upper(word) == capability) return true;
  }
  return false;
}

// STARTTLS is gone once it has been done.
std::string MailSession::capabilities() const {
  std::string text = "CAPABILITY";
  std::istringstream words(server_.wishes_.capabilities);
  for (std::string word; words >> word;) {
    if (upper(word) == "STARTTLS" && stream_.secure()) continue;
    text += " " + word;
  }
  return text;
}

StoredMailbox* MailSession::mailbox(const std::string& name) {
  auto& mailboxes = server_.store_.accounts.at(user_).mailboxes;
  const auto found = mailboxes.find(upper(name) == "INBOX" ? "INBOX" : name);
  return found == mailboxes.end() ? nullptr : &found->second;
}

}  // namespace postern::test
