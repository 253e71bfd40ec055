// One line in, one reply out.

#include "tests/support/relay_server.hpp"

#include "wire/base64.hpp"

#include <chrono>
#include <sstream>
#include <utility>

namespace postern::test {

namespace {

constexpr net::Duration kForEver = std::chrono::hours(24 * 10);
constexpr net::LineBound kLine{.octets_max = std::size_t{1} << 20U};

std::string verb_of(std::string_view line) {
  std::string verb(line.substr(0, line.find(' ')));
  for (char& letter : verb)
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  return verb;
}

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string() : std::string(text.substr(first));
}

}  // namespace

class RelayServer::Visit {
 public:
  Visit(RelayServer& server, net::Stream stream)
      : server_(server), stream_(std::move(stream)), scope_([](const net::Error&) {}) {
    scope_.spawn(converse());
  }

  net::Stream release() {
    net::Stream stream = std::move(stream_);
    scope_.cancel();
    return stream;
  }

 private:
  net::Task<> converse() {
    const net::Deadline for_ever{server_.loop_.now() + kForEver};
    co_await stream_.write("220 relay.example.net ESMTP\r\n", for_ever);
    while (!is_over_) {
      const net::Line line = co_await stream_.read_line(kLine, for_ever);
      const std::string command(line.text);
      const std::string verb = verb_of(command);
      server_.asked_.push_back(verb == "AUTH" ? command.substr(0, command.find(' ', 5)) : command);
      if (verb == "DATA") {
        co_await stream_.write("354 go on\r\n", for_ever);
        co_await take_message(for_ever);
        continue;
      }
      const std::string reply = answer(verb, command);
      co_await stream_.write(reply, for_ever);
    }
    stream_.close();
  }

  net::Task<> take_message(net::Deadline for_ever) {
    std::size_t octets = 0;
    while (true) {
      const net::Line line = co_await stream_.read_line(kLine, for_ever);
      if (line.text == ".") break;
      octets += line.text.size() + 2 - (line.text.starts_with('.') ? 1 : 0);
    }
    server_.asked_.push_back("message " + std::to_string(octets) + " octets");
    co_await stream_.write("250 2.0.0 taken\r\n", for_ever);
  }

  std::string answer(const std::string& verb, const std::string& command) {
    if (verb == "EHLO") return offers();
    if (verb == "AUTH") return log_in(command);
    if (verb == "XCLIENT") return "220 relay.example.net ESMTP\r\n";
    if (verb == "MAIL") return "250 2.1.0 sender fine\r\n";
    if (verb == "RCPT") return "250 2.1.5 recipient fine\r\n";
    if (verb == "RSET" || verb == "NOOP") return "250 2.0.0 fine\r\n";
    if (verb != "QUIT") return "500 5.5.1 what\r\n";
    is_over_ = true;
    return "221 2.0.0 bye\r\n";
  }

  std::string offers() {
    std::string lines = "250-relay.example.net\r\n";
    std::istringstream all(server_.wishes_.offers);
    for (std::string offer; std::getline(all, offer, ',');)
      lines += "250-" + trimmed(offer) + "\r\n";
    return lines + "250 HELP\r\n";
  }

  // Only PLAIN with its response at once: it is what the gateway says where it can.
  std::string log_in(const std::string& command) {
    const std::size_t at = command.rfind(' ');
    const std::string message = wire::base64_decode(command.substr(at + 1)).value_or("");
    for (const auto& [user, account] : server_.store_.accounts) {
      const std::string right =
          std::string(1, '\0') + user + std::string(1, '\0') + account.password;
      if (message == right) return "235 2.7.0 in\r\n";
    }
    return "535 5.7.8 no such user or password\r\n";
  }

  RelayServer& server_;
  net::Stream stream_;
  net::Scope scope_;
  bool is_over_ = false;
};

RelayServer::RelayServer(net::Loop& loop, const MailStore& store, RelayServerWishes wishes)
    : loop_(loop), store_(store), wishes_(std::move(wishes)) {}

RelayServer::~RelayServer() = default;

void RelayServer::take(net::Stream stream) {
  visits_.push_back(std::make_unique<Visit>(*this, std::move(stream)));
}

net::Stream RelayServer::release() {
  net::Stream stream = visits_.back()->release();
  visits_.pop_back();
  return stream;
}

}  // namespace postern::test
